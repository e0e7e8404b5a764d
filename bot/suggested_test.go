package bot_test

import (
	"net/http"
	"strings"
	"testing"

	"rongcuo/bot/localtelegram/localtelegramtest"
	"rongcuo/knowledge"
	"rongcuo/knowledge/fakemodel"
	"rongcuo/prompts"
)

// A model's questions wait below their document for an administrator, who
// adopts or deletes each; who asks sees the article and never the question.
func TestAnAdministratorDecidesOnSuggestedQuestions(t *testing.T) {
	const good, bad = "试点的清单，隔多长时间翻新一遍？", "午饭在哪里吃？"
	model := fakemodel.Start(t)
	model.OnChat = func(w http.ResponseWriter, _, user string, _ int) {
		reply := "[]"
		if strings.Contains(user, "每半年调整一次") {
			reply = `["` + good + `","` + bad + `"]`
		}
		fakemodel.Stream(w, reply, "stop")
	}
	models, err := knowledge.NewModels(knowledge.ModelConfig{BaseURL: model.URL, ChatModel: "fake"})
	must(t, err)
	t.Cleanup(models.Close)
	set, err := prompts.Load("")
	must(t, err)
	tn := foundWith(t, localTelegram(t), t.TempDir(), knowledge.Options{Suggester: knowledge.PromptSuggester{Prompts: set, Model: models}})
	admin, official := tn.As("管理员"), tn.As("普通干部")
	admin.Send("清单.md", []byte(newRule), "")
	admin.Press(admin.AwaitText("共 2 条"), "发布")
	admin.AwaitText("模型给 2 条拟了问法")

	open := func() localtelegramtest.Message {
		t.Helper()
		admin.Say("/docs")
		list := admin.Await("the documents", func(m localtelegramtest.Message) bool { return button(m, "试点事项清单") != "" })
		admin.Press(list, button(list, "试点事项清单"))
		return admin.AwaitText("共 2 条。")
	}
	admin.Press(open(), "待确认的问法（2 个）")
	list := admin.AwaitText("没有人核对过")
	if !strings.Contains(list.Text, "第一条：试点的清单") || !strings.Contains(list.Text, bad) {
		t.Errorf("listed:\n%s", list.Text)
	}
	official.Say("试点事项清单多久翻新一遍？")
	if a := official.AwaitText("每半年调整一次"); strings.Contains(a.Text, good) {
		t.Errorf("shown to somebody who asks:\n%s", a.Text)
	}
	admin.Say("试点事项清单多久翻新一遍？")
	admin.AwaitText("每半年调整一次")
	admin.Say("/why")
	if why := admin.AwaitText("为什么这样答"); !strings.Contains(why.Text, "其中未确认的问法") {
		t.Errorf("nobody learns that an unconfirmed question helped:\n%s", why.Text)
	}
	admin.Press(list, numberedButton(list, "删除", bad))
	list = admin.Await("what is left", func(m localtelegramtest.Message) bool {
		return strings.Contains(m.Text, good) && !strings.Contains(m.Text, bad) && strings.Contains(m.Text, "没有人核对过")
	})
	admin.Press(list, "采用 1")
	admin.AwaitText("没有待确认的问法了")
	if m := open(); button(m, "待确认") != "" {
		t.Error("a document without suggestions offers some")
	}
	official.Say("试点事项清单隔多久翻新一遍？")
	official.AwaitText("每半年调整一次")
	admin.Say("/audit")
	log := admin.AwaitText("采用模型给《示例县试点事项清单管理办法》第一条拟的问法")
	if !strings.Contains(log.Text, "删除模型给《示例县试点事项清单管理办法》第一条拟的问法") {
		t.Errorf("audit:\n%s", log.Text)
	}
}

// numberedButton is the button that begins so, of the line with these words.
func numberedButton(m localtelegramtest.Message, begins, words string) string {
	for line := range strings.SplitSeq(m.Text, "\n") {
		if number, _, ok := strings.Cut(line, "."); ok && strings.Contains(line, words) {
			return begins + " " + number
		}
	}
	return ""
}
