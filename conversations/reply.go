package conversations

import "strings"

// Reply is one message to the person, free of any messenger's forms.
type Reply struct {
	Text     Message    `json:"text,omitempty"`
	Choices  [][]Button `json:"choices,omitempty"`  // rows
	Wanted   *Wanted    `json:"wanted,omitempty"`   // files are asked for
	Progress *Progress  `json:"progress,omitempty"` // of a question
	Step     int        `json:"step,omitempty"`     // of a list of answers: which step it shows, from 1
	// Ask is a policy question that the person put in the middle. The caller
	// answers it in this reply's place; the question of the form follows.
	Ask string `json:"ask,omitempty"`
	// Export asks the caller to send the draft as a document.
	Export bool `json:"export,omitempty"`
}

// Message is a text with marks.
type Message []Span

// Span is a piece of text with one mark.
type Span struct {
	Text string `json:"text"`
	Mark Mark   `json:"mark,omitempty"`
}

// Mark is how a piece of text is set off.
type Mark string

// The marks. Plain text has none.
const (
	Bold  Mark = "bold"
	Quote Mark = "quote" // words of a rule or of the person
	Faint Mark = "faint" // help, examples
)

// Button is a choice with a stable action, which comes back in Event.Action.
// An action is ASCII and at most 64 bytes.
type Button struct {
	Label  string `json:"label"`
	Action string `json:"action"`
}

// Wanted says which files may be sent now.
type Wanted struct {
	Accept []string `json:"accept"` // extensions
	MaxMB  int64    `json:"max_mb"`
	Papers []string `json:"papers"` // names of those still missing
}

// Progress is shown as 第3步/共8步 · 12/46.
type Progress struct {
	Step, Steps   int
	Title         string
	Field, Fields int
}

// String is the message without marks.
func (m Message) String() string {
	var b strings.Builder
	for _, s := range m {
		b.WriteString(s.Text)
	}
	return b.String()
}

func plain(text string) Message { return Message{{Text: text}} }

func (m *Message) add(text string)             { *m = append(*m, Span{Text: text}) }
func (m *Message) mark(mark Mark, text string) { *m = append(*m, Span{Text: text, Mark: mark}) }

// line begins a new line unless the message is empty.
func (m *Message) line() {
	if len(*m) > 0 {
		m.add("\n")
	}
}
