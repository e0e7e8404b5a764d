package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"rongcuo/bot/delivery"
)

// chore is work that is due from time to time and changes nothing when it is
// done again: what has had its time is deleted, reminders that are due go out.
type chore struct {
	name string
	do   func(context.Context) error
}

const (
	choresEvery = 10 * time.Minute
	choresTime  = 5 * time.Minute // of one round; then another process may go on
)

// doChores does them every few minutes until ctx ends. Of several processes one
// does a round.
func doChores(ctx context.Context, locks delivery.Locks, owner string, log *slog.Logger, chores []chore) {
	for tick := time.NewTicker(choresEvery); ; {
		round(ctx, locks, owner, log, chores)
		select {
		case <-tick.C:
		case <-ctx.Done():
			tick.Stop()
			return
		}
	}
}

func round(ctx context.Context, locks delivery.Locks, owner string, log *slog.Logger, chores []chore) {
	ctx, cancel := context.WithTimeout(ctx, choresTime)
	defer cancel()
	fence, err := locks.Lock(ctx, "chores", owner, choresTime)
	if err != nil {
		if !errors.Is(err, delivery.ErrHeld) && ctx.Err() == nil {
			log.Warn("the regular work was not begun; it is tried again", "error", err)
		}
		return
	}
	for _, c := range chores {
		if err := c.do(ctx); err != nil && ctx.Err() == nil {
			log.Error("regular work failed; it is tried again", "what", c.name, "error", err)
		}
	}
	if err := locks.Unlock(context.WithoutCancel(ctx), "chores", fence); err != nil {
		log.Warn("the regular work is still marked as going on", "error", err)
	}
}
