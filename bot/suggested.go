package bot

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"rongcuo/knowledge"
)

// Questions that a language model suggested for articles while indexing. Nobody
// has confirmed them: administrators see them below a document and adopt or
// delete each, and nobody else sees them at all.

func init() { // methods that look into the tables
	actions = append(actions,
		action{"sug", keepers, (*Bot).pressSuggested},
		action{"sugyes", keepers, (*Bot).pressAdopt},
		action{"sugno", keepers, (*Bot).pressDismiss},
	)
	maps.Copy(entryKinds, suggestedWords)
}

// Kinds of audit entries.
const (
	kindAdopted   = "question_adopted"
	kindDismissed = "question_dismissed"
)

// listedSuggestions are shown at a time; the next ones come up as these are
// done with.
const listedSuggestions = 5

// pressSuggested lists the suggested questions of a document.
func (b *Bot) pressSuggested(ctx context.Context, c *chat, id string) error {
	d, ok := b.docOf(id)
	if !ok {
		return b.expired(ctx, c)
	}
	list := b.base.Suggestions(d.Path)
	if len(list) == 0 {
		return c.say(textNoSuggestions, nil)
	}
	var rows [][]button
	for i, s := range list[:min(len(list), listedSuggestions)] {
		rest := id + ":" + suggestionID(s)
		rows = append(rows, []button{{fmt.Sprintf(buttonTakeUp, i+1), "sugyes:" + rest}, {fmt.Sprintf(buttonDelete, i+1), "sugno:" + rest}})
	}
	return c.say(suggestionsHTML(d.Title, list), keyboard(rows))
}

func suggestionID(s knowledge.Suggestion) string {
	return hashOf([]byte(s.Article + "\n" + s.Question))[:12]
}

func (b *Bot) pressAdopt(ctx context.Context, c *chat, rest string) error {
	return b.decideSuggestion(ctx, c, rest, kindAdopted, b.base.Adopt)
}

func (b *Bot) pressDismiss(ctx context.Context, c *chat, rest string) error {
	return b.decideSuggestion(ctx, c, rest, kindDismissed, b.base.Dismiss)
}

// decideSuggestion does what a button says, brings it into the index and shows
// what is left. A second press on the same button finds nothing to do.
func (b *Bot) decideSuggestion(ctx context.Context, c *chat, rest, kind string, decide func(context.Context, knowledge.Suggestion) error) error {
	id, which, _ := strings.Cut(rest, ":")
	d, ok := b.docOf(id)
	if !ok {
		return b.expired(ctx, c)
	}
	for _, s := range b.base.Suggestions(d.Path) {
		if suggestionID(s) != which {
			continue
		}
		if err := decide(ctx, s); err != nil {
			return err
		}
		if err := b.note(ctx, c, kind, s.Doc, map[string]any{"article": s.Article}); err != nil {
			return err
		}
		if ok, err := b.index(ctx, c); !ok {
			return err
		}
		break
	}
	b.disarm(ctx, c)
	return b.pressSuggested(ctx, c, id)
}
