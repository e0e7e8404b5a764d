package paper

import "strings"

// The page: A4 upright with the margins of GB/T 9704-2012, in millimetres.
const (
	pageWidth    = 210.0
	pageHeight   = 297.0
	marginTop    = 37.0
	marginBottom = 35.0
	marginLeft   = 28.0
	marginRight  = 26.0
	textWidth    = pageWidth - marginLeft - marginRight
	boxHeight    = 40.0 // room to write and to seal
)

// block is what both writers set, one below the other: a line of text, or a
// table.
type block struct {
	text  string
	role  role
	table *table
}

type role int

const (
	asTitle role = iota
	asHeading
	asLine
	asNote
)

type table struct {
	shares []float64 // of the text's width, together 1
	head   []cell    // repeated on every page; nil for none
	rows   []tableRow
}

type tableRow struct {
	cells  []cell
	height float64 // millimetres at least
}

type cell struct {
	text  string
	span  int    // columns; 0 is 1
	label bool   // in the middle
	tail  string // lines to the right, below the text
}

// compose turns a paper's sections into blocks.
func compose(p *Paper) ([]block, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	var out []block
	if p.Title != "" {
		out = append(out, block{text: clean(p.Title), role: asTitle})
	}
	for i := range p.Sections {
		s := &p.Sections[i]
		if err := s.check(); err != nil {
			return nil, err
		}
		if s.Title != "" {
			out = append(out, block{text: clean(s.Title), role: asHeading})
		}
		out = append(out, s.blocks()...)
		if s.Note != "" && s.Layout != Opinion && s.Layout != Pledges {
			out = append(out, block{text: sayNote + clean(s.Note), role: asNote})
		}
	}
	return out, nil
}

// footer gives the words below a page: the first is the page's number, to be
// filled in, if it is asked for; the second all the rest.
func (p *Paper) footer() (numbered bool, rest string) {
	var words []string
	for _, word := range p.Footer {
		switch word {
		case Page:
			numbered = true
		case Created:
			if !p.Created.IsZero() {
				words = append(words, sayCreated+p.Created.Format(sayMoment))
			}
		default:
			words = append(words, strings.ReplaceAll(clean(word), "\n", " "))
		}
	}
	return numbered, strings.Join(words, wideSpace)
}

// corners gives the words above the title, to the left and to the right.
func (p *Paper) corners() (left, right string) {
	for i, c := range p.Corners {
		text := strings.ReplaceAll(clean(c.Label), "\n", " ")
		if value := strings.ReplaceAll(clean(c.Text), "\n", " "); value != "" {
			if text != "" {
				text += sayColon
			}
			text += value
		}
		if i == 0 && len(p.Corners) > 1 {
			left = text
		} else {
			right = text
		}
	}
	return left, right
}
