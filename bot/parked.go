package bot

import (
	"context"
	"fmt"

	"rongcuo/conversations/records"
)

// What could not be handled in five tries is set aside, and the owners are told.
// Here they put it back in line once the reason is mended; a new version of the
// program does so by itself.

func init() { // methods that look into the tables
	commands = append(commands, command{[]string{"parked", "搁置"}, "搁置的消息", owners, (*Bot).parked})
	actions = append(actions, action{"revive", owners, (*Bot).pressRevive})
}

// parking is the part of a delivery.Office that sets aside.
type parking interface {
	Parked(ctx context.Context) (int, error)
	Revive(ctx context.Context) (int, error)
}

const kindRevived = "revived" // of an entry

const (
	textNoParked = "没有搁置的消息。"
	textParked   = "有 %d 条消息或任务连续处理失败，已搁置，最多保留 7 天。\n原因排除以后，可以让它们重新排队；收件人会收到迟来的回复。"
	textRevived  = "%d 条已经重新排队。还有问题的会再次搁置，并提醒您。"
	buttonRevive = "重新处理"
)

func (b *Bot) parked(ctx context.Context, c *chat, _ string) error {
	n, err := b.office.Parked(ctx)
	if err != nil {
		return err
	}
	if n == 0 {
		return c.say(textNoParked, nil)
	}
	return c.say(fmt.Sprintf(textParked, n), keyboard([][]button{{{buttonRevive, "revive:"}}}))
}

func (b *Bot) pressRevive(ctx context.Context, c *chat, _ string) error {
	n, err := b.office.Revive(ctx)
	if err != nil {
		return err
	}
	if n == 0 {
		return c.say(textNoParked, nil)
	}
	if err := b.book.Note(ctx, records.Entry{Actor: c.user, Kind: kindRevived, Detail: map[string]any{"count": n}}); err != nil {
		return err
	}
	return c.say(fmt.Sprintf(textRevived, n), nil)
}
