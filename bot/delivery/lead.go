package delivery

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// lead runs work while this process holds the lock, again and again, until ctx
// ends. Work's context ends when the lock could not be renewed for half of
// its time, so that it has stopped before another may begin.
func lead(ctx context.Context, locks Locks, log *slog.Logger, name, owner string, work func(context.Context)) {
	log = log.With("lock", name)
	for ctx.Err() == nil {
		asked := time.Now()
		fence, err := locks.Lock(ctx, name, owner, leaderTTL)
		if err != nil {
			if !errors.Is(err, ErrHeld) && ctx.Err() == nil {
				log.Warn("could not ask for the lock; tried again", "err", err)
			}
			pause(ctx, leaderTTL/3)
			continue
		}
		log.Info("this process leads", "fence", fence)
		term, end := context.WithCancel(ctx)
		kept := make(chan struct{})
		go func() {
			defer close(kept)
			keep(term, locks, name, owner, fence, asked)
			end()
		}()
		work(term)
		end()
		<-kept
		release, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		if err := locks.Unlock(release, name, fence); err != nil {
			log.Warn("could not free the lock; it expires by itself", "err", err)
		}
		cancel()
	}
}

// keep renews the lock until ctx ends or it is lost.
func keep(ctx context.Context, locks Locks, name, owner string, fence int64, renewed time.Time) {
	for {
		if !pause(ctx, leaderTTL/5) {
			return
		}
		asked := time.Now()
		once, cancel := context.WithTimeout(ctx, leaderTTL/5)
		again, err := locks.Lock(once, name, owner, leaderTTL)
		cancel()
		switch {
		case err == nil && again == fence:
			renewed = asked
		case err == nil || errors.Is(err, ErrHeld) || time.Since(renewed) > leaderTTL/2:
			return
		}
	}
}

// pause waits; false if ctx ended first.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
