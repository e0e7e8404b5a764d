package records

import (
	"database/sql"
	"encoding/json"

	"rongcuo/conversations"
)

// stepKey names a step; bodies hold the digests of what came with each.
type stepKey struct {
	filing   string
	revision int64
}

type stepBodies struct{ content, files string }

// checkSteps recomputes the digest of every step, with the content and the
// attachments that came with it, and compares it with the step's entry in the
// chain. It holds a few hundred bytes for each step that brought a content.
func checkSteps(t *tx) (*Wrong, error) {
	bodies, err := t.bodies()
	if err != nil {
		return nil, err
	}
	var wrong *Wrong
	last := map[stepKey]int64{} // latest revision by filing and track
	err = t.rows(`SELECT s.seq, s.filing, s.revision, s.track, s.prev, s.opens, s.procedure, s.version, s.action, s.from_state, s.to_state, s.at, s.person, s.once, s.event, s.after,
		c.kind, c.subject, c.detail FROM records_steps s LEFT JOIN records_chain c ON c.seq = s.seq ORDER BY s.seq`, nil, func(scan func(...any) error) error {
		if wrong != nil {
			return nil
		}
		r, err := readStep(scan)
		if err != nil {
			wrong = &Wrong{r.seq, sayUnreadable}
			return nil
		}
		k := stepKey{r.Filing, r.Revision}
		r.Content, r.Files = bodies[k].content, bodies[k].files
		delete(bodies, k)
		if track := (stepKey{r.Track + r.Filing, 0}); !r.follows(last[track]) {
			wrong = &Wrong{r.seq, sayChangedStep}
		} else {
			last[track] = r.Revision
		}
		return nil
	})
	if err != nil || wrong != nil {
		return wrong, err
	}
	if len(bodies) > 0 {
		return &Wrong{0, sayStrayContent}, nil
	}
	return t.counted()
}

// keptStep is a step as it is read back, with its entry.
type keptStep struct {
	stepRow
	seq           int64
	opens         bool
	kind, subject string
	entry         struct {
		Digest string `json:"digest"`
	}
}

func readStep(scan func(...any) error) (r keptStep, err error) {
	var once, kind, subject, detail sql.NullString
	if err := scan(&r.seq, &r.Filing, &r.Revision, &r.Track, &r.prev, &r.opens, &r.Procedure, &r.Version, &r.Action, &r.From, &r.To, &r.At, &r.Person, &once, &r.Event, &r.After,
		&kind, &subject, &detail); err != nil {
		return r, err
	}
	r.Once, r.kind, r.subject = once.String, kind.String, subject.String
	return r, json.Unmarshal([]byte(detail.String), &r.entry)
}

// follows says that the step is the one of its entry and comes behind the last
// of its track.
func (r keptStep) follows(last int64) bool {
	return r.kind == KindStep && r.subject == filingSubject(r.Filing) && r.entry.Digest == r.digest() && r.prev.Int64 == last && r.opens == (last == 0)
}

// counted holds the number of steps to that of their entries, and names the
// first entry whose step is gone.
func (t *tx) counted() (*Wrong, error) {
	var gone sql.NullInt64
	err := t.one(`SELECT MIN(c.seq) FROM records_chain c WHERE c.kind = ? AND NOT EXISTS (SELECT 1 FROM records_steps s WHERE s.seq = c.seq)`, []any{KindStep}, &gone)
	if err != nil || !gone.Valid {
		return nil, err
	}
	return &Wrong{gone.Int64, sayMissingStep}, nil
}

// damaged stands for a digest that can't be right, so that the step is named.
const damaged = "damaged"

// bodies digests the contents and the attachments.
func (t *tx) bodies() (map[stepKey]stepBodies, error) {
	out, places := map[stepKey]stepBodies{}, map[stepKey]int{}
	err := t.rows(`SELECT filing, revision, digest, body FROM records_contents`, nil, func(scan func(...any) error) error {
		var k stepKey
		var digest, body string
		var c conversations.Content
		if scan(&k.filing, &k.revision, &digest, &body) != nil || json.Unmarshal([]byte(body), &c) != nil || c.Digest() != digest || !canonical(c, body) {
			digest = damaged
		}
		out[k] = stepBodies{content: digest}
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = t.rows(`SELECT filing, revision, place, hash, about FROM records_attachments ORDER BY filing, revision, place`, nil, func(scan func(...any) error) error {
		var k stepKey
		var place int
		var hash, about string
		var a conversations.Attachment
		if scan(&k.filing, &k.revision, &place, &hash, &about) != nil || place != places[k] || json.Unmarshal([]byte(about), &a) != nil || a.Hash != hash {
			about = damaged
		}
		out[k] = stepBodies{out[k].content, folded(out[k].files, about)}
		places[k]++
		return nil
	})
	return out, err
}

// canonical says that a content stands as it was written.
func canonical(c conversations.Content, body string) bool {
	data, err := json.Marshal(c)
	return err == nil && string(data) == body
}

// checkIndex holds the index, the numbers and the receipts to the latest steps.
func checkIndex(t *tx) (wrong *Wrong, err error) {
	numbers, receipts, filings := 0, 0, 0
	err = t.rows(`SELECT f.id, f.revision, f.number, f.unit, f.body, f.office, f.state, f.ahead, f.submitted, n.number, r.receipt, s.seq, s.after FROM records_filings f
		LEFT JOIN records_steps s ON s.filing = f.id AND s.revision = f.revision AND NOT EXISTS (SELECT 1 FROM records_steps l WHERE l.filing = f.id AND l.revision > f.revision)
		LEFT JOIN records_numbers n ON n.filing = f.id LEFT JOIN records_receipts r ON r.filing = f.id`, nil, func(scan func(...any) error) error {
		var x indexRow
		var seq sql.NullInt64
		var after sql.NullString
		var f Filing
		if scan(&x.id, &x.revision, &x.number, &x.unit, &x.body, &x.office, &x.state, &x.ahead, &x.submitted, &x.told, &x.receipt, &seq, &after) != nil ||
			json.Unmarshal([]byte(after.String), &f) != nil || !x.agrees(f) {
			wrong = &Wrong{seq.Int64, sayIndexDiffers}
			return nil
		}
		filings++
		if f.Number != "" {
			numbers++
		}
		if f.Receipt != "" {
			receipts++
		}
		return nil
	})
	if err != nil || wrong != nil {
		return wrong, err
	}
	var have [3]int
	if err := t.one(`SELECT (SELECT COUNT(DISTINCT filing) FROM records_steps), (SELECT COUNT(*) FROM records_numbers), (SELECT COUNT(*) FROM records_receipts)`, nil, &have[0], &have[1], &have[2]); err != nil {
		return nil, err
	}
	if have != [3]int{filings, numbers, receipts} {
		return &Wrong{0, sayIndexDiffers}, nil
	}
	return nil, nil
}

type indexRow struct {
	id, unit, body, state, ahead string
	revision, submitted          int64
	office                       bool
	number, told, receipt        sql.NullString
}

func (x indexRow) agrees(f Filing) bool {
	ahead, submitted := "", int64(0)
	if f.Ahead != nil {
		ahead = f.Ahead.State
	}
	if !f.Submitted.IsZero() {
		submitted = f.Submitted.UnixMilli()
	}
	return x.id == f.ID && x.revision == f.Revision && x.number.String == f.Number && x.told.String == f.Number && x.receipt.String == f.Receipt &&
		x.unit == f.Unit && x.body == f.Body && x.office == f.Office && x.state == f.State && x.ahead == ahead && x.submitted == submitted
}

// checkTables holds every table to the indexes by which the checks before have
// read it: SQLite takes a column from an index when it is there, so that a
// damaged row could hide behind a sound index. PostgreSQL reads the rows
// themselves, and has checksums of its own.
func checkTables(t *tx) (*Wrong, error) {
	if t.dialect == PostgreSQL {
		return nil, nil
	}
	sound := true
	for _, table := range append([]string{"records_head"}, copiedTables()...) {
		err := t.rows(`PRAGMA integrity_check(`+table+`)`, nil, func(scan func(...any) error) error {
			var said string
			if err := scan(&said); err != nil {
				return err
			}
			sound = sound && said == "ok"
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	if !sound {
		return &Wrong{0, sayTableDamaged}, nil
	}
	return nil, nil
}
