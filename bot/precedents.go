package bot

import (
	"context"
	"fmt"

	"rongcuo/conversations"
	"rongcuo/conversations/records"
)

// mindPrecedents looks at the unit's other filings as soon as a draft says what
// it is about: a number that is nobody's is not taken, and whoever would be
// refused at the end (规程18) hears it now, with the way round.
func (b *Bot) mindPrecedents(ctx context.Context, c *chat, d draft, next conversations.Dialog, replies []conversations.Reply) (conversations.Dialog, []conversations.Reply, error) {
	p := b.config.Procedures.Version(next.Procedure, next.Version)
	if p == nil || d.Filing != "" || d.Unit == "" || next.Over() {
		return next, replies, nil
	}
	named := next.Answers[fieldEarlier].Text != "" && next.Answers[fieldEarlier].Text != d.Dialog.Answers[fieldEarlier].Text
	if !named && next.Answers[fieldMatter].Text == d.Dialog.Answers[fieldMatter].Text {
		return next, replies, nil
	}
	list, known, err := b.config.Desk.Precedents(ctx, d.Unit, p.Draft(next))
	if err != nil {
		return next, replies, err
	}
	if named && !known {
		same, again, _ := b.guide(c).Step(ctx, d.Dialog, conversations.Event{Kind: conversations.EventAction, Action: "do:ask"}, b.when())
		return same, append([]conversations.Reply{{Text: conversations.Message{{Text: textEarlierUnknown}}}}, again...), nil
	}
	var told []conversations.Reply
	for _, one := range list {
		r := conversations.Reply{Text: conversations.Message{{Text: fmt.Sprintf(textSameOpen, one.Number, one.State)}}}
		if one.Until != "" {
			r.Text = conversations.Message{{Text: fmt.Sprintf(records.SayRests, one.Number, one.State, one.Until, p.Repeats.Article)}}
			if p.Repeats.Gate != "" {
				r.Choices = [][]conversations.Button{{{Label: buttonChanged, Action: editAction + p.Repeats.Gate}}}
			}
		}
		told = append(told, r)
	}
	return next, append(told, replies...), nil
}

// Fields of the procedure in which a draft says what it is about.
const (
	fieldMatter  = "matter_name"
	fieldEarlier = "prev_no"
)
