package records

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Entry is one line of the chain: who did what to what, and when. Times are the
// server's; the order is Seq, never the time (promise R17). Entries hold no text
// that a person wrote, only digests of it, so that the chain can be shown to an
// auditor and kept when content must be deleted.
type Entry struct {
	Seq     int64
	At      time.Time
	Actor   int64  // the person; 0 is the program itself
	Kind    string // granted, revoked, refused, submitted, decided, …
	Subject string // what it is about: a post, a filing's ID, a command
	Detail  any    // written as JSON; keys sorted, no blanks
}

const schemaChain = `
CREATE TABLE records_chain (
	seq     BIGINT PRIMARY KEY,
	at      BIGINT NOT NULL,
	actor   BIGINT NOT NULL,
	kind    TEXT NOT NULL,
	subject TEXT NOT NULL,
	detail  TEXT NOT NULL,
	prev    TEXT NOT NULL,
	hash    TEXT NOT NULL UNIQUE
);
CREATE INDEX records_chain_subject ON records_chain(subject, seq);
@frozen(records_chain);
CREATE TABLE records_head (
	one  INTEGER PRIMARY KEY CHECK (one = 1),
	seq  BIGINT NOT NULL,
	hash TEXT NOT NULL
);
INSERT INTO records_head (one, seq, hash) VALUES (1, 0, '');
`

// append writes an entry behind the last one, within the transaction of what it
// tells about. The head's row is the lock: two writers follow one another.
func (b *Book) append(t *tx, e Entry) error {
	if err := t.exec(`UPDATE records_head SET seq = seq + 1 WHERE one = 1`); err != nil {
		return err
	}
	var prev string
	if err := t.one(`SELECT seq, hash FROM records_head WHERE one = 1`, nil, &e.Seq, &prev); err != nil {
		return err
	}
	detail, err := json.Marshal(e.Detail)
	if err != nil {
		return fmt.Errorf("records: the detail of an entry: %w", err)
	}
	if e.At.IsZero() {
		e.At = b.now()
	}
	hash := entryHash(e, string(detail), prev)
	if err := t.exec(`INSERT INTO records_chain (seq, at, actor, kind, subject, detail, prev, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		e.Seq, e.At.UnixMilli(), e.Actor, e.Kind, e.Subject, string(detail), prev, hash); err != nil {
		return err
	}
	return t.exec(`UPDATE records_head SET hash = ? WHERE one = 1`, hash)
}

// entryHash is the SHA-256 of the entry and of the hash before it. Every part
// is preceded by its length, so that no two entries read the same.
func entryHash(e Entry, detail, prev string) string {
	h := sha256.New()
	number := func(n int64) { _ = binary.Write(h, binary.BigEndian, n) } // a hash takes everything
	number(e.Seq)
	number(e.At.UnixMilli())
	number(e.Actor)
	for _, s := range []string{e.Kind, e.Subject, detail, prev} {
		number(int64(len(s)))
		h.Write([]byte(s))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Note writes an entry that belongs to no other change, such as a refused try.
func (b *Book) Note(ctx context.Context, e Entry) error {
	return b.update(ctx, func(t *tx) error { return b.append(t, e) })
}

// Wrong is the first link that does not hold.
type Wrong struct {
	Seq int64  // of the entry, 0 when the record itself is damaged
	Why string // one Chinese sentence
}

// Checked is what Verify found.
type Checked struct {
	Entries int64
	Head    string // hash of the last entry: kept elsewhere, it proves that none was cut off
	Wrong   *Wrong // nil when everything holds
}

// checks look at what the entries tell about; each gives the first thing that
// does not agree with its entry.
var checks = []func(*tx) (*Wrong, error){checkSteps, checkIndex, checkTables}

// Verify recomputes the whole chain and what hangs on it (promise R11). The
// error is the database's; what is wrong in the records is in the result.
func (b *Book) Verify(ctx context.Context) (c Checked, err error) {
	err = b.read(ctx, func(t *tx) error {
		c, err = b.verify(t)
		return err
	})
	return c, err
}

func (b *Book) verify(t *tx) (c Checked, err error) {
	if err := b.verifyChain(t, &c); err != nil || c.Wrong != nil {
		return c, err
	}
	for _, check := range checks {
		if c.Wrong, err = check(t); err != nil || c.Wrong != nil {
			return c, err
		}
	}
	return c, nil
}

func (b *Book) verifyChain(t *tx, c *Checked) error {
	prev := ""
	err := t.rows(`SELECT seq, at, actor, kind, subject, detail, prev, hash FROM records_chain ORDER BY seq`, nil, func(scan func(...any) error) error {
		if c.Wrong != nil {
			return nil
		}
		e, detail, before, hash, err := scanEntry(scan)
		if err != nil {
			c.Wrong = &Wrong{c.Entries + 1, sayUnreadable}
			return nil
		}
		c.Entries++
		switch {
		case e.Seq != c.Entries:
			c.Wrong = &Wrong{c.Entries, sayMissingEntry}
		case before != prev || hash != entryHash(e, detail, before):
			c.Wrong = &Wrong{e.Seq, sayChangedEntry}
		}
		prev = hash
		return nil
	})
	if err != nil || c.Wrong != nil {
		return err
	}
	var seq int64
	if err := t.one(`SELECT seq, hash FROM records_head WHERE one = 1`, nil, &seq, &c.Head); err != nil {
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		c.Wrong = &Wrong{c.Entries, sayHeadDiffers}
		return nil
	}
	if seq != c.Entries || c.Head != prev {
		c.Wrong = &Wrong{c.Entries, sayHeadDiffers}
	}
	return nil
}

func scanEntry(scan func(...any) error) (e Entry, detail, prev, hash string, err error) {
	var at int64
	err = scan(&e.Seq, &at, &e.Actor, &e.Kind, &e.Subject, &detail, &prev, &hash)
	e.At, e.Detail = time.UnixMilli(at), json.RawMessage(detail)
	return e, detail, prev, hash, err
}

// Entries gives the newest entries of the given kinds, all when none is named,
// newest first; before is a Seq to go on from, 0 for the end. At most 100.
func (b *Book) Entries(ctx context.Context, before int64, kinds ...string) ([]Entry, error) {
	query, args := `SELECT seq, at, actor, kind, subject, detail, prev, hash FROM records_chain WHERE (? = 0 OR seq < ?)`, []any{before, before}
	for i, k := range kinds {
		query += map[bool]string{true: " AND kind IN (?", false: ", ?"}[i == 0]
		args = append(args, k)
	}
	if len(kinds) > 0 {
		query += ")"
	}
	var out []Entry
	err := b.read(ctx, func(t *tx) error {
		return t.rows(query+` ORDER BY seq DESC LIMIT 100`, args, func(scan func(...any) error) error {
			e, _, _, _, err := scanEntry(scan)
			out = append(out, e)
			return err
		})
	})
	return out, err
}
