package embedding

import (
	"math"

	"rongcuo/knowledge/embedding/weights"
)

// scratch is the room for one batch, used again for the next.
type scratch struct {
	x, query, key, value, mixed, out []float32 // a line of Hidden numbers for each token
	inner                            []float32 // a line of Inner numbers for each token
	block                            []float32 // a group of a block of weights, widened
	keys, scores                     []float32 // of one head and one text, see attention.go
}

// spare is the number of lines beyond those of the tokens that a tile may
// touch: it works on rowStep lines at a time, wherever a text begins.
const spare = rowStep

func newScratch() *scratch { return &scratch{block: make([]float32, weights.Group*weights.Block)} }

// fit makes room for a number of tokens: in steps, so that a few longer texts
// do not leave a trail of rooms that were a little too small.
func (s *scratch) fit(tokens int) {
	lines := roundUp(tokens, batchTokens/2) + spare
	for _, list := range []*[]float32{&s.x, &s.query, &s.key, &s.value, &s.mixed, &s.out} {
		grow(list, lines*weights.Hidden)
	}
	grow(&s.inner, lines*weights.Inner)
}

func grow(list *[]float32, n int) {
	if len(*list) < n {
		*list = make([]float32, n)
	}
}

func roundUp(n, step int) int { return (n + step - 1) / step * step }

// encoder takes one batch through the model.
type encoder struct {
	m     *Model
	s     *scratch
	pause func() error // called every few milliseconds; its error ends the work
}

// encode leaves the final state of the first token of each text in s.x, one
// line for each text.
func (e *encoder) encode(b batch) error {
	e.s.fit(len(b.ids))
	e.look(b)
	for i := range e.m.weights.Layers {
		if err := e.layer(&e.m.weights.Layers[i], b, i == weights.Layers-1); err != nil {
			return err
		}
	}
	return nil
}

// look puts the vectors of the tokens and of their positions into s.x.
func (e *encoder) look(b batch) {
	w, place := e.m.weights, e.s.out[:weights.Hidden]
	line := 0
	for _, end := range b.ends {
		for position := 0; line < end; position++ {
			x := e.s.line(line)
			w.Words.Row(int(e.m.rows[b.ids[line]]), x)
			w.Places.Row(position, place)
			norm(x, place, w.Norm.Gain, w.Norm.Bias)
			line++
		}
	}
}

func (s *scratch) line(i int) []float32 { return s.x[i*weights.Hidden:][:weights.Hidden] }

// layer takes s.x through one layer. Of the last one only the first token of
// each text is wanted: all tokens give keys and values, but only the first
// ones ask and go on, as the first lines of s.x. That saves a fifth.
func (e *encoder) layer(l *weights.Layer, b batch, last bool) error {
	s, lines := e.s, len(b.ids)
	if err := e.multiply(&l.Key, s.key, s.x, lines); err != nil {
		return err
	}
	if err := e.multiply(&l.Value, s.value, s.x, lines); err != nil {
		return err
	}
	if last {
		lines = len(b.ends)
		for i := 1; i < lines; i++ {
			copy(s.line(i), s.line(b.ends[i-1]))
		}
	}
	if err := e.multiply(&l.Query, s.query, s.x, lines); err != nil {
		return err
	}
	if err := e.attend(b, last); err != nil {
		return err
	}
	if err := e.multiply(&l.Mix, s.out, s.mixed, lines); err != nil {
		return err
	}
	s.addAndNorm(l.MixNorm, lines)
	if err := e.multiply(&l.Widen, s.inner, s.x, lines); err != nil {
		return err
	}
	e.m.kernel.gelu(s.inner[:lines*weights.Inner])
	if err := e.multiply(&l.Narrow, s.out, s.inner, lines); err != nil {
		return err
	}
	s.addAndNorm(l.Norm, lines)
	return nil
}

// multiply takes lines of in through a matrix. A group of a block of weights
// is widened to 32 bits once for all lines, and is small enough (32 KB) to
// stay in the nearest caches while they pass.
func (e *encoder) multiply(m *weights.Matrix, out, in []float32, lines int) error {
	if err := e.pause(); err != nil {
		return err
	}
	k, block, rows := e.m.kernel, e.s.block, roundUp(lines, rowStep)
	for i := range rows {
		copy(out[i*m.Out:], m.Bias)
	}
	bytes := m.Bytes
	for o := 0; o < m.Out; o += weights.Block {
		for i := 0; i < m.In; i += weights.Group {
			k.widen(block, bytes[:len(block)])
			bytes = bytes[len(block):]
			k.tile(out[o:], m.Out, in[i:], m.In, rows, block, weights.Panel, weights.Group*weights.Panel, weights.Group, m.Scale[i/weights.Group*m.Out+o:])
		}
	}
	return nil
}

func (s *scratch) addAndNorm(n weights.Norm, lines int) {
	for i := range lines {
		norm(s.line(i), s.out[i*weights.Hidden:][:weights.Hidden], n.Gain, n.Bias)
	}
}

// unit gives a copy of a vector, divided by its length.
func unit(x []float32) []float32 {
	var squares float64
	for _, v := range x {
		squares += float64(v) * float64(v)
	}
	length := math.Sqrt(squares)
	out := make([]float32, len(x))
	for i, v := range x {
		out[i] = float32(float64(v) / length)
	}
	return out
}
