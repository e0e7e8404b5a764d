package delivery

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if runCrashing() {
		return
	}
	servers := goleak.Cleanup(func(code int) { stopShared(); os.Exit(code) })
	// go-redis looks once a second if a dead server is back, and ends within that
	// second after Close.
	goleak.VerifyTestMain(m, servers, goleak.IgnoreAnyFunction("github.com/redis/go-redis/v9/internal/pool.(*ConnPool).tryDial"))
}

// syncBuffer is a log that many goroutines write.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// recorder is a Client that notes what was sent when.
type recorder struct {
	Client
	mu     sync.Mutex
	sent   []sending
	answer func(sending) error
}

type sending struct {
	chat int64
	text string
	at   time.Time
}

func (r *recorder) SendMessage(ctx context.Context, p *bot.SendMessageParams) (*models.Message, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := sending{p.ChatID.(int64), p.Text, time.Now()}
	if r.answer != nil {
		if err := r.answer(s); err != nil {
			return nil, err
		}
	}
	r.sent = append(r.sent, s)
	return &models.Message{ID: len(r.sent)}, nil
}

func (r *recorder) texts(chat int64) (texts []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.sent {
		if s.chat == chat {
			texts = append(texts, s.text)
		}
	}
	return texts
}

// inBubble runs an office on SQLite and a recorder under a clock of the test's
// own, and stops it at the end.
func inBubble(t *testing.T, handler Handler, test func(t *testing.T, o *Office, r *recorder)) {
	path := filepath.Join(t.TempDir(), "store.db")
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{}
		o := newOffice(t, Config{Store: openSQLite(t, path), Client: r, Handler: handler,
			Admins: func(context.Context) []int64 { return []int64{900} }})
		stop := start(t, o)
		defer stop()
		test(t, o, r)
	})
}

// settle lets time pass in a bubble and waits until nobody does anything any
// more: what was done up to now may be read without a lock.
func settle(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func newOffice(t testing.TB, c Config) *Office {
	t.Helper()
	o, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func start(t testing.TB, o *Office) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); o.Run(ctx) }()
	stop = sync.OnceFunc(func() { cancel(); <-done })
	t.Cleanup(stop)
	return stop
}

func arrive(t testing.TB, o *Office, id, chat int64, text string) {
	t.Helper()
	it, err := updateItem(textUpdate(id, chat, text))
	if err != nil {
		t.Fatal(err)
	}
	put(t, o.store, Inbox, it)
	o.inbox.poke()
}

// echo answers with the text and how often this chat has spoken.
func echo(ctx context.Context, t *Turn) error {
	key := fmt.Sprint("count:", t.Chat)
	count, err := t.Load(ctx, key)
	if err != nil {
		return err
	}
	count = append(count, '.')
	if err := t.Save(key, count, time.Hour); err != nil {
		return err
	}
	return t.Send(Message{Chat: t.Chat, Text: fmt.Sprintf("%d %s", len(count), t.Update.Message.Text)})
}

func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !is(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

func TestAnUpdateIsAnsweredOverRealHTTP(t *testing.T) {
	tg := newTelegram(t)
	var log syncBuffer
	o := newOffice(t, Config{Store: openSQLite(t, filepath.Join(t.TempDir(), "s.db")), Client: tg.client(t), Handler: echo,
		Log: slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	stop := start(t, o)
	ctx, cancel := context.WithCancel(t.Context())
	polled := make(chan error, 1)
	go func() { polled <- o.Poll(ctx, tg.URL, testToken) }()
	tg.say(7, "身份证号")
	tg.say(7, "再问")
	eventually(t, "two replies", func() bool { return len(tg.sentTo(7)) == 2 })
	if got := tg.sentTo(7); got[0] != "1 身份证号" || got[1] != "2 再问" {
		t.Errorf("sent %q", got)
	}
	eventually(t, "the updates confirmed", func() bool { return tg.unconfirmed() == 0 })
	if id, ok, _ := o.store.Result(t.Context(), Outbox, "u1/0"); !ok || id < 1000 {
		t.Errorf("message id %d %v", id, ok)
	}
	cancel()
	if err := <-polled; err != nil {
		t.Error(err)
	}
	stop()
	for _, secret := range []string{"身份证号", "secret-of-the-bot", "甲"} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log holds %q:\n%s", secret, log.String())
		}
	}
}

func TestAnUpdateTwiceChangesNothing(t *testing.T) {
	inBubble(t, echo, func(t *testing.T, o *Office, r *recorder) {
		for range 3 {
			arrive(t, o, 1, 7, "一")
			synctest.Wait()
			arrive(t, o, 2, 7, "二")
			time.Sleep(5 * time.Second)
		}
		if got := r.texts(7); len(got) != 2 || got[1] != "2 二" {
			t.Errorf("sent %q", got)
		}
	})
}

func TestACrashingUpdateIsParkedAndTheChatGoesOn(t *testing.T) {
	tries := 0
	handler := func(ctx context.Context, turn *Turn) error {
		if turn.Update.Message.Text == "炸" {
			tries++
			turn.Send(Message{Chat: turn.Chat, Text: "半个回复"})
			panic("with a person's words")
		}
		return echo(ctx, turn)
	}
	inBubble(t, handler, func(t *testing.T, o *Office, r *recorder) {
		arrive(t, o, 1, 7, "炸")
		arrive(t, o, 2, 7, "下一条")
		arrive(t, o, 3, 8, "别的会话")
		settle(time.Second)
		if got := r.texts(8); len(got) != 1 {
			t.Errorf("another chat waits: %q", got)
		}
		settle(20 * time.Second)
		if tries != MaxTries {
			t.Errorf("tried %d times", tries)
		}
		if got := r.texts(7); len(got) != 2 || got[0] != textParked || got[1] != "1 下一条" {
			t.Errorf("the chat got %q", got)
		}
		if got := r.texts(900); len(got) != 1 || !strings.Contains(got[0], "第 1 号更新") {
			t.Errorf("the administrator got %q", got)
		}
		if n, _ := o.store.Revive(t.Context(), Inbox); n != 1 {
			t.Errorf("revived %d", n)
		}
	})
}

// Updates of many chats that change one session at the same moment all come
// through, in a second or two, and none is set aside.
func TestUpdatesThatMeetAtASessionGiveWay(t *testing.T) {
	const people = 120
	handler := func(ctx context.Context, turn *Turn) error {
		value, err := turn.Load(ctx, "shared")
		if err != nil {
			return err
		}
		time.Sleep(30 * time.Millisecond) // the others read it meanwhile
		if err := turn.Save("shared", append(value, 'x'), time.Hour); err != nil {
			return err
		}
		return echo(ctx, turn)
	}
	inBubble(t, handler, func(t *testing.T, o *Office, r *recorder) {
		for i := range people {
			arrive(t, o, int64(i+1), int64(100+i), "我")
		}
		settle(20 * time.Second)
		for i := range people {
			if got := r.texts(int64(100 + i)); len(got) != 1 || !strings.Contains(got[0], "我") {
				t.Errorf("chat %d got %q", 100+i, got)
			}
		}
		if value, _, err := o.store.Load(t.Context(), "shared"); err != nil || len(value) != people {
			t.Errorf("%d changes of %d: %v", len(value), people, err)
		}
	})
}

func TestAnUpdateThatKillsTheProcessIsParked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	synctest.Test(t, func(t *testing.T) {
		s, r := openSQLite(t, path), &recorder{}
		put(t, s, Inbox, Item{Key: "1", Chat: 7, Order: 1, Body: textUpdate(1, 7, "x")})
		for range MaxTries { // five lives that ended with the update in hand
			claimOne(t, s, Inbox, "main")
			if err := s.Release(t.Context(), Inbox, "main"); err != nil {
				t.Fatal(err)
			}
		}
		start(t, newOffice(t, Config{Store: s, Client: r, Admins: func(context.Context) []int64 { return []int64{900} },
			Handler: func(context.Context, *Turn) error { t.Error("handled a sixth time"); return nil }}))
		settle(5 * time.Second)
		if got := r.texts(900); len(got) != 1 {
			t.Errorf("the administrator got %q", got)
		}
	})
}

// Promises R4, R5. RONGCUO_TEST_UPDATES is how many updates three replicas get on
// each store, 240 by default.
func TestReplicasNeverInterleaveAChat(t *testing.T) {
	each, err := strconv.Atoi(os.Getenv("RONGCUO_TEST_UPDATES"))
	if err != nil {
		each = 240
	}
	const chats = 40
	each /= chats
	eachStore(t, func(t *testing.T, h *harness) {
		var mu sync.Mutex
		busy, last, handled := map[int64]bool{}, map[int64]int64{}, 0
		handler := func(ctx context.Context, turn *Turn) error {
			mu.Lock()
			if busy[turn.Chat] || turn.Update.ID <= last[turn.Chat] {
				t.Errorf("chat %d: update %d beside or after %d", turn.Chat, turn.Update.ID, last[turn.Chat])
			}
			busy[turn.Chat] = true
			mu.Unlock()
			defer func() {
				mu.Lock()
				busy[turn.Chat], last[turn.Chat] = false, turn.Update.ID
				handled++
				mu.Unlock()
			}()
			return echo(ctx, turn)
		}
		var offices []*Office
		for _, name := range []string{"a", "b", "c"} {
			o := newOffice(t, Config{Store: h, Client: &recorder{}, Handler: handler, Name: name, Workers: 4})
			start(t, o)
			offices = append(offices, o)
		}
		ids := map[int64]int64{}
		for id := int64(1); id <= chats*int64(each); id++ {
			chat := id%chats + 1
			ids[chat] = id
			arrive(t, offices[rand.N(3)], id, chat, "x")
			if rand.N(3) == 0 {
				arrive(t, offices[rand.N(3)], id, chat, "x")
			}
		}
		for left := -1; ; { // as long as it goes on
			c, _ := h.Count(t.Context(), Inbox)
			if c.Waiting == 0 {
				break
			}
			left = c.Waiting
			eventually(t, "it goes on", func() bool { c, _ := h.Count(t.Context(), Inbox); return c.Waiting < left })
		}
		for chat, id := range ids {
			if last[chat] != id {
				t.Errorf("chat %d ended at %d, want %d", chat, last[chat], id)
			}
			if v, _, _ := h.Load(t.Context(), fmt.Sprint("count:", chat)); len(v) != each {
				t.Errorf("chat %d counts %d in effect, want %d", chat, len(v), each)
			}
		}
	})
}

// Promise R3 under load: a process that stops while a hundred updates a second
// arrive leaves what it has not begun, and the next one handles each once.
func TestStoppingUnderLoadLosesNothing(t *testing.T) {
	test := func(t *testing.T, h *harness) {
		const updates, chats, pace = 100, 10, 10 * time.Millisecond
		c := Config{Store: h, Client: &recorder{}, Handler: echo, Name: "a"}
		first := newOffice(t, c)
		stop := start(t, first)
		next := newOffice(t, c)
		for id := int64(1); id <= updates; id++ {
			arrive(t, first, id, id%chats+1, "x")
			if id == updates/2 {
				go stop()
			}
			time.Sleep(pace)
		}
		stop()
		start(t, next)
		eventually(t, "all handled", func() bool { c, _ := h.Count(t.Context(), Inbox); return c.Waiting == 0 })
		for chat := 1; chat <= chats; chat++ {
			if v, _, _ := h.Load(t.Context(), fmt.Sprint("count:", chat)); len(v) != updates/chats {
				t.Errorf("chat %d counts %d in effect, want %d", chat, len(v), updates/chats)
			}
		}
	}
	t.Run("sqlite", func(t *testing.T) { test(t, sqliteHarness(t)) })
	t.Run("redis-server", func(t *testing.T) { test(t, redisHarness(t, redisServer(t))) })
}

func TestStoppingFinishesOrHandsBack(t *testing.T) {
	handler := func(ctx context.Context, turn *Turn) error {
		switch turn.Update.Message.Text {
		case "slow":
			time.Sleep(3 * time.Second)
		case "endless":
			<-ctx.Done()
			return ctx.Err()
		}
		return echo(ctx, turn)
	}
	path := filepath.Join(t.TempDir(), "store.db")
	synctest.Test(t, func(t *testing.T) {
		s := openSQLite(t, path)
		o := newOffice(t, Config{Store: s, Client: &recorder{}, Handler: handler})
		stop := start(t, o)
		arrive(t, o, 1, 7, "slow")
		arrive(t, o, 2, 8, "endless")
		settle(time.Second)
		began := time.Now()
		stop()
		if took := time.Since(began); took > DrainTime {
			t.Errorf("stopping took %v", took)
		}
		if v, _, _ := s.Load(t.Context(), "count:7"); len(v) != 1 {
			t.Error("what could be finished was not")
		}
		c := claimOne(t, s, Inbox, "next")
		if c.Key != "2" || c.Tries != 1 {
			t.Errorf("handed back %s with %d tries, want 2 with 1", c.Key, c.Tries)
		}
	})
}

func TestAnOldButtonPressReachesTheHandler(t *testing.T) {
	var got string
	handler := func(_ context.Context, turn *Turn) error { got = turn.Update.CallbackQuery.Data; return nil }
	inBubble(t, handler, func(t *testing.T, o *Office, _ *recorder) {
		it, err := updateItem([]byte(`{"update_id":9,"callback_query":{"id":"1","from":{"id":5},"data":"ok:7","message":{"message_id":3,"date":0,"chat":{"id":-50,"type":"group"}}}}`))
		if err != nil || it.Chat != -50 {
			t.Fatalf("chat %d, %v", it.Chat, err)
		}
		put(t, o.store, Inbox, it)
		settle(3 * time.Minute) // Telegram forgets a press after 150 s
		if got != "ok:7" {
			t.Errorf("handler saw %q", got)
		}
	})
}

func TestAnUpdateOfUnreadableShapeIsSkipped(t *testing.T) {
	inBubble(t, echo, func(t *testing.T, o *Office, r *recorder) {
		put(t, o.store, Inbox, Item{Key: "1", Chat: 7, Order: 1, Body: []byte(`{"update_id":1,"message":{"chat":{"id":7},"text":[1]}}`)})
		arrive(t, o, 2, 7, "后来")
		settle(2 * time.Second)
		if got := r.texts(7); len(got) != 1 || got[0] != "1 后来" {
			t.Errorf("sent %q", got)
		}
	})
}

func TestASessionChangedMeanwhileCallsTheHandlerAgain(t *testing.T) {
	var o *Office
	calls := 0
	handler := func(ctx context.Context, turn *Turn) error {
		calls++
		if err := echo(ctx, turn); err != nil {
			return err
		}
		if calls == 1 {
			_, err := o.store.Save(ctx, Save{Key: "count:7", Value: []byte(".........."), TTL: time.Hour})
			return err
		}
		return nil
	}
	inBubble(t, handler, func(t *testing.T, office *Office, r *recorder) {
		o = office
		arrive(t, o, 1, 7, "x")
		settle(3 * time.Second)
		if got := r.texts(7); len(got) != 1 || got[0] != "11 x" {
			t.Errorf("sent %q after %d calls", got, calls)
		}
	})
}

func TestTurnRefusesWhatCannotBeStored(t *testing.T) {
	turn := &Turn{Chat: 7, revision: map[string]int64{"k": 0}, saves: map[string]Save{}}
	for name, err := range map[string]error{
		"no content":   turn.Send(Message{Chat: 7}),
		"no chat":      turn.Send(Message{Text: "x"}),
		"file of none": turn.Send(Message{Chat: 7, File: &File{Name: "a"}}),
		"too large":    turn.Send(Message{Chat: 7, File: &File{Data: make([]byte, MaxInline+1)}}),
		"too long":     turn.Send(Message{Chat: 7, Text: strings.Repeat("长", maxMarked+1)}),
		"not loaded":   turn.Save("other", []byte("x"), time.Hour),
		"no end":       turn.Save("k", []byte("x"), 0),
	} {
		if !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
