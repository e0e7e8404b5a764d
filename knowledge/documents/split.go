package documents

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// Lengths in characters.
const (
	// longArticle is where an article is split at its 款 and 项. An embedding
	// model reads 512 tokens, and one token is one Chinese character; the rest
	// of the window is the document's title.
	longArticle = 450
	// looseLength bounds the passages of a text without articles.
	looseLength = 600
	// tocLines is how many chapter headings in a row make a table of contents.
	tocLines = 3
)

// Split turns the text of a file into passages. It never fails: a text without
// any structure becomes passages of bounded length, and everything doubtful is
// said in Warnings. path names the document below its folder.
func Split(path, text string) Document {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	front, body := cutFrontMatter(text)
	d := Document{Path: path, Kind: Rule}
	d.applyFrontMatter(front)
	lines := cleanLines(body)
	switch {
	case d.Case != nil:
		d.splitCase(lines)
	case isQA(lines):
		d.splitQA(lines)
	default:
		d.splitRule(lines)
	}
	d.inferFrom(lines)
	d.warn(text)
	return d
}

var (
	emphasis = strings.NewReplacer("**", "", "__", "")
	aside    = regexp.MustCompile(`^[ 　]*>`)
	rulerRow = regexp.MustCompile(`^[ \t]*(?:[-*_=][ \t]*){3,}$`)
)

// cleanLines removes emphasis marks, quoted remarks (the notices of the sample
// files are such) and rulers; indents go, blank lines stay as "".
func cleanLines(body string) []string {
	var out []string
	for line := range strings.SplitSeq(body, "\n") {
		if aside.MatchString(line) || rulerRow.MatchString(line) {
			out = append(out, "")
			continue
		}
		out = append(out, strings.Trim(emphasis.Replace(line), " \t　"))
	}
	return out
}

// article collects the lines of one passage.
type article struct {
	name    string
	heading string
	section []string
	lines   []string
	number  int
}

// splitRule cuts a regulation at its articles.
func (d *Document) splitRule(lines []string) {
	var (
		out      []article
		section  sections
		current  *article
		last     int    // number of the article before
		appendix string // 附件1, when the numbering restarts there
		preamble []string
	)
	toc := tableOfContents(lines)
	for i, line := range lines {
		if line == "" || toc[i] {
			continue
		}
		if h, ok := articleHeading(line, last); ok {
			if h.number == 1 && last > 1 || appendix == "" && hasArticle(out, h.name) && h.number <= last {
				if h.number <= 1 {
					appendix = section.appendix()
				}
			}
			name := h.name
			if appendix != "" {
				name = appendix + "·" + name
			}
			out = append(out, article{name: name, heading: h.title, section: section.list(), lines: []string{h.text}, number: h.number})
			current, last = &out[len(out)-1], h.number
			continue
		}
		if level, text, ok := sectionHeading(line); ok {
			section.set(level, text)
			if level == appendixLevel {
				appendix, last = "", max(last, 1)
			}
			current = nil
			continue
		}
		switch {
		case current != nil && !isSignature(line, lines[i+1:]):
			current.lines = append(current.lines, line)
		case len(out) == 0:
			preamble = append(preamble, line)
		case current == nil:
			out = append(out, article{name: "", section: section.list(), lines: []string{line}})
			current = &out[len(out)-1]
		}
	}
	if len(out) == 0 || last == 0 && !anyNumbered(out) {
		d.splitLoose(lines)
		return
	}
	if p := substance(preamble); p != nil {
		out = append([]article{{name: "序言", lines: p}}, out...)
	}
	d.addArticles(out)
}

func anyNumbered(list []article) bool {
	for _, a := range list {
		if a.number > 0 {
			return true
		}
	}
	return false
}

func hasArticle(list []article, name string) bool {
	for _, a := range list {
		if a.name == name {
			return true
		}
	}
	return false
}

// addArticles makes passages of articles, in parts where one is long. Text
// under a heading that belongs to no article is named after the heading.
func (d *Document) addArticles(list []article) {
	for _, a := range list {
		name := a.name
		if name == "" {
			name = "正文"
			if len(a.section) > 0 {
				name = a.section[len(a.section)-1]
			}
		}
		p := Passage{Article: name, Heading: a.heading, Section: a.section, Text: strings.Join(a.lines, "\n")}
		p.Cites = citesIn(p.Text, a.name)
		d.Passages = append(d.Passages, splitLong(p)...)
	}
}

// splitLong cuts a long article at its paragraphs and items. Every part keeps
// the article's number; Items says which items it holds.
func splitLong(p Passage) []Passage {
	if utf8.RuneCountInString(p.Text) <= longArticle {
		return []Passage{p}
	}
	var out []Passage
	units := Units(p.Text)
	for from := 0; from < len(units); {
		to, size := from, 0
		for to < len(units) {
			n := utf8.RuneCountInString(units[to].Text)
			if to > from && size+n > longArticle {
				break
			}
			size += n
			to++
		}
		part := p
		part.Part = len(out) + 1
		part.Text = strings.TrimRight(p.Text[units[from].Start:units[to-1].End], "\n")
		part.Items = itemRange(units[from:to])
		part.Cites = citesIn(part.Text, p.Article)
		out = append(out, part)
		from = to
	}
	if len(out) == 1 {
		out[0].Part, out[0].Items = 0, ""
	}
	return out
}

func itemRange(units []Unit) string {
	first, last := 0, 0
	for _, u := range units {
		if u.Kind == Item {
			if first == 0 {
				first = u.Number
			}
			last = u.Number
		}
	}
	switch {
	case first == 0:
		return ""
	case first == last:
		return "（" + FormatNumber(first) + "）"
	}
	return "（" + FormatNumber(first) + "）至（" + FormatNumber(last) + "）"
}

// splitLoose makes passages of bounded length from a text without articles:
// under its headings where it has some.
func (d *Document) splitLoose(lines []string) {
	var section sections
	var text []string
	size, n := 0, 0
	flush := func() {
		if len(text) > 0 {
			n++
			p := Passage{Article: paragraphName(n), Section: section.list(), Text: strings.Join(text, "\n")}
			p.Cites = citesIn(p.Text, "")
			d.Passages = append(d.Passages, p)
		}
		text, size = nil, 0
	}
	for _, line := range lines {
		if line == "" {
			continue
		}
		if level, heading, ok := sectionHeading(line); ok {
			flush()
			section.set(level, heading)
			continue
		}
		for _, piece := range cutLine(line) {
			if c := utf8.RuneCountInString(piece); size > 0 && size+c > looseLength {
				flush()
			}
			text = append(text, piece)
			size += utf8.RuneCountInString(piece)
		}
	}
	flush()
	if len(d.Passages) > 0 {
		d.Warnings = append(d.Warnings, warnNoArticles)
	}
}

// cutLine cuts a line that is too long for one passage after sentences, or
// where it must.
func cutLine(line string) []string {
	var out []string
	for utf8.RuneCountInString(line) > looseLength {
		at, n := 0, 0
		end := len(line)
		for i, r := range line {
			if n++; n > looseLength {
				end = i
				break
			}
			if r == '。' || r == '；' {
				at = i + utf8.RuneLen(r)
			}
		}
		if at == 0 {
			at = end
		}
		out = append(out, line[:at])
		line = line[at:]
	}
	return append(out, line)
}

func paragraphName(n int) string { return "第" + FormatNumber(n) + "段" }

// CorpusLine is a line of a bulk corpus as a document of one passage. A title
// that ends in an article number (中华人民共和国刑法第二条) is taken apart.
func CorpusLine(id, title, text string) Document {
	d := Document{Path: id, Kind: Corpus, Title: title}
	p := Passage{Text: text}
	if m := trailingArticle.FindStringSubmatchIndex(title); m != nil {
		if n, ok := ParseNumber(title[m[2]:m[3]]); ok {
			suffix := ""
			if m[4] >= 0 {
				suffix = title[m[4]:m[5]]
			}
			d.Title = strings.TrimSpace(title[:m[0]])
			p.Article = articleName(n, suffix)
		}
	}
	d.Level = levelByTitle(d.Title)
	d.Passages = []Passage{p}
	return d
}

var trailingArticle = regexp.MustCompile(`第(` + numeral + `)条(?:之(` + numeral + `))?$`)
