package bot

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-telegram/bot/models"

	"rongcuo/bot/delivery"
	"rongcuo/conversations"
	"rongcuo/conversations/records"
	"rongcuo/knowledge"
)

// chat is one person's conversation during one update.
type chat struct {
	turn    *delivery.Turn
	user    int64
	name    string // as the person calls himself; shown, never believed
	id      int64
	group   bool
	posts   []records.Post // that the person holds now
	state   state
	pressed *models.Message  // whose button was pressed
	again   bool             // a question of before is answered anew: no new turn of the conversation
	edit    int              // a message of ours that the next reply replaces
	keys    [][]key          // keyboards of this turn's replies, not yet kept
	fresh   int              // keyboards that this turn kept
	heard   []knowledge.Turn // the history as it is stored
	now     time.Time
}

// state is what a chat remembers. It is kept for stateTime after the last
// message; /new takes the words of earlier questions out of it, /delete_me all.
type state struct {
	History  []knowledge.Turn             `json:"-"` // a session of its own, which ends sooner
	At       time.Time                    `json:"at,omitzero"`
	Keys     [][]key                      `json:"keys,omitempty"`     // the last keyboards, the newest last
	Fresh    int                          `json:"fresh,omitempty"`    // of them, shown in the last turn
	Answers  []shown                      `json:"answers,omitempty"`  // whose buttons still work, the newest last
	Files    []pending                    `json:"files,omitempty"`    // uploaded and not decided on, the newest last
	Decided  []outcome                    `json:"decided,omitempty"`  // what became of others, the newest last
	Withdraw string                       `json:"withdraw,omitempty"` // document that waits for a yes
	Holidays *conversations.HolidayNotice `json:"holidays,omitempty"` // waits for a yes
	Await    string                       `json:"await,omitempty"`    // what the next words answer: "name:argument" of awaits
}

// shown is an answer in the chat, as far as its buttons need it.
type shown struct {
	Number   int64            `json:"n"` // of the update that it answers: nobody else's answer has it
	Question string           `json:"q"`
	Earlier  []knowledge.Turn `json:"h,omitempty"` // that the question was read with
	Key      string           `json:"k,omitempty"` // in the journal
}

const (
	stateTime    = 24 * time.Hour
	keptAnswers  = 5
	sessionStart = "chat:"
)

func (b *Bot) open(ctx context.Context, t *delivery.Turn, from models.User, in models.Chat) (*chat, error) {
	c := &chat{turn: t, user: from.ID, name: strings.TrimSpace(from.LastName + from.FirstName), id: in.ID, group: in.Type != models.ChatTypePrivate, now: b.now()}
	var err error
	if c.posts, err = b.book.Posts(ctx, c.user); err != nil {
		return nil, err
	}
	value, err := t.Load(ctx, c.key())
	if err != nil {
		return nil, err
	}
	if value != nil {
		if err := json.Unmarshal(value, &c.state); err != nil {
			b.log.Warn("a chat's state can't be read and starts anew", "error", err)
			c.state = state{}
		}
	}
	return c, c.recall(ctx)
}

// history is the earlier turns of a conversation. They are stored apart from the
// rest of the chat, so that the words are gone when they can't be used any more.
type history struct {
	At    time.Time        `json:"at"` // of the newest
	Turns []knowledge.Turn `json:"turns"`
}

func (c *chat) historyKey() string { return c.key() + ":history" }

func (c *chat) recall(ctx context.Context) error {
	value, err := c.turn.Load(ctx, c.historyKey())
	if err != nil || value == nil {
		return err
	}
	var h history
	if json.Unmarshal(value, &h) == nil && c.now.Sub(h.At) <= historyWindow {
		c.state.History, c.heard = h.Turns, slices.Clone(h.Turns)
	}
	return nil
}

// remember stores the history if it is another than before.
func (c *chat) remember() error {
	turns := c.state.History[max(0, len(c.state.History)-historyTurns):]
	if slices.Equal(turns, c.heard) {
		return nil
	}
	c.heard = slices.Clone(turns)
	if len(turns) == 0 {
		return c.turn.Save(c.historyKey(), nil, 0)
	}
	value, err := json.Marshal(history{c.now, turns})
	if err != nil {
		return err
	}
	return c.turn.Save(c.historyKey(), value, historyWindow)
}

// unsay takes the words of earlier questions out of what the chat remembers;
// the buttons of earlier answers, which need them, are expired then.
func (c *chat) unsay(ctx context.Context) error {
	c.state.History, c.state.Answers, c.state.Keys, c.state.Fresh = nil, nil, nil, 0
	if _, err := c.turn.Load(ctx, c.explainedKey()); err != nil {
		return err
	}
	return c.turn.Save(c.explainedKey(), nil, 0)
}

// key is of the person within the chat: in a group everybody has a history of
// his own.
func (c *chat) key() string {
	return sessionStart + strconv.FormatInt(c.id, 10) + ":" + strconv.FormatInt(c.user, 10)
}

// personal is a key of what belongs to the person, in whatever chat.
func (c *chat) personal(name string) string { return name + ":" + strconv.FormatInt(c.user, 10) }

// save leaves the state in the turn; it is stored with the replies.
func (c *chat) save() error {
	c.state.At = c.now
	c.keepKeys()
	if err := c.remember(); err != nil {
		return err
	}
	value, err := json.Marshal(c.state)
	if err != nil {
		return err
	}
	return c.turn.Save(c.key(), value, stateTime)
}

// reply sends a message of HTML, in parts where it is long; the keyboard goes
// with the last.
func (c *chat) reply(html string, markup models.ReplyMarkup) error {
	c.noteKeys(markup)
	parts := split(html)
	for i, p := range parts {
		m := delivery.Message{Chat: c.id, Text: p}
		if i == 0 {
			m.Edit, c.edit = c.edit, 0
		}
		if i == len(parts)-1 {
			m.Markup = markup
		}
		if err := c.turn.Send(m); err != nil {
			return err
		}
	}
	return nil
}

// say replies and keeps the state: how most updates end.
func (c *chat) say(html string, markup models.ReplyMarkup) error {
	if err := c.reply(html, markup); err != nil {
		return err
	}
	return c.save()
}

// find gives an answer of the person by its number, nil when it is not his or its
// buttons no longer work.
func (s *state) find(number string) *shown {
	for i := range s.Answers {
		if strconv.FormatInt(s.Answers[i].Number, 10) == number {
			return &s.Answers[i]
		}
	}
	return nil
}

func (s *state) add(a shown) (number int64) {
	s.Answers = append(s.Answers, a)
	if n := len(s.Answers); n > keptAnswers {
		s.Answers = s.Answers[n-keptAnswers:]
	}
	return a.Number
}
