package delivery

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// role is something that one process at a time does, elected by a lock.
type role struct {
	locks Locks
	log   *slog.Logger
	name  string // of the lock
	owner string // this process
	// outlasts lets a term go on while the store does not answer, until another
	// is seen to hold the lock: for work that does no harm beside another's.
	outlasts bool
}

// lead runs work while this process holds the role, again and again, until ctx
// ends. Work's context ends when the lock could not be renewed for half of its
// time, unless the term outlasts that, so that it has stopped before another may
// begin. Work may also return by itself; then the role is open to all.
func (r role) lead(ctx context.Context, work func(context.Context)) {
	log := r.log.With("lock", r.name)
	for failed := 0; ctx.Err() == nil; {
		asked := time.Now()
		fence, err := r.ask(ctx)
		switch {
		case errors.Is(err, ErrHeld):
			failed = 0
			pause(ctx, leaderTTL/3)
			continue
		case err != nil:
			failed++
			wait := backoff(failed, 100*time.Millisecond, 2*time.Second)
			if ctx.Err() == nil {
				log.Warn("could not ask for the lock; tried again", "in", wait, "err", err)
			}
			pause(ctx, wait)
			continue
		}
		failed = 0
		log.Info("this process leads", "fence", fence)
		term, end := context.WithCancel(ctx)
		kept := make(chan struct{})
		go func() {
			defer close(kept)
			r.keep(term, fence, asked)
			end()
		}()
		work(term)
		end()
		<-kept
		release, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		if err := r.locks.Unlock(release, r.name, fence); err != nil {
			log.Warn("could not free the lock; it expires by itself", "err", err)
		}
		cancel()
	}
}

// keep renews the lock until ctx ends or it is lost.
func (r role) keep(ctx context.Context, fence int64, renewed time.Time) {
	for {
		if !pause(ctx, leaderTTL/5) {
			return
		}
		asked := time.Now()
		again, err := r.ask(ctx)
		switch {
		case err == nil && again == fence:
			renewed = asked
		case err == nil || errors.Is(err, ErrHeld):
			return
		case !r.outlasts && time.Since(renewed) > leaderTTL/2:
			return
		}
	}
}

// ask takes or renews the lock, without waiting long for a store that hangs.
func (r role) ask(ctx context.Context) (fence int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, leaderTTL/5)
	defer cancel()
	return r.locks.Lock(ctx, r.name, r.owner, leaderTTL)
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
