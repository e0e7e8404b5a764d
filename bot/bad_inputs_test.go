package bot_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"maps"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"rongcuo/bot"
	"rongcuo/bot/delivery"
	"rongcuo/bot/localtelegram"
	"rongcuo/bot/localtelegram/localtelegramtest"
)

// badInput is a line of testdata/bad-inputs.jsonl: what somebody sends who
// errs or means harm, and what he is shown.
type badInput struct {
	ID   string `json:"id"` // in the list of bad inputs
	As   string `json:"as"` // key of a person
	Text string `json:"text"`
	// Instead of Text, or beside it:
	Times   int                      `json:"times"`   // the text so often
	Literal json.RawMessage          `json:"literal"` // JSON that no encoder would write
	Message map[string]any           `json:"message"` // further fields
	Press   *string                  `json:"press"`   // data of a button that need not exist
	Update  map[string]any           `json:"update"`  // all of it
	File    string                   `json:"file"`    // a name; Data is in it
	Data    string                   `json:"data"`
	Fault   *localtelegramtest.Fault `json:"fault"` // while it is sent

	Want    string `json:"want"`    // in what is shown
	Never   string `json:"never"`   // in what is shown
	Silent  bool   `json:"silent"`  // nothing is shown
	Audited bool   `json:"audited"` // the try is
}

func badInputs(t *testing.T) (out []badInput) {
	t.Helper()
	data, err := os.ReadFile("testdata/bad-inputs.jsonl")
	must(t, err)
	for line := range strings.Lines(string(data)) {
		var b badInput
		if err := json.Unmarshal([]byte(line), &b); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		out = append(out, b)
	}
	return out
}

// update is what Telegram would send for it.
func (b badInput) update(t *testing.T, id int) []byte {
	t.Helper()
	user := idOf(b.As)
	from := map[string]any{"id": user, "is_bot": false, "first_name": b.As}
	chat := map[string]any{"id": user, "type": "private", "first_name": b.As}
	whole := map[string]any{"update_id": id}
	switch {
	case b.Update != nil:
		maps.Copy(whole, b.Update)
	case b.Press != nil:
		whole["callback_query"] = map[string]any{"id": strconv.Itoa(id), "from": from, "chat_instance": "1", "data": *b.Press,
			"message": map[string]any{"message_id": 1, "date": time.Now().Unix(), "chat": chat, "text": "x"}}
	default:
		m := map[string]any{"message_id": id, "date": time.Now().Unix(), "from": from, "chat": chat}
		if text := strings.Repeat(b.Text, max(b.Times, 1)); text != "" {
			m["text"] = text
		} else if b.Literal != nil {
			m["text"] = b.Literal
		}
		maps.Copy(m, b.Message)
		whole["message"] = m
	}
	data, err := json.Marshal(whole)
	must(t, err)
	return data
}

// shownSince gives what the bot showed in a chat after a message.
func shownSince(p *localtelegramtest.Person, last int64) (text, html string, newest int64) {
	newest = last
	for _, m := range p.Chat() {
		if m.ID > last && m.From == "bot" {
			text += m.Text + "\n"
			html += m.HTML + "\n"
		}
		newest = max(newest, m.ID)
	}
	return text, html, newest
}

// logLine is how a line of the log begins: what people write can't begin one.
var logLine = regexp.MustCompile(`^time=\S+ level=`)

// TestBadInputsAreAnsweredAndChangeNothing brings every row through the bot. Each
// is answered in plain words (or not at all, where nobody asked), and afterwards
// nothing is parked, the base and the posts are what they were, and a good
// question is answered.
func TestBadInputsAreAnsweredAndChangeNothing(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var logged bytes.Buffer
	telegram := localtelegramtest.Start(t, localtelegram.Options{Started: true, NoLimits: true})
	tn := found(t, telegram, t.TempDir(), 1000, func(c *bot.Config) {
		c.Log = slog.New(slog.NewTextHandler(writerFunc(func(p []byte) (int, error) {
			mu.Lock()
			defer mu.Unlock()
			return logged.Write(p)
		}), &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	documents, passages := tn.base.Size()
	posts, err := tn.book.AllPosts(t.Context())
	must(t, err)
	audited := func() int {
		entries, err := tn.book.Entries(t.Context(), 0)
		must(t, err)
		return len(entries)
	}
	for i, b := range badInputs(t) {
		person := tn.As(b.As)
		_, _, last := shownSince(person, 0)
		tried := audited()
		if b.Fault != nil {
			tn.Fault(*b.Fault)
		}
		if b.File != "" {
			person.Send(b.File, []byte(b.Data), "")
		} else {
			deliver(t, tn, [][]byte{b.update(t, 500000+i)})
		}
		tn.settled(t)
		text, html, _ := shownSince(person, last)
		switch line := strconv.Itoa(i+1) + " " + b.ID; {
		case b.Silent && text != "":
			t.Errorf("%s: answered with\n%s", line, text)
		case !b.Silent && (text == "" || !strings.Contains(text, b.Want)):
			t.Errorf("%s: lacks %q:\n%s", line, b.Want, text)
		case b.Never != "" && (strings.Contains(text, b.Never) || strings.Contains(html, b.Never)):
			t.Errorf("%s: shows %q:\n%s", line, b.Never, html)
		case b.Audited && audited() == tried:
			t.Errorf("%s: the try is not in the audit", line)
		}
	}
	for _, q := range []delivery.QueueName{delivery.Inbox, delivery.Outbox, delivery.Jobs} {
		if c, err := tn.store.Count(t.Context(), q); err != nil || c.Parked > 0 {
			t.Errorf("%s: %d parked, %v", q, c.Parked, err)
		}
	}
	if d, p := tn.base.Size(); d != documents || p != passages {
		t.Errorf("the base had %d documents, %d passages, and has %d, %d", documents, passages, d, p)
	}
	if now, err := tn.book.AllPosts(t.Context()); err != nil || len(now) != len(posts) {
		t.Errorf("%d posts became %d, %v", len(posts), len(now), err)
	}
	official := tn.As("普通干部")
	official.Say(opposed)
	official.AwaitText("第十二条")
	tn.stop()
	for line := range strings.Lines(logged.String()) {
		if !logLine.MatchString(line) {
			t.Errorf("a line of the log is of somebody else's making: %s", line)
		}
	}
}
