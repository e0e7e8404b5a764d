package knowledge

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"rongcuo/knowledge/documents"
)

// likeness is the cosine to the question from which an entry of questions and
// answers is shown as a near one. Of 46 that led to the first article of a
// development question, 22 lay above it, two of them about something else; of
// those below, most were.
const likeness = .45

// Verify says why a citation is not valid: the article is not there, or a quote
// is not a literal, contiguous piece of it. nil means that it holds.
func (b *Base) Verify(c Citation) error {
	g := b.current.Load()
	if g == nil {
		return errors.New("no index")
	}
	for d := range g.docs {
		if g.docs[d].Path != c.Doc {
			continue
		}
		var text strings.Builder
		found := false
		for _, p := range g.docs[d].Passages {
			if p.Article == c.Article {
				found = true
				text.WriteString(p.Text + "\n")
			}
		}
		if !found {
			continue
		}
		if c.Quote == "" {
			return errors.New("nothing is quoted")
		}
		for _, q := range append([]string{c.Quote}, c.Quotes...) {
			if !strings.Contains(text.String(), q) {
				return fmt.Errorf("%s%s does not say %q", c.Title, c.Article, q)
			}
		}
		return nil
	}
	return fmt.Errorf("%s has no %s", c.Doc, c.Article)
}

// byLevel puts higher rules before lower ones and leaves the order alone
// otherwise.
func (g *generation) byLevel(list []int) []int {
	sorted := slices.Clone(list)
	slices.SortStableFunc(sorted, func(a, b int) int {
		return cmp.Compare(g.level[g.entries[a].doc], g.level[g.entries[b].doc])
	})
	return sorted
}

// hint is the concluding sentence of an extract: the situation by its name where
// the article found first names it, a question-and-answer entry close to the
// question where one led here, otherwise where to look. It never decides. A
// situation from further down is not named: on the development questions ten of
// eighteen such names were wrong, and a headline is believed.
func (g *generation) hint(s *safeguards, f finding, basis []int, a *Answer) string {
	if first := g.firstRule(f.hits); first >= 0 {
		for _, i := range basis {
			if !g.permits(s, i) {
				continue
			}
			name := g.situation(s, i, f.terms)
			number, _, _ := strings.Cut(name, "（") // 情形八（持有异议） is spoken of as 情形八
			if name != "" && (i == first || strings.Contains(g.entries[first].passage.Text, number)) {
				c := g.citation(i, a.At)
				return hintSituation(name, c.Title, c.Article)
			}
		}
	}
	if entry := g.entryOf(f.hits[0].Lifted); entry >= 0 && g.docs[g.entries[entry].doc].Kind == documents.QA && (f.meaning == nil || f.hits[0].LiftedMeaning >= likeness) {
		p := g.entries[entry].passage
		return hintQA(p.Heading, p.QAAnswer(), g.docs[g.entries[entry].doc].Title, p.Article)
	}
	if len(a.Basis) == 0 {
		return ""
	}
	top := g.citation(f.hits[0].entry, a.At)
	return hintLook(top.Title, top.Article, len(a.Basis))
}

// firstRule gives the best entry of a rule, -1 when none was found.
func (g *generation) firstRule(hits []Hit) int {
	for _, h := range hits {
		if g.docs[g.entries[h.entry].doc].Kind == documents.Rule {
			return h.entry
		}
	}
	return -1
}

// situation names the item of an article that fits the question best, "" when
// none of those that fit has a name.
func (g *generation) situation(s *safeguards, i int, terms []weighted) string {
	units := documents.Units(g.entries[i].passage.Text)
	for _, k := range bestUnits(units, g.ranked(units, terms)) {
		if m := s.Situation.FindStringSubmatch(units[k].Text); m != nil {
			return m[1]
		}
	}
	return ""
}

// entryOf gives the entry of a reference, -1 when there is none.
func (g *generation) entryOf(r Ref) int {
	for d := range g.docs {
		if g.docs[d].Path == r.Doc && g.refs[d] != nil {
			if list := g.refs[d][r.Article]; len(list) > 0 {
				return list[0]
			}
		}
	}
	return -1
}

func (g *generation) entriesOf(hits []Hit) []int {
	out := make([]int, len(hits))
	for i, h := range hits {
		out[i] = h.entry
	}
	return out
}

// StatusOf says whether a rule is in force today: 现行, 已废止 or 尚未施行; "" for
// what is no rule.
func (b *Base) StatusOf(d documents.Document) string {
	if d.Kind != documents.Rule {
		return ""
	}
	if g := b.current.Load(); g != nil {
		for i := range g.docs {
			if g.docs[i].Path == d.Path {
				return g.statusOf(i, documents.Date(b.today().Format("2006-01-02")))
			}
		}
	}
	return ""
}
