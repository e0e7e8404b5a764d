package knowledge

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Lexicon turns everyday wording into the words of articles. It has two parts:
// a list written by hand that an administrator can extend (投反对票 → 明确反对意见),
// and associations learned from questions that were written for articles
// (command associate). Both only add terms to a question; its own words always
// count in full.
type Lexicon struct {
	synonyms []synonym
	learned  map[term][]weighted
}

// synonym is a line of the word list: when one of everyday stands in the
// question, formal is looked for too.
type synonym struct {
	everyday []string
	formal   []string
}

//go:embed words.txt
var builtinWords string

//go:embed associations.tsv.gz
var builtinAssociations []byte

var learnedAssociations = sync.OnceValue(func() map[term][]weighted {
	m, err := readAssociations(bytes.NewReader(builtinAssociations))
	if err != nil {
		panic("knowledge: the embedded associations are broken: " + err.Error())
	}
	return m
})

// NewLexicon gives the built-in lexicon with the lines of extra behind it.
// extra has a rule a line, "投反对票, 没同意 = 明确反对意见, 不同意见"; # starts a
// comment. A line without "=" is an error that names it.
func NewLexicon(extra string) (*Lexicon, error) {
	l := &Lexicon{learned: learnedAssociations()}
	for _, text := range []string{builtinWords, extra} {
		synonyms, err := readWords(text)
		if err != nil {
			return nil, err
		}
		l.synonyms = append(l.synonyms, synonyms...)
	}
	return l, nil
}

func readWords(text string) ([]synonym, error) {
	var out []synonym
	n := 0
	for line := range strings.Lines(text) {
		n++
		line, _, _ = strings.Cut(line, "#")
		if strings.TrimSpace(line) == "" {
			continue
		}
		left, right, ok := strings.Cut(line, "=")
		s := synonym{splitWords(left), splitWords(right)}
		if !ok || len(s.everyday) == 0 || len(s.formal) == 0 {
			return nil, fmt.Errorf("词表第%d行应写成“日常说法 = 规范说法”", n)
		}
		out = append(out, s)
	}
	return out, nil
}

func splitWords(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(",，、 \t\r\n", r) })
}

func readAssociations(r io.Reader) (map[term][]weighted, error) {
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, err
	}
	m := map[term][]weighted{}
	s := bufio.NewScanner(z)
	for s.Scan() {
		everyday, rest, _ := strings.Cut(s.Text(), "\t")
		var list []weighted
		for part := range strings.SplitSeq(rest, "\t") {
			formal, share, _ := strings.Cut(part, " ")
			v, err := strconv.ParseFloat(share, 32)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", everyday, err)
			}
			list = append(list, weighted{soleTerm(formal), float32(v)})
		}
		m[soleTerm(everyday)] = list
	}
	return m, s.Err()
}

// soleTerm is the longest term of a word of one or two characters, or of a
// Latin word.
func soleTerm(word string) term {
	var last term
	eachTerm(word, func(t term) { last = t })
	return last
}

// terms gives the weighted terms of a question: its own, those of the turns
// before it where it leans on them, and what the lexicon adds.
func (l *Lexicon) terms(q Query) []weighted {
	own := termSet{}
	text := StripQuestionWords(q.Text)
	own.addText(text, 1)
	for _, t := range q.History {
		if t.Role == "user" {
			earlier := StripQuestionWords(t.Text)
			own.addText(earlier, historyWeight)
			text += "\n" + earlier
		}
	}
	added := termSet{}
	for _, s := range l.synonyms {
		if slices.ContainsFunc(s.everyday, func(w string) bool { return strings.Contains(text, w) }) {
			for _, w := range s.formal {
				added.addText(w, synonymWeight)
			}
		}
	}
	learned := termSet{}
	scale := learnedWeight * min(1, learnedLength/float32(len(own.list())))
	for _, w := range own.list() {
		for _, a := range l.learned[w.term] {
			learned.add(a.term, scale*w.weight*a.weight)
		}
	}
	for i := range learned.weights {
		learned.weights[i].weight = min(learned.weights[i].weight, 1)
	}
	for _, w := range added.list() {
		own.add(w.term, w.weight)
	}
	for _, w := range strongest(learned.list(), learnedTerms) {
		own.add(w.term, w.weight)
	}
	return own.list()
}

func strongest(list []weighted, n int) []weighted {
	slices.SortStableFunc(list, func(a, b weighted) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(a.term, b.term))
	})
	return list[:min(n, len(list))]
}

// termSet adds up the weights of terms and keeps the order in which they came,
// so that floating-point sums are the same on every run.
type termSet struct {
	at      map[term]int
	weights []weighted
}

func (s *termSet) add(t term, weight float32) {
	if i, ok := s.at[t]; ok {
		s.weights[i].weight += weight
		return
	}
	if s.at == nil {
		s.at = map[term]int{}
	}
	s.at[t] = len(s.weights)
	s.weights = append(s.weights, weighted{t, weight})
}

func (s *termSet) addText(text string, weight float32) {
	eachTerm(text, func(t term) { s.add(t, weight) })
}

func (s *termSet) list() []weighted { return s.weights }
