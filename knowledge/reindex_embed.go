package knowledge

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
)

// embedBatch is how many passages are embedded a call; a batch is stored before
// the next is asked for.
const embedBatch = 64

// embedSmall is the same where nothing is stored: a question waits, and when its
// time is over what has come so far counts.
const embedSmall = 16

// modelError is an error of the model, or of what it made: words alone answer
// then. Any other error of a build ends it.
type modelError struct{ error }

func (e modelError) Unwrap() error { return e.error }

// giveVectors gives g its vectors: those that are known, and what is missing
// from the model, but no more than most texts; what is made is kept where the
// right to build is held. Equal texts are embedded once. While any is missing g
// has none, and words alone answer: passages that can't be found by meaning
// would stand behind those that can.
func (b *Base) giveVectors(ctx context.Context, g *generation, s *store, most int, onProgress func(Progress)) (made int, err error) {
	if b.embedder == nil || len(g.entries) == 0 {
		return 0, nil
	}
	known, err := b.knownVectors(ctx, s)
	if err != nil {
		return 0, err
	}
	hashes, missing := g.missing(known)
	made, err = b.embedMissing(ctx, missing[:min(len(missing), most)], len(missing), known, s, onProgress)
	if g.unembedded = len(missing) - made; g.unembedded > 0 || err != nil {
		return made, err
	}
	if g.vectors, err = newVectors(ctx, b.embedder.Dim(), inOrder(hashes, known)); err != nil && ctx.Err() == nil {
		err = modelError{err}
	}
	return made, err
}

// orWords lets a build go on by words when the model failed: it says so, and
// Follow tries again.
func (b *Base) orWords(ctx context.Context, g *generation, report *Report, err error) error {
	if _, ours := errors.AsType[modelError](err); !ours || ctx.Err() != nil {
		return err
	}
	b.log.Warn("the model gave no vectors; the index goes by words alone", "passages", g.unembedded, "reason", err)
	if report.Unembedded = g.unembedded; report.Unembedded == 0 { // all were made, and none is usable
		report.Unembedded = len(g.entries)
	}
	return nil
}

// inOrder gives the vector of each hash, nil where none is known.
func inOrder(hashes []string, known map[string][]float32) [][]float32 {
	list := make([][]float32, len(hashes))
	for i, h := range hashes {
		list[i] = known[h]
	}
	return list
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
// the store where the right to build is held. It says how many were made.
func (b *Base) embedMissing(ctx context.Context, missing []unembedded, total int, known map[string][]float32, s *store, onProgress func(Progress)) (done int, err error) {
	size := embedBatch
	if s == nil {
		size = embedSmall
	}
	if len(missing) > 0 {
		onProgress(Progress{Stage: StageEmbed, Total: total})
	}
	for done < len(missing) {
		batch := missing[done:min(done+size, len(missing))]
		texts, hashes := make([]string, len(batch)), make([]string, len(batch))
		for i, m := range batch {
			texts[i], hashes[i] = m.text, m.hash
		}
		vectors, err := b.embedder.Embed(ctx, texts)
		if err != nil {
			return done, modelError{err}
		}
		if len(vectors) != len(batch) {
			return done, modelError{fmt.Errorf("%d vectors for %d texts", len(vectors), len(batch))}
		}
		for _, v := range vectors {
			if err := checkVector(v, b.embedder.Dim()); err != nil {
				return done, modelError{err}
			}
		}
		for i, v := range vectors {
			known[hashes[i]] = v
		}
		if s != nil && s.held != nil {
			if err := s.held.addVectors(ctx, b.embedder.Name(), hashes, vectors); err != nil {
				return done, err
			}
		}
		done += len(batch)
		onProgress(Progress{Stage: StageEmbed, Done: done, Total: total})
	}
	return done, nil
}

// embeddingText is what a passage is embedded as: the title, then the text.
// Titles were worth 0 to 4 points (see BENCHMARKS.md).
func (g *generation) embeddingText(i int) string {
	e := g.entries[i]
	return strings.TrimSpace(g.docs[e.doc].Title + "\n" + e.passage.Text)
}
