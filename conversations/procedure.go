package conversations

import (
	"regexp"

	"rongcuo/conversations/typed"
)

// Procedure is one guided application as data: what is asked, what holds, who
// decides and what is printed. It comes from a YAML file (load.go), is checked
// when it is loaded (check.go) and never changes afterwards, so that it may be
// used by any number of goroutines.
//
// Names in the file are the lower-case member names with underscores. Every
// text is Chinese and shown as it stands.
type Procedure struct {
	ID      string // stable, names the procedure in every dialog and record
	Version int    // 1, 2, … a dialog stays on the version it began with
	Name    string // 风险备案
	Basis   string // the document whose articles are cited as “备案规程第六条”
	Number  string // prefix of application numbers: FS gives FS-2026-…

	Welcome      string // said first, in every dialog
	Stopped      string // said before the reason why it does not go on
	Drafts       Drafts
	Gates        []Gate
	Ways         []Way   // offered at every stop
	Consultation []Field // asked after a gate was answered 不确定 and advice was taken
	Steps        []Step
	Checks       []Rule // of the whole content, at the review
	Watch        Watch
	Review       Review

	Roles       []Role
	Bodies      []Body
	States      []State
	Transitions []Transition
	Limits      []Limit
	Notices     []Notice
	Reasons     []Reason
	Repeats     Repeats
	Forms       []Form // filled in after registration: progress, deviation, …
	Documents   []Document

	file   string
	fields []*Field          // of all steps, in their order
	byKey  map[string]*Field // fields and no others
	order  []*Field          // so that a condition's fields come before it
	stepOf map[string]int    // key to index in Steps
}

// DraftsKept is the day after the last answer on which a store drops what is left
// of a dialog, whatever its procedure says: the end of a draft comes before it, so
// that nobody loses one without the warning.
const DraftsKept = 60

// Drafts says how long an unfinished dialog is kept. Days are calendar days
// without an answer.
type Drafts struct {
	Remind []int // a reminder after so many
	Warn   int   // a last warning
	Gone   int   // deleted
}

// Watch is what texts are looked at for, to be told as a hint that the person may
// wave aside: names of persons and words about their private lives. What must not
// be kept at all is the Screener's.
type Watch struct {
	Names string // what is said of a name, with %s for it; "" looks for none
	Words []struct {
		Find Pattern
		Say  string
	}
}

// Gate is a question that must be answered before the form: it decides whether
// the procedure fits at all.
type Gate struct {
	ID      string
	Ask     string
	Help    string
	Article string
	Yes, No string // the words on the buttons; 是 and 否 when empty
	Stop    string // the answer that stops: yes, no or (with a note only) nothing
	Note    string // the answer after which Say is shown and the dialog goes on
	Certain bool   // 不确定 is not offered
	Say     string // why it stops, or the note
	Ways    []Way  // offered beside the procedure's
}

// Way is one thing a person can do at a stop.
type Way struct {
	Label   string
	Say     string            // shown
	Ask     string            // a question to the Asker, answered in place
	Again   bool              // the gate is asked again
	Proceed bool              // the dialog goes on in spite of the answer
	Set     map[string]string // with Proceed: answers to fields, as typed
}

// Step is one part of the form, shown as 第3步.
type Step struct {
	ID     string
	Title  string
	When   Condition
	Fields []Field
}

// Kind is how a field is asked, read, checked and shown.
type Kind string

// The kinds of fields. kinds.go knows what each may have; a new kind is the
// only thing that needs Go.
const (
	Text         Kind = "text"         // one line
	Longtext     Kind = "longtext"     // several lines
	Number       Kind = "number"       // Parts makes it several numbers
	Money        Kind = "money"        // in fen
	Date         Kind = "date"         // Clock asks for the time of day too
	Daterange    Kind = "daterange"    // two days
	Year         Kind = "year"         // up to the current one
	Yesno        Kind = "yesno"        //
	Choice       Kind = "choice"       // one of Options
	Choices      Kind = "choices"      // Min to Max of Options
	Organisation Kind = "organisation" // the full name of a unit
	Phone        Kind = "phone"        // a land line with area code
	Files        Kind = "files"        // sorted into Papers
	Group        Kind = "group"        // Min to Max items of Fields
	Declaration  Kind = "declaration"  // must be confirmed word for word
)

// Field is one question and the rules of its answer.
type Field struct {
	// In short forms alone (the needs of a transition, the fields of a form).
	Keep    bool   // later conditions may refer to it as record.KEY
	Prefill string // the kept answer that is offered
	Serial  string // text: the shape of a number that counts up within a year, 示例风备〔{年}〕{序号}

	Key      string // stable; also the name in conditions
	Kind     Kind
	Label    string
	Aliases  []string // other words for it in corrections and pasted texts
	Ask      string
	Help     string
	Example  string
	When     Condition // asked only if it holds
	Optional bool
	Finds    []Pattern // how running text says it without naming it; the group, or all of it, is read
	Names    bool      // holds names of persons: left out of a redacted copy
	// Min and Max bound what the kind counts: characters of a text, the number
	// itself, fen of an amount, chosen options, items, days of a range.
	Min, Max int64
	Rules    []Rule // checked at once and again at the review

	Unit        string    // money: what a bare number counts (元 or 万元); number: shown behind it
	Parts       []string  // number: the names of the numbers
	Decimals    int       // number
	Behind      bool      // date: a date without a year is the last one, not the next
	Clock       bool      // date
	Options     []Option  // choice, choices
	FromBodies  bool      `yaml:"from_bodies"`  // choice: of the bodies that may decide
	SuggestFrom []string  `yaml:"suggest_from"` // choices: fields whose words suggest options, never pre-selected
	Noun        string    // group: 风险
	Fields      []Field   // group
	Papers      []Paper   // files
	Accept      []string  // files: extensions without a dot
	MaxMB       int64     `yaml:"max_mb"` // files: of one file
	Pledge      string    // declaration: what is confirmed
	Gates       bool      // declaration: shows the answers to the gates, and is asked again when one changes
	Renew       bool      // declaration: is asked again when an answer changes
	Recheck     string    // a gate that this answer bears on: it is shown once more
	Early       Condition // asked before all others while it holds
}

// Pattern is a regular expression.
type Pattern struct{ *regexp.Regexp }

// UnmarshalYAML compiles the expression; the error names its place.
func (p *Pattern) UnmarshalYAML(decode func(any) error) error {
	var s string
	if err := decode(&s); err != nil {
		return err
	}
	var err error
	p.Regexp, err = regexp.Compile(s)
	return err
}

// Option is one thing to choose.
type Option struct {
	ID      string
	Label   string
	Aliases []string
	Help    string
	Article string
	Words   []string // that suggest it
	When    Condition
}

// Paper is one kind of attachment.
type Paper struct {
	ID       string // A1
	Name     string
	When     Condition
	Optional bool
	Help     string
	Words    []string // in a file's name that speak for it
	Article  string
	Max      int    // files; 0 means 10
	Each     string // a group: as many files as it has items
}

// Rule must hold. What it says tells the person what to do.
type Rule struct {
	Must    Condition
	Say     string
	Level   Level  // red when empty
	Article string // cited
	Field   string // for Checks: what 修改 opens
}

// Level is how much a broken rule weighs.
type Level string

// The levels: a red rule keeps the content from being submitted, a yellow one
// is shown, a stop ends the dialog as a gate does.
const (
	Red    Level = "red"
	Yellow Level = "yellow"
	Stop   Level = "stop"
)

// Review is the last screen before the submission.
type Review struct {
	Phrase  string // typed exactly, submits
	Confirm string // the role that submits; others hand the draft to it
	Limit   string // the limit whose date is shown
}

// options gives a field's options in the form that readers take.
func typedOptions(options []Option) []typed.Option {
	out := make([]typed.Option, len(options))
	for i, o := range options {
		out[i] = typed.Option{ID: o.ID, Label: o.Label, Aliases: o.Aliases}
	}
	return out
}

// Field returns the field with the key, or nil. A group's own fields are not
// among them.
func (p *Procedure) Field(key string) *Field { return p.byKey[key] }

func (p *Procedure) gate(id string) *Gate {
	for i := range p.Gates {
		if p.Gates[i].ID == id {
			return &p.Gates[i]
		}
	}
	return nil
}

func (f *Field) option(id string) *Option {
	for i := range f.Options {
		if f.Options[i].ID == id {
			return &f.Options[i]
		}
	}
	return nil
}

func (f *Field) paper(id string) *Paper {
	for i := range f.Papers {
		if f.Papers[i].ID == id {
			return &f.Papers[i]
		}
	}
	return nil
}

func (f *Field) sub(key string) *Field {
	for i := range f.Fields {
		if f.Fields[i].Key == key {
			return &f.Fields[i]
		}
	}
	return nil
}
