package delivery

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-telegram/bot"
)

const (
	// outageGrace is how long the store may take nothing before people are told:
	// a restart of Redis passes unseen, and a notice is there within 5 s (R19).
	outageGrace = 2 * time.Second
	// outageCalm is how long the store must have worked for what follows to be
	// another outage, so that one that comes and goes is told once.
	outageCalm = time.Minute
	// storeRetry is the time between two tries to store what Telegram gave.
	storeRetry = time.Second
	// outageTell bounds the sending of notices; nothing is received meanwhile.
	outageTell = 3 * time.Second
)

// outage is what intake knows of a store that takes nothing, or dispatch of what
// handlers need and does not answer; of both, the first knows who was told. A poller sees the
// oldest [pollBatch] updates that Telegram keeps; who wrote behind them is not told.
type outage struct {
	mu    sync.Mutex
	since time.Time      // when the first try that failed began; zero: the store works
	last  time.Time      // the last failure
	told  map[int64]bool // chats that know
}

// receive puts updates into the inbox. While that is impossible, the people
// who wrote them are told, once each; should the store hang, also those whose
// updates come meanwhile, whom more gives.
func (o *Office) receive(ctx context.Context, items []Item, more func(context.Context) []Item) (added int, err error) {
	began := time.Now()
	hanging, answered := context.WithCancel(ctx)
	var telling sync.WaitGroup
	telling.Go(func() {
		whose := items
		for wait := o.outage.patience(); len(whose) > 0 && pause(hanging, wait); wait = storeRetry {
			o.tellOutage(ctx, whose, o.away)
			whose = more(hanging)
		}
	})
	added, err = o.store.Put(ctx, Inbox, items...)
	answered()
	telling.Wait()
	if err != nil {
		if o.outage.failed(began) >= outageGrace {
			o.tellRefused(ctx, items, err)
		}
		return 0, err
	}
	if lasted := o.outage.over(); lasted >= outageGrace {
		o.log.Info("the store takes updates again", "after", lasted.Round(time.Millisecond))
	}
	return added, nil
}

// tellRefused tells the people whose updates the store refuses, and where it is
// full the administrators too: it will not get well by itself.
func (o *Office) tellRefused(ctx context.Context, items []Item, err error) {
	if o.trouble(err) != Full {
		o.tellOutage(ctx, items, o.away)
		return
	}
	for _, admin := range o.admins(ctx) {
		o.tellOne(ctx, admin, textFullAdmin)
	}
	o.tellOutage(ctx, items, textStoreFull)
}

// tellOne tells one chat once an outage, if Telegram's limits leave room.
func (o *Office) tellOne(ctx context.Context, chat int64, text string) {
	if !o.outage.claim(-chat) { // private chats are positive: an administrator who writes is told both
		return
	}
	err := o.Try(ctx, chat, func(ctx context.Context) error {
		_, err := o.client.SendMessage(ctx, &bot.SendMessageParams{ChatID: chat, Text: text})
		return err
	})
	if err != nil {
		o.outage.unclaim(-chat)
	}
}

// tellOutage tells the people behind the items, past the store and within
// Telegram's limits; whom they leave no room for is told with the next try.
func (o *Office) tellOutage(ctx context.Context, items []Item, text string) {
	ctx, cancel := context.WithTimeout(ctx, outageTell)
	defer cancel()
	var sending sync.WaitGroup
	var told atomic.Int64
	for _, it := range items {
		if !awaitsAnswer(it) || !o.outage.claim(it.Chat) {
			continue
		}
		sending.Go(func() {
			err := o.Try(ctx, it.Chat, func(ctx context.Context) error {
				_, err := o.client.SendMessage(ctx, &bot.SendMessageParams{ChatID: it.Chat, Text: text})
				return err
			})
			switch {
			case err == nil:
				told.Add(1)
			case errors.Is(err, ErrBusy):
				o.outage.unclaim(it.Chat)
			default:
				o.log.Info("somebody could not be told that the store is away", "err", plainError(err))
			}
		})
	}
	sending.Wait()
	if n := told.Load(); n > 0 {
		o.log.Error("something is away; what people wrote is kept, and they were told", "chats", n)
	}
}

// awaitsAnswer says if an update is a message or a button press in a private
// chat: only there somebody waits who knows that he is meant.
func awaitsAnswer(it Item) bool {
	if it.Chat <= 0 {
		return false
	}
	var u struct {
		Message       json.RawMessage `json:"message"`
		CallbackQuery json.RawMessage `json:"callback_query"`
	}
	return json.Unmarshal(it.Body, &u) == nil && (u.Message != nil || u.CallbackQuery != nil)
}

// patience is how long a store may take over an answer before it counts as
// away: less when it was away a moment ago.
func (a *outage) patience() time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.since.IsZero() {
		return outageGrace
	}
	return outageGrace / 4
}

// failed notes a failure of a try that began then, and says how long the outage
// has lasted.
func (a *outage) failed(began time.Time) time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.touch()
	if a.since.IsZero() {
		a.since = began
	}
	return a.last.Sub(a.since)
}

// touch notes a failure now; after a calm it begins another outage.
func (a *outage) touch() {
	now := time.Now()
	if now.Sub(a.last) > outageCalm {
		a.since, a.told = time.Time{}, make(map[int64]bool)
	}
	a.last = now
}

// over notes that the store works and says how long it did not.
func (a *outage) over() (lasted time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.since.IsZero() {
		lasted = time.Since(a.since)
	}
	a.since = time.Time{}
	return lasted
}

// claim is true for the one who may tell a chat.
func (a *outage) claim(chat int64) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.touch()
	if a.told[chat] {
		return false
	}
	a.told[chat] = true
	return true
}

func (a *outage) unclaim(chat int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.told, chat)
}
