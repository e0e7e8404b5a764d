package records

import (
	"slices"
	"time"

	"rongcuo/conversations"
)

// Who is late may still act: nothing is refused for it, and nothing is agreed
// by it. The record says so, on the step, on the card and in the register.

// overdue notes the limits that a step does not keep: the state's own, those
// that run between answers of its form, and those that end before or behind the
// last day of the implementation.
func (t *turn) overdue(s step, at *Track) {
	if t.who.System && (at.Due == nil || at.Due.Limit != limitUrgent) {
		return // what time itself brings is nobody's delay; an urgent draft is made ready by the program
	}
	form := t.p.form(s.id)
	if form.ID == "" {
		form = t.p.formOf(t.p.transition(s.id))
	}
	if at.Due != nil && !t.now.Before(at.Due.End) && (at.Due.Limit != limitProgress || s.limit == limitProgress) {
		t.late(at.Due.Limit)
	}
	for _, l := range t.p.Limits {
		if form.ID != "" && l.Form == form.ID {
			t.between(l)
		}
	}
	until, err := time.Parse(time.DateOnly, t.f.Until)
	if form.ID == "" || err != nil {
		return
	}
	switch l := t.p.limit(form.Limit); {
	case l.ID == limitExtend && l.Before:
		if last, _ := t.cal.After(until, -l.Days); !t.now.Before(midnight(last.AddDate(0, 0, 1))) {
			t.late(l.ID)
		}
	case l.ID == limitClosing && at.State == t.p.urgent.To:
		if last, _ := t.cal.After(until, l.Days); !t.now.Before(midnight(last.AddDate(0, 0, 1))) {
			t.late(l.ID)
		}
	}
}

// between holds two answers of a form to a limit.
func (t *turn) between(l conversations.Limit) {
	from, ok := moment(t.event.Answers[l.From].From)
	to := t.now
	if ok && l.To != "" {
		to, ok = moment(t.event.Answers[l.To].From)
	}
	if ok && !to.Before(t.due(l.ID, from).End) {
		t.late(l.ID)
	}
}

func (t *turn) late(limit string) {
	t.event.Late = append(t.event.Late, t.p.limit(limit).Name)
	if !slices.Contains(t.f.Late, limit) {
		t.f.Late = append(t.f.Late, limit)
	}
}

// moment reads a date of an answer, with or without the time of day.
func moment(s string) (time.Time, bool) {
	for _, form := range []string{"2006-01-02T15:04", time.DateOnly} {
		if at, err := time.ParseInLocation(form, s, china); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}
