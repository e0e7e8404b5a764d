package paper

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"
)

// bare takes white space out: where lines end is the setter's affair.
func bare(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

func joined(pages []readPage) string {
	var b strings.Builder
	for _, p := range pages {
		b.WriteString(p.text)
	}
	return b.String()
}

func TestPDFGolden(t *testing.T) {
	for name, p := range map[string]Paper{"application": application(), "receipt": receipt()} {
		var b strings.Builder
		for i, page := range read(t, pdfOf(t, p), false) {
			fmt.Fprintf(&b, "== %d ==\n%s\n", i+1, strings.ReplaceAll(page.text, "\r\n", "\n"))
		}
		golden(t, name+".pdf.txt", b.String())
	}
}

func TestPDFNumbersItsPages(t *testing.T) {
	p := application()
	pages := read(t, pdfOf(t, p), false)
	if len(pages) != 4 {
		t.Fatalf("%d pages, want 4", len(pages))
	}
	for i, page := range pages {
		for _, want := range []string{fmt.Sprintf("第%d页共4页", i+1), "生成时间：2025年3月1日10:05", "草稿非正式文件", "以盖章纸质件为准"} {
			if !strings.Contains(bare(page.text), want) {
				t.Errorf("page %d lacks %s", i+1, want)
			}
		}
	}
	p.Mark, p.Footer = "", nil
	if text := joined(read(t, pdfOf(t, p), false)); strings.Contains(text, "草稿") || strings.Contains(text, "页共") {
		t.Error("a paper without mark and footer has one")
	}
}

func oneValue(label, value string) Paper {
	return Paper{Sections: []Section{{Layout: Pairs, Rows: [][]string{{label, value}}}}}
}

// TestPDFSaysWhatWentIn copies text out of the file again: Chinese, what
// stands beyond the basic plane, and what the type has no form for.
func TestPDFSaysWhatWentIn(t *testing.T) {
	for _, c := range []struct{ text, lacking string }{
		{"县自然资源局关于“无证房”集中办证的请示（2025年第3号）——附：清单……", ""},
		{"𬭎𬬭𫖯𫍽𪩘䲠㛃镕喆堃峯彣龑", ""},
		{"一⼀", ""}, // two characters of one look stay two
		{"甲😀乙𰻝丙", "😀𰻝"},
		{"Latin fit, 1,234.56元, 50％, №3, ①②③, Ⅻ, ㎡, ℃", ""},
	} {
		data, lacking := pdfAndLacking(t, oneValue("标签", c.text))
		if got, want := bare(joined(read(t, data, false))), "标签"+bare(c.text); got != want {
			t.Errorf("read %q, want %q", got, want)
		}
		if got := string(lacking); got != c.lacking {
			t.Errorf("%q lacks %q, want %q", c.text, got, c.lacking)
		}
	}
}

func TestPDFKeepsEveryCharacter(t *testing.T) {
	// PDFium itself turns round what is written from right to left, and takes
	// ligatures apart.
	same := rapid.RuneFrom(nil, unicode.Han, unicode.Latin, unicode.Nd, unicode.Po, unicode.Sm, unicode.So, unicode.Ps, unicode.Pe, unicode.Hiragana)
	rapid.Check(t, func(r *rapid.T) {
		s := rapid.StringOf(same).Filter(func(s string) bool { return !strings.ContainsFunc(s, rightToLeft) }).Draw(r, "text")
		got := bare(joined(read(t, pdfOf(t, oneValue("标签", s)), false)))
		if want := "标签" + bare(clean(s)); got != want {
			r.Fatalf("%q, want %q", got, want)
		}
	})
}

func rightToLeft(r rune) bool {
	return r >= 0x590 && r <= 0x8FF || r >= 0xFB00 && r <= 0xFDFF || r >= 0xFE70 && r <= 0xFEFF || r >= 0x10800 && r <= 0x10FFF || r >= 0x1E800 && r <= 0x1EFFF
}

func TestPDFStaysWithinItsMargins(t *testing.T) {
	texts := append(slices.Clone(hostile), strings.Repeat("长文", 8000))
	for _, s := range texts {
		if strings.Contains(s, "\u0301") {
			continue // five hundred accents on a letter hang over the edge
		}
		p := everywhere(head(s, 2000))
		p.Mark, p.Footer = "", nil // they stand outside on purpose
		for i, page := range read(t, pdfOf(t, p), true) {
			for _, b := range page.boxes {
				const hair = 1.5 // points by which an outline may stand beyond its place
				if b.left < points(marginLeft)-hair || b.right > points(pageWidth-marginRight)+hair ||
					b.top > points(pageHeight-marginTop)+hair || b.bottom < points(marginBottom)-hair {
					t.Fatalf("%.20q: a character of page %d stands at %v", s, i+1, b)
				}
			}
		}
	}
}

func TestPDFHoldsHostileText(t *testing.T) {
	for _, s := range hostile {
		p := everywhere(s)
		p.Mark = ""
		text := bare(joined(read(t, pdfOf(t, p), false)))
		if !strings.Contains(text, sayCreated[:6]) {
			t.Errorf("%.30q took the footer away", s)
		}
	}
}

// TestLongTextGoesOn sets one answer over many pages: no page stays empty, and
// the table's head is on each.
func TestLongTextGoesOn(t *testing.T) {
	long := strings.Repeat("防控措施写得很长。", 1500)
	p := Paper{Sections: []Section{{Title: "五、风险防控", Layout: Table, Columns: 3, Head: []string{"可能的失误", "防控措施"}, Rows: [][]string{
		{"短", "短"}, {"失误", long}, {"短", "短"}}}}}
	pages := read(t, pdfOf(t, p), false)
	if len(pages) < 16 || len(pages) > 22 { // 21 characters a line, 37 lines a page
		t.Errorf("%d pages for 13,500 characters", len(pages))
	}
	for i, page := range pages {
		if !strings.Contains(bare(page.text), "序号可能的失误防控措施") {
			t.Errorf("page %d lacks the head of the table", i+1)
		}
		if len([]rune(page.text)) < 100 && i+1 < len(pages) {
			t.Errorf("page %d is empty: %q", i+1, page.text)
		}
	}
	text := strings.ReplaceAll(bare(joined(pages)), "序号可能的失误防控措施", "")
	if want := "五、风险防控1短短2失误" + long + "3短短"; text != want {
		t.Errorf("the text has %d bytes, want %d", len(text), len(want))
	}
}

// TestAHeadingStaysWithWhatFollows moves a heading down the page step by step:
// wherever it comes to stand, what it heads begins on its page.
func TestAHeadingStaysWithWhatFollows(t *testing.T) {
	pairs := func(value string) Section {
		return Section{Title: "二、概况", Layout: Pairs, Rows: [][]string{{"名称", value}, {"其他", "值"}}}
	}
	for what, s := range map[string]Section{
		"a short row":  pairs("值"),
		"eight lines":  pairs(strings.Repeat("背景和问题。", 32)),
		"a whole page": pairs(strings.Repeat("背景和问题。", 300)),
		"a table":      {Title: "二、概况", Layout: Table, Head: []string{"名称"}, Rows: [][]string{{strings.Repeat("背景和问题。", 32)}}},
		"a line":       {Title: "二、概况", Layout: List, Rows: [][]string{{"名称"}}},
		"a box":        {Title: "二、概况", Layout: Opinion, Note: "名称　（盖章）"},
		"a full box":   {Title: "二、概况", Layout: Opinion, Rows: [][]string{{"名称" + strings.Repeat("背景和问题。", 300)}}},
	} {
		for lines := 20; lines < 40; lines++ {
			filler := Section{Layout: List, Rows: slices.Repeat([][]string{{"行"}}, lines)}
			for _, page := range read(t, pdfOf(t, Paper{Sections: []Section{filler, s}}), false) {
				if strings.Contains(page.text, "概况") && !strings.Contains(page.text, "名称") {
					t.Errorf("%s: after %d lines the heading stands alone", what, lines)
				}
			}
		}
	}
}

func textsOf(lines []wrapped) []string {
	var out []string
	for _, l := range lines {
		out = append(out, l.text)
	}
	return out
}

func TestWrapObeysChineseRules(t *testing.T) {
	f, err := formFont()
	must(t, err)
	text := "他说：“好的。”（见附件一）、《办法》第十二条，共计1,234.56万元；超过50%！是吗？……——完"
	for size := 4.0; size < 40; size += 0.5 {
		lines := textsOf(f.wrap(strings.Repeat(text, 5), 300, size))
		if got := strings.Join(lines, ""); got != strings.Repeat(text, 5) {
			t.Fatalf("wrapped at %v it is %q", size, got)
		}
		for i, line := range lines {
			first, last := []rune(line)[0], []rune(line)[len([]rune(line))-1]
			if i > 0 && strings.ContainsRune("，。；：！？、”’）》%…", first) {
				t.Errorf("at %v a line begins %q", size, line)
			}
			if i < len(lines)-1 && strings.ContainsRune("（《“‘", last) {
				t.Errorf("at %v a line ends %q", size, line)
			}
			if w := f.width(strings.TrimRight(line, " "), size); w > 300 {
				t.Errorf("at %v a line is %v wide", size, w)
			}
		}
	}
}

func TestTheFontIsWhatTheSubsetNeeds(t *testing.T) {
	f, err := formFont()
	must(t, err)
	for glyph := range len(f.offsets) - 1 {
		if outline := f.outline(uint16(glyph)); len(outline) > 0 && outline[0]&0x80 != 0 {
			t.Fatalf("glyph %d is made of others", glyph)
		}
	}
	for _, r := range "镕喆堃峯𬭎囍囧①№‰℃㎡□■√×÷≥≤→〔〕「」『』【】——……·～￥％ＡｂАбあアαéüāǎ" {
		if !f.has(r) {
			t.Errorf("%c is not in the font", r)
		}
	}
}

func FuzzPaper(f *testing.F) {
	for _, s := range hostile {
		f.Add(s[:min(len(s), 200)])
	}
	f.Fuzz(func(t *testing.T, s string) {
		p := everywhere(s)
		if err := DOCX(io.Discard, p); err != nil {
			t.Fatal(err)
		}
		if _, err := PDF(io.Discard, p); err != nil {
			t.Fatal(err)
		}
		font, err := formFont()
		must(t, err)
		if got, want := strings.Join(textsOf(font.wrap(clean(s), 100, 12)), ""), strings.ReplaceAll(clean(s), "\n", ""); got != want {
			t.Fatalf("wrapped it is %q, want %q", got, want)
		}
	})
}
