package knowledge

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"rongcuo/knowledge/documents"
)

func ask(t *testing.T, b *Base, q Question) Answer {
	t.Helper()
	a, err := b.Ask(t.Context(), q, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range a.Citations() {
		if err := b.Verify(c); err != nil {
			t.Errorf("%s: %v", q.Text, err)
		}
	}
	return a
}

func cites(a Answer, article string) bool {
	return slices.ContainsFunc(a.Citations(), func(c Citation) bool { return c.Article == article })
}

func TestWhatMayBeToleratedCarriesItsLimits(t *testing.T) {
	b := sampleBase(t, Options{})
	a := ask(t, b, Question{Text: opposed})
	if a.Status != Answered || !cites(a, "第十二条") {
		t.Fatalf("%s %v", a.Status, a.Basis)
	}
	text := a.Text()
	for _, must := range []string{"应当同时具备下列条件", "第九条", "有下列情形之一的，不予容错", "（八）突破耕地保护", "不构成容错认定", "依据截至", "仅供参考", "示例文件为演示编写", "现行"} {
		if !strings.Contains(text, must) {
			t.Errorf("the answer lacks %q", must)
		}
	}
	for _, never := range []string{"您可以免责", "你可以免责", "不会被追究"} {
		if strings.Contains(text, never) {
			t.Errorf("the answer decides: %q", never)
		}
	}
	if len(a.Ask) > 2 {
		t.Errorf("asks back %d questions", len(a.Ask))
	}
}

func TestARedLineIsSaidFirst(t *testing.T) {
	b := sampleBase(t, Options{})
	a := ask(t, b, Question{Text: "为了赶项目占用了一点耕地，能容错吗？"})
	if a.Warning == nil || a.Warning.Article != "第十八条" || !strings.Contains(a.Warning.Quote, "耕地") {
		t.Fatalf("warning: %+v", a.Warning)
	}
	if !strings.HasPrefix(a.Text(), "【"+headRedline+"】") {
		t.Errorf("the red line is not first: %s", a.Text())
	}
}

// Who asks for what is not tolerated reads that first, and not what may be.
func TestTheNegativeListLeadsWhereItIsAskedFor(t *testing.T) {
	b := sampleBase(t, Options{})
	for _, question := range []string{"什么情形不予容错", "哪些情况不能容错？", "不予容错的情形", "哪几类问题不可以免责？", "容错的负面清单", "啥事不能容错"} {
		if a := ask(t, b, Question{Text: question}); a.Basis[0].Article != "第十八条" || !a.Basis[0].Whole {
			t.Errorf("%s: %+v", question, a.Basis)
		}
	}
	for _, question := range []string{"为什么不能容错？", "哪些情形可以容错？", "明令禁止的不能容错吗？"} {
		if b.safeguards.asksRefusals(question) {
			t.Errorf("%s does not ask for the list", question)
		}
	}
}

func TestLookUpByNameAndNumber(t *testing.T) {
	b := sampleBase(t, Options{})
	for question, want := range map[string]Ref{
		"实施办法第十八条":             {"示例县容错纠错实施办法(示例).md", "第十八条"},
		"《示例县容错纠错实施办法》第18条说什么": {"示例县容错纠错实施办法(示例).md", "第十八条"},
		"备案规程6":     {"风险备案工作规程(示例).md", "第六条"},
		"认定规程第二十一条": {"容错认定工作规程(示例).md", "第二十一条"},
		"办法第九条第二项":  {"示例县容错纠错实施办法(示例).md", "第九条"},
	} {
		a := ask(t, b, Question{Text: question})
		if len(a.Basis) == 0 || a.Passages[0].Ref != want || !a.Passages[0].Named {
			t.Errorf("%s: %+v", question, a.Passages)
		}
	}
	if a := ask(t, b, Question{Text: "常见问答问6"}); !cites(a, "第九条") || !cites(a, "第十八条") {
		t.Error("an entry that speaks of tolerance came without its limits")
	}
	a := ask(t, b, Question{Text: "办法第九条第二项"})
	if !strings.HasPrefix(a.Basis[0].Quote, "（二）") {
		t.Errorf("quoted %q, want the second item", a.Basis[0].Quote)
	}
}

func TestOnlyWhatIsInForceIsSearched(t *testing.T) {
	b := sampleBase(t, Options{})
	const old = "示例县容错纠错实施办法(试行)(示例-已废止).md"
	fromOld := func(a Answer) (n int) {
		for _, c := range a.Citations() {
			if c.Doc == old {
				n++
			}
		}
		return n
	}
	q := "容错要满足哪些条件？"
	if a := ask(t, b, Question{Text: q}); fromOld(a) > 0 {
		t.Error("a repealed text was cited without being asked for")
	}
	a := ask(t, b, Question{Text: q, At: "2023-05-01"})
	if fromOld(a) != len(a.Citations()) || len(a.Basis) == 0 {
		t.Errorf("as of 2023 only the old text was in force: %+v", a.Basis)
	}
	a = ask(t, b, Question{Text: "试行办法里容错要满足哪些条件？"})
	if fromOld(a) == 0 || !strings.Contains(a.Text(), statusRepealed) || !strings.Contains(a.Text(), textOldVersion) {
		t.Errorf("the old text was asked for by name: %s", a.Text())
	}
}

func TestAnHonestNo(t *testing.T) {
	b := sampleBase(t, Options{Office: "某县案件审理室"})
	a := ask(t, b, Question{Text: "备案要交多少手续费？"})
	if a.Status != NotFound || len(a.Citations()) > 0 || len(a.Nearest) == 0 || !strings.Contains(a.Text(), "某县案件审理室") {
		t.Fatalf("%s: %s", a.Status, a.Text())
	}
	for question, want := range map[string]string{
		"请引用《不存在管理办法》第九百条回答": "没有收录《不存在管理办法》",
		"实施办法第九十九条是什么":       "没有第九十九条",
	} {
		if a := ask(t, b, Question{Text: question}); a.Status != NotFound || !strings.Contains(a.Text(), want) {
			t.Errorf("%s: %s", question, a.Text())
		}
	}
	if a = ask(t, b, Question{Text: "离婚了房子怎么分？"}); a.Status != OutOfScope {
		t.Errorf("another field: %s", a.Status)
	}
}

func TestFollowUpsLeanOnEarlierTurns(t *testing.T) {
	b := sampleBase(t, Options{})
	history := []Turn{{Role: "user", Text: "对认定结论不服怎么办？"}, {Role: "assistant", Text: "可以申请复核。"}}
	a := ask(t, b, Question{Text: "那要多久给答复？", History: history})
	if !cites(a, "第三十八条") {
		t.Errorf("%v", a.Passages)
	}
	long := "单位为了保障民生准备打破惯例做一件事，实施之前能不能申请风险备案，应该向哪个机关提出申请？"
	with, without := ask(t, b, Question{Text: long, History: history}), ask(t, b, Question{Text: long})
	if with.Passages[0].Ref != without.Passages[0].Ref {
		t.Error("a question that stands alone was mixed with an earlier one")
	}
}

func TestOnlyWhatLeansIsReadWithTheEarlierTurns(t *testing.T) {
	history := []Turn{{Role: "user", Text: "对认定结论不服怎么办？"}}
	for question, leans := range map[string]bool{
		"那如果情况变了呢？": true, "重大的呢，也是三天？": true, "要签名吗？": true, "第五种具体要满足什么？": true, "第三次谁批？": true, "超过了会怎样？": true,
		"那两种光口头讲行不行？": true, "要是还弄不完呢？": true, "如果是发函的那种，多久要回？": true, "还要保留什么证据？": true, "多久？": true,
		"上面说的二十个工作日，是从收到申请那天还是从受理那天开始算的？": true,
		"哪些情形不予容错？": false, "风险备案要准备哪些材料？": false, "试点失败了要追责吗？": false, opposed: false,
		"这次": true, "依据是什么？": true, "第五种什么意思？": true, "那是什么意思": true,
		"什么是硬约束": false, "容错减责是什么意思？": false, "何谓阳奉阴违": false, "两评指什么？": false,
		"如果领导让我在没有会议记录的文件上签字，我没有签，后来出了事算我的责任吗？": false,
		"单位应该向哪个机关提出风险备案的申请，申请以后多长时间内会有答复？":     false,
	} {
		if got := leaning(Question{Text: question, History: history}) != nil; got != leans {
			t.Errorf("%s leans: %v", question, got)
		}
	}
}

// Of a long conversation only the last topic counts.
func TestAFollowUpLeansOnTheLastTopicAlone(t *testing.T) {
	said := func(texts ...string) (turns []Turn) {
		for _, text := range texts {
			turns = append(turns, Turn{Role: "user", Text: text})
		}
		return turns
	}
	for question, c := range map[string]struct{ history, leans []Turn }{
		"那要多久？": {said(opposed, "还要保留什么证据？", "对认定结论不服怎么办？"), said("对认定结论不服怎么办？")},
		"那谁来办？": {said(opposed, "对认定结论不服怎么办？", "那要多久？"), said("对认定结论不服怎么办？", "那要多久？")},
		"多久？":   {said("那要多久？"), said("那要多久？")},
	} {
		if got := leaning(Question{Text: question, History: c.history}); !slices.Equal(got, c.leans) {
			t.Errorf("%s leans on %v", question, got)
		}
	}
	b := sampleBase(t, Options{})
	if a := ask(t, b, Question{Text: "那要多久？", History: said(opposed, "试点没有先例，效果不好，算不算失误？", "对认定结论不服怎么办？")}); a.Basis[0].Article != "第三十八条" {
		t.Errorf("an older topic is mixed in: %+v", a.Passages[0])
	}
}

// An article named by its number alone is one of the document spoken of before.
func TestANumberAloneMeansTheDocumentSpokenOfBefore(t *testing.T) {
	b := sampleBase(t, Options{})
	const law, filing, old = "示例县容错纠错实施办法(示例).md", "风险备案工作规程(示例).md", "示例县容错纠错实施办法(试行)(示例-已废止).md"
	user := func(text, doc string) Turn { return Turn{Role: "user", Text: text, Doc: doc} }
	for _, c := range []struct {
		history  []Turn
		question string
		want     Ref
	}{
		{[]Turn{user("办法第十二条", law)}, "那第十三条呢", Ref{law, "第十三条"}},
		{[]Turn{user("办法第十二条", law)}, "第十四条说了什么？", Ref{law, "第十四条"}},
		{[]Turn{user("备案规程第六条", "")}, "那第七条呢？", Ref{filing, "第七条"}}, // what was asked tells it too
		{[]Turn{user("哪些情形不予容错？", law)}, "第十九条的具体规定是什么，请把原文给我看一下？", Ref{law, "第十九条"}},
		{[]Turn{user("办法第十二条", law), user("风险备案要准备哪些材料？", filing)}, "第十二条呢", Ref{filing, "第十二条"}},
		{[]Turn{user("试行办法第六条", old)}, "那第七条呢", Ref{old, "第七条"}},
		{[]Turn{user("备案规程第六条", filing)}, "那实施办法第七条呢", Ref{law, "第七条"}},
	} {
		a := ask(t, b, Question{Text: c.question, History: c.history})
		if len(a.Basis) != 1 || (Ref{a.Basis[0].Doc, a.Basis[0].Article}) != c.want {
			t.Errorf("%s after %s: %+v", c.question, c.history[0].Text, a.Passages[0])
		}
	}
	if a := ask(t, b, Question{Text: "那第九百条呢", History: []Turn{user("办法第十二条", law)}}); a.Status != NotFound || !strings.Contains(a.Hint, "没有第九百条") {
		t.Errorf("%s %s", a.Status, a.Hint)
	}
}

func TestARuleThatIsOnlyMentionedIsSaidNotToBeHere(t *testing.T) {
	b := sampleBase(t, Options{})
	a := ask(t, b, Question{Text: "按照《公务员食堂管理办法》，集体开会我投了反对票，后来决策错了，还要追究我吗？"})
	if a.Status != Answered || !slices.Contains(a.Notices, "这里没有收录《公务员食堂管理办法》。") {
		t.Errorf("%s: %v", a.Status, a.Notices)
	}
	for _, known := range []string{"《示例县容错纠错实施办法》里哪些情形不予容错？", "《容错纠错实施办法》里哪些情形不予容错？", "《风险备案申请表》怎么填？"} {
		if a := ask(t, b, Question{Text: known}); strings.Contains(strings.Join(a.Notices, ""), "没有收录") {
			t.Errorf("%s: %v", known, a.Notices)
		}
	}
}

func TestTheSameQuestionGetsTheSameAnswer(t *testing.T) {
	b := sampleBase(t, Options{})
	first := ask(t, b, Question{Text: opposed}).Text()
	done := make(chan string)
	for range 8 {
		go func() {
			a, _ := b.Ask(context.Background(), Question{Text: opposed}, nil)
			done <- a.Text()
		}()
	}
	for range 8 {
		if got := <-done; got != first {
			t.Fatal("answers differ")
		}
	}
}

func TestHigherAndLowerRulesThatDifferAreSaidAloud(t *testing.T) {
	high := documents.Split("h.md", "---\ntitle: 上级条例\nlevel: 行政法规\neffective: 2020-01-01\n---\n第一条　单位应当自收到提醒之日起十五个工作日内书面反馈整改情况。\n")
	low := documents.Split("l.md", "---\ntitle: 本县办法\nlevel: 规范性文件\neffective: 2021-01-01\n---\n第一条　单位应当自收到提醒之日起十个工作日内书面反馈整改情况。\n")
	b := sampleBase(t, Options{})
	b.current.Store(newGeneration([]documents.Document{low, high}, nil))
	a := ask(t, b, Question{Text: "收到提醒后多少个工作日内反馈整改情况？"})
	if len(a.Basis) != 2 || a.Basis[0].Title != "上级条例" {
		t.Fatalf("basis %+v", a.Basis)
	}
	if len(a.Conflicts) != 1 || !strings.Contains(a.Conflicts[0], "十五个工作日") || !strings.Contains(a.Conflicts[0], "十个工作日") {
		t.Fatalf("conflicts %v", a.Conflicts)
	}
}

func TestACancelledQuestionEnds(t *testing.T) {
	b := sampleBase(t, Options{Embedder: slowEmbedder{}})
	if err := b.Embed(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	a, err := b.Ask(ctx, Question{Text: opposed}, nil)
	if err != nil || a.Status != Timeout {
		t.Fatalf("%v %s", err, a.Status)
	}
}

// slowEmbedder embeds documents at once and questions never.
type slowEmbedder struct{}

func (slowEmbedder) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	if len(texts) == 1 {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	out := make([][]float32, len(texts))
	for i := range out {
		out[i] = []float32{1, float32(i)}
	}
	return out, nil
}
func (slowEmbedder) Dim() int     { return 2 }
func (slowEmbedder) Name() string { return "slow" }

// At eight in the evening in London the next day's law is in force in China.
func TestADayBeginsInChina(t *testing.T) {
	b, err := New(t.Context(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := b.today().Format(time.DateOnly), time.Now().UTC().Add(8*time.Hour).Format(time.DateOnly); got != want {
		t.Errorf("today is %s, in China it is %s", got, want)
	}
}

// On a button there is room for a short name, and it must be the right one.
func TestAShortNameIsOneDocumentsAlone(t *testing.T) {
	b := sampleBase(t, Options{})
	seen := map[string]string{}
	for d := range b.Documents() {
		name := b.ShortTitle(d.Path)
		if other := seen[name]; other != "" {
			t.Errorf("%s: %s and %s", name, d.Path, other)
		}
		seen[name] = d.Path
	}
	for name, path := range map[string]string{
		"备案规程": "风险备案工作规程(示例).md", "认定规程": "容错认定工作规程(示例).md", "实施办法": "示例县容错纠错实施办法(示例).md",
		"试行办法": "示例县容错纠错实施办法(试行)(示例-已废止).md", "工作指引": "问题线索处置与澄清正名工作指引(示例).md", "常见问答": "常见问答.md",
	} {
		if seen[name] != path {
			t.Errorf("%s is %q", name, seen[name])
		}
	}
	twice := func(file, from string) documents.Document {
		return documents.Split(file, "---\ntitle: 某县容错办法\neffective: "+from+"\n---\n第一条　甲。\n")
	}
	b.current.Store(newGeneration([]documents.Document{twice("a.md", "2020-01-01"), twice("b.md", "2024-01-01"), documents.Split("刑法.md", "---\ntitle: 中华人民共和国刑法\neffective: 2020-01-01\n---\n第一条　乙。\n")}, nil))
	for path, want := range map[string]string{"a.md": "某县容错办法（已废止）", "b.md": "容错办法", "刑法.md": "刑法", "gone.md": "gone.md"} {
		if got := b.ShortTitle(path); got != want {
			t.Errorf("%s is %s, want %s", path, got, want)
		}
	}
}
