package weights

import "math"

// Eight-bit numbers: a run of weights that feed one output shares a scale,
// the greatest of their sizes over 127, and each weight is the nearest whole
// number of scales. Measured on the evaluation sets, this loses nothing of
// retrieval; four bits lose about a point (see ../MODEL_CARD.md).

// Set puts the vector of Hidden numbers into row r.
func (t *Table) Set(r int, vector []float32) {
	scale := scaleOf(vector)
	t.Scale[r] = scale
	for i, x := range vector {
		t.Bytes[r*Hidden+i] = eightBit(x, scale)
	}
}

// Row writes the vector of row r to out, which has Hidden numbers.
func (t *Table) Row(r int, out []float32) {
	scale := t.Scale[r]
	for i, b := range t.Bytes[r*Hidden : (r+1)*Hidden] {
		out[i] = scale * float32(int8(b))
	}
}

// Set takes the weights as [In][Out] numbers, row after row.
func (m *Matrix) Set(values []float32) {
	column := make([]float32, m.In)
	for o := range m.Out {
		for i := range column {
			column[i] = values[i*m.Out+o]
		}
		scale := scaleOf(column)
		m.Scale[o] = scale
		for i, x := range column {
			m.Bytes[(o/Panel*m.In+i)*Panel+o%Panel] = eightBit(x, scale)
		}
	}
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
