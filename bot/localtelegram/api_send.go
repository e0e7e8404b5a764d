package localtelegram

import (
	"slices"
)

// target finds the chat of a call and whether the bot may write there.
func (c *call) target() (*chat, error) {
	return c.chatByID("chat_id", true)
}

func (c *call) chatByID(param string, toWrite bool) (*chat, error) {
	if c.params[param] == "" {
		return nil, badRequest(param + " is empty")
	}
	found := c.chats[c.integer(param)]
	switch {
	case found == nil:
		return nil, badRequest("chat not found")
	case found.left:
		return nil, forbidden("bot is not a member of the supergroup chat")
	case !toWrite:
		return found, nil
	case !found.started:
		return nil, forbidden("bot can't initiate conversation with a user")
	case found.blocked:
		return nil, forbidden("bot was blocked by the user")
	}
	return found, nil
}

// compose reads text or caption with their markup.
func (c *call) compose(what string) (formatted, error) {
	entitiesName, limit := "entities", maxText
	if what == "caption" {
		entitiesName, limit = "caption_entities", maxCaption
	}
	var given []entity
	if err := c.object(entitiesName, &given); err != nil {
		return formatted{}, err
	}
	return format(c.params[what], c.params["parse_mode"], given, what, limit)
}

// post completes a new message of the bot with markup and reply, and puts it into the chat.
func (c *call) post(m *message) (any, error) {
	markup, err := parseReplyMarkup(c.params["reply_markup"])
	if err != nil {
		return nil, err
	}
	var reply struct {
		ID      int64 `json:"message_id"`
		Lenient bool  `json:"allow_sending_without_reply"`
	}
	if err := c.object("reply_parameters", &reply); err != nil {
		return nil, err
	}
	if reply.ID != 0 {
		if m.chat.message(reply.ID) != nil {
			m.replyTo = reply.ID
		} else if !reply.Lenient {
			return nil, badRequest("message to be replied not found")
		}
	}
	if err := c.admit(m.chat); err != nil {
		return nil, err
	}
	m.buttons = markup.inline
	m.fixed = markup.keyboard != nil || markup.remove || markup.force
	c.used = true
	c.add(m)
	if markup.keyboard != nil || markup.remove {
		m.chat.keyboard = markup.keyboard
		c.broadcast(m.chat, "keyboard", map[string]any{"keyboard": markup.keyboard})
	}
	return c.wire(m), nil
}

func (c *call) sendMessage() (any, error) {
	to, err := c.target()
	if err != nil {
		return nil, err
	}
	body, err := c.compose("text")
	if err != nil {
		return nil, err
	}
	return c.post(&message{chat: to, body: body})
}

// sendMessageDraft shows text that is still growing: private chats only, gone with the next message of
// the bot or after half a minute.
func (c *call) sendMessageDraft() (any, error) {
	to, err := c.target()
	if err != nil {
		return nil, err
	}
	draft := c.integer("draft_id")
	if draft == 0 {
		return nil, badRequest("draft_id must be non-zero")
	}
	if to.isGroup() {
		return nil, badRequest("drafts can be sent only to private chats")
	}
	var body formatted
	if c.params["text"] != "" {
		if body, err = c.compose("text"); err != nil {
			return nil, err
		}
	}
	c.broadcast(to, "draft", map[string]any{"draft": draft, "text": body.text, "html": renderHTML(body.text, body.entities)})
	return true, nil
}

var chatActions = []string{"typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice",
	"upload_document", "choose_sticker", "find_location", "record_video_note", "upload_video_note"}

func (c *call) sendChatAction() (any, error) {
	to, err := c.target()
	if err != nil {
		return nil, err
	}
	action := c.params["action"]
	if !slices.Contains(chatActions, action) {
		return nil, badRequest("wrong parameter action in request")
	}
	c.broadcast(to, "typing", map[string]any{"action": action})
	return true, nil
}

// source finds the message that a copy or forward starts from.
func (c *call) source() (*message, error) {
	from, err := c.chatByID("from_chat_id", false)
	if err != nil {
		return nil, err
	}
	m := from.message(c.integer("message_id"))
	if m == nil {
		return nil, badRequest("message to " + map[string]string{"copymessage": "copy", "forwardmessage": "forward"}[c.method] + " not found")
	}
	return m, nil
}

func (c *call) copyMessage() (any, error) {
	to, err := c.target()
	if err != nil {
		return nil, err
	}
	m, err := c.source()
	if err != nil {
		return nil, err
	}
	twin := &message{chat: to, body: m.body, file: m.file, photo: m.photo}
	if _, err := c.post(twin); err != nil {
		return nil, err
	}
	return map[string]int64{"message_id": twin.id}, nil
}

func (c *call) forwardMessage() (any, error) {
	to, err := c.target()
	if err != nil {
		return nil, err
	}
	m, err := c.source()
	if err != nil {
		return nil, err
	}
	name := c.opts.BotName
	if m.from != nil {
		name = m.from.Name
	}
	return c.post(&message{chat: to, body: m.body, file: m.file, photo: m.photo, forwarded: name})
}

// setMessageReaction shows the bot's emoji on a message; an empty list takes it away.
func (c *call) setMessageReaction() (any, error) {
	in, err := c.target()
	if err != nil {
		return nil, err
	}
	m := in.message(c.integer("message_id"))
	if m == nil {
		return nil, badRequest("message to react not found")
	}
	var reactions []struct {
		Emoji string `json:"emoji"`
	}
	if err := c.object("reaction", &reactions); err != nil {
		return nil, err
	}
	m.reaction = ""
	if len(reactions) > 0 {
		m.reaction = reactions[0].Emoji
	}
	c.touch(m)
	return true, nil
}
