package delivery

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestWebhookAnswers(t *testing.T) {
	s := openSQLite(t, filepath.Join(t.TempDir(), "s.db"))
	o := newOffice(t, Config{Store: s, Client: &recorder{}, Handler: echo})
	h, err := o.Webhook("s3cret")
	if err != nil {
		t.Fatal(err)
	}
	good := string(textUpdate(1, 7, "x"))
	tests := []struct {
		name, method, secret, body string
		status, stored             int
	}{
		{"wrong secret", "POST", "s3creT", good, 401, 0},
		{"no secret", "POST", "", good, 401, 0},
		{"secret in front", "POST", "s3cret2", good, 401, 0},
		{"not posted", "GET", "s3cret", "", 405, 0},
		{"no JSON", "POST", "s3cret", "{", 400, 0},
		{"no number", "POST", "s3cret", `{"message":{}}`, 400, 0},
		{"a list", "POST", "s3cret", `[1]`, 400, 0},
		{"too large", "POST", "s3cret", `{"x":"` + strings.Repeat("x", maxWebhookBytes) + `"}`, 413, 0},
		{"an update", "POST", "s3cret", good, 200, 1},
		{"again", "POST", "s3cret", good, 200, 1},
		{"of a kind to come", "POST", "s3cret", `{"update_id":2,"telepathy":{"from":{"id":9},"thought":true}}`, 200, 2},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := httptest.NewRequest(test.method, "/hook", strings.NewReader(test.body))
			r.Header.Set("X-Telegram-Bot-Api-Secret-Token", test.secret)
			r.Header.Set("Content-Type", "application/json")
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != test.status {
				t.Errorf("status %d, want %d", w.Code, test.status)
			}
			if c, _ := s.Count(t.Context(), Inbox); c.Waiting != test.stored {
				t.Errorf("%d stored, want %d", c.Waiting, test.stored)
			}
		})
	}
	s.Close()
	r := httptest.NewRequest("POST", "/hook", strings.NewReader(string(textUpdate(3, 7, "x"))))
	r.Header.Set("X-Telegram-Bot-Api-Secret-Token", "s3cret")
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	if h.ServeHTTP(w, r); w.Code != 503 || w.Header().Get("Retry-After") == "" {
		t.Errorf("status %d without a store, want 503 and Retry-After", w.Code)
	}
	if _, err := o.Webhook(""); !errors.Is(err, ErrInvalid) {
		t.Errorf("without a secret: %v", err)
	}
}

// answers is a transport that gives Telegram's answers to getUpdates in turn, the
// last for ever, and notes the questions with their time.
type answers struct {
	list   []string // "status body"
	bodies []string
	at     []time.Time
}

func (a *answers) RoundTrip(r *http.Request) (*http.Response, error) {
	body, _ := io.ReadAll(r.Body)
	a.bodies, a.at = append(a.bodies, string(body)), append(a.at, time.Now())
	next := a.list[min(len(a.at), len(a.list))-1]
	if next == "wait" {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	if next == "broken" {
		return nil, errors.New("connection reset by peer")
	}
	var status int
	fmt.Sscan(next, &status)
	return &http.Response{StatusCode: status, Header: http.Header{}, Request: r,
		Body: io.NopCloser(strings.NewReader(next[4:]))}, nil
}

// pollAnswers runs the poll loop on such answers for an hour of its own time.
func pollAnswers(t *testing.T, list ...string) (a *answers, log string, stored int, err error) {
	path := filepath.Join(t.TempDir(), "s.db")
	a = &answers{list: list}
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		s := openSQLite(t, path)
		o := newOffice(t, Config{Store: s, Client: &recorder{}, Handler: echo, Log: slog.New(slog.NewTextHandler(&out, nil))})
		p := &poller{office: o, client: &http.Client{Transport: a}, url: "http://telegram.test/bot" + testToken + "/getUpdates", token: testToken}
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		err = p.loop(ctx)
		c, _ := s.Count(t.Context(), Inbox)
		log, stored = out.String(), c.Waiting
	})
	if strings.Contains(log, "secret-of-the-bot") {
		t.Errorf("the log holds the token:\n%s", log)
	}
	return a, log, stored, err
}

func TestPollConfirmsOnlyWhatIsStored(t *testing.T) {
	batch := `200 {"ok":true,"result":[` + string(textUpdate(41, 7, "a")) + `,{"no":"update"},` + string(textUpdate(42, 7, "b")) + `]}`
	a, _, stored, err := pollAnswers(t, batch, batch, "wait")
	if err != nil || stored != 2 {
		t.Errorf("stored %d, %v", stored, err)
	}
	for i, offset := range []string{`"offset":0`, `"offset":43`, `"offset":43`} {
		if !strings.Contains(a.bodies[i], offset) {
			t.Errorf("question %d was %s, want %s", i, a.bodies[i], offset)
		}
	}
}

// BI132 and BI133: whatever answers come, each update is taken once, and nobody is
// asked without a breath.
func TestPollBearsStrangeAnswers(t *testing.T) {
	batch := func(ids ...int64) string {
		var updates []string
		for _, id := range ids {
			updates = append(updates, string(textUpdate(id, 7, "x")))
		}
		return `200 {"ok":true,"result":[` + strings.Join(updates, ",") + `]}`
	}
	hundred := make([]int64, 100)
	for i := range hundred {
		hundred[i] = int64(i + 1)
	}
	tests := []struct {
		id, name  string
		answers   []string
		stored    int
		offset    string // of the last question
		questions int    // in an hour, at most
	}{
		{"BI132", "the same again and again", []string{batch(41)}, 1, "42", 3602},
		{"BI132", "out of order", []string{batch(43, 41, 42), "wait"}, 3, "44", 2},
		{"BI132", "numbers that jump back", []string{batch(1000), batch(5), batch(6), "wait"}, 3, "7", 4},
		{"BI132", "a hundred of one chat", []string{batch(hundred...), "wait"}, 100, "101", 2},
		{"BI132", "the last number", []string{batch(1<<31 - 1), batch(1<<31 - 1), batch(3), "wait"}, 2, "4", 4},
		{"BI133", "empty at once", []string{batch()}, 0, "0", 3602},
		{"BI133", "no update at all", []string{`200 {"ok":true,"result":[{"no":"update"}]}`}, 0, "0", 3602},
		{"BI133", "20 MB", []string{`200 {"ok":true,"result":["` + strings.Repeat("x", 20<<20) + `"]}`, batch(8), "wait"}, 1, "9", 3},
	}
	for _, test := range tests {
		t.Run(test.id+" "+test.name, func(t *testing.T) {
			a, _, stored, err := pollAnswers(t, test.answers...)
			if err != nil || stored != test.stored {
				t.Errorf("stored %d, want %d, %v", stored, test.stored, err)
			}
			if len(a.at) > test.questions {
				t.Errorf("asked %d times in an hour, want at most %d", len(a.at), test.questions)
			}
			if last := a.bodies[len(a.bodies)-1]; !strings.Contains(last, `"offset":`+test.offset+",") {
				t.Errorf("asked at last %s, want offset %s", last, test.offset)
			}
		})
	}
}

func TestPollBearsTelegramsTroubles(t *testing.T) {
	ok := `200 {"ok":true,"result":[]}`
	refuse := func(code int, description, more string) string {
		return fmt.Sprintf(`%d {"ok":false,"error_code":%d,"description":%q%s}`, code, code, description, more)
	}
	tests := []struct {
		name      string
		answers   []string
		says      string
		wait      time.Duration // at least, before the second question
		questions int           // in an hour, at most
		err       error
	}{
		{"refused token", []string{refuse(401, "Unauthorized", "")}, "does not accept the token", 0, maxToken, ErrToken},
		{"token of no bot", []string{refuse(404, "Not Found", "")}, "does not accept the token", 0, maxToken, ErrToken},
		{"a webhook", []string{refuse(409, "Conflict: can't use getUpdates method while webhook is active", "")}, "webhook is registered", 0, 90, nil},
		{"a second poller", []string{refuse(409, "Conflict: terminated by other getUpdates request", "")}, "another program polls", 0, 90, nil},
		{"too many", []string{refuse(429, "Too Many Requests", `,"parameters":{"retry_after":35}`), "wait"}, "asks to wait", 35 * time.Second, 2, nil},
		{"bad gateway", []string{"502 <html>", ok, "wait"}, "does not answer properly", 0, 3, nil},
		{"outage", []string{"502 <html>"}, "does not answer properly", 0, 270, nil},
		{"cut lines", []string{"broken", "wait"}, "no updates from Telegram", 0, 2, nil},
		{"half an answer", []string{`200 {"ok":true,"res`, "wait"}, "can't be read", 0, 2, nil},
		{"a redirect", []string{"307 ", "wait"}, "does not answer properly", 0, 2, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a, log, _, err := pollAnswers(t, test.answers...)
			if !errors.Is(err, test.err) || !strings.Contains(log, test.says) {
				t.Errorf("ended with %v, log:\n%s", err, log)
			}
			if len(a.at) > test.questions {
				t.Errorf("asked %d times in an hour, want at most %d", len(a.at), test.questions)
			}
			if test.wait > 0 && a.at[1].Sub(a.at[0]) < test.wait {
				t.Errorf("asked again after %v, want %v", a.at[1].Sub(a.at[0]), test.wait)
			}
		})
	}
}

// cutLocks is a lock store that one owner can no longer reach.
type cutLocks struct {
	Locks
	cut *atomic.Bool
}

func (c cutLocks) Lock(ctx context.Context, name, owner string, ttl time.Duration) (int64, error) {
	if c.cut.Load() {
		return 0, errors.New("connection refused")
	}
	return c.Locks.Lock(ctx, name, owner, ttl)
}

func TestOneReplicaLeadsAndAnotherTakesOver(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.db")
	synctest.Test(t, func(t *testing.T) {
		s := openSQLite(t, path)
		var leading atomic.Int32
		var cut atomic.Bool
		began := make(chan string, 10)
		run := func(name string, locks Locks) (stop func()) {
			ctx, cancel := context.WithCancel(context.Background())
			done := make(chan struct{})
			go func() {
				defer close(done)
				role{locks: locks, log: slog.New(slog.DiscardHandler), name: "poll", owner: name}.lead(ctx, func(ctx context.Context) {
					if leading.Add(1) > 1 {
						t.Error("two lead at once")
					}
					began <- name
					<-ctx.Done()
					leading.Add(-1)
				})
			}()
			return func() { cancel(); <-done }
		}
		stopA := run("a", cutLocks{s, &cut})
		if name := <-began; name != "a" {
			t.Fatal(name)
		}
		stopB := run("b", s)
		settle(10 * time.Minute)
		if len(began) != 0 {
			t.Fatal("the lock was not kept")
		}
		cut.Store(true) // a is alive but can't reach the store
		from := time.Now()
		if name := <-began; name != "b" || time.Since(from) > 15*time.Second {
			t.Errorf("%s took over after %v, want b within 15 s (R6)", name, time.Since(from))
		}
		cut.Store(false)
		from = time.Now()
		stopB() // goes in good order: the lock is free at once
		if name := <-began; name != "a" || time.Since(from) > 5*time.Second {
			t.Errorf("%s took over after %v", name, time.Since(from))
		}
		stopA()
	})
}

func FuzzUpdate(f *testing.F) {
	f.Add([]byte(textUpdate(1, 7, "x")))
	f.Add([]byte(`{"update_id":9,"callback_query":{"id":"1","from":{"id":5},"message":{"chat":{"id":-50}}}}`))
	f.Add([]byte(`{"update_id":3,"my_chat_member":{"chat":{"id":7},"new_chat_member":{"status":"kicked","user":{"id":1},"until_date":0}}}`))
	f.Add([]byte(`{"update_id":3,"poll":{"id":"4"}}`))
	f.Add([]byte(`{"update_id":-3}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		it, err := updateItem(raw)
		if err != nil {
			if !errors.Is(err, errNoUpdate) {
				t.Fatal(err)
			}
			return
		}
		if err := checkItems([]Item{it}); err != nil {
			t.Fatalf("an item that no store takes: %v", err)
		}
		turn, err := newTurn(Claim{Item: it}, nil)
		if err == nil {
			refused(&turn.Update)
		}
	})
}

func TestPollDoesNotConfirmWhatTheStoreRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.db")
	a := &answers{list: []string{`200 {"ok":true,"result":[` + string(textUpdate(41, 7, "a")) + `]}`}}
	synctest.Test(t, func(t *testing.T) {
		f := &faulty{Store: openSQLite(t, path)}
		f.away.Store(true)
		o := newOffice(t, Config{Store: f, Client: &recorder{}, Handler: echo})
		p := &poller{office: o, client: &http.Client{Transport: a}, url: "http://telegram.test/"}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := p.loop(ctx); err != nil {
			t.Error(err)
		}
	})
	if len(a.bodies) < 3 {
		t.Errorf("asked only %d times in a minute", len(a.bodies))
	}
	for _, question := range a.bodies {
		if !strings.Contains(question, `"offset":0`) {
			t.Fatalf("asked %s though nothing is stored", question)
		}
	}
}
