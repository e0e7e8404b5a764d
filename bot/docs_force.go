package bot

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"rongcuo/knowledge"
	"rongcuo/knowledge/documents"
)

// reopen lets a published file wait, so that what is said about it can be
// corrected.
func (b *Bot) reopen(c *chat, d documents.Document) (pending, error) {
	data, err := os.ReadFile(filepath.Join(b.keeper.dir, filepath.FromSlash(d.Path)))
	if err != nil {
		return pending{}, err
	}
	hash, err := b.keeper.hold(data)
	if err != nil {
		return pending{}, err
	}
	p := pending{Name: d.Path, Hash: hash, Edit: true, Title: d.Title, What: docName(d)}
	for _, old := range c.wait(p) {
		b.keeper.drop(old)
	}
	return p, nil
}

// pressRepeal asks from which day a document is no longer in force.
func (b *Bot) pressRepeal(ctx context.Context, c *chat, id string) error {
	d, ok := b.docOf(id)
	if !ok || !b.keeper.has(d.Path) {
		return b.expired(ctx, c)
	}
	c.state.Await = awaitRepeal + ":" + id
	return c.say(fmt.Sprintf(textRepealWhen, escape(d.Title), knowledge.FormatDate(b.today())), cancelButton)
}

func (b *Bot) awaitedRepeal(ctx context.Context, c *chat, id, text string) error {
	d, ok := b.docOf(id)
	if !ok || !b.keeper.has(d.Path) {
		return b.expired(ctx, c)
	}
	date, valid := documents.ParseDate(strings.TrimSpace(text))
	if !valid {
		c.state.Await = awaitRepeal + ":" + id
		return c.say(textBadDate, cancelButton)
	}
	return b.setForce(ctx, c, d, string(date))
}

func (b *Bot) pressUnrepeal(ctx context.Context, c *chat, id string) error {
	d, ok := b.docOf(id)
	if !ok || !b.keeper.has(d.Path) {
		return b.expired(ctx, c)
	}
	return b.setForce(ctx, c, d, "")
}

// setForce shows a document with another end, to be published.
func (b *Bot) setForce(ctx context.Context, c *chat, d documents.Document, repealed string) error {
	p, err := b.reopen(c, d)
	if err != nil {
		return err
	}
	p.Meta = map[string]string{documents.KeyRepealed: repealed, documents.KeyStatus: ""}
	return b.preview(ctx, c, p)
}
