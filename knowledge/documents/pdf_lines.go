package documents

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// pdfLine is a line as it is printed, with its ends on the paper in points.
type pdfLine struct {
	text              string
	left, right, size float32
	share             float32 // of the paper's width that it spans
}

type pdfPage []pdfLine

var (
	pageNumber = regexp.MustCompile(`^[ 　]*[-—–－·]*[ 　]*(?:第[ 　]*)?[0-9０-９]{1,3}(?:[ 　]*页)?(?:(?:[ 　]*[/／，,][ 　]*(?:共[ 　]*)?|[ 　]*共[ 　]*|[ 　]+)[0-9]{1,4}(?:[ 　]*页)?)?[ 　]*[-—–－·]*[ 　]*$`)
	digitRuns  = regexp.MustCompile(`[0-9０-９]+`)
	// leaders is a line of a table of contents.
	leaders = regexp.MustCompile(`(?:[.．…·•]{4,}|(?:[.．·] ){4,})[ 　.]*[0-9]{1,4}[ 　]*$`)
	// ownLine begins something of its own, wherever it stands on the paper.
	ownLine = regexp.MustCompile(`^[ 　]*(?:第[ 　]*` + numeral + `[ 　]*(?:[编章节][ 　]|条(?:[ 　]|之|$))|附[ 　]*[件录表]|[（(]` + numeral + `[）)]|[0-9]{1,2}[.．、][^0-9]|[一二三四五六七八九十]{1,3}、|问[0-9]+|#)`)
)

// hyphens are PDFium's signs of a hyphen at the end of a line.
const hyphens = "\x02\uFFFE"

// joinPages drops page numbers, running heads and tables of contents, and
// joins the lines that were broken at the edge of the paper.
func joinPages(pages []pdfPage) string {
	on := map[string]int{} // pages at whose edge a line stands
	for _, p := range pages {
		seen := map[string]bool{}
		for i, line := range p {
			if s := likeness(line); (i < headLines || i >= len(p)-headLines) && !seen[s] {
				seen[s] = true
				on[s]++
			}
		}
	}
	isRunning := func(line pdfLine) bool {
		return pageNumber.MatchString(line.text) || len(pages) >= 3 && on[likeness(line)]*2 > len(pages)
	}
	var out []pdfLine
	for _, p := range pages {
		for n := 0; n < headLines && len(p) > 0 && isRunning(p[0]); n++ {
			p = p[1:]
		}
		for n := 0; n < headLines && len(p) > 0 && isRunning(p[len(p)-1]); n++ {
			p = p[:len(p)-1]
		}
		for _, line := range p {
			if !leaders.MatchString(line.text) {
				out = append(out, line)
			}
		}
	}
	return joinLines(out)
}

// headLines is how many lines at the top or at the bottom can be running ones.
const headLines = 2

// likeness is a line with its numbers made equal: running heads count pages.
func likeness(l pdfLine) string { return digitRuns.ReplaceAllString(strings.TrimSpace(l.text), "0") }

// narrowest is the share of the paper's width below which a line is no full one:
// a column of a gazette has 0.4, the entries of a list may be shorter.
const narrowest = 0.3

// joinLines puts a line behind the one above it when that one reaches the right
// margin and no new paragraph begins: in print that is indented. Where a print
// indents nothing, a line that ends a sentence ends the paragraph.
func joinLines(lines []pdfLine) string {
	if len(lines) == 0 {
		return ""
	}
	left, right := margins(lines)
	indents := 0
	for _, l := range lines {
		if l.left > left+1.2*l.size && l.left < left+3*l.size && l.right > right-2*l.size {
			indents++
		}
	}
	printed := indents*20 >= len(lines) // of a full page one line in twenty begins a paragraph
	var out strings.Builder
	for i, line := range lines {
		text := strings.TrimRight(line.text, hyphens)
		if i > 0 {
			above := lines[i-1]
			isFull := above.right > right-2*above.size && above.share > narrowest
			isSameText := !ownLine.MatchString(text) && above.size < 1.3*line.size && line.size < 1.3*above.size
			isInner := line.left < left+1.2*line.size
			last, _ := utf8.DecodeLastRuneInString(above.text)
			first, _ := utf8.DecodeRuneInString(text)
			switch {
			case !isFull || !isSameText || !isInner || !printed && strings.ContainsRune("。；：！？", last):
				out.WriteByte('\n')
			case last < 0x2E80 && first < 0x2E80 && !strings.ContainsRune(hyphens, last):
				out.WriteByte(' ')
			}
		}
		out.WriteString(text)
	}
	return out.String()
}

// margins gives the left end that most lines have and the right end that one
// line in ten reaches.
func margins(lines []pdfLine) (left, right float32) {
	lefts := map[int]int{}
	rights := make([]float32, len(lines))
	for i, l := range lines {
		lefts[int(l.left/2)]++
		rights[i] = l.right
	}
	most := 0
	for at, n := range lefts {
		if n > most || n == most && float32(at)*2 < left {
			most, left = n, float32(at)*2
		}
	}
	slices.Sort(rights)
	return left, rights[len(rights)*9/10]
}
