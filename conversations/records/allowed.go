package records

import (
	"slices"
	"time"

	"rongcuo/conversations"
)

// step is one thing that may be done with a filing: a transition, a form or a
// recusal, brought to one form.
type step struct {
	id, name string
	from     []string
	to       string // empty: the filing stays where it is
	fields   []conversations.Field
	reasons  string // group of codes of which one is a must
	notice   []string
	limit    string // of a form
	content  bool   // comes with a content
	urgent   bool   // begins the urgent path

	role, place, stage string // in which the actor acts
	substitute         bool
}

// Refusal is an ErrNotAllowed that says why.
type Refusal struct{ Sentence string }

func (r *Refusal) Error() string { return r.Sentence }

// Unwrap makes errors.Is(err, ErrNotAllowed) hold.
func (r *Refusal) Unwrap() error { return ErrNotAllowed }

// Invalid says politely what to give instead.
type Invalid struct{ Sentence string }

func (e *Invalid) Error() string { return e.Sentence }

// step finds what the action means for the filing as it stands, and proves that
// the actor may do it. The error is a *Refusal.
func (p shape) step(f Filing, content conversations.Content, id string, who Actor, paper bool, now time.Time) (step, error) {
	s, by, err := p.means(f, id)
	if err != nil {
		return s, err
	}
	if !p.open(f, s) {
		return s, &Refusal{sayNotNow}
	}
	if t := p.transition(id); t.When.String() != "" && !p.Holds(content, t.When, now) {
		return s, &Refusal{sayNotInThisCase}
	}
	switch {
	case paper:
		return p.onPaper(f, s, by, who)
	case id == Countersign:
		if err := p.signs(f, who); err != nil {
			return s, err
		}
	}
	why := sayNotYours
	for _, role := range by {
		place, refusal := p.acts(f, p.role(role), who)
		if refusal == "" {
			s.role, s.place, s.stage = role, place, p.role(role).Kind
			s.substitute = s.stage != stageUnit && len(f.Recused) > 0
			return s, nil
		}
		if refusal != sayNotYours {
			why = refusal
		}
	}
	return s, &Refusal{why}
}

// means looks the action up in the procedure's table.
func (p shape) means(f Filing, id string) (s step, by []string, err error) {
	switch id {
	case Recuse:
		return p.recusal(f), p.deciders(), nil
	case Countersign, DropPaper:
		return p.signing(f, id)
	}
	if form := p.form(id); form.ID != "" && formLeads[id] == "" {
		s = step{id: id, name: form.Name, from: form.In, fields: form.Fields, limit: form.Limit, notice: form.Notice}
		if form.By != nil {
			return s, form.By, nil
		}
		return s, []string{string(Handler)}, nil
	}
	t := p.transition(id)
	if t.ID == "" {
		return s, nil, &Refusal{sayNotNow}
	}
	form := p.formOf(t)
	s = step{id: id, name: t.Action, from: t.From, to: t.To, reasons: t.Reasons, notice: t.Notice, limit: form.Limit,
		fields: slices.Concat(t.Needs, form.Fields), content: t.Round || id == p.submission.ID || id == p.urgent.ID, urgent: id == p.urgent.ID}
	by = t.By
	if t.Round {
		by = append(slices.Clone(by), p.Review.Confirm) // the dialog has him confirm corrections too
	}
	return s, by, nil
}

// open says that the filing stands where the action begins and that no count
// or meeting of tracks forbids it.
func (p shape) open(f Filing, s step) bool {
	at := f.track(s.from)
	if at == nil || s.urgent && f.Ahead != nil {
		return false
	}
	if form := p.form(s.id); form.Waits && f.Asked[form.ID] != nil || form.Settles != "" && f.Asked[form.Settles] == nil {
		return false // asked for already, or not at all
	}
	l := p.limit(p.state(at.State).Limit)
	if l.Times > 0 && f.Counts[l.ID] > l.Times && s.id != Recuse {
		return s.id == l.Expiry // a further correction would be needed: only the expiry is left
	}
	if f.Ahead != nil && at.State == f.State && s.to != "" && s.to == p.urgent.To {
		return f.Ahead.State == s.to // the work that is ahead must stand where they meet
	}
	return true
}

// spent says that what a form wishes for was granted as often as it can be.
func (p shape) spent(f Filing, id string) bool {
	form := p.form(id)
	l := p.limit(form.Limit)
	return form.Waits && l.Times > 0 && f.Counts[l.ID] >= l.Times
}

// acts says at which place the person acts in the role; refusal is a sentence
// when he does not.
func (p shape) acts(f Filing, role conversations.Role, who Actor) (place, refusal string) {
	switch role.Kind {
	case stageSystem:
		if who.System {
			return "", ""
		}
		return "", sayNotYours
	case stageUnit:
		place = f.Unit
	case stageBody:
		place = f.Body
	}
	if who.System || !who.holds(Role(role.ID), place) || role.Kind != stageOffice && place == "" {
		return "", sayNotYours
	}
	if had := f.stageOf(who.Person); had != "" && had != role.Kind {
		return "", sayOneStage
	}
	if role.Kind == stageUnit {
		return place, ""
	}
	if role.Kind == stageOffice && !f.Office {
		return "", sayNotYours // it has not come to the office yet
	}
	return place, p.partial(f, role, who)
}

// partial says why a person may not decide this filing.
func (p shape) partial(f Filing, role conversations.Role, who Actor) string {
	own := slices.ContainsFunc(who.Posts, func(post Post) bool {
		return post.Place == f.Unit && (post.Role == Handler || post.Role == UnitHead)
	})
	switch {
	case own || who.Person == f.Handler || who.Person == f.Head:
		return sayOwnFiling
	case role.Kind == stageBody && f.Body == f.Unit:
		return sayOwnUnit
	case slices.Contains(f.Recused, who.Person):
		return sayRecused
	}
	return ""
}

func (who Actor) holds(role Role, place string) bool {
	return slices.ContainsFunc(who.Posts, func(post Post) bool { return post.Role == role && post.Place == place })
}

// recusal is open to those whose turn may come.
func (p shape) recusal(f Filing) step {
	s := step{id: Recuse, name: nameRecuse, fields: recusalFields}
	for _, st := range p.States {
		if !st.End && len(f.Rounds) > 0 && f.stands(st.ID) {
			s.from = append(s.from, st.ID)
		}
	}
	return s
}

// deciders are the roles that decide.
func (p shape) deciders() []string {
	var out []string
	for _, r := range p.Roles {
		if r.Kind == stageBody || r.Kind == stageOffice {
			out = append(out, r.ID)
		}
	}
	return out
}

// Choice is a button: what an actor may do with a filing now, and what it asks.
type Choice struct {
	ID, Name string
	Fields   []conversations.Field
	Reasons  []conversations.Reason // of which one or more must be picked
	Remarks  bool                   // remarks on fields may be given
	Content  bool                   // comes as a corrected content
	Paper    bool                   // a decision on paper that the handler records
	Lines    []conversations.Line   // what a countersignature confirms
}

// Choices lists what the actor may do now, transitions first; what the program
// does by itself is not among them.
func Choices(p *conversations.Procedure, f Filing, content conversations.Content, who Actor, now time.Time) []Choice {
	sh := shapeOf(p)
	var ids []string
	for _, t := range p.Transitions {
		ids = append(ids, t.ID)
	}
	for _, form := range p.Forms {
		ids = append(ids, form.ID)
	}
	var out []Choice
	for _, id := range append(ids, Countersign, DropPaper, Recuse) {
		for _, paper := range []bool{false, true} {
			s, err := sh.step(f, content, id, who, paper, now)
			if err != nil || s.stage == stageSystem || sh.spent(f, id) {
				continue
			}
			c := Choice{ID: id, Name: s.name, Fields: s.fields, Content: s.content, Paper: paper}
			if id == Countersign {
				c.Name, c.Fields, c.Content, c.Lines = nameCountersign+s.name, nil, false, f.Paper.Event.said()
				out = append(out, c)
				break
			}
			for _, r := range p.Reasons {
				if s.reasons != "" && r.Group == s.reasons {
					c.Reasons = append(c.Reasons, r)
				}
			}
			c.Remarks = s.reasons != "" && sh.role(sh.state(s.to).Owner).Kind == stageUnit
			out = append(out, c)
			break
		}
	}
	return out
}
