package knowledge

import (
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"

	"rongcuo/knowledge/documents"
)

// safeguards is what an answer must never leave out: how to recognise the
// articles that permit, that limit and that refuse, and which words of a
// question touch a red line. All of it is data (safeguards.yaml).
type safeguards struct {
	Permission pattern `yaml:"permission"`
	Conditions pattern `yaml:"conditions"`
	Negative   pattern `yaml:"negative"`
	Refusals   pattern `yaml:"refusals"` // in a question; without it no list goes first
	Starting   pattern `yaml:"starting"`
	Situation  pattern `yaml:"situation"`
	Redlines   []struct {
		Say  []string `yaml:"say"`
		Item []string `yaml:"item"`
	} `yaml:"redlines"`
	Facts []struct {
		Unless []string `yaml:"unless"`
		Ask    string   `yaml:"ask"`
	} `yaml:"facts"`
	Elements []element     `yaml:"elements"`
	Expects  []expectation `yaml:"expects"`
}

// element is what a case and a question are compared by.
type element struct {
	Name  string  `yaml:"name"`
	Has   pattern `yaml:"has"`
	Lacks pattern `yaml:"lacks"`
}

// expectation is a kind of detail that a question may ask for. Ask recognises
// it, its group names the thing if it has one; Need is what texts that hold the
// detail say, the thing itself when there is no Need; Unless takes questions out.
type expectation struct {
	Ask    pattern `yaml:"ask"`
	Need   pattern `yaml:"need"`
	Unless pattern `yaml:"unless"`
}

// pattern is a regular expression written in YAML.
type pattern struct{ *regexp.Regexp }

func (p *pattern) UnmarshalYAML(data []byte) error {
	var s string
	if err := yaml.Unmarshal(data, &s); err != nil {
		return err
	}
	re, err := regexp.Compile(s)
	if err != nil {
		return err
	}
	p.Regexp = re
	return nil
}

//go:embed safeguards.yaml
var builtinSafeguards []byte

// readSafeguards parses the file and refuses one that would leave something
// out silently.
func readSafeguards(data []byte) (*safeguards, error) {
	s := new(safeguards)
	if err := yaml.UnmarshalWithOptions(data, s, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("safeguards: %w", err)
	}
	for name, p := range map[string]pattern{"permission": s.Permission, "conditions": s.Conditions, "negative": s.Negative, "starting": s.Starting, "situation": s.Situation} {
		if p.Regexp == nil {
			return nil, fmt.Errorf("safeguards: %s is missing", name)
		}
	}
	for i, e := range s.Elements {
		if e.Name == "" || e.Has.Regexp == nil || e.Lacks.Regexp == nil {
			return nil, fmt.Errorf("safeguards: elements[%d] needs name, has and lacks", i)
		}
	}
	for i, e := range s.Expects {
		if e.Ask.Regexp == nil || e.Need.Regexp == nil && e.Ask.NumSubexp() == 0 {
			return nil, fmt.Errorf("safeguards: expects[%d] needs ask, and need or a group in ask that names the thing", i)
		}
	}
	return s, nil
}

// limitsOf gives the entries that limit an article: the conditions and the
// negative list of its document.
func (g *generation) limitsOf(s *safeguards, i int) (conditions, negative []int) {
	for _, k := range g.ofDocument(g.entries[i].doc) {
		switch text := g.entries[k].passage.Text; {
		case s.Conditions.MatchString(text):
			conditions = append(conditions, k)
		case s.Negative.MatchString(lead(text)):
			negative = append(negative, k)
		}
	}
	return conditions, negative
}

// asksRefusals says whether a question asks for what is not tolerated.
func (s *safeguards) asksRefusals(question string) bool {
	return s.Refusals.Regexp != nil && s.Refusals.MatchString(question)
}

// negativeFirst puts the negative lists of the rules that were found before all
// else.
func (g *generation) negativeFirst(s *safeguards, hits []Hit) []Hit {
	var first []Hit
	for _, h := range hits {
		if g.docs[g.entries[h.entry].doc].Kind != documents.Rule {
			continue
		}
		_, negative := g.limitsOf(s, h.entry)
		for _, k := range negative {
			list := Hit{Ref: g.ref(k), entry: k}
			if at := slices.IndexFunc(hits, func(h Hit) bool { return h.Ref == list.Ref }); at >= 0 {
				list = hits[at]
			}
			list.Score = hits[0].Score
			if !slices.ContainsFunc(first, func(h Hit) bool { return h.Ref == list.Ref }) {
				first = append(first, list)
			}
		}
	}
	for _, h := range hits {
		if !slices.ContainsFunc(first, func(f Hit) bool { return f.Ref == h.Ref }) {
			first = append(first, h)
		}
	}
	return first[:len(hits)]
}

// permits says whether an article allows that something be tolerated.
func (g *generation) permits(s *safeguards, i int) bool {
	text := g.entries[i].passage.Text
	return s.Permission.MatchString(text) && !s.Negative.MatchString(lead(text))
}

// ofDocument gives the entries of a document: they lie side by side.
func (g *generation) ofDocument(doc int) []int {
	from := g.first[doc]
	out := make([]int, len(g.docs[doc].Passages))
	for i := range out {
		out[i] = from + i
	}
	return out
}

// lead is the sentence before the items of an article, or its first paragraph.
func lead(text string) string {
	first, _, _ := strings.Cut(text, "\n")
	return first
}

// redline gives the item of a negative list that the question's own words
// touch.
func (s *safeguards) redline(question string, negative string) (documents.Unit, bool) {
	for _, r := range s.Redlines {
		if !containsAny(question, r.Say) {
			continue
		}
		for _, u := range documents.Units(negative) {
			if u.Kind == documents.Item && containsAny(u.Text, r.Item) {
				return u, true
			}
		}
	}
	return documents.Unit{}, false
}

// questionsBack gives at most two facts to ask for.
func (s *safeguards) questionsBack(question string) []string {
	var out []string
	for _, f := range s.Facts {
		if !containsAny(question, f.Unless) && len(out) < 2 {
			out = append(out, f.Ask)
		}
	}
	return out
}

// lacks says whether a question asks for a detail that text does not hold, and
// names it: a price needs an amount, a question about a stamp needs a word of
// stamps. thing is "" for a detail that has no name of its own.
func (s *safeguards) lacks(question, text string) (thing string, lacking bool) {
	question = asking(question)
	for _, e := range s.Expects {
		m := e.Ask.FindStringSubmatch(question)
		if m == nil || e.Unless.Regexp != nil && e.Unless.MatchString(question) {
			continue
		}
		thing = strings.Join(m[1:], "") // one group of several alternatives matched, if any
		if e.Need.Regexp != nil && !e.Need.MatchString(text) || e.Need.Regexp == nil && thing != "" && !strings.Contains(text, thing) {
			return thing, true
		}
	}
	return "", false
}

// asking gives the part of a question that asks: all of a short one, of a story
// the clauses with a word of asking. A thing that a story merely mentions is not
// what is asked for.
func asking(question string) string {
	if utf8.RuneCountInString(question) <= shortQuestion {
		return question
	}
	return strings.Join(clauseThatAsks.FindAllString(question, -1), "，")
}

const shortQuestion = 26 // characters; most stories are longer

var clauseThatAsks = regexp.MustCompile(`[^，。；！？,;!?\s]*(?:[吗么呢？?]|什么|怎么|怎样|如何|多少|几|哪|谁|何时|多久|多长|多大|是否|是不是|能不能|能否|可不可以|要不要|需不需要|用不用|会不会|有没有|收不收|盖不盖|咋|啥)[^，。；！？,;!?\s]*`)

func containsAny(s string, words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(s, w) })
}
