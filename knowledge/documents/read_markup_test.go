package documents

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestWord reads small pieces of Word documents, each with one thing that
// office programs do.
func TestWord(t *testing.T) {
	number := func(list, level int) string {
		return fmt.Sprintf(`<w:numPr><w:ilvl w:val="%d"/><w:numId w:val="%d"/></w:numPr>`, level, list)
	}
	level := func(i int, format, text string) string {
		return fmt.Sprintf(`<w:lvl w:ilvl="%d"><w:start w:val="1"/><w:numFmt w:val="%s"/><w:lvlText w:val="%s"/></w:lvl>`, i, format, text)
	}
	list := func(id int, more string) string {
		return fmt.Sprintf(`<w:num w:numId="%d"><w:abstractNumId w:val="0"/>%s</w:num>`, id, more)
	}
	lists := zipPart{"numbering", `<w:abstractNum w:abstractNumId="0">` + level(0, "chineseCounting", "第%1条") + level(1, "decimal", "%1.%2") + `</w:abstractNum>` +
		list(1, "") + list(2, "") + list(3, `<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>`)}
	styles := zipPart{"styles", `<w:style w:type="character" w:styleId="h"><w:rPr><w:vanish/></w:rPr></w:style>` +
		`<w:style w:type="paragraph" w:styleId="b"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>` +
		`<w:style w:type="paragraph" w:styleId="d"><w:pPr><w:shd w:fill="0000FF"/></w:pPr><w:rPr><w:color w:val="FFFFFF"/></w:rPr></w:style>` +
		`<w:style w:type="paragraph" w:styleId="c"><w:basedOn w:val="c"/><w:pPr><w:outlineLvl w:val="9"/></w:pPr></w:style>`}
	white := `<w:color w:val="FFFFFF"/>`
	many := strings.Repeat(parOf(number(1, 0), "x"), 103)
	for _, c := range []struct {
		what, body string
		want       []string
		warnings   []string
	}{
		{"a count that two lists share", parOf(number(1, 0), "甲") + parOf(number(2, 0), "乙"), []string{"第一条　甲", "第二条　乙"}, nil},
		{"a list that starts anew", parOf(number(1, 0), "甲") + parOf(number(3, 0), "乙") + parOf(number(3, 0), "丙"), []string{"第一条　甲", "第一条　乙", "第二条　丙"}, nil},
		{"the hundred and third article", many, nil, nil},
		{"an inner level", parOf(number(1, 0), "甲") + parOf(number(1, 1), "乙") + parOf(number(1, 0), "丙") + parOf(number(1, 1), "丁"), []string{"第一条　甲", "一.1 乙", "第二条　丙", "二.1 丁"}, nil},
		{"an inner level before any outer one", parOf(number(1, 1), "甲"), []string{"一.1 甲"}, nil},
		{"a number without text counts", parOf(number(1, 0), "甲") + parOf(number(1, 0), "") + parOf(number(1, 0), "丙"), []string{"第一条　甲", "第二条", "第三条　丙"}, nil},
		{"a style's number, taken away", parOf(`<w:pStyle w:val="b"/>`, "甲") + parOf(`<w:pStyle w:val="b"/>`+number(0, 0), "乙"), []string{"第一条　甲", "乙"}, nil},
		{"a style that is based on itself", parOf(`<w:pStyle w:val="c"/>`, "甲"), []string{"甲"}, nil},
		{"a deleted end of a paragraph", `<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr>` + runOf("", "甲") + `</w:p>` + parOf("", "乙"), []string{"甲乙"}, []string{warnRevisions}},
		{"a deleted end of the last paragraph", `<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr>` + runOf("", "甲") + `</w:p>`, []string{"甲"}, []string{warnRevisions}},
		{"a white title on the blue of its style", parOf(`<w:pStyle w:val="d"/>`, "甲"), []string{"甲"}, nil},
		{"an earlier style", parOf(`<w:pPrChange><w:pPr><w:pStyle w:val="b"/></w:pPr></w:pPrChange>`, "甲"), []string{"甲"}, nil},
		{"moved text", `<w:p><w:moveFrom>` + runOf("", "甲") + `</w:moveFrom></w:p><w:p><w:moveTo>` + runOf("", "甲") + `</w:moveTo></w:p>`, []string{"甲"}, []string{warnRevisions}},
		{"a field", `<w:p><w:r><w:instrText>PAGE</w:instrText></w:r>` + runOf("", "3") + `</w:p>`, []string{"3"}, nil},
		{"a hidden run", `<w:p>` + runOf("", "甲") + runOf(`<w:vanish/>`, "乙") + runOf(`<w:vanish w:val="0"/>`, "丙") + `</w:p>`, []string{"甲丙"}, []string{warnHiddenText}},
		{"a hidden style", `<w:p>` + runOf("", "甲") + runOf(`<w:rStyle w:val="h"/>`, "乙") + `</w:p>`, []string{"甲"}, []string{warnHiddenText}},
		{"white on white (BI065)", `<w:p>` + runOf(white, "忽略指令") + runOf("", "甲") + `</w:p>`, []string{"甲"}, []string{warnHiddenText}},
		{"white on blue", `<w:p>` + runOf(white+`<w:shd w:fill="0000FF"/>`, "甲") + `</w:p><w:p><w:pPr><w:shd w:fill="0000FF"/></w:pPr>` + runOf(white, "乙") + `</w:p>`, []string{"甲", "乙"}, nil},
		{"a white row below a styled table's head", `<w:tbl><w:tblPr><w:tblStyle w:val="t"/></w:tblPr>` + rowOf(`<w:p>`+runOf(white, "甲")+`</w:p>`, parOf("", "乙")) + rowOf(`<w:p>`+runOf(white, "丙")+`</w:p>`, parOf("", "丁")) + `</w:tbl>`, []string{"| 甲 | 乙 |", "|  | 丁 |"}, []string{warnHiddenText}},
		{"a text box without a second drawing", `<w:p>` + runOf("", "甲") + `<w:r><w:pict><v:textbox><w:txbxContent>` + parOf("", "乙") + `</w:txbxContent></v:textbox></w:pict></w:r>` + runOf("", "丙") + `</w:p>`, []string{"甲丙", "乙"}, nil},
		{"a table in a cell", `<w:tbl>` + rowOf(parOf("", "甲"), `<w:tbl>`+rowOf(parOf("", "乙"), parOf("", "丙"))+`</w:tbl>`+parOf("", "")) + `</w:tbl>`, []string{"| 甲 | | 乙 | 丙 | |"}, nil},
		{"a frame around a text", `<w:tbl>` + rowOf(parOf("", "第一条　甲")+parOf("", "乙")) + `</w:tbl>`, []string{"第一条　甲", "乙"}, nil},
		{"articles beside a margin", `<w:tbl>` + rowOf(parOf("", ""), parOf("", "第一条　甲")+parOf("", "第二条　乙")) + `</w:tbl>`, []string{"第一条　甲", "第二条　乙"}, nil},
		{"an empty row", `<w:tbl>` + rowOf(parOf("", ""), parOf("", "")) + `</w:tbl>` + parOf("", "甲"), []string{"甲"}, nil},
		{"breaks and tabs", `<w:p><w:r><w:t>甲</w:t><w:br/><w:t>乙</w:t><w:tab/><w:t>丙</w:t><w:noBreakHyphen/></w:r></w:p>`, []string{"甲", "乙\t丙-"}, nil},
	} {
		t.Run(c.what, func(t *testing.T) {
			f, err := readOf(t, "a.docx", docxOf(t, c.body, lists, styles))
			if err != nil {
				t.Fatal(err)
			}
			got := strings.Split(f.Text, "\n")
			if c.want == nil {
				got, c.want = got[len(got)-1:], []string{"第一百零三条　x"}
			}
			if !slices.Equal(got, c.want) || !slices.Equal(f.Warnings, c.warnings) {
				t.Errorf("got %q %q, want %q %q", got, f.Warnings, c.want, c.warnings)
			}
		})
	}
}

func TestFormatCount(t *testing.T) {
	for _, c := range []struct {
		format string
		n      int
		want   string
	}{
		{"chineseCounting", 12, "十二"}, {"ideographDigital", 103, "一百零三"}, {"japaneseCounting", 10, "十"},
		{"decimal", 7, "7"}, {"decimalFullWidth", 12, "１２"}, {"decimalEnclosedCircle", 3, "③"}, {"decimalEnclosedParen", 2, "⑵"}, {"decimalEnclosedCircle", 21, "21"},
		{"lowerLetter", 2, "b"}, {"upperLetter", 28, "BB"}, {"lowerRoman", 4, "iv"}, {"upperRoman", 1998, "MCMXCVIII"}, {"upperRoman", -1, "-1"},
		{"ideographTraditional", 2, "乙"}, {"ideographTraditional", 11, "11"}, {"bullet", 1, ""}, {"lowerLetter", 0, "0"}, {"unknown", 5, "5"},
	} {
		if got := formatCount(c.format, c.n); got != c.want {
			t.Errorf("%s %d: %q, want %q", c.format, c.n, got, c.want)
		}
	}
}

// TestPage reads small pages, each with one thing that pages do.
func TestPage(t *testing.T) {
	for _, c := range []struct {
		what, page string
		want       []string
		hidden     bool
	}{
		{"a line broken in the source", "<p>第一条　为了\n  规范", []string{"第一条　为了规范"}, false},
		{"a line broken between words", "<p>three\nwords   here", []string{"three words here"}, false},
		{"entities", "<p>&lt;b&gt;&nbsp;&#x4E2D;", []string{"<b> 中"}, false},
		{"a hidden paragraph that nobody closes", "<p hidden>甲<p>乙", []string{"乙"}, true},
		{"a hidden box in a box", `<div><div style="DISPLAY : none"><div>甲</div>乙</div>丙</div>丁`, []string{"丙", "丁"}, true},
		{"a hidden span with a span in it", `甲<span aria-hidden="true">乙<span>丙</span>丁</span>戊`, []string{"甲戊"}, true},
		{"an empty hidden box", `<div hidden><br></div><p>甲`, []string{"甲"}, false},
		{"letters of one pixel", `<p>甲<i style="font-size:1px">乙</i><i style="font-size:10px">丙</i><i style="font-size:1.5em">丁</i>`, []string{"甲丙丁"}, true},
		{"letters far to the left", `<p>甲<i style="position:absolute;left:-9999px">乙</i>`, []string{"甲"}, true},
		{"faint letters", `<p>甲<i style="opacity:0">乙</i><i style="opacity:0.9">丙</i>`, []string{"甲丙"}, true},
		{"a script that writes an end", `<script>"</p>第一条"</script><p>甲`, []string{"甲"}, false},
		{"an end that was never begun", `</div></table></td></p>甲`, []string{"甲"}, false},
		{"a cell without a row", `<td>甲<td>乙`, []string{"甲", "乙"}, false},
		{"an end in a cell", `<div><table><tr><td>甲</div>乙<td>丙</table>丁</div>`, []string{"| 甲乙 | 丙 |", "丁"}, false},
		{"a table in a cell", `<table><tr><td><table><tr><td>甲<td>乙</table><tr><td>丙<td>丁</table>`, []string{"| 甲 | 乙 |", "| 丙 | 丁 |"}, false},
		{"a head of a table", `<table><thead><tr><th>甲<th>乙<tbody><tr><td>丙<td>丁</table>`, []string{"| 甲 | 乙 |", "| 丙 | 丁 |"}, false},
		{"numbered items", `<ol><li>甲<p>乙<li>丙</ol><ul><li>丁</ul>`, []string{"1. 甲", "乙", "2. 丙", "丁"}, false},
		{"deleted words", `<p>可以<del>不予</del>容错`, []string{"可以容错"}, false},
		{"no end of a comment", `<p>甲<!-- 乙`, []string{"甲"}, false},
	} {
		f, err := readOf(t, "a.html", []byte(c.page))
		if err != nil {
			t.Errorf("%s: %v", c.what, err)
			continue
		}
		if got := strings.Split(f.Text, "\n"); !slices.Equal(got, c.want) || slices.Contains(f.Warnings, warnHiddenText) != c.hidden {
			t.Errorf("%s: %q %v, want %q", c.what, got, f.Warnings, c.want)
		}
	}
}
