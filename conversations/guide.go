package conversations

import (
	"context"
	"time"

	"rongcuo/conversations/typed"
)

// Guide takes steps with what the pure engine leaves to others: answers to
// policy questions, a model that reads pasted plans, and the screen for what
// must not be typed. Each may be nil.
type Guide struct {
	Library  *Library
	Asker    Asker
	Proposer Proposer
	Screener Screener
	Calendar *Calendar
}

// Asker answers a question about the rules that was put in the middle of a
// form, as a message ready to show. It must bound its own time.
type Asker interface {
	Answer(ctx context.Context, question string) Message
}

// Proposer finds answers to fields in a text, with the sentence of each. What
// it returns is proved before it is shown, and confirmed before it is kept.
type Proposer interface {
	Propose(ctx context.Context, text string, fields []*Field) []Suggestion
}

// Screener looks for what must not be kept: secrets, ID numbers, names of
// reporters (risk-filing, section 7). A refusal is a Chinese sentence without
// the words it refuses; it is empty for a text that may pass.
type Screener interface {
	Screen(text string) (refusal string)
}

// minPlan is how long a text must be before a model is asked to find several
// answers in it, in characters: two short sentences.
const minPlan = 30

// Step screens an event, takes the step of Library.Step and fills in what was
// asked of others. A refused text changes nothing and is said to be not kept.
// ok is false if there is no such procedure.
func (g *Guide) Step(ctx context.Context, d Dialog, e Event, now time.Time) (next Dialog, replies []Reply, ok bool) {
	if refusal := g.screen(e); refusal != "" {
		next, replies, ok = g.Library.Step(d, Event{Kind: EventAction, Action: "do:ask", Roles: e.Roles, Calendar: g.Calendar}, now)
		return next, append([]Reply{{Text: plain(refusal)}}, replies...), ok
	}
	e.Proposals = g.propose(ctx, d, e, now)
	e.Calendar = g.Calendar
	next, replies, ok = g.Library.Step(d, e, now)
	for i := range replies {
		if replies[i].Ask == "" {
			continue
		}
		replies[i].Text = plain(sayNoAsker)
		if g.Asker != nil {
			replies[i].Text = g.Asker.Answer(ctx, replies[i].Ask)
		}
		replies[i].Ask = ""
	}
	return next, replies, ok
}

func (g *Guide) screen(e Event) string {
	if g.Screener == nil {
		return ""
	}
	texts := []string{e.Text, e.Document}
	for _, f := range e.Files {
		texts = append(texts, f.Name)
	}
	for _, text := range texts {
		if text == "" {
			continue
		}
		if refusal := g.Screener.Screen(typed.Clean(text)); refusal != "" {
			return refusal
		}
	}
	return ""
}

// propose asks the model only for texts in which several answers may stand.
func (g *Guide) propose(ctx context.Context, d Dialog, e Event, now time.Time) []Suggestion {
	p := g.Library.Version(d.Procedure, d.Version)
	text := typed.Clean(e.Text + e.Document)
	if g.Proposer == nil || p == nil || d.Phase != Filling || d.Item != nil || e.Kind != EventText && e.Kind != EventFiles || typed.Length(text) < minPlan {
		return nil
	}
	return g.Proposer.Propose(ctx, text, p.view(&d, now).fields())
}
