// Package typed understands what officials type into a form field: amounts in
// characters, dates in everyday words, office telephones, numbers of options.
//
// Every reader is a pure function of the text (and, for dates, of today) and
// returns a canonical value or an *Error, whose Say is a short Chinese sentence
// that tells the person what to type instead. A reader never guesses between
// two meanings: it refuses and asks. Nothing here knows procedures or dialogs,
// so the same readers serve questions, corrections and proposals.
//
// The tour: clean.go is the door for raw text; numeral.go reads numbers in
// characters; number.go, money.go, date.go, span.go, phone.go and choice.go each
// read one kind; texts.go holds the sentences.
package typed

import "fmt"

// Error says why a text could not be read.
type Error struct {
	Say string // Chinese, tells what to type instead
}

func (e *Error) Error() string { return e.Say }

func refuse(format string, args ...any) error {
	return &Error{Say: fmt.Sprintf(format, args...)}
}
