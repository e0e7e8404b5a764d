package paper

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// setter fills pages from top to bottom.
type setter struct {
	font     *font
	letters  *subset
	fonts    letterings
	markText string
	pages    []*canvas
	page     *canvas // the one drawn on, mostly the last
	y        float64 // points from the upper edge, where the next block begins
}

const (
	leading   = 1.4  // distance of baselines, in sizes of type
	rise      = 1.02 // from a line's top to its baseline, in sizes of type
	padding   = 4.0  // points within a cell
	hairline  = 0.5
	leastRows = 2 // lines of a cell that stay together at the end of a page
)

func (s *setter) bottom() float64 { return points(pageHeight - marginBottom) }
func (s *setter) room() float64   { return s.bottom() - s.y }

// pageRoom is the height of an empty page.
func (s *setter) pageRoom() float64 { return s.bottom() - points(marginTop) }

// turn begins a page.
func (s *setter) turn() {
	s.page = &canvas{letters: s.letters}
	s.pages = append(s.pages, s.page)
	if s.markText != "" {
		s.page.mark(s.markText)
	}
	fmt.Fprintf(s.page, "%.2f w\n", hairline)
	s.y = points(marginTop)
}

// corners stand on a line of their own above the title; what doesn't fit
// beside each other stands below each other.
func (s *setter) corners(p *Paper) {
	left, right := p.corners()
	if left == "" && right == "" {
		return
	}
	size := s.fonts.table.size
	width := points(textWidth)
	if s.font.width(left+wideSpace+right, size) > width {
		s.paragraph(left, size, begin)
		s.paragraph(right, size, finish)
	} else {
		s.text(wrapped{text: left}, size, begin, points(marginLeft), width)
		s.text(wrapped{text: right}, size, finish, points(marginLeft), width)
		s.y += size * leading
	}
	s.y += size
}

type align int

const (
	begin align = iota
	middle
	finish
)

// text draws one line at the present height. A line that goes on in the next
// one is spread to the right edge, unless too much room is left for that not to
// be seen.
func (s *setter) text(line wrapped, size float64, at align, x, width float64) {
	seen := strings.TrimRight(line.text, " ")
	rest, spread := width-s.font.width(seen, size), 0.0
	switch gaps := utf8.RuneCountInString(seen) - 1; {
	case at == middle:
		x += rest / 2
	case at == finish:
		x += rest
	case line.more && rest > 0 && rest < 0.1*size*float64(gaps):
		spread = rest / float64(gaps)
	}
	s.page.show(line.text, x, s.y+size*rise, size, spread)
}

func (s *setter) paragraph(text string, size float64, at align) {
	for _, line := range s.font.wrap(text, points(textWidth), size) {
		if s.room() < size*leading {
			s.turn()
		}
		s.text(line, size, at, points(marginLeft), points(textWidth))
		s.y += size * leading
	}
}

// block sets one block; after is what follows, as a heading stays with it.
func (s *setter) block(b block, after []block) {
	size := s.fonts.table.size
	switch {
	case b.table != nil:
		s.table(b.table)
		s.y += size * 0.4
	case b.role == asTitle:
		s.heading(b.text, s.fonts.title.size, middle)
		s.y += s.fonts.title.size * 0.6
	case b.role == asHeading:
		s.y += s.fonts.heading.size * 0.5
		if need := s.fonts.heading.size*leading*1.2 + s.beginning(after); need > s.room() {
			s.turn()
		}
		s.heading(b.text, s.fonts.heading.size, begin)
		s.y += s.fonts.heading.size * 0.2
	default:
		s.paragraph(b.text, size, begin)
	}
}

func (s *setter) heading(text string, size float64, at align) {
	for _, line := range s.font.wrap(text, points(textWidth), size) {
		if s.room() < size*leading {
			s.turn()
		}
		x := points(marginLeft)
		if at == middle {
			x += (points(textWidth) - s.font.width(line.text, size)) / 2
		}
		s.page.bold(line.text, x, s.y+size*rise, size)
		s.y += size * leading
	}
}

// beginning is the height of what must stand below a heading on its page.
func (s *setter) beginning(after []block) float64 {
	if len(after) == 0 {
		return 0
	}
	t := after[0].table
	if t == nil || len(t.rows) == 0 {
		return s.fonts.table.size * leading
	}
	height := 0.0
	if t.head != nil {
		height = s.layRow(t, tableRow{cells: t.head}).height()
	}
	return height + s.least(s.layRow(t, t.rows[0]))
}

// footers writes below all pages, as only now their number is known.
func (s *setter) footers(p *Paper) error {
	const most = 5 // lines that fit
	size, width := s.fonts.small.size, points(textWidth)
	numbered, rest := p.footer()
	var below []wrapped
	if rest != "" {
		below = s.font.wrap(rest, width, size)
	}
	if len(below) >= most {
		return refuse("the footer has %d lines", len(below))
	}
	for i, page := range s.pages {
		s.page, s.y = page, points(pageHeight-marginBottom+8)
		lines := below
		if numbered {
			number := fmt.Sprintf(sayPage, strconv.Itoa(i+1), strconv.Itoa(len(s.pages)))
			lines = append([]wrapped{{text: number}}, below...)
		}
		for _, line := range lines {
			s.text(line, size, middle, points(marginLeft), width)
			s.y += size * leading
		}
	}
	return nil
}
