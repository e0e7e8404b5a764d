package records

import (
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"rongcuo/conversations"
)

// schemaFilings keeps the filings. What happened is in rows that are written
// once: a step is bound by foreign keys to the procedure's table of lawful moves
// and to the step before it, whose state it must begin from, so that not even a
// faulty program can put a filing where the table does not lead. records_filings
// is an index over the latest steps and nothing else.
const schemaFilings = `
CREATE TABLE records_lawful (
	procedure  TEXT NOT NULL,
	version    INTEGER NOT NULL,
	action     TEXT NOT NULL,
	from_state TEXT NOT NULL,
	to_state   TEXT NOT NULL,
	opens      INTEGER NOT NULL,
	PRIMARY KEY (procedure, version, action, from_state, to_state, opens)
);
@frozen(records_lawful);
CREATE TABLE records_steps (
	filing     TEXT NOT NULL,
	revision   BIGINT NOT NULL CHECK (revision > 0),
	track      TEXT NOT NULL CHECK (track IN ('main', 'ahead')),
	prev       BIGINT CHECK (prev < revision),
	opens      INTEGER NOT NULL,
	procedure  TEXT NOT NULL,
	version    INTEGER NOT NULL,
	action     TEXT NOT NULL,
	from_state TEXT NOT NULL,
	to_state   TEXT NOT NULL,
	at         BIGINT NOT NULL,
	person     BIGINT NOT NULL,
	once       TEXT UNIQUE,
	event      TEXT NOT NULL,
	after      TEXT NOT NULL,
	seq        BIGINT NOT NULL UNIQUE REFERENCES records_chain(seq),
	PRIMARY KEY (filing, revision),
	UNIQUE (filing, track, revision, to_state),
	UNIQUE (filing, track, prev),
	CHECK ((prev IS NULL) = (opens = 1)),
	FOREIGN KEY (procedure, version, action, from_state, to_state, opens) REFERENCES records_lawful(procedure, version, action, from_state, to_state, opens),
	FOREIGN KEY (filing, track, prev, from_state) REFERENCES records_steps(filing, track, revision, to_state)
);
CREATE UNIQUE INDEX records_steps_first ON records_steps(filing, track) WHERE prev IS NULL;
@frozen(records_steps);
CREATE TABLE records_contents (
	filing   TEXT NOT NULL,
	revision BIGINT NOT NULL,
	digest   TEXT NOT NULL,
	body     TEXT NOT NULL,
	PRIMARY KEY (filing, revision),
	FOREIGN KEY (filing, revision) REFERENCES records_steps(filing, revision)
);
@frozen(records_contents);
CREATE TABLE records_attachments (
	filing   TEXT NOT NULL,
	revision BIGINT NOT NULL,
	place    INTEGER NOT NULL,
	hash     TEXT NOT NULL,
	about    TEXT NOT NULL,
	PRIMARY KEY (filing, revision, place),
	FOREIGN KEY (filing, revision) REFERENCES records_steps(filing, revision)
);
@frozen(records_attachments);
CREATE TABLE records_numbers (
	number TEXT PRIMARY KEY,
	filing TEXT NOT NULL UNIQUE
);
@frozen(records_numbers);
CREATE TABLE records_receipts (
	receipt TEXT PRIMARY KEY,
	filing  TEXT NOT NULL UNIQUE
);
@frozen(records_receipts);
CREATE TABLE records_filings (
	id        TEXT PRIMARY KEY,
	revision  BIGINT NOT NULL,
	number    TEXT,
	unit      TEXT NOT NULL,
	body      TEXT NOT NULL,
	office    INTEGER NOT NULL,
	state     TEXT NOT NULL,
	ahead     TEXT NOT NULL,
	submitted BIGINT NOT NULL,
	due_at    BIGINT NOT NULL,
	FOREIGN KEY (id, revision) REFERENCES records_steps(filing, revision)
);
CREATE INDEX records_filings_unit ON records_filings(unit);
CREATE INDEX records_filings_body ON records_filings(body);
CREATE INDEX records_filings_due ON records_filings(due_at);
CREATE TABLE records_notices (
	once    TEXT PRIMARY KEY,
	filing  TEXT NOT NULL,
	person  BIGINT NOT NULL,
	role    TEXT NOT NULL,
	place   TEXT NOT NULL,
	kind    TEXT NOT NULL,
	text    TEXT NOT NULL,
	made    BIGINT NOT NULL,
	leased  BIGINT NOT NULL DEFAULT 0,
	sent    BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX records_notices_open ON records_notices(sent, leased);
`

// lawful writes a procedure's table of moves down; rows that are there stay.
func (t *tx) lawful(p *conversations.Procedure) error {
	sh := shapeOf(p)
	row := func(action, from, to string, opens int) error {
		return t.exec(`INSERT INTO records_lawful (procedure, version, action, from_state, to_state, opens) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			p.ID, p.Version, action, from, to, opens)
	}
	for _, tr := range p.Transitions {
		for _, from := range tr.From {
			if err := row(tr.ID, from, tr.To, 0); err != nil {
				return err
			}
			if !sh.begun[from] { // a filing's first step comes from before the submission
				if err := row(tr.ID, from, tr.To, 1); err != nil {
					return err
				}
			}
		}
	}
	for _, f := range p.Forms {
		for _, state := range f.In {
			if err := row(f.ID, state, state, 0); err != nil {
				return err
			}
		}
	}
	for _, s := range p.States {
		for _, action := range []string{Recuse, enterPaper, DropPaper} {
			if s.End {
				continue
			}
			if err := row(action, s.ID, s.ID, 0); err != nil {
				return err
			}
		}
	}
	return nil
}

// done is one step on its way to the disk.
type done struct {
	filing  Filing
	event   Event
	person  int64
	once    *string // of the person's update; nil for the program
	content *conversations.Content
	files   []conversations.Attachment
	due     int64
}

const (
	trackMain  = "main"
	trackAhead = "ahead"
)

// KindStep is the kind of chain entries about filings.
const KindStep = "filing"

func filingSubject(id string) string { return "filing:" + id }

// keep writes a step, its entry in the chain and everything that hangs on it.
func (b *Book) keep(t *tx, d done) error {
	r, err := d.row(b.now().UnixMilli())
	if err != nil {
		return err
	}
	abouts := make([]string, len(d.files))
	for i, a := range d.files {
		about, err := json.Marshal(a)
		if err != nil {
			return fmt.Errorf("records: an attachment: %w", err)
		}
		abouts[i], r.Files = string(about), folded(r.Files, string(about))
	}
	if err := t.one(`SELECT MAX(revision) FROM records_steps WHERE filing = ? AND track = ?`, []any{r.Filing, r.Track}, &r.prev); err != nil {
		return err
	}
	if err := b.append(t, Entry{Actor: d.person, Kind: KindStep, Subject: filingSubject(r.Filing), Detail: map[string]any{"revision": r.Revision, "action": r.Action, "digest": r.digest()}}); err != nil {
		return err
	}
	if err := t.step(r, d.once); err != nil {
		return err
	}
	if d.content != nil {
		body, err := json.Marshal(d.content)
		if err != nil {
			return fmt.Errorf("records: a content: %w", err)
		}
		if err := t.exec(`INSERT INTO records_contents (filing, revision, digest, body) VALUES (?, ?, ?, ?)`, r.Filing, r.Revision, r.Content, string(body)); err != nil {
			return err
		}
	}
	for i, about := range abouts {
		if err := t.exec(`INSERT INTO records_attachments (filing, revision, place, hash, about) VALUES (?, ?, ?, ?, ?)`, r.Filing, r.Revision, i, d.files[i].Hash, about); err != nil {
			return err
		}
	}
	return t.index(d.filing, d.due)
}

// row is the step as it is written.
func (d done) row(now int64) (r stepRow, err error) {
	event, err := json.Marshal(d.event)
	if err != nil {
		return r, fmt.Errorf("records: an event: %w", err)
	}
	after, err := json.Marshal(d.filing)
	if err != nil {
		return r, fmt.Errorf("records: a filing: %w", err)
	}
	r = stepRow{Filing: d.filing.ID, Revision: d.filing.Revision, Action: d.event.Action, From: d.event.From, To: d.event.To, Track: trackMain,
		Procedure: d.filing.Procedure, Version: d.filing.Version, At: now, Person: d.person, Event: string(event), After: string(after)}
	if d.event.Ahead {
		r.Track = trackAhead
	}
	if d.once != nil {
		r.Once = *d.once
	}
	if d.content != nil {
		r.Content = d.content.Digest()
	}
	return r, nil
}

// stepRow is a row of records_steps with what is written beside it.
type stepRow struct {
	Filing    string
	Revision  int64
	Track     string
	Procedure string
	Version   int
	Action    string
	From, To  string
	At        int64
	Person    int64
	Once      string
	Event     string
	After     string
	Content   string // digest
	Files     string // digests of the attachments, folded
	prev      sql.NullInt64
}

// folded takes one more attachment into the digest of those before it.
func folded(before, about string) string {
	sum := sha256.Sum256([]byte(before + about))
	return hex.EncodeToString(sum[:])
}

// digest is the SHA-256 of the row in its JSON form.
func (r stepRow) digest() string {
	data, err := json.Marshal(r)
	if err != nil {
		panic("records: a row of numbers and strings can't be written: " + err.Error())
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func (t *tx) step(r stepRow, once *string) error {
	opens := 0
	if !r.prev.Valid {
		opens = 1
	}
	return t.exec(`INSERT INTO records_steps (filing, revision, track, prev, opens, procedure, version, action, from_state, to_state, at, person, once, event, after, seq)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, (SELECT seq FROM records_head WHERE one = 1))`,
		r.Filing, r.Revision, r.Track, r.prev, opens, r.Procedure, r.Version, r.Action, r.From, r.To, r.At, r.Person, once, r.Event, r.After)
}

// index brings the row by which a filing is found up to date.
func (t *tx) index(f Filing, due int64) error {
	ahead, number := "", sql.NullString{String: f.Number, Valid: f.Number != ""}
	if f.Ahead != nil {
		ahead = f.Ahead.State
	}
	office, submitted := 0, int64(0)
	if f.Office {
		office = 1
	}
	if !f.Submitted.IsZero() {
		submitted = f.Submitted.UnixMilli()
	}
	return t.exec(`INSERT INTO records_filings (id, revision, number, unit, body, office, state, ahead, submitted, due_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, number = excluded.number, unit = excluded.unit, body = excluded.body, office = excluded.office,
		state = excluded.state, ahead = excluded.ahead, submitted = excluded.submitted, due_at = excluded.due_at`,
		f.ID, f.Revision, number, f.Unit, f.Body, office, f.State, ahead, submitted, due)
}

// latest is a filing as it stands. ErrNotFound.
func (t *tx) latest(id string) (f Filing, err error) {
	var after string
	err = t.one(`SELECT s.after FROM records_filings f JOIN records_steps s ON s.filing = f.id AND s.revision = f.revision WHERE f.id = ?`, []any{id}, &after)
	if errors.Is(err, sql.ErrNoRows) {
		return f, ErrNotFound
	}
	if err != nil {
		return f, err
	}
	return f, json.Unmarshal([]byte(after), &f)
}

// contents are the contents of a filing by the revision that brought them, the
// oldest first.
func (t *tx) contents(id string) (revisions []int64, out []conversations.Content, err error) {
	err = t.rows(`SELECT revision, body FROM records_contents WHERE filing = ? ORDER BY revision`, []any{id}, func(scan func(...any) error) error {
		var revision int64
		var body string
		if err := scan(&revision, &body); err != nil {
			return err
		}
		var c conversations.Content
		if err := json.Unmarshal([]byte(body), &c); err != nil {
			return fmt.Errorf("records: the content of %s: %w", id, err)
		}
		revisions, out = append(revisions, revision), append(out, c)
		return nil
	})
	return revisions, out, err
}

// onceKey binds an update's key to its person, so that nobody can repeat
// another's.
func onceKey(person int64, key string) *string {
	if key == "" {
		return nil
	}
	k := strconv.FormatInt(person, 10) + ":" + key
	return &k
}

// saidFiles are the files among the answers of a step.
func saidFiles(event Event) []conversations.Attachment {
	var out []conversations.Attachment
	for key, v := range event.Answers {
		for _, file := range v.Files {
			out = append(out, conversations.Attachment{Field: key, File: file})
		}
	}
	slices.SortStableFunc(out, func(a, b conversations.Attachment) int { return strings.Compare(a.Field, b.Field) })
	return out
}
