package bot

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-telegram/bot/models"

	"rongcuo/conversations"
	"rongcuo/knowledge/documents"
)

// maxAttachment is what the form takes (风险备案工作规程, 附件), in bytes.
const maxAttachment = 20 << 20

// attachment fetches a file that was sent within a dialog and looks through its
// text. refusal is a sentence when it is not taken. Nothing of it is kept here:
// whoever takes it puts the data into the folder of attachments.
func (b *Bot) attachment(ctx context.Context, m *models.Message) (e conversations.Event, data []byte, refusal string, err error) {
	id, name, size := "", sentName(m), int64(0)
	if d := m.Document; d != nil {
		id, size = d.FileID, d.FileSize
	} else {
		p := m.Photo[len(m.Photo)-1] // the largest
		id, size = p.FileID, int64(p.FileSize)
	}
	if size > maxAttachment {
		return e, nil, fmt.Sprintf(textFileTooLarge, maxAttachment>>20), nil
	}
	if s := (screening{}).Screen(name + " " + m.Caption); s != "" {
		return e, nil, s, nil
	}
	data, err = b.download(ctx, id)
	if err != nil {
		b.log.Warn("an attachment could not be fetched", "error", err)
		return e, nil, textNoDownload, nil
	}
	kind := fileKind(name, data)
	text := ""
	if kind == "pdf" || kind == "docx" {
		read, err := documents.Read(ctx, "附件."+kind, bytes.NewReader(data), int64(len(data)))
		if documents.IsSecret(err) {
			return e, nil, textSecretTyped, nil
		}
		if reason, refused := documents.IsRefused(err); refused && !documents.HasNoText(err) {
			return e, nil, escape(reason), nil // one that can't be looked through is not kept
		}
		text = read.Text // a scan has none; the engine says that pictures can't be checked
		if s := (screening{}).Screen(text); s != "" {
			return e, nil, s, nil
		}
	}
	sum := hashOf(data)
	return conversations.Event{Kind: conversations.EventFiles, Document: text,
		Files: []conversations.File{{ID: sum, Name: safeName(name), Size: int64(len(data)), Type: kind, Hash: sum}}}, data, "", nil
}

// sentName is what the sent file is called.
func sentName(m *models.Message) string {
	if m.Document != nil {
		return m.Document.FileName
	}
	return textPhotoName
}

// keep puts a file into the folder of attachments if a dialog has taken it.
func (b *Bot) keep(d conversations.Dialog, hash string, data []byte) error {
	taken := slices.ContainsFunc(d.Unsorted, func(f conversations.File) bool { return f.Hash == hash })
	for _, v := range d.Answers {
		taken = taken || slices.ContainsFunc(v.Files, func(f conversations.File) bool { return f.Hash == hash })
	}
	if !taken {
		return nil
	}
	_, _, err := b.config.Files.Put(bytes.NewReader(data))
	return err
}

// fileKind is what the content speaks for, whatever the name says; "" for what
// no form takes.
func fileKind(name string, data []byte) string {
	switch http.DetectContentType(data) {
	case "application/pdf":
		return "pdf"
	case "image/jpeg":
		return "jpg"
	case "image/png":
		return "png"
	case "application/zip":
		if strings.EqualFold(filepath.Ext(name), ".docx") && bytes.Contains(data, []byte("word/document.xml")) {
			return "docx"
		}
	}
	return ""
}
