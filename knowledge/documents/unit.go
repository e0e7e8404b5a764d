package documents

import "regexp"

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

// Units cuts the text of an article into its paragraphs and items. Every unit
// is a contiguous piece of the text, so that quoting one is quoting literally.
// Items within one line are cut only when their numbers run 一, 二, 三.
func Units(text string) []Unit {
	var out []Unit
	paragraph, item, sub := 0, 0, 0
	for start := 0; start < len(text); {
		end := start
		for end < len(text) && text[end] != '\n' {
			end++
		}
		for _, p := range inlinePieces(text[start:end]) {
			u := Unit{Start: start + p.from, End: start + p.to, Text: text[start+p.from : start+p.to]}
			switch m := itemMark.FindStringSubmatch(u.Text); {
			case m != nil && paragraph > 0:
				n, _ := ParseNumber(m[1])
				item, sub = n, 0
				u.Kind, u.Number = Item, item
			case subItemMark.MatchString(u.Text) && item > 0:
				sub++
				u.Kind, u.Number = SubItem, sub
			default:
				paragraph++
				item, sub = 0, 0
				u.Kind, u.Number = Paragraph, paragraph
			}
			u.Paragraph = paragraph
			if u.Text != "" {
				out = append(out, u)
			}
		}
		start = end + 1
	}
	return out
}

type piece struct{ from, to int }

// inlinePieces cuts a line before every item mark that follows a colon or a
// semicolon and continues the count.
func inlinePieces(line string) []piece {
	var cuts []int
	next := 1
	for _, m := range inlineItem.FindAllStringSubmatchIndex(line, -1) {
		mark := line[m[2]:m[3]]
		if n, ok := ParseNumber(trimBrackets(mark)); ok && n == next {
			cuts = append(cuts, m[2])
			next++
		}
	}
	if len(cuts) < 2 {
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

// Item gives the literal text of 第N款第M项. A paragraph of 0 takes the first
// paragraph that has such an item; an item of 0 gives the whole paragraph.
func (p Passage) Item(paragraph, item int) (string, bool) {
	for _, u := range Units(p.Text) {
		switch {
		case item == 0 && u.Kind == Paragraph && u.Number == paragraph,
			item > 0 && u.Kind == Item && u.Number == item && (paragraph == 0 || u.Paragraph == paragraph):
			return u.Text, true
		}
	}
	return "", false
}
