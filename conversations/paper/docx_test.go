package paper

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares a text with a file under testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		must(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	must(t, err)
	if got != string(want) {
		t.Errorf("%s differs (go test -update writes it anew); it is now\n%s", path, got)
	}
}

func docxOf(t testing.TB, p Paper) []byte {
	t.Helper()
	var b bytes.Buffer
	must(t, DOCX(&b, p))
	return b.Bytes()
}

// parts unpacks a DOCX and sees that every part is XML.
func parts(t testing.TB, data []byte) map[string]string {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	must(t, err)
	out := map[string]string{}
	for _, f := range archive.File {
		r, err := f.Open()
		must(t, err)
		text, err := io.ReadAll(r)
		must(t, err)
		for d := xml.NewDecoder(bytes.NewReader(text)); ; {
			_, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", f.Name, err)
			}
		}
		out[f.Name] = string(text)
	}
	return out
}

// wordText gives the text of a part, a line for each paragraph.
func wordText(t testing.TB, part string) string {
	t.Helper()
	var b strings.Builder
	d := xml.NewDecoder(strings.NewReader(part))
	inText := false
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return b.String()
		}
		must(t, err)
		switch e := token.(type) {
		case xml.StartElement:
			inText = e.Name.Local == "t"
		case xml.CharData:
			if inText {
				b.Write(e)
			}
		case xml.EndElement:
			inText = false
			if e.Name.Local == "p" {
				b.WriteByte('\n')
			}
		}
	}
}

func TestDOCXGolden(t *testing.T) {
	for name, p := range map[string]Paper{"application": application(), "receipt": receipt()} {
		all := parts(t, docxOf(t, p))
		// One element a line, so that a difference can be read.
		golden(t, name+".document.xml", strings.ReplaceAll(all["word/document.xml"], "><", ">\n<")+"\n")
		golden(t, name+".docx.txt", wordText(t, all["word/document.xml"])+wordText(t, all["word/footer1.xml"]))
	}
}

func TestDOCXNamesTheOfficialFaces(t *testing.T) {
	all := parts(t, docxOf(t, application()))
	for part, want := range map[string][]string{
		"word/styles.xml": {
			`w:eastAsia="方正小标宋简体" w:hint="eastAsia"/><w:sz w:val="44"/>`,   // 二号 is 22 points
			`w:eastAsia="仿宋_GB2312" w:hint="eastAsia"/><w:sz w:val="32"/>`, // 三号
			`w:eastAsia="仿宋_GB2312" w:hint="eastAsia"/><w:sz w:val="24"/>`, // 小四
			`<w:kinsoku w:val="1"/>`,
		},
		"word/fontTable.xml": {`<w:font w:name="仿宋_GB2312"><w:altName w:val="宋体"/>`, `<w:font w:name="方正小标宋简体"><w:altName w:val="宋体"/>`},
		"word/header1.xml":   {`string="草稿 非正式文件"`},
		"word/footer1.xml":   {"PAGE", "NUMPAGES", "生成时间：2025年3月1日 10:05"},
		"word/document.xml":  {`<w:tblHeader/>`, `<w:pgSz w:w="11906" w:h="16838"/>`},
		"docProps/core.xml":  {"示例县风险备案申请表", "2025-03-01T02:05:00Z"},
	} {
		for _, s := range want {
			if !strings.Contains(all[part], s) {
				t.Errorf("%s lacks %s", part, s)
			}
		}
	}
	if mark := parts(t, docxOf(t, receipt()))["word/header1.xml"]; strings.Contains(mark, "textpath") {
		t.Error("a paper that is no draft has a mark")
	}
}

// hostile are texts that broke forms elsewhere.
var hostile = []string{
	`</w:t></w:r></w:p><w:p>&lt;&amp;"'`, "]]>", "a\x00b\x1bc\x7f", "\xff\xfe broken \xc3", "行一\n行二\r\n行三\r行四",
	"=cmd|' /C calc'!A0", "@SUM(1)", "+1", "-1", "\t=1", "\u202e反了\u202c", "a\u200bb\ufeffc", "_x0041_", "\ufffe\uffff",
	strings.Repeat("很", 10000), strings.Repeat("W", 10000), strings.Repeat("（", 3000), "甲𬭎乙😀丙", "👨‍👩‍👧", "e" + strings.Repeat("\u0301", 500),
	"%s%d{{.}}", "‘’“”《》——……", " 前后 有空 ", "葛\U000E0100城",
}

// head is the first characters of a text.
func head(s string, n int) string { return string([]rune(s)[:min(len([]rune(s)), n)]) }

// everywhere puts a text in every place of a paper.
func everywhere(s string) Paper {
	return Paper{Title: s, Mark: head(s, maxMark), Corners: []Pair{{s, s}, {"", s}}, Created: created, Footer: []string{Page, Created, "脚注"},
		Sections: []Section{
			{Title: s, Layout: Pairs, Columns: 4, Rows: [][]string{{s, s}, {"甲", s}, {"乙", "丙"}}, Note: s},
			{Layout: Pairs, Rows: [][]string{{s, s}}}, {Layout: List, Rows: [][]string{{s}, {s, s}}},
			{Layout: Table, Columns: 3, Head: []string{s, "乙"}, Rows: [][]string{{s, s}, {"", s}}},
			{Layout: Ticks, Rows: [][]string{{s, s}, {s}}}, {Layout: Pledges, Rows: [][]string{{s, s}}, Note: s},
			{Layout: Papers, Rows: [][]string{{s, s}}}, {Layout: Opinion, Rows: [][]string{{s}}, Note: s}}}
}

func TestDOCXHoldsHostileText(t *testing.T) {
	for _, s := range hostile {
		all := parts(t, docxOf(t, everywhere(s)))
		body := wordText(t, all["word/document.xml"])
		for line := range strings.SplitSeq(clean(s), "\n") {
			if got := strings.Count(body, line); got < 15 {
				t.Errorf("%.30q stands %d times in the document", line, got)
			}
		}
		if want := wordText(t, parts(t, docxOf(t, everywhere("x")))["word/document.xml"]); strings.Count(body, "\n") < strings.Count(want, "\n") {
			t.Errorf("%.30q took paragraphs away", s)
		}
	}
}

func TestDOCXKeepsEveryCharacter(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s := rapid.String().Draw(r, "text")
		p := Paper{Sections: []Section{{Layout: Pairs, Rows: [][]string{{"标签", s}}}}}
		body := wordText(t, parts(t, docxOf(t, p))["word/document.xml"])
		if want := "标签\n" + clean(s) + "\n\n"; body != want {
			r.Fatalf("%q, want %q", body, want)
		}
	})
}

func TestEqualPapersMakeEqualBytes(t *testing.T) {
	for range 3 {
		if !bytes.Equal(docxOf(t, application()), docxOf(t, application())) {
			t.Error("DOCX differs")
		}
		if !bytes.Equal(pdfOf(t, application()), pdfOf(t, application())) {
			t.Error("PDF differs")
		}
		if !bytes.Equal(xlsxOf(t, register()), xlsxOf(t, register())) {
			t.Error("XLSX differs")
		}
	}
}

func TestRefusals(t *testing.T) {
	pairs := func(rows ...[]string) Paper { return Paper{Sections: []Section{{Layout: Pairs, Rows: rows}}} }
	for what, p := range map[string]Paper{
		"an unknown layout":      {Sections: []Section{{Layout: "poem"}}},
		"a row too short":        pairs([]string{"标签"}),
		"a row too long":         pairs([]string{"标签", "值", "多"}),
		"three columns of pairs": {Sections: []Section{{Layout: Pairs, Columns: 3}}},
		"a table without a head": {Sections: []Section{{Layout: Table, Rows: [][]string{{"a"}}}}},
		"too many columns":       {Sections: []Section{{Layout: Table, Head: make([]string, 13)}}},
		"columns without words":  {Sections: []Section{{Layout: Table, Columns: 7, Head: []string{"一", "二"}}}},
		"an unknown size":        {Fonts: map[string]string{"title": "小标宋 巨号"}},
		"a face without a size":  {Fonts: map[string]string{"title": "小标宋"}},
		"an unknown part":        {Fonts: map[string]string{"foot": "宋体 小五"}},
		"a mark of a page":       {Mark: strings.Repeat("草", 41)},
		"a book":                 {Title: strings.Repeat("书", 1<<20+1)},
		"three corners":          {Corners: make([]Pair, 3)},
	} {
		if err := DOCX(io.Discard, p); !errors.Is(err, ErrPaper) {
			t.Errorf("DOCX of %s: %v", what, err)
		}
		if _, err := PDF(io.Discard, p); !errors.Is(err, ErrPaper) {
			t.Errorf("PDF of %s: %v", what, err)
		}
	}
	if _, err := PDF(io.Discard, Paper{Footer: []string{strings.Repeat("长", 1000)}}); !errors.Is(err, ErrPaper) {
		t.Errorf("PDF with a footer of a page: %v", err)
	}
}
