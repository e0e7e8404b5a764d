package documents

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/klippa-app/go-pdfium"
	pdferrors "github.com/klippa-app/go-pdfium/errors"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

// PDFs are read by PDFium in a WebAssembly sandbox: it sees no file system and
// no network, and at most pdfMemoryPages of 64 KiB.
const (
	pdfMemoryPages  = 4096 // 256 MiB
	pdfTime         = 60 * time.Second
	scannedPage     = 20 // characters on a page below which it holds no text
	pdfStartTimeout = 30 * time.Second
)

// pdfPool starts PDFium at the first PDF: compiling it takes seconds the first
// time on a machine, and 0.2 s with the compilation kept in the user's cache
// folder.
var pdfPool = sync.OnceValues(func() (pdfium.Pool, error) {
	config := wazero.NewRuntimeConfig().
		WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesExceptionHandling).
		WithMemoryLimitPages(pdfMemoryPages).
		WithCloseOnContextDone(true)
	if dir, err := os.UserCacheDir(); err == nil {
		if cache, err := wazero.NewCompilationCacheWithDir(filepath.Join(dir, "rongcuo", "wasm")); err == nil {
			config = config.WithCompilationCache(cache)
		}
	}
	return webassembly.Init(webassembly.Config{
		MinIdle: 0, MaxIdle: 1, MaxTotal: 2,
		FSConfig: wazero.NewFSConfig(), RuntimeConfig: config,
		Stdout: io.Discard, Stderr: io.Discard,
	})
})

var pageCount = regexp.MustCompile(`/Type\s*/Pages\b[^>]{0,400}?/Count\s+(\d+)|/Count\s+(\d+)[^>]{0,400}?/Type\s*/Pages\b`)

// readPDF gives the text of a PDF page by page. Pages without text are
// scanned; a file of such pages is refused.
func readPDF(ctx context.Context, data []byte) (string, []string, error) {
	for _, m := range pageCount.FindAllSubmatch(data, -1) {
		if n, err := strconv.Atoi(string(m[1]) + string(m[2])); err == nil && n > maxPages {
			return "", nil, refuse(refusePages, maxPages) // before PDFium is started for it
		}
	}
	ctx, cancel := context.WithTimeout(ctx, pdfTime)
	defer cancel()
	pages, err := pdfPages(ctx, data)
	if err != nil {
		return "", nil, err
	}
	scanned := 0
	for _, p := range pages {
		if utf8.RuneCountInString(strings.TrimSpace(p)) < scannedPage {
			scanned++
		}
	}
	if scanned == len(pages) || scanned*2 > len(pages) {
		return "", nil, refuse(refuseScanned)
	}
	var warnings []string
	if scanned > 0 {
		warnings = append(warnings, fmt.Sprintf(warnSomeScanned, scanned))
	}
	return joinPages(pages), warnings, nil
}

func pdfPages(ctx context.Context, data []byte) ([]string, error) {
	pool, err := pdfPool()
	if err != nil {
		return nil, fmt.Errorf("starting the PDF reader: %w", err)
	}
	start, cancel := context.WithTimeout(ctx, pdfStartTimeout)
	defer cancel()
	instance, err := pool.GetInstanceWithContext(start)
	if err != nil {
		return nil, fmt.Errorf("starting the PDF reader: %w", err)
	}
	defer instance.Close()
	doc, err := instance.OpenDocument(&requests.OpenDocument{File: &data})
	if err != nil {
		if errors.Is(err, pdferrors.ErrPassword) || errors.Is(err, pdferrors.ErrSecurity) {
			return nil, refuse(refuseEncrypted)
		}
		return nil, refuse(refuseBroken)
	}
	count, err := instance.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: doc.Document})
	if err != nil {
		return nil, refuse(refuseBroken)
	}
	if count.PageCount > maxPages {
		return nil, refuse(refusePages, maxPages)
	}
	pages := make([]string, 0, count.PageCount)
	total := 0
	for i := range count.PageCount {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		text, err := instance.GetPageText(&requests.GetPageText{
			Page: requests.Page{ByIndex: &requests.PageByIndex{Document: doc.Document, Index: i}},
		})
		if err != nil {
			pages = append(pages, "")
			continue
		}
		if total += len(text.Text); total > 3*maxCharacters {
			return nil, refuse(refuseTooLong, maxCharacters/10000)
		}
		pages = append(pages, text.Text)
	}
	return pages, nil
}

var (
	pageNumber = regexp.MustCompile(`^[ 　]*[-—–－]*[ 　]*(?:第[ 　]*)?[0-9０-９]{1,4}(?:[ 　]*页)?(?:[ 　]*[/／][ 　]*(?:共[ 　]*)?[0-9]{1,4}(?:[ 　]*页)?)?[ 　]*[-—–－]*[ 　]*$`)
	ownLine    = regexp.MustCompile(`^[ 　]*(?:第[ 　]*` + numeral + `[ 　]*[编章节条]|附[ 　]*[件录表]|[（(]` + numeral + `[）)]|[0-9]{1,2}[.．、]|[一二三四五六七八九十]{1,3}、|#)`)
)

// joinPages drops page numbers and running heads, and joins the lines that
// were broken at the edge of the paper.
func joinPages(pages []string) string {
	edges := map[string]int{}
	split := make([][]string, len(pages))
	for i, p := range pages {
		for line := range strings.SplitSeq(strings.ReplaceAll(p, "\r", ""), "\n") {
			if s := strings.TrimRight(line, " \t"); strings.TrimSpace(s) != "" && !pageNumber.MatchString(s) {
				split[i] = append(split[i], s)
			}
		}
		if n := len(split[i]); n > 0 {
			edges[split[i][0]]++
			edges[split[i][n-1]]++
		}
	}
	running := func(line string) bool { return len(pages) >= 3 && edges[line]*2 > len(pages) }
	var out []string
	widest := 0
	for _, lines := range split {
		for i, line := range lines {
			if (i == 0 || i == len(lines)-1) && running(line) {
				continue
			}
			widest = max(widest, utf8.RuneCountInString(line))
			out = append(out, line)
		}
	}
	return joinLines(out, widest)
}

// joinLines joins a line to the one above it when that one is full and ends
// within a sentence.
func joinLines(lines []string, widest int) string {
	var out bytes.Buffer
	for i, line := range lines {
		if i > 0 {
			above := lines[i-1]
			full := utf8.RuneCountInString(above)*10 >= widest*8
			if full && !strings.ContainsRune("。；：！？", lastRune(above)) && !ownLine.MatchString(line) {
				line = strings.TrimLeft(line, " 　")
			} else {
				out.WriteByte('\n')
			}
		}
		out.WriteString(line)
	}
	return out.String()
}

func lastRune(s string) rune {
	r, _ := utf8.DecodeLastRuneInString(strings.TrimRight(s, " 　"))
	return r
}
