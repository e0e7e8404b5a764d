package delivery

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"rongcuo/bot/localtelegram"
	"rongcuo/bot/localtelegram/localtelegramtest"
)

// notices gives when a chat was told of an outage.
func (r *recorder) notices(chat int64) (at []time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.sent {
		if s.chat == chat && s.text == textStoreAway {
			at = append(at, s.at)
		}
	}
	return at
}

// outageInBubble runs a test with an office whose store can be away, under a
// clock of the test's own. Tries has Telegram give some updates once a second, as
// it does until they are stored, and gives the time of the first try.
func outageInBubble(t *testing.T, test func(t *testing.T, f *faulty, r *recorder, tries func(n int, updates ...string) time.Time)) {
	path := filepath.Join(t.TempDir(), "s.db")
	synctest.Test(t, func(t *testing.T) {
		f, r := &faulty{Store: openSQLite(t, path)}, &recorder{}
		o := newOffice(t, Config{Store: f, Client: r, Handler: echo, Trouble: awayIs, Admins: func(context.Context) []int64 { return []int64{99} }})
		p := &poller{office: o}
		test(t, f, r, func(n int, updates ...string) time.Time {
			first := time.Now()
			for range n {
				var raw []json.RawMessage
				for _, u := range updates {
					raw = append(raw, json.RawMessage(u))
				}
				p.keep(t.Context(), raw)
				time.Sleep(storeRetry)
			}
			return first
		})
	})
}

func TestAnOutageIsToldOnceToEachAndWithinFiveSeconds(t *testing.T) {
	outageInBubble(t, func(t *testing.T, f *faulty, r *recorder, tries func(int, ...string) time.Time) {
		one, two := string(textUpdate(1, 7, "x")), string(textUpdate(2, 8, "x"))
		f.away.Store(true)
		first := tries(30, one)
		second := tries(30, one, two)
		for chat, since := range map[int64]time.Time{7: first, 8: second} {
			if at := r.notices(chat); len(at) != 1 || at[0].Sub(since) > 5*time.Second {
				t.Errorf("chat %d was told at %v, said something at %v", chat, at, since)
			}
		}
		f.away.Store(false)
		tries(1, one, two)
		f.away.Store(true) // again within a minute: the same outage
		tries(10, string(textUpdate(3, 7, "x")))
		if at := r.notices(7); len(at) != 1 {
			t.Errorf("told %d times of an outage that came and went", len(at))
		}
		f.away.Store(false)
		tries(1, string(textUpdate(3, 7, "x")))
		settle(2 * outageCalm)
		f.away.Store(true)
		tries(10, string(textUpdate(4, 7, "x")))
		if at := r.notices(7); len(at) != 2 {
			t.Errorf("told %d times of two outages", len(at))
		}
	})
}

func TestAnOutageIsToldOnlyToWhoWaits(t *testing.T) {
	tests := []struct {
		name, update string
		told         bool
	}{
		{"a message", string(textUpdate(1, 7, "x")), true},
		{"a button press", `{"update_id":1,"callback_query":{"id":"1","from":{"id":7},"message":{"chat":{"id":7}}}}`, true},
		{"a group", string(textUpdate(1, -7, "x")), false},
		{"a button press in a group", `{"update_id":1,"callback_query":{"id":"1","from":{"id":7},"message":{"chat":{"id":-7}}}}`, false},
		{"an edit", `{"update_id":1,"edited_message":{"chat":{"id":7}}}`, false},
		{"a block", `{"update_id":1,"my_chat_member":{"chat":{"id":7}}}`, false},
		{"a poll", `{"update_id":1,"poll":{"id":"4"}}`, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			outageInBubble(t, func(t *testing.T, f *faulty, r *recorder, tries func(int, ...string) time.Time) {
				f.away.Store(true)
				tries(10, test.update)
				if told := len(r.sent) == 1; told != test.told {
					t.Errorf("told: %v, sent %v", told, r.sent)
				}
			})
		})
	}
}

func TestAShortOutagePassesUnseen(t *testing.T) {
	outageInBubble(t, func(t *testing.T, f *faulty, r *recorder, tries func(int, ...string) time.Time) {
		f.away.Store(true)
		tries(2, string(textUpdate(1, 7, "x")))
		f.away.Store(false)
		tries(1, string(textUpdate(1, 7, "x")))
		if len(r.sent) > 0 {
			t.Errorf("told of two seconds: %v", r.sent)
		}
	})
}

// TestAnOutageIsToldWithinTelegramsLimits has a hundred people write at once, one
// of whom has blocked the bot.
func TestAnOutageIsToldWithinTelegramsLimits(t *testing.T) {
	outageInBubble(t, func(t *testing.T, f *faulty, r *recorder, tries func(int, ...string) time.Time) {
		blocked := 0
		r.answer = func(s sending) error {
			if s.chat == 50 {
				blocked++
				return bot.ErrorForbidden
			}
			return nil
		}
		var updates []string
		for i := int64(1); i <= 100; i++ {
			updates = append(updates, string(textUpdate(i, i, "x")))
		}
		f.away.Store(true)
		tries(20, updates...)
		for chat := int64(1); chat <= 100; chat++ {
			if n := len(r.notices(chat)); chat != 50 && n != 1 {
				t.Errorf("chat %d was told %d times", chat, n)
			}
		}
		if blocked != 1 {
			t.Errorf("who blocked the bot was written to %d times", blocked)
		}
		for i, s := range r.sent {
			if i >= 30 && s.at.Sub(r.sent[i-30].at) < time.Second {
				t.Fatalf("more than 30 messages in a second")
			}
		}
	})
}

// TestPeopleAreToldOnceThatTheStoreIsAway is the whole way of it, over HTTP, with
// both kinds of intake: promise R19.
func TestPeopleAreToldOnceThatTheStoreIsAway(t *testing.T) {
	if testing.Short() {
		t.Skip("an outage lasts seconds")
	}
	t.Parallel()
	var running sync.WaitGroup
	for name, intake := range map[string]func(*town, *Office){
		"polling": func(w *town, o *Office) { w.poll(o, w.URL()) },
		"webhook": func(w *town, o *Office) { w.hook(o) },
	} {
		running.Go(func() { t.Run(name, func(t *testing.T) { toldOnce(t, intake) }) })
	}
	running.Wait()
}

func toldOnce(t *testing.T, intake func(*town, *Office)) {
	f := &faulty{Store: openSQLite(t, filepath.Join(t.TempDir(), "s.db"))}
	w := newTown(t, 3)
	var log syncBuffer
	intake(w, w.serve(Config{Store: f, StoreAway: "请稍候。", Log: slog.New(slog.NewTextHandler(&log, nil))}))
	w.talk(func() bool { _, ok := w.answered(time.Time{}); return ok })
	f.away.Store(true)
	began := time.Now()
	w.talk(func() bool { return time.Since(began) > outageTime(t) && w.told() })
	f.away.Store(false)
	w.talk(func() bool { return true })
	w.check()
	for _, p := range w.people {
		if _, notices := w.heard(p); notices != 1 {
			t.Errorf("told %d times of one outage:\n%s", notices, p.Transcript())
		}
	}
	for _, words := range []string{"something is away", "the store takes updates again"} {
		if !strings.Contains(log.String(), words) {
			t.Errorf("the log does not say %q:\n%s", words, log.String())
		}
	}
	if strings.Contains(log.String(), "第") {
		t.Error("the log holds a person's words")
	}
}

// hook serves the webhook of an office until the test ends.
func (w *town) hook(o *Office) {
	w.t.Helper()
	const secret = "s3cret"
	h, err := o.Webhook(secret)
	if err != nil {
		w.t.Fatal(err)
	}
	server := httptest.NewServer(h)
	w.t.Cleanup(server.Close)
	client := w.client()
	if _, err := client.SetWebhook(w.t.Context(), &bot.SetWebhookParams{URL: server.URL, SecretToken: secret, AllowedUpdates: AllowedUpdates}); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { // before the server goes
		if _, err := client.DeleteWebhook(context.Background(), &bot.DeleteWebhookParams{}); err != nil {
			w.t.Error(err)
		}
	})
}

// countPresses answers whatever comes with how many presses the chat has made and
// a keyboard.
func countPresses(ctx context.Context, turn *Turn) error {
	key := fmt.Sprint("presses:", turn.Chat)
	presses, err := turn.Load(ctx, key)
	if err != nil {
		return err
	}
	text := "菜单"
	if turn.Update.CallbackQuery != nil {
		presses = append(presses, '.')
		if err := turn.Save(key, presses, time.Hour); err != nil {
			return err
		}
		text = fmt.Sprintf("按过%d次", len(presses))
	}
	return turn.Send(Message{Chat: turn.Chat, Text: text, Markup: &models.InlineKeyboardMarkup{
		InlineKeyboard: [][]models.InlineKeyboardButton{{{Text: "下一步", CallbackData: "next"}}}}})
}

// TestAPressOutlivesAnOutage presses a button while the bot is down, or its store
// is away, and moves Telegram's clock: promise R20. Telegram keeps a press for
// 150 seconds. After a longer outage what was written meanwhile still brings a
// keyboard, and the old button works again.
func TestAPressOutlivesAnOutage(t *testing.T) {
	for _, of := range []string{"bot", "store"} {
		for _, seconds := range []int{30, 60, 120, 200} {
			t.Run(fmt.Sprint(of, " ", seconds), func(t *testing.T) {
				t.Parallel()
				pressThrough(t, of, seconds)
			})
		}
	}
}

func pressThrough(t *testing.T, of string, seconds int) {
	f := &faulty{Store: openSQLite(t, filepath.Join(t.TempDir(), "s.db"))}
	tg := localtelegramtest.Start(t, localtelegram.Options{NoLimits: true, Started: true})
	w := &town{Telegram: tg, t: t}
	person := tg.As("承办人")
	run := func() (stop func()) {
		o := newOffice(t, Config{Store: f, Client: w.client(), Handler: countPresses, NoLimits: true})
		ctx, cancel := context.WithCancel(context.Background())
		var running sync.WaitGroup
		running.Go(func() { o.Run(ctx) })
		running.Go(func() { o.Poll(ctx, tg.URL(), tg.Token()) })
		stop = sync.OnceFunc(func() { cancel(); running.Wait() })
		t.Cleanup(stop)
		return stop
	}
	stop := run()
	person.Say("/start")
	menu := person.AwaitText("菜单")
	switch of {
	case "bot":
		stop()
	case "store":
		f.away.Store(true)
	}
	pressAndGo(t, tg, menu)
	person.Say("还在吗")
	tg.Fault(localtelegramtest.Fault{Kind: "clock", Seconds: seconds})
	switch of {
	case "bot":
		run()
	case "store":
		f.away.Store(false)
	}
	fresh := person.AwaitText("菜单")
	if seconds > 150 {
		pressAndGo(t, tg, menu)
		fresh = person.AwaitText("按过1次")
	} else if n := strings.Count(person.Transcript(), "按过1次"); n != 1 {
		t.Errorf("a press %d seconds old was answered %d times:\n%s", seconds, n, person.Transcript())
	}
	pressAndGo(t, tg, fresh)
	person.AwaitText("按过2次")
}

// pressAndGo presses the button of a message and does not wait for an answer.
func pressAndGo(t *testing.T, tg *localtelegramtest.Telegram, m localtelegramtest.Message) {
	t.Helper()
	body, err := json.Marshal(map[string]any{"as": "承办人", "message_id": m.ID, "text": "下一步"})
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.Post(tg.URL()+"/local/press", "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("the press: %s", resp.Status)
	}
}
