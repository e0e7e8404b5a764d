package delivery

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"context"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
)

func post(t testing.TB, o *Office, messages ...Message) {
	t.Helper()
	if _, err := o.Send(t.Context(), messages...); err != nil {
		t.Fatal(err)
	}
}

func TestSendingStaysWithinTelegramsLimits(t *testing.T) {
	inBubble(t, echo, func(t *testing.T, o *Office, r *recorder) {
		var all []Message
		for i := range 300 {
			all = append(all, Message{Key: fmt.Sprint("n", i), Chat: int64(i + 1), Text: "通知", Priority: Notice})
		}
		for i := range 45 {
			all = append(all, Message{Key: fmt.Sprint("g", i), Chat: -5, Text: fmt.Sprint(i), Priority: Notice})
		}
		for i := range 10 {
			all = append(all, Message{Key: fmt.Sprint("p", i), Chat: 1000, Text: fmt.Sprint(i), Priority: Notice})
		}
		post(t, o, all...)
		settle(3 * time.Second)
		before := time.Now()
		arrive(t, o, 1, 5000, "急")
		settle(5 * time.Minute)

		times := func(keep func(sending) bool) (at []time.Time) {
			for _, s := range r.sent {
				if keep(s) {
					at = append(at, s.at)
				}
			}
			return at
		}
		never := func(what string, at []time.Time, n int, window time.Duration) {
			for i := n; i < len(at); i++ {
				if d := at[i].Sub(at[i-n]); d < window {
					t.Errorf("%s: %d within %v", what, n+1, d)
					return
				}
			}
		}
		if len(r.sent) != len(all)+1 {
			t.Errorf("sent %d of %d", len(r.sent), len(all)+1)
		}
		never("in all", times(func(sending) bool { return true }), 30, time.Second)
		never("to a group", times(func(s sending) bool { return s.chat == -5 }), 20, time.Minute)
		never("to a person", times(func(s sending) bool { return s.chat == 1000 }), 3, 3*time.Second)
		for chat, n := range map[int64]int{-5: 45, 1000: 10} {
			if got := r.texts(chat); len(got) != n || !slices.IsSortedFunc(got, func(a, b string) int { return len(a) - len(b) }) {
				t.Errorf("chat %d got %v", chat, got)
			}
		}
		answered := times(func(s sending) bool { return s.chat == 5000 })
		if len(answered) != 1 || answered[0].Sub(before) > 1500*time.Millisecond {
			t.Errorf("the reply among notices came after %v (R22: 1.5 s)", answered[0].Sub(before))
		}
	})
}

func TestRetryAfterIsObeyed(t *testing.T) {
	inBubble(t, echo, func(t *testing.T, o *Office, r *recorder) {
		began := time.Now()
		r.answer = func(s sending) error {
			if s.chat < 3 && time.Since(began) < 35*time.Second {
				return fmt.Errorf("wrapped: %w", &bot.TooManyRequestsError{RetryAfter: 35})
			}
			return nil
		}
		tried := func(chat int64) int {
			r.mu.Lock()
			defer r.mu.Unlock()
			return len(slices.DeleteFunc(slices.Clone(r.sent), func(s sending) bool { return s.chat != chat }))
		}
		post(t, o, Message{Key: "1", Chat: 1, Text: "a"}, Message{Key: "1b", Chat: 1, Text: "b"})
		settle(time.Second)
		post(t, o, Message{Key: "3", Chat: 3, Text: "c"})
		settle(time.Second)
		if tried(3) != 1 {
			t.Error("one refused chat stopped another")
		}
		post(t, o, Message{Key: "2", Chat: 2, Text: "d"}) // a second chat refused: the bot as a whole
		settle(time.Second)
		post(t, o, Message{Key: "4", Chat: 4, Text: "e"})
		settle(20 * time.Second)
		if tried(4) != 0 {
			t.Error("sent while the whole bot is asked to wait")
		}
		settle(20 * time.Second)
		if tried(4) != 1 || !slices.Equal(r.texts(1), []string{"a", "b"}) || tried(2) != 1 {
			t.Errorf("after the wait: %v", r.sent)
		}
	})
}

func TestAnOutageOfTelegramLosesNoMessageAndNoOrder(t *testing.T) {
	inBubble(t, echo, func(t *testing.T, o *Office, r *recorder) {
		var down atomic.Bool
		down.Store(true)
		r.answer = func(sending) error {
			if down.Load() {
				return fmt.Errorf("error response from telegram for method sendMessage, 502 Bad Gateway")
			}
			return nil
		}
		for i := range 5 {
			post(t, o, Message{Key: fmt.Sprint(i), Chat: 7, Text: fmt.Sprint(i)})
		}
		post(t, o, Message{Key: "old", Chat: 8, Text: "不再要紧", Until: time.Now().Add(5 * time.Minute)})
		settle(10 * time.Minute)
		down.Store(false)
		settle(3 * time.Minute)
		if got := strings.Join(r.texts(7), ""); got != "01234" {
			t.Errorf("sent %q", got)
		}
		if got := r.texts(8); len(got) != 0 {
			t.Errorf("old chatter was sent: %q", got)
		}
	})
}

func TestTryGivesWayToLimits(t *testing.T) {
	inBubble(t, echo, func(t *testing.T, o *Office, r *recorder) {
		made := 0
		call := func(context.Context) error { made++; return nil }
		for range 5 {
			o.Try(t.Context(), 7, call)
		}
		if made != 3 {
			t.Errorf("made %d calls at once, want 3", made)
		}
		if err := o.Try(t.Context(), 7, call); err != ErrBusy {
			t.Errorf("over the limit: %v", err)
		}
		for range 100 {
			if err := o.Try(t.Context(), 0, call); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// TestTelegramsAnswersLeadWhereTheyShould sends over real HTTP with the real
// client, so that its errors are those that the judge sees in service.
func TestTelegramsAnswersLeadWhereTheyShould(t *testing.T) {
	refuse := func(code int, description string) string {
		return fmt.Sprintf(`{"ok":false,"error_code":%d,"description":%q}`, code, description)
	}
	file := filepath.Join(t.TempDir(), "表.docx")
	if err := os.WriteFile(file, []byte("内容"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name    string
		message Message
		status  int
		body    string // the answer to the first call
		calls   int    // made in all for this chat
		sent    string // text of the last call that passed
		parked  int
		blocked bool
	}{
		{name: "passes", message: Message{Text: "好"}, calls: 1, sent: "好"},
		{name: "document", message: Message{Text: "见附件", File: &File{Name: "a.docx", Data: []byte("x")}}, calls: 1, sent: "见附件"},
		{name: "document by path", message: Message{File: &File{Name: "表.docx", Path: file}}, calls: 1, sent: ""},
		{name: "picture", message: Message{Text: "图", File: &File{Name: "a.png", Data: []byte("x"), Photo: true}}, calls: 1, sent: "图"},
		{name: "missing file", message: Message{Text: "x", File: &File{Name: "a", Path: file + "x"}}, calls: 0, parked: 1},
		{name: "blocked", message: Message{Text: "x"}, status: 403, body: refuse(403, "Forbidden: bot was blocked by the user"), calls: 1, blocked: true},
		{name: "chat not found", message: Message{Text: "x"}, status: 400, body: refuse(400, "Bad Request: chat not found"), calls: 1, parked: 1},
		{name: "too large", message: Message{Text: "x"}, status: 413, body: refuse(413, "Request Entity Too Large"), calls: 1, parked: 1},
		{name: "bad marks", message: Message{Text: "<b>粗</b> &lt;1"}, status: 400, body: refuse(400, "Bad Request: can't parse entities: x"), calls: 2, sent: "粗 <1"},
		{name: "edit", message: Message{Text: "新", Edit: 5}, calls: 1, sent: "新"},
		{name: "edit of nothing new", message: Message{Text: "新", Edit: 5}, status: 400, body: refuse(400, "Bad Request: message is not modified: x"), calls: 1},
		{name: "edit of what is gone", message: Message{Text: "新", Edit: 5}, status: 400, body: refuse(400, "Bad Request: message to edit not found"), calls: 2, sent: "新"},
		{name: "wait", message: Message{Text: "x"}, status: 429, body: `{"ok":false,"error_code":429,"description":"Too Many Requests","parameters":{"retry_after":1}}`, calls: 2, sent: "x"},
		{name: "bad gateway", message: Message{Text: "x"}, status: 502, body: "<html>Bad Gateway</html>", calls: 2, sent: "x"},
		{name: "unreadable answer", message: Message{Text: "x"}, status: 200, body: `{"ok":true,"result":[7]}`, calls: 1},
	}
	tg := newTelegram(t)
	refused := map[string]bool{}
	made := map[string]int{}
	tg.answer = func(c call) (int, string) {
		chat := c.Form["chat_id"]
		var i int
		if n, _ := fmt.Sscan(chat, &i); n != 1 || i < 1 || i > len(tests) {
			return 0, ""
		}
		made[chat]++
		if test := tests[i-1]; test.status != 0 && !refused[chat] {
			refused[chat] = true
			return test.status, test.body
		}
		return 0, ""
	}
	s := openSQLite(t, filepath.Join(t.TempDir(), "s.db"))
	o := newOffice(t, Config{Store: s, Client: tg.client(t), Handler: echo, Admins: func(context.Context) []int64 { return []int64{900} }})
	start(t, o)
	parked := 0
	for i, test := range tests {
		test.message.Chat = int64(i + 1)
		test.message.Key = test.name
		post(t, o, test.message)
		parked += test.parked
	}
	eventually(t, "all ended", func() bool { c, _ := s.Count(t.Context(), Outbox); return c.Waiting == 0 })
	for i, test := range tests {
		chat := int64(i + 1)
		if got := made[fmt.Sprint(chat)]; got != test.calls {
			t.Errorf("%s: %d calls, want %d", test.name, got, test.calls)
		}
		if got := tg.sentTo(chat); test.sent != "" && (len(got) != 1 || got[0] != test.sent) {
			t.Errorf("%s: sent %q, want %q", test.name, got, test.sent)
		}
		if is, _ := s.Blocked(t.Context(), chat); is != test.blocked {
			t.Errorf("%s: blocked %v", test.name, is)
		}
	}
	if c, _ := s.Count(t.Context(), Outbox); c.Parked != parked {
		t.Errorf("parked %d, want %d", c.Parked, parked)
	}
	if got := tg.sentTo(900); len(got) != parked {
		t.Errorf("administrators got %d notices, want %d: %q", len(got), parked, got)
	}
	if c := tg.calls; !slices.ContainsFunc(c, func(c call) bool { return c.File == "表.docx=内容" }) {
		t.Error("the file by path did not arrive whole")
	}
}

func TestAGroupThatMovedGetsItsMessage(t *testing.T) {
	inBubble(t, echo, func(t *testing.T, o *Office, r *recorder) {
		r.answer = func(s sending) error {
			if s.chat == -5 {
				return &bot.MigrateError{MigrateToChatID: -1005}
			}
			return nil
		}
		post(t, o, Message{Key: "k", Chat: -5, Text: "通知"})
		settle(5 * time.Second)
		if got := r.texts(-1005); len(got) != 1 {
			t.Errorf("the new group got %q", got)
		}
	})
}

func TestARefusedTokenLosesNothing(t *testing.T) {
	inBubble(t, echo, func(t *testing.T, o *Office, r *recorder) {
		var wrong atomic.Bool
		wrong.Store(true)
		var asked atomic.Int64
		r.answer = func(sending) error {
			if asked.Add(1); wrong.Load() {
				return fmt.Errorf("%w, Unauthorized", bot.ErrorUnauthorized)
			}
			return nil
		}
		post(t, o, Message{Key: "a", Chat: 1, Text: "a"}, Message{Key: "b", Chat: 2, Text: "b"})
		settle(10 * time.Minute)
		if n := asked.Load(); n > 30 {
			t.Errorf("asked %d times in ten minutes with a refused token", n)
		}
		wrong.Store(false)
		settle(2 * time.Minute)
		if len(r.sent) != 2 {
			t.Errorf("sent %d of 2", len(r.sent))
		}
	})
}

func TestKeyboardsSurviveTheStore(t *testing.T) {
	tg := newTelegram(t)
	o := newOffice(t, Config{Store: openSQLite(t, filepath.Join(t.TempDir(), "s.db")), Client: tg.client(t), Handler: echo})
	start(t, o)
	post(t, o, Message{Key: "k", Chat: 7, Text: "选", ReplyTo: 3, Markup: &models.InlineKeyboardMarkup{
		InlineKeyboard: [][]models.InlineKeyboardButton{{{Text: "发布", CallbackData: "ok"}}}}})
	eventually(t, "sent", func() bool { return len(tg.sentTo(7)) == 1 })
	form := tg.calls[0].Form
	if !strings.Contains(form["reply_markup"], `{"inline_keyboard":[[{"text":"发布","callback_data":"ok"`) || !strings.Contains(form["reply_parameters"], `"message_id":3`) {
		t.Errorf("form %v", form)
	}
}
