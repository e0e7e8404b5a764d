package documents

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestAnnotateSetsAndKeeps(t *testing.T) {
	const text = "---\ntitle: 旧名\nsource: 印发件\neffective: \"2025-01-01\"\n---\n第一条　正文。\n"
	out, err := Annotate(text, map[string]string{KeyTitle: "新名", KeyEffective: "", KeyRepealed: "2026-02-01"})
	if err != nil {
		t.Fatal(err)
	}
	for _, must := range []string{"title: 新名", "source: 印发件", "repealed", "第一条　正文。"} {
		if !strings.Contains(out, must) {
			t.Errorf("lacks %q:\n%s", must, out)
		}
	}
	d := Split("a.md", out)
	if d.Title != "新名" || d.Effective != "" || d.Repealed != "2026-02-01" {
		t.Errorf("%+v", d)
	}
}

// Whatever is set is read back, and the articles stay as they were.
func TestAnnotatedTextsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SampledFrom([]string{"第一条　甲。\n第二条　乙。\n", "---\nnot yaml: [\n---\n第一条　甲。\n", "---\ntitle: x\n---\n第一条　甲。\n"}).Draw(t, "text")
		title := rapid.StringMatching(`[\p{Han}："'#:\-（）]{1,20}`).Draw(t, "title")
		out, err := Annotate(text, map[string]string{KeyTitle: title, KeyDocNo: "示例〔2026〕1号"})
		if err != nil {
			t.Fatal(err)
		}
		d := Split("a.md", out)
		if d.Title != strings.TrimSpace(title) || d.DocNo != "示例〔2026〕1号" {
			t.Fatalf("%q became %q, %q:\n%s", title, d.Title, d.DocNo, out)
		}
		if before := Split("a.md", text); len(before.Passages) != len(d.Passages) {
			t.Fatalf("%d passages became %d", len(before.Passages), len(d.Passages))
		}
	})
}
