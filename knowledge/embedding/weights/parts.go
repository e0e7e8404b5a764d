package weights

import (
	"encoding/binary"
	"math"
)

// part is one run of n numbers in the file; one of the two pointers is set.
type part struct {
	numbers *[]float32
	bytes   *[]byte
	n       int
}

func (p part) size() int {
	if p.numbers != nil {
		return 4 * p.n
	}
	return p.n
}

func (p part) read(data []byte) {
	if p.bytes != nil {
		*p.bytes = data[:len(data):len(data)]
		return
	}
	list := make([]float32, p.n)
	for i := range list {
		list[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
	}
	*p.numbers = list
}

// parts lists every run of numbers in the order of the file, and gives the
// matrices their shapes.
func (m *Model) parts() []part {
	words := 0
	for _, token := range m.Vocabulary {
		if token != "" {
			words++
		}
	}
	list := m.Words.parts(nil, words)
	list = m.Places.parts(list, Positions)
	list = m.Norm.parts(list)
	for i := range m.Layers {
		l := &m.Layers[i]
		list = l.Query.parts(list, Hidden, Hidden)
		list = l.Key.parts(list, Hidden, Hidden)
		list = l.Value.parts(list, Hidden, Hidden)
		list = l.Mix.parts(list, Hidden, Hidden)
		list = l.MixNorm.parts(list)
		list = l.Widen.parts(list, Hidden, Inner)
		list = l.Narrow.parts(list, Inner, Hidden)
		list = l.Norm.parts(list)
	}
	return list
}

func (t *Table) parts(list []part, rows int) []part {
	return append(list, part{numbers: &t.Centre, n: Hidden}, part{numbers: &t.Scale, n: rows * Hidden / Group}, part{bytes: &t.Bytes, n: rows * Hidden})
}

func (n *Norm) parts(list []part) []part {
	return append(list, part{numbers: &n.Gain, n: Hidden}, part{numbers: &n.Bias, n: Hidden})
}

func (m *Matrix) parts(list []part, in, out int) []part {
	m.In, m.Out = in, out
	return append(list, part{numbers: &m.Scale, n: in / Group * out}, part{numbers: &m.Bias, n: out}, part{bytes: &m.Bytes, n: in * out})
}
