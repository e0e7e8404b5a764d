package conversations

// The way of a filing after its submission, as data. The records that walk it
// live beside the dialogs; here it is only described and, in check.go, proved
// to be complete.

// Role is who may act. Kind says where the person comes from: unit (of the
// applicant), body (that decides, by Bodies), office (one for the county) or
// system.
type Role struct {
	ID   string
	Name string
	Kind string
}

// Body can decide about a filing. Which ones may follows from the answers.
type Body struct {
	ID      string
	Name    string
	When    Condition
	Article string
}

// State is where a filing stands.
type State struct {
	ID    string
	Name  string // 已受理、研究中
	Owner string // the role whose turn it is; empty for an end
	Begin bool   // where a procedure begins
	End   bool
	Limit string // the limit that runs in it
}

// Transition is the only way from a state to another.
type Transition struct {
	ID      string
	Action  string // the word on the button
	From    []string
	To      string
	By      []string  // roles
	When    Condition // over the content
	Needs   []Field   // what the actor must say
	Reasons string    // the group of reason codes of which one is a must
	Round   bool      // begins a new round of corrections
	Notice  []string  // who is told what
	Article string
}

// Limit is a time limit.
type Limit struct {
	ID      string
	Name    string
	Days    int       // working days unless Hours is set
	Hours   int       // natural time
	Extra   int       // more working days when ExtraIf holds
	ExtraIf Condition `yaml:"extra_if"`
	Before  bool      // counted back from the end of the implementation
	Remind  []int     // reminders on these days of it
	Daily   int       // a reminder each day from this day on
	Expiry  string    // remind (never a silent consent), flag or a transition's ID
	Times   int       // how often it may be used; 0 means no bound
	// Of a form: the limit runs from the answer From to the answer To, or to the
	// moment in which the form is handed in. Who is late is told so on the record.
	Form    string
	From    string
	To      string
	Article string
}

// Repeats says when the same matter of the same unit may not be filed again:
// within so many months after one came to an end of After, unless Unless holds.
type Repeats struct {
	After   []string // states
	Months  int
	Unless  Condition
	Gate    string // where the person says that things have changed
	Article string
}

// Notice is a message about an event. Text has the places {事项}, {号}, {日期},
// {n}, {k}, {理由} and {条款}; it never carries figures, names or opinions.
type Notice struct {
	ID   string
	To   []string // roles
	Text string
}

// Reason is a code that a decider picks.
type Reason struct {
	Code    string
	Group   string
	Text    string
	Article string
	Opens   []string // fields that a return with this code opens for correction
}

// Form is filled in after the registration.
type Form struct {
	ID     string
	Name   string
	By     []string // roles; the handler when empty
	In     []string // the states in which it can be opened
	Limit  string
	Notice []string
	// Waits: what is asked for takes effect when a form that Settles it is handed
	// in by its roles, and Grants it.
	Waits   bool
	Settles string
	Grants  bool
	Article string
	Fields  []Field
}

// Document is a paper that is printed.
type Document struct {
	ID       string
	Title    string
	Mark     string // across a draft
	Corners  []Cell // above the title, left and right
	Sections []Section
	Footer   []string
	Fonts    map[string]string // part of the page to its type face and size
}

// Section is a part of a document. Layout is pairs (label and value, Columns
// wide), list (one line each), table (of a group), ticks (the gates), pledges,
// papers or opinion (a box for a stamp: of the note's boxes □同意 the record's
// decision is ticked, and behind a label of the cells stands its value).
type Section struct {
	Title   string
	Layout  string
	Columns int
	Group   string   // table: the field
	Gates   []string // ticks: which of them; all when empty
	Filled  bool     // pairs: what has no value is left out
	Cells   []Cell
	Note    string
}

// Cell names what stands in a place: a field's value, a value that the record
// has (number, filed_on, …) or a fixed text.
type Cell struct {
	Label  string
	Field  string
	Record string
	Text   string
	With   string // only when the record has this value
	Names  bool   // a record's value that names a person: left out of a redacted copy
}

func (p *Procedure) role(id string) *Role {
	for i := range p.Roles {
		if p.Roles[i].ID == id {
			return &p.Roles[i]
		}
	}
	return nil
}

func (p *Procedure) state(id string) *State {
	for i := range p.States {
		if p.States[i].ID == id {
			return &p.States[i]
		}
	}
	return nil
}

func (p *Procedure) limit(id string) *Limit {
	for i := range p.Limits {
		if p.Limits[i].ID == id {
			return &p.Limits[i]
		}
	}
	return nil
}

func (p *Procedure) form(id string) *Form {
	for i := range p.Forms {
		if p.Forms[i].ID == id {
			return &p.Forms[i]
		}
	}
	return nil
}
