package knowledge

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"rongcuo/knowledge/documents"
)

// maxNamed is how many articles one question may name.
const maxNamed = 6

// lookUp gives the entries that a question names by document and number, in the
// order in which it names them. A number without a document is looked up in the
// one that was spoken of before, or the only one that is searched, and otherwise
// nowhere: 第六条 alone could be any.
func (g *generation) lookUp(q Query, allowed []bool) []Hit {
	var hits []Hit
	for _, ref := range documents.FindRefs(q.Text) {
		docs := g.namedDocs(ref.Title, q.Text, allowed)
		if d := g.docAt(q.About); ref.Title == "" && d >= 0 && allowed[d] {
			docs = []int{d}
		}
		for _, d := range docs {
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

// docAt gives the document of a path, -1 when there is none.
func (g *generation) docAt(path string) int {
	return slices.IndexFunc(g.docs, func(d documents.Document) bool { return path != "" && d.Path == path })
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

// What a name on a button should have, in characters: a bare 办法 says too little.
const (
	leastName = 4
	mostName  = 8
)

// ShortTitle is the shortest name that tells a document from all others: 备案规程
// beside 认定规程. A name that one in force shares with one that is not is that of
// the one in force. It is the path of a document that is not here.
func (b *Base) ShortTitle(path string) string {
	g := b.current.Load()
	if g == nil || g.docAt(path) < 0 {
		return path
	}
	d, at := g.docAt(path), documents.Date(b.today().Format("2006-01-02"))
	title := g.docs[d].Title
	var fits, others []string
	for _, name := range slices.Backward(documents.ShortTitles(title)) {
		switch n := utf8.RuneCountInString(name); {
		case g.shared(name, d, at):
		case n >= leastName && n <= mostName:
			fits = append(fits, name)
		default:
			others = append(others, name)
		}
	}
	return append(append(fits, others...), title+"（"+g.statusOf(d, at)+"）")[0]
}

// shared says whether a name could mean another document than d.
func (g *generation) shared(name string, d int, at documents.Date) bool {
	return slices.ContainsFunc(g.names[name], func(other int) bool {
		return other != d && (g.force[other].holds(at) || !g.force[d].holds(at))
	})
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
func (g *generation) unknownReference(q Question) string {
	question := q.Text
	for _, ref := range documents.FindRefs(question) {
		if ref.Title == "" {
			if d := g.lastAsked(q); d >= 0 && len(g.refs[d][ref.Article]) == 0 {
				return noSuchArticle(g.docs[d].Title, ref.Article)
			}
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
