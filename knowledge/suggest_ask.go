package knowledge

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/sync/errgroup"

	"rongcuo/knowledge/documents"
	"rongcuo/prompts"
)

// suggest gives the suggested questions of documents. With a model it first asks
// about the articles that it was not asked about yet, when this build brought
// files: one that only follows a press of a button must not wait for a model.
func (b *Base) suggest(ctx context.Context, docs []documents.Document, w *builder, report *Report, onProgress func(Progress)) (map[Ref][]string, error) {
	known, err := suggestedQuestions(ctx, w.db)
	if err != nil {
		return nil, err
	}
	if b.suggester != nil && len(report.Files) > 0 {
		r := suggesting{base: b, known: known, report: report, onProgress: onProgress}
		if err := r.run(ctx, docs, w); err != nil {
			return nil, err
		}
	}
	return suggestedFor(docs, known), nil
}

// suggesting is one round of asking the model.
type suggesting struct {
	base       *Base
	report     *Report
	onProgress func(Progress)

	mu     sync.Mutex
	known  map[string][]string
	failed int // times in a row
}

// run asks about every article whose text is not known, and stores each reply at
// once: a build that is cancelled has not asked for nothing. A model that fails
// leaves articles without questions, to be asked about in the next build; only
// the store and the context end a build.
func (r *suggesting) run(ctx context.Context, docs []documents.Document, w *builder) error {
	var missing []article
	seen := map[string]bool{}
	for a := range articles(docs) {
		if _, ok := r.known[a.hash()]; !ok && !seen[a.hash()] {
			seen[a.hash()] = true
			missing = append(missing, a)
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(suggestParallel)
	for _, a := range missing {
		group.Go(func() error {
			if r.over() || ctx.Err() != nil {
				return ctx.Err()
			}
			list, err := r.base.suggestFor(ctx, a)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err == nil {
				if err := w.addSuggested(ctx, r.base.suggester.Name(), a.hash(), list); err != nil {
					return err
				}
			}
			r.note(a.hash(), list, err, len(missing))
			return nil
		})
	}
	err := group.Wait()
	r.report.Unsuggested = len(missing) - r.report.Suggested
	return err
}

func (r *suggesting) over() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.failed >= suggestFailures
}

// note records how asking about an article went.
func (r *suggesting) note(hash string, list []string, err error, total int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil {
		r.failed++
		r.base.log.Warn("no questions were suggested for an article", "reason", err)
		return
	}
	r.failed = 0
	r.known[hash] = list
	r.report.Suggested++
	r.onProgress(Progress{Stage: StageSuggest, Done: r.report.Suggested, Total: total})
}

// suggestFor asks the model about one article and keeps what is fit.
func (b *Base) suggestFor(ctx context.Context, a article) ([]string, error) {
	text := []rune(a.text)
	reply, err := b.suggester.Suggest(ctx, a.title, string(text[:min(len(text), suggestedFrom)]))
	if err != nil {
		return nil, err
	}
	return readSuggested(reply)
}

// readSuggested reads a reply: a JSON array of strings, whatever stands around
// it. Of its questions those stay that an official might send and that the guard
// would let through. The error is ErrModelReply.
func readSuggested(reply string) ([]string, error) {
	var list, out []string
	from, to := strings.IndexByte(reply, '['), strings.LastIndexByte(reply, ']')
	if from < 0 || to < from {
		return nil, fmt.Errorf("%w: no list of questions", ErrModelReply)
	}
	if err := json.Unmarshal([]byte(reply[from:to+1]), &list); err != nil {
		return nil, fmt.Errorf("%w: not a list of questions", ErrModelReply)
	}
	for _, q := range list {
		q = Normalize(q)
		if !fitQuestion(q) {
			continue
		}
		if q = readable(q); !slices.Contains(out, q) && len(out) < suggestedEach {
			out = append(out, q)
		}
	}
	return out, nil
}

// fitQuestion says whether a model's question may stand beside an article.
func fitQuestion(q string) bool {
	if n := utf8.RuneCountInString(q); n < suggestedShort || n > suggestedLong {
		return false
	}
	route, _ := Classify(q)
	return route == RouteSearch && !markup.MatchString(q) && !role.MatchString(q) && !claim.MatchString(q)
}

// PromptSuggester asks a chat model through the prompts.
type PromptSuggester struct {
	Prompts *prompts.Set
	Model   interface {
		ChatName() string
		Complete(ctx context.Context, system, user string, onText func(string)) (string, error)
	}
}

// Name is the model's.
func (p PromptSuggester) Name() string { return p.Model.ChatName() }

// Suggest renders the request and asks the model, once more when it can't be
// reached: nobody waits for this answer.
func (p PromptSuggester) Suggest(ctx context.Context, title, text string) (string, error) {
	system, user, err := p.Prompts.Suggest(prompts.Suggest{Fence: "资料" + rand.Text(), Title: title, Text: text, Most: suggestedEach, Long: suggestedLong})
	if err != nil {
		return "", err
	}
	reply, err := p.Model.Complete(ctx, system, user, nil)
	if errors.Is(err, ErrModelUnavailable) && ctx.Err() == nil {
		reply, err = p.Model.Complete(ctx, system, user, nil)
	}
	return reply, err
}
