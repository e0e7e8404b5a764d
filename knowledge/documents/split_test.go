package documents

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var updateSplit = flag.Bool("update-split", false, "write the golden files of the splitter anew")

// outline is what a golden file holds: everything known about a document, and
// its passages with their beginnings.
func outline(d Document) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s | %s | %s | %s | %s | 发布%s 施行%s 废止%s | %s | 替代%s\n", d.Kind, d.Title, d.DocNo, d.Issuer, d.Level, d.Issued, d.Effective, d.Repealed, d.Status, d.Supersedes)
	if d.Case != nil {
		fmt.Fprintf(&b, "case %+v\n", *d.Case)
	}
	for _, w := range d.Warnings {
		fmt.Fprintf(&b, "! %s\n", w)
	}
	for _, p := range d.Passages {
		text := strings.ReplaceAll(p.Text, "\n", "/")
		fmt.Fprintf(&b, "%s | %s | %s | %s | %d字 %s", p.ID(), strings.Join(p.Section, " > "), p.Heading, p.Items, len([]rune(text)), clip(text, 30))
		for _, c := range p.Cites {
			fmt.Fprintf(&b, " →%s%s", c.Title, c.Article)
		}
		b.WriteString("\n")
	}
	return b.String()
}

func compareGolden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "split", name+".golden")
	if *updateSplit {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs from its golden file; got:\n%s", name, got)
	}
}

func TestTheSampleSplitsAsWritten(t *testing.T) {
	sample := os.DirFS("../sample")
	var all strings.Builder
	err := fs.WalkDir(sample, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := fs.ReadFile(sample, name)
		if err != nil {
			return err
		}
		d := Split(name, string(data))
		if len(d.Warnings) > 0 {
			t.Errorf("%s: %v", name, d.Warnings)
		}
		fmt.Fprintf(&all, "== %s\n%s", name, outline(d))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	compareGolden(t, "sample", all.String())
}

// ids gives the names of a document's passages.
func ids(d Document) string {
	var out []string
	for _, p := range d.Passages {
		out = append(out, p.ID())
	}
	return strings.Join(out, " ")
}

func TestArticlesAreFoundHoweverTheyAreWritten(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"plain":               {"第一条　甲。\n第二条　乙。", "第一条 第二条"},
		"arabic":              {"第1条 甲。\n第2条 乙。\n第3条 丙。", "第一条 第二条 第三条"},
		"a hundred and three": {"第一百零二条 甲。\n第一百零三条 乙。", "第一百零二条 第一百零三条"},
		"spaced":              {"第 一 条 甲。\n第　二　条　乙。", "第一条 第二条"},
		"inserted":            {"第十条　甲。\n第十条之一　乙。\n第十一条　丙。", "第十条 第十条之一 第十一条"},
		"full width":          {"第１条　甲。\n第２条　乙。", "第一条 第二条"},
		"markdown":            {"### 第一条 甲\n**第二条** 乙。", "第一条 第二条"},
		"wrapped reference":   {"第十七条　甲，依照\n第十八条的规定，处理。\n第十八条　乙。", "第十七条 第十八条"},
		"reference in text":   {"第一条　依照第十八条的规定办理。\n第二条　乙。", "第一条 第二条"},
		"list of references":  {"第一条　违反下列规定的：\n第十八条、第十九条规定的情形；\n第二条　乙。", "第一条 第二条"},
		"chapters":            {"第一章 总则\n第一条 甲。\n第二章 分则\n第二条 乙。", "第一条 第二条"},
		"table of contents":   {"目录\n第一章 总则\n第二章 分则\n第三章 附则\n第一章 总则\n第一条 甲。\n第二章 分则\n第二条 乙。\n第三章 附则\n第三条 丙。", "第一条 第二条 第三条"},
		"appendix":            {"第一条 甲。\n第二条 乙。\n附件1 细则\n第一条 丙。\n第二条 丁。", "第一条 第二条 附件1·第一条 附件1·第二条"},
		"restart unmarked":    {"第一条 甲。\n第二条 乙。\n第一条 丙。\n第二条 丁。", "第一条 第二条 附·第一条 附·第二条"},
		"no articles":         {"通知\n请各单位做好工作。", "第一段"},
	} {
		if got := ids(Split("a.md", c.text)); got != c.want {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
	}
}

func TestWhatStandsAboveAnArticleIsKnown(t *testing.T) {
	d := Split("a.md", "第一编 通则\n第一章　总则\n第一节 目的\n第一条 【立法目的】甲。\n第二章 分则\n第二条 （适用范围）乙，见下表：\n| 类别 | 期限 |\n| 甲 | 十日 |\n第三条 丙。")
	p := d.Passages
	if got := strings.Join(p[0].Section, ">"); got != "第一编 通则>第一章　总则>第一节 目的" || p[0].Heading != "立法目的" {
		t.Errorf("%s %s", got, p[0].Heading)
	}
	if got := strings.Join(p[1].Section, ">"); got != "第一编 通则>第二章 分则" || p[1].Heading != "适用范围" {
		t.Errorf("%s %s", got, p[1].Heading)
	}
	if !strings.Contains(p[1].Text, "| 甲 | 十日 |") {
		t.Errorf("the table is lost: %s", p[1].Text)
	}
}

func TestALongArticleKeepsItsNumber(t *testing.T) {
	text := "第十二条　有下列情形之一的，可以从轻：\n"
	for i := 1; i <= 20; i++ {
		text += "（" + FormatNumber(i) + "）" + strings.Repeat("情形的说明文字，", 8) + "；\n"
	}
	d := Split("a.md", "第十一条　甲。\n"+text)
	parts := d.Passages[1:]
	if len(parts) < 3 {
		t.Fatalf("%d parts", len(parts))
	}
	rest := strings.TrimSpace(text)
	for i, p := range parts {
		if p.Article != "第十二条" || p.Part != i+1 {
			t.Errorf("part %d is %s#%d", i+1, p.Article, p.Part)
		}
		if i > 0 && p.Items == "" {
			t.Errorf("part %d does not say which items it holds", p.Part)
		}
		var ok bool
		if rest, ok = strings.CutPrefix(strings.TrimLeft(rest, "\n"), p.Text); !ok {
			t.Fatalf("part %d is not the literal text that follows", p.Part)
		}
	}
	if strings.TrimSpace(rest) != "" {
		t.Errorf("lost: %s", rest)
	}
}

func TestWhatADocumentSaysAboutItself(t *testing.T) {
	d := Split("某县容错办法.txt", "中共某县委办公室文件\n某委办发〔2024〕5号\n某县容错纠错实施办法（试行）\n（2024年2月3日印发）\n第一条　甲。\n第二条　本办法自2024年3月1日起施行。《某县旧容错办法》（某委办发〔2019〕2号）同时废止。")
	if d.Title != "某县容错纠错实施办法（试行）" || d.DocNo != "某委办发〔2024〕5号" || d.Issued != "2024-02-03" || d.Effective != "2024-03-01" || d.Supersedes != "某委办发〔2019〕2号" {
		t.Errorf("%+v", d)
	}
	for title, want := range map[string]string{"中华人民共和国监察法": "法律", "刑法": "法律", "宪法": "宪法", "信访工作条例": "行政法规", "中国共产党纪律处分条例": "党内法规", "最高人民法院关于适用某法的解释": "司法解释", "安徽省信访条例": "地方性法规", "会议纪要": ""} {
		if got := levelByTitle(title); got != want {
			t.Errorf("%s is %q, want %q", title, got, want)
		}
	}
}

func TestDoubtfulDocumentsAreSaidToBeSo(t *testing.T) {
	for text, want := range map[string]string{
		"第一条　甲。\n第二条　乙。\n第五条　丙。":                            "中间可能缺条",
		"---\ntitle: [\n---\n第一条　甲。":                        "格式有误",
		"---\ntitle: 甲\neffective: 2024-02-30\n---\n第一条　甲。": "不存在",
		"第一条　甲\uFFFD。":                                      "乱码",
		"第一条　甲。":                                            "施行日期",
		"说明文字。":                                             "没有找到“第X条”",
	} {
		if got := strings.Join(Split("a.md", text).Warnings, ""); !strings.Contains(got, want) {
			t.Errorf("%q: %q lacks %q", text, got, want)
		}
	}
}

func TestReferences(t *testing.T) {
	ref := func(title, article string, paragraph, item int) Reference {
		return Reference{Cite{title, article}, paragraph, item}
	}
	for text, want := range map[string][]Reference{
		"实施办法第十八条":      {ref("实施办法", "第十八条", 0, 0)},
		"规程6":           {ref("规程", "第六条", 0, 0)},
		"规程第6条第二款":      {ref("规程", "第六条", 2, 0)},
		"第六条第二项":        {ref("", "第六条", 0, 2)},
		"办法十八条第（一）项":    {ref("办法", "第十八条", 0, 1)},
		"刑法397条之一":      {ref("刑法", "第三百九十七条之一", 0, 0)},
		"《甲办法》第三条、第四条":  {ref("甲办法", "第三条", 0, 0), ref("甲办法", "第四条", 0, 0)},
		"《甲办法》第三条至第五条":  {ref("甲办法", "第三条", 0, 0), ref("甲办法", "第四条", 0, 0), ref("甲办法", "第五条", 0, 0)},
		"依照本办法第十八条":     {ref("", "第十八条", 0, 0)},
		"常见问答的问6怎么说":    {ref("", "问6", 0, 0)},
		"办法2025年印发":     nil,
		"三条建议怎么写":       nil,
		"2025年3月1日的会":   nil,
		"示例委办发〔2025〕6号": nil,
	} {
		if got := FindRefs(text); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

func TestNamesByWhichADocumentIsCited(t *testing.T) {
	for title, want := range map[string]string{
		"风险备案工作规程（示例）":    "风险备案工作规程(示例) 风险备案工作规程 风险备案规程 备案工作规程 备案规程 工作规程 规程",
		"示例县容错纠错实施办法（试行）": "示例县容错纠错实施办法(试行) 示例县容错纠错实施办法 容错纠错实施办法 容错纠错办法 纠错实施办法 纠错办法 实施办法 试行办法 办法",
		"中华人民共和国刑法":       "中华人民共和国刑法 刑法",
		"":                "",
	} {
		if got := strings.Join(ShortTitles(title), " "); got != want {
			t.Errorf("%s: %s", title, got)
		}
	}
}

func TestUnitsAreLiteral(t *testing.T) {
	text := "第六条　下列情形：（一）甲；（二）乙；（三）丙。\n单位应当报告。\n（一）丁；\n1.戊；"
	var got []string
	for _, u := range Units(text) {
		if text[u.Start:u.End] != u.Text {
			t.Fatalf("%q is not at its place", u.Text)
		}
		got = append(got, fmt.Sprintf("%d:%d.%d %s", u.Kind, u.Paragraph, u.Number, u.Text))
	}
	want := "0:1.1 第六条　下列情形：|1:1.1 （一）甲；|1:1.2 （二）乙；|1:1.3 （三）丙。|0:2.2 单位应当报告。|1:2.1 （一）丁；|2:2.1 1.戊；"
	if s := strings.Join(got, "|"); s != want {
		t.Errorf("%s", s)
	}
	p := Passage{Text: text}
	for _, c := range []struct {
		paragraph, item int
		want            string
	}{{0, 2, "（二）乙；"}, {2, 0, "单位应当报告。"}, {2, 1, "（一）丁；"}, {9, 0, ""}} {
		if got, _ := p.Item(c.paragraph, c.item); got != c.want {
			t.Errorf("第%d款第%d项: %q", c.paragraph, c.item, got)
		}
	}
}

func TestDates(t *testing.T) {
	for text, want := range map[string]Date{
		"2025年3月1日": "2025-03-01", "二〇二五年十二月三十一日": "2025-12-31", "二○二六年一月九日": "2026-01-09",
		"2025-02-28": "2025-02-28", "2025年2月30日": "", "2025-13-01": "", "三月一日": "", "２０２５年３月１日": "2025-03-01",
	} {
		if got, ok := ParseDate(text); got != want || ok != (want != "") {
			t.Errorf("%s: %s %v", text, got, ok)
		}
	}
}

func TestNumbersComeBack(t *testing.T) {
	for n := 1; n < 10000; n++ {
		if got, ok := ParseNumber(FormatNumber(n)); !ok || got != n {
			t.Fatalf("%d is written %s and read %d", n, FormatNumber(n), got)
		}
	}
	for s, want := range map[string]int{"两": 2, "一〇三": 103, "十": 10, "１２": 12, "二 十": 20, "十十": 0, "一百一百": 0, "": 0, "甲": 0, "99999": 0} {
		if got, ok := ParseNumber(s); got != want && ok {
			t.Errorf("%q: %d", s, got)
		}
	}
}

// Whatever an article says must stand in its passages, in order.
func TestNothingOfAnArticleIsLost(t *testing.T) {
	sentence := rapid.SampledFrom([]string{"单位应当报告。", "（一）甲情形；", "（二）乙情形；", "依照第三条的规定办理。", "第四条所称单位，是指机关。", "| 甲 | 乙 |", "1.说明；"})
	rapid.Check(t, func(t *rapid.T) {
		var text strings.Builder
		var all []string
		for i := range rapid.IntRange(1, 6).Draw(t, "articles") {
			fmt.Fprintf(&text, "第%s条　总述。\n", FormatNumber(i+1))
			for range rapid.IntRange(0, 60).Draw(t, "lines") {
				s := sentence.Draw(t, "line")
				all = append(all, s)
				text.WriteString(s + "\n")
			}
		}
		var got strings.Builder
		for _, p := range Split("a.md", text.String()).Passages {
			got.WriteString(p.Text + "\n")
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

func FuzzSplit(f *testing.F) {
	f.Add("---\ntitle: 甲\n---\n第一条　甲。\n（一）乙；")
	f.Add("## 问1：甲？\n答：乙。\n## 问2：丙？\n## 问3：丁？")
	f.Add("---\ncase_id: A\n---\n## 基本案情\n甲")
	f.Add("目录\n第一章 甲........1\n第一条\n附件\n第一条")
	f.Fuzz(func(t *testing.T, text string) {
		for _, p := range Split("a.md", text).Passages {
			if p.Article == "" || p.Text == "" {
				t.Fatalf("an empty passage: %+v", p)
			}
			for _, u := range Units(p.Text) {
				if p.Text[u.Start:u.End] != u.Text {
					t.Fatal("a unit is not literal")
				}
			}
		}
	})
}

func FuzzFindRefs(f *testing.F) {
	for _, s := range []string{"《甲》第三条至第五条", "办法6", "第一条第（二）项", "问答问3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, r := range FindRefs(s) {
			if r.Article == "" {
				t.Fatalf("%q names nothing", s)
			}
		}
		ParseDate(s)
		ParseNumber(s)
		ShortTitles(s)
	})
}
