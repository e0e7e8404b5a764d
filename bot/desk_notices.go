package bot

import (
	"context"
	"errors"
	"time"

	"rongcuo/bot/delivery"
	"rongcuo/conversations/records"
)

// tellNotices hands the notices that wait in the records to the outbox; the key
// of each keeps it from being sent twice.
func (b *Bot) tellNotices(ctx context.Context) error {
	for {
		list, err := b.config.Desk.Claim(ctx, 50, time.Minute)
		if err != nil || len(list) == 0 {
			return err
		}
		for _, n := range list {
			m := delivery.Message{Key: "n:" + hashOf([]byte(n.Key))[:40], Chat: n.Person, Priority: delivery.Notice, Text: escape(n.Text),
				Markup: keyboard([][]button{{{buttonOpen, "see:" + n.Filing}}})}
			if n.Kind == records.NoticeStandIn { // who is told sees no filing, or no longer
				m.Markup = nil
			}
			if _, err := b.office.Send(ctx, m); err != nil {
				return err
			}
			if err := b.config.Desk.Sent(ctx, n.Key); err != nil {
				return err
			}
		}
	}
}

// tellSoon sends what an act has just made due, instead of at the next regular
// round; what fails is left to that.
func (b *Bot) tellSoon(ctx context.Context) {
	if b.office == nil {
		return
	}
	if err := b.tellNotices(ctx); err != nil {
		b.log.Warn("notices wait for the next round", "error", err)
	}
}

// Regular is the regular work on filings: what time brings, the notices of it,
// and reminders of idle drafts. It may be done again at any moment.
func (b *Bot) Regular(ctx context.Context) error {
	if !b.files() || b.office == nil {
		return nil
	}
	for {
		n, _, err := b.config.Desk.Due(ctx, 50)
		if err != nil {
			return err
		}
		if n < 50 {
			break
		}
	}
	return errors.Join(b.tellNotices(ctx), b.remindDrafts(ctx), b.followCalendar())
}
