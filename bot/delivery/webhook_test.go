package delivery

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// hooked is a webhook on a real server, whose requests a test writes byte by byte.
type hooked struct {
	address string
	store   Store
	log     *lockedLog
}

type lockedLog struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedLog) lines() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.b.String(), "\n")
}

func hook(t *testing.T) hooked {
	t.Helper()
	h := hooked{store: openSQLite(t, filepath.Join(t.TempDir(), "s.db")), log: &lockedLog{}}
	o := newOffice(t, Config{Store: h.store, Client: &recorder{}, Handler: echo, Log: slog.New(slog.NewTextHandler(h.log, nil))})
	handler, err := o.Webhook("s3cret")
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	t.Cleanup(func() { h.store.Close() })
	h.address = server.Listener.Addr().String()
	return h
}

// status sends a request as it stands and gives the status of the first final
// answer; body may never end.
func (h hooked) status(t *testing.T, head string, body io.Reader) int {
	t.Helper()
	conn, err := net.Dial("tcp", h.address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	go func() { // ends with the connection
		_, _ = io.WriteString(conn, strings.ReplaceAll(head, "\n", "\r\n")+"\r\n\r\n")
		_, _ = io.Copy(conn, body)
	}()
	answers := bufio.NewReader(conn)
	for {
		resp, err := http.ReadResponse(answers, nil)
		if err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode != http.StatusContinue {
			return resp.StatusCode
		}
	}
}

// endless is a body without an end.
type endless struct {
	chunk string
	at    int
}

func (e *endless) Read(p []byte) (n int, _ error) {
	for n < len(p) {
		copied := copy(p[n:], e.chunk[e.at:])
		n, e.at = n+copied, (e.at+copied)%len(e.chunk)
	}
	return n, nil
}

// TestWebhookRefusesWhatTelegramDoesNotSend are rows BI135 to BI137 of the list of
// bad inputs: each is answered with the status that it deserves, within a second
// and without much memory, and nothing of it is stored.
func TestWebhookRefusesWhatTelegramDoesNotSend(t *testing.T) {
	h := hook(t)
	good := string(textUpdate(1, 7, "x"))
	var zipped bytes.Buffer
	zip := gzip.NewWriter(&zipped)
	_, _ = zip.Write([]byte(good))
	zip.Close()
	length := func(s string) string { return "\nContent-Length: " + strconv.Itoa(len(s)) }
	const (
		post   = "POST / HTTP/1.1\nHost: x"
		secret = "\nX-Telegram-Bot-Api-Secret-Token: s3cret"
		kind   = "\nContent-Type: application/json"
	)
	deep := `{"update_id":2,"message":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + `}`
	tests := []struct {
		id, name, head string
		body           io.Reader
		status         int
		stored         bool
	}{
		{"BI135", "no secret", post + kind + length(good), strings.NewReader(good), 401, false},
		{"BI135", "a wrong one", post + kind + "\nX-Telegram-Bot-Api-Secret-Token: secret" + length(good), strings.NewReader(good), 401, false},
		{"BI135", "the right beginning", post + kind + "\nX-Telegram-Bot-Api-Secret-Token: s3c" + length(good), strings.NewReader(good), 401, false},
		{"BI135", "another case", post + kind + "\nX-Telegram-Bot-Api-Secret-Token: S3CRET" + length(good), strings.NewReader(good), 401, false},
		{"BI135", "two headers", post + kind + secret + secret + length(good), strings.NewReader(good), 401, false},
		{"BI135", "two headers, the first wrong", post + kind + "\nX-Telegram-Bot-Api-Secret-Token: x" + secret + length(good), strings.NewReader(good), 401, false},
		{"BI136", "GET", "GET / HTTP/1.1\nHost: x" + secret, strings.NewReader(""), 405, false},
		{"BI136", "PUT", "PUT / HTTP/1.1\nHost: x" + secret + kind + length(good), strings.NewReader(good), 405, false},
		{"BI136", "OPTIONS", "OPTIONS / HTTP/1.1\nHost: x" + secret, strings.NewReader(""), 405, false},
		{"BI136", "text/plain", post + secret + "\nContent-Type: text/plain" + length(good), strings.NewReader(good), 415, false},
		{"BI136", "no type", post + secret + length(good), strings.NewReader(good), 415, false},
		{"BI136", "gzip", post + secret + kind + "\nContent-Encoding: gzip" + length(zipped.String()), &zipped, 415, false},
		{"BI136", "Expect, wrong secret", post + kind + "\nExpect: 100-continue" + length(good), strings.NewReader(good), 401, false},
		{"BI137", "empty", post + secret + kind + "\nContent-Length: 0", strings.NewReader(""), 400, false},
		{"BI137", "1 MB and a byte", post + secret + kind + "\nContent-Length: " + strconv.Itoa(maxWebhookBytes+1), io.LimitReader(&endless{chunk: strings.Repeat(" ", 4096)}, maxWebhookBytes+1), 413, false},
		{"BI137", "256 MB", post + secret + kind + "\nContent-Length: 268435456", io.LimitReader(&endless{chunk: strings.Repeat(" ", 4096)}, 268435456), 413, false},
		{"BI137", "never-ending", post + secret + kind + "\nTransfer-Encoding: chunked", &endless{chunk: "400\r\n" + strings.Repeat(" ", 1024) + "\r\n"}, 413, false},
		{"BI137", "100,000 deep", post + secret + kind + length(deep), strings.NewReader(deep), 400, false},
		{"BI137", "a name twice", post + secret + kind + length(`{"update_id":3,"update_id":4}`), strings.NewReader(`{"update_id":3,"update_id":4}`), 400, false},
		{"BI137", "garbage behind", post + secret + kind + length(good+"x"), strings.NewReader(good + "x"), 400, false},
		{"BI137", "two updates", post + secret + kind + length(good+good), strings.NewReader(good + good), 400, false},
		{"BI136", "chunked is HTTP", post + secret + kind + "; charset=utf-8\nTransfer-Encoding: chunked", strings.NewReader(fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(good), good)), 200, true},
		{"BI136", "Expect is HTTP", post + secret + kind + "\nExpect: 100-continue" + length(good), strings.NewReader(good), 200, true},
		{"BI136", "HTTP/1.0 is HTTP", "POST / HTTP/1.0" + secret + kind + length(good), strings.NewReader(good), 200, true},
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for _, test := range tests {
		began := time.Now()
		if got := h.status(t, test.head, test.body); got != test.status {
			t.Errorf("%s %s: %d, want %d", test.id, test.name, got, test.status)
		}
		if took := time.Since(began); took > 5*time.Second { // a second on a machine of its own
			t.Errorf("%s %s took %v", test.id, test.name, took)
		}
		if c, err := h.store.Count(t.Context(), Inbox); err != nil || c.Waiting > 0 != test.stored {
			t.Errorf("%s %s: %d stored, %v", test.id, test.name, c.Waiting, err)
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapInuse) - int64(before.HeapInuse); grown > 16<<20 {
		t.Errorf("the heap grew by %d bytes", grown)
	}
}

// BI140: however many requests somebody makes up, the log has one line a second,
// and what comes from Telegram is taken meanwhile.
func TestMadeUpRequestsLeaveTheLogReadable(t *testing.T) {
	h := hook(t)
	good := string(textUpdate(1, 7, "x"))
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 20}}
	defer client.CloseIdleConnections()
	began := time.Now()
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			for range 100 {
				resp, err := client.Post("http://"+h.address, "application/json", strings.NewReader(good))
				if err != nil || resp.StatusCode != http.StatusUnauthorized {
					t.Error(resp, err)
					return
				}
				resp.Body.Close()
			}
		})
	}
	var slow []net.Conn // and others that begin a request and never end it
	for range 200 {
		conn, err := net.Dial("tcp", h.address)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(conn, "POST / HTTP/1.1\r\nHost: x\r\nX-")
		slow = append(slow, conn)
	}
	if got := h.status(t, "POST / HTTP/1.1\nHost: x\nX-Telegram-Bot-Api-Secret-Token: s3cret\nContent-Type: application/json\nContent-Length: "+strconv.Itoa(len(good)), strings.NewReader(good)); got != http.StatusOK {
		t.Errorf("Telegram was answered %d", got)
	}
	wg.Wait()
	for _, conn := range slow {
		conn.Close()
	}
	if lines, seconds := h.log.lines(), 1+int(time.Since(began)/time.Second); lines > seconds {
		t.Errorf("%d lines in %d seconds", lines, seconds)
	}
}
