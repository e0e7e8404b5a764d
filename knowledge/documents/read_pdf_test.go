package documents

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/klippa-app/go-pdfium"
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
