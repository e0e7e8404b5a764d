package records

import (
	"slices"
	"strings"
	"time"

	"rongcuo/conversations"
	"rongcuo/conversations/typed"
)

// Action is what somebody wants to do with a filing.
type Action struct {
	ID      string // of a transition or a form of the procedure, or Recuse
	Said    conversations.Said
	Reasons []string          // codes of the transition's group
	Remarks map[string]string // by field, with a return: all at once
	Content *conversations.Content
	Paper   bool // the handler records a decision that was made on paper
}

// Actions that are in no procedure. A decision on paper is entered by the
// handler and takes effect when the unit's head has countersigned it; so nobody
// records a decision on his own filing alone.
const (
	enterPaper  = "paper"
	Countersign = "countersign"
	DropPaper   = "paper_drop"
)

// Recuse is the action of a decider or registrar who steps back from a filing.
// Any other holder of the same post then acts in his place.
const Recuse = "recuse"

// Actor is who acts: a person with the posts held now, or the program.
type Actor struct {
	Person int64
	Posts  []Post
	System bool
	// Vacant are the roles in which nobody can act for this filing; their
	// decisions come on paper.
	Vacant []string
}

// Event is what happened, for the record.
type Event struct {
	Action     string                 `json:"action"`
	Name       string                 `json:"name"` // 同意, or the form's name
	From       string                 `json:"from"`
	To         string                 `json:"to"`
	Ahead      bool                   `json:"ahead,omitempty"` // it moved the track that is ahead
	Role       string                 `json:"role"`            // in which the person acted
	Place      string                 `json:"place,omitempty"` // at which unit or body
	ByHandler  bool                   `json:"by_handler,omitempty"`
	Substitute bool                   `json:"substitute,omitempty"` // for somebody who is recused
	Answers    conversations.Answers  `json:"answers,omitempty"`
	Lines      []conversations.Line   `json:"lines,omitempty"` // the answers as people read them
	Reasons    []conversations.Reason `json:"reasons,omitempty"`
	Remarks    map[string]string      `json:"remarks,omitempty"`
	Late       []string               `json:"late,omitempty"` // names of the limits that it did not keep
	// Sent is when the person's message says it was sent; the record's own time
	// and order stand beside it.
	Sent time.Time `json:"sent,omitzero"`
}

// NoticeOut is a message that an act makes due. Roles are the procedure's.
type NoticeOut struct {
	ID    string
	Roles []string
	Text  string // names the matter and never figures, residents or opinions
}

// turn is one act being worked out.
type turn struct {
	p       shape
	f       Filing // the next one
	content conversations.Content
	a       Action
	who     Actor
	cal     *conversations.Calendar
	now     time.Time
	event   Event
	notices []NoticeOut
}

// Act is the whole law of filings, and pure: what becomes of one when somebody
// acts on it. content is its latest. Only the table of transitions moves it;
// who may is decided by allowed; what must be said is read with the kinds of
// package conversations.
//
// Errors: ErrNotAllowed (a *Refusal says why), *Invalid with a sentence that
// says what to do instead. The filing is then returned unchanged.
func Act(p *conversations.Procedure, f Filing, content conversations.Content, a Action, who Actor, cal *conversations.Calendar, now time.Time) (Filing, Event, []NoticeOut, error) {
	t := turn{p: shapeOf(p), f: f.clone(), content: content, a: a, who: who, cal: cal, now: now.UTC().Truncate(time.Millisecond)}
	if a.Content != nil {
		t.content = *a.Content
	}
	if err := t.do(); err != nil {
		return f, Event{}, nil, err
	}
	t.f.Revision++
	return t.f, t.event, t.notices, nil
}

func (t *turn) do() error {
	s, err := t.p.step(t.f, t.content, t.a.ID, t.who, t.a.Paper, t.now)
	if err != nil {
		return err
	}
	t.event = Event{Action: t.a.ID, Name: s.name, Role: s.role, Place: s.place, Substitute: s.substitute}
	if t.a.ID == Countersign {
		return t.countersign(s)
	}
	if err := t.say(s); err != nil {
		return err
	}
	t.join(s)
	switch {
	case t.a.ID == Recuse:
		t.f.Recused = append(t.f.Recused, t.who.Person)
		t.event.From, t.event.To = t.f.State, t.f.State
		return nil
	case t.a.ID == DropPaper:
		t.stay(s)
		t.f.Paper = nil
		return nil
	case t.a.Paper:
		t.enterPaper(s)
		return nil
	}
	return t.move(s)
}

// join notes that the person acted in this stage. A decision on paper is the
// body's, not the handler's, but it is his hand.
func (t *turn) join(s step) {
	if t.who.System || t.a.ID == Recuse || t.f.stageOf(t.who.Person) != "" {
		return
	}
	t.f.Hands = append(t.f.Hands, Hand{t.who.Person, s.stage})
}

// stay says in the event that the filing stays where it is.
func (t *turn) stay(s step) {
	at := t.f.track(s.from)
	t.event.From, t.event.To, t.event.Ahead = at.State, at.State, t.f.Ahead != nil && at == t.f.Ahead
}

// move takes the filing to the next state, or keeps it there for a form.
func (t *turn) move(s step) error {
	if s.urgent {
		return t.begin(s)
	}
	at := t.f.track(s.from)
	t.stay(s)
	t.overdue(s, at)
	t.keep(s)
	if s.to == "" {
		return t.handIn(s, at)
	}
	if t.returns(s) || s.content {
		t.f.Remarks = t.event.Remarks
	}
	t.event.To = s.to
	if meets := t.f.Ahead != nil && !t.event.Ahead && s.to == t.p.urgent.To; meets {
		t.f.Ahead = nil // it stands where the filing comes to; step has seen to that
	}
	t.enter(at, s.to)
	t.f.ByHandler = t.event.ByHandler
	if receipt := t.event.Answers[needReceipt].Text; receipt != "" {
		t.f.Receipt = receipt
	}
	t.tell(s)
	return nil
}

// keep remembers what later steps are held to.
func (t *turn) keep(s step) {
	for _, f := range s.fields {
		if v, ok := t.event.Answers[f.Key]; ok && f.Keep {
			t.f.Kept[f.Key] = v
		}
	}
}

// enter puts a track into a state and starts the state's limit.
func (t *turn) enter(at *Track, state string) {
	st := t.p.state(state)
	*at = Track{State: state, Since: t.now, Due: t.due(st.Limit, t.now)}
	t.f.Reached[state] = t.now
	t.f.Paper = nil // what was to be decided is decided
	t.show(st.Owner)
	if t.p.role(st.Owner).Kind == stageOffice && st.Owner == string(Registrar) {
		t.f.Office = true
	}
	if l := t.p.limit(st.Limit); l.Times > 0 {
		t.f.Counts[l.ID]++
	}
}

// begin opens the urgent path: the work starts, the filing itself is still a
// draft, and the time to submit it runs from the oral consent.
func (t *turn) begin(s step) error {
	consent, ok := t.content.Value(fieldConsent)
	at, err := time.ParseInLocation("2006-01-02T15:04", consent.From, typed.China)
	if !ok || err != nil || at.After(t.now) {
		return &Invalid{sayConsentNeeded}
	}
	t.event.From, t.event.To, t.event.Ahead = t.f.State, s.to, true
	t.f.Ahead = &Track{}
	t.enter(t.f.Ahead, s.to)
	t.f.Due = t.due(limitUrgent, at)
	t.tell(s)
	return nil
}

// tell makes the step's notices due. An office that is told sees the filing from
// then on.
func (t *turn) tell(s step) {
	for _, id := range s.notice {
		n := found(t.p.Notices, func(n conversations.Notice) bool { return n.ID == id })
		t.notices = append(t.notices, NoticeOut{n.ID, n.To, t.fill(n.Text)})
		for _, role := range n.To {
			t.show(role)
		}
	}
}

func (t *turn) show(role string) {
	if t.p.role(role).Kind == stageOffice && role != string(Registrar) && !slices.Contains(t.f.Shown, role) {
		t.f.Shown = append(t.f.Shown, role)
	}
}

func (t *turn) fill(text string) string {
	var reasons, articles []string
	for _, r := range t.event.Reasons {
		reasons = append(reasons, r.Text)
		if !slices.Contains(articles, r.Article) {
			articles = append(articles, r.Article)
		}
	}
	number := t.f.Number
	if _, receipt := t.event.Answers[needReceipt]; receipt {
		number = t.f.Receipt
	}
	limit := t.p.limit(t.p.state(t.f.State).Limit)
	places := map[string]string{
		"事项": t.f.Matter, "号": number, "日期": t.expected().text(),
		"n": decimal(max(len(t.event.Remarks), len(t.event.Reasons))), "k": decimal(t.f.Counts[limit.ID]),
		"理由": strings.Join(reasons, "、"), "条款": strings.Join(articles, "、"),
	}
	return placed(text, places)
}

// expected is the date that a notice names: of the state's own limit, or of the
// state that comes next (a report of a deviation is followed by the study).
func (t *turn) expected() *Due {
	at := &t.f.Track
	if t.event.Ahead {
		at = t.f.Ahead
	}
	if at.Due != nil {
		return at.Due
	}
	for _, next := range t.p.Transitions {
		if slices.Contains(next.From, at.State) {
			if d := t.due(t.p.state(next.To).Limit, t.now); d != nil {
				return d
			}
		}
	}
	return nil
}
