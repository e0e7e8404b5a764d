package knowledge

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"
	"sync"

	"rongcuo/knowledge/documents"
)

// Query is what to look for, and where.
type Query struct {
	Text    string
	History []Turn         // earlier turns of the same conversation, oldest first
	At      documents.Date // only what is in force on this day; "" for no such filter
	Docs    []string       // paths; only these documents when not empty
	Also    []string       // paths of documents to search although not in force on that day
	Levels  []string       // only these levels when not empty
	Kinds   []documents.Kind
	About   string // path of the document that 第十三条 alone means; "" for none
	Limit   int    // how many articles and cases to give; 10 when 0
}

// Turn is one message of a conversation.
type Turn struct {
	Role string `json:"role"` // "user" or "assistant"
	Text string `json:"content"`
	Doc  string `json:"doc,omitempty"` // path of the document that it was answered from
}

// Hit is a retrieved article or case.
type Hit struct {
	Ref
	Score           float64
	Words           float64 // the share of Score that words gave
	Guessed         float64 // what of Words came from suggested questions, which nobody confirmed
	Meaning         float64 // cosine to the question, 0 without vectors
	Lifted          Ref     // the question-and-answer entry or case that lifted it, if one did
	LiftedMeaning   float64 // cosine of that entry to the question, 0 without vectors
	Named           bool    // the question names it by document and number
	Paragraph, Item int     // which 款 and 项 it names, 0 for none
	entry           int
}

// Ref names an article of a document.
type Ref struct {
	Doc     string `json:"doc"`
	Article string `json:"article"`
}

// Weights of the search, found on the development questions of three sets
// (BENCHMARKS.md, "How the weights were found").
const (
	askedWeight   = .3  // BM25 of confirmed questions
	guessedWeight = .15 // and of those that a model suggested and nobody confirmed
	historyWeight = 1.  // earlier turns of the asker, beside the question
	synonymWeight = .5  // a formal word of the word list, beside a word of the question
	learnedWeight = 4   // × the learned share: how much an associated word counts, 1 at most
	learnedLength = 30  // terms of a question above which that weight falls: long questions speak for themselves
	learnedTerms  = 60  // associated words that are looked for, the strongest first
	liftWeight    = .3  // what an answer or a case gives to the articles that it rests on
	wordShare     = .25 // words beside meaning, where there are vectors
	levelShare    = .8  // by how much the word score of the highest rule is raised over that of the lowest
)

// search ranks articles and cases for q. Filters apply before the ranking is
// cut, so that a filter never empties a page that has matches. Equal scores
// are ordered by document and place, so that the same question always gets the
// same list. meaning is the question's vector, or nil.
func (g *generation) search(ctx context.Context, q Query, lexicon *Lexicon, meaning []float32) ([]Hit, error) {
	s := scratchFor(len(g.entries))
	defer s.release()
	words, allowed := s.scores, g.filter(q)
	guessed := g.scoreWords(words, lexicon.terms(q), allowed)
	score := words
	var cosines []float32
	if meaning != nil && g.vectors != nil {
		var err error
		if cosines, err = g.vectors.cosines(ctx, meaning); err != nil {
			return nil, err
		}
		score = fuse(words, cosines, func(i int) bool { return allowed[g.entries[i].doc] && !isUnknown(cosines[i]) })
	}
	hits := g.rank(score, allowed, q)
	if named := g.lookUp(q, allowed); len(named) > 0 {
		hits = ahead(named, hits, q.limit())
	}
	for i := range hits {
		h := &hits[i]
		h.Words = float64(words[h.entry])
		if guessed != nil {
			h.Guessed = float64(guessed[h.entry])
		}
		h.Meaning = cosineOf(cosines, h.entry)
		h.LiftedMeaning = cosineOf(cosines, g.entryOf(h.Lifted))
	}
	return hits, nil
}

// cosineOf gives the cosine of an entry, 0 where there is none.
func cosineOf(cosines []float32, entry int) float64 {
	if entry < 0 || cosines == nil || isUnknown(cosines[entry]) {
		return 0
	}
	return float64(cosines[entry])
}

// scoreWords adds to scores, one slot an entry, what the words of a question
// give, and says what of it came from suggested questions; nil when there are
// none.
func (g *generation) scoreWords(scores []float32, terms []weighted, allowed []bool) (guessed []float32) {
	g.body.add(scores, terms, 1)
	if g.asked != nil {
		g.asked.add(scores, terms, askedWeight)
	}
	for i := range scores {
		if !allowed[g.entries[i].doc] {
			scores[i] = 0
		} else if scores[i] > 0 && g.level[g.entries[i].doc] < len(documents.Levels) {
			scores[i] *= 1 + levelShare*float32(len(documents.Levels)-g.level[g.entries[i].doc])/float32(len(documents.Levels))
		}
	}
	if g.guessed == nil {
		return nil
	}
	guessed = make([]float32, len(scores))
	g.guessed.add(guessed, terms, guessedWeight)
	for i, s := range guessed {
		if allowed[g.entries[i].doc] {
			scores[i] += s
		}
	}
	return guessed
}

// rank turns scores of entries into a list of articles: an entry that points
// to articles takes no place but lifts them, a long article counts once with
// its best part.
func (g *generation) rank(score []float32, allowed []bool, q Query) []Hit {
	best := map[Ref]Hit{}
	put := func(i int, s float64, by Ref) {
		ref := g.ref(i)
		old, ok := best[ref]
		if !ok || s > old.Score || s == old.Score && i < old.entry {
			best[ref] = Hit{Ref: ref, Score: s, Lifted: by, entry: i}
		}
	}
	for _, i := range topEntries(score, 60+8*q.limit()) {
		if !allowed[g.entries[i].doc] {
			continue
		}
		kind := g.docs[g.entries[i].doc].Kind
		s := float64(score[i])
		if kind != documents.QA || len(g.lifts[i]) == 0 {
			if wants(q.Kinds, kind) {
				put(i, s, Ref{})
			}
		}
		for _, target := range g.lifts[i] {
			doc := g.entries[target].doc
			if allowed[doc] && wants(q.Kinds, g.docs[doc].Kind) {
				put(target, max(float64(score[target]), 0)+liftWeight*max(s, 0), g.ref(i))
			}
		}
	}
	hits := make([]Hit, 0, len(best))
	for _, h := range best {
		if h.Score > 0 {
			hits = append(hits, h)
		}
	}
	slices.SortFunc(hits, func(a, b Hit) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.entry, b.entry))
	})
	return hits[:min(len(hits), q.limit())]
}

// ahead puts the articles that a question names before the others, with scores
// above theirs.
func ahead(named, hits []Hit, limit int) []Hit {
	top := 1.
	if len(hits) > 0 {
		top += hits[0].Score
	}
	for i := range named {
		named[i].Score = top + float64(len(named)-i)/100
	}
	for _, h := range hits {
		if !slices.ContainsFunc(named, func(n Hit) bool { return n.Ref == h.Ref }) {
			named = append(named, h)
		}
	}
	return named[:min(len(named), limit)]
}

func (q Query) limit() int { return cmp.Or(q.Limit, 10) }

func wants(kinds []documents.Kind, k documents.Kind) bool {
	return len(kinds) == 0 || slices.Contains(kinds, k)
}

func (g *generation) ref(i int) Ref {
	e := g.entries[i]
	return Ref{g.docs[e.doc].Path, e.passage.Article}
}

// filter says of each document whether q may see it.
func (g *generation) filter(q Query) []bool {
	allowed := make([]bool, len(g.docs))
	for i := range g.docs {
		d := &g.docs[i]
		allowed[i] = (q.At == "" || g.force[i].holds(q.At) || slices.Contains(q.Also, d.Path)) &&
			(len(q.Docs) == 0 || slices.Contains(q.Docs, d.Path)) &&
			(len(q.Levels) == 0 || slices.Contains(q.Levels, d.Level))
	}
	return allowed
}

// topEntries gives the n entries with the highest positive scores, ties in
// order of entry.
func topEntries(score []float32, n int) []int {
	type scored struct {
		i int
		s float32
	}
	after := func(a, b scored) int { return cmp.Or(cmp.Compare(b.s, a.s), cmp.Compare(a.i, b.i)) }
	var floor float32
	var top []scored
	for i, s := range score {
		if s <= floor {
			continue
		}
		if top = append(top, scored{i, s}); len(top) == 4*n {
			slices.SortFunc(top, after)
			top = top[:n]
			floor = math.Nextafter32(top[n-1].s, 0) // keeps equals: they are ordered at the end
		}
	}
	slices.SortFunc(top, after)
	out := make([]int, 0, min(n, len(top)))
	for _, t := range top[:min(n, len(top))] {
		out = append(out, t.i)
	}
	return out
}

// scratch holds one float per entry, reused between questions.
type scratch struct{ scores []float32 }

var scratches = sync.Pool{New: func() any { return new(scratch) }}

func scratchFor(n int) *scratch {
	s := scratches.Get().(*scratch)
	if cap(s.scores) < n {
		s.scores = make([]float32, n)
	}
	s.scores = s.scores[:n]
	clear(s.scores)
	return s
}

func (s *scratch) release() { scratches.Put(s) }

// fuse adds word scores and cosines, each measured in standard deviations from
// the mean of all candidates, and shifts the sum so that the mean is zero or
// above. Rank fusion and min-max scaling were worse (BENCHMARKS.md).
func fuse(words, cosines []float32, candidate func(int) bool) []float32 {
	mw, sw := moments(words, candidate)
	mc, sc := moments(cosines, candidate)
	out := make([]float32, len(words))
	for i := range words {
		if candidate(i) {
			out[i] = float32(wordShare*(float64(words[i])-mw)/sw + (1-wordShare)*(float64(cosines[i])-mc)/sc)
		}
	}
	return out
}

// moments gives mean and standard deviation over the candidates; the deviation
// is 1 when all are equal.
func moments(x []float32, candidate func(int) bool) (mean, deviation float64) {
	var n, sum, squares float64
	for i, v := range x {
		if candidate(i) {
			n++
			sum += float64(v)
			squares += float64(v) * float64(v)
		}
	}
	if n == 0 {
		return 0, 1
	}
	mean = sum / n
	deviation = math.Sqrt(max(squares/n-mean*mean, 0))
	if deviation < 1e-9 {
		deviation = 1
	}
	return mean, deviation
}

// StripQuestionWords removes the words that only make a sentence a question.
func StripQuestionWords(s string) string {
	return questionWords.Replace(s)
}

var questionWords = func() *strings.Replacer {
	var pairs []string
	for _, w := range strings.Fields(`是不是 能不能 可不可以 行不行 要不要 有没有 会不会 算不算 应不应该 该不该
		怎么办 怎么样 怎么 怎样 如何 什么 哪些 哪个 哪里 哪儿 多少 几个 为什么 请问 麻烦问一下 想问一下 咨询一下
		吗 呢 吧 啊 呀 嘛 么 我们 我 你们 你 他们 他 咱们 咱 的 了`) {
		pairs = append(pairs, w, " ")
	}
	return strings.NewReplacer(pairs...)
}()
