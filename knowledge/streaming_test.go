package knowledge

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"rongcuo/knowledge/fakemodel"
)

// What a person reads while a text grows is what stays: whole sentences that
// hold, one more each time.
func TestOnlyWhatHoldsIsShownWhileItGrows(t *testing.T) {
	b, s := composedBy(t, "")
	s.OnChat = func(w http.ResponseWriter, _, user string, _ int) {
		n := sourceNumber(user, "第十二条")
		fakemodel.Stream(w, "决策时已经明确反对的，可能对应持有异议的情形["+n+"]。您不会被追究责任["+n+"]。凡是为公的一律免责。还要看会议记录["+n+"]。", "stop")
	}
	var seen []string
	a, err := b.Ask(t.Context(), Question{Text: opposed}, func(text string) { seen = append(seen, text) })
	if err != nil {
		t.Fatal(err)
	}
	if len(seen) < 2 || seen[len(seen)-1] != a.Hint {
		t.Fatalf("shown %q, answered %q", seen, a.Hint)
	}
	if !slices.IsSortedFunc(seen, func(x, y string) int {
		if strings.HasPrefix(y, x) {
			return -1
		}
		return 1
	}) {
		t.Errorf("a shown sentence was taken back: %q", seen)
	}
	for _, text := range seen {
		if strings.Contains(text, "追究责任") || strings.Contains(text, "一律免责") {
			t.Errorf("shown and then cut: %s", text)
		}
	}
	if a.Tokens < len([]rune(a.Hint)) {
		t.Errorf("%d tokens for a text of %d characters", a.Tokens, len([]rune(a.Hint)))
	}
}

func TestOldTextsComeInOnlyWhenAskedFor(t *testing.T) {
	b := sampleBase(t, Options{})
	old := func(q Question) (n, all int) {
		a, err := b.Ask(t.Context(), q, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range a.Passages {
			if strings.Contains(h.Doc, "试行") {
				n++
			}
		}
		return n, len(a.Passages)
	}
	const question = "容错认定要具备哪些条件？"
	if n, _ := old(Question{Text: question}); n != 0 {
		t.Errorf("%d passages of texts no longer in force", n)
	}
	if n, all := old(Question{Text: question, Old: true}); n == 0 || n != all {
		t.Errorf("the old text was asked for: %d of %d passages are of it", n, all)
	}
}
