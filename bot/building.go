package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"rongcuo/bot/delivery"
	"rongcuo/knowledge"
)

// A change of the index may take longer than a turn: it is a job of the
// delivery, which goes on after a restart, shows how far it is, and can be
// stopped.

// building is the body of such a job: files of the library to bring in ("." for
// all) and documents to take out.
type building struct {
	Names  []string `json:"names,omitempty"`
	Remove []string `json:"remove,omitempty"`
	About  string   `json:"about,omitempty"` // what was done, in words: the result begins with it
}

const (
	jobBuild      = "build"
	rebuildKey    = "library"       // of a job that brings everything in anew
	progressEvery = 2 * time.Second // of edits of a progress message
	buildAgain    = time.Second     // until a build of another process is asked after again
)

// Jobs gives the handlers of the bot's long work, for delivery.Config.
func (b *Bot) Jobs() map[string]delivery.JobHandler {
	return map[string]delivery.JobHandler{jobBuild: b.build}
}

// rebuild brings all files of the library in anew.
func (b *Bot) rebuild(ctx context.Context, c *chat, _ string) error {
	return b.startBuild(ctx, c, rebuildKey, building{Names: []string{"."}})
}

// bring changes the index by some files.
func (b *Bot) bring(ctx context.Context, c *chat, what building) error {
	return b.startBuild(ctx, c, what.key(), what)
}

// key names the job.
func (w building) key() string {
	return rebuildKey + ":" + hashOf([]byte(strings.Join(w.Names, "\n") + "\n\n" + strings.Join(w.Remove, "\n")))[:16]
}

// startBuild begins the work; who asks for what is under way is told how far it is.
func (b *Bot) startBuild(ctx context.Context, c *chat, key string, what building) error {
	body, err := json.Marshal(what)
	if err != nil {
		return err
	}
	state, err := c.turn.Start(ctx, delivery.Job{Key: key, Kind: jobBuild, Chat: c.id, Body: body})
	if errors.Is(err, delivery.ErrRunning) {
		return c.say(fmt.Sprintf(textBuildRuns, b.whose(ctx, state.Chat, c.user), state.Asked.In(china).Format("15:04"), orElse(state.Progress, progressText(knowledge.Progress{}))),
			keyboard([][]button{{{buttonStop, "stop:" + key}}}))
	}
	if err != nil {
		return err
	}
	return c.save()
}

// whose names who began a job.
func (b *Bot) whose(ctx context.Context, chat, reader int64) string {
	if chat == reader {
		return textYou
	}
	if posts, err := b.book.Posts(ctx, chat); err == nil && len(posts) > 0 {
		return escape(holderName(posts[0]))
	}
	return textSomebody
}

// pressStop stops a build; the index stays as it was.
func (b *Bot) pressStop(ctx context.Context, c *chat, key string) error {
	if key != rebuildKey && !strings.HasPrefix(key, rebuildKey+":") {
		return b.expired(ctx, c)
	}
	was, err := c.turn.Cancel(ctx, key)
	if err != nil {
		return err
	}
	b.disarm(ctx, c)
	if !was.Open() {
		return c.say(textNothingToStop, nil)
	}
	return c.say(textStopping, nil)
}

// build does the work of a job. It may be begun again at any moment: what is in
// the index already is not done twice.
func (b *Bot) build(ctx context.Context, w *delivery.Work) error {
	var what building
	if err := json.Unmarshal(w.Body, &what); err != nil {
		return err
	}
	p := b.progressOf(ctx, w)
	report, err := b.changeWhenFree(ctx, what, func(at knowledge.Progress) { p.show(ctx, at) })
	switch {
	case errors.Is(context.Cause(ctx), delivery.ErrCancelled):
		p.end(ctx, textStopped)
		return ctx.Err()
	case ctx.Err() != nil: // it goes on when the program is back
		p.end(ctx, textBrokenOff)
		return ctx.Err()
	case err != nil:
		b.log.Error("the index was not rebuilt", "error", err)
		return w.Send(delivery.Message{Chat: w.Chat, Text: textNotBuilt, Edit: p.message})
	}
	for i, part := range split(reportHTML(what.About, report)) {
		m := delivery.Message{Chat: w.Chat, Text: part}
		if i == 0 {
			m.Edit = p.message // the progress becomes the result
		}
		if err := w.Send(m); err != nil {
			return err
		}
	}
	return nil
}

// changeWhenFree waits until no other process builds.
func (b *Bot) changeWhenFree(ctx context.Context, what building, show func(knowledge.Progress)) (knowledge.Report, error) {
	for {
		report, err := b.keeper.change(ctx, what.Names, what.Remove, show)
		if _, busy := errors.AsType[*knowledge.BuildingError](err); !busy {
			return report, err
		}
		select {
		case <-ctx.Done():
			return report, ctx.Err()
		case <-time.After(buildAgain):
		}
	}
}

// progress is the message in which the work shows how far it is, with a button
// that stops it. It may be lost: the result then comes as a message of its own.
type progress struct {
	b       *Bot
	work    *delivery.Work
	message int // 0 when it was lost
	last    time.Time
	stage   string
}

func (b *Bot) progressOf(ctx context.Context, w *delivery.Work) *progress {
	p := &progress{b: b, work: w, last: b.now()}
	b.attempt(ctx, w.Chat, func(ctx context.Context) error {
		m, err := b.client.SendMessage(ctx, &tg.SendMessageParams{ChatID: w.Chat, Text: progressText(knowledge.Progress{}), ReplyMarkup: p.stop()})
		if err == nil {
			p.message = m.ID
		}
		return err
	})
	return p
}

func (p *progress) stop() models.ReplyMarkup {
	return keyboard([][]button{{{buttonStop, "stop:" + p.work.Key}}})
}

// show shows a step every few seconds, the first of a stage sooner. A quick build
// leaves it at the first bar: Telegram takes three messages in three seconds, and
// the result must not wait for its own progress.
func (p *progress) show(ctx context.Context, at knowledge.Progress) {
	text := progressText(at)
	p.work.Progress(text)
	pause := progressEvery
	if at.Stage != p.stage {
		pause /= 2
	}
	if p.b.now().Sub(p.last) < pause {
		return
	}
	p.stage, p.last = at.Stage, p.b.now()
	p.edit(ctx, text, p.stop())
}

// end says in the message that the work is over, without a result.
func (p *progress) end(ctx context.Context, text string) {
	p.edit(context.WithoutCancel(ctx), text, nil)
}

func (p *progress) edit(ctx context.Context, text string, markup models.ReplyMarkup) {
	if p.message == 0 {
		return
	}
	p.b.attempt(ctx, p.work.Chat, func(ctx context.Context) error {
		_, err := p.b.client.EditMessageText(ctx, &tg.EditMessageTextParams{ChatID: p.work.Chat, MessageID: p.message, Text: text, ReplyMarkup: markup})
		return err
	})
}

func orElse(text, other string) string {
	if text == "" {
		return other
	}
	return text
}
