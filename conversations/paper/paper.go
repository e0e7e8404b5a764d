package paper

import (
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"
)

// Paper is one official paper as text, ready to be set. Nothing in it is
// looked up: whoever fills it decides what stands in each place.
type Paper struct {
	Title    string
	Mark     string // across every page of a draft; empty for none
	Corners  []Pair // above the title: the first to the left, the last to the right
	Sections []Section
	// Footer is what stands below each page: Page and Created are replaced by
	// the page's number and the time, anything else stands as it is.
	Footer []string
	// Fonts maps "title", "body" and "table" to a type face and a size, such as
	// "小标宋 二号". What is not named has the face and size of GB/T 9704-2012.
	Fonts map[string]string
	// Created is printed by the footer, in its own time zone, and kept as the
	// file's date. Equal papers, this time included, make equal bytes.
	Created time.Time
}

// Words of Footer that are replaced.
const (
	Page    = "page"    // 第2页 共3页
	Created = "created" // 生成时间：2025年3月1日 10:05
)

// Pair is a label and what stands beside it; one of them may be empty.
type Pair struct{ Label, Text string }

// Section is a part of a paper.
type Section struct {
	Title   string
	Layout  Layout
	Columns int        // of Pairs: 2 or 4; of Table: one more than Head adds the column 序号; 0 picks the usual
	Head    []string   // of Table: the words of the first row, which is repeated on every page
	Rows    [][]string // what stands in it, see Layout
	Note    string     // below it; within the box of Pledges and Opinion
}

// Layout says how the rows of a section are set.
type Layout string

const (
	Pairs   Layout = "pairs"   // rows of label and value, one or two of them side by side
	List    Layout = "list"    // rows of one text, or of label and text, one a line
	Table   Layout = "table"   // rows as wide as Head
	Ticks   Layout = "ticks"   // rows of a question and the answer: 是 or 否, with more in brackets, ticks a box, an empty one leaves both open, other words stand for themselves
	Pledges Layout = "pledges" // rows of a text, with a second cell if it was declared; the note is the line to sign
	Papers  Layout = "papers"  // rows of an attachment's name and what is said of it; numbered
	Opinion Layout = "opinion" // rows of one text, mostly none: a box to write in, with the note's boxes and the place of the seal
)

// ErrPaper wraps every error about a Paper or a Register that can't be set: an
// unknown layout, a row of the wrong width, an unknown size of type, more than
// 3 MiB of text.
var ErrPaper = errors.New("paper: it can't be set")

func refuse(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrPaper, fmt.Sprintf(format, args...))
}

// cells tells how many cells a row of the section may have.
func (s *Section) cells() (least, most int) {
	switch s.Layout {
	case Pairs:
		return 2, 2
	case Table:
		return len(s.Head), len(s.Head)
	case Ticks, Pledges, Papers, List:
		return 1, 2
	}
	return 1, 1
}

func (s *Section) check() error {
	layouts := []Layout{Pairs, List, Table, Ticks, Pledges, Papers, Opinion}
	switch {
	case !slices.Contains(layouts, s.Layout):
		return refuse("section %q has the layout %q", s.Title, s.Layout)
	case s.Layout == Pairs && s.Columns != 0 && s.Columns != 2 && s.Columns != 4:
		return refuse("section %q has %d columns", s.Title, s.Columns)
	case s.Layout == Table && (len(s.Head) == 0 || len(s.Head) > maxColumns):
		return refuse("table %q has a head of %d cells", s.Title, len(s.Head))
	case s.Layout == Table && s.Columns != 0 && s.Columns != len(s.Head) && s.Columns != len(s.Head)+1:
		return refuse("table %q has %d columns and a head of %d", s.Title, s.Columns, len(s.Head))
	}
	least, most := s.cells()
	for i, row := range s.Rows {
		if len(row) < least || len(row) > most {
			return refuse("section %q, row %d has %d cells", s.Title, i+1, len(row))
		}
	}
	return nil
}

// check refuses what no official paper is: too much text, or a mark that isn't
// a few words.
func (p *Paper) check() error {
	length := len(p.Title)
	for _, c := range p.Corners {
		length += len(c.Label) + len(c.Text)
	}
	for _, s := range p.Sections {
		length += len(s.Title) + len(s.Note)
		for _, cells := range slices.Concat([][]string{s.Head}, s.Rows) {
			for _, cell := range cells {
				length += len(cell)
			}
		}
	}
	switch {
	case length > maxBytes:
		return refuse("it has %d bytes of text", length)
	case utf8.RuneCountInString(p.Mark) > maxMark:
		return refuse("its mark has %d characters", utf8.RuneCountInString(p.Mark))
	case len(p.Corners) > 2:
		return refuse("%d corners", len(p.Corners))
	}
	return nil
}

const (
	maxBytes = 3 << 20 // a million Chinese characters, more than 1,000 pages
	maxMark  = 40
)

// maxColumns is as many as an A4 page holds with two characters in each.
const maxColumns = 12
