package documents

import (
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
)

// wordReader gathers the lines of a document from its tokens. Prefixes of
// names are not looked at: the local names that matter here are used by one
// namespace only, in both of the standard's dialects.
type wordReader struct {
	styles     map[string]wordStyle
	numbering  *wordNumbering
	watermarks bool // take the words of a watermark as text

	open    []*wordParagraph // paragraphs within paragraphs: text boxes; the innermost last
	sinks   [][]string       // lines of the body, of a cell, of a text box; the innermost last
	rows    []wordTable      // open tables, the innermost last
	carry   string           // a paragraph whose end was deleted goes on in the next
	skip    int              // depth of elements whose content is left out
	inText  bool
	notes   int
	hidden  bool
	revised bool
}

type wordParagraph struct {
	text   strings.Builder
	style  wordStyle
	marks  bool // in the properties of the paragraph
	joined bool // its end was deleted
	shaded bool
	run    wordRun
	boxes  []string // text boxes that hang on it
}

type wordTable struct {
	cells  [][]string
	done   int  // rows written
	styled bool // has a style, which may colour its first row
	shaded bool // the current cell has a colour of its own
}

func (d *wordReader) text() string {
	d.settle()
	if len(d.sinks) == 0 {
		return ""
	}
	return strings.Join(d.sinks[0], "\n")
}

func (d *wordReader) warnings() []string {
	var out []string
	if d.hidden {
		out = append(out, warnHiddenText)
	}
	if d.revised {
		out = append(out, warnRevisions)
	}
	return out
}

func (d *wordReader) token(t xml.Token) error {
	switch t := t.(type) {
	case xml.StartElement:
		d.start(t)
	case xml.EndElement:
		d.end(t.Name.Local)
	case xml.CharData:
		if d.inText && d.skip == 0 {
			d.write(string(t))
		}
	}
	return nil
}

// isSkippedWord names the elements whose content is not part of the text:
// deleted revisions, the old drawing beside the new one, field codes, earlier
// properties, the sound over a character.
func isSkippedWord(name string) bool {
	switch name {
	case "del", "moveFrom", "Fallback", "instrText", "delText", "delInstrText", "rt",
		"pPrChange", "rPrChange", "tblPrChange", "trPrChange", "tcPrChange", "sectPrChange":
		return true
	}
	return false
}

func (d *wordReader) start(e xml.StartElement) {
	name := e.Name.Local
	if d.skip > 0 || isSkippedWord(name) {
		if p := d.paragraph(); p != nil && name == "del" && p.marks {
			p.joined = true
		}
		d.revised = d.revised || name == "del" || name == "moveFrom"
		d.skip++
		return
	}
	value, _ := attribute(e, "val")
	switch name {
	case "ins":
		d.revised = true
	case "p":
		d.open = append(d.open, &wordParagraph{style: d.resolve("")})
		d.paragraph().text.WriteString(d.carry)
		d.carry = ""
	case "tbl":
		d.rows = append(d.rows, wordTable{})
	case "tblStyle":
		if t := d.table(); t != nil {
			t.styled = true
		}
	case "tcPr":
		if t := d.table(); t != nil {
			t.shaded = false
		}
	case "tc", "txbxContent":
		d.sinks = append(d.sink(), nil)
	case "footnote", "endnote":
		if kind, _ := attribute(e, "type"); kind == "" || kind == "normal" {
			d.notes++
			d.carry = fmt.Sprintf("注%d：", d.notes)
		}
	case "shd":
		if isColored(e) {
			d.shade()
		}
	case "highlight":
		d.shade()
	case "textpath":
		if words, _ := attribute(e, "string"); d.watermarks {
			d.sinks = d.sink()
			d.put(words)
		}
	default:
		if p := d.paragraph(); p != nil {
			d.inParagraph(p, e, value)
		}
	}
}

// inParagraph takes the elements that stand within a paragraph.
func (d *wordReader) inParagraph(p *wordParagraph, e xml.StartElement, value string) {
	switch e.Name.Local {
	case "pPr":
		p.marks = true
	case "pStyle":
		p.style = d.resolve(value)
		p.shaded = p.shaded || p.style.shaded
	case "outlineLvl":
		p.style.outline = outlineRank(value)
	case "numId", "ilvl":
		p.style.number.set(e.Name.Local, value)
	case "r":
		p.run = wordRun{look: p.style.look}
	case "rPr":
		p.run.properties = true
	case "rStyle":
		p.run.look.add(d.resolve(value).look)
	case "vanish", "color", "sz":
		if p.run.properties && !p.marks {
			p.run.look.set(e.Name.Local, value)
		}
	case "t":
		d.inText = true
	case "tab", "ptab":
		if !p.run.properties && !p.marks && p.text.Len() > 0 {
			d.write("\t")
		}
	case "noBreakHyphen":
		d.write("-")
	case "br", "cr":
		d.write("\n")
	}
}

func (d *wordReader) end(name string) {
	if d.skip > 0 {
		d.skip--
		return
	}
	p := d.paragraph()
	switch name {
	case "t":
		d.inText = false
	case "rPr":
		if p != nil {
			p.run.properties = false
		}
	case "pPr":
		if p != nil {
			p.marks = false
		}
	case "p":
		if p != nil {
			d.endParagraph(p)
		}
	case "txbxContent":
		if lines := d.pop(); p != nil {
			p.boxes = append(p.boxes, lines...)
		}
	case "tc":
		if lines, t := d.pop(), d.table(); t != nil {
			t.cells = append(t.cells, lines)
		}
	case "tr":
		if t := d.table(); t != nil {
			for _, line := range rowLines(t.cells) {
				d.put(line)
			}
			t.cells = nil
			t.done++
		}
	case "tbl":
		if len(d.rows) > 0 {
			d.rows = d.rows[:len(d.rows)-1]
		}
	}
}

// write adds to the text of the paragraph, unless it could not be seen.
func (d *wordReader) write(s string) {
	p := d.paragraph()
	if p == nil {
		return
	}
	white := p.run.look.white && !p.run.shaded && !p.shaded
	if t := d.table(); white && t != nil {
		white = !t.shaded && (!t.styled || t.done > 0)
	}
	if p.run.look.vanished || p.run.look.tiny || white {
		d.hidden = d.hidden || strings.TrimSpace(s) != ""
		return
	}
	p.text.WriteString(s)
}

// endParagraph puts a finished paragraph out, with its number and rank. An
// empty one counts if it has a number: Word shows it.
func (d *wordReader) endParagraph(p *wordParagraph) {
	text, style, boxes, joined := p.text.String(), p.style, p.boxes, p.joined
	d.open = d.open[:len(d.open)-1]
	switch {
	case style.contents:
	case joined:
		d.carry = text
	default:
		text = d.numbering.next(style.number) + text
		if strings.TrimSpace(text) != "" {
			if style.outline > 0 && len(d.rows) == 0 {
				text = strings.Repeat("#", min(style.outline, 6)) + " " + strings.TrimSpace(strings.ReplaceAll(text, "\n", " "))
			}
			d.put(strings.TrimRight(text, " 　\t\n"))
		}
	}
	for _, line := range boxes {
		d.put(line)
	}
}

func (d *wordReader) paragraph() *wordParagraph {
	if len(d.open) == 0 {
		return nil
	}
	return d.open[len(d.open)-1]
}

func (d *wordReader) table() *wordTable {
	if len(d.rows) == 0 {
		return nil
	}
	return &d.rows[len(d.rows)-1]
}

// sink gives the stack of sinks with the body at its bottom.
func (d *wordReader) sink() [][]string {
	if len(d.sinks) == 0 {
		return [][]string{nil}
	}
	return d.sinks
}

func (d *wordReader) put(line string) {
	d.sinks = d.sink()
	i := len(d.sinks) - 1
	d.sinks[i] = append(d.sinks[i], line)
}

// settle puts out a paragraph that has no next one to go on in.
func (d *wordReader) settle() {
	if d.carry != "" {
		d.put(d.carry)
		d.carry = ""
	}
}

// pop closes the innermost sink; the body stays open.
func (d *wordReader) pop() []string {
	d.settle()
	n := len(d.sinks)
	if n < 2 {
		return nil
	}
	lines := d.sinks[n-1]
	d.sinks = slices.Delete(d.sinks, n-1, n)
	return lines
}

// shade notes that what is written next stands on a colour.
func (d *wordReader) shade() {
	p, t := d.paragraph(), d.table()
	switch {
	case p != nil && p.run.properties:
		p.run.shaded = true
	case p != nil:
		p.shaded = true
	case t != nil:
		t.shaded = true
	}
}

// isColored says whether a shading is one to read white letters on.
func isColored(shading xml.StartElement) bool {
	fill, _ := attribute(shading, "fill")
	return fill != "" && fill != "auto" && !isWhite(fill)
}

func isWhite(color string) bool { return strings.EqualFold(color, "FFFFFF") }
