package knowledge

import (
	"cmp"
	"context"
	"errors"
	"math"
	"time"
	"unicode/utf8"

	"rongcuo/knowledge/documents"
)

// Vectors may come after the index that needs them: the model failed, or is
// another one than before. Words alone answer meanwhile.

const (
	everything    = math.MaxInt     // passages: all that are missing
	passagesATurn = 1024            // passages after which others may build
	greatPause    = 1 * time.Minute // between attempts with a model that fails
)

// lacks says whether g has not all the vectors that it should have.
func (b *Base) lacks(g *generation) bool {
	return b.embedder != nil && g != nil && len(g.entries) > 0 && (g.vectors == nil || g.unembedded > 0)
}

// Unembedded gives how many passages wait for a vector. Until all have one, words
// alone answer.
func (b *Base) Unembedded() int {
	if g := b.current.Load(); b.embedder != nil && g != nil {
		return g.unembedded
	}
	return 0
}

// Embed makes the vectors that the current index lacks and switches to an index
// with them. It goes in turns, between which this process and others may build,
// and is made by one process for all.
func (b *Base) Embed(ctx context.Context, onProgress func(Progress)) error {
	if onProgress == nil {
		onProgress = logProgress(b.log)
	}
	onProgress = withEstimate(onProgress)
	made := 0
	for b.lacks(b.current.Load()) {
		n, err := b.embedTurn(ctx, func(p Progress) {
			p.Done, p.Total = p.Done+made, p.Total+made
			onProgress(p)
		})
		made += n
		if _, busy := errors.AsType[*BuildingError](err); err != nil && !busy {
			return err
		} else if busy {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(awaitEvery):
			}
		}
	}
	return nil
}

// embedTurn makes some of the vectors that are missing. Without a store it makes
// all of them, because they would not be there the next time.
func (b *Base) embedTurn(ctx context.Context, onProgress func(Progress)) (made int, err error) {
	b.building.Lock()
	defer b.building.Unlock()
	g := b.current.Load()
	if !b.lacks(g) {
		return 0, nil
	}
	s, most := b.store, everything
	if s != nil {
		w, held, err := s.hold(ctx)
		if err != nil {
			return 0, err
		}
		defer w.release()
		ctx, s, most = held, w.store, passagesATurn
	}
	with := *g
	if made, err = b.giveVectors(ctx, &with, s, most, onProgress); err != nil {
		return made, cmp.Or(context.Cause(ctx), err)
	}
	b.current.Store(&with)
	return made, nil
}

// EmbedFor makes ready for one question where vectors are missing: those of the
// passages that its words find first, up to a number of characters in all and as
// many as a time allows. The rest is left out of the ranking until Embed has made
// it. Nothing is stored. It says how many were made.
func (b *Base) EmbedFor(ctx context.Context, q Query, characters int, within time.Duration, onProgress func(Progress)) (made int, err error) {
	b.building.Lock()
	defer b.building.Unlock()
	g := b.current.Load()
	if !b.lacks(g) {
		return 0, nil
	}
	text, verdict := inspect(q.Text)
	if verdict.stops() {
		return 0, nil
	}
	q.Text, q.At = text, cmp.Or(q.At, documents.Date(b.today().Format(time.DateOnly)))
	known, err := b.knownVectors(ctx, b.store)
	if err != nil {
		return 0, err
	}
	if onProgress == nil {
		onProgress = logProgress(b.log)
	}
	hashes, missing := g.missing(known)
	some := g.firstOf(missing, hashes, g.byWords(q, b.lexicon), characters)
	limited, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	made, err = b.embedMissing(limited, some, len(some), known, nil, withEstimate(onProgress))
	if err != nil && (made == 0 || !errors.Is(err, context.DeadlineExceeded) || ctx.Err() != nil) {
		return made, err
	}
	with := *g
	with.unembedded = len(missing) - made
	if with.vectors, err = newVectors(ctx, b.embedder.Dim(), inOrder(hashes, known)); err != nil {
		return made, err
	}
	b.current.Store(&with)
	return made, nil
}

// byWords gives the entries that the words of a question find, the best first,
// and then the others that it may see.
func (g *generation) byWords(q Query, lexicon *Lexicon) []int {
	scores, allowed := make([]float32, len(g.entries)), g.filter(q)
	g.scoreWords(scores, lexicon.terms(q), allowed)
	list := topEntries(scores, len(scores))
	for i, s := range scores {
		if s <= 0 && allowed[g.entries[i].doc] {
			list = append(list, i)
		}
	}
	return list
}

// firstOf gives of the missing texts those of the first entries, as many as have
// together no more than a number of characters.
func (g *generation) firstOf(missing []unembedded, hashes []string, entries []int, characters int) []unembedded {
	wanted := map[string]unembedded{}
	for _, m := range missing {
		wanted[m.hash] = m
	}
	var some []unembedded
	for _, i := range entries {
		m, ok := wanted[hashes[i]]
		if !ok {
			continue
		}
		if characters -= min(utf8.RuneCountInString(m.text), embedWhole); characters < 0 {
			break
		}
		delete(wanted, hashes[i])
		some = append(some, m)
	}
	return some
}

// followVectors makes missing vectors as soon as it sees that there are any.
func (b *Base) followVectors(ctx context.Context, every time.Duration) {
	pause := every
	for failing := false; ; {
		if b.lacks(b.current.Load()) {
			err := b.Embed(ctx, nil)
			if ctx.Err() != nil {
				return
			}
			switch {
			case err == nil:
				b.log.Info("answering by words and meaning", "model", b.MeaningFrom())
			case !failing:
				b.log.Warn("no vectors; answering by words alone, and trying again", "passages", b.Unembedded(), "reason", err)
			}
			failing = err != nil
			if pause = min(2*pause, greatPause); !failing {
				pause = every
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
	}
}
