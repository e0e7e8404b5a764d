// Package embedding turns Chinese text into vectors, with a small language
// model that the binary carries: no server, no network, no cgo. It finds the
// article that means the same as a question in other words.
//
// The model is bge-small-zh-v1.5 (see MODEL_CARD.md), a BERT encoder of four
// layers; a vector is what the last layer says at the first token, with the
// length one, so that the product of two vectors is their cosine. The tour:
//
//   - weights: the file with the 8-bit weights; make: the program that wrote it
//     from the published model
//   - tokenizer.go, characters.go: from text to numbers of tokens
//   - encoder.go, attention.go: from tokens to vectors
//   - kernel*.go, *_amd64.s, functions.go: the arithmetic. In assembly because
//     nothing else is quick enough on one core: the kept libraries for Go took
//     300 ms for a question, a dot product in assembly 27
//   - gate.go: who may use the cores; questions go before bulk work
package embedding

import (
	"cmp"
	"context"
	_ "embed"
	"runtime"
	"sync"
	"sync/atomic"

	"rongcuo/knowledge/embedding/weights"
)

//go:embed weights.bin
var shipped []byte

// Model makes vectors. It is safe for use by many goroutines, starts none
// that outlive a call, and needs no closing.
type Model struct {
	name   string
	kernel *kernel
	gate   *gate
	ready  func() error // reads the weights at its first call

	weights   *weights.Model
	tokenizer *tokenizer
	rows      []int32   // of weights.Words, for each token; -1 without one
	scratch   sync.Pool // of *scratch
}

// Open gives the model in the binary, the same one each time. It costs nothing:
// the first vector checks the weights against their checksum and prepares them
// (some 30 ms and 10 MB), so that who wants none does not pay for it.
func Open() *Model { return open() }

var open = sync.OnceValue(func() *Model { return newModel(shipped) })

func newModel(data []byte) *Model {
	m := &Model{name: weights.NameOf(data), kernel: kernels()[0], gate: newGate(runtime.GOMAXPROCS(0))}
	m.ready = sync.OnceValue(func() error { return m.load(data) })
	return m
}

// load prepares the weights. The error is weights.ErrDamaged.
func (m *Model) load(data []byte) error {
	w, err := weights.Read(data)
	if err != nil {
		return err
	}
	m.weights, m.tokenizer, m.rows = w, newTokenizer(w.Vocabulary), make([]int32, len(w.Vocabulary))
	var row int32
	for id, token := range w.Vocabulary {
		m.rows[id] = -1
		if token != "" {
			m.rows[id] = row
			row++
		}
	}
	return nil
}

// Name is the model's name with the beginning of the weights' checksum, such
// as bge-small-zh-v1.5/0123abcd. Vectors of equal names can be compared.
func (m *Model) Name() string { return m.name }

// Dim is the number of numbers in a vector, 512.
func (m *Model) Dim() int { return weights.Hidden }

// Embed gives a vector of length one for each text, in their order. Of a text
// the first 512 tokens count (about 500 characters); the empty text has a
// vector too. The same text has the same vector, bit for bit, whatever stands
// beside it and however many cores there are.
//
// One text is a question: it goes before the texts of longer lists, on one
// core. A list is bulk work: it uses all cores and hands them over to
// questions within milliseconds. The error is that of the context, which is
// heeded within the same time, or weights.ErrDamaged: the binary is broken.
func (m *Model) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	if err := cmp.Or(ctx.Err(), m.ready()); err != nil {
		return nil, err
	}
	rank := question
	if len(texts) > 1 {
		rank = bulk
	}
	batches := m.batches(texts)
	vectors := make([][]float32, len(texts))
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(len(batches), m.gate.cores) {
		group.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(batches) {
					return
				}
				m.embed(ctx, rank, batches[i], vectors)
			}
		})
	}
	group.Wait()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return vectors, nil
}

// batch is some texts as tokens, one after the other.
type batch struct {
	first int     // the text that it begins with
	ids   []int32 // of all texts
	ends  []int   // where each text ends in ids
}

// A batch takes texts up to this many tokens, or one that is longer. The
// weights that are widened for it then cost under a tenth of the products;
// more would only need more memory.
const batchTokens = 256

func (m *Model) batches(texts []string) []batch {
	var list []batch
	for i, text := range texts {
		ids := m.tokenizer.tokens(text, weights.Positions)
		if n := len(list); n == 0 || len(list[n-1].ids)+len(ids) > batchTokens {
			list = append(list, batch{first: i})
		}
		b := &list[len(list)-1]
		b.ids = append(b.ids, ids...)
		b.ends = append(b.ends, len(b.ids))
	}
	return list
}

// embed puts the vectors of a batch into their places, unless the context
// ends before.
func (m *Model) embed(ctx context.Context, rank rank, b batch, vectors [][]float32) {
	if m.gate.enter(ctx, rank) != nil {
		return
	}
	s, _ := m.scratch.Get().(*scratch)
	if s == nil {
		s = newScratch()
	}
	defer m.scratch.Put(s)
	e := encoder{m: m, s: s, pause: func() error { return m.gate.pause(ctx, rank) }}
	if e.encode(b) != nil {
		return // and the turn is over
	}
	m.gate.leave()
	for i := range b.ends {
		vectors[b.first+i] = unit(s.line(i))
	}
}
