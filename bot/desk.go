package bot

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
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

// cardLine is where a filing stands, in a line.
func cardLine(k records.Card) string {
	parts := []string{k.StateName}
	if k.Owner != "" {
		parts = append(parts, "由"+k.Owner+"办理")
	}
	if k.Due != "" {
		due := k.Due + "前"
		if k.Late {
			due += "（已超期）"
		}
		parts = append(parts, due)
	}
	if k.Number != "" {
		parts = append(parts, k.Number)
	}
	return strings.Join(parts, " · ")
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

func (b *Bot) pressSee(ctx context.Context, c *chat, id string) error {
	full, err := b.look(ctx, c, id)
	if err != nil || full == nil {
		return err
	}
	return b.showCard(c, *full)
}

// look gives a filing, or says that there is none and gives nil.
func (b *Bot) look(ctx context.Context, c *chat, id string) (*records.Full, error) {
	if c.group || !b.files() {
		return nil, c.say(textPrivately, nil)
	}
	full, err := b.config.Desk.Look(ctx, c.user, id)
	if errors.Is(err, records.ErrNotFound) {
		return nil, c.say(textNoFiling, nil)
	}
	if err != nil {
		return nil, err
	}
	return &full, nil
}

// showCard shows a filing at a glance, with what may be read and done.
func (b *Bot) showCard(c *chat, full records.Full) error {
	k := full.Card
	text := bold(k.Matter) + "\n" + escape(k.Unit) + "\n" + escape(cardLine(k))
	if k.Body != "" {
		text += "\n" + textBody + escape(k.Body)
	}
	if k.Receipt != "" {
		text += "\n" + textReceipt + escape(k.Receipt)
	}
	if k.Ahead != "" {
		text += "\n" + fmt.Sprintf(textAhead, escape(k.Ahead), escape(k.AheadDue))
	}
	if k.ByHandler {
		text += "\n" + textByHandler
	}
	rows := [][]button{{{buttonText, "text:" + k.ID}, {buttonTimeline, "line:" + k.ID}, {buttonPapers, "papers:" + k.ID}}}
	if len(full.Changes) > 0 {
		rows[0] = append(rows[0], button{fmt.Sprintf(buttonChanges, len(full.Changes)), "diff:" + k.ID})
	}
	if n := len(full.Files); n > 0 {
		rows = append(rows, []button{{fmt.Sprintf(buttonFiles, n), "files:" + k.ID}})
	}
	for _, ch := range full.Choices {
		name := ch.Name
		if ch.Paper {
			name = textOnPaper + name
		}
		rows = append(rows, []button{{name, fmt.Sprintf("act:%s:%d:%s:%s", k.ID, k.Revision, ch.ID, paperMark(ch.Paper))}})
	}
	return c.say(text, keyboard(rows))
}

func paperMark(paper bool) string {
	if paper {
		return "p"
	}
	return ""
}

// pressText shows the whole content as it was submitted.
func (b *Bot) pressText(ctx context.Context, c *chat, id string) error {
	full, err := b.look(ctx, c, id)
	if err != nil || full == nil {
		return err
	}
	html, step := bold(full.Card.Matter), ""
	for _, l := range full.Content.Lines() {
		if l.Step != step {
			step = l.Step
			html += "\n\n" + bold(step)
		}
		html += "\n" + escape(l.Label) + "：" + escape(l.Text)
	}
	return c.say(html, keyboard([][]button{{{buttonBackCard, "see:" + id}}}))
}

// pressTimeline shows what was done when and in which role; people are not named.
func (b *Bot) pressTimeline(ctx context.Context, c *chat, id string) error {
	full, err := b.look(ctx, c, id)
	if err != nil || full == nil {
		return err
	}
	html := bold(headTimeline)
	for _, m := range full.Timeline {
		html += fmt.Sprintf("\n\n%s　%s", dayAndTime(m.At), bold(m.Name))
		if m.Role != "" {
			html += "（" + escape(strings.TrimSpace(m.Place+" "+m.Role)) + "）"
		}
		if m.ByHandler {
			html += "\n" + textByHandler
		}
		for _, r := range m.Reasons {
			html += "\n· " + escape(r.Code+" "+r.Text)
			if r.Article != "" {
				html += "（" + escape(r.Article) + "）"
			}
		}
		for _, l := range m.Lines {
			html += "\n" + escape(l.Label+"："+l.Text)
		}
		p := b.config.Procedures.Version(full.Filing.Procedure, full.Filing.Version)
		for _, key := range sortedKeys(m.Remarks) {
			label := key
			if f := p.Field(key); f != nil {
				label = f.Label
			}
			html += "\n✎ " + escape(label+"："+m.Remarks[key])
		}
	}
	return c.say(html+b.standing(*full), keyboard([][]button{{{buttonBackCard, "see:" + id}}}))
}

// standing is the end of a timeline: where the filing is, since when, by whom,
// and what may come next.
func (b *Bot) standing(full records.Full) string {
	k := full.Card
	html := "\n\n" + fmt.Sprintf(textStanding, bold(k.StateName), day(k.Since))
	if k.Owner != "" {
		html += fmt.Sprintf(textStandingWith, escape(k.Owner))
	}
	if k.Due != "" {
		html += fmt.Sprintf(textStandingDue, escape(k.Due))
	}
	p := b.config.Procedures.Version(full.Filing.Procedure, full.Filing.Version)
	var next []string
	for _, t := range p.Transitions {
		if slices.Contains(t.From, full.Filing.State) && t.By[0] != roleSystem && !slices.Contains(next, t.Action) {
			next = append(next, t.Action)
		}
	}
	if next != nil {
		html += "\n" + fmt.Sprintf(textNext, escape(strings.Join(next, "、")))
	}
	return html
}

// roleSystem is the procedure's role of what happens by itself.
const roleSystem = "system"

func sortedKeys(m map[string]string) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// pressDiff shows what changed since the round before.
func (b *Bot) pressDiff(ctx context.Context, c *chat, id string) error {
	full, err := b.look(ctx, c, id)
	if err != nil || full == nil {
		return err
	}
	html := bold(headChanges)
	for _, ch := range full.Changes {
		html += "\n\n" + bold(ch.Label) + "\n" + textBefore + escape(orNone(ch.Before)) + "\n" + textAfter + escape(orNone(ch.After))
	}
	return c.say(html, keyboard([][]button{{{buttonBackCard, "see:" + id}}}))
}

func orNone(s string) string {
	if s == "" {
		return "（无）"
	}
	return s
}

// pressFiles sends the attachments of the latest round.
func (b *Bot) pressFiles(ctx context.Context, c *chat, id string) error {
	full, err := b.look(ctx, c, id)
	if err != nil || full == nil {
		return err
	}
	for _, f := range full.Files {
		if _, err := b.config.Files.Get(f.Hash); errors.Is(err, fs.ErrNotExist) || errors.Is(err, records.ErrDamaged) {
			b.log.Error("an attachment is not what was put there", "filing", id, "hash", f.Hash, "error", err)
			if err := c.reply(fmt.Sprintf(textFileDamaged, escape(f.Name)), nil); err != nil {
				return err
			}
			continue
		} else if err != nil {
			return err
		}
		if err := c.turn.Send(delivery.Message{Chat: c.id, Text: escape(strings.TrimSpace(f.Paper + " " + f.Name)), File: &delivery.File{Name: f.Name, Path: f.Hash}}); err != nil {
			return err
		}
	}
	return c.save()
}

// tellNotices hands the notices that wait in the records to the outbox; the key
// of each keeps it from being sent twice.
func (b *Bot) tellNotices(ctx context.Context) error {
	for {
		list, err := b.config.Desk.Claim(ctx, 50, time.Minute)
		if err != nil || len(list) == 0 {
			return err
		}
		for _, n := range list {
			if _, err := b.office.Send(ctx, delivery.Message{Key: "n:" + hashOf([]byte(n.Key))[:40], Chat: n.Person, Priority: delivery.Notice, Text: escape(n.Text),
				Markup: keyboard([][]button{{{buttonOpen, "see:" + n.Filing}}})}); err != nil {
				return err
			}
			if err := b.config.Desk.Sent(ctx, n.Key); err != nil {
				return err
			}
		}
	}
}

// tellSoon sends what an act has just made due, instead of at the next regular
// round; what fails is left to that.
func (b *Bot) tellSoon(ctx context.Context) {
	if b.office == nil {
		return
	}
	if err := b.tellNotices(ctx); err != nil {
		b.log.Warn("notices wait for the next round", "error", err)
	}
}

// Regular is the regular work on filings: what time brings, the notices of it,
// and reminders of idle drafts. It may be done again at any moment.
func (b *Bot) Regular(ctx context.Context) error {
	if !b.files() || b.office == nil {
		return nil
	}
	for {
		n, _, err := b.config.Desk.Due(ctx, 50)
		if err != nil {
			return err
		}
		if n < 50 {
			break
		}
	}
	return errors.Join(b.tellNotices(ctx), b.remindDrafts(ctx), b.followCalendar())
}

func number(s string) int64 {
	n, _ := strconv.ParseInt(s, 10, 64)
	return n
}
