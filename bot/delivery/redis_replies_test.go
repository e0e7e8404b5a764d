package delivery

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// refusing stands between a store and its server and answers scripts with a
// refusal instead of passing them on, as often as it is told.
type refusing struct {
	net.Listener
	mu    sync.Mutex
	reply string
	left  int // how many; negative: all
	asked int
}

func newRefusing(t *testing.T, socket string) *refusing {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	r := &refusing{Listener: l}
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			go r.serve(client, socket)
		}
	}()
	return r
}

// say has the next scripts answered with a refusal.
func (r *refusing) say(reply string, times int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.reply, r.left, r.asked = reply, times, 0
}

func (r *refusing) tried() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.asked
}

func (r *refusing) serve(client net.Conn, socket string) {
	defer client.Close()
	server, err := net.Dial("unix", socket)
	if err != nil {
		return
	}
	defer server.Close()
	go func() {
		buf := make([]byte, 64<<10)
		for {
			n, err := server.Read(buf)
			if err != nil {
				return
			}
			client.Write(buf[:n]) //nolint:errcheck // the other direction ends it
		}
	}()
	buf := make([]byte, 64<<10)
	for {
		n, err := client.Read(buf) // the client waits for its reply: a read is a command
		if err != nil {
			return
		}
		if reply := r.refusal(buf[:n]); reply != "" {
			fmt.Fprintf(client, "-%s\r\n", reply)
			continue
		}
		server.Write(buf[:n]) //nolint:errcheck // the other direction ends it
	}
}

func (r *refusing) refusal(command []byte) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !bytes.Contains(command, []byte("evalsha")) || r.left == 0 {
		return ""
	}
	r.left--
	r.asked++
	return r.reply
}

// The rows BI141 to BI146 of the list of bad inputs: what a Redis may answer to a
// script. What it refused is not stored and not taken for stored; nothing is asked
// twice by the client itself; with the next good answer the store goes on.
func TestRedisRefusals(t *testing.T) {
	for name, c := range map[string]struct {
		reply  string
		stored bool // for the refusal is no refusal of the step
	}{
		"BI141 LOADING":     {"LOADING Redis is loading the dataset in memory", false},
		"BI141 BUSY":        {"BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.", false},
		"BI141 MASTERDOWN":  {"MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.", false},
		"BI141 CLUSTERDOWN": {"CLUSTERDOWN The cluster is down", false},
		"BI141 TRYAGAIN":    {"TRYAGAIN Multiple keys request during rehashing of slot", false},
		"BI142 READONLY":    {"READONLY You can't write against a read only replica.", false},
		"BI143 MOVED":       {"MOVED 1234 127.0.0.1:1", false},
		"BI143 ASK":         {"ASK 1234 127.0.0.1:1", false},
		"BI143 CROSSSLOT":   {"CROSSSLOT Keys in request don't hash to the same slot", false},
		"BI144 OOM":         {"OOM command not allowed when used memory > 'maxmemory'.", false},
		"BI144 MISCONF":     {"MISCONF Errors writing to the AOF file: No space left on device", false},
		"BI146 NOSCRIPT":    {"NOSCRIPT No matching script. Please use EVAL.", true},
		"BI146 EXECABORT":   {"EXECABORT Transaction discarded because of previous errors.", false},
		"NOAUTH":            {"NOAUTH Authentication required.", false},
		"NOPERM":            {"NOPERM this user has no permissions to run the 'evalsha' command", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRefusing(t, redisServer(t))
			s, err := OpenRedis(t.Context(), redis.UniversalOptions{Addrs: []string{r.Addr().String()}}, "refused")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { s.Close() })
			r.say(c.reply, 1)
			_, err = s.Put(t.Context(), Inbox, Item{Key: "1", Chat: 7, Body: []byte("x")})
			if stored := err == nil; stored != c.stored || r.tried() != 1 {
				t.Errorf("stored: %t (%v), asked %d times", stored, err, r.tried())
			}
			if n, err := s.Count(t.Context(), Inbox); err != nil || (n.Waiting == 1) != c.stored {
				t.Errorf("%+v is there, %v", n, err)
			}
			if added, err := s.Put(t.Context(), Inbox, Item{Key: "1", Chat: 7, Body: []byte("x")}); err != nil || (added == 0) != c.stored {
				t.Errorf("put again: %d new, %v", added, err)
			}
			r.say(c.reply, 1)
			if fence, err := s.Lock(t.Context(), "one", "a", time.Minute); (err == nil) != c.stored || errors.Is(err, ErrHeld) {
				t.Errorf("a lock that was refused: %d, %v", fence, err)
			}
		})
	}
}

// The row BI149: an append-only file that a power cut left with a torn end. What
// was acknowledged before the torn command is there; one that is damaged in its
// middle keeps the server from starting, and so the bot.
func TestATornAppendOnlyFileLosesItsEndOnly(t *testing.T) {
	dir := redisDir(t)
	kill := startRedis(t, dir)
	open := func() (*Redis, error) {
		return OpenRedis(t.Context(), redis.UniversalOptions{Addrs: []string{filepath.Join(dir, "s")}}, "torn")
	}
	s, err := open()
	if err != nil {
		t.Fatal(err)
	}
	const items = 20
	for i := range items {
		put(t, s, Inbox, Item{Key: fmt.Sprint(i), Chat: 7, Body: []byte("x")})
	}
	s.Close()
	kill()
	files, _ := filepath.Glob(filepath.Join(dir, "appendonlydir", "*.incr.aof"))
	if len(files) == 0 {
		files, _ = filepath.Glob(filepath.Join(dir, "*.aof"))
	}
	if len(files) != 1 {
		t.Fatalf("append-only files: %v", files)
	}
	whole, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(files[0], whole[:len(whole)-5], 0o600); err != nil {
		t.Fatal(err)
	}
	kill = startRedis(t, dir)
	if s, err = open(); err != nil {
		t.Fatal(err)
	}
	n, err := s.Count(t.Context(), Inbox)
	if err != nil || n.Waiting != items-1 {
		t.Errorf("of %d acknowledged items %d are there after the last one was torn; %v", items, n.Waiting, err)
	}
	s.Close()
	kill()
	damaged := bytes.Clone(whole)
	copy(damaged[len(damaged)/2:], bytes.Repeat([]byte{0}, 64))
	if err := os.WriteFile(files[0], damaged, 0o600); err != nil {
		t.Fatal(err)
	}
	startRedisUntil(t, "Bad file format", dir)()
	if s, err := open(); err == nil {
		s.Close()
		t.Error("a store opened whose file is damaged in its middle")
	}
}
