package bot_test

import (
	"fmt"
	"testing"

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
