package documents

import (
	"context"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// hiddenStyle is what an inline style hides by. White letters are not in it:
// the ground they stand on is in a style sheet.
var hiddenStyle = regexp.MustCompile(`(?i)display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|font-size\s*:\s*0*\.?[01](?:p[xt])?\s*(?:[;!]|$)|opacity\s*:\s*0*(?:\.0+)?\s*(?:[;!]|$)|(?:left|top|text-indent)\s*:\s*-\d{3,}`)

// readHTML gives the text of a page: without scripts, navigation, footers and
// whatever the page hides, with headings, lists and tables kept.
func readHTML(ctx context.Context, data []byte) (string, []string, error) {
	text, err := decodeText(data)
	if err != nil {
		return "", nil, err
	}
	p := &htmlPage{tokens: html.NewTokenizer(strings.NewReader(text)), sinks: [][]string{nil}}
	p.tokens.SetMaxBuf(maxToken)
	if err := p.read(ctx); err != nil {
		return "", nil, err
	}
	var warnings []string
	if p.hidden {
		warnings = append(warnings, warnHiddenText)
	}
	return strings.Join(p.sinks[0], "\n"), warnings, nil
}

// htmlPage walks the tokens of a page and keeps its open blocks itself. The
// parser that builds a tree can be made to take memory and time without bound
// by a small page; this takes both in proportion.
type htmlPage struct {
	tokens *html.Tokenizer
	open   []htmlElement // blocks, and everything within what is left out
	line   strings.Builder
	prefix string     // of the line that is gathered: rank of a heading, number of an item
	sinks  [][]string // lines of the page, of a cell, …; the innermost last
	rows   [][][]string
	pre    int
	hidden bool
}

type htmlElement struct {
	name    atom.Atom
	dropped bool // it and all in it is left out
	items   int  // of a numbered list: those counted so far; -1 for any other element
}

func (p *htmlPage) read(ctx context.Context) error {
	letters := 0
	for n := 0; ; n++ {
		if n%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if n > freeTokens+letters*tokensPerByte {
			return refuse(refuseBomb)
		}
		switch p.tokens.Next() {
		case html.ErrorToken:
			if p.tokens.Err() != io.EOF {
				return refuse(refuseBomb)
			}
			p.closeTo(0)
			p.endLine()
			return nil
		case html.TextToken:
			s := string(p.tokens.Text())
			letters += len(s)
			p.text(s)
		case html.StartTagToken, html.SelfClosingTagToken: // in HTML <div/> is a start tag
			p.start(p.tokens.Token())
		case html.EndTagToken:
			p.end(p.tokens.Token().DataAtom)
		}
		if len(p.open) > maxDepth {
			return refuse(refuseTooDeep)
		}
	}
}

func (p *htmlPage) text(s string) {
	if p.dropping() {
		p.hidden = p.hidden || p.open[len(p.open)-1].items == hiddenMark && strings.TrimSpace(s) != ""
		return
	}
	if p.pre == 0 {
		p.line.WriteString(s)
		return
	}
	for i, line := range strings.Split(s, "\n") {
		if i > 0 {
			p.endLine()
		}
		p.line.WriteString(line)
	}
}

func (p *htmlPage) start(t html.Token) {
	a := t.DataAtom
	if isVoid(a) {
		switch {
		case a != atom.Br && a != atom.Hr || p.dropping():
		case strings.HasPrefix(p.prefix, "#"): // a heading is one, in however many lines
			p.line.WriteByte('\n')
		default:
			p.endLine()
		}
		return
	}
	if isBlock(a) {
		p.closeImplied(a)
	}
	e := htmlElement{name: a, items: -1}
	switch {
	case p.dropping():
		e.dropped, e.items = true, p.open[len(p.open)-1].items
		p.open = append(p.open, e)
		return
	case isDropped(a):
		e.dropped = true
	case isHiddenElement(t):
		e.dropped, e.items = true, hiddenMark
	case !isBlock(a):
		return
	}
	if !e.dropped || isBlock(a) {
		p.endLine()
	}
	if !e.dropped {
		p.begin(&e, t)
	}
	p.open = append(p.open, e)
}

// begin does what a block calls for when it opens.
func (p *htmlPage) begin(e *htmlElement, t html.Token) {
	switch e.name {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		p.prefix = strings.Repeat("#", int(t.Data[1]-'0')) + " "
	case atom.Ol:
		e.items = 0
	case atom.Li:
		if n := len(p.open); n > 0 && p.open[n-1].items >= 0 {
			p.open[n-1].items++
			p.prefix = strconv.Itoa(p.open[n-1].items) + ". "
		}
	case atom.Tr:
		p.rows = append(p.rows, nil)
	case atom.Td, atom.Th:
		p.sinks = append(p.sinks, nil)
	case atom.Pre:
		p.pre++
	}
}

// finish does what a block calls for when it closes.
func (p *htmlPage) finish(e htmlElement) {
	if e.dropped {
		return
	}
	p.endLine()
	switch n := len(p.rows); e.name {
	case atom.Td, atom.Th:
		cell := p.sinks[len(p.sinks)-1]
		p.sinks = p.sinks[:len(p.sinks)-1]
		if n == 0 { // a cell without a row
			p.put(cell...)
			return
		}
		p.rows[n-1] = append(p.rows[n-1], cell)
	case atom.Tr:
		row := p.rows[n-1]
		p.rows = p.rows[:n-1]
		p.put(rowLines(row)...)
	case atom.Pre:
		p.pre--
	}
}

func (p *htmlPage) end(a atom.Atom) {
	for i := len(p.open) - 1; i >= 0; i-- {
		if p.open[i].name == a {
			p.closeTo(i)
			return
		}
		if isScope(p.open[i].name) && !isScope(a) {
			return // an end tag in a cell closes nothing outside of it
		}
	}
}

// closeImplied closes what a start tag closes by itself: people leave out the
// end tags of paragraphs, items, rows and cells. Who does nests little, so that
// it looks no further than a few levels up.
func (p *htmlPage) closeImplied(a atom.Atom) {
	const reach = 16
	keep := len(p.open)
	for i := len(p.open) - 1; i >= max(0, len(p.open)-reach); i-- {
		open := p.open[i].name
		if closesBefore(a, open) {
			keep = i
		} else if isBarrier(open, a) {
			break
		}
	}
	p.closeTo(keep)
}

func (p *htmlPage) closeTo(n int) {
	for len(p.open) > n {
		last := p.open[len(p.open)-1]
		p.open = p.open[:len(p.open)-1]
		p.finish(last)
	}
}

// endLine writes what has gathered as one line.
func (p *htmlPage) endLine() {
	s := foldBlanks(p.line.String())
	p.line.Reset()
	if s == "" {
		return
	}
	p.put(p.prefix + s)
	p.prefix = ""
}

func (p *htmlPage) put(lines ...string) {
	i := len(p.sinks) - 1
	p.sinks[i] = append(p.sinks[i], lines...)
}

func (p *htmlPage) dropping() bool {
	return len(p.open) > 0 && p.open[len(p.open)-1].dropped
}

// foldBlanks makes one space of a run of blanks, as a browser does, and none of a
// line break between Chinese characters, where a browser's space is only an
// effect of how the page was written.
func foldBlanks(s string) string {
	s = strings.TrimFunc(s, unicode.IsSpace)
	var out strings.Builder
	blank, broken := false, false
	last := rune(0)
	for _, r := range s {
		if r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == '\f' {
			blank, broken = true, broken || r == '\n' || r == '\r'
			continue
		}
		if blank && !(broken && last >= 0x2E80 && r >= 0x2E80) {
			out.WriteByte(' ')
		}
		blank, broken, last = false, false, r
		out.WriteRune(r)
	}
	return out.String()
}
