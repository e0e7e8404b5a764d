package delivery

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

// errPanic wraps what a handler's panic becomes.
var errPanic = errors.New("delivery: the handler panicked")

// handle brings one claimed update through the handler and ends the claim.
func (o *Office) handle(ctx context.Context, c Claim) {
	log := o.log.With("update", c.Key, "try", c.Tries)
	o.probe("claimed")
	if c.Tries > MaxTries {
		// Only a process that died with the update in hand gets here.
		o.park(ctx, c, errors.New("the process ended while handling it"))
		return
	}
	turn, err := newTurn(c, o.store)
	if err != nil {
		log.Warn("update skipped: this program can't read its kind", "bytes", len(c.Body))
		o.end(ctx, c, Outcome{State: Done})
		return
	}
	turn.kinds = slices.Collect(maps.Keys(o.kinds))
	began := time.Now()
	if turn.storeErr = o.noteRefusal(ctx, turn); turn.storeErr != nil {
		err = turn.storeErr
	} else {
		err = o.call(ctx, turn)
	}
	o.probe("handled")
	if err == nil {
		o.needs.over()
		err = o.end(ctx, c, turn.outcome())
	}
	switch {
	case err == nil:
		o.probe("committed")
		o.outbox.poke()
		o.jobs.poke()
		log.Debug("update handled", "ms", time.Since(began).Milliseconds(), "waited_ms", began.Sub(c.Received).Milliseconds(), "messages", len(turn.out))
	case errors.Is(err, ErrFenced):
		log.Warn("update was taken over; what this process did for it is dropped")
	case ctx.Err() != nil:
		log.Info("update handed back: the process stops")
		o.end(ctx, c, Outcome{State: Retry, Uncounted: true})
	case turn.storeErr != nil && !errors.Is(turn.storeErr, errDamaged), o.troubleOf(c, err) == Away:
		o.await(ctx, c, began, err)
	case o.troubleOf(c, err) == Full:
		o.refuse(ctx, c, err)
	case errors.Is(err, ErrConflict) && time.Since(c.Received) < meetingTime:
		wait := 20*time.Millisecond + rand.N(80*time.Millisecond)
		log.Info("met another update at the same session; again soon", "in", wait)
		o.end(ctx, c, Outcome{State: Retry, Delay: wait, Uncounted: true})
	case c.Tries >= MaxTries:
		o.park(ctx, c, err)
	default:
		wait := backoff(c.Tries, 500*time.Millisecond, 4*time.Second)
		log.Warn("handling failed; tried again", "in", wait, "err", err)
		o.end(ctx, c, Outcome{State: Retry, Delay: wait})
	}
}

// meetingTime is how long updates that meet others at the same session, such as a
// shared draft or the list of a unit, give way without a try being counted. They
// come again soon, each at another moment.
const meetingTime = time.Minute

// end settles a claim and logs what it could not.
func (o *Office) end(ctx context.Context, c Claim, out Outcome) error {
	err := o.inbox.settle(ctx, c, out)
	if err != nil && out.State != Done {
		o.log.Warn("an update's end could not be noted; it comes again", "update", c.Key, "err", err)
	}
	return err
}

// call runs the handler within its time.
func (o *Office) call(ctx context.Context, t *Turn) error {
	ctx, cancel := context.WithTimeout(ctx, HandlerTime)
	defer cancel()
	return guard(o.log.With("update", t.Update.ID), func() error {
		return watched(ctx, func(ctx context.Context) error { return o.handler(ctx, t) })
	})
}

// guard turns a panic of a handler into an error. Of the panic's value only a
// runtime error is told: another may hold a person's words.
func guard(log *slog.Logger, handle func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			what := fmt.Sprintf("a value of type %T", v)
			if r, ok := v.(runtime.Error); ok {
				what = r.Error()
			}
			err = fmt.Errorf("%w: %s", errPanic, what)
			log.Error("handler panicked", "what", what, "stack", frames(debug.Stack()))
		}
	}()
	return handle()
}

// frames keeps of a stack the lines with places in files: the lines between
// them show arguments.
func frames(stack []byte) string {
	var b strings.Builder
	for line := range strings.Lines(string(stack)) {
		if strings.HasPrefix(line, "\t") {
			b.WriteString(strings.TrimSpace(line) + " ")
		}
	}
	return b.String()
}

// noteRefusal keeps the note of who blocked the bot: a private chat that says it
// did is noted, any other update of a noted chat clears it.
func (o *Office) noteRefusal(ctx context.Context, t *Turn) error {
	now := refused(&t.Update)
	noted, err := o.store.Blocked(ctx, t.Chat)
	if err != nil || noted == now {
		return err
	}
	return o.store.SetBlocked(ctx, t.Chat, now)
}

// park sets an update aside and tells the chat, if it is a person's, and the
// administrators, once: the notices are stored in the same step.
func (o *Office) park(ctx context.Context, c Claim, cause error) {
	o.log.Error("update parked: handling failed too often", "update", c.Key, "tries", c.Tries, "err", cause)
	notices := o.notices(ctx, "parked:"+c.Key, textParkedAdmin(c.Key, c.Received))
	if c.Chat > 0 {
		notices = append(notices, Message{Key: "parked:" + c.Key, Chat: c.Chat, Text: textParked})
	}
	out := Outcome{State: Parked, Note: cause.Error(), Out: o.items(notices)}
	if o.end(ctx, c, out) == nil {
		o.outbox.poke()
	}
}

// noticeMark stands in the keys of notices to administrators: one that can't be
// delivered makes no other.
const noticeMark = ":admin:"

// notices makes one message for each administrator.
func (o *Office) notices(ctx context.Context, key, text string) []Message {
	var list []Message
	for _, chat := range o.admins(ctx) {
		list = append(list, Message{Key: fmt.Sprint(key, noticeMark, chat), Chat: chat, Text: text})
	}
	if len(list) == 0 {
		o.log.Warn("no administrator is known who could be told", "about", key)
	}
	return list
}

// items makes outbox items of this package's own messages.
func (o *Office) items(messages []Message) []Item {
	items := make([]Item, 0, len(messages))
	for _, m := range messages {
		it, err := m.item()
		if err != nil {
			o.log.Error("a notice could not be made", "key", m.Key, "err", err)
			continue
		}
		items = append(items, it)
	}
	return items
}
