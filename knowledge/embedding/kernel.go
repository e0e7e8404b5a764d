package embedding

import "rongcuo/knowledge/embedding/weights"

// kernel is the arithmetic that takes nearly all of the time, in assembly for
// the processor at hand or in plain Go. Lengths: rows are a multiple of
// rowStep, columns are weights.Panel, lists a multiple of listStep.
//
// An output is one chain of sums over its inputs, in their order, whatever is
// computed beside it. So a vector does not depend on how texts are put
// together or shared among cores, bit for bit; plain Go, which rounds
// products, differs in the last bits.
type kernel struct {
	name string

	// tile gives rows times weights.Panel outputs:
	// c[r·ldc+j] = scale[j] · Σ a[r·lda+i]·b[i·ldb+j] + bias[j], i < k.
	tile func(c []float32, ldc int, a []float32, lda, rows int, b []float32, ldb, k int, scale, bias []float32)
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

// tileGo works on blocks of four columns, so that the sums stay in registers.
func tileGo(c []float32, ldc int, a []float32, lda, rows int, b []float32, ldb, k int, scale, bias []float32) {
	for r := range rows {
		row := a[r*lda:][:k]
		out := c[r*ldc:][:weights.Panel]
		for j := 0; j < weights.Panel; j += 4 {
			var s0, s1, s2, s3 float32
			for i, x := range row {
				w := b[i*ldb+j:][:4]
				s0 += x * w[0]
				s1 += x * w[1]
				s2 += x * w[2]
				s3 += x * w[3]
			}
			out[j] = s0*scale[j] + bias[j]
			out[j+1] = s1*scale[j+1] + bias[j+1]
			out[j+2] = s2*scale[j+2] + bias[j+2]
			out[j+3] = s3*scale[j+3] + bias[j+3]
		}
	}
}

func widenGo(out []float32, bytes []byte) {
	for i, b := range bytes {
		out[i] = float32(int8(b))
	}
}
