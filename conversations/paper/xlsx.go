package paper

import (
	"cmp"
	"io"
	"math"
	"regexp"
	"sort"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// Register is a table for a spreadsheet: one line a filing.
type Register struct {
	Title   string // of the sheet
	Columns []Column
	// Rows hold, for each column, a string, an int, an int64, a float64, a
	// time.Time (its day is shown) or nil. A string is always written as text,
	// never as a formula, whatever it begins with.
	Rows [][]any
	// Counted names columns of which a second sheet counts the values and
	// draws them, such as the filings of each state.
	Counted []string
}

// Column is a column's word and its width in characters of Chinese; a width of
// 0 is 12.
type Column struct {
	Name  string
	Width int
}

// XLSX writes a register with its first row fixed and a filter on every
// column. The error wraps ErrPaper, or is the writer's.
func XLSX(w io.Writer, r Register) (err error) {
	file := excelize.NewFile()
	defer func() { err = cmp.Or(err, file.Close()) }()
	s := sheet{file: file, name: sheetName(r.Title)}
	if err := s.file.SetSheetName("Sheet1", s.name); err != nil {
		return err
	}
	if err := s.prepare(r.Columns, len(r.Rows)); err != nil {
		return err
	}
	for i, row := range r.Rows {
		if len(row) != len(r.Columns) {
			return refuse("row %d of the register has %d cells for %d columns", i+1, len(row), len(r.Columns))
		}
		for column, value := range row {
			if err := s.set(column, i+1, value); err != nil {
				return err
			}
		}
	}
	if err := s.count(r); err != nil {
		return err
	}
	if err := file.SetDocProps(&excelize.DocProperties{Title: s.name, Language: "zh-CN", Created: epoch, Modified: epoch}); err != nil {
		return err
	}
	// The library adds types of pictures in any order.
	types := file.ContentTypes.Defaults
	sort.Slice(types, func(i, j int) bool { return types[i].Extension < types[j].Extension })
	return file.Write(w)
}

// epoch stands where a spreadsheet must have a date: equal registers make
// equal bytes.
const epoch = "2000-01-01T00:00:00Z"

// sheet writes into one sheet of a file.
type sheet struct {
	file            *excelize.File
	name            string
	head, text, day int // styles
}

// sheetName makes a name that a spreadsheet takes: at most 31 UTF-16 units,
// some characters forbidden.
func sheetName(title string) string {
	name := strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]'`+"\n", r) {
			return ' '
		}
		return r
	}, clean(title))
	for len(utf16.Encode([]rune(name))) > excelize.MaxSheetNameLength {
		_, last := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-last]
	}
	if name = strings.TrimSpace(name); name == "" || strings.EqualFold(name, sayCountSheet) {
		return sayTitleSheet
	}
	return name
}

// prepare writes the first row, with a filter over all rows.
func (s *sheet) prepare(columns []Column, rows int) (err error) {
	if len(columns) == 0 || len(columns) > excelize.MaxColumns {
		return refuse("a register of %d columns", len(columns))
	}
	edge := []excelize.Border{{Type: "left", Color: "808080", Style: 1}, {Type: "right", Color: "808080", Style: 1},
		{Type: "top", Color: "808080", Style: 1}, {Type: "bottom", Color: "808080", Style: 1}}
	font := &excelize.Font{Family: faceSubstitute, Size: 11}
	date := "yyyy\"年\"m\"月\"d\"日\""
	for _, style := range []struct {
		to *int
		as excelize.Style
	}{
		{&s.head, excelize.Style{Border: edge, Font: &excelize.Font{Family: faceSubstitute, Size: 11, Bold: true},
			Fill:      excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"D9E2F3"}},
			Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center", WrapText: true}}},
		{&s.text, excelize.Style{Border: edge, Font: font, Alignment: &excelize.Alignment{Vertical: "center", WrapText: true}}},
		{&s.day, excelize.Style{Border: edge, Font: font, Alignment: &excelize.Alignment{Vertical: "center"}, CustomNumFmt: &date}},
	} {
		if *style.to, err = s.file.NewStyle(&style.as); err != nil {
			return err
		}
	}
	for i, c := range columns {
		letter, err := excelize.ColumnNumberToName(i + 1)
		if err != nil {
			return err
		}
		width := c.Width
		if width <= 0 {
			width = 12
		}
		if err := s.file.SetColWidth(s.name, letter, letter, float64(min(2*width+1, 120))); err != nil {
			return err
		}
		if err := s.set(i, 0, c.Name); err != nil {
			return err
		}
	}
	last, err := excelize.CoordinatesToCellName(len(columns), 1)
	if err != nil {
		return err
	}
	if err := s.file.SetCellStyle(s.name, "A1", last, s.head); err != nil {
		return err
	}
	corner, err := excelize.CoordinatesToCellName(len(columns), rows+1)
	if err != nil {
		return refuse("a register of %d rows", rows)
	}
	if err := s.file.AutoFilter(s.name, "A1:"+corner, nil); err != nil {
		return err
	}
	if err := s.landscape(); err != nil {
		return err
	}
	return s.file.SetPanes(s.name, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"})
}

// landscape has a print as wide as the sheet on A4 paper lying on its side.
func (s *sheet) landscape() error {
	return cmp.Or(
		s.file.SetSheetProps(s.name, &excelize.SheetPropsOptions{FitToPage: new(true)}),
		s.file.SetPageLayout(s.name, &excelize.PageLayoutOptions{Size: new(9), Orientation: new("landscape"), FitToWidth: new(1), FitToHeight: new(0)}))
}

// set writes a value; column and row count from 0, the head included.
func (s *sheet) set(column, row int, value any) error {
	cell, err := excelize.CoordinatesToCellName(column+1, row+1)
	if err != nil {
		return refuse("row %d, column %d: %v", row+1, column+1, err)
	}
	style := s.text
	switch v := value.(type) {
	case nil:
	case string:
		err = s.file.SetCellStr(s.name, cell, fit(clean(v)))
	case int:
		err = s.file.SetCellInt(s.name, cell, int64(v))
	case int64:
		err = s.file.SetCellInt(s.name, cell, v)
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return refuse("row %d, column %d is not a number", row+1, column+1)
		}
		err = s.file.SetCellFloat(s.name, cell, v, -1, 64)
	case time.Time:
		style = s.day
		if !v.IsZero() {
			// The day as it is read where the time was taken, without a clock.
			err = s.file.SetCellValue(s.name, cell, time.Date(v.Year(), v.Month(), v.Day(), 0, 0, 0, 0, time.UTC))
		}
	default:
		return refuse("row %d, column %d is a %T", row+1, column+1, value)
	}
	if err != nil {
		return err
	}
	return s.file.SetCellStyle(s.name, cell, cell, style)
}

// fit cuts a text at what a cell may hold, and says so.
func fit(s string) string {
	if text := escapeUnits(s); len(utf16.Encode([]rune(text))) <= excelize.TotalCellChars {
		return text
	}
	all := []rune(s)
	for keep := excelize.TotalCellChars; ; keep = keep * 15 / 16 {
		text := escapeUnits(string(all[:min(keep, len(all))])) + sayCut
		if len(utf16.Encode([]rune(text))) <= excelize.TotalCellChars {
			return text
		}
	}
}

var unitEscape = regexp.MustCompile(`^_x[0-9A-Fa-f]{4}_`)

// escapeUnits saves what looks like an escape: a spreadsheet reads _x0041_ in a
// text as A, so the first mark of such a text is written as _x005F_ (ISO
// 29500-1, 22.9.2.19).
func escapeUnits(s string) string {
	var b strings.Builder
	for {
		at := strings.Index(s, "_x")
		if at < 0 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:at])
		if unitEscape.MatchString(s[at:]) {
			b.WriteString("_x005F_")
		} else {
			b.WriteByte('_')
		}
		s = s[at+1:]
	}
}
