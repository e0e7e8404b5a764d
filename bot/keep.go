package bot

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"time"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"rongcuo/knowledge"
	"rongcuo/knowledge/documents"
)

// keeper is the administrator's side: files come in, are previewed, and become
// part of the knowledge base when they are published. The library is the folder
// where the published files lie as they came; what is searched are the records,
// into which other files may have been brought on the command line.
type keeper struct {
	base *knowledge.Base
	dir  string
	mu   sync.Mutex // one build at a time
}

// pending is an uploaded file that waits for a decision. Its bytes lie in the
// library's inbox under their hash: a name is only shown, never a path.
type pending struct {
	Name string `json:"name"`
	Hash string `json:"hash"`
}

const (
	inboxDir      = ".inbox"
	downloadLimit = documents.MaxFile
	downloadTime  = time.Minute
	progressEvery = 2 * time.Second // of edits of a progress message
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
	name := safeName(m.Document.FileName)
	file, err := documents.Read(ctx, name, bytes.NewReader(data), int64(len(data)))
	if reason, refused := documents.IsRefused(err); refused {
		return c.say(escape(reason), nil)
	} else if err != nil {
		return err
	}
	doc := documents.Split(name, file.Text)
	doc.Warnings = append(file.Warnings, doc.Warnings...)
	hash, err := b.keeper.hold(data)
	if err != nil {
		return err
	}
	c.state.Pending = &pending{Name: name, Hash: hash}
	replaced := b.keeper.has(name)
	return c.say(previewHTML(doc, replaced), keyboard([][]button{{{buttonPublish, "pub:" + hash[:16]}, {buttonDrop, "drop:" + hash[:16]}}}))
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

// safeName keeps of a file's name what a folder can take: the last part of the
// path, without characters that hide or lead elsewhere.
func safeName(name string) string {
	name = path.Base(strings.ReplaceAll(knowledge.Normalize(name), "\\", "/"))
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) {
			return '_'
		}
		return r
	}, name)
	name = strings.TrimLeft(name, ". ")
	if name == "" {
		name = "文件.txt"
	}
	if ext := path.Ext(name); len([]rune(name)) > 80 {
		name = string([]rune(name)[:80-len([]rune(ext))]) + ext
	}
	return name
}

// hold writes the bytes of a file under their hash.
func (k *keeper) hold(data []byte) (string, error) {
	sum := sha256.Sum256(data)
	hash := hex.EncodeToString(sum[:])
	dir := filepath.Join(k.dir, inboxDir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	return hash, os.WriteFile(filepath.Join(dir, hash), data, 0o600)
}

func (k *keeper) has(name string) bool {
	_, err := os.Stat(filepath.Join(k.dir, name))
	return err == nil
}

// take moves a held file into the library; a file of that name is replaced, as
// a whole or not at all.
func (k *keeper) take(p pending) error {
	return os.Rename(filepath.Join(k.dir, inboxDir, p.Hash), filepath.Join(k.dir, p.Name))
}

func (k *keeper) drop(p pending) {
	_ = os.Remove(filepath.Join(k.dir, inboxDir, p.Hash))
}

// bring brings files of the library into the index, beside whatever else is
// there, and takes the documents named by remove out.
func (k *keeper) bring(ctx context.Context, name string, remove []string, onProgress func(knowledge.Progress)) (knowledge.Report, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	entries := func(func(documents.Entry) bool) {}
	if name != "" {
		walk, err := documents.WalkDir(ctx, filepath.Join(k.dir, name))
		if err != nil {
			return knowledge.Report{}, err
		}
		entries = walk
	}
	return k.base.Change(ctx, entries, remove, onProgress)
}

// waiting gives the pending file that a button belongs to.
func (c *chat) waiting(rest string) (pending, bool) {
	if p := c.state.Pending; p != nil && strings.HasPrefix(p.Hash, rest) && rest != "" {
		return *p, true
	}
	return pending{}, false
}

func (b *Bot) pressPublish(ctx context.Context, c *chat, rest string) error {
	p, ok := c.waiting(rest)
	if !ok {
		return b.expired(ctx, c)
	}
	if err := b.keeper.take(p); err != nil && !b.keeper.has(p.Name) {
		return err // a second try of the same turn finds it taken already
	}
	c.state.Pending = nil
	b.disarm(ctx, c)
	b.log.Info("file published", "sha256", p.Hash)
	return b.bringShowing(ctx, c, p.Name, nil)
}

func (b *Bot) pressDrop(ctx context.Context, c *chat, rest string) error {
	p, ok := c.waiting(rest)
	if !ok {
		return b.expired(ctx, c)
	}
	b.keeper.drop(p)
	c.state.Pending = nil
	b.disarm(ctx, c)
	return c.say(textDropped, nil)
}

// rebuild brings all files of the library in anew.
func (b *Bot) rebuild(ctx context.Context, c *chat, _ string) error {
	return b.bringShowing(ctx, c, ".", nil)
}

// withdraw asks whether a document is to be taken out; it is found by its title
// or the name of its file.
func (b *Bot) withdraw(ctx context.Context, c *chat, name string) error {
	var found []documents.Document
	for d := range b.base.Documents() {
		if name != "" && d.Kind != documents.Corpus && (strings.Contains(d.Title, name) || strings.Contains(d.Path, name)) {
			found = append(found, d)
		}
	}
	switch len(found) {
	case 0:
		return c.say(textNothingToWithdraw, nil)
	case 1:
		c.state.Withdraw = found[0].Path
		return c.say(fmt.Sprintf(textWithdraw, escape(found[0].Title), len(found[0].Passages)), keyboard([][]button{{{buttonWithdraw, "out:"}, {buttonDrop, "stay:"}}}))
	}
	return c.say(fmt.Sprintf(textWithdrawMany, len(found)), nil)
}

func (b *Bot) pressWithdraw(ctx context.Context, c *chat, _ string) error {
	path := c.state.Withdraw
	if path == "" {
		return b.expired(ctx, c)
	}
	c.state.Withdraw = ""
	b.disarm(ctx, c)
	b.log.Info("document withdrawn")
	return b.bringShowing(ctx, c, "", []string{path})
}

func (b *Bot) pressStay(ctx context.Context, c *chat, _ string) error {
	c.state.Withdraw = ""
	b.disarm(ctx, c)
	return c.say(textStays, nil)
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

// bringShowing changes the index with a message that shows how far it is, and
// ends with one that stays.
func (b *Bot) bringShowing(ctx context.Context, c *chat, name string, remove []string) error {
	var message int
	b.attempt(ctx, c.id, func(ctx context.Context) error {
		m, err := b.client.SendMessage(ctx, &tg.SendMessageParams{ChatID: c.id, Text: textBuilding})
		if err == nil {
			message = m.ID
		}
		return err
	})
	last := b.now()
	report, err := b.keeper.bring(ctx, name, remove, func(p knowledge.Progress) {
		if message == 0 || b.now().Sub(last) < progressEvery {
			return
		}
		last = b.now()
		b.attempt(ctx, c.id, func(ctx context.Context) error {
			_, err := b.client.EditMessageText(ctx, &tg.EditMessageTextParams{ChatID: c.id, MessageID: message, Text: progressText(p)})
			return err
		})
	})
	if err != nil {
		b.log.Error("the index was not rebuilt", "error", err)
		return c.say(textNotBuilt, nil)
	}
	return c.say(reportHTML(report), nil)
}

func (b *Bot) rollback(ctx context.Context, c *chat, _ string) error {
	err := b.base.Rollback(ctx)
	switch {
	case errors.Is(err, knowledge.ErrNoPrevious):
		return c.say(textNoPrevious, nil)
	case err != nil:
		return err
	}
	docs, passages := b.base.Size()
	b.log.Info("index rolled back")
	return c.say(fmt.Sprintf(textRolledBack, docs, passages), nil)
}

func (b *Bot) showLibrary(ctx context.Context, c *chat, _ string) error {
	return c.say(libraryHTML(b.base), nil)
}
