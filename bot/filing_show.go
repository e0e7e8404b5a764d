package bot

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"rongcuo/conversations"
	"rongcuo/knowledge"
)

// guide is the engine with what it leaves to others: the answer to a policy
// question in the middle of a form, a model that reads pasted plans, and the
// screen for what must not be typed.
func (b *Bot) guide(c *chat) *conversations.Guide {
	g := &conversations.Guide{Library: b.config.Procedures, Asker: asking{b}, Screener: screening{}, Calendar: b.config.Desk.Calendar()}
	if b.config.Proposer != nil && c != nil {
		g.Proposer = metered{b, c}
	}
	return g
}

// metered asks the model within the person's budget. What a plan costs is
// counted as the characters of the text, about what models count.
type metered struct {
	b *Bot
	c *chat
}

func (m metered) Propose(ctx context.Context, text string, fields []*conversations.Field) []conversations.Suggestion {
	if spent, err := m.b.spent(ctx, m.c); err != nil || spent {
		return nil
	}
	list := m.b.config.Proposer.Propose(ctx, text, fields)
	if list != nil {
		if err := m.b.spend(ctx, m.c, utf8.RuneCountInString(text)); err != nil {
			m.b.log.Warn("what a plan cost was not counted", "error", err)
		}
	}
	return list
}

// asking answers a question that was put in the middle of a form, briefly.
type asking struct{ b *Bot }

func (a asking) Answer(ctx context.Context, question string) conversations.Message {
	answer, err := a.b.base.Ask(ctx, knowledge.Question{Text: question, Words: true}, nil)
	if err != nil {
		a.b.log.Warn("a question within a form was not answered", "error", err)
		return conversations.Message{{Text: textAskLater}}
	}
	m := conversations.Message{{Text: answer.Hint, Mark: conversations.Bold}}
	for _, list := range [][]knowledge.Citation{answer.Basis, answer.Limits, answer.Nearest} {
		for i, c := range list {
			if i == 2 {
				break
			}
			m = append(m, conversations.Span{Text: "\n" + c.Name() + "（" + c.Status + "）\n"}, conversations.Span{Text: c.Excerpt("\n"), Mark: conversations.Quote})
		}
	}
	if answer.Status == knowledge.Answered || answer.Status == knowledge.Partial {
		m = append(m, conversations.Span{Text: "\n" + answer.Closing(), Mark: conversations.Faint})
	}
	return m
}

// screening refuses what must not be kept (risk-filing, section 7).
type screening struct{}

var (
	mobile = regexp.MustCompile(`(?:^|[^0-9])1[3-9][0-9](?:[ -]?[0-9]){8}(?:[^0-9]|$)`)
	// homeAddress goes down to the door: a street or estate, a number, a flat.
	homeAddress = regexp.MustCompile(`(?:路|街|巷|弄|道|小区|花园|新村|苑|村)[^，。；、\s]{0,12}[0-9一二三四五六七八九十]+(?:号|幢|栋|座)(?:楼)?(?:[^，。；、\s]{0,8}[0-9一二三四五六七八九十]+(?:室|户)|[0-9一二三四五六七八九十]+单元[0-9]{2,4})`)
	informer    = regexp.MustCompile(`举报人(?:是|为|叫|姓|：|:|（|\()|举报人\p{Han}{2,4}(?:反映|举报|称|说)|实名举报|信访件编号|信访编号`)
	openCase    = regexp.MustCompile(`谈话笔录|被留置|(?:正在|已经?)(?:初核|立案|留置)(?:调查|审查)?|对\p{Han}{2,4}(?:同志)?(?:进行)?(?:初核|初步核实|立案|留置)`)
	innerPaper  = regexp.MustCompile(`内部文件[，、]?(?:不得|请勿|严禁)外传|机要(?:文件|件|材料|电报)`)
)

func (screening) Screen(text string) string {
	text = knowledge.Normalize(text)
	for _, f := range knowledge.Screen(text) {
		switch {
		case f.Kind == knowledge.FoundSecret:
			return textSecretTyped
		case f.Kind == knowledge.FoundIdentity || f.Kind == knowledge.FoundCard:
			return textNumberTyped
		case f.Kind == knowledge.FoundPhone && mobile.MatchString(text):
			return textMobileTyped
		}
	}
	switch {
	case innerPaper.MatchString(text):
		return textSecretTyped
	case homeAddress.MatchString(text):
		return textAddressTyped
	case informer.MatchString(text):
		return textInformerTyped
	case openCase.MatchString(text):
		return textCaseTyped
	}
	return ""
}

// What is shown together, so that a screen is few messages.
const (
	togetherUnits = 3000
	togetherRows  = 24
)

// screen is one message of a dialog.
type screen struct {
	html string
	rows [][]button
}

// screens lays out what the engine says, several short replies in one message.
func screens(p *conversations.Procedure, draft string, replies []conversations.Reply) (out []screen) {
	for _, r := range replies {
		rows := choiceRows(draft, r)
		if step := r.Step; step > 0 && edits(r) > fewEdits {
			rows = slices.DeleteFunc(rows, func(row []button) bool { return strings.Contains(row[0].data, ":"+editAction) })
			rows = slices.Insert(rows, 0, []button{{fmt.Sprintf(buttonEditStep, step), fmt.Sprintf(stepAction+":%s:%d", draft, step)}})
		}
		html := messageHTML(r.Text)
		if n := len(out); n > 0 && units(out[n-1].html)+units(html) <= togetherUnits && len(out[n-1].rows)+len(rows) <= togetherRows {
			last := &out[n-1]
			last.html, last.rows = last.html+"\n\n"+html, lay(last.rows, rows)
			continue
		}
		out = append(out, screen{html, rows})
	}
	return out
}

// lay puts the buttons of one more reply under those of a screen. Those that
// change a step stand two in a row; what sends the form in comes first, for it is
// the next thing to do.
func lay(rows, more [][]button) [][]button {
	for _, row := range more {
		n := len(rows)
		switch {
		case strings.HasSuffix(row[0].data, ":send"), strings.HasSuffix(row[0].data, ":submit"):
			rows = slices.Insert(rows, 0, row)
		case n > 0 && len(row) == 1 && len(rows[n-1]) == 1 && isStep(row[0]) && isStep(rows[n-1][0]):
			rows[n-1] = append(rows[n-1], row[0])
		default:
			rows = append(rows, row)
		}
	}
	return rows
}

const stepAction = "fstep" // shows a step of the review, to change its answers

func isStep(b button) bool { return strings.HasPrefix(b.data, stepAction+":") }

func choiceRows(draft string, r conversations.Reply) (rows [][]button) {
	for _, row := range r.Choices {
		var buttons []button
		for _, choice := range row {
			buttons = append(buttons, button{choice.Label, "f:" + draft + ":" + choice.Action})
		}
		rows = append(rows, buttons)
	}
	return rows
}

// fewEdits is how many buttons that change an answer a screen shows. More are
// behind one button for the step, so that a review of eight steps stays short.
const fewEdits = 3

const editAction = "edit:" // of a reply's choices, before the field's key

// edits counts the buttons of a reply that change an answer.
func edits(r conversations.Reply) (n int) {
	for _, row := range r.Choices {
		for _, choice := range row {
			if strings.HasPrefix(choice.Action, editAction) {
				n++
			}
		}
	}
	return n
}

// pressStep offers the answers of a step to change: "draft:step".
func (b *Bot) pressStep(ctx context.Context, c *chat, rest string) error {
	id, step, _ := strings.Cut(rest, ":")
	_, d, ok, err := b.openDraft(ctx, c, id)
	if err != nil {
		return err
	}
	p := b.config.Procedures.Version(d.Dialog.Procedure, d.Dialog.Version)
	n := int(number(step))
	if !ok || p == nil || n < 1 || n > len(p.Steps) {
		return b.expired(ctx, c)
	}
	var rows [][]button
	for _, l := range p.Draft(d.Dialog).Lines() {
		if l.Step == p.Steps[n-1].Title {
			rows = append(rows, []button{{clip(l.Label+"："+l.Text, 30), "f:" + id + ":" + editAction + l.Key}})
		}
	}
	return c.say(textEditWhich, keyboard(append(rows, []button{{buttonBackCard, "f:" + id + ":do:resume"}})))
}

// showReplies sends what the engine says, and the draft if it was asked for.
func (b *Bot) showReplies(c *chat, d draft, replies []conversations.Reply) error {
	p := b.config.Procedures.Version(d.Dialog.Procedure, d.Dialog.Version)
	for _, s := range screens(p, d.of(), replies) {
		if err := c.reply(s.html, keyboard(s.rows)); err != nil {
			return err
		}
	}
	if slices.ContainsFunc(replies, func(r conversations.Reply) bool { return r.Export }) {
		return b.exportDraft(c, d)
	}
	return nil
}

func messageHTML(m conversations.Message) string {
	var html strings.Builder
	for _, s := range m {
		switch s.Mark {
		case conversations.Bold:
			html.WriteString(bold(s.Text))
		case conversations.Faint:
			html.WriteString("<i>" + escape(s.Text) + "</i>")
		case conversations.Quote:
			html.WriteString(quote(s.Text))
		default:
			html.WriteString(escape(s.Text))
		}
	}
	return html.String()
}
