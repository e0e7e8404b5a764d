package bot

import (
	"context"
	"errors"
	"fmt"
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
	s := shown{Question: a.Question, Key: key, Old: q.Old}
	for _, list := range [][]knowledge.Citation{a.Basis, a.Limits, a.Nearest} {
		for _, citation := range list {
			s.Refs = append(s.Refs, knowledge.Ref{Doc: citation.Doc, Article: citation.Article})
		}
	}
	for _, k := range a.Cases {
		s.Cases = append(s.Cases, knowledge.Ref{Doc: k.Doc, Article: k.Article})
	}
	c.state.History = append(c.state.History, knowledge.Turn{Role: "user", Text: a.Question})
	var versions []button
	if n := c.state.add(s); q.Old {
		versions = []button{{buttonCurrent, fmt.Sprintf("now:%d", n)}}
	} else if b.base.HasOld() {
		versions = []button{{buttonOld, fmt.Sprintf("old:%d", n)}}
	}
	return c.say(answerHTML(a), answerButtons(a, c.state.Next, versions))
}

// pressVersion asks the same question of the texts no longer in force, or of
// those in force again.
func (b *Bot) pressVersion(ctx context.Context, c *chat, rest string, old bool) error {
	s := c.state.find(rest)
	if s == nil {
		return b.expired(ctx, c)
	}
	return b.answer(ctx, c, knowledge.Question{Text: s.Question, Old: old})
}

func (b *Bot) pressOld(ctx context.Context, c *chat, rest string) error {
	return b.pressVersion(ctx, c, rest, true)
}

func (b *Bot) pressCurrent(ctx context.Context, c *chat, rest string) error {
	return b.pressVersion(ctx, c, rest, false)
}

// answerButtons are the articles, two a row, then the cases and what comes
// next.
func answerButtons(a knowledge.Answer, n int, versions []button) models.ReplyMarkup {
	var rows [][]button
	var row []button
	push := func(t, data string) {
		if row = append(row, button{t, data}); len(row) == 2 {
			rows, row = append(rows, row), nil
		}
	}
	i := 0
	for _, list := range [][]knowledge.Citation{a.Basis, a.Limits, a.Nearest} {
		for _, c := range list {
			if i < 6 {
				push(shortName(c), fmt.Sprintf("art:%d:%d", n, i))
			}
			i++
		}
	}
	for k, c := range a.Cases {
		push("案例："+clip(c.Title, 10), fmt.Sprintf("case:%d:%d", n, k))
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

// shortName fits a button: 实施办法第十二条.
func shortName(c knowledge.Citation) string {
	title := strings.NewReplacer("（示例）", "", "(示例)", "").Replace(c.Title)
	if r := []rune(title); len(r) > 6 {
		title = string(r[len(r)-4:])
	}
	return title + c.Article
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
		{"go", everyone, (*Bot).pressArticle},
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

// pick gives the reference that "answer:index" names.
func pick(c *chat, rest string, of func(*shown) []knowledge.Ref) (knowledge.Ref, bool) {
	number, index, _ := strings.Cut(rest, ":")
	s := c.state.find(number)
	i, err := strconv.Atoi(index)
	if s == nil || err != nil || i < 0 || i >= len(of(s)) {
		return knowledge.Ref{}, false
	}
	return of(s)[i], true
}

func (b *Bot) pressArticle(ctx context.Context, c *chat, rest string) error {
	ref, ok := pick(c, rest, func(s *shown) []knowledge.Ref { return s.Refs })
	if !ok {
		return b.expired(ctx, c)
	}
	number, _, _ := strings.Cut(rest, ":")
	return b.showArticle(ctx, c, number, ref)
}

// showArticle shows an article in full, with buttons to its neighbours.
func (b *Bot) showArticle(ctx context.Context, c *chat, number string, ref knowledge.Ref) error {
	doc, ok := b.base.Document(ref.Doc)
	if !ok {
		return b.expired(ctx, c)
	}
	text, at, names := "", -1, []string{}
	for _, p := range doc.Passages {
		if p.Article == ref.Article {
			text += p.Text + "\n"
		}
		if len(names) == 0 || names[len(names)-1] != p.Article {
			names = append(names, p.Article)
			if p.Article == ref.Article {
				at = len(names) - 1
			}
		}
	}
	if at < 0 {
		return b.expired(ctx, c)
	}
	html := bold("《"+doc.Title+"》"+ref.Article) + "\n" + escape(b.documentLine(doc)) + "\n" + quote(strings.TrimSpace(text))
	s := c.state.find(number)
	if s == nil {
		return c.say(html, nil)
	}
	var row []button
	for _, step := range []struct {
		text string
		to   int
	}{{"上一条", at - 1}, {"下一条", at + 1}} {
		if step.to < 0 || step.to >= len(names) {
			continue
		}
		row = append(row, button{step.text, fmt.Sprintf("go:%s:%d", number, s.ref(ref.Doc, names[step.to]))})
	}
	row = append(row, button{buttonDocument, fmt.Sprintf("file:%s:%d", number, s.ref(ref.Doc, ref.Article))})
	return c.say(html, keyboard([][]button{row}))
}

// contentsShown is how many articles a list of contents names.
const contentsShown = 80

// pressDocument shows what the document of an article is and holds.
func (b *Bot) pressDocument(ctx context.Context, c *chat, rest string) error {
	ref, ok := pick(c, rest, func(s *shown) []knowledge.Ref { return s.Refs })
	if !ok {
		return b.expired(ctx, c)
	}
	doc, ok := b.base.Document(ref.Doc)
	if !ok {
		return b.expired(ctx, c)
	}
	var contents []string
	for _, p := range doc.Passages {
		if line := strings.TrimSpace(p.Article + " " + clip(p.Heading, 30)); len(contents) == 0 || contents[len(contents)-1] != line {
			contents = append(contents, line)
		}
	}
	more := ""
	if n := len(contents); n > contentsShown {
		contents, more = contents[:contentsShown], fmt.Sprintf(textMoreArticles, n-contentsShown)
	}
	html := bold("《"+doc.Title+"》") + "\n" + escape(b.documentLine(doc)) + "\n" + quote(strings.Join(contents, "\n")) + more + "\n" + textHowToArticle
	return c.say(html, nil)
}

func (b *Bot) pressCase(ctx context.Context, c *chat, rest string) error {
	ref, ok := pick(c, rest, func(s *shown) []knowledge.Ref { return s.Cases })
	if !ok {
		return b.expired(ctx, c)
	}
	doc, ok := b.base.Document(ref.Doc)
	if !ok || len(doc.Passages) == 0 {
		return b.expired(ctx, c)
	}
	html := bold("《" + doc.Title + "》")
	if doc.Case != nil {
		html += "\n" + escape(doc.Case.Outcome) + "（仅供参考）"
	}
	for _, s := range doc.Passages[0].Sections {
		html += "\n\n" + bold(s.Title) + "\n" + quote(s.Text)
	}
	return c.say(html, nil)
}

// pressDraft begins a filing about what was asked.
func (b *Bot) pressDraft(ctx context.Context, c *chat, rest string) error {
	s := c.state.find(rest)
	if s == nil {
		return b.expired(ctx, c)
	}
	return b.beginOrGoOn(ctx, c, s.Question)
}

func (b *Bot) pressGood(ctx context.Context, c *chat, rest string) error {
	s := c.state.find(rest)
	if s == nil {
		return b.expired(ctx, c)
	}
	if err := b.vote(ctx, s, true, ""); err != nil {
		return err
	}
	return c.say(textThanks, nil)
}

func (b *Bot) pressBad(ctx context.Context, c *chat, rest string) error {
	s := c.state.find(rest)
	if s == nil {
		return b.expired(ctx, c)
	}
	if err := b.vote(ctx, s, false, ""); err != nil {
		return err
	}
	var row []button
	for i, r := range wrongReasons {
		row = append(row, button{r, fmt.Sprintf("why:%d:%s", i, rest)})
	}
	return c.say(textWhatWrong, keyboard([][]button{row}))
}

func (b *Bot) pressWhy(ctx context.Context, c *chat, rest string) error {
	index, number, _ := strings.Cut(rest, ":")
	i, err := strconv.Atoi(index)
	s := c.state.find(number)
	if err != nil || i < 0 || i >= len(wrongReasons) || s == nil {
		return b.expired(ctx, c)
	}
	if err := b.vote(ctx, s, false, wrongReasons[i]); err != nil {
		return err
	}
	return c.say(textThanks, nil)
}
