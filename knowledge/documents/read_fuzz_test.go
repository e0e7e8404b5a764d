package documents

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// checkFile checks what holds of whatever anyone sends: it is refused with a
// sentence or becomes clean text, the same each time.
func checkFile(t *testing.T, name string, data []byte) {
	t.Helper()
	f, err := readOf(t, name, data)
	if err != nil {
		if r, ok := errors.AsType[*Refused](err); !ok || !strings.HasSuffix(r.Reason, "。") {
			t.Fatalf("error %v", err)
		}
		return
	}
	if !utf8.ValidString(f.Text) || strings.TrimSpace(f.Text) == "" {
		t.Fatalf("text %q", f.Text)
	}
	for _, r := range f.Text {
		if unicode.Is(unicode.Cf, r) || unicode.IsControl(r) && r != '\n' && r != '\t' {
			t.Fatalf("hidden %U in %q", r, f.Text)
		}
	}
	again, err := readOf(t, name, data)
	if err != nil || again.Text != f.Text || again.Hash != f.Hash {
		t.Fatalf("read otherwise the second time: %v", err)
	}
}

func FuzzReadText(f *testing.F) {
	for _, s := range []string{ruleBody, "\xFF\xFEab", "\xFE\xFF\xd8", "\xb5\xda\xd2\xbb\xcc\xf5", "机密★", "a\u202eb", "\x81\x30\x81\x30"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) { checkFile(t, "a.txt", data) })
}

func FuzzReadHTML(f *testing.F) {
	f.Add(fileOf(f, "page.html"))
	f.Add([]byte("<table><tr><td><table><td>x</table></p><ol><li><pre>\n</ol><h1><br>"))
	f.Fuzz(func(t *testing.T, data []byte) { checkFile(t, "a.html", data) })
}

// FuzzReadDOCX makes Word documents of whatever XML comes, so that the effort
// does not go into the zip around it; the zip is fuzzed with it now and then.
func FuzzReadDOCX(f *testing.F) {
	whole := wordRule(f)
	for _, name := range []string{"document", "numbering", "styles"} {
		f.Add([]byte(partOf(f, whole, "word/"+name+".xml")), name)
	}
	f.Add(whole, "")
	f.Fuzz(func(t *testing.T, data []byte, name string) {
		if name != "" {
			data = replacePart(t, whole, "word/"+name+".xml", string(data))
		}
		checkFile(t, "a.docx", data)
	})
}

func FuzzReadXLSX(f *testing.F) {
	whole := xlsxOf(f, func(book *excelize.File) { _ = book.SetCellValue("Sheet1", "A1", "x") })
	for _, name := range []string{"xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml"} {
		f.Add([]byte(partOf(f, whole, name)), name)
	}
	f.Fuzz(func(t *testing.T, data []byte, name string) {
		checkFile(t, "a.xlsx", replacePart(t, whole, name, string(data)))
	})
}

// FuzzReadPDF turns bytes of a PDF: PDFium must at worst trap in its sandbox.
func FuzzReadPDF(f *testing.F) {
	whole := pdfOf("", printedPage(filler, filler), operators(lineAt(700, filler), false))
	f.Add(uint16(20), byte(1), uint16(300), byte(255))
	f.Fuzz(func(t *testing.T, at1 uint16, with1 byte, at2 uint16, with2 byte) {
		data := bytes.Clone(whole)
		data[int(at1)%len(data)] ^= with1
		data[int(at2)%len(data)] ^= with2
		checkFile(t, "a.pdf", data)
	})
}

func FuzzCorpusLines(f *testing.F) {
	f.Add([]byte(corpusLineOf("a") + "x\n" + corpusLineOf("b")))
	f.Add(gzipped(corpusLineOf("a")))
	f.Fuzz(func(t *testing.T, data []byte) {
		seen := map[string]bool{}
		for d, err := range corpusLines(t.Context(), "a.jsonl", bytes.NewReader(data)) {
			if err != nil {
				reasonOf(t, err)
				continue
			}
			if seen[d.Path] || d.Path == "" || len(d.Passages) != 1 || !utf8.ValidString(d.Passages[0].Text) {
				t.Fatalf("%+v", d)
			}
			seen[d.Path] = true
		}
	})
}
