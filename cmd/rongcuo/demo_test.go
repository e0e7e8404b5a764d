package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// page is the scripted side of a running demo.
type page struct {
	t   *testing.T
	url string
}

func (p page) get(path string, into any) {
	p.t.Helper()
	response, err := http.Get(p.url + path)
	if err != nil {
		p.t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		p.t.Fatalf("%s: %d %s %v", path, response.StatusCode, data, err)
	}
	if into == nil {
		return
	}
	if err := json.Unmarshal(data, into); err != nil {
		p.t.Fatal(err)
	}
}

func (p page) say(as, text string) {
	p.t.Helper()
	body, _ := json.Marshal(map[string]string{"as": as, "text": text})
	response, err := http.Post(p.url+"/local/say", "application/json", bytes.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		p.t.Fatalf("say: %d", response.StatusCode)
	}
}

// syncBuffer is written by the demo and read by the test.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func TestTheDemoAnswersAndEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var out, errOut syncBuffer
	ended := make(chan int)
	go func() {
		ended <- run(ctx, []string{"demo", "-addr", "127.0.0.1:0", "-data", t.TempDir()}, &out, &errOut)
	}()
	deadline := time.Now().Add(20 * time.Second)
	for !strings.Contains(out.String(), "http://") {
		if time.Now().After(deadline) {
			t.Fatalf("not started: %s%s", out.String(), errOut.String())
		}
		time.Sleep(10 * time.Millisecond)
	}
	_, rest, _ := strings.Cut(out.String(), "http://")
	address, _, _ := strings.Cut(rest, " ")
	p := page{t, "http://" + strings.TrimRight(address, "/")}
	p.get("/", nil)
	p.say("official", "哪些情形不予容错？")
	type message struct {
		ID         int64
		From, Text string
	}
	for after, found := int64(0), false; !found; {
		var list []message
		p.get("/local/chat?as=official&wait=5&after="+jsonNumber(after), &list)
		for _, m := range list {
			after = max(after, m.ID)
			found = found || m.From == "bot" && strings.Contains(m.Text, "第十八条")
		}
		if time.Now().After(deadline) {
			t.Fatal("no answer")
		}
	}
	cancel()
	if status := <-ended; status != exitOK {
		t.Fatalf("%d %s", status, errOut.String())
	}
}

func jsonNumber(n int64) string {
	b, _ := json.Marshal(n)
	return string(b)
}

func TestTheDemoRefusesARealToken(t *testing.T) {
	t.Setenv("TELEGRAM_TOKEN", "123456:canary-token-abcdef")
	status, out, errOut := invoke(t, "demo", "-addr", "127.0.0.1:0")
	if status != exitFailed || !strings.Contains(errOut, "TELEGRAM_TOKEN") || strings.Contains(out+errOut, "canary") {
		t.Fatalf("%d %s%s", status, out, errOut)
	}
}

func TestServeNeedsAToken(t *testing.T) {
	if status, _, errOut := invoke(t, "serve", "-data", t.TempDir()); status != exitFailed || !strings.Contains(errOut, "TELEGRAM_TOKEN") {
		t.Fatalf("%d %s", status, errOut)
	}
	t.Setenv("TELEGRAM_TOKEN", "canary bad token")
	if status, _, errOut := invoke(t, "serve", "-data", t.TempDir()); status != exitFailed || !strings.Contains(errOut, "TELEGRAM_TOKEN") || strings.Contains(errOut, "canary") {
		t.Fatalf("%d %s", status, errOut)
	}
}
