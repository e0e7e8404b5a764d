package paper

import "strings"

// laidRow is a row whose texts are broken into lines.
type laidRow struct {
	cells []laidCell
	size  float64
	floor float64 // points at least
}

type laidCell struct {
	lines    []laidLine
	x, width float64
}

type laidLine struct {
	wrapped
	at align
}

func (r laidRow) lineHeight() float64 { return r.size * leading }

func (r laidRow) lines() int {
	most := 0
	for _, c := range r.cells {
		most = max(most, len(c.lines))
	}
	return most
}

func (r laidRow) height() float64 {
	return max(float64(r.lines())*r.lineHeight()+2*padding, r.floor)
}

// tears reports whether a row may be torn where a page ends: a short one goes to
// the next page as a whole, and so does a box unless no page holds it.
func (s *setter) tears(r laidRow) bool {
	return r.height() > s.pageRoom() || r.floor == 0 && r.height() > s.pageRoom()/3
}

// least is the height of what stays together at a row's beginning.
func (s *setter) least(r laidRow) float64 {
	if s.tears(r) {
		return leastRows*r.lineHeight() + 2*padding
	}
	return r.height()
}

// tear cuts a row after n lines of each cell.
func (r laidRow) tear(n int) (first, rest laidRow) {
	first, rest = r, r
	first.cells, rest.cells = nil, nil
	first.floor, rest.floor = 0, 0
	for _, c := range r.cells {
		a, b := c, c
		cut := min(n, len(c.lines))
		a.lines, b.lines = c.lines[:cut], c.lines[cut:]
		first.cells, rest.cells = append(first.cells, a), append(rest.cells, b)
	}
	return first, rest
}

func (s *setter) layRow(t *table, r tableRow) laidRow {
	size := s.fonts.table.size
	out := laidRow{size: size, floor: points(r.height)}
	column, x := 0, points(marginLeft)
	for _, c := range r.cells {
		width := 0.0
		for range max(c.span, 1) {
			width += t.shares[column] * points(textWidth)
			column++
		}
		laid := laidCell{x: x, width: width}
		at := begin
		if c.label {
			at = middle
		}
		for _, line := range s.font.wrap(c.text, width-2*padding, size) {
			laid.lines = append(laid.lines, laidLine{line, at})
		}
		if c.tail != "" {
			tail := strings.Split(c.tail, "\n")
			// The tail stands at the lower edge of the least height, with a
			// line of room above it.
			for least := int((out.floor - 2*padding) / out.lineHeight()); ; {
				laid.lines = append(laid.lines, laidLine{})
				if len(laid.lines)+len(tail) >= least {
					break
				}
			}
			for _, line := range tail {
				laid.lines = append(laid.lines, laidLine{wrapped{text: line}, finish})
			}
		}
		out.cells = append(out.cells, laid)
		x += width
	}
	return out
}

// table sets a table; where a page ends its head is repeated on the next one.
func (s *setter) table(t *table) {
	var head laidRow
	if t.head != nil {
		head = s.layRow(t, tableRow{cells: t.head})
		first := 0.0
		if len(t.rows) > 0 {
			first = s.least(s.layRow(t, t.rows[0]))
		}
		if head.height()+first > s.room() && s.y > points(marginTop) {
			s.turn()
		}
		if head.height() > s.pageRoom()/2 { // no use in repeating it
			s.row(head, laidRow{})
			head = laidRow{}
		} else {
			s.draw(head)
		}
	}
	for _, r := range t.rows {
		s.row(s.layRow(t, r), head)
	}
}

// row draws a row, over several pages where one doesn't hold it.
func (s *setter) row(r, head laidRow) {
	fresh := false
	for r.height() > s.room() {
		lines := int((s.room() - 2*padding) / r.lineHeight())
		lines = min(lines, r.lines()-leastRows) // on neither side a line alone
		if fresh {
			lines = max(lines, 1)
		}
		if lines >= leastRows && s.tears(r) || fresh {
			var first laidRow
			first, r = r.tear(lines)
			s.draw(first)
		}
		s.turn()
		if len(head.cells) > 0 {
			s.draw(head)
		}
		fresh = true
	}
	s.draw(r)
}

func (s *setter) draw(r laidRow) {
	height := r.height()
	top := s.y
	for _, c := range r.cells {
		s.page.frame(c.x, top, c.width, height)
		s.y = top + padding
		s.y += (height - 2*padding - float64(len(c.lines))*r.lineHeight()) / 2
		for _, line := range c.lines {
			s.text(line.wrapped, r.size, line.at, c.x+padding, c.width-2*padding)
			s.y += r.lineHeight()
		}
	}
	s.y = top + height
}
