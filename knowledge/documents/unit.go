package documents

import (
	"regexp"
	"strings"
)

// UnitKind is the rank of a piece of an article.
type UnitKind int

const (
	Paragraph UnitKind = iota // 款
	Item                      // 项: （一）
	SubItem                   // 目: 1.
)

// Unit is one 款, 项 or 目 of an article: text[Start:End] of the article's text,
// letter for letter. An item belongs to the paragraph before it.
type Unit struct {
	Kind       UnitKind
	Number     int // of the paragraph within the article, of the item within its paragraph
	Paragraph  int // the paragraph that it belongs to, from 1
	Start, End int
	Text       string
}

var (
	itemMark    = regexp.MustCompile(`^[ 　]*[（(](` + numeral + `)[）)]`)
	subItemMark = regexp.MustCompile(`^[ 　]*([0-9０-９]{1,2})[.．、][^0-9０-９]`)
	inlineItem  = regexp.MustCompile(`[：:；;][ 　]*(?:或者|和|以及)?([（(][一二三四五六七八九十]+[）)])`)
)

// unitReader counts paragraphs and items while units are cut.
type unitReader struct {
	paragraph, item int
	listed          bool // 1. 2. stand directly in a paragraph
	colon           bool // the unit before ends with a colon
}

// Units cuts the text of an article into its paragraphs and items. Every unit
// is a contiguous piece of the text, so that quoting one is quoting literally.
// Items within one line are cut only when their numbers run 一, 二, 三. A row of
// a table is a unit of the paragraph above it.
func Units(text string) []Unit {
	var out []Unit
	var r unitReader
	for start := 0; start < len(text); {
		end := len(text)
		if n := strings.IndexByte(text[start:], '\n'); n >= 0 {
			end = start + n
		}
		for _, p := range inlinePieces(text[start:end]) {
			if p.from == p.to {
				continue
			}
			u := Unit{Start: start + p.from, End: start + p.to, Text: text[start+p.from : start+p.to]}
			u.Kind, u.Number = r.rank(u.Text)
			u.Paragraph = r.paragraph
			out = append(out, u)
		}
		start = end + 1
	}
	return out
}

// rank says what a piece is. Only the first part of a split article begins with
// a paragraph; another may begin with an item.
func (r *unitReader) rank(text string) (UnitKind, int) {
	afterColon := r.colon
	r.colon = strings.HasSuffix(text, "：") || strings.HasSuffix(text, ":")
	if m := itemMark.FindStringSubmatch(text); m != nil {
		r.paragraph = max(r.paragraph, 1)
		r.item, _ = ParseNumber(m[1])
		r.listed = false
		return Item, r.item
	}
	if m := subItemMark.FindStringSubmatch(text); m != nil && (r.item > 0 || r.listed || afterColon) {
		r.listed = true
		n, _ := ParseNumber(m[1])
		return SubItem, n
	}
	if strings.HasPrefix(text, "|") && r.paragraph > 0 {
		return Paragraph, r.paragraph
	}
	r.paragraph++
	r.item, r.listed = 0, false
	return Paragraph, r.paragraph
}

type piece struct{ from, to int }

// inlinePieces cuts a line before every item mark that follows a colon or a
// semicolon and continues the count.
func inlinePieces(line string) []piece {
	var cuts []int
	next := 1
	if m := itemMark.FindStringSubmatch(line); m != nil {
		if n, ok := ParseNumber(m[1]); ok {
			next = n + 1
		}
	}
	fewest := 2
	if next > 1 {
		fewest = 1 // the line itself begins with the first of them
	}
	for _, m := range inlineItem.FindAllStringSubmatchIndex(line, -1) {
		mark := line[m[2]:m[3]]
		if n, ok := ParseNumber(trimBrackets(mark)); ok && n == next {
			cuts = append(cuts, m[2])
			next++
		}
	}
	if len(cuts) < fewest {
		return []piece{{0, len(line)}}
	}
	var out []piece
	from := 0
	for _, c := range cuts {
		out = append(out, piece{from, c})
		from = c
	}
	return append(out, piece{from, len(line)})
}

func trimBrackets(s string) string {
	r := []rune(s)
	return string(r[1 : len(r)-1])
}
