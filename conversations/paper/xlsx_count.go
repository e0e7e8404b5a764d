package paper

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/xuri/excelize/v2"
)

// count fills a second sheet: for each counted column its values, how often
// each occurs, and a chart of them.
func (s *sheet) count(r Register) error {
	switch {
	case len(r.Counted) == 0:
		return nil
	case len(r.Counted) > min(len(r.Columns), maxCounted):
		return refuse("a register with %d columns to count", len(r.Counted))
	}
	second := *s
	second.name = sayCountSheet
	if _, err := s.file.NewSheet(second.name); err != nil {
		return err
	}
	if err := second.landscape(); err != nil {
		return err
	}
	for nth, name := range r.Counted {
		counts, err := r.tally(name)
		if err != nil {
			return err
		}
		if err := second.tally(nth, name, counts); err != nil {
			return err
		}
		if err := second.chart(nth, len(r.Counted), len(counts), name); err != nil {
			return err
		}
	}
	return nil
}

// tally counts the values of a column of text.
func (r Register) tally(name string) (map[string]int, error) {
	column := slices.IndexFunc(r.Columns, func(c Column) bool { return c.Name == name })
	if column < 0 {
		return nil, refuse("the register has no column %q to count", name)
	}
	counts := map[string]int{}
	for _, row := range r.Rows {
		value, ok := row[column].(string)
		if !ok && row[column] != nil {
			return nil, refuse("column %q to count is not text", name)
		}
		counts[cmp.Or(clean(value), sayEmptyGroup)]++
	}
	return counts, nil
}

// tally writes the counts into the nth pair of columns, in the values' order.
func (s *sheet) tally(nth int, name string, counts map[string]int) error {
	from, to := tallyColumns(nth)
	if err := cmp.Or(s.file.SetColWidth(s.name, from, from, 25), s.set(3*nth, 0, name), s.set(3*nth+1, 0, sayCount),
		s.file.SetCellStyle(s.name, from+"1", to+"1", s.head)); err != nil {
		return err
	}
	for i, value := range slices.Sorted(maps.Keys(counts)) {
		if err := cmp.Or(s.set(3*nth, i+1, value), s.set(3*nth+1, i+1, counts[value])); err != nil {
			return err
		}
	}
	return nil
}

const (
	maxCounted = 12 // columns, so that their charts can still be found
	chartRows  = 16 // of the sheet, that a chart covers
)

// chart draws the nth tally to the right of all, below the charts before it.
func (s *sheet) chart(nth, tallies, values int, name string) error {
	if values == 0 {
		return nil
	}
	from, to := tallyColumns(nth)
	place, err := excelize.CoordinatesToCellName(3*tallies+1, nth*chartRows+1)
	if err != nil {
		return err
	}
	area := func(letter string) string { return fmt.Sprintf("'%s'!$%s$2:$%s$%d", s.name, letter, letter, values+1) }
	return s.file.AddChart(s.name, place, &excelize.Chart{
		Type:       excelize.Bar,
		Series:     []excelize.ChartSeries{{Name: fmt.Sprintf("'%s'!$%s$1", s.name, to), Categories: area(from), Values: area(to)}},
		Title:      excelize.ChartTitle{Paragraph: []excelize.RichTextRun{{Text: fmt.Sprintf(sayCountTitle, clean(name))}}},
		Legend:     excelize.ChartLegend{Position: "none"},
		PlotArea:   excelize.ChartPlotArea{ShowVal: true},
		VaryColors: new(false),
		XAxis:      excelize.ChartAxis{ReverseOrder: true, Font: excelize.Font{Color: "000000"}}, // the first value on top
		YAxis:      excelize.ChartAxis{None: true},
	})
}

// tallyColumns names the columns of the nth tally's values and counts.
func tallyColumns(nth int) (values, counts string) {
	letters := [2]string{}
	for i := range letters {
		letter, err := excelize.ColumnNumberToName(3*nth + 1 + i)
		if err != nil {
			panic("paper: " + err.Error()) // maxCounted is far from a spreadsheet's last column
		}
		letters[i] = letter
	}
	return letters[0], letters[1]
}
