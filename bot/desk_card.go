package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"rongcuo/conversations"
	"rongcuo/conversations/records"
)

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
		if until, err := time.Parse(time.DateOnly, k.Until); err == nil {
			text += fmt.Sprintf(textUntil, until.Format("2006年1月2日"))
		}
	}
	if k.Ahead != "" {
		text += "\n" + fmt.Sprintf(textAhead, escape(k.Ahead), escape(k.AheadDue))
	}
	if k.ByHandler {
		text += "\n" + textByHandler
	}
	if k.Unsigned != "" {
		text += "\n" + fmt.Sprintf(textUnsigned, escape(k.Unsigned))
	}
	if k.Deserted {
		text += "\n" + textDeserted
	}
	if len(k.Asked) > 0 {
		text += "\n" + fmt.Sprintf(textAsked, escape(strings.Join(k.Asked, "、")))
	}
	if len(k.Overdue) > 0 {
		text += "\n" + textOverdue + escape(strings.Join(k.Overdue, "、"))
	}
	if k.Refile {
		text += "\n" + fmt.Sprintf(textRefile, escape(k.Number))
	}
	if html := b.returned(full); html != "" {
		text += "\n\n" + html
	}
	rows := [][]button{{{buttonText, "text:" + k.ID}, {buttonTimeline, "line:" + k.ID}, {buttonPapers, "papers:" + k.ID}}}
	if len(full.Changes) > 0 {
		rows[0] = append(rows[0], button{fmt.Sprintf(buttonChanges, len(full.Changes)), "diff:" + k.ID})
	}
	if n := len(full.Files); n > 0 {
		rows = append(rows, []button{{fmt.Sprintf(buttonFiles, n), "files:" + k.ID}})
	}
	if k.Refile && c.may(applicants) {
		rows = append(rows, []button{{buttonNewDraft, "newdraft:"}})
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

// returned is what the unit has to mend: the codes and the words with which the
// filing was sent back, while it is with the unit; else nothing.
func (b *Bot) returned(full records.Full) string {
	f := full.Filing
	for i := len(full.Timeline) - 1; i >= 0; i-- {
		m := full.Timeline[i]
		if m.To != f.State {
			return ""
		}
		if m.Remarks == nil && !b.sentBack(f, m) {
			continue
		}
		return bold(fmt.Sprintf(headReturned, escape(m.Name))) + b.momentHTML(f, m)
	}
	return ""
}

// sentBack says that the unit answers a step by going back to where it came from.
func (b *Bot) sentBack(f records.Filing, m records.Moment) bool {
	p := b.config.Procedures.Version(f.Procedure, f.Version)
	i := slices.IndexFunc(p.Transitions, func(t conversations.Transition) bool { return t.ID == m.Action && t.To == f.State })
	return i >= 0 && slices.ContainsFunc(p.Transitions, func(t conversations.Transition) bool {
		return slices.Contains(t.From, f.State) && slices.Contains(p.Transitions[i].From, t.To) && t.By[0] == string(records.Handler)
	})
}
