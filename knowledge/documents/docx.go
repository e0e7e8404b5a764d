package documents

import (
	"context"
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"
)

// readDOCX gives the text of a Word document: paragraphs, headings, automatic
// numbers (第一条 is often one), tables as rows, footnotes at the end. Deleted
// revisions are left out; hidden text is left out and reported.
func readDOCX(ctx context.Context, data []byte) (string, []string, error) {
	c, err := openContainer(data)
	if err != nil {
		return "", nil, err
	}
	d := &wordDocument{ctx: ctx, styles: map[string]wordStyle{}, numbering: newNumbering()}
	if err := d.numbering.read(c); err != nil {
		return "", nil, err
	}
	if err := d.readStyles(c); err != nil {
		return "", nil, err
	}
	for _, part := range []string{"word/document.xml", "word/footnotes.xml"} {
		if err := c.tokens(part, d.token); err != nil {
			return "", nil, err
		}
	}
	var warnings []string
	if d.hidden {
		warnings = append(warnings, warnHiddenText)
	}
	return d.out.String(), warnings, nil
}

// wordStyle is what a paragraph style adds to its paragraphs.
type wordStyle struct {
	outline int // heading rank from 1, 0 for none
	number  numberRef
}

// numberRef is a level of a numbered list; a negative level is none.
type numberRef struct {
	list  string
	level int
}

type wordDocument struct {
	ctx       context.Context
	styles    map[string]wordStyle
	numbering *numbering
	out       strings.Builder

	paragraph strings.Builder
	style     wordStyle
	run       wordRun
	inText    bool
	skip      int // depth of elements whose content is left out
	hidden    bool
	tables    []wordTable // open tables, the outermost first
	n         int
}

// wordRun is a stretch of text of one look.
type wordRun struct{ invisible, inProperties bool }

type wordTable struct{ row, cell []string }

// token is called for every token of a part. Prefixes of names are not looked
// at: the local names that matter here are used by one namespace only.
func (d *wordDocument) token(t xml.Token) error {
	if d.n++; d.n%10000 == 0 && d.ctx.Err() != nil {
		return d.ctx.Err()
	}
	switch t := t.(type) {
	case xml.StartElement:
		d.start(t)
	case xml.EndElement:
		d.end(t.Name.Local)
	case xml.CharData:
		if d.inText && d.skip == 0 {
			if d.run.invisible {
				d.hidden = d.hidden || strings.TrimSpace(string(t)) != ""
				return nil
			}
			d.paragraph.Write(t)
		}
	}
	return nil
}

// Elements whose content is not part of the text: deleted revisions, the old
// drawing beside the new one, and field codes.
func isSkipped(name string) bool {
	switch name {
	case "del", "moveFrom", "Fallback", "instrText", "delText", "annotation":
		return true
	}
	return false
}

func (d *wordDocument) start(e xml.StartElement) {
	if d.skip > 0 || isSkipped(e.Name.Local) {
		d.skip++
		return
	}
	value, _ := attribute(e, "val")
	switch e.Name.Local {
	case "p":
		d.paragraph.Reset()
		d.style = wordStyle{number: numberRef{level: -1}}
	case "pStyle":
		d.style = d.styles[value]
	case "outlineLvl":
		d.style.outline = outlineRank(value)
	case "numId":
		d.style.number.list = value
		d.style.number.level = max(d.style.number.level, 0)
	case "ilvl":
		d.style.number.level, _ = strconv.Atoi(value)
	case "r":
		d.run = wordRun{}
	case "rPr":
		d.run.inProperties = true
	case "vanish":
		d.run.invisible = d.run.invisible || d.run.inProperties && value != "0" && value != "false"
	case "color":
		d.run.invisible = d.run.invisible || d.run.inProperties && strings.EqualFold(value, "FFFFFF")
	case "sz":
		if half, err := strconv.Atoi(value); err == nil && half <= 2 && d.run.inProperties {
			d.run.invisible = true
		}
	case "t":
		d.inText = true
	case "tab":
		if !d.run.inProperties && d.paragraph.Len() > 0 {
			d.paragraph.WriteByte('\t')
		}
	case "br", "cr":
		d.paragraph.WriteByte('\n')
	case "tbl":
		d.tables = append(d.tables, wordTable{})
	}
}

func (d *wordDocument) end(name string) {
	if d.skip > 0 {
		d.skip--
		return
	}
	switch name {
	case "t":
		d.inText = false
	case "rPr":
		d.run.inProperties = false
	case "p":
		d.endParagraph()
	case "tc":
		if t := d.table(); t != nil {
			t.row = append(t.row, strings.Join(t.cell, " "))
			t.cell = nil
		}
	case "tr":
		if t := d.table(); t != nil {
			d.write("| " + strings.Join(t.row, " | ") + " |")
			t.row = nil
		}
	case "tbl":
		if len(d.tables) > 0 {
			d.tables = d.tables[:len(d.tables)-1]
		}
	}
}

func (d *wordDocument) table() *wordTable {
	if len(d.tables) == 0 {
		return nil
	}
	return &d.tables[len(d.tables)-1]
}

// write puts a line out, or into the cell of the table around it.
func (d *wordDocument) write(line string) {
	if n := len(d.tables); n > 0 && !strings.HasPrefix(line, "| ") {
		d.tables[n-1].cell = append(d.tables[n-1].cell, strings.TrimSpace(line))
		return
	} else if n > 1 {
		d.tables[n-2].cell = append(d.tables[n-2].cell, line)
		return
	}
	d.out.WriteString(line + "\n")
}

func (d *wordDocument) endParagraph() {
	text := d.paragraph.String()
	d.paragraph.Reset()
	if strings.TrimSpace(text) == "" {
		return
	}
	if d.style.number.list != "" {
		if number := d.numbering.next(d.style.number); number != "" {
			text = number + text
		}
	}
	if d.style.outline > 0 && len(d.tables) == 0 {
		text = strings.Repeat("#", min(d.style.outline, 6)) + " " + text
	}
	d.write(text)
}

// outlineRank turns Word's level 0 to 8 into a heading rank; 9 is body text.
func outlineRank(value string) int {
	n, err := strconv.Atoi(value)
	if err != nil || n > 8 {
		return 0
	}
	return n + 1
}

// readStyles learns which paragraph styles are headings or carry numbers.
func (d *wordDocument) readStyles(c *container) error {
	id := ""
	style := wordStyle{}
	return c.tokens("word/styles.xml", func(t xml.Token) error {
		switch t := t.(type) {
		case xml.StartElement:
			value, _ := attribute(t, "val")
			switch t.Name.Local {
			case "style":
				id, _ = attribute(t, "styleId")
				style = wordStyle{number: numberRef{level: -1}}
			case "outlineLvl":
				style.outline = outlineRank(value)
			case "numId":
				style.number.list, style.number.level = value, max(style.number.level, 0)
			case "ilvl":
				style.number.level, _ = strconv.Atoi(value)
			}
		case xml.EndElement:
			if t.Name.Local == "style" && id != "" {
				d.styles[id] = style
			}
		}
		return nil
	})
}

// numbering counts the automatic numbers of a Word document.
type numbering struct {
	levels map[string]map[int]*numberLevel // of an abstract list
	lists  map[string]string               // list to abstract list
	counts map[string][]int
}

type numberLevel struct {
	format, text string
	start        int
}

func newNumbering() *numbering {
	return &numbering{map[string]map[int]*numberLevel{}, map[string]string{}, map[string][]int{}}
}

func (n *numbering) read(c *container) error {
	abstract, list := "", ""
	var level *numberLevel
	return c.tokens("word/numbering.xml", func(t xml.Token) error {
		e, ok := t.(xml.StartElement)
		if !ok {
			return nil
		}
		value, _ := attribute(e, "val")
		switch e.Name.Local {
		case "abstractNum":
			abstract, _ = attribute(e, "abstractNumId")
			n.levels[abstract] = map[int]*numberLevel{}
		case "lvl":
			i, _ := attribute(e, "ilvl")
			at, err := strconv.Atoi(i)
			if err == nil && n.levels[abstract] != nil {
				level = &numberLevel{start: 1}
				n.levels[abstract][at] = level
			}
		case "start":
			if level != nil {
				level.start, _ = strconv.Atoi(value)
			}
		case "numFmt":
			if level != nil {
				level.format = value
			}
		case "lvlText":
			if level != nil {
				level.text = value
			}
		case "num":
			list, _ = attribute(e, "numId")
		case "abstractNumId":
			n.lists[list] = value
		}
		return nil
	})
}

// next counts one on and gives the number as Word would show it.
func (n *numbering) next(ref numberRef) string {
	abstract, ok := n.lists[ref.list]
	levels := n.levels[abstract]
	if !ok || levels[ref.level] == nil || ref.level < 0 || ref.level > 8 {
		return ""
	}
	counts := n.counts[abstract]
	for len(counts) <= ref.level {
		start := 1
		if l := levels[len(counts)]; l != nil {
			start = l.start
		}
		counts = append(counts, start-1)
	}
	counts = counts[:ref.level+1]
	counts[ref.level]++
	n.counts[abstract] = counts
	text := levels[ref.level].text
	for i, count := range counts {
		if l := levels[i]; l != nil {
			text = strings.ReplaceAll(text, "%"+strconv.Itoa(i+1), formatCount(l.format, count))
		}
	}
	if text != "" && strings.HasSuffix(text, "条") {
		text += "　"
	}
	return text
}

func formatCount(format string, n int) string {
	switch format {
	case "bullet", "none":
		return ""
	case "chineseCounting", "chineseCountingThousand", "taiwaneseCounting", "taiwaneseCountingThousand", "japaneseCounting", "ideographDigital", "chineseLegalSimplified":
		return FormatNumber(n)
	case "lowerLetter", "upperLetter":
		if n < 1 || n > 26 {
			return strconv.Itoa(n)
		}
		return string(rune(map[string]int{"lowerLetter": 'a', "upperLetter": 'A'}[format] + n - 1))
	case "decimalEnclosedCircle":
		if n >= 1 && n <= 20 {
			return string(rune('①' + n - 1))
		}
	}
	return fmt.Sprint(n)
}
