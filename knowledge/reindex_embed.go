package knowledge

import (
	"context"
	"fmt"
	"maps"
	"strings"
)

// embedBatch is how many passages are embedded a call; a batch is stored before
// the next is asked for.
const embedBatch = 64

// embedAll gives the vector of every entry: from the store where the text is
// known to the model, from the model otherwise. Equal texts are embedded once,
// also when several processes come to need them at the same time: what is
// missing is made by the one that may build, and the others wait for it.
func (b *Base) embedAll(ctx context.Context, g *generation, s *store, onProgress func(Progress)) (list [][]float32, made int, err error) {
	known, err := b.knownVectors(ctx, s)
	if err != nil {
		return nil, 0, err
	}
	hashes, missing := g.missing(known)
	if len(missing) > 0 && s != nil && s.held == nil {
		w, held, err := s.await(ctx)
		if err != nil {
			return nil, 0, err
		}
		defer w.release()
		ctx, s = held, w.store
		if known, err = b.knownVectors(ctx, s); err != nil { // the one who was waited for may have made them
			return nil, 0, err
		}
		hashes, missing = g.missing(known)
	}
	if made, err = b.embedMissing(ctx, missing, known, s, onProgress); err != nil {
		return nil, made, err
	}
	list = make([][]float32, len(hashes))
	for i, h := range hashes {
		list[i] = known[h]
	}
	return list, made, nil
}

// knownVectors gives by text hash what the model need not be asked for.
func (b *Base) knownVectors(ctx context.Context, s *store) (map[string][]float32, error) {
	known := shippedVectors(b.embedder.Name(), b.embedder.Dim())
	if s == nil {
		return known, nil
	}
	stored, err := s.vectors(ctx, b.embedder.Name())
	if err != nil {
		return nil, err
	}
	maps.Copy(known, stored)
	return known, nil
}

// unembedded is a text that has no vector yet.
type unembedded struct{ hash, text string }

// missing gives the text hash of every entry and the texts, each once, that are
// not known.
func (g *generation) missing(known map[string][]float32) (hashes []string, missing []unembedded) {
	hashes = make([]string, len(g.entries))
	seen := map[string]bool{}
	for i := range g.entries {
		text := g.embeddingText(i)
		hashes[i] = textHash(text)
		if _, ok := known[hashes[i]]; !ok && !seen[hashes[i]] {
			seen[hashes[i]] = true
			missing = append(missing, unembedded{hashes[i], text})
		}
	}
	return hashes, missing
}

// embedMissing asks the model for vectors and puts them into known, and into
// the store when there is one. It says how many were made.
func (b *Base) embedMissing(ctx context.Context, missing []unembedded, known map[string][]float32, s *store, onProgress func(Progress)) (done int, err error) {
	for done < len(missing) {
		batch := missing[done:min(done+embedBatch, len(missing))]
		texts, hashes := make([]string, len(batch)), make([]string, len(batch))
		for i, m := range batch {
			texts[i], hashes[i] = m.text, m.hash
		}
		vectors, err := b.embedder.Embed(ctx, texts)
		if err != nil {
			return done, err
		}
		if len(vectors) != len(batch) {
			return done, fmt.Errorf("%d vectors for %d texts", len(vectors), len(batch))
		}
		for i, v := range vectors {
			if err := checkVector(v, b.embedder.Dim()); err != nil {
				return done, err
			}
			known[hashes[i]] = v
		}
		if s != nil {
			if err := s.held.addVectors(ctx, b.embedder.Name(), hashes, vectors); err != nil {
				return done, err
			}
		}
		done += len(batch)
		onProgress(Progress{Stage: StageEmbed, Done: done, Total: len(missing)})
	}
	return done, nil
}

// embeddingText is what a passage is embedded as: the title, then the text.
// Titles were worth 0 to 4 points (see BENCHMARKS.md).
func (g *generation) embeddingText(i int) string {
	e := g.entries[i]
	return strings.TrimSpace(g.docs[e.doc].Title + "\n" + e.passage.Text)
}
