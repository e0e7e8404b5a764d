package delivery

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"
)

// Trouble is what an error is the fault of, see [Config.Trouble].
type Trouble int

const (
	// Failed: of the update or its handler; five of these and it is parked.
	Failed Trouble = iota
	// Away: of something that comes back by itself, such as a database that
	// restarts. The update waits for it, however long, and its chat is told once.
	Away
	// Full: of a store that takes nothing new until somebody makes room. Reading
	// goes on, so that the chat must not wait: what was refused is said.
	Full
)

// awayMost is how long an update waits for what is away: so long Telegram would
// have kept it. Beyond it tries count again, for then the update itself may be
// what brings the database down.
const awayMost = 24 * time.Hour

// ErrAway stands for what a handler met and did not return.
var ErrAway = errors.New("delivery: something that the handler needs is away")

type awayKey struct{}

// NoteAway says that something that the work in hand needs is away, although its
// handler may answer with an excuse: what the handler leaves is dropped, and it is
// called again when that is back. The context is the handler's, or one made of it;
// with another one nothing happens.
func NoteAway(ctx context.Context) {
	if met, ok := ctx.Value(awayKey{}).(*atomic.Bool); ok {
		met.Store(true)
	}
}

// watched calls a handler and gives ErrAway where NoteAway was called under it.
func watched(ctx context.Context, handle func(context.Context) error) error {
	met := new(atomic.Bool)
	err := handle(context.WithValue(ctx, awayKey{}, met))
	if !met.Load() {
		return err
	}
	if err == nil {
		return ErrAway
	}
	return fmt.Errorf("%w: %w", ErrAway, err)
}

// troubleOf says what a claim's error is the fault of.
func (o *Office) troubleOf(c Claim, err error) Trouble {
	t := o.trouble(err)
	if errors.Is(err, ErrAway) {
		t = Away
	}
	if t == Away && time.Since(c.Received) > awayMost {
		return Failed
	}
	return t
}

// await hands an update back until what its handler needs answers again, and
// tells its chat once when that takes long.
func (o *Office) await(ctx context.Context, c Claim, began time.Time, err error) {
	lasts := o.needs.failed(began)
	wait := min(max(lasts/4, 500*time.Millisecond), 4*time.Second)
	level := slog.LevelDebug // of the many tries of an outage the first are told
	if lasts < time.Second {
		level = slog.LevelWarn
	}
	o.log.Log(ctx, level, "what the handler needs is away; tried again", "update", c.Key, "in", wait, "lasts", lasts, "err", err)
	if lasts >= outageGrace {
		o.tellOutage(ctx, []Item{c.Item}, o.away)
	}
	o.end(ctx, c, Outcome{State: Retry, Delay: wait, Uncounted: true})
}

// refuse ends an update for which there is no room: nothing of it was kept, its
// chat and, once an hour, the administrators are told.
func (o *Office) refuse(ctx context.Context, c Claim, err error) {
	o.log.Error("an update was refused: there is no room to keep what it brings", "update", c.Key, "err", err)
	notices := o.notices(ctx, "full:"+time.Now().UTC().Format("2006-01-02T15"), textFullAdmin)
	if awaitsAnswer(c.Item) {
		notices = append(notices, Message{Key: "full:" + c.Key, Chat: c.Chat, Text: textFull})
	}
	if o.end(ctx, c, Outcome{State: Done, Out: o.items(notices)}) == nil {
		o.outbox.poke()
	}
}
