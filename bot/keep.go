package bot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"time"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"rongcuo/knowledge/documents"
)

const (
	downloadLimit = documents.MaxFile
	downloadTime  = time.Minute
	shownWarnings = 6
)

// upload takes a file from an administrator; others are told that only
// administrators may, and nothing is downloaded.
func (b *Bot) upload(ctx context.Context, c *chat, m *models.Message) error {
	if !c.may(keepers) {
		if err := b.refused(ctx, c, "upload"); err != nil {
			return err
		}
		return c.say(textNoUpload, nil)
	}
	if m.Document.FileSize > downloadLimit {
		return c.say(fmt.Sprintf(textFileTooLarge, downloadLimit>>20), nil)
	}
	data, err := b.download(ctx, m.Document.FileID)
	if err != nil {
		b.log.Warn("a file could not be fetched", "error", err)
		return c.say(textNoDownload, nil)
	}
	hash, err := b.keeper.hold(data)
	if err != nil {
		return err
	}
	return b.preview(ctx, c, pending{Name: safeName(m.Document.FileName), Hash: hash})
}

// preview shows what a file would become and change, and lets it wait.
func (b *Bot) preview(ctx context.Context, c *chat, p pending) error {
	doc, review, err := b.keeper.review(ctx, p)
	if reason, refused := documents.IsRefused(err); refused {
		b.keeper.drop(p)
		c.past(p.id(), outcome{})
		return c.say(escape(reason), nil)
	} else if errors.Is(err, fs.ErrNotExist) {
		return c.say(textFileGone, nil)
	} else if err != nil {
		return err
	}
	p.Title, p.What = doc.Title, docName(doc)
	for _, old := range c.wait(p) {
		b.keeper.drop(old)
	}
	publish := button{buttonPublish, "pub:" + p.id()}
	if b.config.TwoKeepers {
		publish.text = buttonPropose
	}
	return c.say(previewHTML(doc, review), keyboard([][]button{{publish, {buttonInfo, "info:" + p.id()}, {buttonDrop, "drop:" + p.id()}}}))
}

// download fetches a file. The address holds the token, so that no error with
// an address is passed on.
func (b *Bot) download(ctx context.Context, id string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, downloadTime)
	defer cancel()
	file, err := b.client.GetFile(ctx, &tg.GetFileParams{FileID: id})
	if err != nil || file.FilePath == "" {
		return nil, errors.New("getFile failed")
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, b.client.FileDownloadLink(file), nil)
	if err != nil {
		return nil, errors.New("no address")
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, errors.New("no connection")
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("status %d", response.StatusCode)
	}
	data, err := io.ReadAll(io.LimitReader(response.Body, downloadLimit+1))
	if err != nil || len(data) > downloadLimit {
		return nil, errors.New("broken off or too large")
	}
	return data, nil
}

func (b *Bot) pressPublish(ctx context.Context, c *chat, id string) error {
	p, ok := c.waiting(id)
	if !ok {
		return b.fileIsPast(ctx, c, id)
	}
	if b.config.TwoKeepers {
		return b.propose(ctx, c, p)
	}
	return b.publish(ctx, c, p)
}

// publish makes a waiting file part of the library and of the index. A second
// try of the same turn finds the file taken already.
func (b *Bot) publish(ctx context.Context, c *chat, p pending) error {
	names, remove, err := b.keeper.take(ctx, p)
	if errors.Is(err, fs.ErrNotExist) {
		c.past(p.id(), outcome{})
		return c.say(textFileGone, nil)
	} else if err != nil {
		return err
	}
	about := fmt.Sprintf(textPublished, orElse(p.What, "《"+p.Name+"》"))
	what := building{names, remove, about}
	c.past(p.id(), outcome{Words: about, Doc: docID(names[0]), Job: what.key()})
	b.disarm(ctx, c)
	if err := b.note(ctx, c, kindPublished, "document:"+p.Name, map[string]string{"sha256": p.Hash, "title": p.Title}); err != nil {
		return err
	}
	return b.bring(ctx, c, what)
}

func (b *Bot) pressDrop(ctx context.Context, c *chat, id string) error {
	p, ok := c.waiting(id)
	if !ok {
		return b.fileIsPast(ctx, c, id)
	}
	b.keeper.drop(p)
	c.past(id, outcome{Words: fmt.Sprintf(textWasDropped, p.Title)})
	b.disarm(ctx, c)
	return c.say(textDropped, nil)
}

// disarm takes the buttons away that have done their work.
func (b *Bot) disarm(ctx context.Context, c *chat) {
	if c.pressed == nil {
		return
	}
	b.attempt(ctx, c.id, func(ctx context.Context) error {
		_, err := b.client.EditMessageReplyMarkup(ctx, &tg.EditMessageReplyMarkupParams{
			ChatID: c.id, MessageID: c.pressed.ID, ReplyMarkup: models.InlineKeyboardMarkup{InlineKeyboard: [][]models.InlineKeyboardButton{}},
		})
		return err
	})
}
