package documents

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// hostile is a file that somebody made to do harm, and what is said about it.
type hostile struct {
	what string
	name string
	make func(testing.TB) []byte
	want string
}

func bodyOf(inside string) func(testing.TB) []byte {
	return func(t testing.TB) []byte { return docxOf(t, inside) }
}

func sheetOf(inside string) func(testing.TB) []byte {
	return func(t testing.TB) []byte {
		return zipOf(t,
			zipPart{"[Content_Types].xml", `<Types/>`},
			zipPart{"_rels/.rels", `<Relationships><Relationship Id="r1" Type="` + officeKinds + `officeDocument" Target="xl/workbook.xml"/></Relationships>`},
			zipPart{"xl/workbook.xml", `<workbook xmlns:r="` + officeKinds[:len(officeKinds)-1] + `"><sheets><sheet name="A" sheetId="1" r:id="r1"/></sheets></workbook>`},
			zipPart{"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="r1" Type="` + officeKinds + `worksheet" Target="worksheets/sheet1.xml"/></Relationships>`},
			zipPart{"xl/worksheets/sheet1.xml", `<worksheet><sheetData>` + inside + `</sheetData></worksheet>`})
	}
}

var tooLong = fmt.Sprintf(refuseTooLong, maxCharacters/10000)

var hostiles = []hostile{
	{"32 MiB of zeros in a part", "a.docx", bodyOf(strings.Repeat("\x00", 32<<20)), refuseBomb},
	{"30 MB of markup, below the ratio", "a.docx", func(t testing.TB) []byte {
		return docxOf(t, strings.Repeat(`<w:r/>`, 5<<20), zipPart{"footnotes", noise(900 << 10)})
	}, refuseBomb},
	{"a text of 18 MB", "a.docx", func(t testing.TB) []byte {
		return docxOf(t, parOf("", strings.Repeat("政", 6<<20)), zipPart{"footnotes", noise(900 << 10)})
	}, tooLong},
	{"paragraphs of 18 MB", "a.docx", func(t testing.TB) []byte {
		return docxOf(t, strings.Repeat(parOf("", strings.Repeat("政", 1<<20)), 6), zipPart{"footnotes", noise(900 << 10)})
	}, tooLong},
	{"an attribute of 8 MB", "a.docx", func(t testing.TB) []byte {
		return docxOf(t, `<w:p a="`+strings.Repeat("x", 8<<20)+`"/>`, zipPart{"footnotes", noise(900 << 10)})
	}, refuseBomb},
	{"sizes that lie", "a.docx", func(t testing.TB) []byte { return lieAboutSizes(bodyOf(strings.Repeat("<w:p/>", 1<<20))(t), 10) }, refuseBroken},
	{"parts that overlap", "a.docx", func(t testing.TB) []byte { return overlapping(t, 1000) }, refuseBomb},
	{"5,000 parts", "a.docx", func(t testing.TB) []byte {
		parts := make([]zipPart, 5_000)
		for i := range parts {
			parts[i].name = fmt.Sprint("word/", i)
		}
		return zipOf(t, parts...)
	}, fmt.Sprintf(refuseTooManyParts, maxEntries)},
	{"a part that is there twice", "a.docx", func(t testing.TB) []byte {
		return zipOf(t, zipPart{"[Content_Types].xml", ""}, zipPart{"word/document.xml", "<a/>"}, zipPart{"word/document.xml", "<a/>"})
	}, refuseBroken},
	{"a nested zip", "a.zip", func(t testing.TB) []byte { return zipOf(t, zipPart{"b.zip", string(zipOf(t))}) }, refuseArchive},
	{"names that lead out", "a.zip", func(t testing.TB) []byte { return zipOf(t, zipPart{"../../kb.md", "x"}, zipPart{"/etc/x", "y"}) }, refuseArchive},
	{"laughs by the billion", "a.docx", func(t testing.TB) []byte {
		return zipOf(t, zipPart{"[Content_Types].xml", ""}, zipPart{"word/document.xml", `<!DOCTYPE x [<!ENTITY a "哈"><!ENTITY b "&a;&a;">]><x>&b;</x>`})
	}, refuseEntities},
	{"an entity without definition", "a.docx", bodyOf(`<w:p><w:r><w:t>&a;</w:t></w:r></w:p>`), refuseBroken},
	{"10,000 levels", "a.docx", bodyOf(strings.Repeat("<w:p>", 10_000)), refuseTooDeep},
	{"100,000 levels of HTML", "a.html", func(testing.TB) []byte { return []byte(strings.Repeat("<div>", 100_000)) }, refuseTooDeep},
	{"a million tags of HTML", "a.html", func(testing.TB) []byte {
		return []byte(strings.Repeat("<div>", 150) + strings.Repeat("<p>", 1<<20))
	}, refuseBomb},
	{"a tag without end", "a.html", func(testing.TB) []byte { return []byte("<p " + strings.Repeat("x", 12<<20)) }, refuseBomb},
	{"a sheet without end", "a.xlsx", sheetOf(strings.Repeat(`<row/>`, 300_000)), refuseBomb},
	{"a cell in column 16,384 of every row", "a.xlsx", sheetOf(strings.Repeat(`<row><c r="XFD1"><v>1</v></c></row>`, 1000)), fmt.Sprintf(refuseTooWide, maxColumns)},
	{"a sheet that does not look like XML", "a.xlsx", func(t testing.TB) []byte {
		data := sheetOf(strings.Repeat(`<row/>`, 100))(t)
		return replacePart(t, data, "xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="r1" Type="`+officeKinds+`worksheet" Target="worksheets/sheet1.bin"/></Relationships>`)
	}, refuseBroken},
	{"a thousand parts of tags", "a.xlsx", func(t testing.TB) []byte {
		parts := []zipPart{{"[Content_Types].xml", "<Types/>"}, {"xl/noise", noise(900 << 10)}}
		for i := range 1000 {
			parts = append(parts, zipPart{fmt.Sprintf("xl/%d.xml", i), strings.Repeat("<a/>", 5000)})
		}
		return zipOf(t, parts...)
	}, refuseBomb},
	{"a million shared strings without text", "a.xlsx", func(t testing.TB) []byte {
		data := xlsxOf(t, func(f *excelize.File) { _ = f.SetCellValue("Sheet1", "A1", "x") })
		return replacePart(t, data, "xl/sharedStrings.xml", `<sst>`+strings.Repeat("<si/>", 1_000_000)+`</sst>`+`<!--`+noise(100<<10)+`-->`)
	}, refuseBomb},
	{"10,000 pages", "a.pdf", func(testing.TB) []byte { return pdfOf("", make([]string, 10_000)...) }, fmt.Sprintf(refusePages, maxPages)},
	{"a gzip", "a.md", func(t testing.TB) []byte { return gzipped(strings.Repeat("\x00", 1<<20)) }, refuseArchive},
	{"20 MiB and a byte", "a.txt", func(testing.TB) []byte { return make([]byte, MaxFile+1) }, fmt.Sprintf(refuseTooLarge, MaxFile>>20)},
	{"a text of 6 million letters", "a.txt", func(testing.TB) []byte { return bytes.Repeat([]byte("政"), 6<<20) }, tooLong},
}

// noise does not pack, so that the ratio of a file that has it looks honest.
func noise(n int) string {
	b := make([]byte, n)
	x := uint32(1)
	for i := range b {
		x = x*1664525 + 1013904223
		b[i] = "abcdefghijklmnopqrstuvwxyz012345"[x>>27]
	}
	return string(b)
}

func gzipped(s string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(s))
	_ = w.Close()
	return b.Bytes()
}

// TestHostileFiles checks that each is refused with its sentence and that all
// it made the program allocate, freed memory included, stays below 64 MiB, and
// that no file is left behind.
func TestHostileFiles(t *testing.T) {
	for _, h := range hostiles {
		t.Run(h.what, func(t *testing.T) {
			data := h.make(t)
			temporary := t.TempDir()
			t.Setenv("TMPDIR", temporary)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := readOf(t, h.name, data)
			runtime.ReadMemStats(&after)
			if got := reasonOf(t, err); got != h.want {
				t.Errorf("reason %q, want %q", got, h.want)
			}
			if n := after.TotalAlloc - before.TotalAlloc; n > 64<<20 {
				t.Errorf("allocated %d MiB", n>>20)
			}
			if left, err := os.ReadDir(temporary); err != nil || len(left) > 0 {
				t.Errorf("left behind: %v %v", left, err)
			}
		})
	}
}

// BenchmarkHostile shows what each costs; the aim is 200 ms.
func BenchmarkHostile(b *testing.B) {
	for _, h := range hostiles {
		b.Run(strings.ReplaceAll(h.what, " ", "_"), func(b *testing.B) {
			data := h.make(b)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := readOf(b, h.name, data); err == nil {
					b.Fatal("taken")
				}
			}
		})
	}
}
