package bot

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"rongcuo/knowledge"
	"rongcuo/knowledge/documents"
)

// infoField is something that an administrator may correct about a document.
type infoField struct {
	key, label string
	date       bool
	value      func(documents.Document) string
}

var infoFields = []infoField{
	{documents.KeyTitle, "标题", false, func(d documents.Document) string { return d.Title }},
	{documents.KeyDocNo, "文号", false, func(d documents.Document) string { return d.DocNo }},
	{documents.KeyIssuer, "制定机关", false, func(d documents.Document) string { return d.Issuer }},
	{documents.KeyLevel, "层级", false, func(d documents.Document) string { return d.Level }},
	{documents.KeyEffective, "施行日期", true, func(d documents.Document) string { return string(d.Effective) }},
	{documents.KeyRepealed, "停止施行日期", true, func(d documents.Document) string { return string(d.Repealed) }},
}

// shown is the value as people write it.
func (f infoField) shown(d documents.Document) string {
	if f.date {
		return knowledge.FormatDate(documents.Date(f.value(d)))
	}
	return f.value(d)
}

// pressInfo offers what can be corrected of the waiting file.
func (b *Bot) pressInfo(ctx context.Context, c *chat, rest string) error {
	p, ok := c.waiting(rest)
	if !ok {
		return b.fileIsPast(ctx, c, rest)
	}
	return b.offerInfo(ctx, c, p)
}

// pressEdit does the same for a published document.
func (b *Bot) pressEdit(ctx context.Context, c *chat, id string) error {
	d, ok := b.docOf(id)
	if !ok || !b.keeper.has(d.Path) {
		return b.expired(ctx, c)
	}
	p, err := b.reopen(c, d)
	if err != nil {
		return err
	}
	return b.offerInfo(ctx, c, p)
}

func (b *Bot) offerInfo(ctx context.Context, c *chat, p pending) error {
	doc, err := b.keeper.read(ctx, p)
	if err != nil {
		return c.say(textFileGone, nil)
	}
	text := bold(headInfo)
	var rows [][]button
	for i, f := range infoFields {
		text += "\n" + f.label + "：" + escape(orElse(f.shown(doc), "（没有）"))
		if b := (button{"改" + f.label, "set:" + p.id() + ":" + f.key}); i%2 == 0 {
			rows = append(rows, []button{b})
		} else {
			rows[len(rows)-1] = append(rows[len(rows)-1], b)
		}
	}
	return c.say(text, keyboard(append(rows, []button{{buttonBack, "view:" + p.id()}})))
}

func (b *Bot) pressView(ctx context.Context, c *chat, id string) error {
	p, ok := c.waiting(id)
	if !ok {
		return b.fileIsPast(ctx, c, id)
	}
	return b.preview(ctx, c, p)
}

// pressSet asks for the new value of "file:field".
func (b *Bot) pressSet(ctx context.Context, c *chat, rest string) error {
	id, key, _ := strings.Cut(rest, ":")
	p, ok := c.waiting(id)
	if !ok {
		return b.fileIsPast(ctx, c, id)
	}
	for _, f := range infoFields {
		if f.key != key {
			continue
		}
		doc, err := b.keeper.read(ctx, p)
		if err != nil {
			return c.say(textFileGone, nil)
		}
		c.state.Await = awaitInfo + ":" + rest
		ask := fmt.Sprintf(textNewValue, f.label, escape(orElse(f.shown(doc), textNone)))
		if f.date {
			ask += "\n" + textDateForm
		}
		return c.say(ask, cancelButton)
	}
	return b.expired(ctx, c)
}

// awaitedInfo takes a corrected value; 无 takes it out.
func (b *Bot) awaitedInfo(ctx context.Context, c *chat, rest, text string) error {
	id, key, _ := strings.Cut(rest, ":")
	p, ok := c.waiting(id)
	if !ok {
		return b.fileIsPast(ctx, c, id)
	}
	for _, f := range infoFields {
		if f.key != key {
			continue
		}
		value := strings.Join(strings.Fields(text), " ")
		switch date, valid := documents.ParseDate(value); {
		case value == textNone:
			value = ""
		case f.date && !valid:
			c.state.Await = awaitInfo + ":" + rest
			return c.say(textBadDate, cancelButton)
		case f.date:
			value = string(date)
		case len([]rune(value)) > 80:
			c.state.Await = awaitInfo + ":" + rest
			return c.say(textTooLong, cancelButton)
		}
		p.Meta = maps.Clone(p.Meta)
		if p.Meta == nil {
			p.Meta = map[string]string{}
		}
		p.Meta[key] = value
		return b.preview(ctx, c, p)
	}
	return b.expired(ctx, c)
}
