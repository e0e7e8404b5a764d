package bot_test

import (
	"testing"

	"rongcuo/bot/delivery"
)

// TestAnOwnerPutsBackWhatWasSetAside: what the owners are told of can be tried
// again from the chat, by them alone.
func TestAnOwnerPutsBackWhatWasSetAside(t *testing.T) {
	town := newTown(t)
	admin, stranger := town.As("管理员"), town.As("外人")
	admin.Say("/parked")
	admin.AwaitText("没有搁置的消息")
	_, err := town.store.Put(t.Context(), delivery.Jobs, delivery.Item{Key: "unreadable", Chat: 1, Body: []byte("?")})
	must(t, err)
	for n := 0; n == 0; {
		n, err = town.office.Parked(t.Context())
		must(t, err)
	}
	stranger.Say("/parked")
	stranger.AwaitText("没有这个命令")
	admin.Say("搁置")
	list := admin.AwaitText("有 1 条消息或任务")
	admin.Press(list, "重新处理")
	admin.AwaitText("1 条已经重新排队")
	admin.Say("/audit")
	admin.AwaitText("让搁置的消息重新排队")
}
