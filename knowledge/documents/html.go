package documents

import (
	"bytes"
	"regexp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

var (
	hiddenStyle = regexp.MustCompile(`(?i)display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0|opacity\s*:\s*0(?:[;\s]|$)`)
	blanks      = regexp.MustCompile(`[ \t　]+`)
	manyLines   = regexp.MustCompile(`\n{3,}`)
)

// readHTML gives the text of a page: without scripts, navigation, footers and
// whatever the page hides.
func readHTML(data []byte) (string, []string, error) {
	text, err := decodeText(data)
	if err != nil {
		return "", nil, err
	}
	p := &htmlPage{tokens: html.NewTokenizer(bytes.NewReader([]byte(text)))}
	p.tokens.SetMaxBuf(4 << 20)
	if err := p.run(); err != nil {
		return "", nil, err
	}
	var warnings []string
	if p.hidden {
		warnings = append(warnings, warnHiddenText)
	}
	return strings.TrimSpace(manyLines.ReplaceAllString(p.out.String(), "\n\n")), warnings, nil
}

// htmlPage walks the tokens of a page. A tokenizer needs no tree: a nesting of
// a million elements costs no memory.
type htmlPage struct {
	tokens *html.Tokenizer
	out    strings.Builder
	line   strings.Builder
	skip   []atom.Atom // open elements whose content is left out
	row    []string
	cell   bool
	hidden bool
	prefix string
}

func (p *htmlPage) run() error {
	for {
		switch p.tokens.Next() {
		case html.ErrorToken:
			p.endLine()
			return nil
		case html.TextToken:
			if len(p.skip) == 0 {
				p.line.WriteString(strings.ReplaceAll(string(p.tokens.Text()), "\n", " "))
			}
		case html.StartTagToken:
			p.start(p.tokens.Token())
		case html.SelfClosingTagToken:
			if t := p.tokens.Token(); t.DataAtom == atom.Br {
				p.endLine()
			}
		case html.EndTagToken:
			p.end(p.tokens.Token().DataAtom)
		}
		if len(p.skip) > maxDepth {
			return refuse(refuseTooDeep)
		}
	}
}

// void elements have no end tag.
func isVoid(a atom.Atom) bool {
	switch a {
	case atom.Br, atom.Img, atom.Input, atom.Meta, atom.Link, atom.Hr, atom.Col, atom.Base, atom.Wbr, atom.Source, atom.Area, atom.Embed:
		return true
	}
	return false
}

func (p *htmlPage) start(t html.Token) {
	a := t.DataAtom
	if len(p.skip) > 0 {
		if a == p.skip[0] {
			p.skip = append(p.skip, a)
		}
		return
	}
	switch a {
	case atom.Script, atom.Style, atom.Nav, atom.Footer, atom.Head, atom.Noscript, atom.Template, atom.Iframe, atom.Button, atom.Select, atom.Svg, atom.Aside, atom.Object:
		p.endLine()
		p.skip = append(p.skip, a)
		return
	}
	if isHiddenElement(t) && !isVoid(a) {
		p.hidden = true
		p.skip = append(p.skip, a)
		return
	}
	switch a {
	case atom.Td, atom.Th:
		p.line.Reset()
		p.cell = true
	case atom.Tr:
		p.endLine()
		p.row = nil
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		p.endLine()
		p.prefix = strings.Repeat("#", int(t.Data[1]-'0')) + " "
	case atom.P, atom.Div, atom.Li, atom.Br, atom.Table, atom.Section, atom.Article, atom.Ul, atom.Ol, atom.Blockquote, atom.Hr, atom.Header, atom.Main, atom.Dt, atom.Dd, atom.Pre:
		if !p.cell {
			p.endLine()
		}
	}
}

func (p *htmlPage) end(a atom.Atom) {
	if len(p.skip) > 0 {
		if a == p.skip[0] {
			p.skip = p.skip[:len(p.skip)-1]
		}
		return
	}
	switch a {
	case atom.Td, atom.Th:
		p.row = append(p.row, strings.TrimSpace(blanks.ReplaceAllString(p.line.String(), " ")))
		p.line.Reset()
		p.cell = false
	case atom.Tr:
		if len(p.row) > 0 {
			p.line.WriteString("| " + strings.Join(p.row, " | ") + " |")
			p.row = nil
			p.endLine()
		}
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.P, atom.Div, atom.Li, atom.Table, atom.Section, atom.Article, atom.Blockquote, atom.Header, atom.Dt, atom.Dd:
		if !p.cell {
			p.endLine()
		}
	}
}

// endLine writes what has gathered as one line.
func (p *htmlPage) endLine() {
	s := strings.TrimSpace(blanks.ReplaceAllString(p.line.String(), " "))
	p.line.Reset()
	if s != "" {
		p.out.WriteString(p.prefix + s + "\n")
	}
	p.prefix = ""
}

func isHiddenElement(t html.Token) bool {
	for _, a := range t.Attr {
		switch a.Key {
		case "hidden":
			return true
		case "aria-hidden":
			return a.Val == "true"
		case "style":
			if hiddenStyle.MatchString(a.Val) {
				return true
			}
		}
	}
	return false
}
