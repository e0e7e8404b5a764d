package paper

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

// reader is PDFium, another program's eyes on what was written.
var reader = sync.OnceValues(func() (pdfium.Pdfium, error) {
	config := wazero.NewRuntimeConfig().WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesExceptionHandling)
	if dir, err := os.UserCacheDir(); err == nil { // compiled once for all tests of this machine
		if cache, err := wazero.NewCompilationCacheWithDir(filepath.Join(dir, "rongcuo", "wasm")); err == nil {
			config = config.WithCompilationCache(cache)
		}
	}
	pool, err := webassembly.Init(webassembly.Config{MaxTotal: 1, FSConfig: wazero.NewFSConfig(), RuntimeConfig: config, Stdout: io.Discard, Stderr: io.Discard})
	if err != nil {
		return nil, err
	}
	return pool.GetInstance(0)
})

// box4 is where a character stands, in points from the lower left corner.
type box4 struct{ left, bottom, right, top float64 }

// readPage is a page as PDFium reads it.
type readPage struct {
	text  string
	boxes []box4
}

func pdfOf(t testing.TB, p Paper) []byte {
	t.Helper()
	data, _ := pdfAndLacking(t, p)
	return data
}

func pdfAndLacking(t testing.TB, p Paper) ([]byte, []rune) {
	t.Helper()
	var b bytes.Buffer
	lacking, err := PDF(&b, p)
	must(t, err)
	return b.Bytes(), lacking
}

// read opens a file and reads all its pages, with the places of the characters
// if asked for.
func read(t testing.TB, data []byte, places bool) []readPage {
	t.Helper()
	instance, err := reader()
	must(t, err)
	doc, err := instance.OpenDocument(&requests.OpenDocument{File: &data})
	must(t, err)
	defer func() {
		_, err := instance.FPDF_CloseDocument(&requests.FPDF_CloseDocument{Document: doc.Document})
		must(t, err)
	}()
	count, err := instance.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: doc.Document})
	must(t, err)
	var out []readPage
	for i := range count.PageCount {
		page := requests.Page{ByIndex: &requests.PageByIndex{Document: doc.Document, Index: i}}
		text, err := instance.FPDFText_LoadPage(&requests.FPDFText_LoadPage{Page: page})
		must(t, err)
		chars, err := instance.FPDFText_CountChars(&requests.FPDFText_CountChars{TextPage: text.TextPage})
		must(t, err)
		all, err := instance.FPDFText_GetText(&requests.FPDFText_GetText{TextPage: text.TextPage, Count: chars.Count})
		must(t, err)
		r := readPage{text: all.Text}
		for at := 0; places && at < chars.Count; at++ {
			b, err := instance.FPDFText_GetCharBox(&requests.FPDFText_GetCharBox{TextPage: text.TextPage, Index: at})
			if err == nil && b.Top-b.Bottom > 0.1 { // blanks aren't seen
				r.boxes = append(r.boxes, box4{b.Left, b.Bottom, b.Right, b.Top})
			}
		}
		out = append(out, r)
		_, err = instance.FPDFText_ClosePage(&requests.FPDFText_ClosePage{TextPage: text.TextPage})
		must(t, err)
	}
	return out
}
