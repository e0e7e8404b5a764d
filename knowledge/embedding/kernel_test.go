package embedding

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"rongcuo/knowledge/embedding/weights"
)

func numbers(r *rand.Rand, n int, size float64) []float32 {
	list := make([]float32, n)
	for i := range list {
		list[i] = float32(r.NormFloat64() * size)
	}
	return list
}

func TestTilesAgree(t *testing.T) {
	for _, kernel := range kernels() {
		t.Run(kernel.name, func(t *testing.T) {
			for _, k := range []int{1, 3, 4, 7, 64, 512} {
				for _, rows := range []int{4, 8, 12, 20, 36} {
					r := rand.New(rand.NewPCG(uint64(k), uint64(rows)))
					ldc, lda, ldb := weights.Block+5, k+3, weights.Panel+2
					next := k*ldb + 1
					a, b := numbers(r, rows*lda, 1), numbers(r, 4*next, 1)
					scale, before := numbers(r, weights.Block, 1), numbers(r, rows*ldc, 1)
					c := slices.Clone(before)
					kernel.tile(c, ldc, a, lda, rows, b, ldb, next, k, scale)
					for row := range rows {
						for j := range weights.Block {
							var sum float64
							for i := range k {
								sum += float64(a[row*lda+i]) * float64(b[i*ldb+j/weights.Panel*next+j%weights.Panel])
							}
							want := sum*float64(scale[j]) + float64(before[row*ldc+j])
							if got := float64(c[row*ldc+j]); math.Abs(got-want) > 1e-4 {
								t.Fatalf("k %d, rows %d: output %d of row %d is %v, not %v", k, rows, j, row, got, want)
							}
						}
						if beyond := row*ldc + weights.Block; c[beyond] != before[beyond] {
							t.Fatalf("k %d, rows %d: row %d wrote beyond its panel", k, rows, row)
						}
					}
				}
			}
		})
	}
}

// Every kernel in assembly sums each output in the same order with the same
// rounding, whatever the number of rows: a vector does not depend on what is
// embedded beside it.
func TestTilesInAssemblyAreEqualBitForBit(t *testing.T) {
	list := machineKernels()
	if len(list) == 0 {
		t.Skip("no kernel in assembly for this processor")
	}
	const rows, k = 24, 513
	r := rand.New(rand.NewPCG(1, 2))
	a, b := numbers(r, rows*k, 1), numbers(r, k*weights.Block, 1)
	scale := numbers(r, weights.Block, 1)
	want := make([]float32, rows*weights.Block)
	list[0].tile(want, weights.Block, a, k, rows, b, weights.Block, weights.Panel, k, scale)
	for _, kernel := range list {
		for from := 0; from < rows; from += rowStep {
			got := make([]float32, rowStep*weights.Block)
			kernel.tile(got, weights.Block, a[from*k:], k, rowStep, b, weights.Block, weights.Panel, k, scale)
			for i := range got {
				if got[i] != want[from*weights.Block+i] {
					t.Fatalf("%s: output %d from row %d is %v, and %v beside other rows", kernel.name, i, from, got[i], want[from*weights.Block+i])
				}
			}
		}
	}
}

func TestWidenKeepsEveryByte(t *testing.T) {
	bytes := make([]byte, 256)
	for i := range bytes {
		bytes[i] = byte(i)
	}
	for _, kernel := range kernels() {
		for _, n := range []int{8, 32, 40, 256} {
			out := make([]float32, n)
			kernel.widen(out, bytes[256-n:])
			for i, x := range out {
				if want := float32(int8(bytes[256-n+i])); x != want {
					t.Fatalf("%s: byte %d became %v, not %v", kernel.name, i, x, want)
				}
			}
		}
	}
}

func TestErrorFunction(t *testing.T) {
	var worst float64
	for u := 0.; u < 6; u += 1e-4 {
		worst = max(worst, math.Abs(float64(1-erfc(float32(u)))-math.Erf(float64(float32(u)))))
	}
	if worst > 1.2e-7 {
		t.Errorf("erf is wrong by %.3g", worst)
	}
}

func TestGelu(t *testing.T) {
	var x []float32
	for v := float32(-12); v < 12; v += 1. / 512 {
		x = append(x, v)
	}
	x = append(x, 0, -0, 1e-30, -1e-30, 1e5, -1e5, 50, -50)
	for _, kernel := range kernels() {
		got := append([]float32(nil), x...)
		kernel.gelu(got)
		for i, v := range x {
			want := float64(v) * .5 * math.Erfc(-float64(v)/math.Sqrt2)
			if diff := math.Abs(float64(got[i]) - want); diff > 1e-6*max(1, math.Abs(float64(v))/4) {
				t.Fatalf("%s: gelu(%v) is %v, not %v", kernel.name, v, got[i], want)
			}
		}
	}
}

func TestSoftmax(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, kernel := range kernels() {
		for _, n := range []int{8, 32, 512} {
			for _, size := range []float64{0, .1, 10, 1000} {
				x := numbers(r, n, size)
				x[n-1] = masked
				want := make([]float64, n)
				var sum float64
				greatest := math.Inf(-1)
				for _, v := range x {
					greatest = max(greatest, float64(v))
				}
				for i, v := range x {
					want[i] = math.Exp((float64(v) - greatest) * .125)
					sum += want[i]
				}
				kernel.softmax(x, .125)
				for i, v := range x {
					if diff := math.Abs(float64(v) - want[i]/sum); diff > 1e-6 {
						t.Fatalf("%s: %d numbers of size %v: part %d is %v, not %v", kernel.name, n, size, i, v, want[i]/sum)
					}
				}
			}
		}
	}
}

// A tile writes its rows and not a number more, however many rows there are:
// what lies behind belongs to someone else.
func TestTilesStayWithinTheirRows(t *testing.T) {
	const k, behind, canary = 8, 8, 12345
	for _, kernel := range kernels() {
		for rows := rowStep; rows <= 64; rows += rowStep {
			c := make([]float32, (rows+behind)*weights.Block)
			for i := range c[rows*weights.Block:] {
				c[rows*weights.Block+i] = canary
			}
			a, b := make([]float32, (rows+behind)*k), make([]float32, k*weights.Block)
			for i := range a {
				a[i] = 1
			}
			for i := range b {
				b[i] = 1
			}
			kernel.tile(c[:rows*weights.Block], weights.Block, a[:rows*k], k, rows, b, weights.Panel, k*weights.Panel, k, ones)
			for i, v := range c {
				if i < rows*weights.Block && v != k || i >= rows*weights.Block && v != canary {
					t.Fatalf("%s, %d rows: number %d of row %d is %v", kernel.name, rows, i%weights.Block, i/weights.Block, v)
				}
			}
		}
	}
}
