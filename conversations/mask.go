package conversations

import (
	_ "embed"
	"regexp"
	"slices"
	"strings"
)

// A redacted copy goes to people who need the case and not the persons. Fields
// that hold names are left out; a name that stands there, or that looks like one
// in a long text (a surname, one or two more characters, and a word that only
// follows or precedes names), keeps its surname alone; of a telephone number the
// area code and the last two digits stay. Nothing can find every name: whoever
// hands the copy on reads it once more, and is told so.

// redacted stands where a name of a person was left out.
const redacted = "（略）"

// surnames are the usual Chinese surnames, those of two characters first.
//
//go:embed surnames.txt
var surnamesList string

var surnames = strings.Join(strings.Fields(surnamesList), "|")

// Words that stand before or behind the name of a person. They are long enough
// to make a chance meeting rare: 张家 and 王先 are none.
var (
	nameBehind = regexp.MustCompile(`(` + surnames + `)([\p{Han}]{1,2}?)(同志|先生|女士|老师|主任|书记|局长|副局长|科长|股长|主席|经理|律师|等人|本人|反映|签字|负责|联系)`)
	nameBefore = regexp.MustCompile(`(联系人|负责人|承办人|经办人|户主|居民|村民|业主|住户|当事人|姓名|代表)([：:是为]?)(` + surnames + `)([\p{Han}]{1,2})([，。；、：（）()\s]|$)`)
)

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

var (
	plainName = regexp.MustCompile(`^[\p{Han}]{2,4}$`)
	atSurname = regexp.MustCompile(`^(?:` + surnames + `)`)
)

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
	for _, name := range m.names {
		s = strings.ReplaceAll(s, name, surnameOf(name)+someone)
	}
	s = nameBehind.ReplaceAllString(s, "${1}"+someone+"${3}")
	s = nameBefore.ReplaceAllString(s, "${1}${2}${3}"+someone+"${5}")
	return mobileNumber.ReplaceAllStringFunc(landLine.ReplaceAllStringFunc(s, hideNumber), hideNumber)
}

func surnameOf(name string) string {
	if m := atSurname.FindString(name); m != "" {
		return m
	}
	return string([]rune(name)[:1])
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
