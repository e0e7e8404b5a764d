package knowledge

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"unicode/utf8"

	"rongcuo/knowledge/documents"
	"rongcuo/prompts"
)

// composedSources is how many articles a model is given.
const composedSources = 8

// compose lets a model write the hint from numbered sources and keeps of it
// what holds. Whatever goes wrong, the extractive parts stand as they are.
func (b *Base) compose(ctx context.Context, g *generation, q Question, f finding, a *Answer, onText func(string)) {
	request := Request{Question: Mask(q.Text), At: a.At}
	for _, t := range leaning(q) {
		if t.Role == "user" {
			request.Earlier = append(request.Earlier, Mask(t.Text))
		}
	}
	var entries []int
	add := func(i int) {
		if i >= 0 && !slices.Contains(entries, i) && len(entries) < composedSources {
			entries = append(entries, i)
		}
	}
	for _, list := range [][]Citation{a.Basis, a.Limits} {
		for _, c := range list {
			add(c.entry)
		}
	}
	for _, h := range f.hits {
		add(h.entry)
	}
	for n, i := range entries {
		c := g.citation(i, a.At)
		request.Sources = append(request.Sources, Source{n + 1, c.Name() + "（" + c.Status + "）", g.entries[i].passage.Text})
	}
	a.Model = b.composer.Name()
	text, err := b.composer.Compose(ctx, request, holding(request, onText))
	a.Tokens = request.size() + len([]rune(text))
	if err != nil {
		b.log.Warn("answering with extracts", "reason", err)
		a.Notices = append(a.Notices, textModelFailed)
		return
	}
	checked := check(text, request)
	a.Cut = checked.cut
	if checked.text == "" {
		b.log.Info("nothing of the composed text held", "cut", len(checked.cut))
		return
	}
	a.Hint, a.Composed = checked.text, true
	for _, n := range checked.cited {
		i := entries[n-1]
		cited := func(c Citation) bool { return c.entry == i }
		if !slices.ContainsFunc(a.Basis, cited) && !slices.ContainsFunc(a.Limits, cited) && g.docs[g.entries[i].doc].Kind == documents.Rule {
			a.Basis = append(a.Basis, g.cite(i, f, a.At))
		}
	}
	if n := len(checked.cut); n > 0 {
		b.log.Info("sentences of the composed text were cut", "cut", n)
	}
}

// holding passes on of a growing text only what is checked: whole sentences
// that hold. So nobody ever reads a sentence that is cut afterwards.
func holding(r Request, onText func(string)) func(string) {
	if onText == nil {
		return nil
	}
	shown, checked, holds := "", -1, remembered()
	return func(text string) {
		end := strings.LastIndexAny(text, "。！？\n]】")
		if end == checked {
			return
		}
		checked = end
		_, size := utf8.DecodeRuneInString(text[end:])
		if now := checkBy(text[:end+size], r, holds).text; now != shown {
			shown = now
			onText(now)
		}
	}
}

// promptFrame is about what the templates add to a request, in characters.
const promptFrame = 1200

// size is the length of a request in characters.
func (r Request) size() int {
	n := promptFrame + utf8.RuneCountInString(r.Question)
	for _, e := range r.Earlier {
		n += utf8.RuneCountInString(e)
	}
	for _, s := range r.Sources {
		n += utf8.RuneCountInString(s.Name) + utf8.RuneCountInString(s.Text)
	}
	return n
}

// PromptComposer composes with a chat model through the prompts.
type PromptComposer struct {
	Prompts *prompts.Set
	Model   interface {
		ChatName() string
		Complete(ctx context.Context, system, user string, onText func(string)) (string, error)
	}
}

// Name is the model's.
func (p PromptComposer) Name() string { return p.Model.ChatName() }

// Compose renders the request and asks the model.
func (p PromptComposer) Compose(ctx context.Context, r Request, onText func(string)) (string, error) {
	data := prompts.Answer{Fence: "资料" + rand.Text(), Question: r.Question, Earlier: r.Earlier, Date: FormatDate(r.At)}
	for _, s := range r.Sources {
		data.Sources = append(data.Sources, prompts.Source(s))
	}
	system, user, err := p.Prompts.Answer(data)
	if err != nil {
		return "", err
	}
	return p.Model.Complete(ctx, system, user, onText)
}
