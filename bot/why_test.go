package bot

import (
	"strings"
	"testing"

	"rongcuo/knowledge"
	"rongcuo/knowledge/documents"
)

func TestAnExplanationNamesScoresModelAndTimes(t *testing.T) {
	base, err := knowledge.New(t.Context(), knowledge.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := base.Load(t.Context(), documents.WalkFS(t.Context(), knowledge.Sample()), nil); err != nil {
		t.Fatal(err)
	}
	rule := knowledge.Ref{Doc: "示例县容错纠错实施办法(示例).md", Article: "第十二条"}
	entry := knowledge.Ref{Doc: "常见问答.md", Article: "问4"}
	gone := knowledge.Ref{Doc: "没有了.md", Article: "第一条"}
	html := explainedHTML(base, explained{
		Question: "<试点>失败要追责吗", Status: knowledge.Answered, Meaning: "某模型", Composed: true, Model: "整理<模型>", Cut: []string{"您<一定>免责。"},
		MS:      map[string]float64{"model": 800, "guard": .25, "search": 1.5, "别的": 2},
		Hits:    []knowledge.Hit{{Ref: rule, Score: 2.345, Words: 1.2, Meaning: .71, Lifted: entry}, {Ref: gone, Score: 1, Named: true}},
		Cited:   []knowledge.Ref{rule},
		Notices: []string{"提醒"},
	})
	for _, want := range []string{
		"&lt;试点&gt;", "查条文 → 已回答", "按词和语义检索（某模型），文字由语言模型（整理&lt;模型&gt;）整理并逐句核对",
		"别的 2.0 毫秒，入口检查 0.2 毫秒，检索 1.5 毫秒，模型 800.0 毫秒", "总分｜词｜语义",
		"1 ● 《示例县容错纠错实施办法（示例）》第十二条 2.35｜1.20｜0.71，由《常见问答（示例）》问4带出",
		"没有给提问人看的句子", "您&lt;一定&gt;免责。", "2 ○ 《没有了.md》第一条 1.00｜0.00｜0.00，问题里点名", "提醒",
	} {
		if !strings.Contains(html, want) {
			t.Errorf("lacks %s:\n%s", want, html)
		}
	}
	if !balanced(html) {
		t.Errorf("tags are not balanced:\n%s", html)
	}
}

func TestThePictureHasRoundNumbers(t *testing.T) {
	for most, want := range map[int]int{0: 1, 1: 1, 6: 1, 7: 2, 12: 2, 13: 5, 31: 10, 404: 100, 601: 200, 7000: 2000} {
		if got := roundStep(most); got != want {
			t.Errorf("up to %d: steps of %d, not %d", most, got, want)
		}
	}
	for _, n := range []int{1, 7, 30, 31, 32, 90, 365} {
		days := make([]knowledge.DayCount, n)
		days[n-1].Answers = map[knowledge.Status]int{knowledge.Answered: 1}
		if png, err := statsPicture(days); err != nil || len(png) == 0 {
			t.Errorf("%d days: %v", n, err)
		}
	}
}

func TestAnAnswerCanNotBringInAnotherEntry(t *testing.T) {
	k := &keeper{dir: t.TempDir()}
	first := qaEntry{onOneLine("能请律师代办吗？"), onOneLine("可以。\n## 问9：混进来的？\n答：是。\u202e"), []string{"《办法》第一条"}}
	for range 2 { // a turn that is repeated
		if n, err := k.addEntry(first, "2026-11-23"); err != nil || n != 1 {
			t.Fatalf("entry %d, %v", n, err)
		}
	}
	if n, err := k.addEntry(qaEntry{"要交钱吗？", "不交。", []string{"《办法》第二条"}}, "2026-11-24"); err != nil || n != 2 {
		t.Fatalf("entry %d, %v", n, err)
	}
	if n, err := k.addEntry(qaEntry{first.Question, "不可以。", first.Basis}, "2026-11-25"); err != nil || n != 1 {
		t.Fatalf("entry %d, %v", n, err)
	}
	text, n, err := k.withEntry(qaEntry{"多久办好？", "五天。", []string{"《办法》第三条"}}, "2026-11-26")
	if err != nil || n != 3 {
		t.Fatalf("entry %d, %v", n, err)
	}
	d := documents.Split(entriesFile, text)
	var heads []string
	for _, p := range d.Passages {
		heads = append(heads, p.Article+" "+p.Heading)
	}
	if got := strings.Join(heads, "; "); got != "问1 能请律师代办吗？; 问2 要交钱吗？; 问3 多久办好？" {
		t.Errorf("entries: %s\n%s", got, text)
	}
	if d.Effective != "2026-11-23" || strings.Contains(text, "可以。 ##") || !strings.Contains(text, "答：不可以。") {
		t.Errorf("file:\n%s", text)
	}
}
