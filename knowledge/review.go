package knowledge

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"rongcuo/knowledge/documents"
)

// Review is what an administrator should see of a document before it enters:
// what it would change, and what looks wrong in it.
type Review struct {
	Status   string              // of a rule, by its own dates, today: 现行, 已废止 or 尚未施行; "" for what is no rule
	Replaces *documents.Document // the version in force, nil for a new document
	Added    []string            // articles that the version in force does not have
	Changed  []string
	Gone     []string // articles that are no longer there
	Warnings []string // Chinese sentences, most serious first
	Notes    []string // Chinese sentences on what was done with its text
}

// maxSuspicions bounds the warnings of one kind that name their article.
const maxSuspicions = 3

// Review compares a document with the version in force and looks through it
// with the guard: sentences that speak to a machine, and numbers of persons. It
// looks at the text of the file too, for what stands outside of the articles is
// kept in the file and read by whoever downloads it; "" leaves that out.
func (b *Base) Review(d documents.Document, text string) Review {
	r := Review{Replaces: b.inForce(d)}
	if d.Kind == documents.Rule {
		r.Status = forceSpans([]documents.Document{d})[0].status(documents.Date(b.today().Format("2006-01-02")))
	}
	if r.Replaces != nil {
		r.Added, r.Changed, r.Gone = Changes(*r.Replaces, d)
		if Older(d, *r.Replaces) {
			r.Notes = append(r.Notes, textOlder)
		}
	}
	r.suspect(append(passagesOf(d), outside(d, text)...))
	r.preface(d, text)
	return r
}

// inForce gives the document in force that this one is a version of: by its
// path, its title, or what it says that it replaces.
func (b *Base) inForce(d documents.Document) *documents.Document {
	g, today := b.current.Load(), documents.Date(b.today().Format("2006-01-02"))
	if g == nil {
		return nil
	}
	for i := range g.docs {
		old := &g.docs[i]
		if old.Kind != d.Kind || !g.force[i].holds(today) || old.Hash == d.Hash && d.Hash != "" {
			continue
		}
		if old.Path == d.Path || old.Title == d.Title || d.Supersedes != "" && (d.Supersedes == old.Title || d.Supersedes == old.DocNo) {
			return old
		}
	}
	return nil
}

// wordings gives the text of each article, and the articles in their order;
// parts of a long one are joined.
func wordings(d documents.Document) (text map[string]string, order []string) {
	text = map[string]string{}
	for _, p := range d.Passages {
		if _, seen := text[p.Article]; !seen {
			order = append(order, p.Article)
		}
		text[p.Article] += strings.Join(strings.Fields(p.Text), "")
	}
	return text, order
}

// Older says that a rule came into force before another one.
func Older(a, b documents.Document) bool {
	return a.Kind == documents.Rule && a.Effective != "" && a.Effective < b.Effective
}

// Changes gives the articles of which a version differs from an earlier one.
func Changes(before, after documents.Document) (added, changed, gone []string) {
	old, oldOrder := wordings(before)
	now, order := wordings(after)
	for _, article := range order {
		switch text, ok := old[article]; {
		case !ok:
			added = append(added, article)
		case text != now[article]:
			changed = append(changed, article)
		}
	}
	for _, article := range oldOrder {
		if _, ok := now[article]; !ok {
			gone = append(gone, article)
		}
	}
	return added, changed, gone
}

// place is a piece of text and where it stands.
type place struct{ name, text string }

func passagesOf(d documents.Document) (out []place) {
	for _, p := range d.Passages {
		out = append(out, place{p.Article, p.Text})
	}
	return out
}

// outside gives the lines of a text that are in no passage: above the first one,
// and elsewhere.
func outside(d documents.Document, text string) (out []place) {
	var held strings.Builder
	for _, p := range d.Passages {
		held.WriteString(unspaced(p.Heading + p.Text))
	}
	name := textAbove
	for line := range strings.Lines(text) {
		bare := unspaced(line)
		switch {
		case bare == "":
		case strings.Contains(held.String(), bare):
			name = textBeside
		default:
			out = append(out, place{name, line})
		}
	}
	return out
}

func unspaced(s string) string { return strings.Join(strings.Fields(s), "") }

// shownPreface is how much of a text is quoted that was left out, in characters.
const shownPreface = 40

// preface says what became of the text above the first article.
func (r *Review) preface(d documents.Document, text string) {
	if d.Kind != documents.Rule || len(d.Passages) == 0 {
		return
	}
	if first := d.Passages[0]; first.Article == documents.Preamble {
		r.Notes = append(r.Notes, fmt.Sprintf(textPrefaceKept, len([]rune(unspaced(first.Text)))))
		return
	}
	if left := documents.Preface(text, d.Title); len(left) > 0 {
		words := []rune(Mask(strings.Join(left, " ")))
		r.Notes = append(r.Notes, fmt.Sprintf(textPrefaceLeft, len(words), string(words[:min(len(words), shownPreface)])))
	}
}

// suspect looks at each sentence as the guard looks at a question.
func (r *Review) suspect(places []place) {
	found := map[string][]string{}
	note := func(what, where string) {
		if !slices.Contains(found[what], where) {
			found[what] = append(found[what], where)
		}
	}
	for _, p := range places {
		for sentence := range strings.FieldsFuncSeq(p.text, func(c rune) bool { return strings.ContainsRune("。！？\n", c) }) {
			sentence = Normalize(sentence)
			for _, f := range Screen(sentence) {
				if f.Kind == FoundSecret {
					note(textHoldsSecret, p.name)
				} else {
					note(textHoldsNumbers, p.name)
				}
			}
			if route, _ := Classify(Mask(sentence)); route == RouteInjection {
				note(textSpeaksToMachine, p.name)
			}
		}
	}
	for _, what := range []string{textHoldsSecret, textSpeaksToMachine, textHoldsNumbers} {
		if in := found[what]; len(in) > 0 {
			more := ""
			if len(in) > maxSuspicions {
				in, more = in[:maxSuspicions], textAndMore
			}
			r.Warnings = append(r.Warnings, fmt.Sprintf(what, strings.Join(in, "、")+more))
		}
	}
}

// Versions gives a rule with those that it replaced or that replace it, by title
// or by what they say, in the order in which they come into force.
func (b *Base) Versions(d documents.Document) []documents.Document {
	all := slices.DeleteFunc(slices.Collect(b.Documents()), func(x documents.Document) bool { return x.Kind != documents.Rule })
	list := []documents.Document{d}
	for i := 0; i < len(list); i++ {
		for _, x := range all {
			if (replaces(x, list[i]) || replaces(list[i], x)) && !slices.ContainsFunc(list, func(y documents.Document) bool { return y.Path == x.Path }) {
				list = append(list, x)
			}
		}
	}
	slices.SortStableFunc(list, func(x, y documents.Document) int {
		return cmp.Or(cmp.Compare(x.Effective, y.Effective), cmp.Compare(x.Path, y.Path))
	})
	return list
}

func replaces(a, b documents.Document) bool {
	return a.Title == b.Title || a.Supersedes != "" && (a.Supersedes == b.Title || a.Supersedes == b.DocNo)
}
