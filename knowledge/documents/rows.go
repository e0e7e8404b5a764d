package documents

import (
	"regexp"
	"strings"
)

// ownText is a line that can't be a piece of a table's cell: a heading or the
// beginning of an article.
var ownText = regexp.MustCompile(`^(?:#{1,6} |第[ 　]*` + numeral + `[ 　]*[章条][ 　])`)

// rowLines writes a row of a table, given as the lines of its cells, as one
// line | a | b |. A table is often mere layout, with the whole text in it: a
// row of a single cell, or one that has two articles or headings in a cell, is
// written as the lines that it holds.
func rowLines(cells [][]string) []string {
	layout := len(cells) == 1
	row := make([]string, len(cells))
	for i, lines := range cells {
		own := 0
		for _, line := range lines {
			if ownText.MatchString(line) {
				own++
			}
		}
		layout = layout || own > 1
		row[i] = strings.Join(lines, " ")
	}
	if strings.Join(row, "") == "" {
		return nil
	}
	if !layout {
		return []string{"| " + strings.Join(row, " | ") + " |"}
	}
	var out []string
	for _, lines := range cells {
		out = append(out, lines...)
	}
	return out
}
