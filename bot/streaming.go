package bot

import (
	"context"
	"strconv"
	"time"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
)

const (
	draftEvery = time.Second     // between two drafts of a growing text
	editEvery  = 3 * time.Second // between two edits, which count into Telegram's limits
	growTime   = 2 * time.Second // of one such call; the text does not wait for Telegram
)

// growing is a text that is shown while it is being written: as a draft where
// Telegram takes one, else as a message that is edited. Either may be lost; the
// finished answer goes through the outbox and replaces it.
type growing struct {
	b       *Bot
	ctx     context.Context
	c       *chat
	drafts  bool
	message int // that is edited, 0 while there is none
	last    time.Time
}

func (b *Bot) growing(ctx context.Context, c *chat) *growing {
	return &growing{b: b, ctx: ctx, c: c, drafts: !c.group}
}

// show shows the text so far, unless something was shown just now.
func (g *growing) show(text string) {
	every := draftEvery
	if !g.drafts {
		every = editEvery
	}
	now := time.Now()
	if text == "" || now.Sub(g.last) < every {
		return
	}
	g.last = now
	ctx, cancel := context.WithTimeout(g.ctx, growTime)
	defer cancel()
	html := bold(clip(text, maxUnits/2)) + "\n<i>" + textGrowing + "</i>"
	if g.drafts {
		if g.draft(ctx, html) {
			return
		}
		g.drafts = false
	}
	g.b.attempt(ctx, g.c.id, func(ctx context.Context) error { return g.edit(ctx, html) })
}

// draft says whether Telegram took a draft.
func (g *growing) draft(ctx context.Context, html string) bool {
	taken := false
	g.b.attempt(ctx, 0, func(ctx context.Context) error {
		_, err := g.b.client.SendMessageDraft(ctx, &tg.SendMessageDraftParams{
			ChatID: g.c.id, DraftID: strconv.FormatInt(g.c.turn.Update.ID, 10), Text: html, ParseMode: models.ParseModeHTML,
		})
		taken = err == nil
		return err
	})
	return taken
}

func (g *growing) edit(ctx context.Context, html string) error {
	if g.message == 0 {
		m, err := g.b.client.SendMessage(ctx, &tg.SendMessageParams{ChatID: g.c.id, Text: html, ParseMode: models.ParseModeHTML})
		if err == nil {
			g.message = m.ID
		}
		return err
	}
	_, err := g.b.client.EditMessageText(ctx, &tg.EditMessageTextParams{ChatID: g.c.id, MessageID: g.message, Text: html, ParseMode: models.ParseModeHTML})
	return err
}
