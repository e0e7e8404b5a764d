package knowledge

import (
	"context"
	"iter"
	"strings"

	"rongcuo/knowledge/documents"
)

// Suggester proposes questions in everyday words that an article answers. What
// it gives is read as a JSON array of strings and screened; the questions then
// help to find the article, by their words and with less weight than those that
// a person confirmed, and are shown to nobody but administrators.
type Suggester interface {
	Suggest(ctx context.Context, title, text string) (string, error)
	Name() string // of the model
}

const (
	suggestedEach   = 5    // questions of an article at most
	suggestedShort  = 4    // characters that a question has at least
	suggestedLong   = 60   // and at most
	suggestedFrom   = 2000 // characters of an article that the model is given
	suggestParallel = 2    // as many requests at a time
	suggestFailures = 3    // in a row, and the model is not asked any more in this build
)

// Suggestion is a question that a model proposed for an article and nobody has
// confirmed.
type Suggestion struct {
	Ref
	Question string
}

// Suggestions gives what the current index has of a document, in the order of
// its articles.
func (b *Base) Suggestions(doc string) []Suggestion {
	var out []Suggestion
	g := b.current.Load()
	if g == nil {
		return nil
	}
	for a := range articles(g.docs) {
		if a.ref.Doc == doc {
			for _, q := range g.suggested[a.ref] {
				out = append(out, Suggestion{a.ref, q})
			}
		}
	}
	return out
}

// Adopt confirms a suggestion: from the next index on it counts as any
// confirmed question.
func (b *Base) Adopt(ctx context.Context, s Suggestion) error {
	if err := b.Confirm(ctx, s.Ref, s.Question); err != nil {
		return err
	}
	return b.Dismiss(ctx, s)
}

// Dismiss takes a suggestion out of the next index. The model is not asked about
// this article again until its text changes.
func (b *Base) Dismiss(ctx context.Context, s Suggestion) error {
	if b.store == nil {
		return errNoStore
	}
	if g := b.current.Load(); g != nil {
		for a := range articles(g.docs) {
			if a.ref == s.Ref {
				return b.store.dropSuggested(ctx, a.hash(), s.Question)
			}
		}
	}
	return nil
}

// article is the whole text of an article of a rule, whatever passages it was
// cut into.
type article struct {
	ref         Ref
	title, text string
}

// hash is the key under which a model's questions about the article are kept.
func (a article) hash() string { return textHash(a.title + "\n" + a.text) }

// articles gives those that a model may be asked about: of rules, because a case
// tells its story itself and an entry of questions and answers has its question.
func articles(docs []documents.Document) iter.Seq[article] {
	return func(yield func(article) bool) {
		for i := range docs {
			if docs[i].Kind != documents.Rule {
				continue
			}
			passages := docs[i].Passages
			for len(passages) > 0 {
				n := 1
				for n < len(passages) && passages[n].Article == passages[0].Article {
					n++
				}
				var texts []string
				for _, p := range passages[:n] {
					texts = append(texts, p.Text)
				}
				if !yield(article{Ref{docs[i].Path, passages[0].Article}, docs[i].Title, strings.Join(texts, "\n")}) {
					return
				}
				passages = passages[n:]
			}
		}
	}
}

// suggestedFor gives the questions of each article, of those that are known by
// the hash of its text.
func suggestedFor(docs []documents.Document, known map[string][]string) map[Ref][]string {
	if len(known) == 0 {
		return nil
	}
	out := map[Ref][]string{}
	for a := range articles(docs) {
		if list := known[a.hash()]; len(list) > 0 {
			out[a.ref] = list
		}
	}
	return out
}
