package records

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync/atomic"
	"time"

	"rongcuo/conversations"
)

// Desk is where filings are handed in, decided and read: the book with the
// procedures that it follows. It is safe for concurrent use, also by several
// processes on one database.
type Desk struct {
	book     *Book
	library  *conversations.Library
	calendar atomic.Pointer[conversations.Calendar]
	random   io.Reader // of numbers
}

// Errors of filings. A filing that is not there and one that the person may not
// see are the same.
var (
	ErrNotFound = errors.New("records: no such filing")
	ErrStale    = errors.New("records: somebody else was faster")
)

// Desk opens the desk and writes the procedures' tables of lawful moves into
// the book.
func (b *Book) Desk(ctx context.Context, library *conversations.Library, calendar *conversations.Calendar) (*Desk, error) {
	d := &Desk{book: b, library: library, random: rand.Reader}
	d.SetCalendar(calendar)
	err := b.update(ctx, func(t *tx) error {
		for _, id := range library.IDs() {
			for v := 1; v <= library.Latest(id).Version; v++ {
				if p := library.Version(id, v); p != nil {
					if err := t.lawful(p); err != nil {
						return err
					}
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("records: %w", err)
	}
	return d, nil
}

// SetCalendar takes a new table of holidays; limits that already run stay.
func (d *Desk) SetCalendar(c *conversations.Calendar) { d.calendar.Store(c) }

// Submission is a confirmed dialog on its way to the records.
type Submission struct {
	Key     string // of the update that confirmed it: the same key never makes a second filing
	Person  int64  // who confirmed
	Unit    string // at which unit; may be empty for who heads one only
	Handler int64  // who filled it in; 0 when it is the same person
	Content conversations.Content
	Filing  string    // the ID of the urgent filing that this submission follows
	Sent    time.Time // the message's own time, if it has one
}

// Deed is what a person does with a filing.
type Deed struct {
	Key      string // as in Submission; empty for none
	Person   int64
	Filing   string // ID
	Revision int64  // of the filing that the person saw; ErrStale if it has moved on
	Action   Action
	Sent     time.Time // the message's own time, if it has one
}

// Submit makes a filing. When it returns one, the filing and its number are on
// disk; the number is unique for ever. A repeated key gives that filing as it now
// stands. Errors as Act, ErrNotFound.
func (d *Desk) Submit(ctx context.Context, s Submission) (Filing, error) {
	return d.enter(ctx, s, func(p shape) string { return p.submission.ID })
}

// Begin records the urgent path: work begins on an oral consent, and the time to
// submit the same filing runs. The content is a draft (Procedure.Draft).
func (d *Desk) Begin(ctx context.Context, s Submission) (Filing, error) {
	return d.enter(ctx, s, func(p shape) string { return p.urgent.ID })
}

// Calendar is the one that limits are counted by now.
func (d *Desk) Calendar() *conversations.Calendar { return d.calendar.Load() }

// Begins says that a draft may take the urgent path now (Begin).
func (d *Desk) Begins(draft conversations.Content) bool {
	id, version := draft.Procedure()
	p := d.library.Version(id, version)
	if p == nil {
		return false
	}
	s := shapeOf(p)
	return s.urgent.ID != "" && p.Holds(draft, s.urgent.When, d.book.now())
}

func (d *Desk) enter(ctx context.Context, s Submission, action func(shape) string) (Filing, error) {
	id, version := s.Content.Procedure()
	p := d.library.Version(id, version)
	if p == nil {
		return Filing{}, fmt.Errorf("records: procedure %s version %d is not there", id, version)
	}
	sh := shapeOf(p)
	w := work{d: d, p: sh, person: s.Person, once: onceKey(s.Person, s.Key), sent: s.Sent.UTC()}
	a := Action{ID: action(sh), Content: &s.Content}
	return w.run(ctx, s.Filing+a.ID, func() error {
		if err := w.open(s, a); err != nil {
			return err
		}
		return w.act(a)
	})
}

// Do acts on a filing. Of two who act on the same revision one wins, the other
// gets ErrStale. Other errors as Act, ErrNotFound.
func (d *Desk) Do(ctx context.Context, deed Deed) (Filing, error) {
	w := work{d: d, person: deed.Person, once: onceKey(deed.Person, deed.Key), sent: deed.Sent.UTC()}
	return w.run(ctx, deed.Filing, func() error {
		if err := w.load(deed.Filing); err != nil {
			return err
		}
		if w.f.Revision != deed.Revision {
			return ErrStale
		}
		if id := deed.Action.ID; id == w.p.submission.ID || id == w.p.urgent.ID {
			return &Refusal{sayNotNow} // Submit and Begin are their doors
		}
		return w.act(deed.Action)
	})
}

// work is one change in its transaction.
type work struct {
	d       *Desk
	t       *tx
	p       shape
	f       Filing
	content conversations.Content
	who     Actor
	person  int64
	once    *string
	sent    time.Time
}

// run makes the change once. A refused try is written down.
func (w *work) run(ctx context.Context, subject string, change func() error) (Filing, error) {
	err := w.d.book.update(ctx, func(t *tx) error {
		w.t = t
		if done, err := w.repeated(); done || err != nil {
			return err
		}
		return change()
	})
	if errors.Is(err, ErrNotAllowed) || errors.Is(err, ErrNotFound) {
		if noted := w.d.book.Note(ctx, Entry{Actor: w.person, Kind: KindRefused, Subject: filingSubject(shortened(subject))}); noted != nil {
			return Filing{}, noted
		}
	}
	if err != nil {
		return Filing{}, err
	}
	return w.f, nil
}

// repeated says that the update was done before, and gives what it made.
func (w *work) repeated() (bool, error) {
	if w.once == nil {
		return false, nil
	}
	var id string
	err := w.t.one(`SELECT filing FROM records_steps WHERE once = ?`, []any{*w.once}, &id)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, w.load(id)
}

// open makes a new filing, or takes up the urgent one that a submission follows.
func (w *work) open(s Submission, a Action) error {
	if s.Filing != "" {
		if err := w.load(s.Filing); err != nil {
			return err
		}
		w.content = s.Content
	} else {
		posts, err := w.t.posts(` AND person = ? AND role = ?`, s.Person, w.p.Review.Confirm)
		if err != nil {
			return err
		}
		if s.Unit == "" && len(posts) == 1 {
			s.Unit = posts[0].Place
		}
		from := w.p.transition(a.ID).From[0]
		w.f = Filing{ID: rand.Text(), Procedure: w.p.ID, Version: w.p.Version, Track: Track{State: from, Since: w.d.book.now().UTC()},
			Unit: s.Unit, Handler: s.Handler, Head: s.Person}
		if w.f.Handler == 0 {
			w.f.Handler = s.Person
		}
		w.content = s.Content
		if w.who, err = w.actor(); err != nil {
			return err
		}
	}
	if a.ID == w.p.urgent.ID || w.f.Number != "" {
		return nil
	}
	return w.number(a)
}

// number gives the filing its number, never used before, and brings an urgent
// draft to where the submission begins.
func (w *work) number(a Action) error {
	if from := w.p.transition(a.ID).From; !slices.Contains(from, w.f.State) {
		ready := found(w.p.Transitions, func(t conversations.Transition) bool {
			return slices.Contains(t.From, w.f.State) && slices.Contains(from, t.To) && w.p.role(t.By[0]).Kind == stageSystem
		})
		if ready.ID == "" {
			return &Refusal{sayNotNow}
		}
		if err := w.asProgram(Action{ID: ready.ID}); err != nil {
			return err
		}
	}
	for {
		number, err := conversations.NewNumber(w.p.Number, w.d.book.now().In(china).Year(), w.d.random)
		if err != nil {
			return err
		}
		n, err := w.t.changed(`INSERT INTO records_numbers (number, filing) VALUES (?, ?) ON CONFLICT DO NOTHING`, number, w.f.ID)
		if err != nil {
			return err
		}
		if n == 1 {
			w.f.Number = number
			return nil
		}
	}
}

// load reads a filing as the person may see it. ErrNotFound.
func (w *work) load(id string) (err error) {
	if w.f, err = w.t.latest(id); err != nil {
		return err
	}
	if w.p, err = w.d.shape(w.f); err != nil {
		return err
	}
	_, contents, err := w.t.contents(id)
	if err != nil {
		return err
	}
	w.content = contents[len(contents)-1]
	if w.who, err = w.actor(); err != nil {
		return err
	}
	if !sees(w.p, w.f, w.who) {
		return ErrNotFound
	}
	return nil
}

func (d *Desk) shape(f Filing) (shape, error) {
	p := d.library.Version(f.Procedure, f.Version)
	if p == nil {
		return shape{}, fmt.Errorf("records: procedure %s version %d is not there", f.Procedure, f.Version)
	}
	return shapeOf(p), nil
}

// actor is the person with the posts of this moment.
func (w *work) actor() (who Actor, err error) {
	who.Person = w.person
	if who.Posts, err = w.t.posts(` AND person = ?`, w.person); err != nil {
		return who, err
	}
	who.Vacant, err = w.vacancies()
	return who, err
}
