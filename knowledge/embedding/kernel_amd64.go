package embedding

import (
	"golang.org/x/sys/cpu"

	"rongcuo/knowledge/embedding/weights"
)

// machineKernels gives the kernels in assembly that this processor has the
// instructions for. On a processor with AVX-512 only tile differs: the rest
// takes too little time to be written twice.
func machineKernels() []*kernel {
	if !cpu.X86.HasAVX2 || !cpu.X86.HasFMA {
		return nil
	}
	list := []*kernel{{"avx2", tileAVX2, widenAVX2, geluAVX2, softmaxAVX2}}
	if cpu.X86.HasAVX512F && cpu.X86.HasAVX512VL {
		list = append([]*kernel{{"avx512", tileAVX512, widenAVX2, geluAVX2, softmaxAVX2}}, list...)
	}
	return list
}

// The functions below check the lengths, then step through their arguments;
// the assembly checks nothing.

func tileAVX2(c []float32, ldc int, a []float32, lda, rows int, b []float32, ldb, next, k int, scale []float32) {
	checkTile(c, ldc, a, lda, rows, b, ldb, next, k, scale)
	for j := 0; j < weights.Block; j += weights.Panel {
		panel := &b[j/weights.Panel*next]
		r := 0
		for ; sixNext(rows - r); r += 6 {
			tile6x16(&c[r*ldc+j], ldc, &a[r*lda], lda, panel, ldb, k, &scale[j])
		}
		for ; r < rows; r += 4 {
			tile4x16(&c[r*ldc+j], ldc, &a[r*lda], lda, panel, ldb, k, &scale[j])
		}
	}
}

func tileAVX512(c []float32, ldc int, a []float32, lda, rows int, b []float32, ldb, next, k int, scale []float32) {
	checkTile(c, ldc, a, lda, rows, b, ldb, next, k, scale)
	r := 0
	for ; sixNext(rows - r); r += 6 {
		tile6x64(&c[r*ldc], ldc, &a[r*lda], lda, &b[0], ldb, next, k, &scale[0])
	}
	for ; r < rows; r += 4 {
		tile4x64(&c[r*ldc], ldc, &a[r*lda], lda, &b[0], ldb, next, k, &scale[0])
	}
}

// sixNext says whether six of the rows that are left come next, or four: any
// multiple of four is made of sixes with at most two fours behind them (10 are
// left of 16 after a six: another six and a four).
func sixNext(left int) bool { return left > 0 && left != 4 && left != 8 }

func checkTile(c []float32, ldc int, a []float32, lda, rows int, b []float32, ldb, next, k int, scale []float32) {
	last := rows - 1
	if rows <= 0 || rows%rowStep != 0 || k <= 0 || len(c) < last*ldc+weights.Block || len(a) < last*lda+k ||
		len(b) < (weights.Block/weights.Panel-1)*next+(k-1)*ldb+weights.Panel || len(scale) < weights.Block {
		panic("embedding: a tile beyond its numbers")
	}
}

func widenAVX2(out []float32, bytes []byte) {
	if len(bytes) == 0 || len(bytes)%listStep != 0 || len(out) < len(bytes) {
		panic("embedding: bytes of a wrong length")
	}
	widen(&out[0], &bytes[0], len(bytes))
}

func geluAVX2(x []float32) {
	if len(x) == 0 || len(x)%listStep != 0 {
		panic("embedding: a list of a wrong length")
	}
	gelu(&x[0], len(x))
}

func softmaxAVX2(x []float32, scale float32) {
	if len(x) == 0 || len(x)%listStep != 0 {
		panic("embedding: a list of a wrong length")
	}
	softmax(&x[0], len(x), scale)
}

// tile4x16 gives 4 rows and one panel of a tile, with AVX2 and FMA.
//
//go:noescape
func tile4x16(c *float32, ldc int, a *float32, lda int, b *float32, ldb, k int, scale *float32)

// tile6x16 gives 6 rows and one panel of a tile, with AVX2 and FMA.
//
//go:noescape
func tile6x16(c *float32, ldc int, a *float32, lda int, b *float32, ldb, k int, scale *float32)

// tile4x64 gives 4 rows of a tile, with AVX-512.
//
//go:noescape
func tile4x64(c *float32, ldc int, a *float32, lda int, b *float32, ldb, next, k int, scale *float32)

// tile6x64 gives 6 rows of a tile, with AVX-512.
//
//go:noescape
func tile6x64(c *float32, ldc int, a *float32, lda int, b *float32, ldb, next, k int, scale *float32)

//go:noescape
func widen(out *float32, bytes *byte, n int)

//go:noescape
func gelu(x *float32, n int)

//go:noescape
func softmax(x *float32, n int, scale float32)
