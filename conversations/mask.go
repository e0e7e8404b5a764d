package conversations

import (
	"regexp"
	"slices"
	"strings"

	"rongcuo/conversations/typed"
)

// A redacted copy goes to people who need the case and not the persons. Fields
// that hold names are left out; a name that stands there, or that looks like one
// in a text (typed.PersonNames), keeps its surname alone; of a telephone number the
// area code and the last two digits stay. Nothing can find every name: whoever
// hands the copy on reads it once more, and is told so.

// redacted stands where a name of a person was left out.
const redacted = "（略）"

const (
	someone            = "某某"
	boxOpen, boxTicked = "□", "■"
)

// mask hides persons in texts; the zero value hides nothing.
type mask struct {
	on    bool
	names []string
}

// mask collects the names that the content itself gives away.
func (p *Procedure) mask(c Content) mask {
	m := mask{on: true}
	for _, f := range p.fields {
		v, ok := c.Value(f.Key)
		if !ok || !f.Names {
			continue
		}
		name, _, _ := strings.Cut(strings.Map(func(r rune) rune {
			if strings.ContainsRune("，,、 　（(", r) {
				return '，'
			}
			return r
		}, v.Text), "，")
		if plainName.MatchString(name) && !strings.ContainsAny(name, "长书主任") && name != someone {
			m.names = append(m.names, name)
		}
	}
	slices.SortFunc(m.names, func(a, b string) int { return len(b) - len(a) })
	return m
}

var plainName = regexp.MustCompile(`^[\p{Han}]{2,4}$`)

// field is an answer in a redacted copy.
func (m mask) field(f *Field, v Value) string {
	switch {
	case f.Names:
		return redacted
	case f.Kind == Phone:
		return hideNumber(v.Text)
	}
	return m.text(f.show(v))
}

// text hides the persons of a text.
func (m mask) text(s string) string {
	if !m.on {
		return s
	}
	for _, name := range slices.Concat(m.names, typed.PersonNames(s)) {
		s = strings.ReplaceAll(s, name, typed.Surname(name)+someone)
	}
	return mobileNumber.ReplaceAllStringFunc(landLine.ReplaceAllStringFunc(s, hideNumber), hideNumber)
}

var (
	landLine     = regexp.MustCompile(`0\d{2,3}-\d{7,8}`)
	mobileNumber = regexp.MustCompile(`1[3-9]\d{9}`)
)

// hideNumber keeps the area code and the last two digits.
func hideNumber(s string) string {
	area, rest, found := strings.Cut(s, "-")
	if !found {
		area, rest = "", s
	} else {
		area += "-"
	}
	digits := []rune(rest)
	for i := range max(len(digits)-2, 0) {
		digits[i] = '*'
	}
	return area + string(digits)
}
