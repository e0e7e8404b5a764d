package delivery

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// rig is a real Redis with a proxy before it.
type rig struct {
	dir   string
	kill  func()
	proxy *proxy
	admin *redis.Client // goes past the proxy
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{dir: redisDir(t)}
	r.kill = startRedis(t, r.dir)
	r.proxy = newProxy(t, r.socket())
	r.admin = redis.NewClient(&redis.Options{Network: "unix", Addr: r.socket(), MaxRetries: -1})
	t.Cleanup(func() {
		r.admin.Close()
		r.kill()
	})
	return r
}

func (r *rig) socket() string { return filepath.Join(r.dir, "s") }

// do gives the server a command, past the proxy.
func (r *rig) do(t *testing.T, words ...any) {
	t.Helper()
	if err := r.admin.Do(t.Context(), words...).Err(); err != nil {
		t.Fatalf("%v: %v", words, err)
	}
}

// store opens the store at an address.
func (r *rig) store(t *testing.T, addr string) *Redis {
	t.Helper()
	s, err := OpenRedis(t.Context(), redis.UniversalOptions{Addrs: []string{addr}}, "faults")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// redisFault is one way in which Redis fails, and how it gets well.
type redisFault struct {
	name       string
	begin, end func(t *testing.T, r *rig)
	away       bool // nothing can be stored meanwhile: people are told
}

func via(f trouble) func(*testing.T, *rig) {
	return func(_ *testing.T, r *rig) { r.proxy.set(f) }
}

func command(words ...any) func(*testing.T, *rig) {
	return func(t *testing.T, r *rig) { r.do(t, words...) }
}

// redisFaults are those of X2 and X3.
var redisFaults = []redisFault{
	{"killed and restarted", func(_ *testing.T, r *rig) { r.kill() }, func(t *testing.T, r *rig) { r.kill = startRedis(t, r.dir) }, true},
	{"refused", via(refuse), via(pass), true},
	{"hung", via(hang), via(pass), true},
	{"reset at each use", via(reset), via(pass), true},
	{"torn every 100 ms", tearOften, via(pass), false},
	{"replies lost", via(mute), via(pass), true},
	{"slow", via(slow), via(pass), false},
	{"trickled", via(trickle), via(pass), false},
	{"loading", load, loaded, true},
	{"read only", command("REPLICAOF", "127.0.0.1", "1"), command("REPLICAOF", "NO", "ONE"), true},
	{"out of memory", command("CONFIG", "SET", "maxmemory", "1"), command("CONFIG", "SET", "maxmemory", "0"), true},
	{"snapshots fail", failSnapshots, mendSnapshots, true},
}

// tearOften tears the connections ten times a second until the trouble changes.
func tearOften(t *testing.T, r *rig) {
	_, changed := r.proxy.now()
	var tearing sync.WaitGroup
	tearing.Go(func() {
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				r.proxy.tear()
			case <-changed:
				return
			}
		}
	})
	t.Cleanup(tearing.Wait)
}

// load kills the server and starts it with a file that takes it longer than the
// fault lasts.
func load(t *testing.T, r *rig) {
	const keys = 20_000
	lasts := outageTime(t) * 4 / 3
	p := r.admin.Pipeline()
	for i := range keys {
		p.Set(t.Context(), fmt.Sprint("ballast:", i), "x", 0)
	}
	if _, err := p.Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.kill()
	r.kill = startRedisUntil(t, "Server initialized", r.dir, "--key-load-delay", fmt.Sprint(lasts.Microseconds()/keys))
	eventually(t, "LOADING", func() bool {
		err := r.admin.Ping(t.Context()).Err()
		return err != nil && strings.HasPrefix(err.Error(), "LOADING")
	})
}

func loaded(t *testing.T, r *rig) {
	for r.admin.Ping(t.Context()).Err() != nil { // the test's own time ends this
		time.Sleep(5 * time.Millisecond)
	}
}

// failSnapshots has MISCONF come: the snapshot can't take its place, and without
// one Redis was told to take no writes.
func failSnapshots(t *testing.T, r *rig) {
	if err := os.MkdirAll(filepath.Join(r.dir, "dump.rdb", "in-the-way"), 0o700); err != nil {
		t.Fatal(err)
	}
	r.do(t, "CONFIG", "SET", "save", "3600 100000")
	r.do(t, "BGSAVE")
	r.saved(t, "err")
}

func mendSnapshots(t *testing.T, r *rig) {
	if err := os.RemoveAll(filepath.Join(r.dir, "dump.rdb")); err != nil {
		t.Fatal(err)
	}
	r.do(t, "BGSAVE")
	r.saved(t, "ok")
}

// saved waits until the last snapshot went so.
func (r *rig) saved(t *testing.T, how string) {
	t.Helper()
	eventually(t, "a snapshot", func() bool {
		info, err := r.admin.Info(t.Context(), "persistence").Result()
		return err == nil && strings.Contains(info, "rdb_bgsave_in_progress:0") && strings.Contains(info, "rdb_last_bgsave_status:"+how)
	})
}

// outageTime is how long at least a fault lasts: three seconds, or what
// RONGCUO_TEST_OUTAGE says, "60s" for the promise.
func outageTime(t *testing.T) time.Duration {
	said := os.Getenv("RONGCUO_TEST_OUTAGE")
	if said == "" {
		return 3 * time.Second
	}
	d, err := time.ParseDuration(said)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestRedisFaults has ten people say 20 sentences a second while Redis fails in
// each way: promises R1, R4, R19. All faults run side by side, for they mostly
// wait.
func TestRedisFaults(t *testing.T) {
	if testing.Short() {
		t.Skip("faults of a real server last seconds")
	}
	t.Parallel()
	redisDir(t) // skips without redis-server
	lasts := outageTime(t)
	var running sync.WaitGroup
	for _, f := range redisFaults {
		running.Go(func() { t.Run(f.name, func(t *testing.T) { f.try(t, lasts) }) })
	}
	running.Wait()
}

func (f redisFault) try(t *testing.T, lasts time.Duration) {
	r, w := newRig(t), newTown(t, 10)
	w.poll(w.serve(Config{Store: r.store(t, r.proxy.addr())}), w.URL())
	w.suffer(lasts, f.away, func() { f.begin(t, r) }, func() { f.end(t, r) })
}

// TestSQLiteFaults is the same where the store is a file.
func TestSQLiteFaults(t *testing.T) {
	if testing.Short() {
		t.Skip("faults last seconds")
	}
	lasts := outageTime(t)
	for _, f := range []struct{ name, begin, end string }{
		{"locked by another program", "BEGIN IMMEDIATE", "ROLLBACK"},
		{"read only", "PRAGMA query_only = 1", "PRAGMA query_only = 0"},
	} {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "s.db")
			s := openSQLite(t, path)
			db := s.db
			if f.begin == "BEGIN IMMEDIATE" {
				db = openDB(t, path)
				defer db.Close()
			}
			db.SetMaxOpenConns(1) // what is said is said to every later statement
			do := func(words string) {
				if _, err := db.Exec(words); err != nil {
					t.Error(err)
				}
			}
			w := newTown(t, 10)
			w.poll(w.serve(Config{Store: s}), w.URL())
			w.suffer(lasts, true, func() { do(f.begin) }, func() { do(f.end) })
		})
	}
}
