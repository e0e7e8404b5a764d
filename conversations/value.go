package conversations

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"rongcuo/conversations/typed"
)

// Value is one answer in its canonical form. Which members are set follows from
// the field's kind; the others are zero. It is never changed in place.
type Value struct {
	Text    string    `json:"text,omitempty"`    // text, longtext, organisation, phone, choice (the option's ID)
	Numbers []float64 `json:"numbers,omitempty"` // number (one for each part), year
	Fen     int64     `json:"fen,omitempty"`     // money
	From    string    `json:"from,omitempty"`    // date and daterange: 2027-01-10; with a clock 2027-01-10T15:30
	To      string    `json:"to,omitempty"`      // daterange
	Yes     bool      `json:"yes,omitempty"`     // yesno, declaration
	Chosen  []string  `json:"chosen,omitempty"`  // choices, in the options' order
	Files   []File    `json:"files,omitempty"`   // files
	Items   []Answers `json:"items,omitempty"`   // group
}

// Answers are values by field key.
type Answers map[string]Value

// File is an attachment that the caller keeps; the dialog only knows of it.
type File struct {
	ID    string `json:"id"`   // the caller's
	Name  string `json:"name"` // cleaned, for showing only, never a path
	Size  int64  `json:"size"` // bytes
	Type  string `json:"type"` // the extension that the content, not the name, speaks for: pdf, docx, jpg, png
	Hash  string `json:"hash,omitempty"`
	Paper string `json:"paper,omitempty"` // what it is, once sorted
}

const (
	dayForm    = "2006-01-02"
	momentForm = "2006-01-02T15:04"
)

// Equal says whether two values are the same answer.
func (v Value) Equal(w Value) bool { return reflect.DeepEqual(v, w) }

func (a Answers) clone() Answers {
	out := maps.Clone(a)
	if out == nil {
		out = Answers{}
	}
	return out
}

// day reads a stored date; the zero time stands for none.
func day(s string) time.Time {
	if t, err := time.Parse(dayForm, s); err == nil {
		return t
	}
	t, err := time.ParseInLocation(momentForm, s, typed.China)
	if err != nil {
		return time.Time{}
	}
	return t
}

// without returns items without the one at i.
func without[T any](items []T, i int) []T {
	return slices.Delete(slices.Clone(items), i, i+1)
}

// shorten cuts a text for a list.
func shorten(s string, limit int) string {
	s = strings.ReplaceAll(s, "\n", " ")
	if r := []rune(s); len(r) > limit {
		return string(r[:limit]) + "…"
	}
	return s
}
