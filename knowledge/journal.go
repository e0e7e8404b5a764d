package knowledge

import (
	"context"
	"database/sql"
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Journal remembers what the answers teach: which questions found nothing,
// which answers were called wrong, and who was answered from which article, so
// that he can be told when it is repealed. It keeps as little as that needs:
//
//   - the words of a question, and of those before it that it leans on, only when
//     it was not answered or was called wrong, masked, and for a year;
//   - who was answered from what, without the question, for 90 days;
//   - counts by day, which hold nobody, for a year.
//
// A question that the guard stopped leaves a count and nothing else.
//
// journal.go writes and deletes; journal_gaps.go groups the open questions;
// journal_stats.go counts; journal_told.go finds who was answered from what no
// longer holds; journal_trial.go puts a question to documents that are not
// published yet.
type Journal struct {
	base  *Base
	store *store
}

// journalSchema is one of the migrations. Times are Unix milliseconds, days "2006-01-02" where the asker lives.
const journalSchema = `
CREATE TABLE kb_journal (        -- an answer
	key    TEXT PRIMARY KEY,
	at     BIGINT NOT NULL,
	day    TEXT NOT NULL,
	asker  TEXT NOT NULL,
	status TEXT NOT NULL,
	vote   INTEGER NOT NULL DEFAULT 0          -- 1 useful, -1 wrong
) @clustered;
CREATE INDEX kb_journal_at ON kb_journal (at);
CREATE INDEX kb_journal_asker ON kb_journal (asker);
CREATE TABLE kb_journal_refs (   -- what it rested on, of the texts then in force
	key     TEXT NOT NULL REFERENCES kb_journal(key) ON DELETE CASCADE,
	doc     TEXT NOT NULL,
	article TEXT NOT NULL,
	title   TEXT NOT NULL,
	version TEXT NOT NULL,                     -- SHA-256 of the document's file
	words   TEXT NOT NULL,                     -- SHA-256 of the article's text
	told    TEXT NOT NULL DEFAULT '',          -- the notice by which the asker learned that it no longer holds
	PRIMARY KEY (key, doc, article)
) @clustered;
CREATE INDEX kb_journal_refs_doc ON kb_journal_refs (doc, article, words);
CREATE TABLE kb_journal_open (   -- a question that was not answered well
	key      TEXT PRIMARY KEY,
	at       BIGINT NOT NULL,
	asker    TEXT NOT NULL,                    -- so that he can have it deleted; shown to nobody
	question TEXT NOT NULL,                    -- masked
	why      TEXT NOT NULL,                    -- WhyNotFound, WhyWrong
	reason   TEXT NOT NULL DEFAULT '',         -- what the asker chose
	state    TEXT NOT NULL DEFAULT 'open',     -- Open, Fixed, Ignored
	note     TEXT NOT NULL DEFAULT '',         -- why it was ignored, or what it was attached to
	settled  BIGINT NOT NULL DEFAULT 0
) @clustered;
CREATE INDEX kb_journal_open_state ON kb_journal_open (state, at);
CREATE INDEX kb_journal_open_asker ON kb_journal_open (asker);
CREATE TABLE kb_journal_days (   -- how often on a day; status also "good" and "bad" for votes
	day    TEXT NOT NULL,
	status TEXT NOT NULL,
	n      BIGINT NOT NULL,
	PRIMARY KEY (day, status)
) @clustered;
CREATE TABLE kb_journal_topics ( -- how often an article was cited on a day
	day     TEXT NOT NULL,
	doc     TEXT NOT NULL,
	article TEXT NOT NULL,
	n       BIGINT NOT NULL,
	PRIMARY KEY (day, doc, article)
) @clustered;
`

// earlierSchema came later: a question such as "那要多久" says nothing without the
// one before it.
const earlierSchema = `
ALTER TABLE kb_journal_open ADD COLUMN earlier TEXT NOT NULL DEFAULT ''; -- the questions that it leans on, a line each, masked
`

// How long the journal keeps what it holds (promise R40).
const (
	keepAnswers   = 90 * 24 * time.Hour
	keepQuestions = 365 * 24 * time.Hour
	keepCounts    = 365 * 24 * time.Hour
)

// Why a question is open.
const (
	WhyNotFound = "not_found" // the texts did not settle it
	WhyWrong    = "wrong"     // somebody said that the answer was wrong
)

// What has become of an open question.
const (
	Open    = "open"
	Fixed   = "fixed"
	Ignored = "ignored"
)

// Journal gives the journal of this base. A base without a database has none,
// which the error says.
func (b *Base) Journal() (*Journal, error) {
	if b.store == nil {
		return nil, errNoStore
	}
	return &Journal{b, b.store}, nil
}

// Asked is an answer that somebody got.
type Asked struct {
	Key    string // names the answer: recorded again under one key, nothing changes
	Asker  string // the same for the same person, otherwise without meaning here
	At     time.Time
	Answer Answer
	// History are the turns before the question; kept of them is what it leans on,
	// with the question and only where that is kept.
	History []Turn
}

// Record notes an answer.
func (j *Journal) Record(ctx context.Context, e Asked) error {
	day := e.At.Format(time.DateOnly)
	return j.store.write(ctx, func(tx *sql.Tx) error {
		done, err := tx.ExecContext(ctx, `INSERT INTO kb_journal (key, at, day, asker, status) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (key) DO NOTHING`,
			e.Key, e.At.UnixMilli(), day, e.Asker, string(e.Answer.Status))
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 {
			return err
		}
		if err := count(ctx, tx, day, string(e.Answer.Status), 1); err != nil {
			return err
		}
		if e.Answer.Status == NotFound || e.Answer.Status == Partial {
			if err := openQuestion(ctx, tx, e, WhyNotFound, ""); err != nil {
				return err
			}
		}
		return j.recordRefs(ctx, tx, e.Key, day, e.Answer)
	})
}

// recordRefs notes the articles that an answer rests on. Who asked for a text
// of the past need not be told later that it is one.
func (j *Journal) recordRefs(ctx context.Context, tx *sql.Tx, key, day string, a Answer) error {
	seen := map[Ref]bool{}
	for _, c := range a.Citations() {
		ref := Ref{c.Doc, c.Article}
		if seen[ref] {
			continue
		}
		seen[ref] = true
		if _, err := tx.ExecContext(ctx, `INSERT INTO kb_journal_topics VALUES ($1, $2, $3, 1)
			ON CONFLICT (day, doc, article) DO UPDATE SET n = kb_journal_topics.n + 1`, day, c.Doc, c.Article); err != nil {
			return err
		}
		words, version, ok := j.base.wording(ref)
		if !ok || c.Status != statusInForce {
			continue
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO kb_journal_refs (key, doc, article, title, version, words) VALUES ($1, $2, $3, $4, $5, $6)`,
			key, c.Doc, c.Article, c.Title, version, words); err != nil {
			return err
		}
	}
	return nil
}

// wording gives the hash of an article's text and that of its document's file,
// in the index in use.
func (b *Base) wording(r Ref) (words, version string, ok bool) {
	d, ok := b.Document(r.Doc)
	if !ok {
		return "", "", false
	}
	text := ""
	for _, p := range d.Passages {
		if p.Article == r.Article {
			text += p.Text + "\n"
		}
	}
	return textHash(text), d.Hash, text != ""
}

// openQuestion keeps the words of a question that was not answered well. The
// mask is put on here too, whoever calls.
func openQuestion(ctx context.Context, tx *sql.Tx, e Asked, why, reason string) error {
	var earlier []string
	for _, q := range leanedOn(e.Answer.Question, e.History) {
		earlier = append(earlier, kept(q))
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO kb_journal_open (key, at, asker, question, why, reason, earlier) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (key) DO UPDATE SET reason = excluded.reason`,
		e.Key, e.At.UnixMilli(), e.Asker, kept(e.Answer.Question), why, reason, strings.Join(earlier, "\n"))
	return err
}

func kept(question string) string {
	return strings.ReplaceAll(readable(Mask(Normalize(question))), "\n", " ")
}

// leanedOn gives the questions that one leans on, the oldest first.
func leanedOn(question string, history []Turn) []string {
	history = slices.DeleteFunc(slices.Clone(history), func(t Turn) bool { return t.Role != "user" })
	var out []string
	for len(out) < maxLeaned {
		if history = leaning(Question{Text: question, History: history}); len(history) == 0 {
			break
		}
		question, history = history[len(history)-1].Text, history[:len(history)-1]
		out = append(out, question)
	}
	slices.Reverse(out)
	return out
}

// maxLeaned is how many turns back a question is followed.
const maxLeaned = 2

// readable gives Chinese its own marks back, of which Normalize makes half-width
// ones: people read these questions. It cuts them to what Confirm keeps.
func readable(s string) string {
	if runes := []rune(s); len(runes) > maxConfirmed {
		s = string(runes[:maxConfirmed])
	}
	return chineseMarks.ReplaceAllStringFunc(s, fullWidth.Replace)
}

var (
	chineseMarks = regexp.MustCompile(`\p{Han}[?!,;:]`)
	fullWidth    = strings.NewReplacer("?", "？", "!", "！", ",", "，", ";", "；", ":", "：")
)

// count adds n to a day's counter.
func count(ctx context.Context, tx *sql.Tx, day, status string, n int) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO kb_journal_days VALUES ($1, $2, $3)
		ON CONFLICT (day, status) DO UPDATE SET n = kb_journal_days.n + excluded.n`, day, status, n)
	return err
}

// Vote is what somebody thought of his answer.
type Vote struct {
	Useful   bool
	Reason   string // chosen from a list, never his own words
	Question string // kept, masked, when the answer was not useful
	History  []Turn // as of Asked
}

const (
	votedGood = "good"
	votedBad  = "bad"
)

// Vote notes a vote on a recorded answer; a later one replaces an earlier one.
// A vote on an answer that is not known any more is lost.
func (j *Journal) Vote(ctx context.Context, key string, v Vote) error {
	return j.store.write(ctx, func(tx *sql.Tx) error {
		var e Asked
		var at int64
		var day string
		var before int
		err := tx.QueryRowContext(ctx, `SELECT at, day, asker, vote FROM kb_journal WHERE key = $1`, key).Scan(&at, &day, &e.Asker, &before)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		} else if err != nil {
			return err
		}
		e.Key, e.At, e.Answer.Question, e.History = key, time.UnixMilli(at), v.Question, v.History
		if err := recount(ctx, tx, key, day, before, v.Useful); err != nil {
			return err
		}
		if v.Useful {
			_, err = tx.ExecContext(ctx, `DELETE FROM kb_journal_open WHERE key = $1 AND why = $2`, key, WhyWrong)
			return err
		}
		return openQuestion(ctx, tx, e, WhyWrong, v.Reason)
	})
}

// recount moves a vote from one counter to the other.
func recount(ctx context.Context, tx *sql.Tx, key, day string, before int, useful bool) error {
	good, bad, vote := 0, 0, -1
	switch before {
	case 1:
		good--
	case -1:
		bad--
	}
	if useful {
		good, vote = good+1, 1
	} else {
		bad++
	}
	for _, c := range []struct {
		name   string
		change int
	}{{votedGood, good}, {votedBad, bad}} {
		if c.change == 0 {
			continue
		}
		if err := count(ctx, tx, day, c.name, c.change); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, `UPDATE kb_journal SET vote = $2 WHERE key = $1`, key, vote)
	return err
}

// Expire deletes what has had its time.
func (j *Journal) Expire(ctx context.Context, now time.Time) error {
	answers := now.Add(-keepAnswers).UnixMilli()
	questions := now.Add(-keepQuestions).UnixMilli()
	day := now.Add(-keepCounts).Format(time.DateOnly)
	return j.delete(ctx, []deletion{
		{`DELETE FROM kb_journal_refs WHERE key IN (SELECT key FROM kb_journal WHERE at < $1)`, answers},
		{`DELETE FROM kb_journal WHERE at < $1`, answers},
		{`DELETE FROM kb_journal_open WHERE at < $1`, questions},
		{`DELETE FROM kb_journal_days WHERE day < $1`, day},
		{`DELETE FROM kb_journal_topics WHERE day < $1`, day},
	})
}

// Forget deletes whatever a person left, open questions too. The counts stay:
// they hold nobody.
func (j *Journal) Forget(ctx context.Context, asker string) error {
	return j.delete(ctx, []deletion{
		{`DELETE FROM kb_journal_refs WHERE key IN (SELECT key FROM kb_journal WHERE asker = $1)`, asker},
		{`DELETE FROM kb_journal WHERE asker = $1`, asker},
		{`DELETE FROM kb_journal_open WHERE asker = $1`, asker},
	})
}

type deletion struct {
	sql   string
	bound any
}

func (j *Journal) delete(ctx context.Context, steps []deletion) error {
	return j.store.write(ctx, func(tx *sql.Tx) error {
		for _, d := range steps {
			if _, err := tx.ExecContext(ctx, d.sql, d.bound); err != nil {
				return err
			}
		}
		return nil
	})
}
