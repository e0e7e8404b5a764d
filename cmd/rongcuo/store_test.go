package main

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"rongcuo/bot/delivery"
	"rongcuo/bot/localtelegram"
	"rongcuo/bot/localtelegram/localtelegramtest"
)

// startRedis runs a Redis of the test's own until the test ends, and gives its
// address. Arguments come after those that keep what is acknowledged.
func startRedis(t *testing.T, arguments ...string) (address string) {
	t.Helper()
	address = freeAddress(t)
	startRedisAt(t, address, t.TempDir(), arguments...)
	return address
}

// startRedisAt runs a Redis on an address and a folder, until it is killed.
func startRedisAt(t *testing.T, address, dir string, arguments ...string) (kill func()) {
	t.Helper()
	program, err := exec.LookPath("redis-server")
	if err != nil {
		if slices.Contains(strings.Split(os.Getenv("RONGCUO_TEST_REQUIRE"), ","), "redis-server") {
			t.Fatal("redis-server is required")
		}
		t.Skip("redis-server is not here")
	}
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	all := append([]string{"--dir", dir, "--port", port, "--bind", "127.0.0.1", "--save", "", "--logfile", "",
		"--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction"}, arguments...)
	ctx, stop := context.WithCancel(t.Context())
	server := exec.CommandContext(ctx, program, all...)
	says, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	kill = sync.OnceFunc(func() { stop(); _ = server.Wait() }) // it was killed
	t.Cleanup(kill)
	for lines := bufio.NewScanner(says); lines.Scan(); {
		if strings.Contains(lines.Text(), "Ready to accept") {
			return kill
		}
	}
	t.Fatal("redis-server did not start")
	return nil
}

// Redis dies and comes back under a running bot: it is not ready meanwhile, takes
// nothing that it could not keep, and then answers what came.
func TestABotOutlivesItsRedis(t *testing.T) {
	address, dir, observe := freeAddress(t), t.TempDir(), freeAddress(t)
	kill := startRedisAt(t, address, dir)
	t.Setenv("REDIS_URL", "redis://"+address+"/0")
	t.Setenv("OBSERVE_ADDR", observe)
	t.Setenv("EMBEDDING", "off")
	telegram := localtelegramtest.Start(t, localtelegram.Options{Started: true, NoLimits: true})
	stop := serving(t, telegram, t.TempDir())
	official := telegram.As("普通干部")
	official.Say("/start")
	official.AwaitText("请不要发送")
	kill()
	if status, body := fetch(t, "http://"+observe+"/readyz"); status != http.StatusServiceUnavailable || !strings.Contains(body, `"store":"`) || strings.Contains(body, `"store":"ok"`) {
		t.Errorf("%d %s", status, body)
	}
	if status, _ := fetch(t, "http://"+observe+"/healthz"); status != http.StatusOK {
		t.Error("a restart would not help")
	}
	official.Say("/privacy")
	startRedisAt(t, address, dir)
	official.AwaitText("保存")
	if status, body := fetch(t, "http://"+observe+"/readyz"); status != http.StatusOK {
		t.Error(body)
	}
	if status, said := stop(); status != exitOK {
		t.Error(said)
	}
}

// What is wrong with Redis is said at the start, by the setting's name and how
// to mend it, and never with the password.
func TestServeSaysWhatIsWrongWithRedis(t *testing.T) {
	const password = "canary-password"
	locked := startRedis(t, "--requirepass", password)
	evicting := startRedis(t, "--maxmemory-policy", "allkeys-lru")
	forgetful := startRedis(t, "--appendonly", "no")
	telegram := localtelegramtest.Start(t, localtelegram.Options{Started: true})
	t.Setenv("TELEGRAM_API_URL", telegram.URL())
	t.Setenv("TELEGRAM_TOKEN", telegram.Token())
	t.Setenv("EMBEDDING", "off")
	for name, c := range map[string]struct{ address, mend string }{
		"not an address":    {"localhost:6379/" + password, "redis://"},
		"nobody there":      {"redis://:" + password + "@" + freeAddress(t), "是否已经启动"},
		"a wrong password":  {"redis://:x" + password + "@" + locked, "密码不对"},
		"no password":       {"redis://" + locked, "密码不对"},
		"it evicts":         {"redis://" + evicting, "noeviction"},
		"it forgets":        {"redis://" + forgetful, "appendonly"},
		"a number too much": {"redis+cluster://:" + password + "@" + locked + "/3", "库号"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("REDIS_URL", c.address)
			for _, command := range [][]string{{"serve", "-data", t.TempDir()}, {"check"}} {
				status, out, errOut := invoke(t, command...)
				said := out + errOut
				if status != exitFailed || !strings.Contains(said, "REDIS_URL") || !strings.Contains(said, c.mend) {
					t.Errorf("%s: %d %s", command[0], status, said)
				}
				if strings.Contains(said, password) {
					t.Errorf("%s shows the password", command[0])
				}
			}
		})
	}
}

func TestServeKeepsItsMessagesInRedis(t *testing.T) {
	address := startRedis(t, "--requirepass", "canary-password")
	file := t.TempDir() + "/redis"
	if err := os.WriteFile(file, []byte("redis://:canary-password@"+address+"/0\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("REDIS_URL_FILE", file)
	telegram := localtelegramtest.Start(t, localtelegram.Options{Started: true, NoLimits: true})
	stop := serving(t, telegram, t.TempDir())
	official := telegram.As("普通干部")
	official.Say("/start")
	official.AwaitText("请不要发送")
	if status, out, _ := invoke(t, "check"); status != exitOK || !strings.Contains(out, "✓ Redis") || !strings.Contains(out, "✓ Telegram：机器人 @rongcuo_bot") {
		t.Errorf("%d %s", status, out)
	}
	if status, said := stop(); status != exitOK || strings.Contains(said, "canary") {
		t.Errorf("%d %s", status, said)
	}
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	number, _, _ := strings.Cut(telegram.Token(), ":")
	if _, err := c.Write([]byte("AUTH canary-password\r\nEXISTS {rongcuo" + number + "}:n\r\n")); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(c)
	for _, want := range []string{"+OK", ":1"} {
		if said, err := r.ReadString('\n'); err != nil || !strings.HasPrefix(said, want) {
			t.Errorf("%q %v", said, err)
		}
	}
}

func TestCheckSaysWhatIsWrongWithTheToken(t *testing.T) {
	telegram := localtelegramtest.Start(t, localtelegram.Options{Started: true})
	t.Setenv("EMBEDDING", "off")
	for name, c := range map[string]struct{ server, token, bot, mend string }{
		"nobody's token":  {telegram.URL(), "12345:canary-canary-canary", "", "TELEGRAM_TOKEN"},
		"nobody there":    {"http://" + freeAddress(t), telegram.Token(), "", "TELEGRAM_API_URL"},
		"another's token": {telegram.URL(), telegram.Token(), "somebody_bot", "BOT_USERNAME"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("TELEGRAM_API_URL", c.server)
			t.Setenv("TELEGRAM_TOKEN", c.token)
			t.Setenv("BOT_USERNAME", c.bot)
			status, out, errOut := invoke(t, "check")
			if status != exitFailed || !strings.Contains(out, "✗ Telegram") || !strings.Contains(out, c.mend) || strings.Contains(out+errOut, c.token) {
				t.Errorf("%d %s%s", status, out, errOut)
			}
		})
	}
}

func TestADemoKeepsToItsFolder(t *testing.T) {
	s := settings{DatabaseURL: "postgres://h/d", RedisURL: "redis://h", WebhookURL: "https://h"}.alone()
	if s.DatabaseURL != "" || s.RedisURL != "" || s.WebhookURL != "" {
		t.Errorf("%+v", s)
	}
}

// TestAStoreThatKeepsNothingIsNotReady: a Redis without memory, a standby and one
// that can't save answer every question, and take nothing (X3).
func TestAStoreThatKeepsNothingIsNotReady(t *testing.T) {
	address := startRedis(t)
	observe := freeAddress(t)
	t.Setenv("REDIS_URL", "redis://"+address+"/0")
	t.Setenv("OBSERVE_ADDR", observe)
	t.Setenv("EMBEDDING", "off")
	telegram := localtelegramtest.Start(t, localtelegram.Options{Started: true, NoLimits: true})
	serving(t, telegram, t.TempDir())
	official := telegram.As("普通干部")
	official.Say("/start")
	official.AwaitText("请不要发送")
	admin := redis.NewClient(&redis.Options{Addr: address})
	defer admin.Close()
	do := func(words ...any) {
		t.Helper()
		if err := admin.Do(t.Context(), words...).Err(); err != nil {
			t.Fatal(words, err)
		}
	}
	for _, fault := range []struct {
		name, reason string
		begin, end   []any
	}{
		{"out of memory", "full", []any{"CONFIG", "SET", "maxmemory", "1"}, []any{"CONFIG", "SET", "maxmemory", "0"}},
		{"a standby", "away", []any{"REPLICAOF", "127.0.0.1", "1"}, []any{"REPLICAOF", "NO", "ONE"}},
	} {
		do(fault.begin...)
		official.Say("/privacy")
		counted := `rongcuo_intake_refused_total{reason="` + fault.reason + `"} `
		var figures string
		for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
			if _, figures = fetch(t, "http://"+observe+"/metrics"); !strings.Contains(figures, counted+"0\n") {
				break
			}
		}
		if !strings.Contains(figures, counted) || strings.Contains(figures, counted+"0\n") {
			t.Errorf("%s: what was refused is not counted", fault.name)
		}
		if !strings.Contains(figures, `rongcuo_ready{part="store"} 0`) {
			t.Errorf("%s: the store counts as ready", fault.name)
		}
		if status, body := fetch(t, "http://"+observe+"/readyz"); status != http.StatusServiceUnavailable || !strings.Contains(body, `"store":"failed"`) || !strings.Contains(body, `"database":"ok"`) {
			t.Errorf("%s: %d %s", fault.name, status, body)
		}
		do(fault.end...)
		official.AwaitText("保存")
		if status, body := fetch(t, "http://"+observe+"/readyz"); status != http.StatusOK {
			t.Errorf("%s is over: %d %s", fault.name, status, body)
		}
	}
}

// TestAFolderThatCannotBeWrittenIsNotReady: attachments and texts would be lost.
func TestAFolderThatCannotBeWrittenIsNotReady(t *testing.T) {
	dir := t.TempDir()
	if err := probeDisk(dir); err != nil {
		t.Error(err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		t.Errorf("the probe left %v, %v", entries, err)
	}
	if err := probeDisk(filepath.Join(dir, "gone")); err == nil {
		t.Error("a folder that is not there is ready")
	}
	db, err := openFile(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := openBook(t.Context(), db, nil); err != nil {
		t.Fatal(err)
	}
	if err := probeDatabase(t.Context(), db); err != nil {
		t.Error(err)
	}
	store, err := delivery.OpenSQLite(t.Context(), db.DB)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	db.SetMaxOpenConns(1) // what is said is said to every later statement
	if _, err := db.Exec(`PRAGMA query_only = 1`); err != nil {
		t.Fatal(err)
	}
	if err := probeStore(t.Context(), store); err == nil || troubleOf(err) != delivery.Away {
		t.Errorf("a read-only file is ready: %v", err)
	}
}
