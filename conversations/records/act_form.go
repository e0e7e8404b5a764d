package records

import (
	"time"

	"rongcuo/conversations"
	"rongcuo/conversations/typed"
)

// Forms that are handed in after the registration and move nothing.

// handIn takes a form that moves nothing but may renew or extend a limit. A wish
// takes effect when it is granted, and counts only then.
func (t *turn) handIn(s step, at *Track) error {
	form := t.p.form(s.id)
	if form.Waits {
		if l := t.p.limit(form.Limit); t.p.spent(t.f, form.ID) {
			return &Invalid{sentence(sayUsedUp, l.Name, l.Times)}
		}
		if err := t.extendable(t.event.Answers[needNewEnd].From); err != nil {
			return err
		}
		t.f.Asked[form.ID] = t.event.Answers
	}
	if form.Settles != "" {
		if err := t.settle(form); err != nil {
			return err
		}
	}
	if at.Due != nil && at.Due.Limit == s.limit && s.limit == limitProgress {
		t.reported(at)
	}
	t.tell(s)
	return nil
}

// settle grants or refuses what a form asked for.
func (t *turn) settle(form conversations.Form) error {
	asked := t.p.form(form.Settles)
	wish := t.f.Asked[asked.ID]
	delete(t.f.Asked, asked.ID)
	if !form.Grants {
		return nil
	}
	end := wish[needNewEnd].From
	if err := t.extendable(end); err != nil {
		return err
	}
	if l := t.p.limit(asked.Limit); l.Times > 0 {
		t.f.Counts[l.ID]++
	}
	if end != "" {
		t.f.Until = end
		day, _ := time.Parse(time.DateOnly, end)
		t.event.Lines = append(t.event.Lines, conversations.Line{Key: needNewEnd, Label: nameNewEnd, Text: typed.FormatDate(day)})
	}
	return nil
}

// extendable says that the implementation may end on that day: later than now, by
// a year at most (规程23).
func (t *turn) extendable(end string) error {
	if end == "" {
		return nil // a wish for something else
	}
	old, err := time.Parse(time.DateOnly, t.f.Until)
	if err != nil {
		return &Invalid{sayNoEnd}
	}
	if end <= t.f.Until || end > old.AddDate(1, 0, 0).Format(time.DateOnly) {
		return &Invalid{sayExtendYear}
	}
	return nil
}
