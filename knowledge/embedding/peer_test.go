package embedding

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"
)

// BenchmarkPeer is this encoder beside ONNX Runtime on the same model before the
// tuning, one core each, one after the other, the median of 20 times a text:
//
//	EMBEDDING_PEER=DIR go test -run - -bench Peer -benchtime 1x -cpu 1 ./knowledge/embedding
//
// DIR is what testdata/peer.py takes; EMBEDDING_PYTHON names a python3 that has
// its packages.
func BenchmarkPeer(b *testing.B) {
	dir := os.Getenv("EMBEDDING_PEER")
	if dir == "" {
		b.Skip("EMBEDDING_PEER names no folder with the published model")
	}
	python := os.Getenv("EMBEDDING_PYTHON")
	if python == "" {
		python = "python3"
	}
	article := string(slices.Repeat([]rune("经集体研究决定的事项，"), 10))
	kinds := []struct{ name, text string }{
		{"question", "领导让先干起来再补手续，后来出了问题，经办人能不能申请容错？"},
		{"article", article},
		{"longest", string(slices.Repeat([]rune(article), 5))},
	}
	var texts []string
	for _, k := range kinds {
		texts = append(texts, k.text)
	}
	question, err := json.Marshal(texts)
	if err != nil {
		b.Fatal(err)
	}
	peer := exec.CommandContext(b.Context(), python, "testdata/peer.py", dir)
	peer.Stdin, peer.Stderr = bytes.NewReader(question), os.Stderr
	out, err := peer.Output()
	if err != nil {
		b.Fatal(err)
	}
	var theirs []float64
	if err := json.Unmarshal(out, &theirs); err != nil || len(theirs) != len(texts) {
		b.Fatal(err, string(out))
	}
	m := shippedModel(b)
	for i, k := range kinds {
		b.Run(k.name, func(b *testing.B) {
			var ours float64
			for b.Loop() {
				ours = median(b, m, k.text)
			}
			b.ReportMetric(ours, "ms")
			b.ReportMetric(theirs[i], "onnxruntime-ms")
			b.ReportMetric(ours/theirs[i], "ratio")
		})
	}
}

// median is the time of a text in milliseconds, of 20 after one unmeasured.
func median(b *testing.B, m *Model, text string) float64 {
	b.Helper()
	took := make([]float64, 21)
	for i := range took {
		start := time.Now()
		if _, err := m.Embed(b.Context(), []string{text}); err != nil {
			b.Fatal(err)
		}
		took[i] = float64(time.Since(start).Microseconds()) / 1e3
	}
	slices.Sort(took[1:])
	return took[11]
}
