package documents

import "testing"

func TestAFileThatSaysSoIsOfQuestions(t *testing.T) {
	const one = "# 补充问答\n\n## 问1：能请律师代办吗？\n\n答：可以。\n\n依据：《实施办法》第二条。\n"
	for head, want := range map[string]Kind{"": Rule, "---\nkind: 问答\n---\n": QA, "---\nkind: 别的\n---\n": Rule} {
		if d := Split("a.md", head+one); d.Kind != want {
			t.Errorf("%q: %s", head, d.Kind)
		}
	}
	if d := Split("a.md", "---\nkind: 问答\n---\n第一条　没有问题。\n"); d.Kind != Rule {
		t.Errorf("a file without questions: %s", d.Kind)
	}
	d := Split("a.md", "---\nkind: 问答\n---\n"+one)
	if len(d.Passages) != 1 || d.Passages[0].Article != "问1" || d.Passages[0].QAAnswer() != "可以。" || len(d.Passages[0].Cites) != 1 {
		t.Errorf("%+v", d.Passages)
	}
}
