package localtelegram_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"rongcuo/bot/localtelegram"
)

func TestOnlyAnOffsetConfirms(t *testing.T) {
	inTime(t, localtelegram.Options{}, func(t *testing.T, r *rig) {
		for _, text := range []string{"一", "二", "三"} {
			r.say("official", text)
		}
		first := r.updates(nil)
		if again := r.updates(nil); len(first) != 3 || len(again) != 3 || again[0].ID != first[0].ID {
			t.Fatalf("without an offset the same three must come again: %d, %d", len(first), len(again))
		}
		if rest := r.updates(map[string]any{"offset": first[1].ID}); len(rest) != 2 || rest[0].Message.Text != "二" {
			t.Fatalf("offset %d must give the second and third: %v", first[1].ID, rest)
		}
		if all := r.updates(nil); len(all) != 2 {
			t.Fatalf("the first was confirmed and came back: %d", len(all))
		}
		if last := r.updates(map[string]any{"offset": -1}); len(last) != 1 || last[0].Message.Text != "三" {
			t.Fatalf("a negative offset keeps the end: %v", last)
		}
		if one := r.updates(map[string]any{"limit": 1}); len(one) != 1 {
			t.Fatalf("limit 1 gave %d", len(one))
		}
	})
}

func TestPeopleSeeWhatTheBotFetched(t *testing.T) {
	inTime(t, localtelegram.Options{}, func(t *testing.T, r *rig) {
		r.say("official", "在吗")
		u := r.updates(nil)
		if seen := r.chat("as=official"); seen[0]["fetched"] != false {
			t.Error("fetched before the bot confirmed")
		}
		r.updates(map[string]any{"offset": u[0].ID + 1})
		if seen := r.chat("as=official"); seen[0]["fetched"] != true {
			t.Error("not fetched after the bot confirmed")
		}
	})
}

func TestALongPollWaitsAndReturnsAtOnce(t *testing.T) {
	inTime(t, localtelegram.Options{}, func(t *testing.T, r *rig) {
		begin := time.Now()
		if got := r.updates(map[string]any{"timeout": 30}); len(got) != 0 || time.Since(begin) != 30*time.Second {
			t.Fatalf("empty poll: %d updates after %v", len(got), time.Since(begin))
		}
		begin = time.Now()
		go func() { time.Sleep(3 * time.Second); r.say("official", "来了") }()
		if got := r.updates(map[string]any{"timeout": 30}); len(got) != 1 || time.Since(begin) != 3*time.Second {
			t.Fatalf("poll: %d updates after %v", len(got), time.Since(begin))
		}
	})
}

func TestUpdatesWaitADayAndPressesShortly(t *testing.T) {
	inTime(t, localtelegram.Options{}, func(t *testing.T, r *rig) {
		chat := r.chatID("official")
		m := must[models.Message](r, "sendMessage", map[string]any{"chat_id": chat, "text": "选", "reply_markup": `{"inline_keyboard":[[{"text":"好","callback_data":"ok"}]]}`})
		r.press("official", m.ID, "好")
		r.say("official", "明天见")
		time.Sleep(149 * time.Second)
		if got := r.updates(nil); len(got) != 2 || got[0].CallbackQuery == nil {
			t.Fatalf("after 149 s press and message must wait: %v", got)
		}
		time.Sleep(2 * time.Second)
		if got := r.updates(nil); len(got) != 1 || got[0].Message == nil {
			t.Fatalf("after 151 s the message alone must wait: %v", got)
		}
		time.Sleep(24*time.Hour - 200*time.Second)
		if got := r.updates(nil); len(got) != 1 {
			t.Fatal("the message was lost within its day")
		}
		time.Sleep(200 * time.Second)
		if got := r.updates(nil); len(got) != 0 {
			t.Fatalf("the message outlived its day: %v", got)
		}
	})
}

func TestAnAnswerToAnOldPressIsRefused(t *testing.T) {
	inTime(t, localtelegram.Options{}, func(t *testing.T, r *rig) {
		chat := r.chatID("official")
		m := must[models.Message](r, "sendMessage", map[string]any{"chat_id": chat, "text": "选", "reply_markup": `{"inline_keyboard":[[{"text":"好","callback_data":"ok"}]]}`})
		r.press("official", m.ID, "好")
		id := r.updates(nil)[0].CallbackQuery.ID
		if !must[bool](r, "answerCallbackQuery", map[string]any{"callback_query_id": id, "text": "好的"}) {
			t.Error("a fresh press could not be answered")
		}
		r.refused("query is too old", "answerCallbackQuery", map[string]any{"callback_query_id": id})
		r.press("official", m.ID, "好")
		id = r.updates(nil)[1].CallbackQuery.ID
		time.Sleep(151 * time.Second)
		r.refused("query is too old", "answerCallbackQuery", map[string]any{"callback_query_id": id})
	})
}

func TestASecondPollerEndsTheFirst(t *testing.T) {
	inTime(t, localtelegram.Options{}, func(t *testing.T, r *rig) {
		var first apiReply
		done := make(chan struct{})
		go func() { _, first = r.api("getUpdates", map[string]any{"timeout": 50}); close(done) }()
		synctest.Wait()
		r.updates(nil)
		<-done
		if first.ErrorCode != http.StatusConflict || !strings.Contains(first.Description, "terminated by other getUpdates request") {
			t.Fatalf("first poller: %+v", first)
		}
	})
}

func TestAPollThatHangsUpIsNoSecondPoller(t *testing.T) {
	inTime(t, localtelegram.Options{}, func(t *testing.T, r *rig) {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		req, _ := http.NewRequestWithContext(ctx, http.MethodPost, "http://127.0.0.1/bot"+r.s.Token()+"/getUpdates?timeout=50", nil)
		if _, err := r.http.Do(req); err == nil {
			t.Fatal("the poll should have been cut off")
		}
		synctest.Wait()
		r.updates(map[string]any{"timeout": 1})
	})
}

func TestAllowedUpdatesStayInForce(t *testing.T) {
	inTime(t, localtelegram.Options{}, func(t *testing.T, r *rig) {
		r.updates(map[string]any{"allowed_updates": []string{"callback_query"}})
		r.say("official", "听得到吗")
		if got := r.updates(nil); len(got) != 0 {
			t.Fatalf("messages were not asked for: %v", got)
		}
		r.updates(map[string]any{"allowed_updates": []string{}})
		r.say("official", "现在呢")
		if got := r.updates(nil); len(got) != 1 {
			t.Fatalf("after an empty list everything comes: %v", got)
		}
	})
}

// deliverTo lets the local Telegram reach a handler without a network.
func (r *rig) deliverTo(handler http.Handler) {
	r.s.SetWebhookTransport(handlerTransport{handler})
}

func TestAWebhookAndPollingExcludeEachOther(t *testing.T) {
	inTime(t, localtelegram.Options{}, func(t *testing.T, r *rig) {
		r.deliverTo(http.NotFoundHandler())
		var poll apiReply
		done := make(chan struct{})
		go func() { _, poll = r.api("getUpdates", map[string]any{"timeout": 50}); close(done) }()
		synctest.Wait()
		must[bool](r, "setWebhook", map[string]any{"url": "http://127.0.0.1:9/hook"})
		<-done
		if poll.ErrorCode != http.StatusConflict || !strings.Contains(poll.Description, "terminated by setWebhook") {
			t.Errorf("running poll: %+v", poll)
		}
		r.refused("while webhook is active", "getUpdates", nil)
		if info := must[models.WebhookInfo](r, "getWebhookInfo", nil); info.URL != "http://127.0.0.1:9/hook" {
			t.Errorf("info: %+v", info)
		}
		must[bool](r, "deleteWebhook", nil)
		r.updates(nil)
		r.refused("bad webhook", "setWebhook", map[string]any{"url": "https://example.org/hook"})
		r.refused("secret token contains unallowed characters", "setWebhook", map[string]any{"url": "http://localhost/h", "secret_token": "密"})
	})
}

func TestAWebhookIsTriedAgainWithGrowingPauses(t *testing.T) {
	inTime(t, localtelegram.Options{}, func(t *testing.T, r *rig) {
		var at []time.Duration
		begin := time.Now()
		r.deliverTo(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			at = append(at, time.Since(begin).Round(time.Second))
			if req.Header.Get("X-Telegram-Bot-Api-Secret-Token") != "s3cret_" {
				t.Error("no secret")
			}
			if len(at) < 5 {
				w.WriteHeader(http.StatusBadGateway)
			}
		}))
		must[bool](r, "setWebhook", map[string]any{"url": "http://127.0.0.1:9/", "secret_token": "s3cret_"})
		r.say("official", "你好")
		time.Sleep(time.Minute)
		synctest.Wait()
		want := []time.Duration{0, 0, 2 * time.Second, 6 * time.Second, 14 * time.Second}
		if len(at) != len(want) {
			t.Fatalf("tries at %v, want %v", at, want)
		}
		for i := range want {
			if at[i] != want[i] {
				t.Fatalf("tries at %v, want %v", at, want)
			}
		}
		info := must[models.WebhookInfo](r, "getWebhookInfo", nil)
		if info.PendingUpdateCount != 0 || !strings.Contains(info.LastErrorMessage, "502") {
			t.Errorf("info: %+v", info)
		}
	})
}

func TestAWebhookObeysRetryAfter(t *testing.T) {
	inTime(t, localtelegram.Options{}, func(t *testing.T, r *rig) {
		var at []time.Duration
		begin := time.Now()
		r.deliverTo(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			at = append(at, time.Since(begin))
			if len(at) == 1 {
				w.Header().Set("Retry-After", "120")
				w.WriteHeader(http.StatusServiceUnavailable)
			}
		}))
		must[bool](r, "setWebhook", map[string]any{"url": "http://127.0.0.1:9/"})
		r.say("official", "你好")
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		if len(at) != 2 || at[1] != 120*time.Second {
			t.Fatalf("tries at %v", at)
		}
	})
}

func TestPressesTravelApartFromMessages(t *testing.T) {
	inTime(t, localtelegram.Options{}, func(t *testing.T, r *rig) {
		chat := r.chatID("official")
		m := must[models.Message](r, "sendMessage", map[string]any{"chat_id": chat, "text": "选", "reply_markup": `{"inline_keyboard":[[{"text":"好","callback_data":"ok"}]]}`})
		var mu sync.Mutex
		var seen []string
		note := func(what string) { mu.Lock(); seen = append(seen, what); mu.Unlock() }
		stuck := make(chan struct{})
		r.deliverTo(http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
			u := decodeUpdate(t, req)
			switch {
			case u.CallbackQuery != nil:
				note("按钮")
			case u.Message.Text == "一":
				<-stuck
				note("一")
			default:
				note(u.Message.Text)
			}
		}))
		must[bool](r, "setWebhook", map[string]any{"url": "http://127.0.0.1:9/"})
		r.say("official", "一")
		r.say("official", "二")
		r.press("official", m.ID, "好")
		r.say("handler", "别人")
		synctest.Wait()
		if len(seen) != 2 {
			t.Fatalf("while the first message is stuck, only the press and another chat get through: %v", seen)
		}
		close(stuck)
		synctest.Wait()
		if got := strings.Join(seen[2:], ""); got != "一二" {
			t.Fatalf("one chat's messages come in order: %v", seen)
		}
	})
}

func TestALostWebhookReplyDeliversTwice(t *testing.T) {
	inTime(t, localtelegram.Options{}, func(t *testing.T, r *rig) {
		var ids []int64
		r.deliverTo(http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) { ids = append(ids, decodeUpdate(t, req).ID) }))
		must[bool](r, "setWebhook", map[string]any{"url": "http://127.0.0.1:9/"})
		r.fault("drop", "webhook", 1, 0)
		r.say("official", "你好")
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if len(ids) != 2 || ids[0] != ids[1] {
			t.Fatalf("delivered: %v", ids)
		}
	})
}

// TestTheRealClientPolls runs the client's own loop against the local Telegram.
func TestTheRealClientPolls(t *testing.T) {
	inTime(t, localtelegram.Options{}, func(t *testing.T, r *rig) {
		got := make(chan string, 8)
		b, err := bot.New(r.s.Token(), bot.WithServerURL("http://127.0.0.1:80"), bot.WithHTTPClient(30*time.Second, r.http),
			bot.WithNotAsyncHandlers(), bot.WithDefaultHandler(func(_ context.Context, _ *bot.Bot, u *models.Update) { got <- u.Message.Text }))
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { b.Start(ctx); close(done) }()
		r.say("official", "第一句")
		time.Sleep(40 * time.Second)
		r.say("official", "第二句")
		synctest.Wait()
		if a, b := <-got, <-got; a != "第一句" || b != "第二句" {
			t.Errorf("got %q, %q", a, b)
		}
		cancel()
		<-done
	})
}
