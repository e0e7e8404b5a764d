package bot

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"

	"github.com/go-telegram/bot/models"

	"rongcuo/conversations"
	"rongcuo/knowledge/documents"
)

// maxAttachment is what the form takes (风险备案工作规程, 附件), in bytes.
const maxAttachment = 20 << 20

// attachment fetches a file that was sent within a dialog, looks through its
// text and keeps it. refusal is a sentence when it is not taken; then nothing of
// it is kept.
func (b *Bot) attachment(ctx context.Context, m *models.Message) (e conversations.Event, refusal string, err error) {
	id, name, size := "", "", int64(0)
	if d := m.Document; d != nil {
		id, name, size = d.FileID, d.FileName, d.FileSize
	} else {
		p := m.Photo[len(m.Photo)-1] // the largest
		id, name, size = p.FileID, textPhotoName, int64(p.FileSize)
	}
	if size > maxAttachment {
		return e, fmt.Sprintf(textFileTooLarge, maxAttachment>>20), nil
	}
	if s := (screening{}).Screen(name + " " + m.Caption); s != "" {
		return e, s, nil
	}
	data, err := b.download(ctx, id)
	if err != nil {
		b.log.Warn("an attachment could not be fetched", "error", err)
		return e, textNoDownload, nil
	}
	kind := fileKind(name, data)
	text := ""
	if kind == "pdf" || kind == "docx" {
		read, err := documents.Read(ctx, "附件."+kind, bytes.NewReader(data), int64(len(data)))
		if documents.IsSecret(err) {
			return e, textSecretTyped, nil
		}
		if reason, refused := documents.IsRefused(err); refused && !documents.HasNoText(err) {
			return e, escape(reason), nil // one that can't be looked through is not kept
		}
		text = read.Text // a scan has none; the engine says that pictures can't be checked
		if s := (screening{}).Screen(text); s != "" {
			return e, s, nil
		}
	}
	sum, _, err := b.config.Files.Put(bytes.NewReader(data))
	if err != nil {
		return e, "", err
	}
	return conversations.Event{Kind: conversations.EventFiles, Document: text,
		Files: []conversations.File{{ID: sum, Name: safeName(name), Size: int64(len(data)), Type: kind, Hash: sum}}}, "", nil
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
