package knowledge

import (
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
}

// maxSuspicions bounds the warnings of one kind that name their article.
const maxSuspicions = 3

// Review compares a document with the version in force and looks through it
// with the guard: sentences that speak to a machine, and numbers of persons.
func (b *Base) Review(d documents.Document) Review {
	r := Review{Replaces: b.inForce(d)}
	if d.Kind == documents.Rule {
		r.Status = forceSpans([]documents.Document{d})[0].status(documents.Date(b.today().Format("2006-01-02")))
	}
	if r.Replaces != nil {
		r.compare(*r.Replaces, d)
	}
	r.suspect(d)
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

func (r *Review) compare(before, after documents.Document) {
	old, oldOrder := wordings(before)
	now, order := wordings(after)
	for _, article := range order {
		switch text, ok := old[article]; {
		case !ok:
			r.Added = append(r.Added, article)
		case text != now[article]:
			r.Changed = append(r.Changed, article)
		}
	}
	for _, article := range oldOrder {
		if _, ok := now[article]; !ok {
			r.Gone = append(r.Gone, article)
		}
	}
}

// suspect looks at each sentence as the guard looks at a question.
func (r *Review) suspect(d documents.Document) {
	found := map[string][]string{}
	note := func(what, article string) {
		if !slices.Contains(found[what], article) {
			found[what] = append(found[what], article)
		}
	}
	for _, p := range d.Passages {
		for sentence := range strings.FieldsFuncSeq(p.Text, func(c rune) bool { return strings.ContainsRune("。！？\n", c) }) {
			sentence = Normalize(sentence)
			for _, f := range Screen(sentence) {
				if f.Kind == FoundSecret {
					note(textHoldsSecret, p.Article)
				} else {
					note(textHoldsNumbers, p.Article)
				}
			}
			if route, _ := Classify(Mask(sentence)); route == RouteInjection {
				note(textSpeaksToMachine, p.Article)
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
