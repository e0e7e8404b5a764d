package delivery

import (
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf16"

	"github.com/go-telegram/bot/models"
)

// Message is something to send that must not be lost. It goes through the
// outbox; for what may be lost see [Office.Try].
type Message struct {
	// Key makes the message unique: put twice under one key, it is sent once. In
	// a [Turn] it may be empty and is then made of the update's number.
	Key      string
	Chat     int64
	Priority Priority

	Text   string             // Telegram HTML: 1-4,096 UTF-16 units, 0-1,024 with a File
	Markup models.ReplyMarkup // nil, or a keyboard of package models
	File   *File              // sent as a document or photo with Text below it

	Edit    int       // > 0: replaces the text of this message of ours; sent anew where Telegram refuses
	ReplyTo int       // > 0: answers this message, if it still exists
	Thread  int       // > 0: topic of a forum group
	Silent  bool      // no sound
	Until   time.Time // dropped if not sent by then, for chatter that gets stale; zero: never
}

// File is a file to send, by its content or its place on disk.
type File struct {
	Name  string // as people see it
	Data  []byte // up to MaxInline; kept in the store
	Path  string // used when Data is nil, read with Config.Read when the message is sent
	Photo bool   // shown as a picture
}

// MaxInline bounds File.Data: it travels through the store. Telegram takes up to
// 50 MB from a bot; larger than this goes by path.
const MaxInline = 8 << 20

// Lengths of the Bot API, in UTF-16 units after Telegram parsed the entities. The
// check here counts the marks too, so it only catches what can't be right.
const (
	maxText   = 4096
	maxMarked = 4 * maxText
)

// stored is a Message in the store. Names stay; fields may be added.
type stored struct {
	Text    string          `json:"t,omitempty"`
	Markup  json.RawMessage `json:"m,omitempty"`
	File    *storedFile     `json:"f,omitempty"`
	Edit    int             `json:"e,omitempty"`
	ReplyTo int             `json:"r,omitempty"`
	Thread  int             `json:"h,omitempty"`
	Silent  bool            `json:"s,omitempty"`
	Until   int64           `json:"u,omitempty"` // Unix milliseconds; 0: never
}

type storedFile struct {
	Name  string `json:"n"`
	Data  []byte `json:"d,omitempty"`
	Path  string `json:"p,omitempty"`
	Photo bool   `json:"i,omitempty"`
}

// item makes the outbox's item of a message, or says with ErrInvalid why none
// can be.
func (m Message) item() (Item, error) {
	s := stored{Text: m.Text, Edit: m.Edit, ReplyTo: m.ReplyTo, Thread: m.Thread, Silent: m.Silent}
	switch {
	case m.Chat == 0:
		return Item{}, fmt.Errorf("%w: message without a chat", ErrInvalid)
	case m.Text == "" && m.File == nil:
		return Item{}, fmt.Errorf("%w: message without content", ErrInvalid)
	case len(utf16.Encode([]rune(m.Text))) > maxMarked:
		return Item{}, fmt.Errorf("%w: text of %d bytes", ErrInvalid, len(m.Text))
	}
	if f := m.File; f != nil {
		if f.Data == nil && f.Path == "" || len(f.Data) > MaxInline {
			return Item{}, fmt.Errorf("%w: file of %d bytes without a path", ErrInvalid, len(f.Data))
		}
		s.File = &storedFile{Name: f.Name, Data: f.Data, Path: f.Path, Photo: f.Photo}
	}
	if m.Markup != nil {
		markup, err := json.Marshal(m.Markup)
		if err != nil {
			return Item{}, fmt.Errorf("%w: markup: %w", ErrInvalid, err)
		}
		s.Markup = markup
	}
	if !m.Until.IsZero() {
		s.Until = m.Until.UnixMilli()
	}
	body, err := json.Marshal(s)
	if err != nil {
		return Item{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	it := Item{Key: m.Key, Chat: m.Chat, Priority: m.Priority, Body: body}
	return it, checkItems([]Item{it})
}
