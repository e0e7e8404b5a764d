package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"rongcuo/knowledge"
)

// explained is the last answer that an administrator got in a chat, as far as
// it can be explained. Of others nothing is kept for this.
type explained struct {
	At       time.Time          `json:"at"`
	Question string             `json:"q"` // masked
	Status   knowledge.Status   `json:"status"`
	Route    knowledge.Route    `json:"route,omitempty"`
	Meaning  string             `json:"meaning,omitempty"` // the embedding model, "" for words alone
	Composed bool               `json:"composed,omitempty"`
	Model    string             `json:"model,omitempty"` // that was asked to write
	Cut      []string           `json:"cut,omitempty"`   // sentences of it that did not hold; masked
	MS       map[string]float64 `json:"ms"`
	Hits     []knowledge.Hit    `json:"hits"`
	Cited    []knowledge.Ref    `json:"cited,omitempty"`
	Notices  []string           `json:"notices,omitempty"`
}

// shownCut is how many sentences that were cut are kept to be shown.
const shownCut = 5

func (c *chat) explainedKey() string { return fmt.Sprintf("explained:%d:%d", c.id, c.user) }

func (b *Bot) explain(a knowledge.Answer) explained {
	e := explained{At: b.now(), Question: clip(knowledge.Mask(a.Question), 200), Status: a.Status, Meaning: a.Meaning,
		Composed: a.Composed, Model: a.Model, MS: a.MS, Hits: a.Passages, Notices: a.Notices}
	e.Route, _ = knowledge.Classify(knowledge.Normalize(a.Question))
	for _, s := range a.Cut[:min(len(a.Cut), shownCut)] {
		e.Cut = append(e.Cut, clip(knowledge.Mask(s), 100))
	}
	for _, c := range append(a.Citations(), a.Nearest...) {
		e.Cited = append(e.Cited, knowledge.Ref{Doc: c.Doc, Article: c.Article})
	}
	return e
}

// explainLater keeps what /why shows.
func (b *Bot) explainLater(ctx context.Context, c *chat, a knowledge.Answer) error {
	if _, err := c.turn.Load(ctx, c.explainedKey()); err != nil {
		return err
	}
	value, err := json.Marshal(b.explain(a))
	if err != nil {
		return err
	}
	return c.turn.Save(c.explainedKey(), value, stateTime)
}

// why explains the last answer of this chat.
func (b *Bot) why(ctx context.Context, c *chat, _ string) error {
	value, err := c.turn.Load(ctx, c.explainedKey())
	if err != nil {
		return err
	}
	var e explained
	if value == nil || json.Unmarshal(value, &e) != nil { // or of another version of this program
		return c.say(textNothingToExplain, nil)
	}
	return c.say(explainedHTML(b.base, e), nil)
}

const triedHits = 8

// tryOut puts a question to the published index, and while a file waits to be
// published to one with that file too. Nothing is noted in the journal.
func (b *Bot) tryOut(ctx context.Context, c *chat, question string) error {
	if question == "" {
		return c.say(textTryHow, nil)
	}
	if err := b.tryOn(ctx, c, b.base, question, headPublished); err != nil {
		return err
	}
	n := len(c.state.Files)
	if n == 0 {
		return c.save()
	}
	doc, err := b.keeper.read(ctx, c.state.Files[n-1])
	if err != nil {
		b.log.Warn("a pending file could not be tried", "error", err)
		return c.say(textNoTrial, nil)
	}
	trial, err := b.base.Trial(ctx, doc)
	if err != nil {
		return err
	}
	if err := b.tryOn(ctx, c, trial, question, fmt.Sprintf(headTrial, doc.Title)); err != nil {
		return err
	}
	return c.save()
}

// tryOn shows what a base finds for a question. Without a model, so that a try
// costs nothing and what is seen is the search.
func (b *Bot) tryOn(ctx context.Context, c *chat, base *knowledge.Base, question, head string) error {
	a, err := base.Ask(ctx, knowledge.Question{Text: question, Words: true}, nil)
	if err != nil {
		return err
	}
	e := b.explain(a)
	e.Hits = e.Hits[:min(len(e.Hits), triedHits)]
	return c.reply(triedHTML(base, head, e), nil)
}
