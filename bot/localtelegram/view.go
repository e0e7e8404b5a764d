package localtelegram

// messageView is a message as people see it, the answer of GET /local/chat and the page's events.
type messageView struct {
	ID        int64      `json:"id"`
	Chat      string     `json:"chat"` // key of the person or group
	From      string     `json:"from"` // key of the person, or "bot"
	Name      string     `json:"name"` // what stands over the message
	Date      int64      `json:"date"` // Unix seconds
	Text      string     `json:"text"` // without markup; the caption when there is a document
	HTML      string     `json:"html"` // the same as canonical Telegram HTML, escaped
	Buttons   [][]button `json:"buttons"`
	Document  *fileView  `json:"document"`
	Edited    bool       `json:"edited"`
	ReplyTo   int64      `json:"reply_to,omitempty"`
	Forwarded string     `json:"forwarded,omitempty"`
	Reaction  string     `json:"reaction,omitempty"`
	Fetched   bool       `json:"fetched"` // the bot has confirmed it
	Rev       int64      `json:"rev"`     // grows with every change of any message; see "since"
}

// fileView is a file in a message. URL is for people, relative to the server.
type fileView struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	MIME   string `json:"mime"`
	URL    string `json:"url"`
	Photo  bool   `json:"photo,omitempty"`
	Width  int    `json:"width,omitempty"`
	Height int    `json:"height,omitempty"`
}

func (c *chat) key() string {
	if c.isGroup() {
		return c.group.Key
	}
	return c.person.Key
}

// view renders a message for people. Locked.
func (w *world) view(m *message) messageView {
	v := messageView{
		ID: m.id, Chat: m.chat.key(), From: "bot", Name: w.profileView()["name"].(string), Date: m.date.Unix(),
		Text: m.body.text, HTML: renderHTML(m.body.text, m.body.entities), Buttons: m.buttons,
		Edited: !m.edited.IsZero(), ReplyTo: m.replyTo, Forwarded: m.forwarded, Reaction: m.reaction,
		Fetched: m.fetched, Rev: m.rev,
	}
	if v.Buttons == nil {
		v.Buttons = [][]button{}
	}
	if m.from != nil {
		v.From, v.Name = m.from.Key, m.from.Name
	}
	if f := m.file; f != nil {
		v.Document = &fileView{Name: f.name, Size: f.size, MIME: f.mime, URL: "/local/files/" + f.unique,
			Photo: m.photo, Width: f.width, Height: f.height}
	}
	return v
}
