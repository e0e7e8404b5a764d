package localtelegram_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
	"go.uber.org/goleak"

	"rongcuo/bot/localtelegram"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// rig is a local Telegram on an in-memory network inside a synctest bubble: real HTTP, real client,
// and a clock that jumps, so that a day passes in no time.
type rig struct {
	t    *testing.T
	s    *localtelegram.Server
	http *http.Client
}

// inTime runs a test in a bubble with a rig.
func inTime(t *testing.T, o localtelegram.Options, test func(t *testing.T, r *rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		if o.Token == "" {
			o.Token = "42:secret"
		}
		s, err := localtelegram.New(o)
		if err != nil {
			t.Fatal(err)
		}
		listen := &memoryListener{conns: make(chan net.Conn), closed: make(chan struct{})}
		server := &http.Server{Handler: s.Handler()}
		ended := make(chan struct{})
		go func() { _ = server.Serve(listen); close(ended) }()
		client := &http.Client{Transport: &http.Transport{DialContext: listen.dial, DisableKeepAlives: true}}
		defer func() {
			if err := errors.Join(s.Close(), server.Close()); err != nil {
				t.Error(err)
			}
			<-ended
		}()
		test(t, &rig{t: t, s: s, http: client})
	})
}

// client is the real go-telegram client; it is not started, so nothing polls unless a test does.
func (r *rig) client() *bot.Bot {
	r.t.Helper()
	b, err := bot.New(r.s.Token(), bot.WithServerURL("http://127.0.0.1:80"), bot.WithHTTPClient(time.Minute, r.http))
	if err != nil {
		r.t.Fatal(err)
	}
	return b
}

// chatID starts the chat of a person, so that the bot may write, and empties the queue of updates.
func (r *rig) chatID(key string) int64 {
	r.t.Helper()
	r.say(key, "/start")
	r.updates(map[string]any{"offset": -1})
	u := r.updates(nil)
	r.updates(map[string]any{"offset": u[0].ID + 1})
	return person(key).UserID
}

// api calls a method with raw HTTP and JSON and gives status and body.
func (r *rig) api(method string, params map[string]any) (int, apiReply) {
	r.t.Helper()
	body, _ := json.Marshal(params)
	resp, err := r.http.Post("http://127.0.0.1/bot"+r.s.Token()+"/"+method, "application/json", bytes.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	return resp.StatusCode, decodeReply(r.t, resp)
}

type apiReply struct {
	OK          bool            `json:"ok"`
	Result      json.RawMessage `json:"result"`
	Description string          `json:"description"`
	ErrorCode   int             `json:"error_code"`
	Parameters  struct {
		RetryAfter int `json:"retry_after"`
	} `json:"parameters"`
}

func decodeReply(t *testing.T, resp *http.Response) apiReply {
	t.Helper()
	defer resp.Body.Close()
	var out apiReply
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
		t.Fatal(err)
	}
	return out
}

// refused calls a method that must fail with these words.
func (r *rig) refused(words, method string, params map[string]any) {
	r.t.Helper()
	if status, reply := r.api(method, params); reply.OK || status != reply.ErrorCode || !strings.Contains(reply.Description, words) {
		r.t.Errorf("%s %v: %d %+v, want refusal with %q", method, params, status, reply, words)
	}
}

// must calls a method that must succeed and decodes its result.
func must[T any](r *rig, method string, params map[string]any) T {
	r.t.Helper()
	status, reply := r.api(method, params)
	if !reply.OK || status != http.StatusOK {
		r.t.Fatalf("%s %v: %d %s", method, params, status, reply.Description)
	}
	var out T
	if err := json.Unmarshal(reply.Result, &out); err != nil {
		r.t.Fatal(err)
	}
	return out
}

func (r *rig) updates(params map[string]any) []models.Update {
	r.t.Helper()
	return must[[]models.Update](r, "getUpdates", params)
}

func (r *rig) send(chat int64, text string) models.Message {
	r.t.Helper()
	return must[models.Message](r, "sendMessage", map[string]any{"chat_id": chat, "text": text})
}

// local calls the people's side.
func (r *rig) local(path string, body any) (int, map[string]any) {
	r.t.Helper()
	encoded, _ := json.Marshal(body)
	resp, err := r.http.Post("http://127.0.0.1"+path, "application/json", bytes.NewReader(encoded))
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	out := map[string]any{}
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
		r.t.Fatal(err)
	}
	return resp.StatusCode, out
}

func (r *rig) say(as, text string) {
	r.t.Helper()
	if status, reply := r.local("/local/say", map[string]any{"as": as, "text": text}); status != http.StatusOK {
		r.t.Fatalf("say: %d %v", status, reply)
	}
}

func (r *rig) press(as string, message int, text string) {
	r.t.Helper()
	if status, reply := r.local("/local/press", map[string]any{"as": as, "message_id": message, "text": text}); status != http.StatusOK {
		r.t.Fatalf("press: %d %v", status, reply)
	}
}

func (r *rig) fault(kind, method string, times, seconds int) {
	r.t.Helper()
	status, reply := r.local("/local/fault", map[string]any{"kind": kind, "method": method, "times": times, "seconds": seconds})
	if status != http.StatusOK {
		r.t.Fatalf("fault: %d %v", status, reply)
	}
}

func (r *rig) chat(query string) []map[string]any {
	r.t.Helper()
	resp, err := r.http.Get("http://127.0.0.1/local/chat?" + query)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	var out []map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
		r.t.Fatal(err)
	}
	return out
}

// upload sends a file as a person.
func (r *rig) upload(as, name string, content io.Reader) (int, map[string]any) {
	r.t.Helper()
	in, out := io.Pipe()
	form := multipart.NewWriter(out)
	go func() {
		_ = form.WriteField("as", as)
		w, err := form.CreateFormFile("file", name)
		if err == nil {
			_, err = io.Copy(w, content)
		}
		out.CloseWithError(errors.Join(err, form.Close()))
	}()
	resp, err := r.http.Post("http://127.0.0.1/local/file", form.FormDataContentType(), in)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	reply := map[string]any{}
	if err := json.NewDecoder(resp.Body).Decode(&reply); err != nil {
		r.t.Fatal(err)
	}
	return resp.StatusCode, reply
}

// memoryListener is a network of one machine, whose connections block in a way that synctest knows.
type memoryListener struct {
	conns  chan net.Conn
	closed chan struct{}
}

func (l *memoryListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *memoryListener) Close() error {
	close(l.closed)
	return nil
}

func (l *memoryListener) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80} }

func (l *memoryListener) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case l.conns <- loopbackConn{far}:
		return near, nil
	case <-l.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// loopbackConn says that it comes from this machine, which it does.
type loopbackConn struct{ net.Conn }

func (loopbackConn) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 9} }

// zeros is n bytes of nothing.
func zeros(n int64) io.Reader { return io.LimitReader(zeroReader{}, n) }

type zeroReader struct{}

func (zeroReader) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// handlerTransport answers requests by a handler, in the goroutine that asks.
type handlerTransport struct{ handler http.Handler }

func (h handlerTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, req)
	return w.Result(), nil
}

func decodeUpdate(t *testing.T, req *http.Request) models.Update {
	t.Helper()
	var u models.Update
	if err := json.NewDecoder(req.Body).Decode(&u); err != nil {
		t.Error(err)
	}
	return u
}

// events listens to the page's stream and gives what came so far.
func (r *rig) events(t *testing.T) func() string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	req, _ := http.NewRequestWithContext(ctx, http.MethodGet, "http://127.0.0.1/local/events", nil)
	resp, err := r.http.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var heard strings.Builder
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 4096)
		for {
			n, err := resp.Body.Read(buf)
			mu.Lock()
			heard.Write(buf[:n])
			mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() { cancel(); <-done; _ = resp.Body.Close() })
	return func() string {
		mu.Lock()
		defer mu.Unlock()
		return heard.String()
	}
}

// pageState is what a page starts from.
type pageState struct {
	Kind string `json:"kind"`
	Body struct {
		Bot   struct{ Name string } `json:"bot"`
		Chats []chatState           `json:"chats"`
	} `json:"body"`
}

type chatState struct {
	Key      string              `json:"key"`
	Commands []models.BotCommand `json:"commands"`
}

// snapshot opens a page's stream and reads its first event.
func (r *rig) snapshot(t *testing.T) pageState {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	req, _ := http.NewRequestWithContext(ctx, http.MethodGet, "http://127.0.0.1/local/events", nil)
	resp, err := r.http.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	line, err := bufio.NewReader(resp.Body).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	var state pageState
	if err := json.Unmarshal([]byte(strings.TrimPrefix(line, "data: ")), &state); err != nil {
		t.Fatal(err)
	}
	return state
}

func (r *rig) state(t *testing.T, key string) chatState {
	t.Helper()
	for _, c := range r.snapshot(t).Body.Chats {
		if c.Key == key {
			return c
		}
	}
	t.Fatalf("no chat %s", key)
	return chatState{}
}

// chatOpened is the bot's name as a page shows it.
func (r *rig) chatOpened(t *testing.T) string { return r.snapshot(t).Body.Bot.Name }

// fetch gets a file of the bot's side.
func (r *rig) fetch(t *testing.T, address string) string {
	t.Helper()
	resp, err := r.http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
