package knowledge

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strings"

	"rongcuo/knowledge/documents"
)

// generation is one complete, immutable index: every reader of it sees the same
// documents, and a new one is built beside it and swapped in whole.
type generation struct {
	id        int64 // in the store, 0 without one
	docs      []documents.Document
	entries   []entry
	first     []int  // of each document: its first entry
	force     []span // of each document: when it is in force
	body      *field // title and text: a title of its own field was no better
	asked     *field // confirmed questions of an article, question words stripped
	refs      map[int]map[string][]int
	names     map[string][]int // every name by which a document may be cited
	lifts     [][]int          // of a question-and-answer entry or a case: the articles that it rests on
	confirmed map[Ref][]string // what asked was built of
	guessed   *field           // questions that a model suggested for an article
	suggested map[Ref][]string // what guessed was built of
	asks      int64            // sum of confirmed and suggested questions; 0 for none
	seen      int64            // published.asked when it was read from the store
	vectors   *vectors         // nil while words alone answer
	level     []int            // of each document: its place in documents.Levels, len(Levels) when unknown

	unembedded int // texts that have no vector yet
}

// entry is one passage with the document it belongs to.
type entry struct {
	doc     int
	passage *documents.Passage
}

// span is the half-open time during which a document is in force; an empty end
// means that none is known.
type span struct{ from, until documents.Date }

func (s span) holds(at documents.Date) bool {
	return s.from <= at && (s.until == "" || at < s.until)
}

func (s span) status(at documents.Date) string {
	switch {
	case s.holds(at):
		return statusInForce
	case at < s.from:
		return statusFuture
	}
	return statusRepealed
}

// newGeneration indexes docs. confirmed gives the questions that an
// administrator confirmed for an article; it may be nil.
func newGeneration(docs []documents.Document, confirmed map[Ref][]string) *generation {
	g := &generation{docs: docs, confirmed: confirmed, refs: map[int]map[string][]int{}, names: map[string][]int{}}
	for d := range docs {
		if docs[d].Kind != documents.Corpus {
			g.refs[d] = map[string][]int{}
		}
		g.first = append(g.first, len(g.entries))
		for p := range docs[d].Passages {
			passage := &docs[d].Passages[p]
			if refs := g.refs[d]; refs != nil {
				refs[passage.Article] = append(refs[passage.Article], len(g.entries))
			}
			g.entries = append(g.entries, entry{d, passage})
		}
		if k := docs[d].Kind; k == documents.Rule || k == documents.QA {
			for _, name := range documents.ShortTitles(docs[d].Title) {
				g.names[name] = append(g.names[name], d)
			}
		}
		g.level = append(g.level, levelOf(&docs[d]))
	}
	g.force = forceSpans(docs)
	g.lifts = make([][]int, len(g.entries))
	for i, e := range g.entries {
		if k := docs[e.doc].Kind; k == documents.QA || k == documents.Case {
			for _, c := range e.passage.Cites {
				g.lifts[i] = append(g.lifts[i], g.find(c, e.doc)...)
			}
		}
	}
	texts := func(of func(entry) string) func(int) string {
		return func(i int) string { return of(g.entries[i]) }
	}
	n := len(g.entries)
	g.body = newField(n, texts(func(e entry) string { return g.bodyText(e) }), 1.2, .8)
	g.asked = g.questionField(confirmed)
	g.asks = sumOf(confirmed)
	return g
}

// questionField indexes questions of articles; nil when there are none.
func (g *generation) questionField(of map[Ref][]string) *field {
	if len(of) == 0 {
		return nil
	}
	return newField(len(g.entries), func(i int) string {
		return StripQuestionWords(strings.Join(of[g.ref(i)], "\n"))
	}, 1.2, 0) // most entries have none: a mean length would mean nothing
}

// guess adds the questions that a model suggested.
func (g *generation) guess(suggested map[Ref][]string) {
	g.suggested, g.guessed = suggested, g.questionField(suggested)
	g.asks = sumOf(g.confirmed, suggested)
}

// sumOf tells sets of questions apart, in the 31 bits of the column that keeps
// it; 0 when there are none.
func sumOf(sets ...map[Ref][]string) int64 {
	h := fnv.New32a()
	written := false
	for _, set := range sets {
		for _, ref := range slices.SortedFunc(maps.Keys(set), func(a, b Ref) int {
			return cmp.Or(strings.Compare(a.Doc, b.Doc), strings.Compare(a.Article, b.Article))
		}) {
			for _, q := range set[ref] {
				fmt.Fprintf(h, "%s\x00%s\x00%s\x00", ref.Doc, ref.Article, q)
				written = true
			}
		}
		fmt.Fprint(h, "\x01")
	}
	if !written {
		return 0
	}
	return int64(h.Sum32()>>1) | 1
}

// bodyText is what words are looked for in. Headings above an article cost a
// point and are left out.
func (g *generation) bodyText(e entry) string {
	return g.docs[e.doc].Title + "\n" + e.passage.Text
}

// find gives the entries of a cited article. from is the document that cites
// it, for a reference to itself. Of several documents of one name, all are
// given: the one in force is chosen where the date is known.
func (g *generation) find(c documents.Cite, from int) []int {
	docs := []int{from}
	if c.Title != "" {
		docs = g.named(c.Title)
	}
	var found []int
	for _, d := range docs {
		found = append(found, g.refs[d][c.Article]...)
	}
	return found
}

// named gives the documents that go by a name, for its longest form first.
func (g *generation) named(title string) []int {
	for _, name := range documents.ShortTitles(title) {
		if docs := g.names[name]; docs != nil {
			return docs
		}
	}
	return nil
}

// forceSpans says when each document is in force: from its effective date to
// its repeal, to the start of the document that supersedes it, or to the start
// of the next version of the same title, whichever is first.
func forceSpans(docs []documents.Document) []span {
	spans := make([]span, len(docs))
	byTitle := map[string][]int{}
	byNumber := map[string]int{}
	for i, d := range docs {
		from := d.Effective
		if from == "" {
			from = d.Issued
		}
		spans[i] = span{from, d.Repealed}
		if d.Kind == documents.Rule && d.Title != "" {
			byTitle[d.Title] = append(byTitle[d.Title], i)
		}
		if d.DocNo != "" {
			byNumber[d.DocNo] = i
		}
	}
	end := func(i int, at documents.Date) {
		if at != "" && at > spans[i].from && (spans[i].until == "" || at < spans[i].until) {
			spans[i].until = at
		}
	}
	for i, d := range docs {
		if old, ok := byNumber[d.Supersedes]; ok && d.Supersedes != "" && old != i {
			end(old, spans[i].from)
		}
		for _, old := range byTitle[d.Supersedes] {
			if old != i {
				end(old, spans[i].from)
			}
		}
	}
	for _, same := range byTitle {
		slices.SortFunc(same, func(a, b int) int { return strings.Compare(string(spans[a].from), string(spans[b].from)) })
		for k := 1; k < len(same); k++ {
			end(same[k-1], spans[same[k]].from)
		}
	}
	for i, d := range docs {
		if spans[i].until == "" && isRepealedStatus(d.Status) {
			spans[i].until = "0000-00-00" // in force on no day: the date of its repeal is not known
		}
	}
	return spans
}

func isRepealedStatus(status string) bool {
	return strings.Contains(status, "废止") || strings.Contains(status, "失效")
}

func levelOf(d *documents.Document) int {
	if i := slices.Index(documents.Levels, d.Level); i >= 0 {
		return i
	}
	return len(documents.Levels)
}
