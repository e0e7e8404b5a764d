package knowledge

import (
	"cmp"
	"context"
	"database/sql"
	"maps"
	"slices"
	"strings"
	"time"

	"rongcuo/knowledge/documents"
)

// Outdated is a document from which people were answered and of which what they
// were told holds no longer.
type Outdated struct {
	Doc       string // path
	Title     string
	Why       Lapse
	Articles  []string // those that were cited and hold no longer, in their order
	Successor string   // title of the text in its place, "" when none is known
	Answers   int
	Askers    int // persons who got those answers
	Untold    int // persons among them to whom Tell was not yet applied
}

// Lapse is why an article holds no longer.
type Lapse int

const (
	LapseNone      Lapse = iota // it holds
	LapseWithdrawn              // its document is not in the knowledge base any more
	LapseRepealed               // its document is not in force on the day
	LapseChanged                // its words are others now, or it is gone from its document
)

// Outdated compares what people were answered from in the last 90 days with
// what holds on a day.
func (j *Journal) Outdated(ctx context.Context, day time.Time) ([]Outdated, error) {
	rows, err := j.store.db.QueryContext(ctx, `SELECT DISTINCT doc FROM kb_journal_refs ORDER BY doc`)
	if err != nil {
		return nil, err
	}
	docs, err := scanAll[string](rows)
	if err != nil {
		return nil, err
	}
	var out []Outdated
	for _, doc := range docs {
		stale, err := j.stale(ctx, j.store.db, doc, day)
		if err != nil {
			return nil, err
		}
		if len(stale) == 0 {
			continue
		}
		o := Outdated{Doc: doc, Title: stale[0].title, Why: stale[0].why, Articles: articlesIn(stale)}
		o.Successor = j.base.successor(doc, o.Title, day)
		answers, askers, untold := map[string]bool{}, map[string]bool{}, map[string]bool{}
		for _, s := range stale {
			answers[s.key], askers[s.asker] = true, true
			if s.told == "" {
				untold[s.asker] = true
			}
		}
		o.Answers, o.Askers, o.Untold = len(answers), len(askers), len(untold)
		out = append(out, o)
	}
	return out, nil
}

// Told is one person who has to learn that what he was answered from holds no
// longer.
type Told struct {
	Asker    string
	Articles []string
}

// Tell gives the persons to tell about a document, in order, and notes that
// notice is what tells them. Called again with the same notice it gives the same
// persons; with another, only those who were answered since.
func (j *Journal) Tell(ctx context.Context, doc, notice string, day time.Time) ([]Told, error) {
	var out []Told
	err := j.store.write(ctx, func(tx *sql.Tx) error {
		stale, err := j.stale(ctx, tx, doc, day)
		if err != nil {
			return err
		}
		of := map[string][]staleRef{}
		for _, s := range stale {
			if s.told != "" && s.told != notice {
				continue
			}
			of[s.asker] = append(of[s.asker], s)
			if _, err := tx.ExecContext(ctx, `UPDATE kb_journal_refs SET told = $4 WHERE key = $1 AND doc = $2 AND article = $3`,
				s.key, doc, s.article, notice); err != nil {
				return err
			}
		}
		for _, asker := range slices.Sorted(maps.Keys(of)) {
			out = append(out, Told{asker, articlesIn(of[asker])})
		}
		return nil
	})
	return out, err
}

// staleRef is an article that somebody was answered from and that holds no
// longer.
type staleRef struct {
	key, asker, article, title, words, told string

	why Lapse
}

// stale gives what holds no longer of a document, the latest answer first.
func (j *Journal) stale(ctx context.Context, db interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}, doc string, day time.Time) ([]staleRef, error) {
	rows, err := db.QueryContext(ctx, `SELECT r.key, j.asker, r.article, r.title, r.words, r.told
		FROM kb_journal_refs r JOIN kb_journal j ON j.key = r.key WHERE r.doc = $1 ORDER BY j.at DESC, r.key, r.article`, doc)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	judged := map[string]Lapse{} // by article and words
	var out []staleRef
	for rows.Next() {
		var s staleRef
		if err := rows.Scan(&s.key, &s.asker, &s.article, &s.title, &s.words, &s.told); err != nil {
			return nil, err
		}
		why, ok := judged[s.article+s.words]
		if !ok {
			why = j.base.lapse(Ref{doc, s.article}, s.title, s.words, day)
			judged[s.article+s.words] = why
		}
		if s.why = why; why != LapseNone {
			out = append(out, s)
		}
	}
	return out, rows.Err()
}

// lapse says why an article of those words holds no longer on a day, "" when
// it does. A document of the same title in force is the same document, under
// another path or in a later version.
func (b *Base) lapse(r Ref, title, words string, day time.Time) Lapse {
	why := LapseWithdrawn
	g := b.current.Load()
	if g == nil {
		return why
	}
	for i, d := range g.docs {
		if d.Path != r.Doc && d.Title != title {
			continue
		}
		if !g.force[i].holds(documents.Date(day.Format(time.DateOnly))) {
			why = max(why, LapseRepealed)
			continue
		}
		if now, _, ok := b.wording(Ref{d.Path, r.Article}); ok && now == words {
			return LapseNone
		}
		why = LapseChanged
	}
	return why
}

// successor gives the title of the text in force that stands in the place of a
// document, "" when none is known.
func (b *Base) successor(path, title string, day time.Time) string {
	g := b.current.Load()
	if g == nil {
		return ""
	}
	number := "\x00" // no document's
	if old, ok := b.Document(path); ok && old.DocNo != "" {
		number = old.DocNo
	}
	for i, d := range g.docs {
		if d.Path == path || d.Kind != documents.Rule || !g.force[i].holds(documents.Date(day.Format(time.DateOnly))) {
			continue
		}
		if d.Title == title || d.Supersedes == title || d.Supersedes == number {
			return d.Title
		}
	}
	return ""
}

// articlesIn lists the articles once each, by number.
func articlesIn(list []staleRef) []string {
	var out []string
	for _, s := range list {
		if !slices.Contains(out, s.article) {
			out = append(out, s.article)
		}
	}
	number := func(article string) int {
		n, _ := documents.ParseNumber(strings.TrimSuffix(strings.TrimPrefix(article, "第"), "条"))
		return n
	}
	slices.SortFunc(out, func(a, b string) int { return cmp.Or(cmp.Compare(number(a), number(b)), cmp.Compare(a, b)) })
	return out
}
