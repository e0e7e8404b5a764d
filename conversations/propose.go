package conversations

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Several answers in one message: values are proposed with the sentence each
// came from, and enter only when the person takes them.

// Proposal is a value that waits for the person's word.
type Proposal struct {
	Key     string `json:"key"`
	Value   Value  `json:"value"`
	Source  string `json:"source"`            // the sentence, literally
	Drafted bool   `json:"drafted,omitempty"` // put together by a model, not the person's words
}

// Suggestion is what a model makes of a text. It becomes a Proposal only if
// Source stands literally in the text and the field can read Text.
type Suggestion struct {
	Key    string // of a field
	Text   string // the answer, as a person would type it
	Source string // the sentence it came from
}

const (
	maxDocument = 30000 // characters of a forwarded plan that are read
	maxProposed = 20
	maxSource   = 120 // characters shown of a sentence
)

var (
	lineNumber = regexp.MustCompile(`^[\s　]*(?:[（(]?[0-9０-９一二三四五六七八九十]{1,3}[)）、.．:：]|[①-⑳]|[-•·*#]+)?[\s　]*`)
	connector  = regexp.MustCompile(`^[\s　]*(?:[（(][^（）()]{0,12}[)）])?[\s　]*(?:[:：]|是|为)[\s　]*`)
	figures    = regexp.MustCompile(`^[^，。；;,\n0-9〇零一二两三四五六七八九十百千壹贰叁]{0,6}[约共]?`)
	clauseEnds = "，。；;,！!\n"
	stops      = "。；;！!\n"
)

// mention is a place in a text where a field is named.
type mention struct {
	field      *Field
	start, end int // of the name, in bytes
	body       int // where the value begins
	heading    bool
}

// names are the words for a field, without what stands in brackets.
func (f *Field) names() []string {
	label := f.Label
	if i := strings.IndexAny(label, "（("); i > 0 {
		label = label[:i]
	}
	return append([]string{label}, f.Aliases...)
}

func (f *Field) proposable() bool {
	return f.Kind != Group && f.Kind != Files && f.Kind != Declaration
}

// mentions finds the fields that a text names, in order of place. A name counts
// at the start of a clause, with a colon, 是 or 为 behind it or, for numbers,
// directly before the figure.
func (v *view) mentions(text string) []mention {
	var out []mention
	for _, f := range v.fields() {
		if !f.proposable() {
			continue
		}
		for _, name := range f.names() {
			for from := 0; ; {
				i := strings.Index(text[from:], name)
				if i < 0 {
					break
				}
				at := from + i
				from = at + len(name)
				if m, ok := mentionAt(text, at, name, f); ok {
					out = append(out, m)
				}
			}
		}
	}
	slices.SortStableFunc(out, func(a, b mention) int {
		if a.start != b.start {
			return a.start - b.start
		}
		return b.end - a.end // the longer name wins
	})
	last := 0
	return slices.DeleteFunc(out, func(m mention) bool {
		if m.start < last {
			return true
		}
		last = m.end
		return false
	})
}

func mentionAt(text string, at int, name string, f *Field) (mention, bool) {
	lineStart := strings.LastIndexByte(text[:at], '\n') + 1
	heading := lineNumber.FindString(text[lineStart:at]) == text[lineStart:at]
	if n := intoClause(text[lineStart:at]); !heading && n > 0 && (n > maxPrefix || f.Kind != Number && f.Kind != Money) {
		return mention{}, false
	}
	m := mention{field: f, start: at, end: at + len(name), heading: heading}
	rest := text[m.end:]
	link := connector.FindString(rest)
	switch {
	case link != "":
		m.body = m.end + len(link)
	case heading && strings.HasPrefix(rest, "\n"):
		m.body = m.end + 1
	case f.Kind == Number || f.Kind == Money:
		m.body = m.end + len(figures.FindString(rest))
	case f.Kind == Date || f.Kind == Daterange:
		m.body = m.end
	default:
		return mention{}, false
	}
	return m, true
}

// maxPrefix is how many characters may stand before the name of an amount or a
// number within its clause: 项目总投资, 预计涉及人数.
const maxPrefix = 4

// intoClause counts the characters since the last end of a clause.
func intoClause(before string) int {
	if i := strings.LastIndexAny(before, clauseEnds+"：: "); i >= 0 {
		_, size := utf8.DecodeRuneInString(before[i:])
		before = before[i+size:]
	}
	return utf8.RuneCountInString(before)
}

// found makes proposals of the mentions and of what running text says without
// naming it, at most one for a field, in the order of the form.
func (v *view) found(text string) []Proposal {
	out := v.foundByName(text)
	for _, f := range v.fields() {
		if slices.ContainsFunc(out, func(p Proposal) bool { return p.Key == f.Key }) {
			continue
		}
		for _, find := range f.Finds {
			m := find.FindStringSubmatchIndex(text)
			if m == nil {
				continue
			}
			from, to := m[0], m[1]
			if len(m) > 2 && m[2] >= 0 {
				from, to = m[2], m[3]
			}
			if value, err := f.read(text[from:to], v.options(f), v.now); err == nil {
				out = append(out, Proposal{Key: f.Key, Value: value, Source: sentence(text, m[0])})
				break
			}
		}
	}
	return out
}

func (v *view) foundByName(text string) []Proposal {
	var out []Proposal
	mentions := v.mentions(text)
	for i, m := range mentions {
		end := len(text)
		if i+1 < len(mentions) {
			end = mentions[i+1].start
		}
		if m.body > end || slices.ContainsFunc(out, func(p Proposal) bool { return p.Key == m.field.Key }) {
			continue
		}
		body := text[m.body:end]
		if m.field.Kind == Longtext {
			body = ownLines(body)
		}
		if value, ok := v.readBody(m.field, body); ok {
			out = append(out, Proposal{Key: m.field.Key, Value: value, Source: sentence(text, m.start)})
		}
	}
	return out
}

// readBody reads the longest piece of what follows a name that makes sense.
func (v *view) readBody(f *Field, body string) (Value, bool) {
	pieces := []string{body}
	if f.Kind != Longtext {
		pieces = []string{cut(body, stops), cut(body, clauseEnds)}
	}
	for _, piece := range pieces {
		piece = strings.TrimRight(strings.TrimSpace(piece), "，,；;、")
		if f.Kind != Longtext {
			piece = strings.TrimRight(piece, "。")
		} else {
			piece = lineTail.ReplaceAllString(piece, "")
		}
		if value, err := f.read(piece, v.options(f), v.now); err == nil && piece != "" {
			return value, true
		}
	}
	return Value{}, false
}

// ownLines is what belongs to a long answer: what stands on the line of its name,
// or under it when the line ends there, with the numbered lines that follow. The
// next ordinary line is about something else.
func ownLines(body string) string {
	lines := strings.SplitAfter(body, "\n")
	n := 0
	for n < len(lines) && strings.TrimSpace(lines[n]) == "" { // the name stood alone on its line
		n++
	}
	for n++; n < len(lines) && listed.MatchString(lines[n]); n++ {
	}
	return strings.Join(lines[:min(n, len(lines))], "")
}

// listed is a line of a list.
var listed = regexp.MustCompile(`^[\s　]*(?:[（(][0-9一二三四五六七八九十]{1,3}[)）]|[0-9]{1,2}[、.．)]|第[一二三四五六七八九十]步|[①-⑳]|[-•·*])`)

// lineTail is the number of the next heading, which belongs to it.
var lineTail = regexp.MustCompile(`\n[\s　]*(?:[（(]?[0-9一二三四五六七八九十]{1,3}[)）、.．]?)?[\s　]*$`)

func cut(s, ends string) string {
	if i := strings.IndexAny(s, ends); i >= 0 {
		return s[:i]
	}
	return s
}

// sentence is the one around a place.
func sentence(text string, at int) string {
	start := strings.LastIndexAny(text[:at], stops)
	if start >= 0 {
		_, size := utf8.DecodeRuneInString(text[start:])
		start += size
	}
	return shorten(strings.TrimSpace(cut(text[max(start, 0):], stops)), maxSource)
}

// suggestions takes what a model found and can be proved.
func (v *view) suggestions(text string, list []Suggestion) []Proposal {
	var out []Proposal
	for _, s := range list {
		f := v.p.Field(s.Key)
		if f == nil || !v.visible[s.Key] || !f.proposable() || s.Source == "" || !strings.Contains(text, s.Source) {
			continue
		}
		if value, err := f.read(s.Text, v.options(f), v.now); err == nil {
			drafted := f.Kind == Longtext && !strings.Contains(text, value.Text)
			out = append(out, Proposal{Key: s.Key, Value: value, Source: shorten(s.Source, maxSource), Drafted: drafted})
		}
	}
	return out
}

// propose looks for several answers in a text and shows them; false if there
// are fewer than two, so that the text is one answer. When the text is also a
// fair answer to the long question that is asked, that is one of them.
func (t *turn) propose(text string) bool {
	if utf8.RuneCountInString(text) > maxDocument {
		text = string([]rune(text)[:maxDocument])
	}
	v := t.view()
	list := v.found(text)
	for _, p := range v.suggestions(text, t.e.Proposals) {
		if !slices.ContainsFunc(list, func(o Proposal) bool { return o.Key == p.Key }) {
			list = append(list, p)
		}
	}
	list = slices.DeleteFunc(list, func(p Proposal) bool {
		old, ok := t.d.Answers[p.Key]
		return ok && old.Equal(p.Value) || !t.mayEdit(p.Key, v)
	})
	if len(list) == 0 || len(list) == 1 && t.e.Kind == EventText {
		return false
	}
	t.d.Proposed = t.withWhole(v, text, list)
	t.say(sprintf(sayProposed, len(t.d.Proposed)))
	t.showProposed()
	return true
}

// withWhole puts the text itself in front, as the answer to the asked question.
func (t *turn) withWhole(v *view, text string, list []Proposal) []Proposal {
	f := t.p.Field(t.d.At)
	first := v.mentions(text)
	if t.e.Kind == EventText && f != nil && f.Kind == Longtext && (len(first) == 0 || !first[0].heading) {
		if whole, err := f.read(text, nil, t.now); err == nil {
			list = slices.DeleteFunc(list, func(p Proposal) bool { return p.Key == f.Key })
			list = append([]Proposal{{Key: f.Key, Value: whole, Source: shorten(text, maxSource)}}, list...)
		}
	}
	return list[:min(len(list), maxProposed)]
}

func (t *turn) showProposed() {
	text, r := Message{}, Reply{}
	for i, p := range t.d.Proposed {
		f := t.p.Field(p.Key)
		text.line()
		text.add(sprintf("%d. %s：", i+1, f.Label))
		text.mark(Bold, shorten(f.show(p.Value), maxShown))
		if p.Drafted {
			text.add(sayDrafted)
		}
		text.line()
		text.mark(Quote, p.Source)
		r.Choices = append(r.Choices, []Button{{sprintf(labelTake, i+1), "take:" + p.Key}, {sprintf(labelLeave, i+1), "leave:" + p.Key}})
	}
	text.line()
	text.add(sayProposedHow)
	r.Text = text
	r.Choices = append(r.Choices, []Button{{labelTakeAll, "take:all"}, {labelLeaveAll, "leave:all"}})
	t.reply(r)
}

func (t *turn) pressTake(key, _ string) bool {
	if len(t.d.Proposed) == 0 {
		return false
	}
	if key == "all" {
		for _, p := range t.d.Proposed {
			t.take(p)
		}
		t.say(sprintf(sayTaken, len(t.d.Proposed)))
		t.d.Proposed = nil
		t.moveOn()
		return true
	}
	i := slices.IndexFunc(t.d.Proposed, func(p Proposal) bool { return p.Key == key })
	if i < 0 {
		return false
	}
	t.take(t.d.Proposed[i])
	t.dropProposed(i)
	return true
}

func (t *turn) pressLeave(key, _ string) bool {
	if len(t.d.Proposed) == 0 {
		return false
	}
	if key == "all" {
		t.d.Proposed = nil
		t.say(sayNoneTaken)
		t.moveOn()
		return true
	}
	i := slices.IndexFunc(t.d.Proposed, func(p Proposal) bool { return p.Key == key })
	if i >= 0 {
		t.dropProposed(i)
	}
	return i >= 0
}

func (t *turn) dropProposed(i int) {
	if t.d.Proposed = without(t.d.Proposed, i); len(t.d.Proposed) > 0 {
		t.showProposed()
		return
	}
	t.d.Proposed = nil
	t.moveOn()
}

// take makes a proposal an answer, unless a rule refuses it now.
func (t *turn) take(p Proposal) {
	f := t.p.Field(p.Key)
	if say := t.put(f, p.Value); say != "" {
		t.say(f.Label + "：" + say)
	}
}

// put sets an answer out of turn; it says why a red rule refuses it.
func (t *turn) put(f *Field, value Value) (refusal string) {
	old, had := t.d.Answers[f.Key]
	t.d.Answers[f.Key] = value
	v := t.view()
	for _, r := range v.broken(f) {
		if v.visible[f.Key] && (r.Level == Red || r.Level == "") {
			t.restore(f.Key, old, had)
			return cited(r)
		}
	}
	delete(t.d.Skipped, f.Key)
	t.mended(f.Key)
	t.changed(f, old, had, value)
	return ""
}
