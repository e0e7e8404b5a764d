package knowledge

import (
	"cmp"
	"context"
	"database/sql"
	"maps"
	"math"
	"slices"
	"strings"
	"time"
)

// Gap is a matter on which people were not answered well: open questions that
// are alike.
type Gap struct {
	Questions []OpenQuestion // the newest first
}

// OpenQuestion is one question that was not answered well.
type OpenQuestion struct {
	Key      string
	At       time.Time
	Question string   // masked
	Earlier  []string // the questions that it leans on, the oldest first; masked
	Why      string   // WhyNotFound or WhyWrong
	Reason   string   // what its asker chose, of WhyWrong
}

// Again is the question as it is put once more: after those that it leans on, and
// without a model.
func (q OpenQuestion) Again() Question {
	again := Question{Text: q.Question, Words: true}
	for _, earlier := range q.Earlier {
		again.History = append(again.History, Turn{Role: "user", Text: earlier})
	}
	return again
}

// Whole is the question with those that it leans on, as one text.
func (q OpenQuestion) Whole() string {
	return strings.Join(append(slices.Clone(q.Earlier), q.Question), " ")
}

// grouped bounds how many open questions are grouped, the newest: each is
// compared with each. 300 take .1 s by words, 1.2 s with the model in the binary
// (BenchmarkGrouping; one core of 2.8 GHz).
const grouped = 300

// From which likeness on, on average, two groups are one matter. Found on the 73
// questions of testdata/gaps.tsv and measured once on the 49 of gaps_apart.tsv,
// as F1 of the pairs that belong together: words .87 and .56 (precision .87 and
// .84), vectors of the model in the binary .96 and .73 (1 and .75). Words rather
// make two groups of one than one of two: what is done to a group is done to all
// its questions. Pairs of characters (Dice) reached .56 where weighted words
// reach .87. A model from elsewhere may spread its cosines otherwise.
const (
	likeWords   = .2   // cosine of the weighted words
	likeMeaning = .575 // cosine of the vectors
)

// Gaps gives the open questions in groups of like ones: the largest groups
// first, of equal ones that with the newest question. The same questions always
// make the same groups.
func (j *Journal) Gaps(ctx context.Context) ([]Gap, error) {
	list, err := j.questions(ctx, `WHERE state = $1 ORDER BY at DESC, key LIMIT $2`, Open, grouped)
	if err != nil {
		return nil, err
	}
	texts := make([]string, len(list))
	for i, q := range list {
		texts[i] = q.Whole()
	}
	var gaps []Gap
	for _, members := range j.base.group(ctx, texts) {
		var g Gap
		for _, i := range members {
			g.Questions = append(g.Questions, list[i])
		}
		gaps = append(gaps, g)
	}
	slices.SortStableFunc(gaps, func(a, b Gap) int {
		return cmp.Or(cmp.Compare(len(b.Questions), len(a.Questions)), b.Questions[0].At.Compare(a.Questions[0].At))
	})
	return gaps, nil
}

// Question gives a question that was not answered well by its key, whatever has
// become of it; ok is false when there is none any more.
func (j *Journal) Question(ctx context.Context, key string) (q OpenQuestion, ok bool, err error) {
	list, err := j.questions(ctx, `WHERE key = $1`, key)
	if err != nil || len(list) == 0 {
		return q, false, err
	}
	return list[0], true, nil
}

func (j *Journal) questions(ctx context.Context, where string, args ...any) ([]OpenQuestion, error) {
	rows, err := j.store.db.QueryContext(ctx, `SELECT key, at, question, why, reason, earlier FROM kb_journal_open `+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []OpenQuestion
	for rows.Next() {
		var q OpenQuestion
		var at int64
		var earlier string
		if err := rows.Scan(&q.Key, &at, &q.Question, &q.Why, &q.Reason, &earlier); err != nil {
			return nil, err
		}
		if earlier != "" {
			q.Earlier = strings.Split(earlier, "\n")
		}
		q.At = time.UnixMilli(at)
		list = append(list, q)
	}
	return list, rows.Err()
}

// group puts like texts together, by meaning where there is a model, else by
// their words.
func (b *Base) group(ctx context.Context, texts []string) [][]int {
	if b.embedder != nil && len(texts) > 1 {
		vectors, err := b.embedTexts(ctx, texts)
		if err == nil {
			return cluster(len(texts), likeMeaning, func(i, k int) float64 { return cosine(vectors[i], vectors[k]) })
		}
		b.log.Warn("grouping questions by words alone", "reason", err)
	}
	words := b.weighWords(texts)
	return cluster(len(texts), likeWords, func(i, k int) float64 { return words[i].cosine(words[k]) })
}

func (b *Base) embedTexts(ctx context.Context, texts []string) ([][]float32, error) {
	var out [][]float32
	for batch := range slices.Chunk(texts, embedBatch) {
		list, err := b.embedder.Embed(ctx, batch)
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	if len(out) != len(texts) {
		return nil, ErrModelReply
	}
	for _, v := range out {
		if err := checkVector(v, b.embedder.Dim()); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// cluster joins, again and again, the two groups whose members are on average
// most alike, until no two are as alike as least (average linkage). Ties go to
// the pair that comes first, so that the result depends on nothing but the
// texts. Members are in ascending order, groups by their first.
func cluster(n int, least float64, like func(i, k int) float64) [][]int {
	groups := make([][]int, n)
	table := make([][]float64, n) // of groups i < k: mean likeness
	for i := range n {
		groups[i] = []int{i}
		table[i] = make([]float64, n)
		for k := range i {
			table[k][i] = like(k, i)
		}
	}
	for {
		best, at, with := least, -1, -1
		for i := range groups {
			for k := i + 1; k < n && groups[i] != nil; k++ {
				if groups[k] != nil && (table[i][k] > best || at < 0 && table[i][k] == best) {
					best, at, with = table[i][k], i, k
				}
			}
		}
		if at < 0 {
			break
		}
		a, b := float64(len(groups[at])), float64(len(groups[with]))
		for o := range groups {
			if o == at || o == with || groups[o] == nil {
				continue
			}
			table[min(o, at)][max(o, at)] = (a*table[min(o, at)][max(o, at)] + b*table[min(o, with)][max(o, with)]) / (a + b)
		}
		groups[at] = append(groups[at], groups[with]...)
		groups[with] = nil
	}
	var out [][]int
	for _, g := range groups {
		if g != nil {
			slices.Sort(g)
			out = append(out, g)
		}
	}
	return out
}

// bag is a text as its words, in order, and how much each counts; its length
// as a vector is 1, or 0 without words.
type bag []weighted

// weighWords gives the words that a search for each text would look for, the
// formal ones of the word list too, each as heavy as it is rare in the texts
// that are searched.
func (b *Base) weighWords(texts []string) []bag {
	g := b.current.Load()
	if g == nil {
		g = newGeneration(nil, nil)
	}
	out := make([]bag, len(texts))
	for i, t := range texts {
		weights := map[term]float32{}
		for _, w := range b.lexicon.terms(Query{Text: t}) {
			weights[w.term] += w.weight * g.body.idf(g.body.df(w.term))
		}
		var squares float64
		for _, t := range slices.Sorted(maps.Keys(weights)) {
			out[i] = append(out[i], weighted{t, weights[t]})
			squares += float64(weights[t]) * float64(weights[t])
		}
		for k := range out[i] {
			out[i][k].weight /= float32(math.Sqrt(squares))
		}
	}
	return out
}

// cosine of two bags: both are in the order of their terms.
func (a bag) cosine(b bag) float64 {
	var sum float64
	for len(a) > 0 && len(b) > 0 {
		switch cmp.Compare(a[0].term, b[0].term) {
		case -1:
			a = a[1:]
		case 1:
			b = b[1:]
		default:
			sum += float64(a[0].weight) * float64(b[0].weight)
			a, b = a[1:], b[1:]
		}
	}
	return sum
}

// Unconfirm takes back that an article answers a question of the journal. It
// counts in the next index that is built.
func (b *Base) Unconfirm(ctx context.Context, ref Ref, question string) error {
	if b.store == nil {
		return errNoStore
	}
	_, err := b.store.db.ExecContext(ctx, `DELETE FROM kb_confirmed WHERE doc = $1 AND article = $2 AND question = $3`, ref.Doc, ref.Article, confirmable(question))
	return err
}

// Settle says what has become of questions: Fixed or Ignored with a note, or
// Open again. Keys that are not known are passed over.
func (j *Journal) Settle(ctx context.Context, keys []string, state, note string, at time.Time) error {
	return j.store.write(ctx, func(tx *sql.Tx) error {
		for _, key := range keys {
			if _, err := tx.ExecContext(ctx, `UPDATE kb_journal_open SET state = $2, note = $3, settled = $4 WHERE key = $1`,
				key, state, note, at.UnixMilli()); err != nil {
				return err
			}
		}
		return nil
	})
}

// cosine of two vectors of one length; 0 where one has no direction.
func cosine(a, b []float32) float64 {
	var ab, aa, bb float64
	for i := range a {
		x, y := float64(a[i]), float64(b[i])
		ab, aa, bb = ab+x*y, aa+x*x, bb+y*y
	}
	if aa == 0 || bb == 0 {
		return 0
	}
	return ab / math.Sqrt(aa*bb)
}
