// Package localtelegramtest drives a local Telegram in tests: it starts one for the length of a test
// and lets people talk to the bot in a few readable lines.
//
//	tg := localtelegramtest.Start(t, localtelegram.Options{})
//	runTheBot(tg.URL(), tg.Token())
//	handler := tg.As("承办人")
//	handler.Say("/start")
//	menu := handler.AwaitText("请选择")
//	handler.Press(menu, "起草备案")
//
// Everything goes over HTTP through the scripted side of the real server; nothing is reached behind
// its back. A step that does not succeed ends the test with the chat as it stands.
package localtelegramtest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"rongcuo/bot/localtelegram"
)

// Patience is how long Await waits for the bot before the test fails.
const Patience = 10 * time.Second

// Telegram is a running local Telegram.
type Telegram struct {
	*localtelegram.Server
	t testing.TB
}

// Message is a message as a person sees it; the fields are those of GET /local/chat.
type Message struct {
	ID       int64      `json:"id"`
	From     string     `json:"from"` // key of a person, or "bot"
	Text     string     `json:"text"`
	HTML     string     `json:"html"`
	Buttons  [][]Button `json:"buttons"`
	Document *Document  `json:"document"`
	Edited   bool       `json:"edited"`
	Rev      int64      `json:"rev"`
}

// Button is an inline button.
type Button struct {
	Text string `json:"text"`
	Data string `json:"callback_data"`
	URL  string `json:"url"`
}

// Document is a file in a message; URL is relative to the server.
type Document struct {
	Name string `json:"name"`
	Size int64  `json:"size"`
	URL  string `json:"url"`
}

// Answer is what the bot told the person who pressed a button; empty when it only ended the wait.
type Answer struct {
	Text  string `json:"text"`
	Alert bool   `json:"alert"`
}

// Fault is trouble for the next calls of the bot; see localtelegram's faults.go for the kinds.
type Fault struct {
	Kind    string `json:"kind"`
	Method  string `json:"method,omitempty"`
	Times   int    `json:"times,omitempty"`
	Seconds int    `json:"seconds,omitempty"`
}

// Start runs a local Telegram on a free port until the test ends.
func Start(t testing.TB, o localtelegram.Options) *Telegram {
	t.Helper()
	s, err := localtelegram.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := s.Start(t.Context(), "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	return &Telegram{Server: s, t: t}
}

// Fault makes trouble; the zero Times means one call.
func (tg *Telegram) Fault(f Fault) {
	tg.t.Helper()
	tg.post("/local/fault", f, nil)
}

// As gives the person with that key, role title or user id.
func (tg *Telegram) As(person string) *Person {
	return &Person{tg: tg, as: person}
}

// Person is somebody who talks to the bot. It remembers how far it has read, so that Await looks at
// what came since the person last did something. Not for use by several goroutines.
type Person struct {
	tg   *Telegram
	as   string
	in   string // key of a group; "" is the private chat with the bot
	seen int64  // rev
}

// In gives the same person in a group.
func (p *Person) In(group string) *Person { return &Person{tg: p.tg, as: p.as, in: group} }

// Say writes to the bot.
func (p *Person) Say(text string) Message {
	p.tg.t.Helper()
	var said Message
	p.tg.post("/local/say", map[string]any{"as": p.as, "in": p.in, "text": text}, &said)
	p.seen = said.Rev
	return said
}

// Press presses the inline button with these words and waits for the bot's answer to the press.
func (p *Person) Press(m Message, button string) Answer {
	p.tg.t.Helper()
	p.seen = max(p.seen, p.newest())
	var reply struct {
		Answer Answer `json:"answer"`
	}
	p.tg.post("/local/press", map[string]any{"as": p.as, "in": p.in, "message_id": m.ID, "text": button, "wait": Patience.Seconds()}, &reply)
	return reply.Answer
}

// Send sends a file with a caption.
func (p *Person) Send(name string, content []byte, caption string) Message {
	p.tg.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for field, value := range map[string]string{"as": p.as, "in": p.in, "caption": caption} {
		if err := form.WriteField(field, value); err != nil {
			p.tg.t.Fatal(err)
		}
	}
	file, err := form.CreateFormFile("file", name)
	if err != nil {
		p.tg.t.Fatal(err)
	}
	if _, err := file.Write(content); err != nil {
		p.tg.t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		p.tg.t.Fatal(err)
	}
	var sent Message
	p.tg.send(http.MethodPost, "/local/file", form.FormDataContentType(), &body, &sent)
	p.seen = sent.Rev
	return sent
}

// Await waits for the bot to send or edit a message that fits.
func (p *Person) Await(what string, fits func(Message) bool) Message {
	p.tg.t.Helper()
	deadline := time.Now().Add(Patience)
	for {
		wait := time.Until(deadline)
		if wait <= 0 {
			p.tg.t.Fatalf("%s: no %s within %v; the chat:\n%s", p.as, what, Patience, p.Transcript())
		}
		news := p.read(p.seen, wait)
		slices.SortFunc(news, func(a, b Message) int { return cmp.Compare(a.Rev, b.Rev) })
		for _, m := range news {
			p.seen = max(p.seen, m.Rev)
			if m.From == "bot" && fits(m) {
				return m
			}
		}
	}
}

// AwaitText waits for a message of the bot that contains the words.
func (p *Person) AwaitText(words string) Message {
	p.tg.t.Helper()
	return p.Await("message with “"+words+"”", func(m Message) bool { return strings.Contains(m.Text, words) })
}

// Chat lists all messages of the person's chat.
func (p *Person) Chat() []Message {
	p.tg.t.Helper()
	return p.read(0, 0)
}

// Download fetches the file of a message.
func (p *Person) Download(m Message) []byte {
	p.tg.t.Helper()
	if m.Document == nil {
		p.tg.t.Fatalf("message %d has no file", m.ID)
	}
	resp, err := http.Get(p.tg.URL() + m.Document.URL)
	if err != nil {
		p.tg.t.Fatal(err)
	}
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		p.tg.t.Fatalf("download: %s, %v", resp.Status, err)
	}
	return content
}

// Transcript renders the chat without ids and times, fit for golden files: one line "who: text" per
// message, then a line "[button] [button]" per row and "(file name)" for a file.
func (p *Person) Transcript() string {
	p.tg.t.Helper()
	var b strings.Builder
	for _, m := range p.Chat() {
		fmt.Fprintf(&b, "%s: %s\n", m.From, strings.ReplaceAll(m.Text, "\n", "\n  "))
		if m.Document != nil {
			fmt.Fprintf(&b, "  (%s)\n", m.Document.Name)
		}
		for _, row := range m.Buttons {
			for i, button := range row {
				fmt.Fprintf(&b, "%s[%s]", []string{"  ", " "}[min(i, 1)], button.Text)
			}
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// read lists messages changed after a rev, waiting for the first one.
func (p *Person) read(since int64, wait time.Duration) []Message {
	p.tg.t.Helper()
	query := url.Values{"as": {p.as}, "in": {p.in}, "since": {fmt.Sprint(since)}, "wait": {fmt.Sprintf("%.3f", wait.Seconds())}}
	var out []Message
	p.tg.send(http.MethodGet, "/local/chat?"+query.Encode(), "", nil, &out)
	return out
}

func (p *Person) newest() int64 {
	p.tg.t.Helper()
	var newest int64
	for _, m := range p.Chat() {
		newest = max(newest, m.Rev)
	}
	return newest
}

func (tg *Telegram) post(path string, body, into any) {
	tg.t.Helper()
	encoded, err := json.Marshal(body)
	if err != nil {
		tg.t.Fatal(err)
	}
	tg.send(http.MethodPost, path, "application/json", bytes.NewReader(encoded), into)
}

func (tg *Telegram) send(method, path, contentType string, body io.Reader, into any) {
	tg.t.Helper()
	req, err := http.NewRequestWithContext(tg.t.Context(), method, tg.URL()+path, body)
	if err != nil {
		tg.t.Fatal(err)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		tg.t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		tg.t.Fatal(err)
	}
	if resp.StatusCode != http.StatusOK {
		tg.t.Fatalf("%s %s: %s %s", method, path, resp.Status, answer)
	}
	if into != nil {
		if err := json.Unmarshal(answer, into); err != nil {
			tg.t.Fatalf("%s %s: %v", method, path, err)
		}
	}
}
