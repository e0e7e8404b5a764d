package conversations

import (
	"fmt"
	"slices"
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
	f := filler{p: p, c: c, with: with}
	if with.Redacted {
		out.Title += sayRedactedCopy
		f.mask = p.mask(c)
	}
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
	mask mask // of a redacted copy
}

func (f filler) section(s *Section) paper.Section {
	out := paper.Section{Title: s.Title, Layout: paper.Layout(s.Layout), Columns: s.Columns, Note: s.Note}
	switch out.Layout {
	case paper.Pairs:
		for _, cell := range s.Cells {
			if text := f.cell(cell); text != "" || !s.Filled {
				out.Rows = append(out.Rows, []string{cell.Label, text})
			}
		}
	case paper.List:
		for _, cell := range s.Cells {
			out.Rows = append(out.Rows, []string{f.cell(cell)})
		}
	case paper.Table:
		f.table(s, &out)
	case paper.Ticks:
		f.ticks(s, &out)
	case paper.Opinion:
		out.Note = f.opinion(s)
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
					out.Rows = append(out.Rows, []string{f.mask.text(line)})
				}
			}
		}
	}
	return out
}

// ticks are the answers to gates: boxes for 是 and 否, words where the answer is
// in words; 不确定 ticks nothing.
func (f filler) ticks(s *Section, out *paper.Section) {
	for i := range f.p.Gates {
		g := &f.p.Gates[i]
		if len(s.Gates) > 0 && !slices.Contains(s.Gates, g.ID) {
			continue
		}
		answer := f.c.Gate(g.ID)
		word := ""
		if answer.Answer == "yes" || answer.Answer == "no" {
			word = g.answerWord(answer)
		}
		out.Rows = append(out.Rows, []string{g.Ask, word})
	}
}

// opinion fills what a body or office writes by hand otherwise: of the note's
// boxes the decision's is ticked, and behind a label stands what the record has.
func (f filler) opinion(s *Section) string {
	words := strings.Split(s.Note, "　")
	for i, word := range words {
		if word == boxOpen+f.with.Record["decision"] {
			words[i] = boxTicked + f.with.Record["decision"]
		}
		for _, cell := range s.Cells {
			if word == cell.Label+"：" {
				words[i] = word + f.cell(cell)
			}
		}
	}
	return strings.Join(words, "　")
}

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
					text = f.mask.text(sub.show(answer))
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
	case c.With != "" && f.with.Record[c.With] == "":
		return ""
	case c.Text != "":
		return c.Text
	case c.Record != "" && c.Names && f.with.Redacted && f.with.Record[c.Record] != "":
		return redacted
	case c.Record != "":
		return f.mask.text(f.with.Record[c.Record])
	}
	field := f.p.Field(c.Field)
	if field == nil {
		return ""
	}
	v, ok := f.c.Value(c.Field)
	switch {
	case !ok:
		return ""
	case f.with.Redacted:
		return f.mask.field(field, v)
	}
	return field.show(v)
}
