package documents

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/xuri/excelize/v2"
)

// readXLSX gives every visible sheet as a heading and its rows.
func readXLSX(data []byte) (string, []string, error) {
	if _, err := openContainer(data); err != nil { // the limits of all containers
		return "", nil, err
	}
	book, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: maxPlain, UnzipXMLSizeLimit: 16 << 20})
	if err != nil {
		return "", nil, refuse(refuseBroken)
	}
	defer book.Close()
	var out strings.Builder
	var warnings []string
	characters := 0
	for _, sheet := range book.GetSheetList() {
		if visible, err := book.GetSheetVisible(sheet); err == nil && !visible {
			warnings = append(warnings, fmt.Sprintf(warnHiddenSheet, sheet))
			continue
		}
		rows, err := book.Rows(sheet)
		if err != nil {
			return "", nil, refuse(refuseBroken)
		}
		fmt.Fprintf(&out, "## %s\n", sheet)
		for rows.Next() {
			cells, err := rows.Columns()
			if err != nil {
				return "", nil, refuse(refuseBroken)
			}
			if rows.GetRowOpts().Hidden {
				continue
			}
			for i := range cells {
				cells[i] = strings.TrimSpace(strings.ReplaceAll(cells[i], "\n", " "))
			}
			if line := strings.Join(cells, " | "); strings.Trim(line, " |") != "" {
				out.WriteString("| " + line + " |\n")
				if characters += len(line); characters > 3*maxCharacters {
					return "", nil, refuse(refuseTooLong, maxCharacters/10000)
				}
			}
		}
		if err := rows.Close(); err != nil {
			return "", nil, refuse(refuseBroken)
		}
	}
	return out.String(), warnings, nil
}
