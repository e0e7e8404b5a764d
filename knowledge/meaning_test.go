package knowledge

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"rongcuo/knowledge/fakemodel"
)

// hearing notes what it is asked for.
type hearing struct {
	mu    sync.Mutex
	texts []string
}

func (*hearing) Dim() int     { return fakemodel.Dim }
func (*hearing) Name() string { return "hearing" }
func (h *hearing) Embed(_ context.Context, texts []string) ([][]float32, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.texts = append(h.texts, texts...)
	var out [][]float32
	for _, text := range texts {
		out = append(out, fakemodel.Vector(text))
	}
	return out, nil
}

// heard gives what is embedded of a question.
func heard(t *testing.T, q Query) []string {
	t.Helper()
	h := new(hearing)
	b := manyRules(t, h, 3)
	if err := b.Embed(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	h.texts = nil
	if _, err := b.Search(t.Context(), q); err != nil {
		t.Fatal(err)
	}
	return h.texts
}

const asks = "这种情况经办人能不能申请容错？"

func TestAShortQuestionIsEmbeddedAsItIs(t *testing.T) {
	if got := heard(t, Query{Text: asks}); !slices.Equal(got, []string{asks}) {
		t.Errorf("%q", got)
	}
}

// However long the turns before are, the question has a vector of its own.
func TestEarlierTurnsDoNotSwallowTheQuestion(t *testing.T) {
	got := heard(t, Query{Text: asks, History: []Turn{
		{Role: "user", Text: strings.Repeat("我们单位去年接了一个项目。", 300)}, {Role: "assistant", Text: "请看第三条。"}, {Role: "user", Text: "那备案要几天？"},
	}})
	if !slices.Contains(got, asks) {
		t.Errorf("the question was not embedded by itself: %.50q", got)
	}
	if !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, "那备案要几天") }) || slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, "请看") }) {
		t.Errorf("the turns before: %.50q", got)
	}
}

// A story of 4,000 characters is understood by what it asks, wherever that stands.
func TestALongQuestionIsUnderstoodByWhatItAsks(t *testing.T) {
	story := strings.Repeat("我们单位去年接了一个项目，手续没有办全。", 100)
	for where, text := range map[string]string{"end": story + asks, "beginning": asks + story, "middle": story + asks + story} {
		got := heard(t, Query{Text: text})
		if !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, asks) && utf8.RuneCountInString(s) <= askingLength }) {
			t.Errorf("asked at the %s, and not heard: %.50q", where, got)
		}
		for _, s := range got {
			if n := utf8.RuneCountInString(s); n > embedWhole+1 {
				t.Errorf("%d characters in one text", n)
			}
		}
	}
	if got := heard(t, Query{Text: strings.Repeat("手续没有办全。", 300) + "经办人想申请容错。"}); len(got) != 1 || !strings.HasSuffix(got[0], "经办人想申请容错。") {
		t.Errorf("without a question, beginning and end: %.50q", got)
	}
}
