package records

import (
	"maps"
	"slices"
	"sync"
	"time"

	"rongcuo/conversations"
)

// Filing is one matter from its submission, or from its urgent begin, to its
// end. It is a value: Act makes the next one, the Desk keeps each of them.
// Texts that people wrote are not in it but for the matter's name and what is
// open (remarks, wishes, a decision on paper) or kept for later steps to be held
// to; all else stands in what was said with each step.
type Filing struct {
	ID        string `json:"id"`               // random, never shown
	Number    string `json:"number,omitempty"` // FS-2026-7K3MA-9QWX4; none before the submission
	Procedure string `json:"procedure"`
	Version   int    `json:"version"` // the filing stays on it
	Revision  int64  `json:"revision"`
	Track            // where it stands

	// Ahead is set while the work is already under way on an oral consent and the
	// filing itself still goes its way (the urgent path). It ends when the two meet.
	Ahead *Track `json:"ahead,omitempty"`

	Matter  string `json:"matter"`
	Unit    string `json:"unit"` // full name, as in the posts of its people
	Handler int64  `json:"handler,omitempty"`
	Head    int64  `json:"head,omitempty"`
	Body    string `json:"body,omitempty"` // full name of the body that decides
	Office  bool   `json:"office,omitempty"`

	Submitted time.Time            `json:"submitted,omitzero"` // first
	Rounds    []string             `json:"rounds,omitempty"`   // digests of the contents, the latest last
	Counts    map[string]int       `json:"counts,omitempty"`   // by limit: how often it was used
	Reached   map[string]time.Time `json:"reached,omitempty"`  // by state, the last time
	Remarks   map[string]string    `json:"remarks,omitempty"`  // by field, open until the next round
	Receipt   string               `json:"receipt,omitempty"`
	Until     string               `json:"until,omitempty"`   // last day of the implementation, 2027-06-30
	Earlier   string               `json:"earlier,omitempty"` // number of the filing that this one follows
	Later     string               `json:"later,omitempty"`   // number of the one that follows it

	Hands   []Hand  `json:"hands,omitempty"`   // who acted in which stage
	Recused []int64 `json:"recused,omitempty"` // who may not decide it
	// ByHandler marks the present state as a decision on paper that the handler
	// recorded for a body without account, and the unit's head countersigned.
	ByHandler bool     `json:"by_handler,omitempty"`
	Paper     *OnPaper `json:"paper,omitempty"` // recorded, and not yet countersigned

	Kept  conversations.Answers            `json:"kept,omitempty"`  // what later steps are held to
	Asked map[string]conversations.Answers `json:"asked,omitempty"` // by form: wishes that wait for the body's word
	Late  []string                         `json:"late,omitempty"`  // limits that were not kept
	Shown []string                         `json:"shown,omitempty"` // offices beside the registrar's that it came to
}

// OnPaper is a decision on paper as the handler recorded it.
type OnPaper struct {
	Action string `json:"action"`
	By     int64  `json:"by"`
	Event  Event  `json:"event"`
}

// Track is where a filing stands and until when.
type Track struct {
	State string    `json:"state"`
	Since time.Time `json:"since"`
	Due   *Due      `json:"due,omitempty"`
}

// Hand is a person who acted in a stage: unit, body or office.
type Hand struct {
	Person int64  `json:"person"`
	Stage  string `json:"stage"`
}

// Due is the end of a time limit.
type Due struct {
	Limit string    `json:"limit"`
	Start time.Time `json:"start"`           // a day counts from the one behind it
	End   time.Time `json:"end"`             // the first moment that is too late
	Exact bool      `json:"exact,omitempty"` // false: shown with 约
	Hours bool      `json:"hours,omitempty"` // natural time, shown with the clock
}

// clone makes a filing that shares nothing that is changed in place.
func (f Filing) clone() Filing {
	f.Rounds, f.Hands, f.Recused = slices.Clone(f.Rounds), slices.Clone(f.Hands), slices.Clone(f.Recused)
	f.Counts, f.Reached, f.Kept, f.Asked = cloned(f.Counts), cloned(f.Reached), cloned(f.Kept), cloned(f.Asked)
	f.Late, f.Shown = slices.Clone(f.Late), slices.Clone(f.Shown)
	if f.Ahead != nil {
		ahead := *f.Ahead
		f.Ahead = &ahead
	}
	return f
}

func cloned[V any](m map[string]V) map[string]V {
	if m == nil {
		return map[string]V{}
	}
	return maps.Clone(m)
}

// Known is what the filing's short forms may refer to.
func (f Filing) Known(content conversations.Content, now time.Time) conversations.Known {
	return conversations.Known{Content: content, Kept: f.Kept, Reached: f.Reached, Submitted: f.Submitted, Until: f.Until, Now: now}
}

// stands says whether one of the filing's tracks is in the state.
func (f Filing) stands(state string) bool {
	return f.State == state || f.Ahead != nil && f.Ahead.State == state
}

// track picks the one that a transition or form moves: the filing's own before
// the one that is ahead.
func (f *Filing) track(from []string) *Track {
	switch {
	case slices.Contains(from, f.State):
		return &f.Track
	case f.Ahead != nil && slices.Contains(from, f.Ahead.State):
		return f.Ahead
	}
	return nil
}

func (f Filing) stageOf(person int64) string {
	for _, h := range f.Hands {
		if h.Person == person {
			return h.Stage
		}
	}
	return ""
}

// The names that the records know of a procedure. One that does not use them
// has no such fact: no name in the notices, no end to extend, no urgent path.
const (
	fieldMatter   = "matter_name"
	fieldPeriod   = "period"          // daterange: the implementation
	fieldConsent  = "oral_consent_at" // the urgent path begins with it
	fieldEarlier  = "prev_no"
	fieldLevel    = "risk_level"
	levelHigh     = "high" // reports each month instead of each quarter
	needReceipt   = "receipt_no"
	needNewEnd    = "new_end"
	needDecided   = "decided_on"
	needDocument  = "decision_no"
	stateFiled    = "filed" // the receipt was issued
	limitUrgent   = "urgent"
	limitProgress = "progress"
	limitExtend   = "extension"
	limitClosing  = "closing_report"
)

// formLeads names the state to which a form leads when it is handed in; the
// transition there asks for the form.
var formLeads = map[string]string{"major_change": "change_pending", "deviation": "deviation", "closing": "closing"}

// soonNotices are the procedure's texts for reminders; other limits are
// reminded of with a plain sentence.
var soonNotices = map[string]string{"mend": "mend_soon", limitProgress: "progress_soon", limitExtend: "expiring"}

// shape answers what the records ask of a procedure.
type shape struct {
	*conversations.Procedure
	submission conversations.Transition // by which a confirmed content becomes a filing
	urgent     conversations.Transition // by which work begins before that, if there is one
	begun      map[string]bool          // the states behind the submission
}

// shapes keeps what was found out; a procedure never changes and there are few.
var shapes sync.Map // of *conversations.Procedure to shape

// shapeOf finds the two by what they are: the confirming role's transition to
// a body, and its conditional one from before the submission to the work.
func shapeOf(p *conversations.Procedure) shape {
	if known, ok := shapes.Load(p); ok {
		return known.(shape)
	}
	s := shape{Procedure: p}
	mine := func(t conversations.Transition, kind string) bool {
		return slices.Contains(t.By, p.Review.Confirm) && s.role(s.state(t.To).Owner).Kind == kind
	}
	s.submission = found(p.Transitions, func(t conversations.Transition) bool { return mine(t, stageBody) })
	s.begun = s.reach(s.submission.To)
	s.urgent = found(p.Transitions, func(t conversations.Transition) bool {
		return mine(t, stageUnit) && s.begun[t.To] && !slices.ContainsFunc(t.From, func(from string) bool { return s.begun[from] })
	})
	shapes.Store(p, s)
	return s
}

// reach are the states to which transitions lead from one, and itself.
func (p shape) reach(state string) map[string]bool {
	reach := map[string]bool{state: true}
	for range p.States {
		for _, t := range p.Transitions {
			for _, from := range t.From {
				if reach[from] {
					reach[t.To] = true
				}
			}
		}
	}
	return reach
}

func (p shape) state(id string) conversations.State {
	return found(p.States, func(s conversations.State) bool { return s.ID == id })
}

func (p shape) role(id string) conversations.Role {
	return found(p.Roles, func(r conversations.Role) bool { return r.ID == id })
}

func (p shape) limit(id string) conversations.Limit {
	return found(p.Limits, func(l conversations.Limit) bool { return l.ID == id })
}

func (p shape) transition(id string) conversations.Transition {
	return found(p.Transitions, func(t conversations.Transition) bool { return t.ID == id })
}

func (p shape) form(id string) conversations.Form {
	return found(p.Forms, func(f conversations.Form) bool { return f.ID == id })
}

// found is the first that fits, or the zero value.
func found[T any](list []T, fits func(T) bool) T {
	if i := slices.IndexFunc(list, fits); i >= 0 {
		return list[i]
	}
	var none T
	return none
}

// placeOf is where the people of a role come from for this filing.
func (p shape) placeOf(f Filing, role string) string {
	switch p.role(role).Kind {
	case stageUnit:
		return f.Unit
	case stageBody:
		return f.Body
	}
	return ""
}

// formOf is the form that a transition asks for, if any.
func (p shape) formOf(t conversations.Transition) conversations.Form {
	return found(p.Forms, func(f conversations.Form) bool {
		return formLeads[f.ID] == t.To && slices.ContainsFunc(t.From, func(s string) bool { return slices.Contains(f.In, s) })
	})
}

// The stages: where a role's people come from.
const (
	stageUnit   = "unit"
	stageBody   = "body"
	stageOffice = "office"
	stageSystem = "system"
)
