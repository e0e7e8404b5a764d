package delivery

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/go-telegram/bot"
	"github.com/redis/go-redis/v9"
)

// The crash tests run this test binary a second time as the bot's process, which
// kills itself with SIGKILL at a named point, or is killed from outside.
const (
	crashPoint  = "DELIVERY_TEST_CRASH_POINT"  // where
	crashAfter  = "DELIVERY_TEST_CRASH_AFTER"  // at which time it is passed
	crashServer = "DELIVERY_TEST_CRASH_SERVER" // address of the Bot API; set only for such a process
	crashStore  = "DELIVERY_TEST_CRASH_STORE"  // a SQLite file or redis:socket
	crashName   = "DELIVERY_TEST_CRASH_NAME"   // Config.Name
)

// runCrashing is the bot's process; false in an ordinary run of the tests.
func runCrashing() bool {
	server := os.Getenv(crashServer)
	if server == "" {
		return false
	}
	limitAll, limitChat = rule{10000, time.Second}, rule{10000, time.Second}
	ctx := context.Background()
	var s Store
	var err error
	if socket, ok := strings.CutPrefix(os.Getenv(crashStore), "redis:"); ok {
		s, err = OpenRedis(ctx, redis.UniversalOptions{Addrs: []string{socket}}, "crash")
	} else {
		s, err = OpenSQLite(ctx, openDB(crashing{}, os.Getenv(crashStore)))
	}
	if err != nil {
		panic(err)
	}
	client, err := bot.New(testToken, bot.WithSkipGetMe(), bot.WithServerURL(server), bot.WithHTTPClient(time.Minute, http.DefaultClient))
	if err != nil {
		panic(err)
	}
	o, err := New(Config{Store: s, Client: client, Handler: echoOrWork, Name: os.Getenv(crashName), Jobs: map[string]JobHandler{"work": workTwice}})
	if err != nil {
		panic(err)
	}
	after, _ := strconv.ParseInt(os.Getenv(crashAfter), 10, 64)
	var passed atomic.Int64
	o.probe = func(point string) {
		if point == os.Getenv(crashPoint) && passed.Add(1) == after {
			syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	}
	go o.Run(ctx)
	o.Poll(ctx, server, testToken)
	return true
}

// crashing stands for the test in a process that has none.
type crashing struct{ testing.TB }

func (crashing) Helper()           {}
func (crashing) Fatal(args ...any) { panic(fmt.Sprint(args...)) }

// botProcess starts the bot's process; exited is closed when it is dead.
func botProcess(t *testing.T, tg *telegram, store, point string, after int) (kill func(), exited chan struct{}) {
	t.Helper()
	return namedProcess(t, "", tg, store, point, after)
}

// namedProcess starts a replica.
func namedProcess(t *testing.T, name string, tg *telegram, store, point string, after int) (kill func(), exited chan struct{}) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), crashServer+"="+tg.URL, crashStore+"="+store, crashPoint+"="+point, crashAfter+"="+strconv.Itoa(after), crashName+"="+name)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	exited = make(chan struct{})
	go func() { defer close(exited); cmd.Wait() }()
	kill = func() { cmd.Process.Kill(); <-exited }
	t.Cleanup(kill)
	return kill, exited
}

// conversation is what the people of a crash test say.
type conversation struct {
	*telegram
	said map[int64][]string
}

func converse(t *testing.T, chats, each int) *conversation {
	c := &conversation{newTelegram(t), map[int64][]string{}}
	for i := range each {
		for chat := int64(1); chat <= int64(chats); chat++ {
			text := fmt.Sprintf("第%d句", i+1)
			c.say(chat, text)
			c.said[chat] = append(c.said[chat], text)
		}
	}
	return c
}

// moved waits until every chat has had another answer, or all of them.
func (c *conversation) moved(t *testing.T) {
	t.Helper()
	before := make(map[int64]int)
	for chat := range c.said {
		before[chat] = len(slices.Compact(c.sentTo(chat)))
	}
	eventually(t, "every chat goes on", func() bool {
		for chat, said := range c.said {
			if n := len(slices.Compact(c.sentTo(chat))); n <= before[chat] && n < len(said) {
				return false
			}
		}
		return true
	})
}

// answered says that every sentence has an answer.
func (c *conversation) answered() bool {
	for chat, said := range c.said {
		if len(slices.Compact(c.sentTo(chat))) < len(said) {
			return false
		}
	}
	return true
}

// check holds the answers to promises R1 and R2: each sentence was handled once
// in effect and in order, and no kill doubled more than one message a chat.
func (c *conversation) check(t *testing.T, kills int) {
	t.Helper()
	doubled := 0
	for _, chat := range slices.Sorted(maps.Keys(c.said)) {
		got := c.sentTo(chat)
		once := slices.Compact(slices.Clone(got))
		doubled += len(got) - len(once)
		var want []string
		for i, text := range c.said[chat] {
			want = append(want, fmt.Sprintf("%d %s", i+1, text))
		}
		if !slices.Equal(once, want) {
			t.Errorf("chat %d was answered %q, want %q", chat, got, want)
		}
	}
	if doubled > kills*senders {
		t.Errorf("%d messages came twice after %d kills", doubled, kills)
	}
	t.Logf("%d kills, %d messages doubled", kills, doubled)
}

func crashStores(t *testing.T, test func(t *testing.T, store string)) {
	if testing.Short() {
		t.Skip("processes that die and begin again take long")
	}
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, filepath.Join(t.TempDir(), "s.db"))
	})
	t.Run("redis-server", func(t *testing.T) {
		t.Parallel()
		test(t, "redis:"+redisServer(t))
	})
}

func TestKillAtNamedPointsLosesNothing(t *testing.T) {
	for _, point := range []string{"received", "stored", "claimed", "handled", "committed", "before send", "after send", "sent noted"} {
		t.Run(point, func(t *testing.T) {
			crashStores(t, func(t *testing.T, store string) {
				c := converse(t, 5, 3)
				after := 4
				if point == "received" || point == "stored" {
					after = 1
				}
				_, exited := botProcess(t, c.telegram, store, point, after)
				select {
				case <-exited:
				case <-time.After(20 * time.Second):
					t.Fatal("the process never came to this point")
				}
				botProcess(t, c.telegram, store, "", 0)
				eventually(t, "every sentence answered", c.answered)
				c.check(t, 1)
			})
		})
	}
}

func TestKillsAtRandomMomentsLoseNothing(t *testing.T) {
	crashStores(t, func(t *testing.T, store string) {
		kills, err := strconv.Atoi(os.Getenv("RONGCUO_TEST_KILLS"))
		if err != nil {
			kills = 10
		}
		c := converse(t, 10, 12+kills)
		for range kills {
			kill, _ := botProcess(t, c.telegram, store, "", 0)
			c.moved(t) // an update that ends its process five times is parked
			time.Sleep(rand.N(20 * time.Millisecond))
			kill()
		}
		botProcess(t, c.telegram, store, "", 0)
		eventually(t, "every sentence answered", c.answered)
		c.check(t, kills)
	})
}
