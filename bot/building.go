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
func (b *Bot) bring(ctx context.Context, c *chat, names, remove []string) error {
	key := hashOf([]byte(strings.Join(names, "\n") + "\n\n" + strings.Join(remove, "\n")))[:16]
	return b.startBuild(ctx, c, rebuildKey+":"+key, building{names, remove})
}

// startBuild begins the work; who asks for what is under way is told how far it is.
func (b *Bot) startBuild(ctx context.Context, c *chat, key string, what building) error {
	body, err := json.Marshal(what)
	if err != nil {
		return err
	}
	state, err := c.turn.Start(ctx, delivery.Job{Key: key, Kind: jobBuild, Chat: c.id, Body: body})
	if errors.Is(err, delivery.ErrRunning) {
		return c.say(fmt.Sprintf(textBuildRuns, b.whose(ctx, state.Chat, c.user), state.Asked.In(china).Format("15:04"), orElse(state.Progress, textBuilding)),
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
	show, over := b.progressMessage(ctx, w)
	defer over()
	report, err := b.changeWhenFree(ctx, what, show)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		b.log.Error("the index was not rebuilt", "error", err)
		return w.Send(delivery.Message{Chat: w.Chat, Text: textNotBuilt})
	}
	for _, part := range split(reportHTML(report)) {
		if err := w.Send(delivery.Message{Chat: w.Chat, Text: part}); err != nil {
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

// progressMessage shows in one message how far the work is, with a button that
// stops it and that over takes away. It may be lost: the result comes apart from it.
func (b *Bot) progressMessage(ctx context.Context, w *delivery.Work) (show func(knowledge.Progress), over func()) {
	var message int
	stop := keyboard([][]button{{{buttonStop, "stop:" + w.Key}}})
	b.attempt(ctx, w.Chat, func(ctx context.Context) error {
		m, err := b.client.SendMessage(ctx, &tg.SendMessageParams{ChatID: w.Chat, Text: textBuilding, ReplyMarkup: stop})
		if err == nil {
			message = m.ID
		}
		return err
	})
	last := b.now()
	over = func() {
		if message == 0 {
			return
		}
		b.attempt(context.WithoutCancel(ctx), w.Chat, func(ctx context.Context) error {
			_, err := b.client.EditMessageReplyMarkup(ctx, &tg.EditMessageReplyMarkupParams{
				ChatID: w.Chat, MessageID: message, ReplyMarkup: models.InlineKeyboardMarkup{InlineKeyboard: [][]models.InlineKeyboardButton{}},
			})
			return err
		})
	}
	return func(p knowledge.Progress) {
		text := progressText(p)
		w.Progress(text)
		if message == 0 || b.now().Sub(last) < progressEvery {
			return
		}
		last = b.now()
		b.attempt(ctx, w.Chat, func(ctx context.Context) error {
			_, err := b.client.EditMessageText(ctx, &tg.EditMessageTextParams{ChatID: w.Chat, MessageID: message, Text: text, ReplyMarkup: stop})
			return err
		})
	}, over
}

func orElse(text, other string) string {
	if text == "" {
		return other
	}
	return text
}
