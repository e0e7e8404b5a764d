package documents

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/klippa-app/go-pdfium"
	"go.uber.org/goleak"
)

// printedPage has enough letters not to be taken for a scan.
func printedPage(lines ...string) string {
	var b strings.Builder
	for i, l := range lines {
		b.WriteString(lineAt(780-16*i, l))
	}
	return operators(b.String(), true)
}

const filler = "The quick brown fox jumps over the lazy dog and"

func TestPDFRefusals(t *testing.T) {
	page := printedPage(filler, filler)
	for _, c := range []struct {
		what string
		data []byte
		want string
	}{
		{"text", pdfOf("", page), ""},
		{"pictures only", pdfOf("", operators("q 100 0 0 100 0 0 cm Q", false), operators("", false)), refuseScanned},
		{"two pictures and a text", pdfOf("", page, operators("", false), operators("", false)), refuseScanned},
		{"a password", pdfOf("/Locked true", page), refuseEncrypted},
		{"cut off", pdfOf("", page)[:200], refuseBroken},
		{"nothing behind the head", []byte("%PDF-1.7\n%%EOF"), refuseBroken},
		{"a page tree that contains itself", []byte(strings.Replace(string(pdfOf("", page)), "/Kids [4 0 R ]", "/Kids [2 0 R ]", 1)), refuseScanned},
		{"a stream that unpacks to 128 MiB", pdfOf("", operators(strings.Repeat(" ", 128<<20), true)), refuseBroken},
	} {
		t.Run(c.what, func(t *testing.T) {
			_, err := readOf(t, "a.pdf", c.data)
			if got := reasonOf(t, err); got != c.want {
				t.Errorf("reason %q, want %q", got, c.want)
			}
		})
	}
	if got := textOf(t, "a.pdf", pdfOf("", page)); !strings.Contains(got, "quick brown fox") {
		t.Errorf("the reader is of no more use: %q", got)
	}
}

// TestPDFEndsWithContext ends a context while PDFium works in its sandbox.
func TestPDFEndsWithContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	err := sharedPDFEngine.use(ctx, func(instance pdfium.Pdfium) error {
		cancel()
		<-ctx.Done()
		data := pdfOf("", printedPage(filler))
		for range 1000 { // until the sandbox is gone
			if _, err := pdfPages(context.Background(), instance, data); err != nil {
				return err
			}
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the end of the context", err)
	}
	if _, err := readOf(t, "a.pdf", pdfOf("", printedPage(filler, filler))); err != nil {
		t.Errorf("the next file after a killed one: %v", err)
	}
}

// TestPromisedPages counts pages without PDFium; bookmarks are counted in the
// same words and are none.
func TestPromisedPages(t *testing.T) {
	for _, c := range []struct {
		pdf  string
		want int
	}{
		{"1 0 obj << /Type /Pages /Kids [2 0 R] /Count 10000 >> endobj", 10000},
		{"1 0 obj <</Count 1200/Kids[2 0 R]/Type/Pages>>endobj 2 0 obj<</Type/Pages/Kids[]/Count\r\n7>>endobj", 1200},
		{"1 0 obj << /Type /Outlines /First 2 0 R /Count 5000 >> endobj 2 0 obj << /Kids [] /Count 3 >> endobj", 3},
		{"/Count /Kids", 0},
		{"/Kids /Count 99999999999999999999", 999999999},
		{"", 0},
	} {
		if got := promisedPages([]byte(c.pdf)); got != c.want {
			t.Errorf("%q: %d pages, want %d", c.pdf, got, c.want)
		}
	}
}

// TestJoinLines joins lines by where they stand on the paper. A body of twenty
// letters a line, of ten points each, begins at 100 and ends at 300.
func TestJoinLines(t *testing.T) {
	full := func(text string) pdfLine { return pdfLine{text, 100, 300, 10, 0.6} }
	indented := func(text string) pdfLine { return pdfLine{text, 120, 300, 10, 0.6} }
	short := func(text string) pdfLine { return pdfLine{text, 100, 180, 10, 0.2} }
	for _, c := range []struct {
		what  string
		lines []pdfLine
		want  string
	}{
		{"a paragraph goes on", []pdfLine{indented("第一条 甲"), full("乙"), short("丙。")}, "第一条 甲乙丙。"},
		{"also behind a full stop at the margin", []pdfLine{indented("甲。"), full("乙"), short("丙。")}, "甲。乙丙。"},
		{"a print without indents", []pdfLine{full("甲。"), full("乙"), short("丙。"), full("丁")}, "甲。\n乙丙。\n丁"},
		{"a reference at the start of a line", []pdfLine{indented("依照本办法"), full("第二条的规定，可以"), short("容错。")}, "依照本办法第二条的规定，可以容错。"},
		{"items", []pdfLine{full("如下："), full("（一）甲；"), full("（二）乙；"), full("1.丙")}, "如下：\n（一）甲；\n（二）乙；\n1.丙"},
		{"a title in two lines", []pdfLine{{"示例县干部", 150, 250, 18, 0.4}, {"容错办法", 160, 240, 18, 0.4}, full("甲")}, "示例县干部\n容错办法\n甲"},
		{"a list of short entries", []pdfLine{short("甲"), short("乙"), short("丙")}, "甲\n乙\n丙"},
		{"words", []pdfLine{full("risk"), full("manage\x02"), short("ment")}, "risk management"},
		{"none", nil, ""},
	} {
		if got := joinLines(c.lines); got != c.want {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
	}
}

func TestPageNumbers(t *testing.T) {
	for _, s := range []string{"3", "- 3 -", "—12—", "第 3 页", "第3页 共10页", "第3页共10页", "3/10", "3 / 10", "·3·", "１２"} {
		if !pageNumber.MatchString(s) {
			t.Errorf("%q is a page number", s)
		}
	}
	for _, s := range []string{"2025", "2025年", "第三条", "3个工作日", "（3）", "1.", "3—5年", ""} {
		if pageNumber.MatchString(s) {
			t.Errorf("%q is no page number", s)
		}
	}
}

// TestJoinPages drops what is on every page and keeps what is not.
func TestJoinPages(t *testing.T) {
	page := func(n int, lines ...string) pdfPage {
		p := pdfPage{{"示例县文件汇编", 100, 200, 9, 0.2}}
		for _, l := range lines {
			p = append(p, pdfLine{l, 100, 180, 10, 0.2})
		}
		return append(p, pdfLine{fmt.Sprintf("第 %d 页 共 3 页", n), 150, 180, 9, 0.1})
	}
	got := joinPages([]pdfPage{page(1, "目录", "第一章 总则 ........ 2", "第二章 附则……………3"), page(2, "第一章 总则", "3", "2025"), page(3, "第二章 附则", "甲", "乙")})
	if want := "目录\n第一章 总则\n3\n2025\n第二章 附则\n甲\n乙"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	two := joinPages([]pdfPage{page(1, "甲", "乙"), page(2, "丙", "丁")})
	if !strings.Contains(two, "文件汇编\n甲") {
		t.Errorf("two pages are too few to know a running head: %q", two)
	}
}

// TestPDFEngineGivesEverythingBack starts and stops a whole sandbox.
func TestPDFEngineGivesEverythingBack(t *testing.T) {
	before := goleak.IgnoreCurrent()
	engine := &pdfEngine{turn: make(chan struct{}, 1)}
	for range 2 {
		err := engine.use(t.Context(), func(instance pdfium.Pdfium) error {
			_, err := pdfPages(t.Context(), instance, pdfOf("", printedPage(filler)))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		engine.close()
	}
	engine.idle.Stop()
	if engine.pool != nil {
		t.Error("the pool is still there")
	}
	goleak.VerifyNone(t, before)
}
