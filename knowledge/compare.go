package knowledge

import (
	"regexp"
	"slices"
	"strings"

	"rongcuo/knowledge/documents"
)

// similarCase sets a model case beside what was asked: which articles both rest
// on, and where a story is told, what both tell of and what only the case does. It
// compares words, not people: whether the facts are alike is for the reader, and
// the text says so.
func (g *generation) similarCase(s *safeguards, i int, hits []int, asked string) SimilarCase {
	e := g.entries[i]
	d := &g.docs[e.doc]
	c := SimilarCase{Citation: g.citation(i, d.Effective)}
	if d.Case != nil {
		c.ID, c.Outcome = d.Case.ID, d.Case.Outcome
	}
	finding := findingOf(*e.passage)
	c.Quote = finding
	c.Quotes = []string{finding}
	var shared []string
	for _, target := range g.lifts[i] {
		if slices.Contains(hits, target) {
			if name := g.entries[target].passage.Article; !slices.Contains(shared, name) {
				shared = append(shared, name)
			}
		}
	}
	var told comparison
	if isStory(asked) {
		told = s.compared(asked, storyOf(*e.passage))
	}
	c.Same, c.Differs = sameIn(shared, told.both), told.difference()
	return c
}

// comparison is what a question and a case tell of, as names of elements; one
// that is not there has a 没有 before it.
type comparison struct {
	both     []string
	silent   []string // the case tells of it, the question does not
	opposite []string // the question says otherwise
}

func (s *safeguards) compared(asked, story string) (c comparison) {
	for _, e := range s.Elements {
		mine, its := e.in(asked), e.in(story)
		switch {
		case its == "":
		case mine == its:
			c.both = append(c.both, its)
		case mine == "":
			c.silent = append(c.silent, its)
		default:
			c.opposite = append(c.opposite, its)
		}
	}
	return c
}

// in gives the element as the text tells of it, "" when it does not or says both:
// no meeting at first, and one afterwards.
func (e element) in(text string) string {
	rest := e.Lacks.ReplaceAllString(text, "；")
	has, lacks := e.Has.MatchString(rest), rest != text
	switch {
	case has && !lacks:
		return e.Name
	case lacks && !has:
		return "没有" + e.Name
	}
	return ""
}

var (
	storySections = []string{"案情", "经过", "事实", "认定"} // not what a case is a lesson for
	spoken        = regexp.MustCompile(`“[^”]*”`)    // said by somebody, true or not
)

// storyOf is what a case tells of the facts, without what people are quoted with.
func storyOf(p documents.Passage) string {
	var b strings.Builder
	for _, s := range p.Sections {
		if containsAny(s.Title, storySections) {
			b.WriteString(spoken.ReplaceAllString(s.Text, "") + "\n")
		}
	}
	return b.String()
}

// findingSections are the sections of a case that say what was found, the most
// telling first.
var findingSections = []string{"处理结果", "认定", "评析"}

var sentenceEnd = regexp.MustCompile(`[。！？]`)

// findingOf gives the literal first sentences of what a case found, up to
// quoteLength.
func findingOf(p documents.Passage) string {
	for _, want := range findingSections {
		for _, s := range p.Sections {
			if strings.Contains(s.Title, want) && s.Text != "" {
				return firstSentences(lead(s.Text), quoteLength)
			}
		}
	}
	return firstSentences(lead(p.Text), quoteLength)
}

// firstSentences gives whole sentences from the start of s, at least one, up
// to n characters.
func firstSentences(s string, n int) string {
	end := 0
	for _, m := range sentenceEnd.FindAllStringIndex(s, -1) {
		if end > 0 && len([]rune(s[:m[1]])) > n {
			break
		}
		end = m[1]
	}
	if end == 0 {
		return s
	}
	return s[:end]
}

// articlesOf gives the articles in force that a case or an entry rests on.
func (g *generation) articlesOf(i int, at documents.Date) []int {
	var out []int
	for _, t := range g.lifts[i] {
		if g.force[g.entries[t].doc].holds(at) && len(out) < maxBasis {
			out = append(out, t)
		}
	}
	return out
}

// limitClause finds a figure with its unit and the words before it:
// "在十个工作日内", "不超过两次".
var limitClause = regexp.MustCompile(`([\p{Han}]{4,24}?)(?:在|于|自|内|不超过|不少于|不得超过|至少|不低于)?[^\p{Han}\d]{0,2}([一二两三四五六七八九十百千\d]+)(个工作日|工作日|日|天|个月|年|次|小时)`)

// notLength is what has a number and a unit and is no length of time: a date, a
// document number, the number of an article, the third time.
var notLength = regexp.MustCompile(`〔[^〕]*〕第?\d*号?|第[ 　]*[〇○零一二两三四五六七八九十百千\d]+[ 　]*[\p{Han}]|(?:[12]\d{3}|[一二][〇○零一二三四五六七八九]{3})[ 　]*年(?:[ 　]*(?:[一二三四五六七八九十]+|\d{1,2})[ 　]*月)?(?:[ 　]*(?:[一二三四五六七八九十]+|\d{1,2})[ 　]*日)?|(?:[一二三四五六七八九十]+|\d{1,2})[ 　]*月(?:[一二三四五六七八九十]+|\d{1,2})[ 　]*日`)

// conflicts says where articles of different rank on one matter give different
// figures of one unit: "higher and lower rules differ" is said aloud, and left
// to people to settle.
func (g *generation) conflicts(basis []int) []string {
	var out []string
	for a, i := range basis {
		for _, k := range basis[a+1:] {
			if g.entries[i].doc == g.entries[k].doc || g.level[g.entries[i].doc] == g.level[g.entries[k].doc] {
				continue
			}
			high, low := i, k
			if g.level[g.entries[k].doc] < g.level[g.entries[i].doc] {
				high, low = k, i
			}
			if x, y, ok := differingFigures(g.entries[high].passage.Text, g.entries[low].passage.Text); ok {
				out = append(out, conflictSentence(g.name(high), x, g.name(low), y))
			}
		}
	}
	return out
}

func (g *generation) name(i int) string {
	return "《" + g.docs[g.entries[i].doc].Title + "》" + g.entries[i].passage.Article
}

// differingFigures finds two clauses that share most of their words and differ
// in their figure.
func differingFigures(high, low string) (string, string, bool) {
	high, low = notLength.ReplaceAllString(high, "；"), notLength.ReplaceAllString(low, "；")
	for _, x := range limitClause.FindAllStringSubmatch(high, -1) {
		for _, y := range limitClause.FindAllStringSubmatch(low, -1) {
			if x[3] != y[3] || overlap(x[1], y[1]) < .5 {
				continue
			}
			m, okX := documents.ParseNumber(x[2])
			n, okY := documents.ParseNumber(y[2])
			if okX && okY && m != n {
				return x[2] + x[3], y[2] + y[3], true
			}
		}
	}
	return "", "", false
}

// overlap is the share of the shorter text's character pairs that stand in the
// other.
func overlap(a, b string) float64 {
	pairs := func(s string) map[string]bool {
		out := map[string]bool{}
		r := []rune(s)
		for i := 1; i < len(r); i++ {
			out[string(r[i-1:i+1])] = true
		}
		return out
	}
	x, y := pairs(a), pairs(b)
	if len(x) > len(y) {
		x, y = y, x
	}
	if len(x) == 0 {
		return 0
	}
	n := 0
	for p := range x {
		if y[p] {
			n++
		}
	}
	return float64(n) / float64(len(x))
}
