package bot

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"rongcuo/bot/delivery"
	"rongcuo/conversations/paper"
	"rongcuo/conversations/records"
)

// The register lists what a deciding body or the registrar may see, by year,
// body and state, as a list, a table to keep and a picture.

// maxRegister is how many filings a register holds: some years of a county.
const maxRegister = 5000

// choice is a register's filter as buttons carry it: "2026:3:filed", the year, the
// body's place among the bodies, the state. Empty parts choose all.
type registerChoice struct {
	year  int
	body  int // 1 for the first; names are too long for a button
	state string
}

func (r registerChoice) String() string {
	part := func(n int) string {
		if n == 0 {
			return ""
		}
		return strconv.Itoa(n)
	}
	return part(r.year) + ":" + part(r.body) + ":" + r.state
}

func readChoice(s string) registerChoice {
	parts := append(strings.SplitN(s, ":", 3), "", "", "")
	return registerChoice{int(number(parts[0])), int(number(parts[1])), parts[2]}
}

// registered are the filings of a register, before and after the filter.
type registered struct {
	choice registerChoice
	all    []records.Card
	bodies []string
	cards  []records.Card
}

func (b *Bot) registered(ctx context.Context, c *chat, rest string) (r registered, err error) {
	r.choice = readChoice(rest)
	if r.all, err = b.config.Desk.Register(ctx, c.user, records.Filter{Limit: maxRegister}); err != nil {
		return r, err
	}
	for _, k := range r.all {
		if !slices.Contains(r.bodies, k.Body) {
			r.bodies = append(r.bodies, k.Body)
		}
	}
	slices.Sort(r.bodies)
	for _, k := range r.all {
		if (r.choice.year == 0 || k.Submitted.In(china).Year() == r.choice.year) && (r.choice.state == "" || k.State == r.choice.state) &&
			(r.choice.body < 1 || r.choice.body > len(r.bodies) || k.Body == r.bodies[r.choice.body-1]) {
			r.cards = append(r.cards, k)
		}
	}
	return r, nil
}

// register shows the newest filings of a choice and what else can be chosen.
func (b *Bot) register(ctx context.Context, c *chat, _ string) error {
	return b.pressRegister(ctx, c, "")
}

func (b *Bot) pressRegister(ctx context.Context, c *chat, rest string) error {
	if !b.files() {
		return c.say(textDraftLater, nil)
	}
	r, err := b.registered(ctx, c, rest)
	if err != nil {
		return err
	}
	if len(r.all) == 0 {
		return c.say(textNothingRegistered, nil)
	}
	html, rows := cardList(fmt.Sprintf(headRegister, len(r.cards)), r.cards[:min(len(r.cards), deskPage)])
	if len(r.cards) > deskPage {
		html += "\n" + fmt.Sprintf(textMoreRegistered, deskPage)
	}
	at := r.choice.String()
	rows = append(rows, []button{{buttonByYear, "regby:year:" + at}, {buttonByState, "regby:state:" + at}, {buttonByBody, "regby:body:" + at}},
		[]button{{buttonRegister, "regfile:" + at}, {buttonChart, "regchart:" + at}})
	return c.say(html, keyboard(rows))
}

// pressRegisterBy offers what one part of the filter may be: "part:choice".
func (b *Bot) pressRegisterBy(ctx context.Context, c *chat, rest string) error {
	part, at, _ := strings.Cut(rest, ":")
	r, err := b.registered(ctx, c, at)
	if err != nil {
		return err
	}
	var rows [][]button
	seen := map[registerChoice]bool{}
	add := func(label string, to registerChoice) {
		if !seen[to] {
			seen[to] = true
			rows = append(rows, []button{{label, "reg:" + to.String()}})
		}
	}
	to := r.choice
	switch part {
	case "year":
		to.year = 0
	case "state":
		to.state = ""
	default:
		to.body = 0
	}
	add(buttonAll, to)
	for _, k := range r.all {
		to := r.choice
		switch part {
		case "year":
			to.year = k.Submitted.In(china).Year()
			add(strconv.Itoa(to.year)+"年", to)
		case "state":
			to.state = k.State
			add(k.StateName, to)
		default:
			to.body = slices.Index(r.bodies, k.Body) + 1
			add(clip(k.Body, 24), to)
		}
	}
	return c.say(textChoose, keyboard(rows))
}

// pressRegisterFile sends the chosen filings as a table.
func (b *Bot) pressRegisterFile(ctx context.Context, c *chat, rest string) error {
	r, err := b.registered(ctx, c, rest)
	if err != nil {
		return err
	}
	table := paper.Register{Title: textRegisterTitle, Counted: []string{"状态", "申请单位"}, Columns: []paper.Column{
		{Name: "申请号", Width: 12}, {Name: "申请单位", Width: 14}, {Name: "事项", Width: 24}, {Name: "受理机关", Width: 12}, {Name: "状态", Width: 8}, {Name: "提交日期", Width: 9}, {Name: "回执号", Width: 12}, {Name: "办理期限", Width: 10}, {Name: "逾期记录", Width: 14}}}
	for _, k := range r.cards {
		table.Rows = append(table.Rows, []any{k.Number, k.Unit, k.Matter, k.Body, k.StateName, k.Submitted.In(china), k.Receipt, k.Due, strings.Join(k.Overdue, "、")})
	}
	var out bytes.Buffer
	if err := paper.XLSX(&out, table); err != nil {
		return err
	}
	return b.sendFile(c, delivery.File{Name: table.Title + ".xlsx", Data: out.Bytes()}, fmt.Sprintf(textRegisterFile, len(r.cards)))
}

// sendFile sends one file and keeps the chat.
func (b *Bot) sendFile(c *chat, f delivery.File, caption string) error {
	if err := c.turn.Send(delivery.Message{Chat: c.id, Text: caption, File: &f}); err != nil {
		return err
	}
	return c.save()
}
