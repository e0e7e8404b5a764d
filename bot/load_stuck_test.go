package bot_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rongcuo/bot"
	"rongcuo/bot/localtelegram/localtelegramtest"
	"rongcuo/knowledge"
	"rongcuo/knowledge/fakemodel"
	"rongcuo/prompts"
)

// stuckAskers is more than an office handles at once (16) by far.
const stuckAskers = 40

// stuck is a crowd and a bot whose model answers nobody until release is called.
func stuck(t testing.TB, adjust ...func(*bot.Config)) (telegram *localtelegramtest.Telegram, called *atomic.Int64, release func()) {
	model, open := fakemodel.Start(t), make(chan struct{})
	called = new(atomic.Int64)
	model.OnChat = func(w http.ResponseWriter, _, user string, _ int) {
		called.Add(1)
		<-open
		fakemodel.Stream(w, "决策时已经明确反对的，可能对应持有异议的情形"+sourceOf(user, "第十二条")+"。", "stop")
	}
	models, err := knowledge.NewModels(knowledge.ModelConfig{BaseURL: model.URL, ChatModel: "fake", Timeout: time.Minute})
	must(t, err)
	t.Cleanup(models.Close)
	set, err := prompts.Load("")
	must(t, err)
	telegram = crowd(t)
	foundWith(t, telegram, t.TempDir(), knowledge.Options{Composer: knowledge.PromptComposer{Prompts: set, Model: models}}, adjust...)
	return telegram, called, sync.OnceFunc(func() { close(open) })
}

// heard are those of the first n people to whom the bot has written an answer.
func heard(telegram *localtelegramtest.Telegram, n int) (answered []string) {
	for i := range n {
		for _, m := range telegram.As(fmt.Sprintf("p%d", i)).Chat() {
			if m.From == "bot" && strings.Contains(m.Text, "第十二条") {
				answered = append(answered, m.Text)
				break
			}
		}
	}
	return answered
}

// Promise R24: while a model answers nobody and forty people have asked, those
// beyond the places at the model have the texts alone, and a form goes on.
func TestAStuckModelDelaysNoFiling(t *testing.T) {
	if testing.Short() {
		t.Skip("forty people on a whole bot")
	}
	t.Parallel()
	telegram, called, release := stuck(t)
	defer release()
	for i := range stuckAskers {
		telegram.As(fmt.Sprintf("p%d", i)).Say(opposed)
	}
	const filer = stuckAskers
	exchange(t, telegram.URL(), filer, "/file")
	for _, step := range loadSteps[:4] {
		if exchange(t, telegram.URL(), filer, step); t.Failed() {
			return // it has waited for half a minute
		}
	}
	const places = 8
	var answered []string
	for deadline := time.Now().Add(localtelegramtest.Patience); len(answered) < stuckAskers-places && time.Now().Before(deadline); {
		answered = heard(telegram, stuckAskers)
	}
	if n := called.Load(); n != places || len(answered) != stuckAskers-places {
		t.Errorf("%d calls of the model are open and %d of %d people have the texts; want %d and %d", n, len(answered), stuckAskers, places, stuckAskers-places)
	}
	if slices.ContainsFunc(answered, func(text string) bool { return strings.Contains(text, "由人工智能整理") }) {
		t.Error("an answer says that the model made it, which has said nothing yet")
	}
	release()
	for deadline := time.Now().Add(localtelegramtest.Patience); len(answered) < stuckAskers && time.Now().Before(deadline); {
		answered = heard(telegram, stuckAskers)
	}
	if len(answered) != stuckAskers {
		t.Errorf("%d of %d people have an answer when the model is back", len(answered), stuckAskers)
	}
}
