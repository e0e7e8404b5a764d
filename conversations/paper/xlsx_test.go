package paper

import (
	"bytes"
	"errors"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"
)

func xlsxOf(t testing.TB, r Register) []byte {
	t.Helper()
	var b bytes.Buffer
	must(t, XLSX(&b, r))
	return b.Bytes()
}

func openSheet(t testing.TB, data []byte) *excelize.File {
	t.Helper()
	file, err := excelize.OpenReader(bytes.NewReader(data))
	must(t, err)
	t.Cleanup(func() { must(t, file.Close()) })
	return file
}

func TestXLSXReadsBack(t *testing.T) {
	data := xlsxOf(t, register())
	file := openSheet(t, data)
	var b strings.Builder
	for _, sheet := range file.GetSheetList() {
		rows, err := file.GetRows(sheet)
		must(t, err)
		b.WriteString("== " + sheet + " ==\n")
		for _, row := range rows {
			b.WriteString(strings.Join(row, " | ") + "\n")
		}
	}
	golden(t, "register.xlsx.txt", b.String())
	all := parts(t, data)
	for part, want := range map[string]string{
		"xl/worksheets/sheet1.xml": `<autoFilter ref="$A$1:$G$4"`,
		"xl/charts/chart1.xml":     "按状态统计",
		"xl/charts/chart2.xml":     "按申请单位统计",
	} {
		if !strings.Contains(all[part], want) {
			t.Errorf("%s lacks %s", part, want)
		}
	}
}

func TestXLSXNeverWritesAFormula(t *testing.T) {
	r := Register{Columns: []Column{{Name: "=1+1"}}}
	for _, s := range append(hostile, "=1+1", "=HYPERLINK(\"x\")", "{=A1}", "0123", "1e5", "__x0041__x00", "TRUE", "2025-01-01") {
		r.Rows = append(r.Rows, []any{s})
	}
	data := xlsxOf(t, r)
	for name, part := range parts(t, data) {
		if strings.HasPrefix(name, "xl/worksheets/") && (strings.Contains(part, "<f>") || strings.Contains(part, "<f ")) {
			t.Errorf("%s has a formula", name)
		}
	}
	file := openSheet(t, data)
	for i, row := range r.Rows {
		cell, err := excelize.CoordinatesToCellName(1, i+2)
		must(t, err)
		kind, err := file.GetCellType(sayTitleSheet, cell)
		must(t, err)
		got, err := file.GetCellValue(sayTitleSheet, cell)
		must(t, err)
		if want := clean(row[0].(string)); got != want || kind != excelize.CellTypeSharedString && kind != excelize.CellTypeInlineString {
			t.Errorf("%.30q became %.30q of type %v", want, got, kind)
		}
	}
}

// TestEscapeUnits undoes the escaping the way ISO 29500-1 tells readers to.
func TestEscapeUnits(t *testing.T) {
	unit := regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)
	undo := func(s string) string {
		return unit.ReplaceAllStringFunc(s, func(u string) string {
			n, err := strconv.ParseUint(u[2:6], 16, 16)
			must(t, err)
			return string(rune(n))
		})
	}
	rapid.Check(t, func(r *rapid.T) {
		s := strings.Join(rapid.SliceOf(rapid.SampledFrom([]string{"_", "x", "0041", "005F", "_x0041_", "_x005F_", "甲"})).Draw(r, "pieces"), "")
		if got := undo(escapeUnits(s)); got != s {
			r.Fatalf("%q was read as %q", s, got)
		}
	})
}

func TestXLSXKeepsEveryCharacter(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s := rapid.String().Draw(r, "text")
		file, err := excelize.OpenReader(bytes.NewReader(xlsxOf(t, Register{Columns: []Column{{Name: "列"}}, Rows: [][]any{{s}}})))
		must(t, err)
		got, err := file.GetCellValue(sayTitleSheet, "A2")
		must(t, err)
		if got != clean(s) {
			r.Fatalf("%q, want %q", got, clean(s))
		}
		must(t, file.Close())
	})
}

func TestXLSXSaysWhereItCutsAText(t *testing.T) {
	for _, c := range []struct {
		text string
		cut  bool
	}{{strings.Repeat("长", excelize.TotalCellChars), false}, {strings.Repeat("长", excelize.TotalCellChars+1), true}, {"a" + strings.Repeat("😀", 20000), true},
		{strings.Repeat("_x0041_", 4000), true}} {
		got, err := openSheet(t, xlsxOf(t, Register{Columns: []Column{{Name: "列"}}, Rows: [][]any{{c.text}}})).GetCellValue(sayTitleSheet, "A2")
		must(t, err)
		if cut := strings.HasSuffix(got, sayCut); cut != c.cut || !strings.HasPrefix(c.text, strings.TrimSuffix(got, sayCut)) {
			t.Errorf("a text of %d bytes became one of %d, cut: %v", len(c.text), len(got), cut)
		}
	}
}

func TestXLSXRefusals(t *testing.T) {
	column := []Column{{Name: "列"}}
	for what, r := range map[string]Register{
		"no column":                {},
		"a row too long":           {Columns: column, Rows: [][]any{{"a", "b"}}},
		"a value of no kind":       {Columns: column, Rows: [][]any{{[]byte("a")}}},
		"no number":                {Columns: column, Rows: [][]any{{math.NaN()}}},
		"an unknown count":         {Columns: column, Counted: []string{"行"}},
		"a count of numbers":       {Columns: column, Rows: [][]any{{1}}, Counted: []string{"列"}},
		"more counts than columns": {Columns: column, Counted: []string{"列", "列"}},
	} {
		if err := XLSX(io.Discard, r); !errors.Is(err, ErrPaper) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestSheetNames(t *testing.T) {
	for title, want := range map[string]string{
		"": "台账", "统计": "台账", "'": "台账", "2025[年]/台账?": "2025 年  台账", strings.Repeat("😀", 20): strings.Repeat("😀", 15), "a\x00": "a\ufffd",
	} {
		r := Register{Title: title, Columns: []Column{{Name: "列"}}, Counted: []string{"列"}}
		if got := openSheet(t, xlsxOf(t, r)).GetSheetName(0); got != want {
			t.Errorf("%q became %q, want %q", title, got, want)
		}
	}
}

// TestXLSXDays writes the day where the time was taken, not that of Greenwich.
func TestXLSXDays(t *testing.T) {
	at := time.Date(2025, 3, 1, 1, 0, 0, 0, created.Location())
	got, err := openSheet(t, xlsxOf(t, Register{Columns: []Column{{Name: "日期"}}, Rows: [][]any{{at}}})).GetCellValue(sayTitleSheet, "A2")
	must(t, err)
	if got != "2025年3月1日" {
		t.Errorf("%q", got)
	}
}
