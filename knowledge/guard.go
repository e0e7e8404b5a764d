package knowledge

import (
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/goccy/go-yaml"
	"golang.org/x/text/unicode/norm"
)

// The guard looks at a question before anything else does, with pure
// functions: what it stops is never searched, never logged and never sent to a
// model. It is the first of several walls, not the only one: whatever passes
// meets a model without tools, and every claim of that model is checked.

// maxQuestion is in characters; what is beyond is cut, because no question is
// so long and a pasted file is not one.
const maxQuestion = 4000

// maxMarks bounds the combining marks on one character.
const maxMarks = 4

// Normalize gives the form in which a question is worked on: NFKC, digits of
// every script as 0 to 9, without characters that a reader can't see and
// without marks stacked on Chinese or Latin characters, blanks joined, at most
// maxQuestion characters.
func Normalize(s string) string {
	var b strings.Builder
	var last rune
	n, marks, blank := 0, 0, false
	for _, r := range norm.NFKC.String(visible(strings.ToValidUTF8(s, ""))) {
		if unicode.IsSpace(r) {
			blank = n > 0
			continue
		}
		if unicode.In(r, unicode.Mn, unicode.Me) {
			if marks++; blank || marks > maxMarks || last < unicode.MaxASCII || unicode.Is(unicode.Han, last) {
				continue
			}
		} else {
			r = asDigit(r)
			last, marks = r, 0
		}
		if blank {
			n++
			b.WriteByte(' ')
			blank = false
		}
		if n++; n > maxQuestion {
			break
		}
		b.WriteRune(r)
	}
	return strings.TrimSuffix(b.String(), " ")
}

// visible drops what a reader can't see but a model would read.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.In(r, unicode.Cf, unicode.Cc, unicode.Co), unicode.Is(unicode.Variation_Selector, r),
			r >= 0xE0000 && r <= 0xE0FFF, // tags and what is reserved beside them
			r == 0x034F, r == 0x115F, r == 0x1160, r == 0x2800, r == 0x3164, r == 0xFFA0:
			return -1
		}
		return r
	}, s)
}

// asDigit gives the ASCII form of a decimal digit of any script. Unicode keeps
// the ten of each in a row, from zero.
func asDigit(r rune) rune {
	if r < 0x80 || !unicode.IsDigit(r) {
		return r
	}
	for _, x := range unicode.Nd.R16 {
		if lo, hi := rune(x.Lo), rune(x.Hi); lo <= r && r <= hi {
			return '0' + (r-lo)%10
		}
	}
	for _, x := range unicode.Nd.R32 {
		if lo, hi := rune(x.Lo), rune(x.Hi); lo <= r && r <= hi {
			return '0' + (r-lo)%10
		}
	}
	return r
}

// Route is where a question goes.
type Route string

const (
	RouteSearch    Route = ""          // an honest question
	RouteSecret    Route = "secret"    // holds marked-secret text
	RouteIdentity  Route = "identity"  // holds numbers of persons or cards
	RouteInjection Route = "injection" // wants to change the assistant
	RouteForge     Route = "forge"     // wants papers made up
	RouteFile      Route = "file"      // wants to begin a filing; it may go on to the search where there is no dialog
	RouteAct       Route = "act"       // wants something done that only people may do
	RoutePersonal  Route = "personal"  // about a person or an open case
	RouteOdds      Route = "odds"      // wants an outcome foretold
	RouteElsewhere Route = "elsewhere" // rules of other places
	RouteChat      Route = "chat"
	RouteThanks    Route = "thanks"
	RouteShort     Route = "short" // says nothing that could be looked up
	RouteScope     Route = "scope" // no matter of rules
	RouteField     Route = "field" // another field of law, unless the texts have it
)

// routeRule is one rule of guard.yaml.
type routeRule struct {
	Route  Route    `yaml:"route"`
	Any    []string `yaml:"any"`
	Unless []string `yaml:"unless"`

	any, unless []*regexp.Regexp
}

//go:embed guard.yaml
var builtinRoutes []byte

var routeRules = func() []routeRule {
	rules, err := readRoutes(builtinRoutes)
	if err != nil {
		panic("knowledge: guard.yaml: " + err.Error())
	}
	return rules
}()

// wordClass is a reference to a list of words in a pattern: {paper}.
var wordClass = regexp.MustCompile(`\{[a-z]+\}`)

// readRoutes reads guard.yaml. A class of words that is not there is an error,
// because the pattern would silently never match.
func readRoutes(data []byte) ([]routeRule, error) {
	var file struct {
		Words map[string]string `yaml:"words"`
		Rules []routeRule       `yaml:"rules"`
	}
	if err := yaml.UnmarshalWithOptions(data, &file, yaml.Strict()); err != nil {
		return nil, err
	}
	compile := func(patterns []string) (list []*regexp.Regexp, err error) {
		for _, p := range patterns {
			full := wordClass.ReplaceAllStringFunc(p, func(name string) string {
				words, ok := file.Words[strings.Trim(name, "{}")]
				if !ok {
					err = fmt.Errorf("no words for %s in %s", name, p)
				}
				return "(?:" + words + ")"
			})
			if err != nil {
				return nil, err
			}
			re, err := regexp.Compile(full)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", p, err)
			}
			list = append(list, re)
		}
		return list, nil
	}
	for i := range file.Rules {
		r := &file.Rules[i]
		if _, known := routeSentences[r.Route]; !known {
			return nil, fmt.Errorf("route %q has no sentence", r.Route)
		}
		var err error
		if r.any, err = compile(r.Any); err != nil {
			return nil, err
		}
		if r.unless, err = compile(r.Unless); err != nil {
			return nil, err
		}
	}
	return file.Rules, nil
}

// Classify says where a normalised question goes, and by which words.
func Classify(question string) (Route, string) {
	if found := Screen(question); len(found) > 0 {
		if slices.ContainsFunc(found, func(f Finding) bool { return f.Kind == FoundSecret }) {
			return RouteSecret, ""
		}
		return RouteIdentity, ""
	}
	if question == "" {
		return RouteShort, ""
	}
	s := strings.ToLower(question)
	for _, r := range routeRules {
		if words, ok := firstMatch(r.any, s); ok {
			if _, no := firstMatch(r.unless, s); !no {
				return r.Route, words
			}
		}
	}
	return RouteSearch, ""
}

func firstMatch(list []*regexp.Regexp, s string) (string, bool) {
	for _, p := range list {
		if m := p.FindString(s); m != "" {
			return m, true
		}
	}
	return "", false
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
	case RouteSearch, RouteField, RouteFile:
		return text, v
	case RouteChat, RouteThanks, RouteShort, RouteScope, RouteElsewhere:
		v.status = OutOfScope
	default:
		v.status = Refused
	}
	v.sentence = routeSentences[v.route]
	return text, v
}
