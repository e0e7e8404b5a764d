package localtelegram

// The Bot API's objects as they go over the wire, only the fields that this Telegram fills.

type wireUser struct {
	ID           int64  `json:"id"`
	IsBot        bool   `json:"is_bot"`
	FirstName    string `json:"first_name"`
	Username     string `json:"username,omitempty"`
	LanguageCode string `json:"language_code,omitempty"`
}

type wireMe struct {
	wireUser
	CanJoinGroups    bool `json:"can_join_groups"`
	CanReadAll       bool `json:"can_read_all_group_messages"`
	SupportsInline   bool `json:"supports_inline_queries"`
	CanConnect       bool `json:"can_connect_to_business"`
	HasMainWebApp    bool `json:"has_main_web_app"`
	HasTopicsEnabled bool `json:"has_topics_enabled"`
}

type wireChat struct {
	ID        int64  `json:"id"`
	Type      string `json:"type"`
	FirstName string `json:"first_name,omitempty"`
	Title     string `json:"title,omitempty"`
}

type wireMessage struct {
	ID              int64         `json:"message_id"`
	From            *wireUser     `json:"from,omitempty"`
	Chat            wireChat      `json:"chat"`
	Date            int64         `json:"date"`
	EditDate        int64         `json:"edit_date,omitempty"`
	ForwardOrigin   *wireOrigin   `json:"forward_origin,omitempty"`
	ReplyTo         *wireMessage  `json:"reply_to_message,omitempty"`
	Text            string        `json:"text,omitempty"`
	Entities        []entity      `json:"entities,omitempty"`
	Caption         string        `json:"caption,omitempty"`
	CaptionEntities []entity      `json:"caption_entities,omitempty"`
	Document        *wireFile     `json:"document,omitempty"`
	Photo           []wireFile    `json:"photo,omitempty"`
	ReplyMarkup     *inlineMarkup `json:"reply_markup,omitempty"`
}

type wireOrigin struct {
	Type           string `json:"type"`
	SenderUserName string `json:"sender_user_name"`
	Date           int64  `json:"date"`
}

type wireFile struct {
	FileID   string `json:"file_id"`
	UniqueID string `json:"file_unique_id"`
	Name     string `json:"file_name,omitempty"`
	MIME     string `json:"mime_type,omitempty"`
	Size     int64  `json:"file_size"`
	Path     string `json:"file_path,omitempty"`
	Width    int    `json:"width,omitempty"`
	Height   int    `json:"height,omitempty"`
}

type wireCallback struct {
	ID           string       `json:"id"`
	From         wireUser     `json:"from"`
	Message      *wireMessage `json:"message,omitempty"`
	ChatInstance string       `json:"chat_instance"`
	Data         string       `json:"data"`
}

type wireMember struct {
	Status string   `json:"status"`
	User   wireUser `json:"user"`
	Until  *int64   `json:"until_date,omitempty"`
}

type wireMemberUpdate struct {
	Chat wireChat   `json:"chat"`
	From wireUser   `json:"from"`
	Date int64      `json:"date"`
	Old  wireMember `json:"old_chat_member"`
	New  wireMember `json:"new_chat_member"`
}

func (w *world) wireBot() wireUser {
	return wireUser{ID: botID(w.opts.Token), IsBot: true, FirstName: w.opts.BotName, Username: w.opts.BotUsername}
}

// wireMembership is the bot's place in a private chat.
func (w *world) wireMembership(blocked bool) wireMember {
	if blocked {
		return wireMember{Status: "kicked", User: w.wireBot(), Until: new(int64)} // 0: for ever
	}
	return wireMember{Status: "member", User: w.wireBot()}
}

func (p *Person) wire() wireUser {
	return wireUser{ID: p.UserID, FirstName: p.Name, LanguageCode: "zh-hans"}
}

func (c *chat) wire() wireChat {
	if c.isGroup() {
		return wireChat{ID: c.id, Type: "supergroup", Title: c.group.Title}
	}
	return wireChat{ID: c.id, Type: "private", FirstName: c.person.Name}
}

// wire gives the message as the bot sees it now. Locked.
func (w *world) wire(m *message) *wireMessage {
	from := w.wireBot()
	if m.from != nil {
		from = m.from.wire()
	}
	out := &wireMessage{ID: m.id, From: &from, Chat: m.chat.wire(), Date: m.date.Unix()}
	if !m.edited.IsZero() {
		out.EditDate = m.edited.Unix()
	}
	if m.forwarded != "" {
		out.ForwardOrigin = &wireOrigin{Type: "hidden_user", SenderUserName: m.forwarded, Date: m.date.Unix()}
	}
	if to := m.chat.message(m.replyTo); m.replyTo != 0 && to != nil {
		out.ReplyTo = w.wire(to)
		out.ReplyTo.ReplyTo = nil // Telegram shows one level
	}
	switch f := m.file; {
	case f == nil:
		out.Text, out.Entities = m.body.text, m.body.entities
	case m.photo:
		out.Photo = []wireFile{{FileID: f.id, UniqueID: f.unique, Size: f.size, Width: f.width, Height: f.height}}
	default:
		out.Document = &wireFile{FileID: f.id, UniqueID: f.unique, Name: f.name, MIME: f.mime, Size: f.size}
	}
	if m.file != nil {
		out.Caption, out.CaptionEntities = m.body.text, m.body.entities
	}
	if len(m.buttons) > 0 {
		out.ReplyMarkup = &inlineMarkup{Rows: m.buttons}
	}
	return out
}
