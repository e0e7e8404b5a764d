package knowledge

import (
	"context"
	"slices"
	"strings"

	"rongcuo/knowledge/documents"
)

// namedOld gives the documents no longer in force (or not yet) that the
// question asks for: by a name that no text in force has, or as the old one.
func (g *generation) namedOld(q Question, at documents.Date) []string {
	question := q.Text
	current := map[string]bool{}
	for i, d := range g.docs {
		if d.Kind == documents.Rule && g.force[i].holds(at) {
			for _, n := range documents.ShortTitles(d.Title) {
				current[n] = true
			}
		}
	}
	asksOld := q.Old || containsAny(question, oldWords)
	var out []string
	for i, d := range g.docs {
		if d.Kind != documents.Rule || g.force[i].holds(at) {
			continue
		}
		named := asksOld
		for _, n := range documents.ShortTitles(d.Title) {
			named = named || !current[n] && strings.Contains(question, n)
		}
		named = named || d.DocNo != "" && strings.Contains(question, d.DocNo)
		if named {
			out = append(out, d.Path)
		}
	}
	return out
}

var oldWords = []string{"旧办法", "老办法", "原办法", "旧版", "旧规定", "老规定", "原规定", "以前的办法", "以前的规定", "废止的", "已废止", "废止前", "试行办法", "试行版"}

// oldSpeaks says whether a text no longer in force fits the question as well as a
// basis must: only then it is worth a look. Who names an article wants that one.
func (b *Base) oldSpeaks(ctx context.Context, g *generation, q Question, f finding) (bool, error) {
	old := g.namedOld(Question{Old: true}, f.query.At)
	if q.Old || len(old) == 0 || len(q.Docs) > 0 || f.hits[0].Named {
		return false, nil
	}
	f.query.Also, f.query.Limit = old, 60 // other articles may lie between
	hits, err := g.search(ctx, f.query, b.lexicon, f.meaning)
	return slices.ContainsFunc(hits, func(h Hit) bool {
		return slices.Contains(old, h.Doc) && h.Score >= basisShare*hits[0].Score
	}), err
}
