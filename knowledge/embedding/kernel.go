package embedding

import "rongcuo/knowledge/embedding/weights"

// kernel is the arithmetic that takes nearly all of the time, in assembly for
// the processor at hand or in plain Go. Lengths: rows are a multiple of
// rowStep, lists a multiple of listStep.
//
// An output is one chain of sums over its inputs, in their order, whatever is
// computed beside it. So a vector does not depend on how texts are put
// together or shared among cores, bit for bit; plain Go, which rounds
// products, differs in the last bits.
type kernel struct {
	name string

	// tile adds to rows times weights.Block outputs:
	// c[r·ldc+j] += scale[j] · Σ a[r·lda+i]·b[i·ldb + j/Panel·next + j%Panel],
	// for i < k, so that b is some panels, each with next numbers to the next.
	tile func(c []float32, ldc int, a []float32, lda, rows int, b []float32, ldb, next, k int, scale []float32)
	// widen turns signed bytes into numbers.
	widen func(out []float32, bytes []byte)
	// gelu replaces x by x·Φ(x), Φ being the normal distribution.
	gelu func(x []float32)
	// softmax replaces x by e^(scale·x), divided by the sum of all.
	softmax func(x []float32, scale float32)
}

const (
	rowStep  = 4
	listStep = 8
)

// kernels lists what runs on this machine, the fastest first. It always ends
// with plain Go.
func kernels() []*kernel {
	return append(machineKernels(), &kernel{"go", tileGo, widenGo, geluGo, softmaxGo})
}

// tileGo works on blocks of two rows and four columns, so that the sums stay
// in registers.
func tileGo(c []float32, ldc int, a []float32, lda, rows int, b []float32, ldb, next, k int, scale []float32) {
	for r := 0; r < rows; r += 2 {
		row0, row1 := a[r*lda:][:k], a[(r+1)*lda:][:k]
		for j := 0; j < weights.Block; j += 4 {
			var s00, s01, s02, s03, s10, s11, s12, s13 float32
			at := j/weights.Panel*next + j%weights.Panel
			for i, x := range row0 {
				y, w := row1[i], b[at:at+4:at+4]
				at += ldb
				s00 += x * w[0]
				s10 += y * w[0]
				s01 += x * w[1]
				s11 += y * w[1]
				s02 += x * w[2]
				s12 += y * w[2]
				s03 += x * w[3]
				s13 += y * w[3]
			}
			addScaled(c[r*ldc+j:], scale[j:], s00, s01, s02, s03)
			addScaled(c[(r+1)*ldc+j:], scale[j:], s10, s11, s12, s13)
		}
	}
}

func addScaled(c, scale []float32, s0, s1, s2, s3 float32) {
	c, scale = c[:4], scale[:4]
	c[0] += s0 * scale[0]
	c[1] += s1 * scale[1]
	c[2] += s2 * scale[2]
	c[3] += s3 * scale[3]
}

func widenGo(out []float32, bytes []byte) {
	for i, b := range bytes {
		out[i] = float32(int8(b))
	}
}
