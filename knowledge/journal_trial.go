package knowledge

import (
	"context"
	"slices"

	"rongcuo/knowledge/documents"
)

// Trial gives a base in memory that answers as this one would if doc were
// published: beside the documents there are, in the place of one of the same
// path. Nothing that others see changes; vectors that are made for it are kept,
// so that publishing need not make them again. It takes as long, and as much
// memory, as building the index does. While this base goes by words alone, so
// does the other.
func (b *Base) Trial(ctx context.Context, doc documents.Document) (*Base, error) {
	docs := slices.DeleteFunc(slices.Collect(b.Documents()), func(d documents.Document) bool { return d.Path == doc.Path })
	docs = append(docs, doc)
	c := contents{docs: docs}
	if g := b.current.Load(); g != nil {
		c.confirmed, c.suggested = g.confirmed, g.suggested
	}
	g, err := b.index(ctx, c, b.store)
	if err != nil {
		return nil, err
	}
	if b.lacks(g) && b.MeaningFrom() != "" {
		if err := b.embedTrial(ctx, g); err != nil {
			return nil, err
		}
	}
	trial := &Base{
		embedder: b.embedder, composer: b.composer, lexicon: b.lexicon, safeguards: b.safeguards,
		office: b.office, today: b.today, log: b.log,
	}
	trial.current.Store(g)
	return trial, nil
}

// embedTrial makes what g lacks; other builds are waited for.
func (b *Base) embedTrial(ctx context.Context, g *generation) error {
	s := b.store
	if s != nil {
		w, held, err := s.await(ctx)
		if err != nil {
			return err
		}
		defer w.release()
		ctx, s = held, w.store
	}
	_, err := b.giveVectors(ctx, g, s, everything, func(Progress) {})
	return b.orWords(ctx, g, new(Report), err)
}
