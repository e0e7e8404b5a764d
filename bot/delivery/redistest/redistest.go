// Package redistest starts real Redis servers for tests.
package redistest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// startTime bounds the start of a server.
const startTime = 20 * time.Second

// Start runs a redis-server until the test ends and gives its socket. Every write
// is on disk before it is acknowledged, nothing is evicted, as in operation. The
// test is skipped when there is no redis-server, unless RONGCUO_TEST_REQUIRE
// names it.
func Start(t testing.TB) (socket string) {
	t.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		if strings.Contains(os.Getenv("RONGCUO_TEST_REQUIRE"), "redis-server") {
			t.Fatal("RONGCUO_TEST_REQUIRE asks for redis-server, and none is on PATH")
		}
		t.Skip("no redis-server on PATH")
	}
	dir, err := os.MkdirTemp("", "redis") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	socket = filepath.Join(dir, "s")
	server := exec.Command(path, "--port", "0", "--unixsocket", socket, "--dir", dir, "--save", "",
		"--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction")
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		server.Process.Kill()
		server.Wait()
	})
	client := redis.NewClient(&redis.Options{Network: "unix", Addr: socket})
	defer client.Close()
	for deadline := time.Now().Add(startTime); client.Ping(t.Context()).Err() != nil; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("redis-server does not answer")
		}
	}
	return socket
}
