package embedding

import (
	"context"
	"slices"
	"sync"
)

// rank says whose turn comes first.
type rank int

const (
	question rank = iota
	bulk
	ranks
)

// gate shares the cores among those who compute: as many are inside as there
// are cores. Who is inside pauses every few milliseconds and lets in whoever
// has waited longest of those with the same or a higher rank. So a question
// waits for bulk work no longer than that, and a long question does not hold
// up short ones. Nobody waits while a core is free.
type gate struct {
	cores int

	mu      sync.Mutex
	free    int
	waiting [ranks][]chan struct{} // closed when its owner is let in
}

func newGate(cores int) *gate { return &gate{cores: cores, free: cores} }

// enter waits for a turn, which ends with leave. After an error, that of the
// context, there is no turn.
func (g *gate) enter(ctx context.Context, r rank) error {
	g.mu.Lock()
	if g.free > 0 {
		g.free--
		g.mu.Unlock()
		return nil
	}
	return g.queue(ctx, r)
}

// pause hands the turn over if somebody waits who may have it, and waits for
// another. After an error, that of the context, the turn is over.
func (g *gate) pause(ctx context.Context, r rank) error {
	if err := ctx.Err(); err != nil {
		g.leave()
		return err
	}
	g.mu.Lock()
	if !g.admit(r) {
		g.mu.Unlock()
		return nil
	}
	return g.queue(ctx, r)
}

// leave ends a turn: the next one comes in.
func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.admit(ranks - 1) {
		g.free++
	}
}

// admit hands a turn to who has waited longest, of rank lowest or higher. The
// gate must be locked.
func (g *gate) admit(lowest rank) bool {
	for r := range lowest + 1 {
		if len(g.waiting[r]) > 0 {
			close(g.waiting[r][0])
			g.waiting[r] = slices.Delete(g.waiting[r], 0, 1)
			return true
		}
	}
	return false
}

// queue waits to be let in. The gate must be locked; it is unlocked here.
func (g *gate) queue(ctx context.Context, r rank) error {
	turn := make(chan struct{})
	g.waiting[r] = append(g.waiting[r], turn)
	g.mu.Unlock()
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
	}
	g.mu.Lock()
	at := slices.Index(g.waiting[r], turn)
	if at >= 0 {
		g.waiting[r] = slices.Delete(g.waiting[r], at, at+1)
	}
	g.mu.Unlock()
	if at < 0 { // let in at the same moment
		g.leave()
	}
	return ctx.Err()
}
