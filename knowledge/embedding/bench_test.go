package embedding

import (
	"runtime"
	"slices"
	"testing"
	"time"
)

// BenchmarkQuestion is one question of 27 tokens after the other, on one core:
// go test -run - -bench Question -cpu 1 ./knowledge/embedding
func BenchmarkQuestion(b *testing.B) {
	const text = "领导让先干起来再补手续，后来出了问题，经办人能不能申请容错？"
	for _, kernel := range kernels() {
		b.Run(kernel.name, func(b *testing.B) {
			m := ownModel(b)
			m.kernel = kernel
			var took []time.Duration
			for b.Loop() {
				start := time.Now()
				if _, err := m.Embed(b.Context(), []string{text}); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(start))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1e3, "p50-ms")
			b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1e3, "p95-ms")
		})
	}
}

// BenchmarkLongQuestion is a question of 4,000 characters, of which 510 count.
func BenchmarkLongQuestion(b *testing.B) {
	m := shippedModel(b)
	text := string(slices.Repeat([]rune("领导让先干起来"), 4000/7))
	for b.Loop() {
		if _, err := m.Embed(b.Context(), []string{text}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkBulk is 64 articles of 110 tokens a call; -cpu says how many cores.
func BenchmarkBulk(b *testing.B) {
	m := ownModel(b)
	m.gate = newGate(runtime.GOMAXPROCS(0))
	article := string(slices.Repeat([]rune("经集体研究决定的事项，"), 10))
	texts := slices.Repeat([]string{article}, 64)
	tokens := 0
	for _, batch := range m.batches(texts) {
		tokens += len(batch.ids)
	}
	for b.Loop() {
		if _, err := m.Embed(b.Context(), texts); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(tokens*b.N)/b.Elapsed().Seconds(), "tokens/s")
}

// BenchmarkLoad is what the first question waits for: the checksum and the
// vocabulary.
func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if err := newModel(shipped).ready(); err != nil {
			b.Fatal(err)
		}
	}
}
