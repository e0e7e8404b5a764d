package documents

import (
	"strings"
	"unicode/utf8"
)

// Lengths in characters.
const (
	// longArticle is where an article is split at its 款 and 项. An embedding
	// model reads 512 tokens, and one token is one Chinese character; the rest
	// of the window is the document's title.
	longArticle = 450
	// longUnit is where a 款 or 项 is itself split, after a sentence.
	longUnit = 2 * longArticle
	// looseLength bounds the passages of a text without articles.
	looseLength = 600
)

// splitLong cuts a long article at its paragraphs and items. Every part is a
// contiguous piece of it and keeps the article's number; Items says which items
// or paragraphs it holds.
func splitLong(p Passage) []Passage {
	if utf8.RuneCountInString(p.Text) <= longArticle {
		return []Passage{p}
	}
	var out []Passage
	pieces := shortUnits(Units(p.Text))
	for from := 0; from < len(pieces); {
		to, size := from, 0
		for to < len(pieces) {
			n := utf8.RuneCountInString(pieces[to].Text)
			if to > from && size+n > longArticle {
				break
			}
			size += n
			to++
		}
		part := p
		part.Part = len(out) + 1
		part.Text = strings.TrimRight(p.Text[pieces[from].Start:pieces[to-1].End], "\n")
		part.Items, part.Begins = itemRange(pieces[from:to]), pieces[from].Paragraph
		out = append(out, part)
		from = to
	}
	if len(out) == 1 {
		out[0].Part, out[0].Items, out[0].Begins = 0, "", 0
	}
	return out
}

// shortUnits cuts units that are too long for one part after their sentences.
func shortUnits(units []Unit) []Unit {
	var out []Unit
	for _, u := range units {
		if utf8.RuneCountInString(u.Text) <= longUnit {
			out = append(out, u)
			continue
		}
		at := u.Start
		for _, text := range cutLine(u.Text, longArticle) {
			piece := u
			piece.Text, piece.Start, piece.End = text, at, at+len(text)
			at = piece.End
			out = append(out, piece)
		}
	}
	return out
}

// itemRange names what units hold: （六）至（十）, 第二款（三）至第三款（一）, and
// where there are no items 第二款至第四款.
func itemRange(units []Unit) string {
	var first, last *Unit
	for i := range units {
		if units[i].Kind == Item {
			if first == nil {
				first = &units[i]
			}
			last = &units[i]
		}
	}
	from, to := "", ""
	if first != nil {
		from, to = "（"+FormatNumber(first.Number)+"）", "（"+FormatNumber(last.Number)+"）"
		if first.Paragraph != last.Paragraph {
			from, to = paragraphOf(*first)+from, paragraphOf(*last)+to
		}
	} else {
		from, to = paragraphOf(units[0]), paragraphOf(units[len(units)-1])
	}
	if from == to {
		return from
	}
	return from + "至" + to
}

func paragraphOf(u Unit) string { return "第" + FormatNumber(u.Paragraph) + "款" }

// splitLoose makes passages of bounded length from a text without articles:
// under its headings where it has some (一、总体要求 is one).
func (d *Document) splitLoose(l *layout) {
	var section sections
	var text []string
	size := 0
	flush := func() {
		if len(text) > 0 {
			p := Passage{Article: "第" + FormatNumber(len(d.Passages)+1) + "段", Section: section.list(), Text: strings.Join(text, "\n")}
			p.Cites = citesIn(p.Text, "", "", nil)
			d.Passages = append(d.Passages, p)
		}
		text, size = nil, 0
	}
	for i, line := range l.lines {
		if line == "" || l.skip[i] {
			continue
		}
		level, heading, ok := sectionHeading(line)
		if !ok && numberedHead.MatchString(line) {
			level, heading, ok = chapterLevel, line, true
		}
		if ok {
			flush()
			section.set(level, heading)
			continue
		}
		for _, piece := range cutLine(line, looseLength) {
			n := utf8.RuneCountInString(piece)
			if size > 0 && size+n > looseLength {
				flush()
			}
			text = append(text, piece)
			size += n
		}
	}
	flush()
	if len(d.Passages) > 0 {
		d.Warnings = append(d.Warnings, warnNoArticles)
	}
}

// cutLine cuts a line into pieces of at most limit characters: after a sentence
// where there is one, else where it must.
func cutLine(line string, limit int) []string {
	var out []string
	start, sentence, n, since := 0, 0, 0, 0
	for i, r := range line {
		if n == limit {
			if sentence > start {
				out, start, n = append(out, line[start:sentence]), sentence, since
			} else {
				out, start, n = append(out, line[start:i]), i, 0
			}
			since = n
		}
		n++
		since++
		if r == '。' || r == '；' {
			sentence, since = i+utf8.RuneLen(r), 0
		}
	}
	return append(out, line[start:])
}
