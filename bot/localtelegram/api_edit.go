package localtelegram

import (
	"slices"
	"time"
)

// own finds the message of a call, which must be one that the bot may edit.
func (c *call) own() (*message, error) {
	in, err := c.target()
	if err != nil {
		return nil, err
	}
	m := in.message(c.integer("message_id"))
	if m == nil {
		return nil, badRequest("message to edit not found")
	}
	if m.from != nil || m.fixed || m.forwarded != "" {
		return nil, badRequest("message can't be edited")
	}
	return m, nil
}

// edit changes a message in place. A keyboard that is not sent along is removed, as on Telegram.
func (c *call) edit(m *message, body formatted) (any, error) {
	markup, err := parseReplyMarkup(c.params["reply_markup"])
	if err != nil {
		return nil, err
	}
	if m.body.text == body.text && slices.Equal(m.body.entities, body.entities) && sameButtons(m.buttons, markup.inline) {
		return nil, badRequest("message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message")
	}
	if err := c.admit(m.chat); err != nil {
		return nil, err
	}
	m.body, m.buttons, m.edited = body, markup.inline, c.now()
	c.touch(m)
	return c.wire(m), nil
}

func (c *call) editMessageText() (any, error) {
	m, err := c.own()
	if err != nil {
		return nil, err
	}
	if m.file != nil {
		return nil, badRequest("there is no text in the message to edit")
	}
	body, err := c.compose("text")
	if err != nil {
		return nil, err
	}
	return c.edit(m, body)
}

func (c *call) editMessageCaption() (any, error) {
	m, err := c.own()
	if err != nil {
		return nil, err
	}
	if m.file == nil {
		return nil, badRequest("there is no caption in the message to edit")
	}
	body, err := c.compose("caption")
	if err != nil {
		return nil, err
	}
	return c.edit(m, body)
}

func (c *call) editMessageReplyMarkup() (any, error) {
	m, err := c.own()
	if err != nil {
		return nil, err
	}
	return c.edit(m, m.body)
}

// deletePeriod is how long a message can be deleted for everybody (core.telegram.org/bots/api#deletemessage).
const deletePeriod = 48 * time.Hour

func (c *call) deleteMessage() (any, error) {
	in, err := c.chatByID("chat_id", false)
	if err != nil {
		return nil, err
	}
	m := in.message(c.integer("message_id"))
	switch {
	case m == nil:
		return nil, badRequest("message to delete not found")
	case c.now().Sub(m.date) > deletePeriod, m.from != nil && in.isGroup():
		return nil, badRequest("message can't be deleted for everyone")
	}
	c.remove(m)
	return true, nil
}
