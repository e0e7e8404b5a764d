package knowledge

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"rongcuo/knowledge/documents"
)

// evidenceDepth is how many of the articles found are looked at for what was
// asked.
const evidenceDepth = 5

// enough says whether what was found can answer the question, and if not what
// thing the texts say nothing about ("" when it has no name). No single score
// tells (see BENCHMARKS.md): near articles score as high for a question about a
// detail that they do not hold. So the question is asked what it wants: a kind of
// detail that is known (safeguards.yaml), or a thing that no text ever names.
func (b *Base) enough(g *generation, q Question, f finding) (lacking string, ok bool) {
	if len(f.hits) == 0 {
		return "", false
	}
	if f.hits[0].Named {
		return "", true
	}
	text := ""
	for _, h := range f.hits[:min(evidenceDepth, len(f.hits))] {
		// what happened somewhere is no rule, unless a case is asked for
		if g.docs[g.entries[h.entry].doc].Kind == documents.Case && !strings.Contains(q.Text, "案") {
			continue
		}
		text += g.docs[g.entries[h.entry].doc].Title + g.entries[h.entry].passage.Text
		if e := g.entryOf(h.Lifted); e >= 0 && g.docs[g.entries[e].doc].Kind != documents.Case {
			text += g.entries[e].passage.Text
		}
	}
	if thing, lacks := b.safeguards.lacks(q.Text, text); lacks {
		return thing, false
	}
	if len(leaning(q)) > 0 {
		return "", true // what it asks for was named before
	}
	thing := g.unheardOf(q.Text)
	return thing, thing == ""
}

// unheardOf gives the thing that a short question with a single clause asks for
// when no text holds its last two characters, such as 茶歇 in 专题会议有茶歇吗.
// Of 1,488 such training questions, all of which have an answer, 8 are taken for
// one; longer questions tell a story in words that no article has.
func (g *generation) unheardOf(question string) string {
	if utf8.RuneCountInString(question) > oneClause {
		return ""
	}
	for _, ask := range asksForThing {
		m := ask.FindStringSubmatch(question)
		if m == nil || noThing.MatchString(m[1]) {
			continue
		}
		var head term // of several terms the last is the last pair
		eachTerm(m[1], func(t term) { head = t })
		if g.body.df(head) == 0 {
			return m[1]
		}
	}
	return ""
}

const oneClause = 18 // characters

var (
	asksForThing = []*regexp.Regexp{
		regexp.MustCompile(`^[^，,。；;]*(?:有没有|有|要|用|能|可以|会|需要|找|请|带|发|给|写|交|穿|买)([\p{Han}A-Za-z]{2,4}?)(?:吗|么|嘛|呢|啊|吧)?[?？]?$`),
		regexp.MustCompile(`^[^，,。；;]*(?:什么|哪[家个种]|几[枚张页]|多少)([\p{Han}A-Za-z]{2,4}?)(?:呢|啊)?[?？]?$`),
	}
	noThing = regexp.MustCompile(`什|怎|多|哪|谁|几|吗|我|你|他|自己|别人|时候|[不得了的这那呢呀]|[上下进出过起]去?来?$`)
)
