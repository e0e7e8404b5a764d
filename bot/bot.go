// Package bot is what people see on Telegram: commands, asking, and keeping the
// knowledge base from the chat. It holds no rule of its own: answers come from
// package knowledge, delivery without loss from bot/delivery.
//
// The tour: bot.go takes an update to the command, button or file it is;
// parse.go and words.go read commands and what was typed instead of a button;
// commands.go is the table of commands and access.go who may use them; ask.go
// asks and shows, reading.go shows articles in full; people.go and invitations.go
// give and take posts; state.go is what a chat remembers; awaited.go what it was
// asked for; words.go presses buttons by their words; render.go makes Telegram's
// HTML; texts.go holds the sentences.
//
// The administrator's side: keep.go takes a file to its preview and publishes it,
// pending.go holds those that wait, info.go corrects what is said of them and
// propose.go asks a second administrator; docs.go and its neighbours show, take
// out and bring back; library.go is the folder, building.go the index made of it,
// rollback.go the way back for both; gaps.go and its neighbours learn from what
// was not answered.
//
// Everything that must not be lost leaves through the turn of an update: the
// replies, the state of the chat and "this update is done" are one step.
package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"rongcuo/bot/delivery"
	"rongcuo/conversations"
	"rongcuo/conversations/records"
	"rongcuo/knowledge"
)

// Bot answers people. Make it with New and hand its Handle to a
// delivery.Office.
type Bot struct {
	base   *knowledge.Base
	book   *records.Book
	client *tg.Bot
	limits limits
	keeper *keeper
	config Config
	log    *slog.Logger
	now    func() time.Time
	office office

	composing chan struct{} // holds a token for each answer that waits for a model
}

// office is what the bot uses of a delivery.Office.
type office interface {
	// Try makes a call that may be lost: typing, progress, drafts.
	Try(ctx context.Context, chat int64, call func(context.Context) error) error
	// Send puts messages into the outbox outside a turn.
	Send(ctx context.Context, messages ...delivery.Message) (added int, err error)
}

// Config is what a Bot is made of. Base, Book, Client and Limits are required.
type Config struct {
	Base             *knowledge.Base
	Book             *records.Book // who may do what, and what was done
	Client           *tg.Bot
	Limits           limits // how often, how much, one at a time
	Username         string // of the bot, without @
	Closed           bool   // only holders of a post are answered
	Library          string // folder of the published files
	TwoKeepers       bool   // a second administrator must agree before a file is published
	Office           string // whom to ask in person
	Log              *slog.Logger
	QuestionsAMinute int64 // of one person; 15 when 0
	SameCommand      int64 // of one person in ten seconds; 2 when 0
	Tokens           Budget
	Answered         func(knowledge.Answer) // is told of every answer before it is sent; nil: nobody is

	// Filings; without Procedures and Desk there are none.
	Procedures *conversations.Library
	Desk       *records.Desk
	Files      *records.Files         // attachments
	Proposer   conversations.Proposer // reads pasted plans; nil: rules alone do
	Calendars  string                 // folder of the tables of holidays that administrators adopt
	Now        func() time.Time
}

// limits is what the bot uses of a delivery.Store.
type limits interface {
	delivery.Limits
	delivery.Locks
	delivery.Sessions // of drafts, which time changes too
}

// How an earlier turn counts.
const (
	historyWindow = 30 * time.Minute // earlier turns count for so long
	historyTurns  = 6
)

// New makes a Bot. It starts nothing.
func New(c Config) (*Bot, error) {
	if c.Base == nil || c.Book == nil || c.Client == nil || c.Limits == nil || c.Library == "" {
		return nil, errors.New("bot: Base, Book, Client, Limits and Library are required")
	}
	b := &Bot{base: c.Base, book: c.Book, client: c.Client, limits: c.Limits, config: c, log: c.Log, now: c.Now,
		composing: make(chan struct{}, composersAtOnce)}
	if b.log == nil {
		b.log = slog.New(slog.DiscardHandler)
	}
	b.keeper = &keeper{base: c.Base, dir: c.Library, log: b.log}
	if err := b.keeper.begin(context.Background()); err != nil {
		b.log.Warn("the library is not kept for going back; its folder must be writable", "reason", err)
	}
	if b.now == nil {
		b.now = time.Now
	}
	if b.config.QuestionsAMinute == 0 {
		b.config.QuestionsAMinute = 15
	}
	if b.config.SameCommand == 0 {
		b.config.SameCommand = 2
	}
	return b, nil
}

// Attach gives the bot the office that its Handle was given to; it comes after
// New, because each needs the other.
func (b *Bot) Attach(o office) { b.office = o }

// attempt makes a call that may be lost.
func (b *Bot) attempt(ctx context.Context, chat int64, call func(context.Context) error) {
	if b.office == nil {
		return
	}
	if err := b.office.Try(ctx, chat, call); err != nil {
		b.log.Debug("a passing call was lost", "error", err)
	}
}

// Handle handles one update; it is the handler of a delivery.Office.
func (b *Bot) Handle(ctx context.Context, t *delivery.Turn) error {
	switch u := t.Update; {
	case u.CallbackQuery != nil:
		return b.press(ctx, t, u.CallbackQuery)
	case u.Message != nil && u.Message.From != nil && !u.Message.From.IsBot:
		return b.message(ctx, t, u.Message)
	}
	return nil // edits and comings and goings need no answer
}

func (b *Bot) message(ctx context.Context, t *delivery.Turn, m *models.Message) error {
	c, err := b.open(ctx, t, *m.From, m.Chat)
	if err != nil {
		return err
	}
	if c.group && !b.addressed(m) {
		return nil
	}
	s := b.read(m.Text)
	if s.other {
		return nil
	}
	words := m.Document == nil && s.text != ""
	if b.stranger(c) && !b.openToStrangers(c, s) {
		return b.turnAway(ctx, c)
	}
	if s.slash {
		return b.command(ctx, c, s.command, s.rest)
	}
	// What stands on a button comes first, then what we asked for, then the form
	// that is open, in which a word such as 返回 means its own; then commands in
	// words.
	if words {
		if handled, err := b.inWords(ctx, c, s.text); handled {
			return err
		}
	}
	if words && (s.command == "" || s.rest != "") {
		if handled, err := b.awaited(ctx, c, s.text); handled {
			return err
		}
	}
	for _, dialog := range []func(context.Context, *chat, *models.Message) (bool, error){b.actFile, b.filingMessage} {
		if handled, err := dialog(ctx, c, m); handled {
			return err
		}
	}
	switch {
	case s.command != "" && (s.rest == "" || c.may(named(s.command).access)):
		return b.command(ctx, c, s.command, s.rest)
	case m.Document != nil:
		return b.upload(ctx, c, m)
	case !words:
		return c.say(textOnlyWords, nil)
	case slices.Contains(wordsOfButtons, bare(s.text)) && !asks(s.text):
		return c.say(fmt.Sprintf(textNothingOpen, escape(s.text)), nil)
	}
	return b.ask(ctx, c, s.text)
}

// command runs a command of the table. One that the person may not use is
// answered as if there were none.
func (b *Bot) command(ctx context.Context, c *chat, name, rest string) error {
	c.state.Await = ""
	for _, command := range commands {
		if !command.is(name) {
			continue
		}
		if may, err := b.mayCommand(ctx, c, command.names[0], rest); !may {
			return err
		}
		if c.may(command.access) {
			return command.run(b, ctx, c, rest)
		}
		if err := b.refused(ctx, c, "/"+command.names[0]); err != nil {
			return err
		}
	}
	return c.say(textUnknownCommand, nil)
}

// addressed says whether a message in a group is meant for the bot.
func (b *Bot) addressed(m *models.Message) bool {
	if from, _ := b.mentions(m.Text); from >= 0 {
		return true
	}
	return m.ReplyToMessage != nil && m.ReplyToMessage.From != nil && strings.EqualFold(m.ReplyToMessage.From.Username, b.config.Username)
}

// press handles a button. The wait on the person's screen is ended first; what
// the button does is part of the turn.
func (b *Bot) press(ctx context.Context, t *delivery.Turn, q *models.CallbackQuery) error {
	b.attempt(ctx, 0, func(ctx context.Context) error {
		_, err := b.client.AnswerCallbackQuery(ctx, &tg.AnswerCallbackQueryParams{CallbackQueryID: q.ID})
		return err
	})
	if q.Message.Message == nil {
		return nil // too old for Telegram to tell what it was
	}
	c, err := b.open(ctx, t, q.From, q.Message.Message.Chat)
	if err != nil {
		return err
	}
	c.pressed = q.Message.Message
	if action, _, _ := strings.Cut(q.Data, ":"); b.stranger(c) && !slices.Contains(strangersPress, action) {
		return b.turnAway(ctx, c)
	}
	return b.pressData(ctx, c, q.Data)
}

// pressData does what a button is for, whether it was pressed or typed.
func (b *Bot) pressData(ctx context.Context, c *chat, data string) error {
	c.state.Await = ""
	action, rest, _ := strings.Cut(data, ":")
	for _, a := range actions {
		if a.name != action {
			continue
		}
		if c.may(a.access) {
			return a.run(b, ctx, c, rest)
		}
		if err := b.refused(ctx, c, "button:"+a.name); err != nil {
			return err
		}
	}
	return b.expired(ctx, c)
}

// expired leads from a button that no longer means anything to where the chat
// is now: the question of the form or act that is open, else what the person can
// begin.
func (b *Bot) expired(ctx context.Context, c *chat) error {
	id, err := b.openForm(ctx, c)
	if err != nil {
		return err
	}
	if id != "" {
		mine, d, ok, err := b.openDraft(ctx, c, id)
		if err != nil {
			return err
		}
		if ok && b.config.Procedures.Version(d.Dialog.Procedure, d.Dialog.Version) != nil {
			if err := c.reply(textExpiredForm, nil); err != nil {
				return err
			}
			return b.step(ctx, c, mine, d, conversations.Event{Kind: conversations.EventAction, Action: "do:ask"})
		}
	}
	var a act
	if found, err := c.load(ctx, c.actKey(), &a); err != nil || !found || !c.may(actors) {
		if err != nil {
			return err
		}
		return c.say(textExpired, keyboard(b.menu(c)))
	}
	full, choice, err := b.choice(ctx, c, a)
	if err != nil {
		return err
	}
	if full == nil { // it can't be done any more, and that was said
		return c.turn.Save(c.actKey(), nil, 0)
	}
	if err := c.reply(textExpiredForm, nil); err != nil {
		return err
	}
	return b.goOn(ctx, c, *full, choice, a)
}
