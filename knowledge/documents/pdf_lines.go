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
}

type pdfPage []pdfLine

var (
	pageNumber = regexp.MustCompile(`^[ 　]*[-—–－·]*[ 　]*(?:第[ 　]*)?[0-9０-９]{1,4}(?:[ 　]*页)?(?:[ 　]*[/／，,]?[ 　]*(?:共[ 　]*)?[0-9]{1,4}(?:[ 　]*页)?)?[ 　]*[-—–－·]*[ 　]*$`)
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
	const edge = 2 // lines at the top and the bottom where a running head can be
	seen := map[string]int{}
	likeness := func(l pdfLine) string { return digitRuns.ReplaceAllString(strings.TrimSpace(l.text), "0") }
	isEdge := func(i, n int) bool { return i < edge || i >= n-edge }
	for _, p := range pages {
		of := map[string]bool{}
		for i, line := range p {
			if s := likeness(line); isEdge(i, len(p)) && !of[s] {
				of[s] = true
				seen[s]++
			}
		}
	}
	var out []pdfLine
	for _, p := range pages {
		for i, line := range p {
			switch {
			case isEdge(i, len(p)) && pageNumber.MatchString(line.text),
				isEdge(i, len(p)) && len(pages) >= 3 && seen[likeness(line)]*2 > len(pages),
				leaders.MatchString(line.text):
				continue
			}
			out = append(out, line)
		}
	}
	return joinLines(out)
}

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
			isFull := above.right > right-2*above.size
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
