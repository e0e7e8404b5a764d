package paper

import (
	"io"
	"testing"
)

// The application has four pages; the type is unpacked before the clock runs.

func BenchmarkDOCX(b *testing.B) {
	p := application()
	for b.Loop() {
		must(b, DOCX(io.Discard, p))
	}
}

func BenchmarkPDF(b *testing.B) {
	p := application()
	_, err := formFont()
	must(b, err)
	for b.Loop() {
		_, err := PDF(io.Discard, p)
		must(b, err)
	}
}

// BenchmarkFont is what the first PDF takes on top.
func BenchmarkFont(b *testing.B) {
	for b.Loop() {
		_, err := unpackFont()
		must(b, err)
	}
}

func BenchmarkXLSX(b *testing.B) {
	r := register()
	for len(r.Rows) < 1000 {
		r.Rows = append(r.Rows, r.Rows[0])
	}
	for b.Loop() {
		must(b, XLSX(io.Discard, r))
	}
}
