package knowledge

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestAnyReplyCitesWhatItWasGiven draws replies of a model from pieces that are
// true, nearly true and false, and looks at what is left of them with other eyes
// than the checker's (R27; 10⁵ replies with -rapid.checks=100000).
func TestAnyReplyCitesWhatItWasGiven(t *testing.T) {
	r := sampleRequest(t)
	list := goals(t)
	quoted := regexp.MustCompile(`[“「『‘"]([^”」』’"]*)[”」』’"]`)
	named := regexp.MustCompile(`第[一二三四五六七八九十百零〇]+条`)
	kept := 0
	rapid.Check(t, func(t *rapid.T) {
		var reply strings.Builder
		for range rapid.IntRange(1, 6).Draw(t, "pieces") {
			reply.WriteString(replyPiece(t, r, list))
		}
		checked := check(reply.String(), r)
		kept += len(checked.cited)
		all := ""
		for _, n := range checked.cited {
			if n < 1 || n > len(r.Sources) {
				t.Fatalf("cites [%d] of %d", n, len(r.Sources))
			}
			all += r.Sources[n-1].Name + "\n" + r.Sources[n-1].Text + "\n"
		}
		for _, m := range quoted.FindAllStringSubmatch(checked.text, -1) {
			if !strings.Contains(all, m[1]) {
				t.Fatalf("quotes %q: %s", m[1], checked.text)
			}
		}
		for _, article := range named.FindAllString(checked.text, -1) {
			if !strings.Contains(all, article) {
				t.Fatalf("names %s: %s", article, checked.text)
			}
		}
		if link := anyLink.FindString(checked.text); link != "" {
			t.Fatalf("a link %q in %s", link, checked.text)
		}
	})
	if kept == 0 {
		t.Error("nothing ever held: the property is empty")
	}
}

// replyPiece is a part of a reply: words of a source, some of them changed, in
// quotation marks or not, with a mark that may be wrong.
func replyPiece(t *rapid.T, r Request, list []goal) string {
	source := rapid.IntRange(0, len(r.Sources)-1).Draw(t, "source")
	text := []rune(strings.ReplaceAll(r.Sources[source].Text, "\n", ""))
	from := rapid.IntRange(0, max(len(text)-8, 0)).Draw(t, "from")
	words := string(text[from:min(len(text), from+rapid.IntRange(4, 30).Draw(t, "length"))])
	switch rapid.IntRange(0, 6).Draw(t, "kind") {
	case 0:
		words = "“" + words + "”"
	case 1:
		words = "「" + words + rapid.SampledFrom([]string{"", "不", "也"}).Draw(t, "added") + "」"
	case 2:
		words = "依照第" + rapid.SampledFrom([]string{"十二", "九百", "三十八", "一"}).Draw(t, "article") + "条，" + words
	case 3:
		words += "，" + rapid.SampledFrom(rapid.SampledFrom(list).Draw(t, "goal").Replies).Draw(t, "reply")
	case 4:
		words = rapid.StringN(0, 12, 60).Draw(t, "noise") + words
	}
	mark := rapid.SampledFrom([]int{source + 1, source + 1, source + 1, 1, len(r.Sources) + 1, 0, 99}).Draw(t, "mark")
	return strings.ReplaceAll(words, "{n}", strconv.Itoa(mark)) + rapid.SampledFrom([]string{"", "[" + strconv.Itoa(mark) + "]"}).Draw(t, "marked") + "。"
}

// What holds is not only what is copied: a model may say it in plainer words.
func TestPlainerWordsHold(t *testing.T) {
	r := sampleRequest(t)
	for _, c := range []struct{ article, sentence string }{
		{"第十二条", "决策时已经明确表示反对的，可能对应情形八（持有异议）"},
		{"第十二条", "如果您在决策时明确反对或者保留看法，可能符合持有异议的情形，由有权机关认定"},
		{"第十七条", "集体决策出现失误的，要区分主要领导责任、重要领导责任和直接责任，逐人判断"},
		{"第十七条", "不能以集体研究为由一并免责"},
		{"第九条", "还需要具备“出发点是为公”等条件"},
		{"第十八条", "上级已经明令禁止仍然实施的，不予容错"},
	} {
		n := 0
		for _, s := range r.Sources {
			if strings.Contains(s.Name, "》"+c.article) {
				n = s.Number
			}
		}
		if n == 0 {
			t.Fatalf("%s is not among the sources", c.article)
		}
		if checked := check(c.sentence+"["+strconv.Itoa(n)+"]。", r); checked.text == "" {
			t.Errorf("cut: %s", c.sentence)
		}
	}
}
