package bot_test

import (
	"net/http"
	"strings"
	"testing"

	"rongcuo/bot"
	"rongcuo/bot/localtelegram"
	"rongcuo/bot/localtelegram/localtelegramtest"
	"rongcuo/knowledge"
	"rongcuo/knowledge/fakemodel"
	"rongcuo/prompts"
)

// withModel is a town whose answers a model composes.
func withModel(t *testing.T, model *fakemodel.Server, budget bot.Budget) *town {
	t.Helper()
	models, err := knowledge.NewModels(knowledge.ModelConfig{BaseURL: model.URL, ChatModel: "fake"})
	must(t, err)
	t.Cleanup(models.Close)
	set, err := prompts.Load("")
	must(t, err)
	telegram := localtelegramtest.Start(t, localtelegram.Options{Started: true, NoLimits: true})
	return foundWith(t, telegram, t.TempDir(), knowledge.Options{Composer: knowledge.PromptComposer{Prompts: set, Model: models}},
		func(c *bot.Config) { c.Tokens = budget })
}

// sourceOf is the number that a request gave to an article.
func sourceOf(user, article string) string {
	for line := range strings.Lines(user) {
		if number, _, found := strings.Cut(line, "]"); found && strings.HasPrefix(line, "[") && strings.Contains(line, "》"+article) {
			return number + "]"
		}
	}
	return "[99]"
}

func TestAComposedAnswerGrowsAndIsReplacedByTheWholeOne(t *testing.T) {
	model := fakemodel.Start(t)
	model.OnChat = func(w http.ResponseWriter, _, user string, _ int) {
		fakemodel.Stream(w, "决策时已经明确反对的，可能对应持有异议的情形"+sourceOf(user, "第十二条")+"。", "stop")
	}
	official := withModel(t, model, bot.Budget{}).As("普通干部")
	official.Say(opposed)
	answer := official.AwaitText("由人工智能整理")
	if !strings.Contains(answer.Text, "可能对应持有异议的情形") || strings.Contains(answer.Text, "正在整理") {
		t.Error(answer.Text)
	}
}

func TestBeyondTheBudgetAnswersComeFromTheTextsAlone(t *testing.T) {
	model, asked := fakemodel.Start(t), 0
	model.OnChat = func(w http.ResponseWriter, _, user string, _ int) {
		asked++
		fakemodel.Stream(w, "决策时已经明确反对的，可能对应持有异议的情形"+sourceOf(user, "第十二条")+"。", "stop")
	}
	town := withModel(t, model, bot.Budget{Person: 100, All: 1 << 20})
	official, other := town.As("普通干部"), town.As("承办人")
	official.Say(opposed)
	official.AwaitText("由人工智能整理")
	official.Say(opposed + "请再说一遍")
	if second := official.AwaitText("依据截至"); strings.Contains(second.Text, "由人工智能整理") {
		t.Error("the model answered beyond the budget")
	}
	other.Say(opposed)
	other.AwaitText("由人工智能整理")
	if asked != 2 {
		t.Errorf("the model was asked %d times", asked)
	}
}

func TestTheOldVersionIsOneButtonAway(t *testing.T) {
	official := newTown(t).As("普通干部")
	official.Say("对认定结论不服怎么办？")
	answer := official.AwaitText("依据截至")
	official.Press(answer, "看旧版")
	old := official.AwaitText("已废止")
	official.Press(old, "只看现行")
	official.AwaitText("（现行）")
}

func TestTheDocumentOfAnArticle(t *testing.T) {
	official := newTown(t).As("普通干部")
	official.Say("办法第十二条")
	answer := official.AwaitText("第十二条")
	official.Press(answer, buttonWith(t, answer, "第十二条"))
	article := official.AwaitText("起施行")
	official.Press(article, "所在文件")
	contents := official.AwaitText("要看其中一条")
	for _, must := range []string{"第一条", "第五十九条"} {
		if !strings.Contains(contents.Text, must) {
			t.Errorf("the contents lack %s", must)
		}
	}
}
