package delivery

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/go-telegram/bot"
)

const (
	// senders is how many messages are under way at once: at 30 a second, more
	// than Telegram's slowest usual answer (half a second) needs.
	senders  = 24
	sendTime = 40 * time.Second // one try; the client's own limit may be shorter
	fileTime = 3 * time.Minute  // one try with a file: 50 MB at 3 Mbit/s
)

// deliver sends one claimed message and ends the claim.
func (o *Office) deliver(ctx context.Context, c Claim) {
	var m stored
	if err := json.Unmarshal(c.Body, &m); err != nil {
		o.bury(ctx, c, refusalUnread, err)
		return
	}
	if m.Until > 0 && time.Now().UnixMilli() > m.Until {
		o.log.Info("message dropped: its time is over", "key", c.Key)
		o.noted(ctx, c, Outcome{State: Done})
		return
	}
	if wait := o.limits.admit(c.Chat); wait > 0 {
		o.noted(ctx, c, Outcome{State: Retry, Delay: wait, Uncounted: true})
		return
	}
	o.probe("before send")
	id, err := o.post(ctx, c.Chat, m)
	o.probe("after send")
	o.conclude(ctx, c, id, err)
}

// post sends the message in the form that Telegram takes: an edit that is no
// longer possible becomes a new message, marks that it can't read are left out.
func (o *Office) post(ctx context.Context, chat int64, m stored) (id int, err error) {
	limit := sendTime
	if m.File != nil {
		limit = fileTime
		if m.File.Data == nil {
			if m.File.Data, err = o.read(m.File.Path); err != nil {
				return 0, pathless(err)
			}
		}
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	id, err = transmit(ctx, o.client, chat, m, false)
	if judge(err) == notAnEdit {
		m.Edit = 0
		id, err = transmit(ctx, o.client, chat, m, false)
	}
	if judge(err) == badEntities {
		o.log.Error("Telegram can't read the marks of a message; it is sent as plain text", "err", plainError(err))
		id, err = transmit(ctx, o.client, chat, m, true)
	}
	return id, err
}

// conclude ends the claim as Telegram's answer demands.
func (o *Office) conclude(ctx context.Context, c Claim, id int, err error) {
	log := o.log.With("key", c.Key, "try", c.Tries)
	switch judge(err) {
	case sent:
		o.noted(ctx, c, Outcome{State: Done, Result: int64(id)})
		log.Debug("message sent", "waited_ms", time.Since(c.Received).Milliseconds())
	case unknownID:
		log.Warn("message sent, but Telegram's answer could not be read")
		o.noted(ctx, c, Outcome{State: Done})
	case tooFast:
		wait := retryAfter(err)
		log.Warn("Telegram asks to wait", "for", wait)
		o.limits.closeChat(c.Chat, wait)
		o.noted(ctx, c, Outcome{State: Retry, Delay: wait, Uncounted: true})
	case blocked:
		log.Info("the chat refuses messages of the bot; what waits for it is dropped")
		o.noted(ctx, c, Outcome{State: Done, Block: true})
	case moved:
		o.forward(ctx, c, err)
	case badToken:
		log.Error("Telegram does not accept the token; nothing is sent for a minute. Check the token")
		o.limits.closeAll(time.Minute)
		o.noted(ctx, c, Outcome{State: Retry, Delay: time.Minute, Uncounted: true})
	case refusedByTel, badEntities, notAnEdit:
		o.bury(ctx, c, reason(err), err)
	case unreachable:
		if ctx.Err() != nil {
			log.Warn("sending was cut off; the message comes again")
			o.noted(ctx, c, Outcome{State: Retry, Uncounted: true})
			return
		}
		wait := retryIn(c.Tries, c.Received)
		log.Warn("sending failed; tried again", "in", wait, "err", plainError(err))
		o.noted(ctx, c, Outcome{State: Retry, Delay: wait})
	}
}

// forward sends the message to the group's new number.
func (o *Office) forward(ctx context.Context, c Claim, err error) {
	e, _ := errors.AsType[*bot.MigrateError](err)
	o.log.Info("a group has a new number; its message follows", "key", c.Key)
	again := c.Item
	again.Chat, again.Key = int64(e.MigrateToChatID), c.Key+":moved"
	o.noted(ctx, c, Outcome{State: Done, Out: []Item{again}})
	o.outbox.poke()
}

// bury parks a message that will never pass and tells the administrators once,
// unless it was itself such a notice.
func (o *Office) bury(ctx context.Context, c Claim, why refusal, err error) {
	o.log.Error("message set aside: it will never pass", "key", c.Key, "err", plainError(err))
	var notices []Message
	if !strings.Contains(c.Key, noticeMark) {
		notices = o.notices(ctx, "refused:"+c.Key, textRefusedAdmin(c.Key, why))
	}
	o.noted(ctx, c, Outcome{State: Parked, Note: plainError(err), Out: o.items(notices)})
	o.outbox.poke()
}

// noted settles the claim of a message.
func (o *Office) noted(ctx context.Context, c Claim, out Outcome) {
	if err := o.outbox.settle(ctx, c, out); err != nil {
		o.log.Warn("what became of a message could not be noted; it may be sent twice", "key", c.Key, "err", err)
		return
	}
	o.probe("sent noted")
}
