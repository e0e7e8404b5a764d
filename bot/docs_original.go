package bot

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"rongcuo/bot/delivery"
	"rongcuo/knowledge/documents"
)

// pressOriginal sends the file of a document, as it came in where that is kept.
func (b *Bot) pressOriginal(_ context.Context, c *chat, id string) error {
	d, ok := b.docOf(id)
	if !ok {
		return c.say(textDocGone, nil)
	}
	name, data, err := b.keeper.original(d)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return c.say(textNoOriginal, nil)
	case err != nil:
		return err
	case len(data) > delivery.MaxInline:
		return c.say(textOriginalTooLarge, nil)
	}
	m := delivery.Message{Chat: c.id, Text: escape(clip(docName(d), 200)), File: &delivery.File{Name: path.Base(name), Data: data}}
	if err := c.turn.Send(m); err != nil {
		return err
	}
	return c.save()
}

// original gives the bytes of a document as they were sent: beside a file that
// was turned into text to correct what is said of it lies the one before.
func (k *keeper) original(d documents.Document) (name string, data []byte, err error) {
	if before, ok := strings.CutSuffix(d.Path, ".txt"); ok {
		if data, err = os.ReadFile(filepath.Join(k.dir, originalsDir, filepath.FromSlash(before))); err == nil {
			return before, data, nil
		}
	}
	data, err = os.ReadFile(filepath.Join(k.dir, filepath.FromSlash(d.Path)))
	return d.Path, data, err
}
