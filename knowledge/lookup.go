package knowledge

import (
	"regexp"
	"slices"
	"strings"

	"rongcuo/knowledge/documents"
)

// maxNamed is how many articles one question may name.
const maxNamed = 6

// named gives the entries that a question names by document and number, in the
// order in which it names them. A number without a document is looked up in
// the only document that is searched, and otherwise nowhere: 第六条 alone could
// be any.
func (g *generation) lookUp(q Query, allowed []bool) []Hit {
	var hits []Hit
	for _, ref := range documents.FindRefs(q.Text) {
		for _, d := range g.namedDocs(ref.Title, q.Text, allowed) {
			list := g.refs[d][ref.Article]
			if len(list) == 0 || len(hits) == maxNamed {
				continue
			}
			h := Hit{Ref: g.ref(list[0]), Named: true, entry: list[0], Paragraph: ref.Paragraph, Item: ref.Item}
			if !slices.ContainsFunc(hits, func(have Hit) bool { return have.Ref == h.Ref }) {
				hits = append(hits, h)
			}
		}
	}
	return hits
}

// namedDocs gives the documents that a name means. A short name that several
// documents share means the one whose other words stand in the question
// (“备案规程” and not “认定规程”); when that leaves several, all are given.
func (g *generation) namedDocs(title, question string, allowed []bool) []int {
	if title == "" {
		only := -1
		for d := range g.docs {
			if allowed[d] && g.docs[d].Kind == documents.Rule {
				if only >= 0 {
					return nil
				}
				only = d
			}
		}
		if only < 0 {
			return nil
		}
		return []int{only}
	}
	var best []int
	longest := 0
	for name, docs := range g.names {
		if !strings.HasSuffix(title, name) && !strings.HasSuffix(name, title) {
			continue
		}
		match := min(len(name), len(title))
		for _, d := range docs {
			if !allowed[d] {
				continue
			}
			switch {
			case match > longest:
				longest, best = match, []int{d}
			case match == longest && !slices.Contains(best, d):
				best = append(best, d)
			}
		}
	}
	slices.Sort(best)
	if len(best) > 1 {
		best = g.closest(best, question)
	}
	return best
}

// closest keeps the documents whose titles share most with the question.
func (g *generation) closest(docs []int, question string) []int {
	var out []int
	most := -1.
	for _, d := range docs {
		share := overlap(g.docs[d].Title, question)
		switch {
		case share > most:
			most, out = share, []int{d}
		case share == most:
			out = append(out, d)
		}
	}
	return out
}

// unknownReference says of a document named in 《》 or of a numbered article that
// it is not here, in a sentence; "" when all that the question names is here.
func (g *generation) unknownReference(question string) string {
	for _, ref := range documents.FindRefs(question) {
		if ref.Title == "" {
			continue
		}
		if strings.Contains(question, "《"+ref.Title+"》") && !g.collected(ref.Title) {
			return notCollected(ref.Title)
		}
		docs := g.named(ref.Title)
		known := len(docs) == 0
		for _, d := range docs {
			known = known || len(g.refs[d][ref.Article]) > 0
		}
		if !known {
			return noSuchArticle(ref.Title, ref.Article)
		}
	}
	return ""
}

// notHere gives the rules that a question names in 《》 and that are not here. A
// question that asks for an article of one ends in unknownReference; one that
// only mentions it is answered, and told so.
func (g *generation) notHere(question string) []string {
	var out []string
	for _, m := range ruleName.FindAllStringSubmatch(question, -1) {
		if !g.collected(m[1]) && !slices.Contains(out, m[1]) {
			out = append(out, m[1])
		}
	}
	return out
}

// ruleName is a title in 《》 that a rule would have; forms and letters have others.
var ruleName = regexp.MustCompile(`《([^《》]{2,60}(?:法|条例|规定|办法|规则|细则|规程|准则|意见|通知|决定|指引|纲要)(?:[（(](?:试行|示例)[）)])?)》`)

// collected says whether a document goes by a title or by most of it; the bare
// kind (办法) is not enough to be the same document.
func (g *generation) collected(title string) bool {
	for _, name := range documents.ShortTitles(title) {
		if 2*len(name) > len(title) && g.names[name] != nil {
			return true
		}
	}
	return false
}
