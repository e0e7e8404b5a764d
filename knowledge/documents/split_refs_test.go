package documents

import (
	"slices"
	"strings"
	"testing"
)

func TestReferences(t *testing.T) {
	ref := func(title, article string, paragraph, item int) Reference {
		return Reference{Cite{title, article}, paragraph, item}
	}
	for text, want := range map[string][]Reference{
		"实施办法第十八条":              {ref("实施办法", "第十八条", 0, 0)},
		"规程6":                   {ref("规程", "第六条", 0, 0)},
		"规程第6条第二款":              {ref("规程", "第六条", 2, 0)},
		"第六条第二项":                {ref("", "第六条", 0, 2)},
		"办法十八条第（一）项":            {ref("办法", "第十八条", 0, 1)},
		"刑法397条之一":              {ref("刑法", "第三百九十七条之一", 0, 0)},
		"《甲办法》第三条、第四条":          {ref("甲办法", "第三条", 0, 0), ref("甲办法", "第四条", 0, 0)},
		"《甲办法》第三条至第五条":          {ref("甲办法", "第三条", 0, 0), ref("甲办法", "第四条", 0, 0), ref("甲办法", "第五条", 0, 0)},
		"依照本办法第十八条":             {ref("", "第十八条", 0, 0)},
		"示例县容错纠错实施办法(试行)第三条":    {ref("示例县容错纠错实施办法(试行)", "第三条", 0, 0)},
		"《甲办法》（试行）第三条":          {ref("甲办法（试行）", "第三条", 0, 0)},
		"《甲办法》（某委发〔2025〕6号）第三条": {ref("甲办法", "第三条", 0, 0)},
		"实施办法里第18条怎么说":          {ref("实施办法", "第十八条", 0, 0)},
		"备案规程6":                 {ref("备案规程", "第六条", 0, 0)},
		"刑法397":                 {ref("刑法", "第三百九十七条", 0, 0)},
		"容错办法第 十 八 条":           {ref("容错办法", "第十八条", 0, 0)},
		"第18条2款3项":              {ref("", "第十八条", 2, 3)},
		"规程第六条（二）":              {ref("规程", "第六条", 0, 2)},
		"第六条第（二）、（三）项":          {ref("", "第六条", 0, 2), ref("", "第六条", 0, 3)},
		"第三条第一款、第四条第二款":         {ref("", "第三条", 1, 0), ref("", "第四条", 2, 0)},
		"第三条第一款和第二款":            {ref("", "第三条", 1, 0), ref("", "第三条", 2, 0)},
		"第三、四条":                 {ref("", "第三条", 0, 0), ref("", "第四条", 0, 0)},
		"第三至五条":                 {ref("", "第三条", 0, 0), ref("", "第四条", 0, 0), ref("", "第五条", 0, 0)},
		"《甲办法》第三条至第五条和《乙办法》第一条": {ref("甲办法", "第三条", 0, 0), ref("甲办法", "第四条", 0, 0), ref("甲办法", "第五条", 0, 0), ref("乙办法", "第一条", 0, 0)},
		"第一条至第一百条":              {ref("", "第一条", 0, 0), ref("", "第一百条", 0, 0)},
		"第五条至第三条":               {ref("", "第五条", 0, 0), ref("", "第三条", 0, 0)},
		"根据监察法第十一条、第十二条和刑法第三百八十五条": {ref("监察法", "第十一条", 0, 0), ref("监察法", "第十二条", 0, 0), ref("刑法", "第三百八十五条", 0, 0)},
		"香港基本法第三条":      {ref("香港基本法", "第三条", 0, 0)},
		"一、第三条规定":       {ref("", "第三条", 0, 0)},
		"问6":            {ref("", "问6", 0, 0)},
		"规定2名以上":        nil,
		"规定5项要求":        nil,
		"依法三条":          nil,
		"请问3个工作日够吗":     nil,
		"前三条":           nil,
		"常见问答的问6怎么说":    {ref("常见问答", "问6", 0, 0)},
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

func TestWideRangesAreNamedByTheirEnds(t *testing.T) {
	for text, want := range map[string]int{"第一条至第三十一条": 31, "第一条至第三十二条": 2} {
		if got := FindRefs(text); len(got) != want {
			t.Errorf("%s names %d articles, want %d", text, len(got), want)
		}
	}
}

// What a passage names, for the graph of articles: earlier articles by number,
// those of an appendix by its name, and never itself.
func TestCitesOfAPassage(t *testing.T) {
	d := Split("a.md", "第一条　依照第三条。\n第二条　前条所称单位，依照《甲法》第五条、第六条办理。\n第三条　有前两条情形的，依照本办法第一条。\n附件1\n第一条　依照第二条办理。\n第二条　依照本办法第一条和第九条。")
	want := []string{"第三条", "第一条 甲法第五条 甲法第六条", "第一条 第二条", "附件1·第二条", "第一条 第九条"}
	for i, p := range d.Passages {
		var got []string
		for _, c := range p.Cites {
			got = append(got, c.Title+c.Article)
		}
		if s := strings.Join(got, " "); s != want[i] {
			t.Errorf("%s names %s, want %s", p.ID(), s, want[i])
		}
	}
}

func TestNamesByWhichADocumentIsCited(t *testing.T) {
	for title, want := range map[string]string{
		"风险备案工作规程（示例）":      "风险备案工作规程(示例) 风险备案工作规程（示例） 风险备案工作规程 风险备案规程 备案工作规程 备案规程 工作规程 规程",
		"示例县容错纠错实施办法（试行）":   "示例县容错纠错实施办法(试行) 示例县容错纠错实施办法（试行） 容错纠错实施办法(试行) 容错纠错实施办法（试行） 示例县容错纠错实施办法 容错纠错实施办法 容错纠错办法 纠错实施办法 纠错办法 实施办法 试行办法 办法",
		"中华人民共和国刑法":         "中华人民共和国刑法 刑法",
		"城市房地产管理法":          "城市房地产管理法",
		"农产品批发市场管理办法":       "农产品批发市场管理办法 管理办法 办法",
		"浙江省杭州市容错办法":        "浙江省杭州市容错办法 杭州市容错办法 容错办法 办法",
		"容错认定工作规程（示例）":      "容错认定工作规程(示例) 容错认定工作规程（示例） 容错认定工作规程 容错认定规程 认定工作规程 认定规程 工作规程 规程",
		"常见问答（示例）":          "常见问答(示例) 常见问答（示例） 常见问答",
		"《问题线索处置与澄清正名工作指引》": "问题线索处置与澄清正名工作指引 问题线索处置与澄清正名指引 正名工作指引 正名指引 工作指引 指引",
		"": "",
	} {
		if got := strings.Join(ShortTitles(title), " "); got != want {
			t.Errorf("%s: %s", title, got)
		}
	}
}
