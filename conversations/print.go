package conversations

import (
	"fmt"
	"strings"
	"time"

	"rongcuo/conversations/paper"
)

// Print is what a paper needs beside the answers.
type Print struct {
	Draft    bool              // marked as no official document
	Redacted bool              // names of persons are left out
	Record   map[string]string // what the record knows: number, submitted_on, receipt_no, filed_on, …
	At       time.Time         // printed at the foot
}

// redacted stands where a name of a person was left out.
const redacted = "（略）"

// Paper fills a document of the procedure from what was submitted, ready to be
// set as DOCX or PDF. An answer that was not asked leaves its place empty, as
// on the paper form.
func (p *Procedure) Paper(document string, c Content, with Print) (paper.Paper, error) {
	for i := range p.Documents {
		if p.Documents[i].ID == document {
			return p.fill(&p.Documents[i], c, with), nil
		}
	}
	return paper.Paper{}, fmt.Errorf("conversations: %s has no document %q", p.ID, document)
}

func (p *Procedure) fill(d *Document, c Content, with Print) paper.Paper {
	out := paper.Paper{Title: d.Title, Footer: d.Footer, Fonts: d.Fonts, Created: with.At}
	if with.Draft {
		out.Mark = d.Mark
	}
	f := filler{p, c, with}
	for _, cell := range d.Corners {
		out.Corners = append(out.Corners, paper.Pair{Label: cell.Label, Text: f.cell(cell)})
	}
	for i := range d.Sections {
		out.Sections = append(out.Sections, f.section(&d.Sections[i]))
	}
	return out
}

type filler struct {
	p    *Procedure
	c    Content
	with Print
}

func (f filler) section(s *Section) paper.Section {
	out := paper.Section{Title: s.Title, Layout: paper.Layout(s.Layout), Columns: s.Columns, Note: s.Note}
	switch out.Layout {
	case paper.Pairs:
		for _, cell := range s.Cells {
			out.Rows = append(out.Rows, []string{cell.Label, f.cell(cell)})
		}
	case paper.List:
		for _, cell := range s.Cells {
			out.Rows = append(out.Rows, []string{f.cell(cell)})
		}
	case paper.Table:
		f.table(s, &out)
	case paper.Ticks:
		for i := range f.p.Gates {
			if g := &f.p.Gates[i]; g.Yes == "" && g.No == "" { // the others are no question of yes and no
				out.Rows = append(out.Rows, []string{g.Ask, tickWords[f.c.Gate(g.ID).Answer]})
			}
		}
	case paper.Pledges:
		for _, field := range f.p.fields {
			if field.Kind == Declaration {
				row := []string{field.Pledge}
				if v, ok := f.c.Value(field.Key); ok && v.Yes {
					row = append(row, "是")
				}
				out.Rows = append(out.Rows, row)
			}
		}
	case paper.Papers:
		for _, field := range f.p.fields {
			if v, ok := f.c.Value(field.Key); ok && field.Kind == Files {
				for line := range strings.SplitSeq(field.show(v), "\n") {
					out.Rows = append(out.Rows, []string{line})
				}
			}
		}
	}
	return out
}

// tickWords are what stands for the answer to a gate; 不确定 ticks nothing.
var tickWords = map[string]string{"yes": "是", "no": "否"}

func (f filler) table(s *Section, out *paper.Section) {
	group := f.p.Field(s.Group)
	if group == nil {
		return
	}
	for _, cell := range s.Cells {
		out.Head = append(out.Head, cell.Label)
	}
	v, _ := f.c.Value(s.Group)
	for _, item := range v.Items {
		var row []string
		for _, cell := range s.Cells {
			text := ""
			if sub := group.sub(cell.Field); sub != nil {
				if answer, ok := item[cell.Field]; ok {
					text = sub.show(answer)
				}
			}
			row = append(row, text)
		}
		out.Rows = append(out.Rows, row)
	}
}

// cell is the text of one place.
func (f filler) cell(c Cell) string {
	switch {
	case c.Text != "":
		return c.Text
	case c.Record != "":
		return f.with.Record[c.Record]
	}
	field := f.p.Field(c.Field)
	if field == nil {
		return ""
	}
	v, ok := f.c.Value(c.Field)
	switch {
	case !ok:
		return ""
	case field.Names && f.with.Redacted:
		return redacted
	}
	return field.show(v)
}
