package delivery

import (
	"bytes"
	"context"
	"errors"
	"html"
	"os"
	"regexp"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
)

// transmit makes the one call of the Bot API that a message needs and returns
// the message's id. Plain leaves the marks out of the text.
func transmit(ctx context.Context, client Client, chat int64, m stored, plain bool) (id int, err error) {
	mode := models.ParseModeHTML
	if plain {
		mode, m.Text = "", unmarked(m.Text)
	}
	var markup models.ReplyMarkup
	if m.Markup != nil {
		markup = m.Markup
	}
	var reply *models.ReplyParameters
	if m.ReplyTo > 0 {
		reply = &models.ReplyParameters{MessageID: m.ReplyTo, AllowSendingWithoutReply: true}
	}
	noPreview := &models.LinkPreviewOptions{IsDisabled: bot.True()}
	var message *models.Message
	switch {
	case m.File != nil:
		return sendFile(ctx, client, chat, m, mode, markup, reply)
	case m.Edit > 0:
		message, err = client.EditMessageText(ctx, &bot.EditMessageTextParams{ChatID: chat, MessageID: m.Edit,
			Text: m.Text, ParseMode: mode, LinkPreviewOptions: noPreview, ReplyMarkup: markup})
		if message == nil || err != nil {
			return m.Edit, err
		}
	default:
		message, err = client.SendMessage(ctx, &bot.SendMessageParams{ChatID: chat, MessageThreadID: m.Thread,
			Text: m.Text, ParseMode: mode, LinkPreviewOptions: noPreview, DisableNotification: m.Silent,
			ReplyParameters: reply, ReplyMarkup: markup})
	}
	return messageID(message), err
}

func sendFile(ctx context.Context, client Client, chat int64, m stored, mode models.ParseMode, markup models.ReplyMarkup, reply *models.ReplyParameters) (id int, err error) {
	upload := &models.InputFileUpload{Filename: m.File.Name, Data: bytes.NewReader(m.File.Data)}
	var message *models.Message
	if m.File.Photo {
		message, err = client.SendPhoto(ctx, &bot.SendPhotoParams{ChatID: chat, MessageThreadID: m.Thread, Photo: upload,
			Caption: m.Text, ParseMode: mode, DisableNotification: m.Silent, ReplyParameters: reply, ReplyMarkup: markup})
	} else {
		message, err = client.SendDocument(ctx, &bot.SendDocumentParams{ChatID: chat, MessageThreadID: m.Thread, Document: upload,
			Caption: m.Text, ParseMode: mode, DisableNotification: m.Silent, ReplyParameters: reply, ReplyMarkup: markup})
	}
	return messageID(message), err
}

// pathless keeps the name of a file, which may be a person's, out of an error.
func pathless(err error) error {
	if e, ok := errors.AsType[*os.PathError](err); ok {
		return e.Err
	}
	return err
}

func messageID(m *models.Message) int {
	if m == nil {
		return 0
	}
	return m.ID
}

var mark = regexp.MustCompile(`</?[a-z][a-z0-9-]*(\s[^<>]*)?>`)

// unmarked gives the text behind Telegram HTML.
func unmarked(text string) string { return html.UnescapeString(mark.ReplaceAllString(text, "")) }
