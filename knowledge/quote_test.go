package knowledge

import (
	"fmt"
	"strings"
	"testing"

	"rongcuo/knowledge/documents"
)

// Who names an article reads all of it.
func TestANamedArticleIsQuotedWhole(t *testing.T) {
	b := sampleBase(t, Options{})
	for question, want := range map[string]string{
		"办法第十八条":     "（八）突破耕地保护、生态保护红线等刚性约束的。",
		"办法第四十四条":    "不得将已经免责的事项作为负面内容",
		"办法第十条第一款":   "（三）情形三（政策界限）",
		"认定规程第四条第一款": "（五）已经风险备案的",
	} {
		a := ask(t, b, Question{Text: question})
		if text := a.Basis[0].Excerpt("\n"); !strings.Contains(text, want) || strings.Contains(text, "……") && strings.HasSuffix(question, "条") {
			t.Errorf("%s: %s", question, text)
		}
	}
	if a := ask(t, b, Question{Text: "办法第九条第二项"}); strings.Contains(a.Basis[0].Excerpt(""), "（三）") {
		t.Errorf("more than the item: %s", a.Basis[0].Excerpt("\n"))
	}
}

// An article so long that it is searched in parts is quoted, and limits, as one.
func TestALongNamedArticleIsQuotedInAllItsParts(t *testing.T) {
	text := "第一条　有下列情形之一的，不予容错：\n"
	for i := range 30 {
		text += fmt.Sprintf("（%s）第%d种不能容忍的做法，由本单位在年度总结里说明它的来龙去脉；\n", documents.FormatNumber(i+1), i+1)
	}
	text += "\n第二条　探索中出现失误的，可以容错免责。\n"
	doc := documents.Split("l.md", "---\ntitle: 某县容错办法\nlevel: 规范性文件\neffective: 2021-01-01\n---\n"+text)
	if len(doc.Passages) < 3 {
		t.Fatal("the article is not split")
	}
	b := sampleBase(t, Options{})
	b.current.Store(newGeneration([]documents.Document{doc}, nil))
	a := ask(t, b, Question{Text: "某县容错办法第一条"})
	if c := a.Basis[0]; !c.Whole || len(c.Quotes) != 31 {
		t.Errorf("%d pieces, whole: %v", len(c.Quotes), c.Whole)
	}
	a = ask(t, b, Question{Text: "某县容错办法第二条"})
	if len(a.Limits) != 1 || len(a.Limits[0].Quotes) != 31 {
		t.Errorf("the negative list is not whole: %+v", a.Limits)
	}
}

// 第N款第M项 of such an article is found in whichever part holds it.
func TestAnItemIsFoundInItsPart(t *testing.T) {
	long := strings.Repeat("说明文字，", 40)
	doc := documents.Split("l.md", "---\ntitle: 某县容错办法\nlevel: 规范性文件\neffective: 2021-01-01\n---\n第一条　甲"+long+"：\n（一）子"+long+"；\n（二）丑。\n乙"+long+"：\n（一）寅；\n丙。\n")
	if len(doc.Passages) < 2 {
		t.Fatal("the article is not split")
	}
	g := newGeneration([]documents.Document{doc}, nil)
	for part := range doc.Passages {
		units := g.article(part)
		for _, c := range []struct {
			paragraph, item int
			want            string
		}{{1, 2, "（二）丑。"}, {0, 2, "（二）丑。"}, {2, 1, "（一）寅；"}, {3, 0, "丙。"}} {
			if got := pieceNamed(units, c.paragraph, c.item); len(got) != 1 || strings.TrimSpace(units[got[0]].Text) != c.want {
				t.Errorf("from part %d, 第%d款第%d项: %v of %d", part, c.paragraph, c.item, got, len(units))
			}
		}
	}
}

// A sentence such as 有下列情形之一的 says nothing without one of its items.
func TestASentenceThatLeadsToItemsHasSomeOfThem(t *testing.T) {
	b := sampleBase(t, Options{})
	g := b.current.Load()
	for i, e := range g.entries {
		for _, question := range []string{"什么情形不予容错", "有哪些材料", "下列情形之一", "怎么办", lead(e.passage.Text)} {
			f := finding{terms: b.lexicon.terms(Query{Text: question})}
			c := g.cite(i, f, "2026-11-23")
			for k, q := range c.Quotes {
				if strings.HasSuffix(q, "：") && k == len(c.Quotes)-1 {
					t.Errorf("%s, asked %s: %s", c.Name(), question, c.Excerpt("\n"))
				}
			}
		}
	}
}
