package knowledge

import (
	"context"
	"errors"
	"iter"
	"sync"
	"time"

	"rongcuo/knowledge/documents"
)

// Changed says whether another process has published an index that this one
// does not answer from yet. It costs one row read; without a database it is
// false.
func (b *Base) Changed(ctx context.Context) (bool, error) {
	if b.store == nil {
		return false, nil
	}
	p, err := currentOf(ctx, b.store.db)
	return err == nil && !b.has(p), err
}

// has says whether p is what questions are answered from, or nothing.
func (b *Base) has(p published) bool {
	g := b.current.Load()
	return p.id == 0 || g != nil && g.id == p.id && (g.asks == p.asked || g.seen == p.asked)
}

// Refresh takes up the generation that is current in the store, which another
// process may have built. It does nothing when that is the one in use. Questions
// meanwhile, and when it fails, are answered from the older one. No model is
// asked: where vectors are missing, words alone answer until Embed has made them.
func (b *Base) Refresh(ctx context.Context) error {
	if b.store == nil {
		return errNoStore
	}
	b.building.Lock()
	defer b.building.Unlock()
	p, c, err := b.store.load(ctx, b.has)
	if err != nil || b.has(p) {
		return err
	}
	g, err := b.index(ctx, c, b.store)
	if err != nil {
		return err
	}
	g.id, g.seen = p.id, p.asked
	b.current.Store(g)
	return nil
}

// lookTimeout bounds a look at the store, which takes a millisecond: a server that
// hangs must not keep its connection until the network gives up.
const lookTimeout = 10 * time.Second

// Fill indexes files into a base that is empty, once for all processes that
// start together: while another one builds, it waits, and takes up what that one
// published. In a base that is not empty it does nothing. Without onProgress the
// log is told.
func (b *Base) Fill(ctx context.Context, entries iter.Seq[documents.Entry], onProgress func(Progress)) error {
	for b.Empty() {
		_, err := b.Reindex(ctx, entries, onProgress)
		if _, busy := errors.AsType[*BuildingError](err); !busy {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(awaitEvery):
		}
		if err := b.Refresh(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Follow takes up what other processes publish, looking every so often, until
// ctx ends, and makes the vectors that are missing. A database or a model that
// fails is tried again; the log gets the first failure and the end of it.
func (b *Base) Follow(ctx context.Context, every time.Duration) {
	var embedding sync.WaitGroup // beside: it may take minutes
	defer embedding.Wait()
	embedding.Go(func() { b.followVectors(ctx, every) })
	tick := time.NewTicker(every)
	defer tick.Stop()
	failing := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		look, cancel := context.WithTimeout(ctx, lookTimeout)
		changed, err := b.Changed(look)
		cancel()
		if changed {
			if err = b.Refresh(ctx); err == nil {
				docs, passages := b.Size()
				b.log.Info("answering from the index that another process published", "documents", docs, "passages", passages)
			}
		}
		if ctx.Err() != nil {
			return
		}
		if err != nil && !failing {
			b.log.Warn("no news of the index; answering from the one at hand", "reason", err)
		} else if err == nil && failing {
			b.log.Info("the index is followed again")
		}
		failing = err != nil
	}
}

// Confirm records that an article answers a question. It counts in the next
// index that is built.
func (b *Base) Confirm(ctx context.Context, ref Ref, question string) error {
	if b.store == nil {
		return errNoStore
	}
	return b.store.confirm(ctx, ref, question)
}
