package documents

import (
	"strings"
	"testing"
)

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
		"item is no title":    {"第一条 （一）甲。\n（二）乙。", "第一条"},
		"heading marked":      {"### 第一条 目的\n甲。\n**第二条** 乙。\n***第三条***　丙。", "第一条 第二条 第三条"},
		"number alone":        {"第一条\n甲。\n第二条\n乙。", "第一条 第二条"},
		"glued":               {"第一条为了甲。\n第二条本办法。\n第三条依照\n第二条处理。\n第四条丁。", "第一条 第二条 第三条 第四条"},
		"wrapped in order":    {"第十七条　甲，依照\n第十八条规定情形之一的。\n第十八条　乙。", "第十七条 第十八条"},
		"wrapped at an item":  {"第十七条　甲，违反\n第十八条（一）项的。\n第十八条　乙。", "第十七条 第十八条"},
		"wrapped with blank":  {"第十七条　甲，依照\n第十八条 的规定处理。\n第十八条　乙。", "第十七条 第十八条"},
		"announced":           {"第一条　甲某某事项\n第二条规定以外的除外情形\n第二条　乙。", "第一条 第二条"},
		"next one announced":  {"第一条　甲某某事项\n第二条情形另行处理。\n第二条　乙。", "第一条 第二条"},
		"rule as a word":      {"第一条 甲。\n第二条 规定由县委制定。", "第一条 第二条"},
		"far reference":       {"第一条　甲见\n第五十六条所称单位。\n第三十条、第三十一条和\n第二条　乙。", "第一条 第二条"},
		"toc with pages":      {"目录\n第一条 目的……1\n第二条 范围……2\n第一条 甲。\n第二条 乙。", "第一条 第二条"},
		"toc without a title": {"第一章 总则 ........ 1\n第二章 分则 ........ 2\n第三章 附则 ........ 9\n第一章 总则\n第一条 甲。", "第一条"},
		"number of appendix":  {"第一条 甲。\n附件 2：细则\n第一条 丙。\n附件三\n第一条 丁。", "第一条 附件2·第一条 附件3·第一条"},
		"supplement restarts": {"第一条 甲。\n附 则\n第一条 乙。\n附录\n第一条 丙。", "第一条 附则·第一条 附录·第一条"},
		"supplement goes on":  {"第一条 甲。\n附则\n第二条 乙。", "第一条 第二条"},
		"restart twice":       {"第一条 甲。\n第二条 乙。\n第一条 丙。\n第二条 丁。\n第一条 戊。", "第一条 第二条 附·第一条 附·第二条 附2·第一条"},
		"rule in an appendix": {"关于印发办法的通知\n附件\n某办法\n第一条 甲。\n第二条 乙。", "第一条 第二条"},
		"ruler at the top":    {"---\n第一条　甲。\n第二条　乙。\n---\n第三条　丙。", "第一条 第二条 第三条"},
		"amendment is quoted": {"第一条 甲。\n“第五条　乙。”\n第二条 丙。", "第一条 第二条"},
		"windows lines":       {"第一条 甲。\r\n第二条 乙。\r第三条 丙。", "第一条 第二条 第三条"},
		"preamble":            {"某办法\n为了进一步规范某县容错纠错工作的申请、受理、认定和反馈，依照有关规定，制定本办法。\n第一条 甲。", "序言 第一条"},
		"nothing":             {" \n\n", ""},
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

// Signatures and dates end a text; what looks like one elsewhere is text.
func TestOnlySignaturesAreLeftOut(t *testing.T) {
	for text, want := range map[string]string{
		"第一条 甲。\n中共某县委办公室\n某县人民政府办公室\n2025年3月1日":          "第一条 甲。",
		"第一条 甲。\n某县人民政府\n二○二五年三月一日\n附件1\n第一条 乙。":          "第一条 甲。",
		"第一条 甲：\n民生保障" + strings.Repeat("\n", 9) + "产业发展": "第一条 甲：\n民生保障\n产业发展",
		"第一条 受理机关：\n某县信访局\n某县审计局":                         "第一条 受理机关：\n某县信访局\n某县审计局",
		"第一条 姓名：______，__年__月。":                           "第一条 姓名：______，__年__月。",
		"> 【示例】提示。\n第一条 甲：\n> 引文。":                        "第一条 甲：\n引文。",
		"第一条 **甲**和***乙***。":                              "第一条 甲和乙。",
		"第一条 自下列日期起：\n2025年3月1日\n施行。":                     "第一条 自下列日期起：\n2025年3月1日\n施行。",
	} {
		if got := Split("a.md", text).Passages[0].Text; got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// One endless paragraph is cut after its sentences, and nothing of it is lost.
func TestALongParagraphIsCutAfterSentences(t *testing.T) {
	text := "第一条　" + strings.Repeat("单位应当如实报告并及时采取补救措施。", 200)
	d := Split("a.md", text)
	got := ""
	for _, p := range d.Passages {
		if n := len([]rune(p.Text)); n > longArticle || !strings.HasSuffix(p.Text, "。") || p.Article != "第一条" {
			t.Errorf("%s has %d characters and ends with %q", p.ID(), n, tail(p.Text, 9))
		}
		got += p.Text
	}
	if got != text {
		t.Errorf("%d parts are not the text", len(d.Passages))
	}
}

func TestLinesOfACorpus(t *testing.T) {
	for title, want := range map[string][3]string{
		"中华人民共和国刑法第二条":        {"中华人民共和国刑法", "第二条", "法律"},
		"中华人民共和国刑法第一百三十三条之一":  {"中华人民共和国刑法", "第一百三十三条之一", "法律"},
		"信访工作条例第10条":          {"信访工作条例", "第十条", "行政法规"},
		"中华人民共和国刑法修正案（第十一）":   {"中华人民共和国刑法修正案（第十一）", "", ""},
		"最高人民法院关于审理某案的规定 第三条": {"最高人民法院关于审理某案的规定", "第三条", "司法解释"},
	} {
		d := CorpusLine("7", title, "正文。")
		if got := [3]string{d.Title, d.Passages[0].Article, d.Level}; got != want || d.Path != "7" || d.Kind != Corpus || d.Passages[0].Text != "正文。" {
			t.Errorf("%s: %q, want %q", title, got, want)
		}
	}
}
