package bot_test

import (
	"maps"
	"strings"
	"testing"
	"time"

	"rongcuo/knowledge"
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
	urgent["is_urgent"], urgent["oral_consent_by"], urgent["oral_consent_at"] = "是", "县住建局局长", "今天9点"
	handler.Say("/file")
	answerAll(t, handler, procedure, urgent, "前次申请号")
	handler.Say("保存退出")
	handler.AwaitText("已保存")
	handler.Say("/file")
	handler.Press(handler.AwaitText("您的草稿"), "转给同事")
	colleagues := handler.AwaitText("交给哪位同事")
	handler.Press(colleagues, buttonWith(t, colleagues, "head"))
	head.AwaitText("交给您继续办理")
	head.Say("/file")
	list := head.AwaitText("您的草稿")
	head.Press(list, buttonWith(t, list, "已口头同意"))
	begun := head.AwaitText("已记录口头同意")
	if !strings.Contains(begun.Text, "2026年11月26日") {
		t.Errorf("the time to submit: %s", begun.Text)
	}
	k.pass(49 * time.Hour)
	must(t, tn.bot.Regular(t.Context()))
	head.AwaitText("紧急补报已经超过期限")
	head.Press(begun, "继续")
	done := answerAll(t, head, procedure, urgent, "确认提交")
	head.Press(done, "确认提交")
	head.AwaitText("已存档")
	body.AwaitText("已提交，申请号")
	body.Press(open(t, body, "/todo"), "办理过程")
	body.AwaitText("紧急先行实施")
}
