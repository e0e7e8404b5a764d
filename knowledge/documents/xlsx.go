package documents

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"
)

// readXLSX gives every visible sheet as a heading and its visible rows, with
// values as a person sees them: dates as dates, formulas as what they came to.
func readXLSX(ctx context.Context, data []byte, c *container) (string, []string, error) {
	if err := inspectSheets(ctx, c); err != nil {
		return "", nil, err
	}
	// The second limit is where excelize would begin to unpack to disk.
	book, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: maxPlain, UnzipXMLSizeLimit: maxPlain})
	if err != nil {
		return "", nil, refuse(refuseBroken)
	}
	defer book.Close()
	s := sheetReader{book: book}
	for _, sheet := range book.GetSheetList() {
		if visible, err := book.GetSheetVisible(sheet); err == nil && !visible {
			s.warnings = append(s.warnings, fmt.Sprintf(warnHiddenSheet, sheet))
			continue
		}
		if err := s.read(ctx, sheet); err != nil {
			return "", nil, err
		}
	}
	return s.out.String(), s.warnings, nil
}

// inspectSheets walks all XML of a workbook before excelize does, which builds
// values of whatever is there: here it is refused as soon as it is too much.
func inspectSheets(ctx context.Context, c *container) error {
	related, err := c.relations(ctx, "xl/workbook.xml")
	if err != nil {
		return err
	}
	for _, r := range related {
		if (r.kind == "worksheet" || r.kind == "sharedStrings" || r.kind == "styles") && !isXML(r.target) {
			return refuse(refuseBroken) // it would escape the inspection
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.parts)) {
		if !isXML(name) {
			continue
		}
		if err := c.tokens(ctx, name, checkColumn); err != nil {
			return err
		}
	}
	return nil
}

func isXML(part string) bool {
	return strings.HasSuffix(part, ".xml") || strings.HasSuffix(part, ".rels")
}

// checkColumn refuses a cell far to the right, for which excelize would fill
// the row up to there.
func checkColumn(t xml.Token) error {
	e, ok := t.(xml.StartElement)
	if !ok || e.Name.Local != "c" {
		return nil
	}
	at, _ := attribute(e, "r")
	if column, _, err := excelize.CellNameToCoordinates(at); err == nil && column > maxColumns {
		return refuse(refuseTooWide, maxColumns)
	}
	return nil
}

type sheetReader struct {
	book     *excelize.File
	out      strings.Builder
	warnings []string
}

func (s *sheetReader) read(ctx context.Context, sheet string) error {
	rows, err := s.book.Rows(sheet)
	if err != nil {
		return refuse(refuseBroken)
	}
	defer rows.Close()
	left, hidden, titled := []bool(nil), false, false
	for n := 0; rows.Next(); n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		cells, err := rows.Columns()
		if err != nil {
			return refuse(refuseBroken)
		}
		isEmpty := strings.TrimSpace(strings.Join(cells, "")) == ""
		if rows.GetRowOpts().Hidden {
			hidden = hidden || !isEmpty
			continue
		}
		if isEmpty {
			continue
		}
		if !titled {
			titled = true
			s.out.WriteString("## " + oneLine(sheet) + "\n")
		}
		var shown []string
		for i, cell := range cells {
			if left = s.learnColumns(sheet, left, i+1); left[i] {
				hidden = hidden || cell != ""
				continue
			}
			shown = append(shown, oneLine(cell))
		}
		s.out.WriteString("| " + strings.Join(shown, " | ") + " |\n")
		if s.out.Len() > maxText {
			return refuse(refuseTooLong, maxCharacters/10000)
		}
	}
	if hidden {
		s.warnings = append(s.warnings, fmt.Sprintf(warnHiddenRows, sheet))
	}
	return nil
}

// learnColumns extends the list of which columns are hidden to n.
func (s *sheetReader) learnColumns(sheet string, hidden []bool, n int) []bool {
	for len(hidden) < n {
		visible := true
		if name, err := excelize.ColumnNumberToName(len(hidden) + 1); err == nil {
			if v, err := s.book.GetColVisible(sheet, name); err == nil {
				visible = v
			}
		}
		hidden = append(hidden, !visible)
	}
	return hidden
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
