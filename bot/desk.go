package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"rongcuo/bot/delivery"
	"rongcuo/conversations/records"
)

// The desk is where filings are read and acted on. What may be done with one,
// and what must be said with it, comes from the procedure (records.Choices):
// this file shows cards, acting.go asks for what an act needs.

// deskPage is how many filings a list shows.
const deskPage = 10

// waiting lists the filings in which it is the person's turn.
func (b *Bot) waiting(ctx context.Context, c *chat, _ string) error {
	return b.cards(ctx, c, headWaiting, textNothingWaits, b.config.Desk.Waiting)
}

// filings lists those of the person's unit.
func (b *Bot) filings(ctx context.Context, c *chat, _ string) error {
	return b.cards(ctx, c, headFilings, textNoFilings, b.config.Desk.Mine)
}

// formProgress is the short form that a reminder asks for (risk-filing, 进展临期).
const formProgress = "progress"

// progress begins the report on progress, as the reminder says: at once where one
// filing waits for it, otherwise by choice.
func (b *Bot) progress(ctx context.Context, c *chat, _ string) error {
	if !b.files() {
		return c.say(textDraftLater, nil)
	}
	cards, err := b.config.Desk.Mine(ctx, c.user, records.Filter{Limit: deskPage})
	if err != nil {
		return err
	}
	var rows [][]button
	for _, k := range cards {
		full, err := b.config.Desk.Look(ctx, c.user, k.ID)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(full.Choices, func(ch records.Choice) bool { return ch.ID == formProgress }) {
			rows = append(rows, []button{{clip(k.Matter, 20), fmt.Sprintf("act:%s:%d:%s:", k.ID, full.Card.Revision, formProgress)}})
		}
	}
	switch len(rows) {
	case 0:
		return c.say(textNoProgress, nil)
	case 1:
		return b.pressAct(ctx, c, strings.TrimPrefix(rows[0][0].data, "act:"))
	}
	return c.say(textWhichProgress, keyboard(rows))
}

func (b *Bot) cards(ctx context.Context, c *chat, head, none string, list func(context.Context, int64, records.Filter) ([]records.Card, error)) error {
	if !b.files() {
		return c.say(textDraftLater, nil)
	}
	cards, err := list(ctx, c.user, records.Filter{Limit: deskPage})
	if err != nil {
		return err
	}
	if len(cards) == 0 {
		return c.say(none, nil)
	}
	text, rows := cardList(head, cards)
	return c.say(text, keyboard(rows))
}

// cardList is a list of filings with a button for each.
func cardList(head string, cards []records.Card) (html string, rows [][]button) {
	html = bold(head)
	for i, k := range cards {
		html += fmt.Sprintf("\n%d. %s\n%s", i+1, escape(k.Matter), escape(cardLine(k)))
		rows = append(rows, []button{{fmt.Sprintf("%d. %s", i+1, clip(k.Matter, 20)), "see:" + k.ID}})
	}
	return html, rows
}

// find opens a filing by its number, as typed.
func (b *Bot) find(ctx context.Context, c *chat, number string) error {
	if !b.files() {
		return c.say(textDraftLater, nil)
	}
	if number == "" {
		return c.say(textWhichNumber, nil)
	}
	missed, err := b.limits.Take(ctx, c.personal("missed"), 0, missesAnHour, time.Hour)
	if err != nil {
		return err
	}
	if missed.Used >= missesAnHour { // numbers are not found by trying (R14, T6)
		return c.say(textNoFiling, nil)
	}
	full, err := b.config.Desk.ByNumber(ctx, c.user, number)
	if errors.Is(err, records.ErrNotFound) {
		return b.missed(ctx, c)
	}
	if err != nil {
		return err
	}
	return b.showCard(c, full)
}

// missesAnHour is how many numbers a person may try in vain; what he finds does
// not count.
const missesAnHour = 10

// missed says that there is no such filing, to nobody more than to others. The
// miss that is the last one allowed is told to the owners and registrars, and is
// in the audit.
func (b *Bot) missed(ctx context.Context, c *chat) error {
	taken, err := b.limits.Take(ctx, c.personal("missed"), 1, missesAnHour, time.Hour)
	if err != nil {
		return err
	}
	if taken.OK && taken.Used == missesAnHour {
		if err := b.guessed(ctx, c); err != nil {
			return err
		}
	}
	return c.say(textNoFiling, nil)
}

// guessed alerts those who look after filings.
func (b *Bot) guessed(ctx context.Context, c *chat) error {
	if err := b.book.Note(ctx, records.Entry{Actor: c.user, Kind: records.KindRefused, Subject: "/find", Detail: map[string]int{"misses": missesAnHour}}); err != nil {
		return err
	}
	told := map[int64]bool{c.user: true} // not the one who guesses
	for _, role := range []records.Role{records.Owner, records.Registrar} {
		holders, err := b.book.Holders(ctx, role, "")
		if err != nil {
			return err
		}
		for _, p := range holders {
			if told[p.Person] {
				continue
			}
			told[p.Person] = true
			m := delivery.Message{Key: fmt.Sprintf("guessed/%s/%d", c.turnKey(), p.Person), Chat: p.Person, Priority: delivery.Notice, Text: fmt.Sprintf(textGuessed, c.user, missesAnHour)}
			if err := c.turn.Send(m); err != nil {
				return err
			}
		}
	}
	return nil
}

func number(s string) int64 {
	n, _ := strconv.ParseInt(s, 10, 64)
	return n
}
