package knowledge

import (
	"os"
	"slices"
	"strings"
	"testing"

	"rongcuo/knowledge/documents"

	"pgregory.net/rapid"
)

// labelled reads questions with the matter that they belong to.
func labelled(t *testing.T, file string) (matters, questions []string) {
	t.Helper()
	data, err := os.ReadFile(file)
	noError(t, err)
	for line := range strings.Lines(string(data)) {
		matter, question, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if !ok {
			t.Fatalf("%s: %q", file, line)
		}
		matters, questions = append(matters, matter), append(questions, question)
	}
	return matters, questions
}

// pairF1 compares groups with labels: precision and recall of the pairs that
// are together, and their harmonic mean.
func pairF1(labels []string, groups [][]int) (precision, recall, f1 float64) {
	of := make([]int, len(labels))
	for g, members := range groups {
		for _, i := range members {
			of[i] = g
		}
	}
	var both, together, alike float64
	for i := range labels {
		for k := range i {
			if labels[i] == labels[k] {
				alike++
			}
			if of[i] == of[k] {
				together++
				if labels[i] == labels[k] {
					both++
				}
			}
		}
	}
	precision, recall = both/together, both/alike
	return precision, recall, 2 * precision * recall / (precision + recall)
}

// The figures by words alone; those of the model in the binary stand at
// likeMeaning.
func TestLikeQuestionsComeTogether(t *testing.T) {
	b, err := New(t.Context(), Options{})
	noError(t, err)
	_, err = b.Load(t.Context(), documents.WalkFS(t.Context(), Sample()), nil)
	noError(t, err)
	for file, least := range map[string]float64{"testdata/gaps.tsv": .86, "testdata/gaps_apart.tsv": .55} {
		matters, questions := labelled(t, file)
		precision, recall, f1 := pairF1(matters, b.group(t.Context(), questions))
		t.Logf("%s: precision %.2f, recall %.2f, F1 %.2f", file, precision, recall, f1)
		if f1 < least || precision < .8 {
			t.Errorf("%s: F1 %.2f is below %.2f, or precision %.2f below .80", file, f1, least, precision)
		}
	}
}

func TestGroupsArePartsOfTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 12).Draw(t, "n")
		like := make([][]float64, n)
		for i := range like {
			like[i] = make([]float64, n)
			for k := range i {
				like[i][k] = rapid.Float64Range(0, 1).Draw(t, "like")
			}
		}
		at := func(i, k int) float64 { return like[max(i, k)][min(i, k)] }
		groups := cluster(n, .5, at)
		if !slices.EqualFunc(groups, cluster(n, .5, at), slices.Equal) {
			t.Fatal("not the same twice")
		}
		var all []int
		for _, g := range groups {
			if !slices.IsSorted(g) {
				t.Fatalf("not in order: %v", g)
			}
			all = append(all, g...)
		}
		slices.Sort(all)
		for i := range n {
			if len(all) != n || all[i] != i {
				t.Fatalf("of %d: %v", n, groups)
			}
		}
		for a := range groups { // what is left apart is on average less alike than .5
			for c := a + 1; c < len(groups); c++ {
				sum := 0.
				for _, i := range groups[a] {
					for _, k := range groups[c] {
						sum += at(i, k)
					}
				}
				if mean := sum / float64(len(groups[a])*len(groups[c])); mean > .5+1e-9 {
					t.Fatalf("%v and %v are %.3f alike and apart", groups[a], groups[c], mean)
				}
			}
		}
	})
}

func BenchmarkGrouping(b *testing.B) {
	base, err := New(b.Context(), Options{})
	if err != nil {
		b.Fatal(err)
	}
	if _, err := base.Load(b.Context(), documents.WalkFS(b.Context(), Sample()), nil); err != nil {
		b.Fatal(err)
	}
	var texts []string
	for i := range grouped {
		texts = append(texts, strings.Repeat("备案变更以后还要不要再报", 1+i%3)+string(rune('一'+i)))
	}
	for b.Loop() {
		base.group(b.Context(), texts)
	}
}
