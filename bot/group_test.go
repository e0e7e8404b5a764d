package bot_test

import (
	"testing"

	"rongcuo/bot/localtelegram"
	"rongcuo/bot/localtelegram/localtelegramtest"
)

// In a group everybody reads the article that stands on a button, whoever asked;
// what is an answer's own (a vote, a filing, another version) is for who asked.
func TestInAGroupAButtonMeansWhatStandsOnIt(t *testing.T) {
	t.Parallel()
	telegram := localtelegramtest.Start(t, localtelegram.Options{Started: true, NoLimits: true, Groups: []localtelegram.Group{
		{Key: "office", Title: "政策交流群", ChatID: -1001, Members: []string{"official", "head"}}}})
	town := found(t, telegram, t.TempDir(), 0)
	official, head := town.As("普通干部").In("office"), town.As("单位负责人").In("office")
	official.Say("@rongcuo_bot " + opposed)
	answer := official.AwaitText("依据截至")
	head.Say("@rongcuo_bot 风险备案要准备哪些材料？") // so that both have a first answer
	head.AwaitText("依据截至")

	head.Press(answer, buttonWith(t, answer, "第十四条"))
	article := head.AwaitText("第十四条　主张情形八的")
	official.Press(article, "下一条") // that another one opened
	official.AwaitText("第十五条　主张情形九的")
	head.Press(answer, buttonWith(t, answer, "集体决策中明确反对"))
	head.AwaitText("投了反对票")

	for _, own := range []string{"👍 有用", "👎 不对", "用这个情况起草备案"} {
		head.Press(answer, own)
		head.AwaitText("只能由提问的人使用")
	}
	head.Press(answer, "转人工")
	head.AwaitText("案件审理室")
	journal, err := town.base.Journal()
	must(t, err)
	disliked := func() string {
		gaps, err := journal.Gaps(t.Context())
		must(t, err)
		all := ""
		for _, g := range gaps {
			for _, q := range g.Questions {
				all += q.Question + q.Reason
			}
		}
		return all
	}
	if all := disliked(); all != "" {
		t.Errorf("somebody who did not ask has voted: %s", all)
	}
	official.Press(answer, "👎 不对")
	official.Press(official.AwaitText("哪里不对"), "条文不对")
	official.AwaitText("已记下")
	if all := disliked(); all != opposed+"条文不对" {
		t.Errorf("the vote went to %q", all)
	}
}
