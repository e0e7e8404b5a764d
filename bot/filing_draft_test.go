package bot_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"rongcuo/bot"
	"rongcuo/conversations"
	"rongcuo/knowledge"
	"rongcuo/knowledge/fakemodel"
	"rongcuo/prompts"
)

func TestADraftGoesOnAfterARestart(t *testing.T) {
	dir, telegram, k := t.TempDir(), localTelegram(t), newClock()
	tn := foundWith(t, telegram, dir, knowledge.Options{}, k.rules)
	staff(t, tn)
	procedure := tn.procedures.Latest("risk-filing")
	handler := tn.As("承办人")
	handler.Say("/file")
	answerAll(t, handler, procedure, filled, "事项名称")
	handler.Say("保存退出")
	handler.AwaitText("已保存")
	tn.stop()

	tn = foundWith(t, telegram, dir, knowledge.Options{}, k.rules)
	handler = tn.As("承办人")
	k.pass(5 * 24 * time.Hour)
	handler.Say("/file")
	handler.Press(handler.AwaitText("您的草稿"), "继续：（还没有写事项名称）")
	review := answerAll(t, handler, procedure, filled, "送交")
	if button(review, "送交") == "" {
		t.Error("the form does not end where it should")
	}
	for _, m := range handler.Chat() {
		if asks := strings.Count(handler.Transcript(), "哪个单位申请"); m.From == "bot" && asks > 1 {
			t.Fatal("what was answered is asked again")
		}
	}
}

// A button of long ago leads to the question that is open, with or without a form.
func TestAnExpiredButtonLeadsToTheOpenQuestion(t *testing.T) {
	tn, _ := staffedTown(t)
	handler := tn.As("承办人")
	handler.Say(opposed)
	answer := handler.AwaitText("依据截至")
	handler.Say("/new")
	handler.AwaitText("已经忘掉")
	handler.Press(answer, buttonWith(t, answer, "👍"))
	if menu := handler.AwaitText("按钮已过期"); button(menu, "待办") == "" {
		t.Errorf("it does not lead to the menu of the post: %v", menu.Buttons)
	}
	handler.Say("/file")
	answerAll(t, handler, tn.procedures.Latest("risk-filing"), filled, "事项名称")
	handler.Press(answer, buttonWith(t, answer, "👍"))
	handler.AwaitText("按钮已过期")
	handler.AwaitText("事项名称")
	handler.Say("无产权档案老楼加装电梯先行施工")
	handler.AwaitText("已记下")
}

func TestADraftGoesFromHandToHand(t *testing.T) {
	tn, _ := staffedTown(t)
	procedure := tn.procedures.Latest("risk-filing")
	handler, head, outsider := tn.As("承办人"), tn.As("单位负责人"), tn.As("外人")
	handler.Say("/file")
	answerAll(t, handler, procedure, filled, "事项名称")
	handler.Say("保存退出")
	handler.AwaitText("已保存")
	handler.Say("/file")
	list := handler.AwaitText("您的草稿")
	handler.Press(list, "转给同事")
	colleagues := handler.AwaitText("交给哪位同事")
	handler.Press(colleagues, buttonWith(t, colleagues, "head"))
	handler.AwaitText("已转交")
	head.Press(head.AwaitText("交给您继续办理"), "查看并确认")
	head.AwaitText("事项名称")
	head.Say("无产权档案老楼加装电梯先行施工")
	head.AwaitText("已记下")
	handler.Say("/file")
	handler.AwaitText("下面帮您填写") // the one handed over is no longer his
	outsider.Say("/file")
	outsider.AwaitText("下面帮您填写")
}

func TestIdleDraftsAreRemindedOfAndAtLastDropped(t *testing.T) {
	tn, k := staffedTown(t)
	handler := tn.As("承办人")
	handler.Say("/file")
	answerAll(t, handler, tn.procedures.Latest("risk-filing"), filled, "事项名称")
	for _, step := range []struct {
		days int
		says string
	}{{3, "3 天没有动过"}, {7, "10 天没有动过"}, {20, "7 天"}, {8, "删除"}} {
		k.pass(time.Duration(step.days) * 24 * time.Hour)
		must(t, tn.bot.Regular(t.Context()))
		must(t, tn.bot.Regular(t.Context())) // twice says nothing twice
		handler.AwaitText(step.says)
	}
	if n := strings.Count(handler.Transcript(), "10 天没有动过"); n != 1 {
		t.Errorf("reminded %d times", n)
	}
	handler.Say("/file")
	handler.AwaitText("下面帮您填写")
}

func TestWorkBegunOnAnOralConsent(t *testing.T) {
	tn, k := staffedTown(t)
	procedure := tn.procedures.Latest("risk-filing")
	handler, head, body := tn.As("承办人"), tn.As("单位负责人"), tn.As("决定机关")
	urgent := maps.Clone(filled)
	urgent["oral_consent_by"], urgent["oral_consent_at"] = "县住建局局长", "今天9点"
	handler.Say("/file")
	handler.Press(answerAll(t, handler, procedure, urgent, "已经开始做了"), "是")
	handler.Press(handler.AwaitText("事后不能补备案"), "情况紧急，已经口头取得同意")
	asked := answerAll(t, handler, procedure, urgent, "请负责人授权先行实施")
	for _, later := range []string{"background", "risks", "meeting_date"} {
		if strings.Contains(handler.Transcript(), procedure.Field(later).Ask) {
			t.Errorf("%s is asked before the head can let the work begin", later)
		}
	}
	handler.Press(asked, "请负责人授权先行实施")
	handler.AwaitText("已经请单位主要负责人授权")
	head.Press(head.AwaitText("请您授权先行实施"), "已口头同意，先行实施")
	begun := head.AwaitText("已记录口头同意")
	if !strings.Contains(begun.Text, "2026年11月26日") {
		t.Errorf("the time to submit: %s", begun.Text)
	}
	k.pass(49 * time.Hour)
	must(t, tn.bot.Regular(t.Context()))
	head.AwaitText("紧急补报已经超过期限")
	handler.Say("/file")
	list := handler.AwaitText("您的草稿")
	handler.Press(list, buttonWith(t, list, "继续"))
	handler.Press(answerAll(t, handler, procedure, urgent, "送交"), "送交单位主要负责人")
	head.Press(head.AwaitText("请您确认一份风险备案"), "查看并确认")
	head.Press(answerAll(t, head, procedure, urgent, "确认提交"), "确认提交")
	head.AwaitText("已存档")
	body.AwaitText("已提交，申请号")
	body.Press(open(t, body, "/todo"), "办理过程")
	body.AwaitText("紧急先行实施")
}

const plan = `关于无产权档案老楼加装电梯的工作方案。该楼建成二十余年，产权档案缺失，居民多次反映出行不便，两年来一直没有办成，涉及八十六户居民。
经社区和住房保障中心共同测算，加装电梯及配套管线迁改大约需要资金四十五万元，由县级财政列支。
计划在公示三十日无异议后先行施工，施工期间由社区安排专人值守，遇有产权争议立即停工并组织协商，确保居民合法权益不受影响。`

func TestAPastedPlanIsReadAndNothingEntersUnconfirmed(t *testing.T) {
	model := fakemodel.Start(t)
	model.OnChat = func(w http.ResponseWriter, _, _ string, _ int) {
		fakemodel.Stream(w, `好的：[{"key":"fund_amount","text":"45万","source":"加装电梯及配套管线迁改大约需要资金四十五万元"},
			{"key":"matter_name","text":"无产权档案老楼加装电梯","source":"关于无产权档案老楼加装电梯的工作方案"},
			{"key":"affected_count","text":"500","source":"涉及五百户居民"},{"key":"bogus","text":"1","source":"关于"}]`, "stop")
	}
	models, err := knowledge.NewModels(knowledge.ModelConfig{BaseURL: model.URL, ChatModel: "fake"})
	must(t, err)
	t.Cleanup(models.Close)
	set, err := prompts.Load("")
	must(t, err)
	k := newClock()
	tn := foundWith(t, localTelegram(t), t.TempDir(), knowledge.Options{}, func(c *bot.Config) {
		k.rules(c)
		c.Proposer = conversations.ModelProposer{Prompts: set, Model: models}
	})
	staff(t, tn)
	handler := tn.As("承办人")
	handler.Say("/file")
	answerAll(t, handler, tn.procedures.Latest("risk-filing"), filled, "事项名称")
	handler.Say(plan)
	shown := handler.AwaitText("涉及资金")
	if strings.Contains(shown.Text, "500") || !strings.Contains(shown.Text, "大约需要资金四十五万元") {
		t.Errorf("proposed:\n%s", shown.Text)
	}
	handler.Press(shown, "全部采用")
	handler.AwaitText("属于哪个方面") // the next question that is open
	handler.Say("查看已填")
	if text := handler.AwaitText("涉及资金").Text; !strings.Contains(text, "45万元") || strings.Contains(text, "500") {
		t.Errorf("the form has:\n%s", text)
	}
	if strings.Contains(model.Prompts(), "0000-1234567") {
		t.Error("the model saw an answer of the form")
	}
}
