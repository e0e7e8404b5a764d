package delivery

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-telegram/bot"
)

// direct is a transport to a Telegram in this process, for a clock of the test's
// own. While it is out of order, it answers in Telegram's place.
type direct struct {
	*telegram
	trouble telegramTrouble

	mu    sync.Mutex
	down  bool
	asked int // while down
}

// telegramTrouble is how Telegram is out of order.
type telegramTrouble struct {
	name   string
	method string // "": every call
	status int
	body   string
	first  time.Duration // after the return, at most
	asked  int           // in ten minutes, at most
}

var telegramTroubles = []telegramTrouble{
	// The poller asks and the first replies of two chats, each after 3.75 to 5 seconds.
	{"bad gateway", "", 502, "<html>", 5 * time.Second, 3 * 160},
	{"too many requests", "", 429, `{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 35","parameters":{"retry_after":35}}`, 36 * time.Second, 3 * 18},
	{"a second poller", "getUpdates", 409, `{"ok":false,"error_code":409,"description":"Conflict: terminated by other getUpdates request"}`, time.Minute, 20},
}

func (d *direct) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		defer r.Body.Close()
	}
	w := httptest.NewRecorder()
	if !d.out(r) {
		d.telegram.ServeHTTP(w, r)
		if err := r.Context().Err(); err != nil {
			return nil, err
		}
		return w.Result(), nil
	}
	reply(w, d.trouble.status, d.trouble.body)
	return w.Result(), nil
}

// out says if a question meets the trouble, and counts it.
func (d *direct) out(r *http.Request) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.down || !strings.HasSuffix(r.URL.Path, d.trouble.method) {
		return false
	}
	d.asked++
	return true
}

func (d *direct) set(down bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.down = down
}

// TestTelegramAwayForTenMinutes has a reply wait and people write while Telegram
// is out of order: all is done soon after it is back, in order, and it is not
// pestered meanwhile (promise R21, fault X5).
func TestTelegramAwayForTenMinutes(t *testing.T) {
	if testing.Short() {
		t.Skip("in ten minutes an office looks into its queues 3,000 times")
	}
	for _, trouble := range telegramTroubles {
		t.Run(trouble.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "s.db")
			synctest.Test(t, func(t *testing.T) { trouble.try(t, openSQLite(t, path)) })
		})
	}
}

func (trouble telegramTrouble) try(t *testing.T, s Store) {
	tg := &telegram{firstID: 1, more: make(chan struct{}), answer: func(call) (int, string) { return 0, "" }}
	d := &direct{telegram: tg, trouble: trouble}
	web := &http.Client{Transport: d}
	client, err := bot.New(testToken, bot.WithSkipGetMe(), bot.WithServerURL("http://telegram.test"), bot.WithHTTPClient(time.Minute, web))
	if err != nil {
		t.Fatal(err)
	}
	o := newOffice(t, Config{Store: s, Client: client, Handler: echo})
	o.inbox.idle = time.Minute // what arrives pokes it; each look costs the test real time
	start(t, o)
	p := &poller{office: o, client: web, url: "http://telegram.test/bot" + testToken + "/getUpdates", token: testToken}
	ctx, stop := context.WithCancel(t.Context())
	polled := make(chan error, 1)
	go func() { polled <- p.run(ctx) }()
	tg.say(7, "前")
	settle(time.Minute)

	d.set(true)
	post(t, o, Message{Key: "waiting", Chat: 8, Text: "等着"})
	for range 10 {
		tg.say(7, "中")
		settle(time.Minute)
	}
	d.set(false)
	settle(trouble.first)
	if len(tg.sentTo(8)) != 1 || len(tg.sentTo(7)) < 2 {
		t.Errorf("%v after the return chat 8 has %q, chat 7 %q", trouble.first, tg.sentTo(8), tg.sentTo(7))
	}
	settle(2 * time.Minute) // a chat takes one message a second
	var want []string
	for i := range 11 {
		want = append(want, fmt.Sprint(i+1, " ", []string{"前", "中"}[min(i, 1)]))
	}
	if got := tg.sentTo(7); strings.Join(got, ",") != strings.Join(want, ",") {
		t.Errorf("chat 7 got %q", got)
	}
	if d.asked > trouble.asked {
		t.Errorf("asked %d times in ten minutes, want at most %d", d.asked, trouble.asked)
	}
	stop()
	if err := <-polled; err != nil {
		t.Error(err)
	}
	t.Logf("asked %d times in ten minutes", d.asked)
}
