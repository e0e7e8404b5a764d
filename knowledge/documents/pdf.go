package documents

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"

	"github.com/klippa-app/go-pdfium"
	pdferrors "github.com/klippa-app/go-pdfium/errors"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
)

const (
	pdfTime     = 60 * time.Second
	scannedPage = 20 // letters on a page below which it holds no text
)

// readPDF gives the text of a PDF page by page. Pages without text are
// scanned; a file of such pages is refused.
func readPDF(ctx context.Context, data []byte) (string, []string, error) {
	if promisedPages(data) > maxPages {
		return "", nil, refuse(refusePages, maxPages)
	}
	limited, cancel := context.WithTimeout(ctx, pdfTime)
	defer cancel()
	var pages []pdfPage
	err := sharedPDFEngine.use(limited, func(instance pdfium.Pdfium) (err error) {
		pages, err = pdfPages(limited, instance, data)
		return err
	})
	if err != nil && ctx.Err() == nil && limited.Err() != nil {
		err = refuse(refuseSlow, int(pdfTime.Seconds()))
	}
	if err != nil {
		return "", nil, err
	}
	var empty []string
	letters, unreadable := 0, 0
	for i, p := range pages {
		onPage := 0
		for _, line := range p {
			for _, r := range line.text {
				switch {
				case unicode.IsLetter(r) || unicode.IsNumber(r):
					onPage++
				case r == unicode.ReplacementChar || r >= 0xE000 && r <= 0xF8FF || r < ' ' && r != '\t':
					unreadable++
				}
			}
		}
		if onPage < scannedPage {
			empty = append(empty, strconv.Itoa(i+1))
		}
		letters += onPage
	}
	switch {
	case unreadable > letters:
		return "", nil, refuse(refuseGarbledPDF)
	case len(empty)*2 > len(pages):
		return "", nil, refuse(refuseScanned)
	}
	var warnings []string
	if n := len(empty); n > 0 {
		warnings = append(warnings, fmt.Sprintf(warnSomeScanned, strings.Join(empty[:min(n, 10)], "、")))
	}
	return joinPages(pages), warnings, nil
}

// promisedPages gives the largest page count that a page tree in the plain
// bytes promises, so that a monster is refused before PDFium starts for it. A
// tree within a compressed stream isn't seen here, but counted by PDFium.
func promisedPages(data []byte) int {
	most := 0
	for rest := data; ; {
		at := bytes.Index(rest, []byte("/Count"))
		if at < 0 {
			return most
		}
		end := bytes.Index(rest[at:], []byte("endobj"))
		if end < 0 {
			end = len(rest) - at
		}
		object := rest[max(bytes.LastIndex(rest[:at], []byte("obj")), 0) : at+end]
		if bytes.Contains(object, []byte("/Kids")) { // bookmarks are counted too, and have none
			digits := bytes.TrimLeft(rest[at+len("/Count"):at+end], " \t\r\n")
			n := 0
			for n < len(digits) && n < 9 && digits[n] >= '0' && digits[n] <= '9' {
				n++
			}
			count, _ := strconv.Atoi(string(digits[:n]))
			most = max(most, count)
		}
		rest = rest[at+end:]
	}
}

func pdfPages(ctx context.Context, instance pdfium.Pdfium, data []byte) ([]pdfPage, error) {
	doc, err := instance.OpenDocument(&requests.OpenDocument{File: &data})
	switch {
	case errors.Is(err, pdferrors.ErrPassword), errors.Is(err, pdferrors.ErrSecurity):
		return nil, refuse(refuseEncrypted)
	case err != nil:
		return nil, refuse(refuseBroken)
	}
	count, err := instance.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: doc.Document})
	if err != nil {
		return nil, refuse(refuseBroken)
	}
	if count.PageCount > maxPages {
		return nil, refuse(refusePages, maxPages)
	}
	pages := make([]pdfPage, 0, count.PageCount)
	total := 0
	for i := range count.PageCount {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		page, err := pdfOnePage(instance, doc.Document, i)
		if err != nil { // a sandbox that trapped is of no more use
			return nil, refuse(refuseBroken)
		}
		for _, line := range page {
			total += len(line.text)
		}
		if total > maxText {
			return nil, refuse(refuseTooLong, maxCharacters/10000)
		}
		pages = append(pages, page)
	}
	return pages, nil
}

// pdfOnePage reads the lines of a page, and where each begins and ends on the
// paper.
func pdfOnePage(instance pdfium.Pdfium, doc references.FPDF_DOCUMENT, index int) (pdfPage, error) {
	page, err := instance.FPDF_LoadPage(&requests.FPDF_LoadPage{Document: doc, Index: index})
	if err != nil {
		if errors.Is(err, pdferrors.ErrPage) {
			return nil, nil // one broken page among others: reported as empty
		}
		return nil, err
	}
	defer func() { _, _ = instance.FPDF_ClosePage(&requests.FPDF_ClosePage{Page: page.Page}) }()
	text, err := instance.FPDFText_LoadPage(&requests.FPDFText_LoadPage{Page: requests.Page{ByReference: &page.Page}})
	if err != nil {
		return nil, err
	}
	defer func() { _, _ = instance.FPDFText_ClosePage(&requests.FPDFText_ClosePage{TextPage: text.TextPage}) }()
	paper, err := instance.FPDF_GetPageWidth(&requests.FPDF_GetPageWidth{Page: requests.Page{ByReference: &page.Page}})
	if err != nil {
		return nil, err
	}
	count, err := instance.FPDFText_CountChars(&requests.FPDFText_CountChars{TextPage: text.TextPage})
	if err != nil || count.Count == 0 {
		return nil, err
	}
	if count.Count > maxCharacters {
		return nil, refuse(refuseTooLong, maxCharacters/10000)
	}
	all, err := instance.FPDFText_GetText(&requests.FPDFText_GetText{TextPage: text.TextPage, Count: count.Count})
	if err != nil {
		return nil, err
	}
	var out pdfPage
	at := 0 // place in the text as PDFium counts it, in UTF-16
	for line := range strings.Lines(strings.ReplaceAll(all.Text, "\r", "\n")) {
		end := at + utf16Length(line)
		if shown := strings.TrimSpace(line); shown != "" {
			first := at + utf16Length(line[:strings.Index(line, shown)])
			l := pdfLine{text: shown}
			if l.left, _, l.size, err = pdfBox(instance, text.TextPage, first); err != nil {
				return nil, err
			}
			last := first + utf16Length(strings.TrimRight(shown, hyphens)) - 1
			if _, l.right, _, err = pdfBox(instance, text.TextPage, last); err != nil {
				return nil, err
			}
			l.share = (l.right - l.left) / float32(max(paper.Width, 1))
			out = append(out, l)
		}
		at = end
	}
	return out, nil
}

// pdfBox gives the place of a letter on the paper and the height of its font.
func pdfBox(instance pdfium.Pdfium, page references.FPDF_TEXTPAGE, at int) (left, right, height float32, err error) {
	index, err := instance.FPDFText_GetCharIndexFromTextIndex(&requests.FPDFText_GetCharIndexFromTextIndex{TextPage: page, NTextIndex: at})
	if err != nil {
		return 0, 0, 0, err
	}
	box, err := instance.FPDFText_GetLooseCharBox(&requests.FPDFText_GetLooseCharBox{TextPage: page, Index: index.CharIndex})
	if err != nil {
		return 0, 0, 0, err
	}
	return box.Rect.Left, box.Rect.Right, box.Rect.Top - box.Rect.Bottom, nil
}

func utf16Length(s string) int {
	n := 0
	for _, r := range s {
		n += max(utf16.RuneLen(r), 1)
	}
	return n
}
