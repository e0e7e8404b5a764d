package knowledge

import (
	"slices"
	"testing"

	"rongcuo/knowledge/documents"
)

// A confirmed question brings its article into the answer, however few of the
// entries have one.
func TestAConfirmedQuestionFindsItsArticle(t *testing.T) {
	b := openBase(t, t.TempDir(), nil)
	_, err := b.Reindex(t.Context(), documents.WalkFS(t.Context(), Sample()), nil)
	noError(t, err)
	for question, ref := range map[string]Ref{
		"给我减责了，以后考核提拔还受不受影响？":        {"示例县容错纠错实施办法(示例).md", "第四十五条"},
		"干到一半发现要多花钱、多牵扯一批人，还用再报吗？":   {"风险备案工作规程(示例).md", "第二十四条"},
		"我举报的事后来查出来没那么回事，会不会反过来治我罪？": {"问题线索处置与澄清正名工作指引(示例).md", "第二十条"},
	} {
		rests := func() bool {
			return slices.ContainsFunc(ask(t, b, Question{Text: question}).Basis, func(c Citation) bool { return Ref{c.Doc, c.Article} == ref })
		}
		bring := func() {
			t.Helper()
			_, err := b.Change(t.Context(), func(func(documents.Entry) bool) {}, nil, nil)
			noError(t, err)
		}
		if rests() {
			t.Fatalf("%s already comes to %s: the test shows nothing", question, ref.Article)
		}
		noError(t, b.Confirm(t.Context(), ref, question))
		bring()
		if !rests() {
			t.Errorf("%s does not come to %s when that is confirmed", question, ref.Article)
		}
		noError(t, b.Unconfirm(t.Context(), ref, question))
		bring()
		if rests() {
			t.Errorf("%s comes to %s when that was taken back", question, ref.Article)
		}
	}
}
