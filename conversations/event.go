package conversations

import "slices"

// Event is one thing that happened: what a person did, or that time passed.
type Event struct {
	Kind   EventKind
	Text   string // EventText
	Action string // EventAction: a Button's
	Files  []File // EventFiles
	// Roles are those that the person has in the matter, such as unit_head.
	Roles []string
	// Calendar counts working days for the dates that are shown; without one they
	// are told as a number of days.
	Calendar *Calendar
	// Document is the text of a forwarded plan (EventFiles); it is read for
	// proposals and not kept.
	Document string
	// Proposals are a model's for this very text; the rules' own come beside.
	Proposals []Suggestion
	// Bodies are the names of the bodies that decide in the bot themselves.
	Bodies []string
}

// EventKind says what happened.
type EventKind string

// What can happen.
const (
	EventStart  EventKind = "start"
	EventResume EventKind = "resume"
	EventText   EventKind = "text"
	EventAction EventKind = "action"
	EventFiles  EventKind = "files"
	EventTimer  EventKind = "timer" // not before Due
)

func (e Event) may(role string) bool { return slices.Contains(e.Roles, role) }
