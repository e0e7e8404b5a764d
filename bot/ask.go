package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"rongcuo/bot/delivery"
	"rongcuo/knowledge"
)

// ask answers a question in plain words.
func (b *Bot) ask(ctx context.Context, c *chat, question string) error {
	return b.answer(ctx, c, knowledge.Question{Text: question, History: c.state.History})
}

// askingTime frees a person's next question when the process died over one.
const askingTime = 2 * time.Minute

// answer answers within the limits of the person: so many a minute, one at a
// time wherever he asks, and a model only while its budget lasts.
func (b *Bot) answer(ctx context.Context, c *chat, q knowledge.Question) error {
	if may, err := b.mayAsk(ctx, c); !may {
		return err
	}
	fence, err := b.limits.Lock(ctx, c.personal("asking"), strconv.FormatInt(c.turn.Update.ID, 10), askingTime)
	if errors.Is(err, delivery.ErrHeld) {
		return c.say(textOneAtATime, nil)
	} else if err != nil {
		return err
	}
	defer func() { // a question that is not freed here frees itself
		if err := b.limits.Unlock(context.WithoutCancel(ctx), c.personal("asking"), fence); err != nil {
			b.log.Warn("a question is still marked as open", "error", err)
		}
	}()
	b.attempt(ctx, 0, func(ctx context.Context) error {
		_, err := b.client.SendChatAction(ctx, &tg.SendChatActionParams{ChatID: c.id, Action: models.ChatActionTyping})
		return err
	})
	if q.Words, err = b.spent(ctx, c); err != nil {
		return err
	}
	if !q.Words {
		free := b.composer()
		q.Words = free == nil
		if free != nil {
			defer free()
		}
	}
	growing := b.growing(ctx, c)
	a, err := b.base.Ask(ctx, q, growing.show)
	if err != nil {
		return err
	}
	if b.config.Answered != nil {
		b.config.Answered(a)
	}
	if err := b.spend(ctx, c, a.Tokens); err != nil {
		return err
	}
	c.edit = growing.message
	return b.showAnswer(c, q, a, b.record(ctx, c, a))
}

// composersAtOnce is how many answers wait for a language model at once: half of
// the updates that a delivery.Office handles at once by default, so that the
// other half stays free for filings, however long the model takes (promise R24).
const composersAtOnce = 8

// composer takes a place at the language model and gives what frees it; nil when
// all are taken. Nobody queues: who comes then gets the texts alone at once.
func (b *Bot) composer() (free func()) {
	select {
	case b.composing <- struct{}{}:
		return func() { <-b.composing }
	default:
		return nil
	}
}

// showAnswer shows an answer and remembers what its buttons need.
func (b *Bot) showAnswer(c *chat, q knowledge.Question, a knowledge.Answer, key string) error {
	if a.Status != knowledge.Answered && a.Status != knowledge.Partial && a.Status != knowledge.NotFound {
		return c.say(answerHTML(a), nil)
	}
	n := c.state.add(shown{Number: c.turn.Update.ID, Question: a.Question, Earlier: a.Earlier, Key: key})
	if !c.again {
		turn := knowledge.Turn{Role: "user", Text: a.Question}
		if len(a.Basis) > 0 {
			turn.Doc = a.Basis[0].Doc
		}
		c.state.History = append(c.state.History, turn)
	}
	var versions []button
	if q.Old {
		versions = []button{{buttonCurrent, fmt.Sprintf("now:%d", n)}}
	} else if a.Old {
		versions = []button{{buttonOld, fmt.Sprintf("old:%d", n)}}
	}
	return c.say(answerHTML(a), b.answerButtons(a, n, versions))
}

// pressVersion asks the same question, read with what it was read with before, of
// the texts no longer in force, or of those in force again.
func (b *Bot) pressVersion(ctx context.Context, c *chat, number string, old bool) error {
	s := c.state.find(number)
	if s == nil {
		return b.notOwn(ctx, c)
	}
	c.again = true
	return b.answer(ctx, c, knowledge.Question{Text: s.Question, History: s.Earlier, Old: old})
}

func (b *Bot) pressOld(ctx context.Context, c *chat, number string) error {
	return b.pressVersion(ctx, c, number, true)
}

func (b *Bot) pressCurrent(ctx context.Context, c *chat, number string) error {
	return b.pressVersion(ctx, c, number, false)
}

// answerButtons are the articles, two a row, then the cases and what comes
// next. n is the number of the answer: what changes something is for who asked,
// what only shows a text names that text and is for everybody in the chat.
func (b *Bot) answerButtons(a knowledge.Answer, n int64, versions []button) models.ReplyMarkup {
	var rows [][]button
	var row []button
	push := func(t, data string) {
		if row = append(row, button{t, data}); len(row) == 2 {
			rows, row = append(rows, row), nil
		}
	}
	for i, c := range slices.Concat(a.Basis, a.Limits, a.Nearest) {
		if i < 6 {
			push(b.refName(knowledge.Ref{Doc: c.Doc, Article: c.Article}), articleData(c.Doc, c.Article))
		}
	}
	for _, c := range a.Cases {
		push("案例："+clip(c.Title, 10), "case:"+docID(c.Doc))
	}
	for _, v := range versions {
		push(v.text, v.data)
	}
	if row != nil {
		rows = append(rows, row)
	}
	if a.Status != knowledge.NotFound {
		rows = append(rows, []button{{buttonDraft, fmt.Sprintf("draft:%d", n)}, {buttonHuman, "human:"}})
	} else {
		rows = append(rows, []button{{buttonHuman, "human:"}})
	}
	return keyboard(append(rows, []button{{buttonGood, fmt.Sprintf("good:%d", n)}, {buttonBad, fmt.Sprintf("bad:%d", n)}}))
}

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}

// action is what a button does; rest is its data behind the name.
type action struct {
	name   string
	access access
	run    func(b *Bot, ctx context.Context, c *chat, rest string) error
}

var actions []action

func init() { // the table names methods that look into it
	actions = []action{
		{"ex", everyone, (*Bot).pressExample},
		{"menu", everyone, (*Bot).pressMenu}, // the command proves who may
		{"art", everyone, (*Bot).pressArticle},
		{"case", everyone, (*Bot).pressCase},
		{"old", everyone, (*Bot).pressOld},
		{"now", everyone, (*Bot).pressCurrent},
		{"file", everyone, (*Bot).pressDocument},
		{"draft", everyone, (*Bot).pressDraft},
		{"human", everyone, (*Bot).human},
		{"good", everyone, (*Bot).pressGood},
		{"bad", everyone, (*Bot).pressBad},
		{"why", everyone, (*Bot).pressWhy},
		{"pub", keepers, (*Bot).pressPublish},
		{"stop", keepers, (*Bot).pressStop},
		{"drop", keepers, (*Bot).pressDrop},
		{"docs", keepers, (*Bot).docs},
		{"doc", keepers, (*Bot).pressDoc},
		{"out", keepers, (*Bot).pressAskWithdraw},
		{"out!", keepers, (*Bot).pressWithdraw},
		{"stay", everyone, (*Bot).pressStay},
		{"gone", keepers, (*Bot).pressGone},
		{"back", keepers, (*Bot).pressReturn},
		{"repeal", keepers, (*Bot).pressRepeal},
		{"unrepeal", keepers, (*Bot).pressUnrepeal},
		{"info", keepers, (*Bot).pressInfo},
		{"edit", keepers, (*Bot).pressEdit},
		{"view", keepers, (*Bot).pressView},
		{"set", keepers, (*Bot).pressSet},
		{"agree", keepers, (*Bot).pressAgree},
		{"refuse", keepers, (*Bot).pressRefuse},
		{"invite", staffers, (*Bot).invite},
		{"role", owners, (*Bot).pressRole},
		{"revoke?", staffers, (*Bot).pressAskRevoke},
		{"revoke", staffers, (*Bot).pressRevoke},
		{"audit", auditors, (*Bot).audit},
		{"auditfile", auditors, (*Bot).auditFile},
	}
}

func (b *Bot) pressExample(ctx context.Context, c *chat, rest string) error {
	i, err := strconv.Atoi(rest)
	if err != nil || i < 0 || i >= len(exampleQuestions) {
		return b.expired(ctx, c)
	}
	if err := c.reply("<i>"+escape(exampleQuestions[i])+"</i>", nil); err != nil {
		return err
	}
	return b.ask(ctx, c, exampleQuestions[i])
}

// pressDraft begins a filing about what was asked.
func (b *Bot) pressDraft(ctx context.Context, c *chat, number string) error {
	s := c.state.find(number)
	if s == nil {
		return b.notOwn(ctx, c)
	}
	return b.beginOrGoOn(ctx, c, s.Question)
}

func (b *Bot) pressGood(ctx context.Context, c *chat, number string) error {
	return b.voted(ctx, c, number, true, "", textThanks, nil)
}

func (b *Bot) pressBad(ctx context.Context, c *chat, number string) error {
	var row []button
	for i, r := range wrongReasons {
		row = append(row, button{r, fmt.Sprintf("why:%d:%s", i, number)})
	}
	return b.voted(ctx, c, number, false, "", textWhatWrong, keyboard([][]button{row}))
}

func (b *Bot) pressWhy(ctx context.Context, c *chat, rest string) error {
	index, number, _ := strings.Cut(rest, ":")
	i, err := strconv.Atoi(index)
	s := c.state.find(number)
	if err != nil || i < 0 || i >= len(wrongReasons) || s == nil {
		return b.expired(ctx, c)
	}
	return b.voted(ctx, c, number, false, wrongReasons[i], textThanks, nil)
}

// voted notes what the asker thinks of his answer and says reply.
func (b *Bot) voted(ctx context.Context, c *chat, number string, useful bool, reason, reply string, markup models.ReplyMarkup) error {
	s := c.state.find(number)
	if s == nil {
		return b.notOwn(ctx, c)
	}
	if err := b.vote(ctx, s, useful, reason); err != nil {
		return err
	}
	return c.say(reply, markup)
}

// notOwn answers who pressed a button of an answer that is not among his: in a
// group it may be somebody else's.
func (b *Bot) notOwn(ctx context.Context, c *chat) error {
	if !c.group {
		return b.expired(ctx, c)
	}
	return c.say(textAskersOwn, nil)
}
