package delivery

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-telegram/bot"
)

const testToken = "4242:secret-of-the-bot"

// telegram is a small Bot API over HTTP: it keeps updates until an offset
// confirms them and notes what is sent to it.
type telegram struct {
	*httptest.Server
	mu      sync.Mutex
	updates []json.RawMessage
	firstID int64 // of updates[0]
	more    chan struct{}
	calls   []call
	// answer may refuse a call: status and body, or 0 to let it pass.
	answer func(c call) (status int, body string)
}

// call is one method called with a form.
type call struct {
	Method string
	Form   map[string]string
	File   string // content of the uploaded file
}

func newTelegram(t testing.TB) *telegram {
	tg := &telegram{firstID: 1, more: make(chan struct{}), answer: func(call) (int, string) { return 0, "" }}
	tg.Server = httptest.NewServer(tg)
	t.Cleanup(tg.Close)
	return tg
}

func (tg *telegram) client(t testing.TB) *bot.Bot {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	b, err := bot.New(testToken, bot.WithSkipGetMe(), bot.WithServerURL(tg.URL),
		bot.WithHTTPClient(time.Minute, &http.Client{Transport: transport, Timeout: 20 * time.Second}))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// textUpdate is an update as Telegram sends it.
func textUpdate(id, chat int64, text string) json.RawMessage {
	quoted, _ := json.Marshal(text)
	return json.RawMessage(fmt.Sprintf(`{"update_id":%d,"message":{"message_id":%d,"date":1,"chat":{"id":%d,"type":"private"},"from":{"id":%d,"first_name":"甲"},"text":%s}}`,
		id, id, chat, chat, quoted))
}

// say queues a text for the bot and gives its number.
func (tg *telegram) say(chat int64, text string) int64 {
	tg.mu.Lock()
	defer tg.mu.Unlock()
	id := tg.firstID + int64(len(tg.updates))
	tg.updates = append(tg.updates, textUpdate(id, chat, text))
	close(tg.more)
	tg.more = make(chan struct{})
	return id
}

// sentTo gives the texts sent to a chat, in order.
func (tg *telegram) sentTo(chat int64) (texts []string) {
	tg.mu.Lock()
	defer tg.mu.Unlock()
	for _, c := range tg.calls {
		if c.Form["chat_id"] == strconv.FormatInt(chat, 10) {
			texts = append(texts, c.Form["text"]+c.Form["caption"])
		}
	}
	return texts
}

// unconfirmed is how many updates no offset has confirmed.
func (tg *telegram) unconfirmed() int {
	tg.mu.Lock()
	defer tg.mu.Unlock()
	return len(tg.updates)
}

func (tg *telegram) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	token, method, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/bot"), "/")
	if token != testToken {
		reply(w, 401, `{"ok":false,"error_code":401,"description":"Unauthorized"}`)
		return
	}
	if method == "getUpdates" {
		tg.getUpdates(w, r)
		return
	}
	c := call{Method: method, Form: map[string]string{}}
	if err := c.read(r); err != nil {
		return // the caller died while he spoke
	}
	tg.mu.Lock()
	defer tg.mu.Unlock()
	if status, body := tg.answer(c); status != 0 {
		reply(w, status, body)
		return
	}
	tg.calls = append(tg.calls, c)
	reply(w, 200, fmt.Sprintf(`{"ok":true,"result":{"message_id":%d,"date":1,"chat":{"id":%s,"type":"private"}}}`, 1000+len(tg.calls), c.Form["chat_id"]))
}

func (c *call) read(r *http.Request) error {
	reader, err := r.MultipartReader()
	if err != nil {
		return err
	}
	for {
		part, err := reader.NextPart()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		data, err := io.ReadAll(part)
		if err != nil {
			return err
		}
		if part.FileName() != "" {
			c.File = part.FileName() + "=" + string(data)
		} else {
			c.Form[part.FormName()] = string(data)
		}
	}
}

func (tg *telegram) getUpdates(w http.ResponseWriter, r *http.Request) {
	var q struct{ Offset, Timeout int64 }
	json.NewDecoder(r.Body).Decode(&q)
	tg.mu.Lock()
	for len(tg.updates) > 0 && tg.firstID < q.Offset {
		tg.updates, tg.firstID = tg.updates[1:], tg.firstID+1
	}
	if len(tg.updates) == 0 {
		more := tg.more
		tg.mu.Unlock()
		select {
		case <-more:
		case <-r.Context().Done():
			return
		}
		tg.mu.Lock()
	}
	batch, _ := json.Marshal(tg.updates[:min(len(tg.updates), 100)])
	tg.mu.Unlock()
	reply(w, 200, `{"ok":true,"result":`+string(batch)+`}`)
}

func reply(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	io.WriteString(w, body)
}
