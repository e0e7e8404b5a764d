package documents

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// article collects the lines of one passage.
type article struct {
	name    string
	heading string
	section []string
	lines   []string
	own     string // the article as the text itself calls it, without 附件1·
}

// ruleReader walks the lines of a regulation.
type ruleReader struct {
	*layout
	out      []article
	preamble []string
	section  sections
	open     bool   // lines go to the last article
	numbered bool   // an article was found
	last     int    // its number
	appendix string // 附件1, when its numbering starts anew
	pending  string // an appendix whose first article has not come
	restarts int    // appendices without a heading
	joined   int    // a line that belongs to the heading above it
}

// splitRule cuts a regulation at its articles; without any it is cut at
// headings and paragraphs.
func (d *Document) splitRule(l *layout) {
	r := ruleReader{layout: l, joined: -1}
	for i := range l.lines {
		if l.lines[i] != "" && !l.skip[i] && i != r.joined {
			r.read(i)
		}
	}
	if !r.numbered {
		d.splitLoose(l)
		return
	}
	if p := preambleText(r.preamble, d.Title); len(p) > 0 {
		r.out = append([]article{{name: Preamble, lines: p}}, r.out...)
	}
	d.addArticles(r.out)
}

// Preamble names the passage of what stands above the first article.
const Preamble = "序言"

// Preface gives the lines above the first article of a regulation that say
// something but too little for a Preamble, so that Split leaves them out.
func Preface(text, title string) (out []string) {
	_, body := cutFrontMatter(newlines.Replace(text))
	r := ruleReader{layout: survey(cleanLines(body)), joined: -1}
	for i := range r.lines {
		if r.lines[i] != "" && !r.skip[i] && i != r.joined && !r.numbered {
			r.read(i)
		}
	}
	if !r.numbered || preambleText(r.preamble, title) != nil {
		return nil
	}
	for _, line := range r.preamble {
		if !isTitlePage(line, title) {
			out = append(out, line)
		}
	}
	return out
}

func (r *ruleReader) read(i int) {
	line := r.lines[i]
	if h, ok := r.article(i, r.last); ok {
		r.begin(h)
		return
	}
	if appendixList.MatchString(line) { // 附件：1.申请表 2.… names what is attached
		r.enter(appendixLevel, "附件")
	} else if level, text, ok := sectionHeading(line); ok {
		if level == appendixLevel {
			text = r.withTitle(i, text)
		}
		r.enter(level, text)
		return
	}
	switch {
	case r.open:
		a := &r.out[len(r.out)-1]
		a.lines = append(a.lines, line)
	case !r.numbered:
		r.preamble = append(r.preamble, line)
	default:
		list := r.section.list()
		name := "正文"
		if len(list) > 0 {
			name = appendixOf(list[len(list)-1])
		}
		r.out = append(r.out, article{name: name, section: list, lines: []string{line}})
		r.open = true
	}
}

// begin starts an article. A number that was already passed starts the
// numbering anew: in the appendix whose heading came before, or in one without
// a heading when it is 第一条.
func (r *ruleReader) begin(h heading) {
	again := h.number <= r.last && h.suffix == ""
	switch {
	case again && r.pending != "":
		r.appendix = r.pending
	case again && h.number == 1:
		r.restarts++
		r.appendix = "附"
		if r.restarts > 1 {
			r.appendix += strconv.Itoa(r.restarts)
		}
	}
	r.pending = ""
	a := article{name: h.name, own: h.name, heading: h.title, section: r.section.list(), lines: []string{h.text}}
	if r.appendix != "" {
		a.name = r.appendix + "·" + h.name
	}
	r.out = append(r.out, a)
	r.last, r.open, r.numbered = h.number, true, true
}

// enter goes below a heading.
func (r *ruleReader) enter(level int, text string) {
	r.section.set(level, text)
	r.open = false
	if level == appendixLevel {
		r.pending = appendixOf(text)
	}
}

// withTitle joins the heading of an appendix, 附件1, with its title when that
// stands on the next line.
func (r *ruleReader) withTitle(i int, text string) string {
	if appendixName.ReplaceAllString(text, "") != "" {
		return text
	}
	for j := i + 1; j < len(r.lines); j++ {
		next := r.lines[j]
		if next == "" {
			continue
		}
		_, _, isSection := sectionHeading(next)
		if r.heads[j].number > 0 || isSection || r.skip[j] || utf8.RuneCountInString(next) > 40 || strings.ContainsAny(next, "。；：，|") || itemMark.MatchString(next) {
			return text
		}
		r.joined = j
		return text + " " + next
	}
	return text
}

// preambleText gives the lines above the first article when they say something.
// The title, the number, the date and the addressee do not.
func preambleText(lines []string, title string) []string {
	var out []string
	says := false
	for _, line := range lines {
		if isTitlePage(line, title) {
			continue
		}
		says = says || strings.ContainsAny(line, "。；") && utf8.RuneCountInString(line) > preambleLine
		out = append(out, line)
	}
	if !says {
		return nil
	}
	return out
}

// preambleLine is in characters: "现印发给你们，请认真贯彻执行。" is not worth a
// passage.
const preambleLine = 30

func isTitlePage(line, title string) bool {
	plain := noBlanks.Replace(line)
	return plain == "" || plain == "序言" || strings.HasPrefix(line, "（") || strings.HasPrefix(line, "(") ||
		strings.HasSuffix(line, "：") || strings.HasSuffix(plain, "文件") || dateLine.MatchString(line) || isSigner(line) || infoComment.MatchString(line) ||
		documentNumber.FindString(plain) == plain || strings.Contains(noBlanks.Replace(title), plain) || titleEnd.MatchString(plain)
}

// addArticles makes passages of articles, in parts where one is long.
func (d *Document) addArticles(list []article) {
	own := map[string]bool{}
	for _, a := range list {
		own[a.name] = true
	}
	for _, a := range list {
		p := Passage{Article: a.name, Heading: a.heading, Section: a.section, Text: strings.Join(a.lines, "\n")}
		for _, part := range splitLong(p) {
			part.Cites = citesIn(part.Text, a.own, a.name, own)
			d.Passages = append(d.Passages, part)
		}
	}
}
