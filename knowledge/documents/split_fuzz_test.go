package documents

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Whatever an article says must stand in its passages, in order.
func TestNothingOfAnArticleIsLost(t *testing.T) {
	sentence := rapid.SampledFrom([]string{
		"单位应当报告。", "（一）甲情形；", "（二）乙情形；（三）丙情形；", "依照第三条的规定办理。", "第四条所称单位，是指机关。",
		"第二条、第三条规定的情形；", "| 甲 | 乙 |", "1.说明；", "民生保障", "某县信访局", "姓名：____", "> 引文。", "\n\n", strings.Repeat("很长的一句，", 60),
	})
	rapid.Check(t, func(t *rapid.T) {
		var text strings.Builder
		var all []string
		for i := range rapid.IntRange(1, 6).Draw(t, "articles") {
			fmt.Fprintf(&text, "第%s条　总述。\n", FormatNumber(i+1))
			for range rapid.IntRange(0, 60).Draw(t, "lines") {
				s := sentence.Draw(t, "line")
				text.WriteString(s + "\n")
				all = append(all, strings.TrimSpace(strings.TrimPrefix(s, "> ")))
			}
		}
		var got strings.Builder
		for _, p := range Split("a.md", text.String()).Passages {
			got.WriteString(strings.ReplaceAll(p.Text, "\n", ""))
		}
		rest := got.String()
		for _, s := range all {
			at := strings.Index(rest, s)
			if at < 0 {
				t.Fatalf("%q is lost from\n%s", s, text.String())
			}
			rest = rest[at+len(s):]
		}
	})
}

// A text without articles is kept too: every line stands in a passage or in the
// headings above one, unless it is a heading with nothing below it.
func TestNothingOfALooseTextIsLost(t *testing.T) {
	line := rapid.SampledFrom([]string{"各单位应当落实。", "（一）坚持实事求是。", "一、总体要求", "## 要求", "| 甲 |", strings.Repeat("长文", 700), ""})
	rapid.Check(t, func(t *rapid.T) {
		lines := append(rapid.SliceOfN(line, 0, 40).Draw(t, "lines"), "完。")
		var got strings.Builder
		for _, p := range Split("a.md", strings.Join(lines, "\n")).Passages {
			if n := len([]rune(p.Text)); n > looseLength+len(lines) {
				t.Fatalf("a passage of %d characters", n)
			}
			got.WriteString(strings.ReplaceAll(p.Text, "\n", ""))
		}
		rest := got.String()
		for _, s := range lines {
			if numberedHead.MatchString(s) || strings.HasPrefix(s, "#") {
				continue
			}
			at := strings.Index(rest, s)
			if at < 0 {
				t.Fatalf("%q is lost", clip(s, 20))
			}
			rest = rest[at+len(s):]
		}
	})
}

func FuzzSplit(f *testing.F) {
	for _, s := range []string{
		"---\ntitle: 甲\n---\n第一条　甲。\n（一）乙；",
		"---\ntitle: &a [x,x]\ncited_articles: [*a,*a]\n---\n第一条　甲。",
		"## 问1：甲？\n答：乙。\n## 问2：丙？\n## 问3：丁？",
		"1、甲？\n答：乙。\n2、甲？\n答：乙。\n3、甲？\n答：乙。",
		"---\ncase_id: A\n---\n## 基本案情\n甲",
		"目录\n第一章 甲........1\n第一条\n附件\n第一条\n某县委\n2025年3月1日",
		"某县令\n第3号\n某办法\n第一条　" + strings.Repeat("甲，", 600) + "\n附件：1.表\n附件1\n表\n| 甲 |",
		"> 甲\n**第一条** __乙__\n第一条　依照\n第二条的规定",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) { holds(t, text) })
}

// holds checks what is true of the passages of any text: they have a name and
// text, every line of them stands in the file, and units are literal.
func holds(t interface{ Fatalf(string, ...any) }, text string) {
	_, body := cutFrontMatter(newlines.Replace(text))
	clean := strings.Join(cleanLines(body), "\n")
	for _, p := range Split("a.md", text).Passages {
		if p.Article == "" || strings.TrimSpace(p.Text) == "" {
			t.Fatalf("an empty passage %+v of %q", p, text)
		}
		for line := range strings.SplitSeq(p.Text, "\n") {
			if !strings.Contains(clean, line) {
				t.Fatalf("%q is not literal in %q", line, text)
			}
		}
		for _, u := range Units(p.Text) {
			if p.Text[u.Start:u.End] != u.Text {
				t.Fatalf("%+v is not literal in %q", u, text)
			}
		}
	}
}

// Headings, references, signatures, questions and cases in any order.
func TestAnyMixOfLinesHolds(t *testing.T) {
	line := rapid.SampledFrom([]string{
		"", "# 某办法", "## 第一章　总则", "第二章 分则", "第一编", "第一节甲", "目录", "第一章　总则……1", "附则", "附件", "附件 2：表", "附件：1.表", "附录",
		"第一条　甲。", "第一条甲", "第二条　（一）乙；", "**第三条** 【条标】丙", "### 第四条 目的", "第 五 条", "第十条之一　丁。", "第103条 戊。",
		"依照", "第二条的规定处理。", "第一条、第二条和", "第三条至第九条", "前条规定；", "（一）甲；（二）乙。", "（三）丙；", "1.目；", "| 甲 | 乙 |", "> 引文", "> 第一条 引", "---", "***", "**",
		"title: 甲", "effective: 2024-02-30", "case_id: A", "某委办发〔2025〕6号", "某县令", "第3号", "（2024年1月1日通过）", "某县人民政府", "2025年3月1日", "抄送：某局", "\r", "\uFEFF",
		"问1：甲？", "问：乙？", "3、丙？", "答：丁。", "依据：《甲法》第一条。", "基本案情", "【处理结果】", "四、案例评析", "容错免责", "一、总体要求",
		"本办法自2024年1月1日起施行，有效期两年。", "《甲办法》、《乙办法》（某发〔2019〕1号）同时废止。", strings.Repeat("长，", 500), strings.Repeat("长句。", 400), "锟斤拷",
	})
	rapid.Check(t, func(t *rapid.T) {
		holds(t, strings.Join(rapid.SliceOfN(line, 0, 40).Draw(t, "lines"), "\n"))
	})
}

func FuzzUnits(f *testing.F) {
	for _, s := range []string{"第六条　下列：（一）甲；（二）乙。\n（一）丁；\n1.戊；", "（六）甲；\n| 乙 |\n\n", "：（一）；（二）", "（九千九百九十九）"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		end := 0
		for _, u := range Units(text) {
			if u.Start < end || u.End <= u.Start || text[u.Start:u.End] != u.Text || u.Paragraph < 1 || u.Number < 0 {
				t.Fatalf("%+v of %q", u, text)
			}
			if between := text[end:u.Start]; strings.Trim(between, "\n") != "" {
				t.Fatalf("%q is lost from %q", between, text)
			}
			end = u.End
		}
		if strings.Trim(text[end:], "\n") != "" {
			t.Fatalf("%q is lost", text[end:])
		}
	})
}

func FuzzFindRefs(f *testing.F) {
	for _, s := range []string{"《甲》第三条至第五条", "办法6", "一、第一条第（二）、（三）项", "问答问3", "第三、四条和第五条之一第二款", "《某办法》（试行）里第3条", "条条第条、条"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, r := range FindRefs(s) {
			if n := articleNumeral(r.Article); n == 0 && !strings.HasPrefix(r.Article, "问") {
				t.Fatalf("%q names %q", s, r.Article)
			}
			if r.Title != "" && !strings.Contains(s, strings.TrimRight(r.Title, "（）()试行")) && !strings.Contains(r.Title, "（") && !strings.Contains(r.Title, "(") && r.Title != "问答" {
				t.Fatalf("%q does not name %q", s, r.Title)
			}
		}
		for _, name := range ShortTitles(s) {
			if name == "" {
				t.Fatal("an empty name")
			}
		}
	})
}

func FuzzParseNumber(f *testing.F) {
	for _, s := range []string{"一百零三", "１０３", "廿一", "一 百", "二〇", "9999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, ok := ParseNumber(s)
		if ok != (n > 0) || n > 9999 {
			t.Fatalf("%q is %d, %v", s, n, ok)
		}
		if again, _ := ParseNumber(FormatNumber(n)); ok && again != n {
			t.Fatalf("%d comes back as %d", n, again)
		}
	})
}

func FuzzParseDate(f *testing.F) {
	for _, s := range []string{"2025年3月1日", "二〇二五年十二月三十一日", "2025-02-30", "2025.3.1", "２０２５年３月１日"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, ok := ParseDate(s)
		if _, err := time.Parse(time.DateOnly, string(d)); ok != (err == nil) || !ok && d != "" {
			t.Fatalf("%q is %q, %v", s, d, ok)
		}
	})
}

// What a hostile file of 3 MB costs: time in proportion to its length.
func BenchmarkHostileTexts(b *testing.B) {
	var refs strings.Builder
	refs.WriteString("第一条 ")
	for i := range 60000 {
		fmt.Fprintf(&refs, "《甲%d》第%s条，", i, FormatNumber(i%9999+1))
	}
	for name, text := range map[string]string{
		"one-line":   strings.Repeat("甲", 1_000_000),
		"blanks":     "第一条 甲。\n" + strings.Repeat("甲"+strings.Repeat("\n", 9), 200_000),
		"articles":   strings.Repeat("第一条 甲。\n", 150_000),
		"references": refs.String(),
		"dates":      "第一条 甲。\n" + strings.Repeat("2025年3月1日\n", 150_000),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Split("a.txt", text)
			}
		})
	}
}

func BenchmarkSplit(b *testing.B) {
	var text strings.Builder
	for i := 1; i < 10000; i++ {
		fmt.Fprintf(&text, "第%s条　单位违反本办法第三条、第五条规定的，由主管部门依照《甲法》第六条处理；（一）甲；（二）乙。\n", FormatNumber(i))
	}
	for b.Loop() {
		Split("a.md", text.String())
	}
}

// One iteration is the bulk corpus of 57,616 lines.
func BenchmarkCorpusLines(b *testing.B) {
	for b.Loop() {
		for range 57616 {
			CorpusLine("1", "中华人民共和国刑法第二百三十二条", "正文")
		}
	}
}
