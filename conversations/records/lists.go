package records

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"rongcuo/conversations"
)

// Filter chooses filings of a list.
type Filter struct {
	Year  int    // of the first submission; 0 for all
	Body  string // full name; empty for all
	State string // ID; empty for all
	After string // the ID of the last card of the page before
	Limit int    // cards of a page; 0 means 100
}

// Mine lists the filings of the units to whose people the person belongs, the
// newest first.
func (d *Desk) Mine(ctx context.Context, person int64, f Filter) ([]Card, error) {
	return d.list(ctx, person, f, `EXISTS (SELECT 1 FROM records_posts o WHERE o.person = ? AND o.until = 0 AND o.role IN ('handler', 'unit_head') AND o.place = f.unit)`, false)
}

// Register lists what a deciding body, a registrar or an auditor may see, the
// newest first.
func (d *Desk) Register(ctx context.Context, person int64, f Filter) ([]Card, error) {
	return d.list(ctx, person, f, `EXISTS (SELECT 1 FROM records_posts o WHERE o.person = ? AND o.until = 0 AND
		(o.role = 'body' AND o.place = f.body OR o.role IN ('registrar', 'trial') AND f.office = 1 OR o.role = 'auditor' AND f.number IS NOT NULL))`, false)
}

// Waiting lists the filings in which it is the person's turn, the newest first.
func (d *Desk) Waiting(ctx context.Context, person int64, f Filter) ([]Card, error) {
	return d.list(ctx, person, f, `EXISTS (SELECT 1 FROM records_posts o WHERE o.person = ? AND o.until = 0 AND
		(o.place = f.unit OR o.role = 'body' AND o.place = f.body OR o.role IN ('registrar', 'trial') AND f.office = 1))`, true)
}

// list reads filings by a condition over the index f and the person, and holds
// each once more to what the person may see.
func (d *Desk) list(ctx context.Context, person int64, f Filter, where string, turn bool) ([]Card, error) {
	if f.Limit <= 0 {
		f.Limit = 100
	}
	var out []Card
	err := d.book.read(ctx, func(t *tx) error {
		who := Actor{Person: person}
		var err error
		if who.Posts, err = t.posts(` AND person = ?`, person); err != nil {
			return err
		}
		conditions, args := f.conditions()
		if turn {
			states := d.statesOf(who)
			in := `(''` + strings.Repeat(", ?", len(states)) + `)`
			conditions += ` AND (f.state IN ` + in + ` OR f.ahead IN ` + in + `)`
			args = append(append(args, states...), states...)
		}
		err = t.rows(`SELECT s.after FROM records_filings f JOIN records_steps s ON s.filing = f.id AND s.revision = f.revision WHERE `+where+conditions+` ORDER BY f.submitted DESC, f.id DESC`,
			append([]any{person}, args...), func(scan func(...any) error) error {
				c, ok, err := d.listed(scan, who, turn)
				if err != nil || !ok {
					return err
				}
				if out = append(out, c); len(out) == f.Limit {
					return errFull
				}
				return nil
			})
		if errors.Is(err, errFull) {
			return nil
		}
		return err
	})
	return out, err
}

// errFull ends the reading of a page.
var errFull = errors.New("records: the page is full")

// conditions are the filter in SQL, over the index f.
func (f Filter) conditions() (query string, args []any) {
	add := func(condition string, values ...any) {
		query += " AND " + condition
		args = append(args, values...)
	}
	if f.Year != 0 {
		from := time.Date(f.Year, 1, 1, 0, 0, 0, 0, china)
		add(`f.submitted >= ? AND f.submitted < ?`, from.UnixMilli(), from.AddDate(1, 0, 0).UnixMilli())
	}
	if f.Body != "" {
		add(`f.body = ?`, f.Body)
	}
	if f.State != "" {
		add(`(f.state = ? OR f.ahead = ?)`, f.State, f.State)
	}
	if f.After != "" {
		add(`(f.submitted, f.id) < (SELECT a.submitted, a.id FROM records_filings a WHERE a.id = ?)`, f.After)
	}
	return query, args
}

// statesOf are the states of all procedures that wait for a role of the person.
func (d *Desk) statesOf(who Actor) (out []any) {
	for _, id := range d.library.IDs() {
		for v := 1; v <= d.library.Latest(id).Version; v++ {
			p := d.library.Version(id, v)
			if p == nil {
				continue
			}
			for _, s := range p.States {
				if !slices.Contains(out, any(s.ID)) && slices.ContainsFunc(who.Posts, func(post Post) bool { return waitsFor(p, s, string(post.Role)) }) {
					out = append(out, s.ID)
				}
			}
		}
	}
	return out
}

// waitsFor says that a state may wait for a role: it is the state's own, it
// countersigns, or it settles a wish.
func waitsFor(p *conversations.Procedure, s conversations.State, role string) bool {
	return !s.End && (role == s.Owner || role == p.Review.Confirm || slices.ContainsFunc(p.Forms, func(f conversations.Form) bool {
		return f.Settles != "" && slices.Contains(f.By, role) && slices.Contains(f.In, s.ID)
	}))
}

// listed reads one filing; ok is false when it is not the person's to see or,
// where that is asked, not his turn.
func (d *Desk) listed(scan func(...any) error, who Actor, turn bool) (c Card, ok bool, err error) {
	var after string
	var f Filing
	if err := scan(&after); err != nil {
		return c, false, err
	}
	if err := json.Unmarshal([]byte(after), &f); err != nil {
		return c, false, err
	}
	p, err := d.shape(f)
	if err != nil {
		return c, false, err
	}
	ok = sees(p, f, who) && (!turn || p.turn(f, who))
	return card(p, f, d.book.now()), ok, nil
}

// turn says that the filing waits for a role in which the actor may act: in a
// state, for a countersignature, or with a wish.
func (p shape) turn(f Filing, who Actor) bool {
	waits := func(role string) bool {
		_, refusal := p.acts(f, p.role(role), who)
		return refusal == ""
	}
	if f.Paper != nil && who.Person != f.Paper.By && waits(p.Review.Confirm) {
		return true
	}
	for _, form := range p.Forms {
		if form.Settles != "" && f.Asked[form.Settles] != nil && slices.ContainsFunc(form.By, waits) {
			return true
		}
	}
	return slices.ContainsFunc(p.States, func(s conversations.State) bool {
		return s.Owner != "" && f.stands(s.ID) && waits(s.Owner)
	})
}
