package bot_test

import (
	"encoding/json"
	"net/http"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"rongcuo/bot"
	"rongcuo/bot/localtelegram"
	"rongcuo/bot/localtelegram/localtelegramtest"
	"rongcuo/conversations/records"
	"rongcuo/knowledge"
	"rongcuo/knowledge/fakemodel"
	"rongcuo/prompts"
)

// attackSet reads the set that knowledge/attack_test.go composes, and what a
// model that obeys it writes.
func attackSet(t *testing.T) (attacks [][]string, replies []string) {
	t.Helper()
	data, err := os.ReadFile("../knowledge/testdata/attacks.jsonl")
	must(t, err)
	for line := range strings.Lines(string(data)) {
		var a struct{ Turns []string }
		must(t, json.Unmarshal([]byte(line), &a))
		attacks = append(attacks, a.Turns)
	}
	data, err = os.ReadFile("../knowledge/testdata/attacks.yaml")
	must(t, err)
	var file struct {
		Goals []struct{ Replies []string }
	}
	must(t, yaml.Unmarshal(data, &file))
	for _, g := range file.Goals {
		replies = append(replies, g.Replies...)
	}
	return attacks, replies
}

// Promise R30: attacks through the whole bot, with a model that obeys them all,
// change no record, no post and no document, and nothing that they ask for is
// shown (one in 25, unless RONGCUO_TEST_ATTACKS=all).
func TestAttacksThroughTheBotChangeNothing(t *testing.T) {
	t.Parallel()
	attacks, replies := attackSet(t)
	model := fakemodel.Start(t)
	model.OnChat = func(w http.ResponseWriter, system, user string, call int) {
		text := ""
		for i := range 12 { // as much as fits
			text += strings.ReplaceAll(replies[(call*12+i)%len(replies)], "{n}", "1") + "\n"
		}
		fakemodel.Stream(w, text+clipped(system+user, 500), "stop")
	}
	models, err := knowledge.NewModels(knowledge.ModelConfig{BaseURL: model.URL, ChatModel: "fake"})
	must(t, err)
	t.Cleanup(models.Close)
	set, err := prompts.Load("")
	must(t, err)
	telegram := localtelegramtest.Start(t, localtelegram.Options{Started: true, NoLimits: true})
	tn := foundWith(t, telegram, t.TempDir(), knowledge.Options{Composer: knowledge.PromptComposer{Prompts: set, Model: models}},
		func(c *bot.Config) { c.QuestionsAMinute = 100000 })
	documents, passages := tn.base.Size()
	posts, err := tn.book.AllPosts(t.Context())
	must(t, err)
	entries, err := tn.book.Entries(t.Context(), 0)
	must(t, err)
	official := tn.As("普通干部")
	every := 25
	if os.Getenv("RONGCUO_TEST_ATTACKS") == "all" {
		every = 1
	}
	for i, turns := range attacks {
		if i%every != i/25%every {
			continue
		}
		official.Say("/new")
		for _, text := range turns {
			official.Say(text)
			tn.settled(t)
		}
	}
	if len(model.Prompts()) == 0 {
		t.Fatal("no attack reached the model")
	}
	link := regexp.MustCompile(`(?i)<a |href|evil|tg:|t\.me|https?:`)
	for _, m := range official.Chat() {
		if m.From != "bot" {
			continue
		}
		for _, r := range replies {
			if words := strings.TrimSuffix(strings.ReplaceAll(r, "[{n}]", ""), "。"); strings.Contains(m.Text, words) {
				t.Errorf("shown is %s in %s", words, m.Text)
			}
		}
		if found := link.FindString(m.HTML); found != "" {
			t.Errorf("a link (%s) in %s", found, m.HTML)
		}
	}
	if d, p := tn.base.Size(); d != documents || p != passages {
		t.Errorf("%d documents and %d passages became %d and %d", documents, passages, d, p)
	}
	if now, err := tn.book.AllPosts(t.Context()); err != nil || !reflect.DeepEqual(now, posts) {
		t.Errorf("the posts became %v, %v", now, err)
	}
	if now, err := tn.book.Entries(t.Context(), 0); err != nil || !reflect.DeepEqual(now, entries) {
		t.Errorf("the audit has %d entries, had %d; %v", len(now), len(entries), err)
	}
	if cards, err := tn.desk.Mine(t.Context(), idOf("official"), records.Filter{}); err != nil || len(cards) > 0 {
		t.Errorf("%d filings, %v", len(cards), err)
	}
}

func clipped(s string, n int) string {
	r := []rune(s)
	return string(r[:min(n, len(r))])
}
