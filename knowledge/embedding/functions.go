package embedding

import "math"

// The two curves of the encoder as polynomials, the same numbers for plain Go
// and for assembly.
//
// The error function: 1 - erf(u) = 2^(-u·R(u)) for 0 ≤ u ≤ 4, R of degree 8.
// Its coefficients were fitted here by iterated least squares on the absolute
// error of erf; beyond 4, 1 - erf is below 2e-8. Computed in 32 bits, erf is
// right to 1e-7 (TestErrorFunction): one exponential, no division.
//
// 2^f for |f| ≤ ½, degree 6, fitted alike on the relative error: 2e-9 before
// rounding. The rest of the exponent is put into the bits of the number.
var (
	erfCurve = [9]float32{
		1.6279072672263832, .9184429005082555, .14830791128291607,
		-.027724477109895455, -8.480347468788367e-05, .0022747837229410337,
		-.0008482333875546099, .00015296408273208378, -1.1604778655481175e-05,
	}
	powerCurve = [7]float32{
		1, .6931472057372609, .2402264689062154, .05550328776976091,
		.009618488958499866, .0013399931215513634, .0001534581162499502,
	}
)

const (
	erfEnd      = 4
	lowestPower = -126 // of two; less is no number of full precision
)

func polynomial(curve []float32, x float32) float32 {
	y := curve[len(curve)-1]
	for i := len(curve) - 2; i >= 0; i-- {
		y = y*x + curve[i]
	}
	return y
}

// power gives 2^y for y ≤ 0, and 2^lowestPower where that would be less.
func power(y float32) float32 {
	y = max(y, lowestPower)
	whole := float32(math.RoundToEven(float64(y)))
	return polynomial(powerCurve[:], y-whole) * math.Float32frombits(uint32(127+int32(whole))<<23)
}

// erfc gives 1 - erf(u) for u ≥ 0.
func erfc(u float32) float32 {
	u = min(u, erfEnd)
	return power(-u * polynomial(erfCurve[:], u))
}

// geluGo uses that x·Φ(x) = max(x, 0) - |x|/2 · erfc(|x|/√2).
func geluGo(x []float32) {
	for i, v := range x {
		size := max(v, -v)
		x[i] = max(v, 0) - size/2*erfc(size/math.Sqrt2)
	}
}

func softmaxGo(x []float32, scale float32) {
	greatest := x[0]
	for _, v := range x {
		greatest = max(greatest, v)
	}
	var sum float32
	for i, v := range x {
		x[i] = power((v - greatest) * (scale * math.Log2E))
		sum += x[i]
	}
	for i := range x {
		x[i] /= sum
	}
}

// norm writes the layer normalisation of x+y to x; all have the same length,
// a multiple of four.
func norm(x, y, gain, bias []float32) {
	const tiny = 1e-12 // as the model was trained
	n := float32(len(x))
	y, gain, bias = y[:len(x)], gain[:len(x)], bias[:len(x)]
	var s0, s1, s2, s3 float32 // four chains: an addition waits for the one before it
	for i := 0; i+3 < len(x); i += 4 {
		x[i] += y[i]
		x[i+1] += y[i+1]
		x[i+2] += y[i+2]
		x[i+3] += y[i+3]
		s0 += x[i]
		s1 += x[i+1]
		s2 += x[i+2]
		s3 += x[i+3]
	}
	mean := (s0 + s1 + s2 + s3) / n
	s0, s1, s2, s3 = 0, 0, 0, 0
	for i := 0; i+3 < len(x); i += 4 {
		a, b, c, d := x[i]-mean, x[i+1]-mean, x[i+2]-mean, x[i+3]-mean
		s0 += a * a
		s1 += b * b
		s2 += c * c
		s3 += d * d
	}
	factor := float32(1 / math.Sqrt(float64((s0+s1+s2+s3)/n+tiny)))
	for i, v := range x {
		x[i] = (v-mean)*factor*gain[i] + bias[i]
	}
}
