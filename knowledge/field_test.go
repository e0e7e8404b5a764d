package knowledge

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// plainBM25 is the formula written down, without an index.
func plainBM25(texts []string, query string, k1, b float64) []float64 {
	count := func(s string) (map[term]float64, float64) {
		m, n := map[term]float64{}, 0.
		eachTerm(s, func(t term) { m[t]++; n++ })
		return m, n
	}
	df := map[term]float64{}
	total := 0.
	for _, s := range texts {
		m, n := count(s)
		total += n
		for t := range m {
			df[t]++
		}
	}
	mean := max(total, 1) / float64(len(texts))
	if total == 0 {
		mean = 1
	}
	out := make([]float64, len(texts))
	wanted, _ := count(query)
	for i, s := range texts {
		m, n := count(s)
		for t, w := range wanted {
			if m[t] == 0 {
				continue
			}
			idf := math.Log1p((float64(len(texts)) - df[t] + .5) / (df[t] + .5))
			out[i] += w * idf * m[t] * (k1 + 1) / (m[t] + k1*(1-b+b*n/mean))
		}
	}
	return out
}

func TestTheIndexScoresAsTheFormula(t *testing.T) {
	text := rapid.StringOfN(rapid.SampledFrom([]rune("备案容错办法第一条abc12 ，。Ａ")), 0, 40, -1)
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.SliceOfN(text, 1, 12).Draw(t, "texts")
		query := text.Draw(t, "query")
		f := newField(len(texts), func(i int) string { return texts[i] }, 1.2, .8)
		got := make([]float32, len(texts))
		var own termSet
		own.addText(query, 1)
		f.add(got, own.list(), 1)
		for i, want := range plainBM25(texts, query, 1.2, .8) {
			if math.Abs(float64(got[i])-want) > 1e-3*(1+want) {
				t.Fatalf("text %d: %v, want %v", i, got[i], want)
			}
		}
	})
}

func TestTheTopIsTheTopOfAFullSort(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		scores := rapid.SliceOf(rapid.SampledFrom([]float32{0, -1, .5, 1, 1, 2, 3.25})).Draw(t, "scores")
		n := rapid.IntRange(1, 5).Draw(t, "n")
		var want []int
		for i, s := range scores {
			if s > 0 {
				want = append(want, i)
			}
		}
		slices.SortStableFunc(want, func(a, b int) int {
			return int(math.Copysign(1, float64(scores[b]-scores[a]))) * btoi(scores[a] != scores[b])
		})
		if got := topEntries(scores, n); !slices.Equal(got, want[:min(n, len(want))]) {
			t.Fatalf("%v: got %v, want %v", scores, got, want)
		}
	})
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestTerms(t *testing.T) {
	for text, want := range map[string]string{
		"风险备案":    "风 险 风险 备 险备 案 备案",
		"第12条":    "第 12 条",
		"ＡＢc，备 案": "abc 备 案",
		"":        "",
	} {
		if got := strings.Join(Terms(text), " "); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
		n := 0
		eachTerm(text, func(term) { n++ })
		if n != len(Terms(text)) {
			t.Errorf("%q: the index sees %d terms, Terms gives %d", text, n, len(Terms(text)))
		}
	}
}

func TestWordListErrorsNameTheLine(t *testing.T) {
	if _, err := NewLexicon("拍板 = 决策\n没有等号\n"); err == nil || !strings.Contains(err.Error(), "第2行") {
		t.Fatalf("%v", err)
	}
	l, err := NewLexicon("打补丁, 缝缝补补 = 整改方案 # 本县说法\n")
	if err != nil {
		t.Fatal(err)
	}
	var weight float32
	for _, w := range l.terms(Query{Text: "这事怎么打补丁"}) {
		if w.term == pairTerm('整', '改') {
			weight = w.weight
		}
	}
	if weight < synonymWeight {
		t.Fatalf("整改 weighs %v", weight)
	}
}
