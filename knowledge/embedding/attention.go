package embedding

import (
	"slices"

	"rongcuo/knowledge/embedding/weights"
)

const (
	headSize = weights.Hidden / weights.Heads

	// The score of a key that is not there; no real one comes near it.
	masked = -1e30

	// Scores are divided by √headSize.
	scoreScale = 1. / 8
)

var ones = slices.Repeat([]float32{1}, weights.Block)

// attend writes to s.mixed, for each token that asks, the values of the
// tokens of its text, weighted by how well their keys answer its query. With
// firstOnly one token of each text asks, and its query stands in the line
// with the number of the text.
//
// The products are tiles of rowStep queries, so they reach up to rowStep-1
// lines beyond a text. What is read there is not used; what is written there
// is cleared before the next text is done, or lies in the spare lines.
func (e *encoder) attend(b batch, firstOnly bool) error {
	begin := 0
	for i, end := range b.ends {
		if err := e.pause(); err != nil {
			return err
		}
		t := asking{first: begin, tokens: end - begin, query: begin, queries: end - begin}
		if firstOnly {
			t.query, t.queries = i, 1
		}
		clear(e.s.mixed[t.query*weights.Hidden:][:roundUp(t.queries, rowStep)*weights.Hidden])
		for head := range weights.Heads {
			e.attendOne(t, head*headSize)
		}
		begin = end
	}
	return nil
}

// asking is one text: the lines of its keys and values, and of its queries.
type asking struct {
	first, tokens  int
	query, queries int
}

// attendOne is attention for one text and the head whose numbers begin at at.
func (e *encoder) attendOne(t asking, at int) {
	s, k := e.s, e.m.kernel
	width := roundUp(t.tokens, weights.Block) // keys, with those that are not there
	rows := roundUp(t.queries, rowStep)
	grow(&s.scores, rows*width)
	s.turnKeys(t, at, width)
	clear(s.scores[:rows*width])
	query := s.query[t.query*weights.Hidden+at:]
	for key := 0; key < width; key += weights.Block {
		k.tile(s.scores[key:], width, query, weights.Hidden, rows, s.keys[key*headSize:], weights.Panel, headSize*weights.Panel, headSize, ones)
	}
	for row := range t.queries {
		scores := s.scores[row*width:][:width]
		for i := t.tokens; i < width; i++ {
			scores[i] = masked
		}
		k.softmax(scores, scoreScale)
	}
	mixed, value := s.mixed[t.query*weights.Hidden+at:], s.value[t.first*weights.Hidden+at:]
	k.tile(mixed, weights.Hidden, s.scores, width, rows, value, weights.Hidden, weights.Panel, t.tokens, ones) // a head is a block
}

// turnKeys lays the keys of one head out as panels, as a matrix is stored:
// weights.Panel keys beside each other for each of headSize numbers. Keys that
// are not there are zero.
func (s *scratch) turnKeys(t asking, at, width int) {
	grow(&s.keys, width*headSize)
	for key := range width {
		panel := s.keys[key/weights.Panel*weights.Panel*headSize+key%weights.Panel:]
		if key >= t.tokens {
			for i := range headSize {
				panel[i*weights.Panel] = 0
			}
			continue
		}
		for i, x := range s.key[(t.first+key)*weights.Hidden+at:][:headSize] {
			panel[i*weights.Panel] = x
		}
	}
}
