package delivery

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// shared is what servers that take seconds to start were started for all tests.
var shared struct {
	mu    sync.Mutex
	stops []func()
}

func stopShared() {
	shared.mu.Lock()
	defer shared.mu.Unlock()
	for _, stop := range shared.stops {
		stop()
	}
}

func onStop(stop func()) {
	shared.mu.Lock()
	defer shared.mu.Unlock()
	shared.stops = append(shared.stops, stop)
}

// sharedDir is a directory for the servers that all tests share.
var sharedDir = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "redis")
	onStop(func() { os.RemoveAll(dir) })
	return dir, err
})

// freePort gives a port that was free a moment ago and is low enough for a
// Cluster's bus, which is 10,000 above.
func freePort() (int, error) {
	for {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return 0, err
		}
		port := l.Addr().(*net.TCPAddr).Port
		l.Close()
		if port < 55000 {
			return port, nil
		}
	}
}

// nodeServer starts a server of the shared ones on a port of its own.
func nodeServer(more ...string) (port int, err error) {
	dir, err := sharedDir()
	if err != nil {
		return 0, err
	}
	if port, err = freePort(); err != nil {
		return 0, err
	}
	own := filepath.Join(dir, strconv.Itoa(port))
	if err := os.Mkdir(own, 0o700); err != nil {
		return 0, err
	}
	kill, err := startProgram("Ready to accept", "redis-server", append([]string{"--port", strconv.Itoa(port), "--bind", "127.0.0.1",
		"--dir", own, "--appendonly", "yes", "--appendfsync", "always", "--save", "", "--repl-diskless-sync-delay", "0"}, more...)...)
	if err == nil {
		onStop(kill)
	}
	return port, err
}

var startCluster = sync.OnceValues(func() (address string, err error) {
	var nodes []string
	for range 3 {
		port, err := nodeServer("--cluster-enabled", "yes")
		if err != nil {
			return "", err
		}
		nodes = append(nodes, fmt.Sprint("127.0.0.1:", port))
	}
	create := exec.Command("redis-cli", append(append([]string{"--cluster", "create"}, nodes...), "--cluster-yes")...)
	if out, err := create.CombinedOutput(); err != nil {
		return "", fmt.Errorf("redis-cli: %w: %s", err, out)
	}
	for _, node := range nodes { // each learns of the others by gossip
		c := redis.NewClient(&redis.Options{Addr: node})
		for end := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
			info, err := c.ClusterInfo(context.Background()).Result()
			if err == nil && strings.Contains(info, "cluster_state:ok") {
				break
			}
			if time.Now().After(end) {
				return "", fmt.Errorf("the cluster is not ready: %s %v", info, err)
			}
		}
		c.Close()
	}
	return "redis+cluster://" + nodes[0], nil
})

func clusterURL(t testing.TB) string { return sharedURL(t, startCluster) }

// startSentinel starts a master, a replica in step with it, and one Sentinel. A
// master that has lost its replica takes nothing, or the old one would go on
// acknowledging what nobody will see until it learns that it was replaced.
var startSentinel = sync.OnceValues(func() (address string, err error) {
	inStep := []string{"--min-replicas-to-write", "1"}
	master, err := nodeServer(inStep...)
	if err != nil {
		return "", err
	}
	replica, err := nodeServer(append(inStep, "--replicaof", "127.0.0.1 "+strconv.Itoa(master))...)
	if err != nil {
		return "", err
	}
	port, err := freePort()
	if err != nil {
		return "", err
	}
	dir, err := sharedDir()
	if err != nil {
		return "", err
	}
	conf := filepath.Join(dir, "sentinel.conf")
	text := fmt.Sprintf("port %d\nbind 127.0.0.1\ndir %s\nsentinel monitor main 127.0.0.1 %d 1\nsentinel down-after-milliseconds main 1000\n", port, dir, master)
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		return "", err
	}
	kill, err := startProgram("Sentinel ID is", "redis-server", conf, "--sentinel")
	if err != nil {
		return "", err
	}
	onStop(kill)
	sentinel := redis.NewSentinelClient(&redis.Options{Addr: fmt.Sprint("127.0.0.1:", port)})
	defer sentinel.Close()
	link := redis.NewClient(&redis.Options{Addr: fmt.Sprint("127.0.0.1:", replica)})
	defer link.Close()
	head := redis.NewClient(&redis.Options{Addr: fmt.Sprint("127.0.0.1:", master)})
	defer head.Close()
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		known, err1 := sentinel.Replicas(context.Background(), "main").Result()
		info, err2 := link.Info(context.Background(), "replication").Result()
		err3 := head.Set(context.Background(), "ready", "1", 0).Err() // it takes something once its replica is in step
		if err1 == nil && err2 == nil && err3 == nil && len(known) == 1 && strings.Contains(info, "master_link_status:up") {
			return fmt.Sprintf("redis+sentinel://127.0.0.1:%d/main", port), nil
		}
		if time.Now().After(end) {
			return "", fmt.Errorf("the Sentinel knows %d replicas: %v %v", len(known), err1, err2)
		}
	}
})

func sentinelURL(t testing.TB) string { return sharedURL(t, startSentinel) }

func sharedURL(t testing.TB, start func() (string, error)) string {
	t.Helper()
	redisDir(t) // skips without redis-server
	if _, err := exec.LookPath("redis-cli"); err != nil {
		t.Skip("no redis-cli on PATH, which makes a Cluster of servers")
	}
	address, err := start()
	if err != nil {
		t.Fatal(err)
	}
	return address
}
