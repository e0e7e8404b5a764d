package bot_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"rongcuo/bot/delivery"
	"rongcuo/conversations/records"
)

// TestDeletingTakesEverythingButTheRecord (promise R40): the chat, his draft and
// what waits for him go; the filing of his unit stays.
func TestDeletingTakesEverythingButTheRecord(t *testing.T) {
	tn, _ := staffedTown(t)
	number := handedIn(t, tn, filled)
	handler := tn.As("承办人")
	handler.Say("/file")
	answerAll(t, handler, tn.procedures.Latest("risk-filing"), filled, "事项名称")
	handler.Say("保存退出")
	handler.AwaitText("已保存")
	handler.Say("/ask 集体决策时我反对过，还要追究吗？")
	handler.AwaitText("依据截至")

	handler.Say("/delete_me")
	handler.Press(handler.AwaitText("只属于您的备案草稿（1 份）"), "确认删除")
	handler.AwaitText("已删除")
	tn.settled(t)
	for _, key := range []string{"drafts", "act", "mending", "explained"} {
		value, _, err := tn.store.Load(t.Context(), fmt.Sprintf("%s:%d", key, idOf("handler")))
		must(t, err)
		if value != nil {
			t.Errorf("%s was kept: %s", key, value)
		}
	}
	for _, queue := range []delivery.QueueName{delivery.Inbox, delivery.Outbox} {
		if c, err := tn.store.Count(t.Context(), queue); err != nil || c.Waiting+c.Parked > 0 {
			t.Errorf("%s: %+v, %v", queue, c, err)
		}
	}
	handler.Say("/file")
	handler.AwaitText("下面帮您填写") // the draft is gone
	cards, err := tn.desk.Mine(t.Context(), idOf("handler"), records.Filter{})
	must(t, err)
	if len(cards) != 1 || cards[0].Number != number {
		t.Errorf("the filing of the unit went too: %+v", cards)
	}
}

// A word of the person's is enough to have the words of his questions forgotten
// at once: nothing of the dialog's state holds them, and the buttons that needed
// them say so.
func TestANewTopicForgetsTheWordsOfEarlierQuestions(t *testing.T) {
	tn := newTown(t)
	admin, id := tn.As("管理员"), idOf("admin")
	admin.Say("集体开会我投了反对票，后来决策错了，还要追究我吗？")
	answer := admin.AwaitText("依据截至")
	holds := func() (found []string) {
		for _, key := range []string{"chat:%d:%d", "chat:%d:%d:history", "explained:%d:%d"} {
			key = fmt.Sprintf(key, id, id)
			value, _, err := tn.store.Load(t.Context(), key)
			must(t, err)
			if strings.Contains(string(value), "反对票") {
				found = append(found, key)
			}
		}
		return found
	}
	tn.settled(t)
	if before := holds(); len(before) != 3 {
		t.Fatalf("only %v held the words", before)
	}
	admin.Say("/new")
	admin.AwaitText("已经忘掉")
	tn.settled(t)
	if after := holds(); after != nil {
		t.Errorf("%v still hold the words", after)
	}
	for _, words := range []string{"👎", "👍", "用这个情况起草备案"} {
		admin.Press(answer, buttonWith(t, answer, words))
		admin.AwaitText("按钮已过期")
	}
}

// The earlier turns of a conversation end with the time in which they count.
func TestAFollowUpCountsForHalfAnHour(t *testing.T) {
	tn, k := staffedTown(t)
	official := tn.As("普通干部")
	official.Say("对认定结论不服怎么办？")
	official.AwaitText("第三十八条")
	k.pass(29 * time.Minute)
	official.Say("那要多久？")
	official.AwaitText("二十个工作日")
	k.pass(31 * time.Minute)
	official.Say("那这个要怎么办？")
	if again := official.AwaitText("下一步"); strings.Contains(again.Text, "复核以一次为限") {
		t.Error("the earlier topic is remembered")
	}
}

// Nothing is deleted before the person was told what goes and said yes.
func TestDeletingAsksFirst(t *testing.T) {
	tn, _ := staffedTown(t)
	handler := tn.As("承办人")
	handler.Say("/file")
	answerAll(t, handler, tn.procedures.Latest("risk-filing"), filled, "事项名称")
	handler.Say("保存退出")
	handler.AwaitText("已保存")
	handler.Say("删除我")
	handler.AwaitText("会保留：已提交的备案")
	handler.Say("取消")
	handler.AwaitText("没有改动")
	handler.Say("/file")
	handler.AwaitText("您的草稿")
	handler.Say("/delete_me")
	handler.AwaitText("不能恢复")
	handler.Say("确认删除")
	handler.AwaitText("已删除")
	handler.Say("/file")
	handler.AwaitText("下面帮您填写")
}
