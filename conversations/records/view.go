package records

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"time"

	"rongcuo/conversations"
)

// sees says who may know of a filing: the people of its unit; the body that
// decides it, from the submission on; the registrars, once it has come to them;
// auditors, who act on none. Who is recused does not see it. Owners and keepers
// see no filing.
func sees(p shape, f Filing, who Actor) bool {
	if who.System {
		return true
	}
	for _, post := range who.Posts {
		if post.Role == Auditor && len(f.Rounds) > 0 {
			return true
		}
		switch p.role(string(post.Role)).Kind {
		case stageUnit:
			if post.Place == f.Unit {
				return true
			}
		case stageBody:
			if post.Place == f.Body && f.Body != "" && len(f.Rounds) > 0 && !slices.Contains(f.Recused, who.Person) {
				return true
			}
		case stageOffice:
			came := f.Office && (post.Role == Registrar || slices.Contains(f.Shown, string(post.Role)))
			if came && !slices.Contains(f.Recused, who.Person) {
				return true
			}
		}
	}
	return false
}

// Card is a filing at a glance.
type Card struct {
	ID, Number, Matter string
	Unit, Body         string
	Revision           int64
	State              string // ID
	StateName          string // 已受理、研究中
	Owner              string // name of the role whose turn it is; empty at an end
	Since              time.Time
	Due                string // 2026年12月8日, 约…, empty when nothing runs
	Late               bool
	Ahead              string // name of the state of work begun on an oral consent
	AheadDue           string
	ByHandler          bool     // the state is a decision on paper that the handler recorded and the head countersigned
	Unsigned           string   // the decision on paper that waits for the head's countersignature
	Deserted           bool     // who would have to act has stepped back, and nobody is there in his place
	Asked              []string // names of wishes that wait for the body's word
	Overdue            []string // names of the limits that were not kept
	Refile             bool     // it waits for another filing that names its number
	Corrections        int      // rounds after the first
	Receipt            string
	Until              string // last day of the implementation, 2027-06-30
	Submitted          time.Time
	Earlier, Later     string // numbers
}

func card(p shape, f Filing, now time.Time) Card {
	st := p.state(f.State)
	c := Card{ID: f.ID, Number: f.Number, Matter: f.Matter, Unit: f.Unit, Body: f.Body, Revision: f.Revision, State: f.State, StateName: st.Name,
		Owner: p.role(st.Owner).Name, Since: f.Since, ByHandler: f.ByHandler, Corrections: max(len(f.Rounds)-1, 0), Receipt: f.Receipt,
		Until: f.Until, Submitted: f.Submitted, Earlier: f.Earlier, Later: f.Later}
	if f.Due != nil {
		c.Due, c.Late = f.Due.text(), !now.Before(f.Due.End)
	}
	c.Refile = p.succeeded(f.State).ID != ""
	for _, id := range f.Late {
		c.Overdue = append(c.Overdue, p.limit(id).Name)
	}
	for _, form := range p.Forms {
		if f.Asked[form.ID] != nil {
			c.Asked = append(c.Asked, form.Name)
		}
	}
	if f.Paper != nil {
		c.Unsigned = f.Paper.Event.Name
	}
	if f.Ahead != nil {
		c.Ahead = p.state(f.Ahead.State).Name
		if f.Ahead.Due != nil {
			c.AheadDue = f.Ahead.Due.text()
		}
	}
	return c
}

// Moment is one line of a timeline.
type Moment struct {
	At         time.Time
	Name       string // 受理, 退回补正, or a form's name
	State      string // name of the state that it led to
	Role       string // name of the role that acted; people are not named
	Place      string // unit or body
	ByHandler  bool
	Substitute bool
	Lines      []conversations.Line
	Reasons    []conversations.Reason
	Remarks    map[string]string
	Action     string   // of the procedure, or one of this package's
	To         string   // ID of State
	Late       []string // names of the limits that it did not keep
}

// Full is everything of a filing that one person may see.
type Full struct {
	Card     Card
	Filing   Filing                  // without Hands, Recused and Paper: people are not named
	Content  conversations.Content   // of the latest round
	Rounds   []conversations.Content // all, the oldest first
	Changes  []conversations.Change  // from the round before the latest
	Files    []conversations.Attachment
	Timeline []Moment
	Choices  []Choice // what the person may do now
	// Registrar is how who registered it is called, for the paper form.
	Registrar string
}

// Look gives a filing to a person. ErrNotFound for one that is not there and
// for one that is not his, which is noted.
func (d *Desk) Look(ctx context.Context, person int64, id string) (Full, error) {
	return d.look(ctx, person, id, func(*tx) (string, bool, error) { return id, true, nil })
}

// ByNumber is Look with a filing number as typed.
func (d *Desk) ByNumber(ctx context.Context, person int64, typed string) (Full, error) {
	number, err := conversations.ReadNumber(typed)
	if err != nil {
		return Full{}, ErrNotFound
	}
	return d.look(ctx, person, number, func(t *tx) (string, bool, error) { return t.nearest(number) })
}

// nearest gives the filing of a number, or, when there is none, that of the next
// number, as one that was not meant: who asks for an absent number then waits for
// as many queries as who asks for a foreign one (promise R14).
func (t *tx) nearest(number string) (id string, meant bool, err error) {
	for _, from := range []string{number, ""} { // after the last number comes the first
		var found string
		err = t.one(`SELECT filing, number FROM records_numbers WHERE number >= ? ORDER BY number LIMIT 1`, []any{from}, &id, &found)
		if !errors.Is(err, sql.ErrNoRows) {
			return id, found == number, err
		}
	}
	return "", false, ErrNotFound // there is no filing at all
}

func (t *tx) idOf(number string) (id string, err error) {
	err = t.one(`SELECT filing FROM records_numbers WHERE number = ?`, []any{number}, &id)
	if errors.Is(err, sql.ErrNoRows) {
		return "", ErrNotFound
	}
	return id, err
}

func (d *Desk) look(ctx context.Context, person int64, subject string, find func(*tx) (id string, meant bool, err error)) (Full, error) {
	var full Full
	err := d.book.read(ctx, func(t *tx) error {
		id, meant, err := find(t)
		if err != nil {
			return err
		}
		w := work{d: d, t: t, person: person}
		if err := w.load(id); err != nil {
			return err
		}
		if !meant {
			return ErrNotFound
		}
		full, err = w.full()
		return err
	})
	if errors.Is(err, ErrNotFound) {
		if noted := d.book.Note(ctx, Entry{Actor: person, Kind: KindRefused, Subject: filingSubject(shortened(subject))}); noted != nil {
			return Full{}, noted
		}
	}
	return full, err
}

func (w *work) full() (Full, error) {
	now := w.d.book.now()
	f := w.f.clone()
	f.Hands, f.Recused, f.Paper = nil, nil, nil
	full := Full{Card: card(w.p, w.f, now), Filing: f, Content: w.content, Choices: Choices(w.p.Procedure, w.f, w.content, w.who, now)}
	revisions, contents, err := w.t.contents(w.f.ID)
	if err != nil {
		return full, err
	}
	full.Rounds = contents
	if n := len(contents); n > 1 {
		full.Changes = contents[n-1].Difference(contents[n-2])
	}
	err = w.t.rows(`SELECT revision, about FROM records_attachments WHERE filing = ? ORDER BY revision, place`, []any{w.f.ID}, func(scan func(...any) error) error {
		var revision int64
		var about string
		var a conversations.Attachment
		if err := scan(&revision, &about); err != nil {
			return err
		}
		if slices.Contains(revisions[:len(revisions)-1], revision) {
			return nil // of an earlier round
		}
		err := json.Unmarshal([]byte(about), &a)
		full.Files = append(full.Files, a)
		return err
	})
	if err != nil {
		return full, err
	}
	if full.Timeline, err = w.timeline(); err != nil {
		return full, err
	}
	if full.Card.Deserted, err = w.t.deserted(w.p, w.f, w.p.state(w.f.State).Owner); err != nil {
		return full, err
	}
	full.Registrar, err = w.registrar()
	return full, err
}

// registrar is the name of who registered the filing, as he accepted his post
// with; "" when nobody has, or it was recorded from paper.
func (w *work) registrar() (name string, err error) {
	err = w.t.one(`SELECT o.name FROM records_steps s JOIN records_posts o ON o.person = s.person AND o.role = ? WHERE s.filing = ? AND s.from_state <> s.to_state AND s.to_state = ? ORDER BY s.revision DESC, o.id DESC LIMIT 1`,
		[]any{string(Registrar), w.f.ID, stateFiled}, &name)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return name, err
}

func (w *work) timeline() (out []Moment, err error) {
	unit := slices.ContainsFunc(w.who.Posts, func(p Post) bool { return p.Place == w.f.Unit })
	err = w.t.rows(`SELECT at, event FROM records_steps WHERE filing = ? ORDER BY revision`, []any{w.f.ID}, func(scan func(...any) error) error {
		var at int64
		var text string
		var e Event
		if err := scan(&at, &text); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(text), &e); err != nil {
			return err
		}
		m := Moment{At: time.UnixMilli(at), Name: e.Name, State: w.p.state(e.To).Name, Role: w.p.role(e.Role).Name, Place: e.Place,
			ByHandler: e.ByHandler, Substitute: e.Substitute, Lines: e.Lines, Reasons: e.Reasons, Remarks: maps.Clone(e.Remarks), Action: e.Action, To: e.To, Late: e.Late}
		if e.Action == Recuse && unit {
			m.Lines = nil // why somebody stepped back is not the unit's matter
		}
		out = append(out, m)
		return nil
	})
	return out, err
}
