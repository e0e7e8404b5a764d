package records

import (
	"errors"
	"strconv"
	"strings"

	"rongcuo/conversations"
	"rongcuo/conversations/typed"
)

var china = typed.China

// act works an action out and keeps it, with all that follows from it.
func (w *work) act(a Action) error {
	if err := w.perform(a, w.who); err != nil {
		return err
	}
	if err := w.linked(); err != nil {
		return err
	}
	return w.expire()
}

// asProgram performs a transition of the system.
func (w *work) asProgram(a Action) error { return w.perform(a, Actor{System: true}) }

// expire makes what a limit's end demands, such as a third correction.
func (w *work) expire() error {
	for range w.p.States { // each moves on, so it ends
		transition, ok := Expired(w.p.Procedure, w.f, w.d.book.now())
		if !ok {
			return nil
		}
		if err := w.asProgram(Action{ID: transition}); err != nil {
			return err
		}
	}
	return nil
}

// perform is one step: Act, the receipt's uniqueness, the record, the notices.
func (w *work) perform(a Action, who Actor) error {
	f, event, notices, err := Act(w.p.Procedure, w.f, w.content, a, who, w.d.calendar.Load(), w.d.book.now())
	if err != nil {
		return err
	}
	if a.Content != nil {
		if err := w.fits(f, a); err != nil {
			return err
		}
	}
	if f.Receipt != w.f.Receipt {
		n, err := w.t.changed(`INSERT INTO records_receipts (receipt, filing) VALUES (?, ?) ON CONFLICT DO NOTHING`, f.Receipt, f.ID)
		if err != nil {
			return err
		}
		if n == 0 {
			return &Invalid{sayReceiptTaken}
		}
	}
	w.f = f
	if a.Content != nil {
		w.content = *a.Content
	}
	d := done{filing: f, event: event, person: who.Person, content: a.Content, files: saidFiles(event), due: w.d.nextDue(w.p, f, w.content)}
	if !who.System {
		d.event.Sent, d.once, w.once = w.sent, w.once, nil
	}
	if a.Content != nil {
		d.files = append(d.files, w.p.Attachments(*a.Content)...)
	}
	if err := w.d.book.keep(w.t, d); err != nil {
		return err
	}
	for _, n := range notices {
		if err := w.notify(n, strconv.FormatInt(f.Revision, 10)); err != nil {
			return err
		}
	}
	if a.ID == Recuse {
		return w.seekStandIn(event.Role)
	}
	return nil
}

// fits holds a content to the other filings and to who is registered. The body
// is proved when the filing is first handed in: a name that is nobody's because
// it was written otherwise would leave the body untold.
func (w *work) fits(f Filing, a Action) error {
	if err := w.earlier(f); err != nil || a.ID != w.p.submission.ID {
		return err
	}
	before := w.content
	w.content = *a.Content
	defer func() { w.content = before }()
	if err := w.rested(f); err != nil {
		return err
	}
	known, err := w.t.deciding()
	if err != nil {
		return err
	}
	if same, _ := conversations.NearBodies(f.Body, known); same != "" {
		return &Invalid{sentence(sayOtherBody, f.Body, same)}
	}
	return nil
}

// earlier proves that the filing which this one names exists, and in this unit,
// and links the two where the earlier one waits for it.
func (w *work) earlier(f Filing) error {
	if f.Earlier == "" {
		return nil
	}
	old, err := w.byNumber(f.Earlier)
	if errors.Is(err, ErrNotFound) || err == nil && (old.Unit != f.Unit || old.ID == f.ID) {
		return &Invalid{sayUnknownEarlier}
	}
	return err
}

func (w *work) byNumber(number string) (Filing, error) {
	id, err := w.t.idOf(number)
	if err != nil {
		return Filing{}, err
	}
	return w.t.latest(id)
}

// succeeded is the transition that ends a filing whose successor is registered;
// none for a state that waits for no successor.
func (p shape) succeeded(state string) conversations.Transition {
	return found(p.Transitions, func(t conversations.Transition) bool {
		return strings.Join(t.From, "") == state && t.Needs == nil && len(t.By) == 1 && p.role(t.By[0]).Kind == stageSystem && p.state(t.To).End && p.state(state).Limit == ""
	})
}

// linked closes the filing that waited for this one to be registered (规程24):
// where a state waits for the program alone, a registered successor is its cue.
func (w *work) linked() error {
	if w.f.Earlier == "" || w.f.Receipt == "" {
		return nil
	}
	old, err := w.byNumber(w.f.Earlier)
	if err != nil || old.Later != "" {
		return err
	}
	sh, err := w.d.shape(old)
	if err != nil {
		return err
	}
	next := sh.succeeded(old.State)
	if next.ID == "" {
		return nil
	}
	_, contents, err := w.t.contents(old.ID)
	if err != nil {
		return err
	}
	old.Later = w.f.Number
	other := work{d: w.d, t: w.t, p: sh, f: old, content: contents[len(contents)-1]}
	return other.asProgram(Action{ID: next.ID})
}

// shortened keeps a foreign word out of the chain when it is long.
func shortened(s string) string {
	if len(s) > 64 {
		return s[:64]
	}
	return s
}
