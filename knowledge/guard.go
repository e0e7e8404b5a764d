package knowledge

import (
	_ "embed"
	"regexp"
	"strings"
	"unicode"

	"github.com/goccy/go-yaml"
	"golang.org/x/text/unicode/norm"
)

// The guard looks at a question before anything else does, with pure
// functions: what it stops is never searched, never logged and never sent to a
// model.

// maxQuestion is in characters; what is beyond is cut, because no question is
// so long and a pasted file is not one.
const maxQuestion = 4000

// Normalize gives the form in which a question is worked on: NFKC, without
// characters that a reader can't see, blanks joined, at most maxQuestion
// characters.
func Normalize(s string) string {
	s = strings.ToValidUTF8(s, "")
	var b strings.Builder
	n := 0
	blank := false
	for _, r := range norm.NFKC.String(visible(s)) {
		if unicode.IsSpace(r) {
			blank = b.Len() > 0
			continue
		}
		if n++; n > maxQuestion {
			break
		}
		if blank {
			b.WriteByte(' ')
			blank = false
		}
		b.WriteRune(r)
	}
	return b.String()
}

// visible drops what a reader can't see but a model would read.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.Is(unicode.Cf, r), unicode.IsControl(r), r >= 0xFE00 && r <= 0xFE0F, r >= 0xE0000 && r <= 0xE0FFF, r == 0x3164, r == 0x115F, r == 0x1160, r == 0x034F:
			return -1
		}
		return r
	}, s)
}

// Route is where a question goes.
type Route string

const (
	RouteSearch    Route = ""          // an honest question
	RouteSecret    Route = "secret"    // holds marked-secret text
	RouteIdentity  Route = "identity"  // holds numbers of persons or cards
	RouteInjection Route = "injection" // wants to change the assistant
	RouteForge     Route = "forge"     // wants papers made up
	RouteAct       Route = "act"       // wants something done that only people may do
	RoutePersonal  Route = "personal"  // about a person or an open case
	RouteOdds      Route = "odds"      // wants an outcome foretold
	RouteElsewhere Route = "elsewhere" // rules of other places
	RouteChat      Route = "chat"
	RouteScope     Route = "scope" // no matter of rules
	RouteField     Route = "field" // another field of law, unless the texts have it
)

// routeRule is one entry of guard.yaml.
type routeRule struct {
	Route  Route     `yaml:"route"`
	Any    []pattern `yaml:"any"`
	Unless []pattern `yaml:"unless"`
}

//go:embed guard.yaml
var builtinRoutes []byte

var routeRules = func() []routeRule {
	var rules []routeRule
	if err := yaml.UnmarshalWithOptions(builtinRoutes, &rules, yaml.Strict()); err != nil {
		panic("knowledge: guard.yaml: " + err.Error())
	}
	return rules
}()

// Classify says where a normalised question goes, and by which words.
func Classify(question string) (Route, string) {
	if secretText.MatchString(question) {
		return RouteSecret, ""
	}
	if Mask(question) != question {
		return RouteIdentity, ""
	}
	s := strings.ToLower(question)
	for _, r := range routeRules {
		if words, ok := firstMatch(r.Any, s); ok {
			if _, no := firstMatch(r.Unless, s); !no {
				return r.Route, words
			}
		}
	}
	return RouteSearch, ""
}

func firstMatch(list []pattern, s string) (string, bool) {
	for _, p := range list {
		if m := p.FindString(s); m != "" {
			return m, true
		}
	}
	return "", false
}

// secretText is text that carries a mark of secrecy. A question that speaks
// about secrets (“涉及国家秘密怎么办”) carries none.
var secretText = regexp.MustCompile(`(绝密|机密|秘密)\s*(?:级)?\s*[★☆*]|密级\s*[:：]\s*(绝密|机密|秘密)|(?:^|[\s【\[（(])(绝密|机密)(?:级)?(?:[\s】\]）)]|文件[:：])`)

// Numbers that must not leave the process, in any spacing.
var (
	identityNumber = regexp.MustCompile(`(?:^|[^0-9A-Za-z])(\d(?:[ -]?\d){16}[ -]?[\dXx])(?:[^0-9A-Za-z]|$)`)
	maskedIdentity = regexp.MustCompile(`(?:身份证(?:号码?)?[^0-9]{0,6})(\d{3,17}[\dXx*]{1,17})`)
	oldIdentity    = regexp.MustCompile(`(?:^|[^0-9A-Za-z])(\d{6}\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3})(?:[^0-9A-Za-z]|$)`)
	mobileNumber   = regexp.MustCompile(`(?:^|[^0-9])((?:\+?86[ -]?)?1[3-9]\d(?:[ -]?\d){8})(?:[^0-9]|$)`)
	landline       = regexp.MustCompile(`(?:^|[^0-9])(0\d{2,3}[ -]\d{7,8})(?:[^0-9]|$)`)
	mailAddress    = regexp.MustCompile(`([A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)`)
	cardNumber     = regexp.MustCompile(`(?:^|[^0-9])(\d(?:[ -]?\d){15,18})(?:[^0-9]|$)`)
)

// Mask replaces the numbers of persons, telephones and cards, and mail
// addresses, by a word. It
// works on normalised text; a document number, a date or an amount is none of
// these.
func Mask(s string) string {
	s = replaceGroup(identityNumber, s, maskIdentity, validIdentity)
	s = replaceGroup(maskedIdentity, s, maskIdentity, nil)
	s = replaceGroup(oldIdentity, s, maskIdentity, nil)
	s = replaceGroup(cardNumber, s, maskCard, validCard)
	s = replaceGroup(mobileNumber, s, maskPhone, nil)
	s = replaceGroup(mailAddress, s, maskMail, nil)
	return replaceGroup(landline, s, maskPhone, nil)
}

func replaceGroup(re *regexp.Regexp, s, with string, valid func(string) bool) string {
	for from := 0; ; {
		m := re.FindStringSubmatchIndex(s[from:])
		if m == nil {
			return s
		}
		start, end := from+m[2], from+m[3]
		if valid != nil && !valid(digitsOf(s[start:end])) {
			from = end
			continue
		}
		s = s[:start] + with + s[end:]
		from = start + len(with)
	}
}

func digitsOf(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == 'X' || r == 'x' {
			return unicode.ToUpper(r)
		}
		return -1
	}, s)
}

// validIdentity checks the date and the check digit of GB 11643-1999. A number
// with a plausible date counts even when the digit is wrong: a slip of the
// finger is no reason to pass it on.
func validIdentity(s string) bool {
	if len(s) != 18 {
		return false
	}
	month, day := s[10:12], s[12:14]
	century := s[6:8]
	return (century == "19" || century == "20") && month >= "01" && month <= "12" && day >= "01" && day <= "31"
}

// validCard says whether 16 to 19 digits are a card number: of UnionPay, which
// begin with 62, all are taken for one; of others those that pass the check of
// Luhn.
func validCard(s string) bool {
	if len(s) < 16 || len(s) > 19 || strings.ContainsRune(s, 'X') {
		return false
	}
	if strings.HasPrefix(s, "62") {
		return true
	}
	sum := 0
	for i := range len(s) {
		d := int(s[len(s)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// verdict is what the guard makes of a question.
type verdict struct {
	route    Route
	words    string // of the question that decided
	status   Status // "" lets the question through
	sentence string
	question string // what may be shown and logged
}

func (v verdict) stops() bool { return v.status != "" }

// inspect normalises a question and decides whether it goes on.
func inspect(text string) (string, verdict) {
	text = Normalize(text)
	v := verdict{question: Mask(text)}
	v.route, v.words = Classify(text)
	switch v.route {
	case RouteSearch, RouteField:
		if text == "" {
			v.status, v.sentence = OutOfScope, textEmptyQuestion
		}
		return text, v
	case RouteChat, RouteScope, RouteElsewhere:
		v.status = OutOfScope
	case RouteSecret:
		v.status, v.question = Refused, textSecretQuestion
	default:
		v.status = Refused
	}
	v.sentence = routeSentences[v.route]
	return text, v
}
