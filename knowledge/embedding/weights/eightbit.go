package weights

import "math"

// Eight-bit numbers: Group weights share a scale, the greatest of their sizes
// over 127, and each weight is the nearest whole number of scales. In a matrix
// a group feeds one output; in a table it is a part of one row, after the mean
// of all rows is taken away. A few numbers of this model are twenty times as
// great as the others: one scale for a whole row of positions, with nothing
// taken away, alone cost .002 of the cosine (see ../MODEL_CARD.md).

// Set takes the vectors of all rows, Hidden numbers each.
func (t *Table) Set(rows [][]float32) {
	for i := range t.Centre {
		var sum float64
		for _, row := range rows {
			sum += float64(row[i])
		}
		t.Centre[i] = float32(sum / float64(len(rows)))
	}
	group := make([]float32, Group)
	for r, row := range rows {
		for at := 0; at < Hidden; at += Group {
			for i := range group {
				group[i] = row[at+i] - t.Centre[at+i]
			}
			scale := scaleOf(group)
			t.Scale[(r*Hidden+at)/Group] = scale
			for i, x := range group {
				t.Bytes[r*Hidden+at+i] = eightBit(x, scale)
			}
		}
	}
}

// Row writes the vector of row r to out, which has Hidden numbers.
func (t *Table) Row(r int, out []float32) {
	bytes := t.Bytes[r*Hidden:][:Hidden]
	for at := 0; at < Hidden; at += Group {
		scale := t.Scale[(r*Hidden+at)/Group]
		for i := at; i < at+Group; i++ {
			out[i] = t.Centre[i] + scale*float32(int8(bytes[i]))
		}
	}
}

// Set takes the weights as [In][Out] numbers, row after row.
func (m *Matrix) Set(values []float32) {
	group := make([]float32, Group)
	for o := range m.Out {
		for at := 0; at < m.In; at += Group {
			for i := range group {
				group[i] = values[(at+i)*m.Out+o]
			}
			scale := scaleOf(group)
			m.Scale[at/Group*m.Out+o] = scale
			for i, x := range group {
				m.Bytes[m.place(at+i, o)] = eightBit(x, scale)
			}
		}
	}
}

// Values gives the weights as Set takes them.
func (m *Matrix) Values() []float32 {
	values := make([]float32, m.In*m.Out)
	for i := range m.In {
		for o := range m.Out {
			values[i*m.Out+o] = m.Scale[i/Group*m.Out+o] * float32(int8(m.Bytes[m.place(i, o)]))
		}
	}
	return values
}

// place is where the weight from input i to output o stands in Bytes.
func (m *Matrix) place(i, o int) int {
	group := o/Block*(m.In/Group) + i/Group
	panel := group*(Block/Panel) + o%Block/Panel
	return (panel*Group+i%Group)*Panel + o%Panel
}

func scaleOf(list []float32) float32 {
	var greatest float32
	for _, x := range list {
		greatest = max(greatest, x, -x)
	}
	return greatest / 127
}

func eightBit(x, scale float32) byte {
	if scale == 0 {
		return 0
	}
	q := math.RoundToEven(float64(x) / float64(scale))
	return byte(int8(min(max(q, -127), 127)))
}
