package records

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
)

// HeldAt gives the posts that a person held when an entry was written, which is
// told by the order of entries and not by the clock.
func (b *Book) HeldAt(ctx context.Context, person, seq int64) ([]Post, error) {
	var out []Post
	err := b.read(ctx, func(t *tx) error {
		return t.rows(`SELECT id, role, place, name FROM records_posts p WHERE person = ?
			AND EXISTS (SELECT 1 FROM records_chain c WHERE c.subject = 'post:' || p.id AND c.kind = ? AND c.seq <= ?)
			AND NOT EXISTS (SELECT 1 FROM records_chain c WHERE c.subject = 'post:' || p.id AND c.kind = ? AND c.seq < ?) ORDER BY id`,
			[]any{person, KindGranted, seq, KindRevoked, seq}, func(scan func(...any) error) error {
				p := Post{Person: person}
				err := scan(&p.ID, &p.Role, &p.Place, &p.Name)
				out = append(out, p)
				return err
			})
	})
	return out, err
}

// Step is what an entry about a filing points to: the filing's number, what was
// done and in which post. Nothing of the filing's content is in it.
type Step struct {
	Number, Name, Place string
	Role                Role
}

// StepOf gives the step of a filing at a revision; ErrNotFound when there is none.
func (b *Book) StepOf(ctx context.Context, filing string, revision int64) (Step, error) {
	var s Step
	err := b.read(ctx, func(t *tx) error {
		var event string
		var number sql.NullString
		err := t.one(`SELECT s.event, f.number FROM records_steps s JOIN records_filings f ON f.id = s.filing WHERE s.filing = ? AND s.revision = ?`,
			[]any{filing, revision}, &event, &number)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrNotFound
		} else if err != nil {
			return err
		}
		var e Event
		err = json.Unmarshal([]byte(event), &e)
		s = Step{number.String, e.Name, e.Place, Role(e.Role)}
		return err
	})
	return s, err
}
