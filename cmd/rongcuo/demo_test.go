package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
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

// say writes as somebody, in a group as "somebody#group".
func (p page) say(as, text string) {
	p.t.Helper()
	as, in, _ := strings.Cut(as, "#")
	body, _ := json.Marshal(map[string]string{"as": as, "in": in, "text": text})
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

// startDemo runs the demo; end stops it and gives its exit status.
func startDemo(t *testing.T) (p page, errOut *syncBuffer, end func() int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var out syncBuffer
	errOut = new(syncBuffer)
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"demo", "-addr", "127.0.0.1:0", "-data", t.TempDir()}, &out, errOut)
	}()
	end = sync.OnceValue(func() int { cancel(); return <-ended })
	t.Cleanup(func() { end() })
	deadline := time.Now().Add(20 * time.Second)
	for !strings.Contains(out.String(), "http://") {
		if time.Now().After(deadline) {
			t.Fatalf("not started: %s%s", out.String(), errOut.String())
		}
		time.Sleep(10 * time.Millisecond)
	}
	_, rest, _ := strings.Cut(out.String(), "http://")
	address, _, _ := strings.Cut(rest, " ")
	return page{t, "http://" + strings.TrimRight(address, "/")}, errOut, end
}

// shows waits for a message of the bot with these words.
func (p page) shows(as, words string) {
	p.t.Helper()
	type message struct {
		ID         int64
		From, Text string
	}
	deadline := time.Now().Add(20 * time.Second)
	for after := int64(0); ; {
		var list []message
		who, in, _ := strings.Cut(as, "#")
		p.get(fmt.Sprintf("/local/chat?as=%s&in=%s&wait=5&after=%d", who, in, after), &list)
		for _, m := range list {
			after = max(after, m.ID)
			if m.From == "bot" && strings.Contains(m.Text, words) {
				return
			}
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("%s sees nothing with %s", as, words)
		}
	}
}

func TestTheDemoAnswersAndEnds(t *testing.T) {
	p, errOut, end := startDemo(t)
	p.get("/", nil)
	p.say("official", "哪些情形不予容错？")
	p.shows("official", "第十八条")
	if status := end(); status != exitOK {
		t.Fatalf("%d %s", status, errOut.String())
	}
}

func TestTheDemoHasAFilingThatWaits(t *testing.T) {
	p, errOut, _ := startDemo(t)
	p.shows("decider", "已提交，申请号")
	p.say("decider", "/todo")
	p.shows("decider", "待您办理\n1. 无产权档案老楼加装电梯先行施工")
	if errOut.String() != "" {
		t.Errorf("the demo complained: %s", errOut.String())
	}
}

// The demo has a group, in which the bot answers who names it.
func TestTheDemoHasAGroup(t *testing.T) {
	p, _, _ := startDemo(t)
	p.say("official#group", "哪些情形不予容错？")
	p.say("head#group", "@rongcuo_bot 对认定结论不服怎么办？")
	p.shows("outsider#group", "第三十八条")
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
