package delivery

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// pump takes claims from a queue and works on up to a number of them at once,
// each under a lease that is renewed while the work lasts.
type pump struct {
	store Store
	queue QueueName
	owner string
	log   *slog.Logger
	slots int
	// room says how many claims may be taken now, and if none, when to ask again.
	room func() (int, time.Duration)
	// work ends its claim. Its context ends with the lease or the drain.
	work func(context.Context, Claim)
	// idle is how long to wait before looking into an empty queue again.
	idle time.Duration
	// hasty: the work ends with the process, without a time to finish.
	hasty bool

	wake chan struct{} // something was put or ended; look again
	mu   sync.Mutex
	held map[int64]struct{} // fences in hand
}

func newPump(store Store, queue QueueName, owner string, log *slog.Logger, slots int,
	room func() (int, time.Duration), work func(context.Context, Claim)) *pump {
	return &pump{store: store, queue: queue, owner: owner, log: log.With("queue", string(queue)), slots: slots,
		room: room, work: work, idle: idleLook, wake: make(chan struct{}, 1), held: make(map[int64]struct{})}
}

// poke has the pump look into its queue at once.
func (p *pump) poke() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// run works until ctx ends, then waits for what is in hand. Work that is not
// ready two seconds before DrainTime is over is told to stop; what does not even
// then is left behind a second later, its lease to expire. The last second is for
// giving locks back.
func (p *pump) run(ctx context.Context) {
	hard, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	if p.hasty {
		defer context.AfterFunc(ctx, stop)()
	}
	var workers sync.WaitGroup
	p.take(ctx, hard, &workers)

	done := make(chan struct{})
	go func() { workers.Wait(); close(done) }()
	limit := time.AfterFunc(DrainTime-2*time.Second, stop)
	defer limit.Stop()
	last := time.NewTimer(DrainTime - time.Second)
	defer last.Stop()
	select {
	case <-done:
	case <-last.C:
		p.log.Error("work in hand did not stop in time; it is left to the next start", "count", len(p.fences()))
	}
}

// take claims and starts work until ctx ends.
func (p *pump) take(ctx, hard context.Context, workers *sync.WaitGroup) {
	unsure := true // leases of a former life, or of a claim whose answer was lost
	failed := 0
	for ctx.Err() == nil {
		room, wait := p.room()
		room = min(room, p.slots-len(p.fences()))
		if room > 0 {
			claims, err := p.claim(ctx, room, unsure)
			unsure = err != nil
			switch {
			case err != nil && ctx.Err() == nil:
				failed++
				wait = backoff(failed, 100*time.Millisecond, 2*time.Second)
				p.log.Warn("the store does not answer; tried again", "in", wait, "err", err)
			case err == nil:
				failed = 0
				for _, c := range claims {
					p.start(hard, workers, c)
				}
				if len(claims) == room {
					continue
				}
			}
		}
		if wait <= 0 || wait > p.idle && failed == 0 {
			wait = p.idle
		}
		select {
		case <-ctx.Done():
		case <-p.wake:
		case <-time.After(wait):
		}
	}
}

func (p *pump) claim(ctx context.Context, room int, unsure bool) ([]Claim, error) {
	if unsure {
		if err := p.store.Release(ctx, p.queue, p.owner, p.fences()...); err != nil {
			return nil, err
		}
	}
	return p.store.Claim(ctx, p.queue, p.owner, room, chatLease)
}

func (p *pump) fences() []int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Collect(maps.Keys(p.held))
}

func (p *pump) start(hard context.Context, workers *sync.WaitGroup, c Claim) {
	p.mu.Lock()
	p.held[c.Fence] = struct{}{}
	p.mu.Unlock()
	workers.Go(func() {
		ctx, lost := context.WithCancel(hard)
		renewing := make(chan struct{})
		go func() { defer close(renewing); p.renew(ctx, lost, c) }()
		p.work(ctx, c)
		lost()
		<-renewing
		p.mu.Lock()
		delete(p.held, c.Fence)
		p.mu.Unlock()
		p.poke()
	})
}

// renew extends the lease of a claim until ctx ends, and calls lost when it
// could not be kept.
func (p *pump) renew(ctx context.Context, lost context.CancelFunc, c Claim) {
	tick := time.NewTicker(chatLease / 3)
	defer tick.Stop()
	until := time.Now().Add(chatLease)
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		asked := time.Now()
		err := p.store.Extend(ctx, c, chatLease)
		if err == nil {
			until = asked.Add(chatLease)
		} else if ctx.Err() == nil && (errors.Is(err, ErrFenced) || time.Until(until) < chatLease/3) {
			p.log.Warn("lost the lease of a chat; the work is given up", "fence", c.Fence, "err", err)
			lost()
			return
		}
	}
}

// settle ends a claim, trying again while the store does not answer, until the
// lease is lost. It returns nil, ErrFenced, ErrConflict, ErrInvalid or the
// context's error.
func (p *pump) settle(ctx context.Context, c Claim, o Outcome) error {
	for try := 1; ; try++ {
		// The end of a drain must not cut the note that the work is done.
		once, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
		err := p.store.Finish(once, c, o)
		cancel()
		if err == nil || errors.Is(err, ErrFenced) || errors.Is(err, ErrConflict) || errors.Is(err, ErrInvalid) {
			return err
		}
		wait := backoff(try, 100*time.Millisecond, 2*time.Second)
		p.log.Warn("could not note the end of a claim; tried again", "fence", c.Fence, "in", wait, "err", err)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
	}
}

// backoff doubles from first to most over the tries, each a random part of a
// quarter shorter so that many do not come at once.
func backoff(try int, first, most time.Duration) time.Duration {
	d := most
	if shift := try - 1; shift < 20 && first<<shift < most {
		d = first << shift
	}
	return d - rand.N(d/4+1)
}
