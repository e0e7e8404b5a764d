package records

import (
	"slices"
	"strings"

	"rongcuo/conversations"
)

// A body or office without account decides on paper. Whoever could record such a
// decision alone could decide on his own filing: the body's name is typed, and a
// slip in it makes a body that nobody holds. So it takes two of the unit: the
// handler enters the decision with its scan, and the unit's head countersigns;
// before that it moves nothing. It stays marked for good.

// onPaper lets the handler record what a body or office without account decided.
func (p shape) onPaper(f Filing, s step, by []string, who Actor) (step, error) {
	if f.Paper != nil {
		return s, &Refusal{sayPaperWaits}
	}
	for _, role := range by {
		kind := p.role(role).Kind
		if kind != stageBody && kind != stageOffice || !slices.Contains(who.Vacant, role) || s.id == Recuse {
			continue
		}
		place, refusal := p.acts(f, p.role(string(Handler)), who)
		if refusal != "" {
			return s, &Refusal{refusal}
		}
		s.role, s.place, s.stage = string(Handler), place, stageUnit
		for _, proof := range paperFields {
			if !slices.ContainsFunc(s.fields, func(have conversations.Field) bool { return have.Key == proof.Key }) {
				s.fields = append(slices.Clone(s.fields), proof)
			}
		}
		return s, nil
	}
	return s, &Refusal{sayNotOnPaper}
}

// enterPaper keeps what the handler recorded until it is countersigned.
func (t *turn) enterPaper(s step) {
	t.stay(s)
	said := t.event
	t.f.Paper = &OnPaper{Action: s.id, By: t.who.Person, Event: said}
	t.event.Action, t.event.Name, t.event.ByHandler = enterPaper, nameOnPaper+s.name, true
	t.notices = append(t.notices, NoticeOut{ID: enterPaper, Roles: []string{t.p.Review.Confirm}, Text: sentence(sayPaperToSign, t.f.Matter, s.name)})
}

// signing is the countersignature of what was recorded, or its withdrawal, by
// the unit's head; the handler may take it back too.
func (p shape) signing(f Filing, id string) (step, []string, error) {
	if f.Paper == nil {
		return step{}, nil, &Refusal{sayNotNow}
	}
	s, _, err := p.means(f, f.Paper.Action)
	if id == Countersign {
		return s, []string{p.Review.Confirm}, err
	}
	return step{id: id, name: nameDropPaper, from: s.from}, []string{p.Review.Confirm, string(Handler)}, err
}

// signs says why a person can't countersign: it was he who recorded it, or the
// body can decide by itself now.
func (p shape) signs(f Filing, who Actor) error {
	if who.Person == f.Paper.By {
		return &Refusal{sayOwnPaper}
	}
	_, by, err := p.means(f, f.Paper.Action)
	if err == nil && !slices.ContainsFunc(by, func(role string) bool { return slices.Contains(who.Vacant, role) }) {
		return &Refusal{sayNotOnPaper}
	}
	return err
}

// countersign makes the recorded decision take effect.
func (t *turn) countersign(s step) error {
	said := t.f.Paper.Event
	t.a.Remarks = nil
	t.event.Action, t.event.ByHandler = t.f.Paper.Action, true
	t.event.Answers, t.event.Lines, t.event.Reasons, t.event.Remarks = said.Answers, said.Lines, said.Reasons, said.Remarks
	t.join(s)
	t.f.Paper = nil
	return t.move(s)
}

// said is what a person said with an event, in lines.
func (e Event) said() (out []conversations.Line) {
	for _, r := range e.Reasons {
		out = append(out, conversations.Line{Key: r.Code, Label: r.Code, Text: strings.TrimSpace(r.Text + " " + r.Article)})
	}
	return append(out, e.Lines...)
}
