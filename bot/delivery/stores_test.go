package delivery

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// harness is one store under test: its clock can be moved, and it can be closed
// and opened again as a restarted process would.
type harness struct {
	Store
	advance func(time.Duration)
	reopen  func()
}

// eachStore runs a test on every implementation of Store.
func eachStore(t *testing.T, test func(t *testing.T, h *harness)) {
	t.Run("sqlite", func(t *testing.T) { test(t, sqliteHarness(t)) })
	t.Run("miniredis", func(t *testing.T) { test(t, redisHarness(t, miniredis.RunT(t).Addr())) })
	t.Run("redis-server", func(t *testing.T) { test(t, redisHarness(t, redisServer(t))) })
	for name, address := range map[string]func(testing.TB) string{"cluster": clusterURL, "sentinel": sentinelURL} {
		t.Run(name, func(t *testing.T) {
			if testing.Short() {
				t.Skip("starting it takes seconds")
			}
			opts, err := ParseRedisURL(address(t))
			if err != nil {
				t.Fatal(err)
			}
			test(t, redisHarnessOf(t, opts))
		})
	}
}

// storesMade keeps the keys of tests run twice on one server apart.
var storesMade atomic.Int64

func openDB(t testing.TB, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", SQLiteDSN(path))
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func openSQLite(t testing.TB, path string) *SQLite {
	t.Helper()
	db := openDB(t, path)
	s, err := OpenSQLite(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close(); db.Close() })
	return s
}

func sqliteHarness(t *testing.T) *harness {
	path := filepath.Join(t.TempDir(), "store.db")
	var ahead atomic.Int64
	h := &harness{advance: func(d time.Duration) { ahead.Add(int64(d)) }}
	open := func() {
		s := openSQLite(t, path)
		s.now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
		h.Store = s
	}
	h.reopen = func() {
		h.Store.(*SQLite).Close()
		h.Store.(*SQLite).db.Close()
		open()
	}
	open()
	return h
}

func redisHarness(t *testing.T, addr string) *harness {
	return redisHarnessOf(t, redis.UniversalOptions{Addrs: []string{addr}})
}

func redisHarnessOf(t *testing.T, opts redis.UniversalOptions) *harness {
	name := fmt.Sprint(storesMade.Add(1)) + strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, t.Name())
	h := &harness{}
	open := func(ahead int64) {
		s, err := OpenRedis(t.Context(), opts, name)
		if err != nil {
			t.Fatal(err)
		}
		s.ahead.Store(ahead)
		t.Cleanup(func() { s.Close() })
		h.Store = s
	}
	h.advance = func(d time.Duration) { h.Store.(*Redis).ahead.Add(d.Milliseconds()) }
	h.reopen = func() {
		ahead := h.Store.(*Redis).ahead.Load()
		h.Store.Close()
		open(ahead)
	}
	open(0)
	return h
}

// redisServer starts a real redis-server on a socket of its own, every write
// fsynced. Without one on PATH the test is skipped, or fails if
// RONGCUO_TEST_REQUIRE names it.
func redisServer(t testing.TB) (addr string) {
	t.Helper()
	dir := redisDir(t)
	t.Cleanup(startRedis(t, dir))
	return filepath.Join(dir, "s")
}

// redisDir makes a directory for a server's socket, whose path must be short.
func redisDir(t testing.TB) string {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		if strings.Contains(os.Getenv("RONGCUO_TEST_REQUIRE"), "redis-server") {
			t.Fatal("RONGCUO_TEST_REQUIRE asks for redis-server, and none is on PATH")
		}
		t.Skip("no redis-server on PATH: the suite ran on SQLite and miniredis only")
	}
	dir, err := os.MkdirTemp("", "redis")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// startRedis starts a server on the directory's data and socket; kill ends it
// with SIGKILL.
func startRedis(t testing.TB, dir string, more ...string) (kill func()) {
	t.Helper()
	return startRedisUntil(t, "ready to accept", dir, more...)
}

// startRedisUntil waits for other words than that it is ready.
func startRedisUntil(t testing.TB, said, dir string, more ...string) (kill func()) {
	t.Helper()
	kill, err := startProgram(said, "redis-server", append([]string{"--port", "0",
		"--unixsocket", filepath.Join(dir, "s"), "--dir", dir, "--appendonly", "yes", "--appendfsync", "always",
		"--save", "", "--maxmemory-policy", "noeviction"}, more...)...)
	if err != nil {
		t.Fatal(err)
	}
	return kill
}

// startProgram starts a program and waits until it has said that it is ready.
func startProgram(ready, name string, args ...string) (kill func(), err error) {
	cmd := exec.Command(name, args...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	kill = sync.OnceFunc(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	late := time.AfterFunc(20*time.Second, kill)
	defer late.Stop()
	said := make([]byte, 0, 4096)
	for buf := make([]byte, 512); !strings.Contains(string(said), ready); {
		n, err := out.Read(buf)
		if err != nil {
			kill()
			return nil, fmt.Errorf("%s ended: %s", name, said)
		}
		said = append(said, buf[:n]...)
	}
	return kill, nil
}

// claimOne claims exactly one item.
func claimOne(t testing.TB, s Store, q QueueName, owner string) Claim {
	t.Helper()
	claims := claim(t, s, q, owner, 1)
	if len(claims) != 1 {
		t.Fatalf("claimed %d of %s, want 1", len(claims), q)
	}
	return claims[0]
}

const testLease = 15 * time.Second

func claim(t testing.TB, s Store, q QueueName, owner string, max int) []Claim {
	t.Helper()
	claims, err := s.Claim(context.Background(), q, owner, max, testLease)
	if err != nil {
		t.Fatal(err)
	}
	return claims
}

func put(t testing.TB, s Store, q QueueName, items ...Item) int {
	t.Helper()
	n, err := s.Put(context.Background(), q, items...)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func finish(t testing.TB, s Store, c Claim, o Outcome) {
	t.Helper()
	if err := s.Finish(context.Background(), c, o); err != nil {
		t.Fatalf("finish %s: %v", c.Key, err)
	}
}
