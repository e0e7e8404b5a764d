package paper

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// blocks sets a section by its layout.
func (s *Section) blocks() []block {
	if len(s.Rows) == 0 && s.Layout != Opinion && s.Layout != Pledges {
		return []block{{text: sayNone, role: asLine}}
	}
	switch s.Layout {
	case Pairs:
		return []block{{table: s.pairs()}}
	case Table:
		return []block{{table: s.grid()}}
	case Ticks:
		return []block{{table: s.ticks()}}
	case Pledges:
		return []block{{table: s.pledges()}}
	case Opinion:
		return []block{{table: s.opinion()}}
	}
	return s.lines()
}

// lines sets List and Papers.
func (s *Section) lines() []block {
	var out []block
	for i, row := range s.Rows {
		text, second := clean(row[0]), ""
		if len(row) > 1 {
			second = clean(row[1])
		}
		switch {
		case s.Layout == Papers:
			text = item(i, text)
			if second != "" {
				text += bracketOpen + second + bracketClose
			}
		case second != "":
			text += sayColon + second
		}
		out = append(out, block{text: text, role: asLine})
	}
	return out
}

// longValue is the number of characters from which a value of a table of four
// columns gets a line of its own: what stands on two lines of its cell.
const longValue = 18

func (s *Section) pairs() *table {
	t := &table{shares: []float64{0.22, 0.78}}
	if s.Columns == 4 {
		t.shares = []float64{0.18, 0.32, 0.18, 0.32}
	}
	var open *tableRow // has room for a second pair
	for _, row := range s.Rows {
		label, value := cell{text: clean(row[0]), label: true}, cell{text: clean(row[1])}
		wide := s.Columns != 4 || utf8.RuneCountInString(value.text) > longValue || strings.Contains(value.text, "\n")
		if open != nil && !wide {
			open.cells = append(open.cells, label, value)
			open = nil
			continue
		}
		if open != nil {
			open.cells[1].span = 3
			open = nil
		}
		t.rows = append(t.rows, tableRow{cells: []cell{label, value}})
		switch last := &t.rows[len(t.rows)-1]; {
		case s.Columns == 4 && wide:
			last.cells[1].span = 3
		case !wide:
			open = last
		}
	}
	if open != nil {
		open.cells[1].span = 3
	}
	return t
}

func (s *Section) grid() *table {
	numbered := s.Columns == len(s.Head)+1
	t := &table{}
	rest := 1.0
	if numbered {
		t.shares, rest = append(t.shares, narrow), rest-narrow
		t.head = append(t.head, cell{text: sayNumber, label: true})
	}
	for i, share := range s.shares() {
		t.shares = append(t.shares, rest*share)
		t.head = append(t.head, cell{text: clean(s.Head[i]), label: true})
	}
	for i, row := range s.Rows {
		var r tableRow
		if numbered {
			r.cells = append(r.cells, cell{text: strconv.Itoa(i + 1), label: true})
		}
		for _, text := range row {
			r.cells = append(r.cells, cell{text: clean(text)})
		}
		t.rows = append(t.rows, r)
	}
	return t
}

// shares divides a table's width: a column with longer texts is up to twice as
// wide as one with short ones.
func (s *Section) shares() []float64 {
	const short, long = 8, 16 // characters
	shares, sum := make([]float64, len(s.Head)), 0.0
	for i, word := range s.Head {
		longest := utf8.RuneCountInString(word)
		for _, row := range s.Rows {
			longest = max(longest, utf8.RuneCountInString(row[i]))
		}
		shares[i] = float64(min(max(longest, short), long))
		sum += shares[i]
	}
	for i := range shares {
		shares[i] /= sum
	}
	return shares
}

// narrow is the share of a column of ordinal numbers.
const narrow = 0.09

func (s *Section) ticks() *table {
	t := &table{
		shares: []float64{narrow, 0.67, 0.24},
		head:   []cell{{text: sayNumber, label: true}, {text: sayQuestion, label: true}, {text: sayAnswer, label: true}},
	}
	for i, row := range s.Rows {
		answer := ""
		if len(row) > 1 {
			answer = strings.TrimSpace(clean(row[1]))
		}
		word, more, _ := strings.Cut(answer, bracketOpen)
		boxes := box(word == sayYes) + sayYes + wideSpace + box(word == sayNo) + sayNo
		switch {
		case word != "" && word != sayYes && word != sayNo:
			boxes = answer // a question that is answered in its own words
		case more != "":
			boxes += "\n" + bracketOpen + more
		}
		t.rows = append(t.rows, tableRow{cells: []cell{
			{text: strconv.Itoa(i + 1), label: true}, {text: clean(row[0])}, {text: boxes, label: true}}})
	}
	return t
}

func (s *Section) pledges() *table {
	var lines []string
	for i, row := range s.Rows {
		declared := len(row) > 1 && strings.TrimSpace(row[1]) != ""
		lines = append(lines, box(declared)+" "+item(i, clean(row[0])))
	}
	c := cell{text: strings.Join(lines, "\n"), tail: sayDate}
	if s.Note != "" {
		c.text = strings.TrimPrefix(c.text+"\n\n"+clean(s.Note), "\n\n")
	}
	return &table{shares: []float64{1}, rows: []tableRow{{cells: []cell{c}}}}
}

// opinion is a box: what was said, the note's choices and questions to fill in,
// and to the right the seal and the date. The note's words are set apart by
// wide blanks: 「□同意　□不同意　理由：　（盖章）」.
func (s *Section) opinion() *table {
	var lines, seal []string
	for _, row := range s.Rows {
		lines = append(lines, clean(row[0]))
	}
	choices := ""
	for word := range strings.SplitSeq(clean(s.Note), wideSpace) {
		switch {
		case word == "":
		case strings.HasPrefix(word, sayOpen) || strings.HasPrefix(word, sayChosen):
			choices += word + wideSpace + wideSpace
		case strings.HasPrefix(word, bracketOpen) && strings.HasSuffix(word, bracketClose):
			seal = append(seal, word)
		default:
			lines, choices = appendText(lines, choices), ""
			lines = append(lines, word)
		}
	}
	lines = appendText(lines, choices)
	c := cell{text: strings.Join(lines, "\n"), tail: strings.Join(append(seal, sayDate), "\n")}
	return &table{shares: []float64{1}, rows: []tableRow{{cells: []cell{c}, height: boxHeight}}}
}

func appendText(lines []string, text string) []string {
	if text == "" {
		return lines
	}
	return append(lines, strings.TrimRight(text, wideSpace))
}

// item begins the i-th of several texts with its number.
func item(i int, text string) string { return strconv.Itoa(i+1) + sayStop + text }

func box(chosen bool) string {
	if chosen {
		return sayChosen
	}
	return sayOpen
}
