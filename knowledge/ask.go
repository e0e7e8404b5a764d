package knowledge

import (
	"context"
	"errors"
	"slices"

	"rongcuo/knowledge/documents"
)

// How much an answer shows.
const (
	maxBasis   = 4   // articles
	maxCases   = 2   // model cases
	maxNearest = 3   // of an honest "not in the texts"
	basisShare = .55 // of the best score, below which an article is no basis
)

// Ask answers a question. The stages follow each other in one function each:
// guard, search, evidence, parts, composition; every one can end the way. An
// error is ours (the store, the index); what a person can do something about is
// a Status. onText gets the sentences of a composed text that hold, while it
// grows; it may be nil.
func (b *Base) Ask(ctx context.Context, q Question, onText func(string)) (Answer, error) {
	watch := startWatch()
	a := Answer{Question: q.Text, MS: watch.ms, At: q.At}
	if a.At == "" {
		a.At = documents.Date(b.today().Format("2006-01-02"))
	}
	text, verdict := inspect(q.Text)
	q.Text = text
	watch.lap("guard")
	if verdict.stops() {
		a.Question, a.Status, a.Hint = verdict.question, verdict.status, verdict.sentence
		return a, nil
	}
	g := b.current.Load()
	if g == nil || len(g.entries) == 0 {
		a.Status, a.Hint = Technical, textEmptyBase
		return a, nil
	}
	if verdict.route == RouteField && !g.knows(verdict.words) {
		a.Status, a.Hint = OutOfScope, routeSentences[RouteField]
		return a, nil
	}
	f, err := b.find(ctx, g, q, &a)
	watch.lap("search")
	if err != nil {
		return b.failed(ctx, a, err)
	}
	if missing := g.unknownReference(q); missing != "" {
		b.notFound(g, f, &a)
		a.Hint = missing
		return a, nil
	}
	if lacking, ok := b.enough(g, q, f); !ok {
		b.notFound(g, f, &a)
		if lacking != "" {
			a.Hint = hintLacking(lacking)
		}
		watch.lap("evidence")
		return a, nil
	}
	watch.lap("evidence")
	b.fill(g, q, f, &a)
	if a.Old, err = b.oldSpeaks(ctx, g, q, f); err != nil {
		return b.failed(ctx, a, err)
	}
	for _, title := range g.notHere(q.Text) {
		a.Notices = append(a.Notices, notCollected(title))
	}
	watch.lap("parts")
	if b.composer != nil && !q.Words {
		b.compose(ctx, g, q, f, &a, onText)
		watch.lap("model")
	}
	return a, nil
}

// knows says whether any text has these words.
func (g *generation) knows(words string) bool {
	known := true
	eachTerm(words, func(t term) { known = known && g.body.df(t) > 0 })
	return known
}

// failed tells a person of a failure of ours; only a cancelled context is
// returned as an error.
func (b *Base) failed(ctx context.Context, a Answer, err error) (Answer, error) {
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		a.Status, a.Hint = Timeout, textTimeout
		return a, nil
	case ctx.Err() != nil:
		return a, ctx.Err()
	}
	b.log.Error("search failed", "error", err)
	a.Status, a.Hint = Technical, textTechnical
	return a, nil
}

// finding is what the search brought for one question.
type finding struct {
	query   Query
	hits    []Hit
	terms   []weighted // of the question, for choosing quotes
	meaning []float32
}

// find searches what is in force on the day. Texts that are not come in only
// when the question names them.
func (b *Base) find(ctx context.Context, g *generation, q Question, a *Answer) (finding, error) {
	query := Query{Text: q.Text, History: leaning(q), At: a.At, Docs: q.Docs, Levels: q.Levels, Kinds: q.Kinds, Limit: 10}
	var f finding
	if d := g.lastAsked(q); d >= 0 {
		query.About = g.docs[d].Path
		query.Also = append(query.Also, query.About)
	}
	if old := g.namedOld(q, a.At); len(old) > 0 && len(q.Docs) == 0 { // texts no longer in force are asked for
		query.Also = append(query.Also, old...)
		if q.Old {
			query.Docs = old
		}
	}
	var err error
	if f.meaning, err = b.understand(ctx, g, query, a); err != nil {
		return f, err
	}
	f.terms = b.lexicon.terms(query)
	f.hits, err = g.search(ctx, query, b.lexicon, f.meaning)
	if b.safeguards.asksRefusals(q.Text) && len(f.hits) > 0 && !f.hits[0].Named {
		f.hits = g.negativeFirst(b.safeguards, f.hits)
	}
	f.query, a.Passages, a.Earlier = query, f.hits, query.History
	return f, err
}

// fill puts the parts of an answer together from what was found. No model is
// needed for any of them.
func (b *Base) fill(g *generation, q Question, f finding, a *Answer) {
	a.Status = Answered
	best := f.hits[0].Score
	named := f.hits[0].Named
	var basis []int
	for _, h := range f.hits {
		kind := g.docs[g.entries[h.entry].doc].Kind
		switch {
		case kind == documents.Case && (len(a.Cases) < maxCases || h.entry == f.hits[0].entry):
			if h.Score >= basisShare*best && len(a.Cases) < maxCases {
				a.Cases = append(a.Cases, g.similarCase(b.safeguards, h.entry, g.entriesOf(f.hits), asked(q)))
			}
		case len(basis) < maxBasis && (h.Named || !named && h.Score >= basisShare*best) && kind != documents.Case:
			basis = append(basis, h.entry)
		}
	}
	if len(basis) == 0 && len(a.Cases) > 0 {
		basis = g.articlesOf(f.hits[0].entry, a.At)
	}
	basis = g.byLevel(basis)
	for _, i := range basis {
		c := g.cite(i, f, a.At)
		if b.safeguards.asksRefusals(q.Text) && b.safeguards.Negative.MatchString(lead(g.entries[i].passage.Text)) {
			c = g.citeWhole(i, a.At)
		}
		a.Basis = append(a.Basis, c)
	}
	g.quoteNamed(f.hits, a)
	b.limit(g, q, basis, a)
	a.Conflicts = g.conflicts(basis)
	a.Hint = g.hint(b.safeguards, f, basis, a)
	b.advise(g, basis, a)
	g.notices(a)
}

// limit attaches what an answer must never leave out: the red line that the
// question touches, and for an article that permits something the conditions
// and the negative list of its document.
func (b *Base) limit(g *generation, q Question, basis []int, a *Answer) {
	attached := map[int]bool{}
	permitted := false
	resting := slices.Clone(basis) // an entry of questions and answers permits what its articles permit
	for _, i := range basis {
		if g.docs[g.entries[i].doc].Kind == documents.QA {
			resting = append(resting, g.lifts[i]...)
		}
	}
	for _, i := range resting {
		if !g.permits(b.safeguards, i) {
			continue
		}
		permitted = true
		conditions, negative := g.limitsOf(b.safeguards, i)
		for _, k := range append(conditions, negative...) {
			if attached[k] {
				continue
			}
			attached[k] = true
			if at := slices.Index(basis, k); at >= 0 { // quoted already: then in full, and once
				a.Basis[at] = g.citeWhole(k, a.At)
				continue
			}
			a.Limits = append(a.Limits, g.citeWhole(k, a.At))
		}
	}
	asked := asked(q)
	for d := range g.docs {
		if a.Warning != nil || !g.force[d].holds(a.At) || g.docs[d].Kind != documents.Rule {
			continue
		}
		for _, k := range g.ofDocument(d) {
			if !b.safeguards.Negative.MatchString(lead(g.entries[k].passage.Text)) {
				continue
			}
			if item, ok := b.safeguards.redline(asked, g.entries[k].passage.Text); ok {
				c := g.citation(k, a.At)
				c.Quote = item.Text
				a.Warning = &c
				break
			}
		}
	}
	if permitted && a.Warning == nil && isStory(q.Text) {
		a.Ask = b.safeguards.questionsBack(asked)
	}
}

// isStory says whether a question tells what happened to someone, rather than
// asks what a rule says.
func isStory(s string) bool {
	return containsAny(s, []string{"我", "我们", "单位", "同事", "局里", "镇里", "村里", "领导"}) && len([]rune(s)) >= 15
}

// advise names the next step: how recognition is started where the texts say
// so, and whom to ask.
func (b *Base) advise(g *generation, basis []int, a *Answer) {
	for _, i := range basis {
		if !g.permits(b.safeguards, i) {
			continue
		}
		for _, k := range g.ofDocument(g.entries[i].doc) {
			if b.safeguards.Starting.MatchString(lead(g.entries[k].passage.Text)) {
				a.Next = nextStart(g.docs[g.entries[k].doc].Title, g.entries[k].passage.Article, b.office)
				return
			}
		}
	}
	a.Next = nextAsk(b.office)
}

// notices says what a reader must know about the texts themselves.
func (g *generation) notices(a *Answer) {
	illustrative, old := false, false
	for _, c := range a.Citations() {
		d := &g.docs[g.entries[c.entry].doc]
		illustrative = illustrative || d.Illustrative
		old = old || !g.force[g.entries[c.entry].doc].holds(a.At)
	}
	if old {
		a.Notices = append(a.Notices, textOldVersion)
	}
	if illustrative {
		a.Notices = append(a.Notices, textIllustrative)
	}
}

// notFound says honestly that the texts don't settle it, and names what comes
// closest without a claim.
func (b *Base) notFound(g *generation, f finding, a *Answer) {
	a.Status, a.Hint, a.Next = NotFound, textNotFound, nextAsk(b.office)
	for _, h := range f.hits {
		if len(a.Nearest) < maxNearest && g.docs[g.entries[h.entry].doc].Kind != documents.Case {
			a.Nearest = append(a.Nearest, g.cite(h.entry, f, a.At))
		}
	}
	g.notices(a)
}

// Citations gives every article of an answer that is claimed to matter, in the
// order in which they are shown.
func (a Answer) Citations() []Citation {
	var out []Citation
	if a.Warning != nil {
		out = append(out, *a.Warning)
	}
	out = append(append(out, a.Basis...), a.Limits...)
	for _, c := range a.Cases {
		out = append(out, c.Citation)
	}
	return out
}
