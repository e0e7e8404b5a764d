package bot

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"rongcuo/bot/delivery"
	"rongcuo/conversations/records"
)

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
		html += fmt.Sprintf("\n\n%s　%s", moment(m.At), bold(m.Name))
		if m.Role != "" {
			html += "（" + escape(strings.TrimSpace(m.Place+" "+m.Role)) + "）"
		}
		if m.Substitute {
			html += "\n" + textSubstitute
		}
		if m.ByHandler {
			html += "\n" + textByHandler
		}
		if len(m.Late) > 0 {
			html += "\n" + textOverdue + escape(strings.Join(m.Late, "、"))
		}
		html += b.momentHTML(full.Filing, m)
	}
	return c.say(html+b.standing(*full), keyboard([][]button{{{buttonBackCard, "see:" + id}}}))
}

// momentHTML is what was said with a step: reasons, answers, remarks.
func (b *Bot) momentHTML(f records.Filing, m records.Moment) (html string) {
	for _, r := range m.Reasons {
		html += "\n· " + escape(r.Code+" "+r.Text)
		if r.Article != "" {
			html += "（" + escape(r.Article) + "）"
		}
	}
	for _, l := range m.Lines {
		html += "\n" + escape(l.Label+"："+l.Text)
	}
	p := b.config.Procedures.Version(f.Procedure, f.Version)
	for _, key := range sortedKeys(m.Remarks) {
		label := key
		if f := p.Field(key); f != nil {
			label = f.Label
		}
		html += "\n✎ " + escape(label+"："+m.Remarks[key])
	}
	return html
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
		if k.Owner != "" && slices.Contains(t.From, full.Filing.State) && t.By[0] != roleSystem && !slices.Contains(next, t.Action) {
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
