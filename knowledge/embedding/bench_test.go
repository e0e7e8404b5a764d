package embedding

import "testing"

func BenchmarkX(b *testing.B) {
	m, err := load(shipped)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		m.Embed(b.Context(), []string{"招标人和中标人在中标合同之外另行签订的建设工程施工合同是否有效？"})
	}
}
