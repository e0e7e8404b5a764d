package bot

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"

	"rongcuo/bot/delivery"
	"rongcuo/knowledge"
)

const listedOutdated = 8

// outdated lists the documents from which people were answered in the last 90
// days and of which that holds no longer, those with most to tell first; persons
// are only counted.
func (b *Bot) outdated(ctx context.Context, c *chat, _ string) error {
	j, err := b.base.Journal()
	if err != nil {
		return err
	}
	list, err := j.Outdated(ctx, b.now().In(china))
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return c.say(textNothingOutdated, nil)
	}
	slices.SortStableFunc(list, func(x, y knowledge.Outdated) int { return cmp.Compare(y.Untold, x.Untold) })
	var rows [][]button
	for _, o := range list[:min(len(list), listedOutdated)] {
		if o.Untold > 0 {
			rows = append(rows, []button{{fmt.Sprintf(buttonTell, clip(o.Title, 12), o.Untold), "told:" + docID(o.Doc)}})
		}
	}
	return c.say(outdatedHTML(list), keyboard(rows))
}

// pressTold sends each person who was answered from the document one notice.
// The notices leave with this turn; a turn that is repeated sends the same.
func (b *Bot) pressTold(ctx context.Context, c *chat, id string) error {
	j, err := b.base.Journal()
	if err != nil {
		return err
	}
	list, err := j.Outdated(ctx, b.now().In(china))
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(o knowledge.Outdated) bool { return docID(o.Doc) == id })
	if i < 0 {
		return b.outdated(ctx, c, "")
	}
	o := list[i]
	notice := "told/" + id + "/" + c.turnKey()
	told, err := j.Tell(ctx, o.Doc, notice, b.now().In(china))
	if err != nil {
		return err
	}
	for _, t := range told {
		person, err := strconv.ParseInt(t.Asker, 10, 64)
		if err != nil {
			return err
		}
		o.Articles = t.Articles
		m := delivery.Message{Key: notice + "/" + t.Asker, Chat: person, Priority: delivery.Notice, Text: noticeHTML(o)}
		if err := c.turn.Send(m); err != nil {
			return err
		}
	}
	b.disarm(ctx, c)
	if err := b.note(ctx, c, kindTold, "document:"+o.Doc, map[string]any{"persons": len(told), "title": o.Title}); err != nil {
		return err
	}
	return c.say(fmt.Sprintf(textTold, len(told)), nil)
}
