package bot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/go-telegram/bot/models"

	"rongcuo/conversations"
	"rongcuo/conversations/records"
)

// act is one act on a filing being prepared: reasons are picked, remarks and
// what else it needs are said one after the other, then it is confirmed. Nothing
// of it is a record before that.
type act struct {
	Filing   string             `json:"filing"`
	Revision int64              `json:"revision"`
	Choice   string             `json:"choice"`
	Paper    bool               `json:"paper,omitempty"`
	Said     conversations.Said `json:"said"`
	Reasons  []string           `json:"reasons,omitempty"`
	Picked   bool               `json:"picked,omitempty"` // reasons are complete
	Remarks  map[string]string  `json:"remarks,omitempty"`
	Step     int                `json:"step,omitempty"`   // whose fields are shown for remarks; 0: the steps
	Marked   bool               `json:"marked,omitempty"` // remarks are complete
	Skipped  map[string]bool    `json:"skipped,omitempty"`
	At       string             `json:"at,omitempty"` // the field, or remark of a field, that words answer
}

func (c *chat) actKey() string { return c.personal("act") }

const remarkMark = "✎" // before the key of a field that is remarked on

// pressAct begins an act: "filing:revision:choice:paper".
func (b *Bot) pressAct(ctx context.Context, c *chat, rest string) error {
	parts := strings.Split(rest, ":")
	if len(parts) != 4 {
		return b.expired(ctx, c)
	}
	a := act{Filing: parts[0], Revision: number(parts[1]), Choice: parts[2], Paper: parts[3] != "", Said: conversations.Said{Texts: map[string]string{}, Files: map[string][]conversations.File{}}}
	full, ch, err := b.choice(ctx, c, a)
	if err != nil || full == nil {
		return err
	}
	if ch.Content {
		return b.correct(ctx, c, *full, a)
	}
	if _, err := c.load(ctx, c.actKey(), &act{}); err != nil {
		return err
	}
	return b.goOn(ctx, c, *full, ch, a)
}

// choice finds what the act is and proves that it is still open; it tells the
// person when it is not and gives nil.
func (b *Bot) choice(ctx context.Context, c *chat, a act) (*records.Full, records.Choice, error) {
	full, err := b.look(ctx, c, a.Filing)
	if err != nil || full == nil {
		return nil, records.Choice{}, err
	}
	i := slices.IndexFunc(full.Choices, func(ch records.Choice) bool { return ch.ID == a.Choice && ch.Paper == a.Paper })
	if i < 0 || full.Card.Revision != a.Revision {
		return nil, records.Choice{}, c.say(fmt.Sprintf(textMoved, escape(full.Card.StateName)), keyboard([][]button{{{buttonOpen, "see:" + a.Filing}}}))
	}
	return full, full.Choices[i], nil
}

// correct opens a returned filing as a draft in which only what was remarked on
// is asked.
func (b *Bot) correct(ctx context.Context, c *chat, full records.Full, a act) error {
	var mine drafts
	if _, err := c.load(ctx, draftsKey(c.user), &mine); err != nil {
		return err
	}
	f := full.Filing
	p := b.config.Procedures.Version(f.Procedure, f.Version)
	id := strings.ToLower(hashOf([]byte(f.ID + strconv.FormatInt(f.Revision, 10)))[:10])
	d := draft{Unit: f.Unit, Handler: c.user, Filing: f.ID, Revision: f.Revision, Action: a.Choice,
		Dialog: p.Correct(full.Content, f.Remarks, id, strconv.FormatInt(c.user, 10), b.when())}
	if _, err := c.load(ctx, draftKey(id), &d); err != nil { // one that was begun goes on
		return err
	}
	if !mine.has(id) {
		mine.List = append(mine.List, id)
	}
	mine.Open = id
	return b.step(ctx, c, mine, d, conversations.Event{Kind: conversations.EventResume})
}

// goOn asks what is still missing, or for the confirmation.
func (b *Bot) goOn(ctx context.Context, c *chat, full records.Full, ch records.Choice, a act) error {
	a.At = ""
	html, rows := b.nextQuestion(full, ch, &a)
	rows = append(rows, []button{{buttonDrop, "actdrop:"}})
	if err := c.store(c.actKey(), a); err != nil {
		return err
	}
	if a.At != "" {
		c.state.Await = awaitAct
	}
	return c.say(bold(ch.Name+"："+full.Card.Matter)+"\n"+html, keyboard(rows))
}

// nextQuestion is what comes next: reasons, remarks, fields, confirmation.
func (b *Bot) nextQuestion(full records.Full, ch records.Choice, a *act) (html string, rows [][]button) {
	switch {
	case len(ch.Reasons) > 0 && !a.Picked:
		for _, r := range ch.Reasons {
			sign := "☐ "
			if slices.Contains(a.Reasons, r.Code) {
				sign = "☑ "
			}
			rows = append(rows, []button{{sign + r.Code + " " + r.Text, "reason:" + r.Code}})
		}
		return textPickReasons, append(rows, []button{{buttonPicked, "picked:"}})
	case ch.Remarks && !a.Marked:
		return b.remarkScreen(full, *a)
	}
	if f := b.openField(full, ch, *a); f != nil {
		a.At = f.Key
		html = bold(f.Label) + "：" + escape(f.Ask)
		if f.Help != "" {
			html += "\n<i>" + escape(f.Help) + "</i>"
		}
		if f.Example != "" {
			html += "\n<i>" + textExample + escape(f.Example) + "</i>"
		}
		for i, o := range f.Options {
			rows = append(rows, []button{{o.Label, fmt.Sprintf("say:%d", i)}})
		}
		if f.Kind == conversations.Yesno {
			rows = append(rows, []button{{"是", "say:是"}, {"否", "say:否"}})
		}
		if f.Optional {
			rows = append(rows, []button{{buttonSkip, "actskip:"}})
		}
		if n := len(a.Said.Files[f.Key]); n > 0 {
			html += fmt.Sprintf("\n"+textFilesSoFar, n)
			rows = append(rows, []button{{buttonMarked, "actskip:"}})
		}
		return html, rows
	}
	return b.summary(full, ch, *a), [][]button{{{buttonConfirm + ch.Name, "do:"}}}
}

// remarkScreen offers the steps of the form, or the fields of one of them.
func (b *Bot) remarkScreen(full records.Full, a act) (html string, rows [][]button) {
	var steps []string
	marked := map[string]bool{}
	for _, l := range full.Content.Lines() {
		if !slices.Contains(steps, l.Step) {
			steps = append(steps, l.Step)
		}
		marked[l.Step] = marked[l.Step] || a.Remarks[l.Key] != ""
		if a.Step > 0 && l.Step == steps[min(a.Step, len(steps))-1] && len(steps) == a.Step {
			rows = append(rows, []button{{signed(a.Remarks[l.Key] != "", clip(l.Label, 26)), "remark:" + l.Key}})
		}
	}
	if rows != nil {
		return fmt.Sprintf(textPickRemarks, len(a.Remarks)), append(rows, []button{{buttonBackCard, "remarks:0"}})
	}
	for i, step := range steps {
		one := button{signed(marked[step], step), fmt.Sprintf("remarks:%d", i+1)}
		if i%2 == 1 {
			rows[len(rows)-1] = append(rows[len(rows)-1], one)
		} else {
			rows = append(rows, []button{one})
		}
	}
	return fmt.Sprintf(textPickRemarks, len(a.Remarks)), append(rows, []button{{buttonMarked, "marked:"}})
}

func signed(marked bool, label string) string {
	if marked {
		return remarkMark + " " + label
	}
	return label
}

func (b *Bot) pressRemarks(ctx context.Context, c *chat, step string) error {
	return b.change(ctx, c, func(a *act, _ records.Full, _ records.Choice) string { a.Step = int(number(step)); return "" })
}

// openField is the next field of the short form that has no answer yet. Which
// are asked follows from the answers, so the form is read as far as it is said.
func (b *Bot) openField(full records.Full, ch records.Choice, a act) *conversations.Field {
	p := b.config.Procedures.Version(full.Filing.Procedure, full.Filing.Version)
	for i := range ch.Fields {
		f := &ch.Fields[i]
		if a.Skipped[f.Key] || a.Said.Texts[f.Key] != "" {
			continue
		}
		if p.Asks(ch.Fields, i, a.Said, b.when()) {
			return f
		}
	}
	return nil
}

func (b *Bot) summary(full records.Full, ch records.Choice, a act) string {
	html := textConfirmAct
	for _, r := range ch.Reasons {
		if slices.Contains(a.Reasons, r.Code) {
			html += "\n· " + escape(r.Code+" "+r.Text)
		}
	}
	p := b.config.Procedures.Version(full.Filing.Procedure, full.Filing.Version)
	for _, key := range sortedKeys(a.Remarks) {
		if f := p.Field(key); f != nil {
			html += "\n" + remarkMark + " " + escape(f.Label+"："+a.Remarks[key])
		}
	}
	_, lines, err := p.ReadAnswers(ch.Fields, a.Said, b.when())
	if err != nil {
		return html + "\n" + escape(err.Error())
	}
	for _, l := range lines {
		html += "\n" + escape(l.Label+"："+l.Text)
	}
	return html
}

// preparing loads the act in work; nil when there is none any more.
func (b *Bot) preparing(ctx context.Context, c *chat) (*act, *records.Full, records.Choice, error) {
	var a act
	found, err := c.load(ctx, c.actKey(), &a)
	if err != nil {
		return nil, nil, records.Choice{}, err
	}
	if !found {
		return nil, nil, records.Choice{}, b.expired(ctx, c)
	}
	full, ch, err := b.choice(ctx, c, a)
	return &a, full, ch, err
}

// change applies a change to the act in work and goes on.
func (b *Bot) change(ctx context.Context, c *chat, apply func(a *act, full records.Full, ch records.Choice) (refusal string)) error {
	a, full, ch, err := b.preparing(ctx, c)
	if err != nil || full == nil {
		return err
	}
	if refusal := apply(a, *full, ch); refusal != "" {
		if err := c.reply(escape(refusal), nil); err != nil {
			return err
		}
	}
	return b.goOn(ctx, c, *full, ch, *a)
}

func (b *Bot) pressReason(ctx context.Context, c *chat, code string) error {
	return b.change(ctx, c, func(a *act, _ records.Full, ch records.Choice) string {
		if i := slices.Index(a.Reasons, code); i >= 0 {
			a.Reasons = slices.Delete(a.Reasons, i, i+1)
		} else if slices.ContainsFunc(ch.Reasons, func(r conversations.Reason) bool { return r.Code == code }) {
			a.Reasons = append(a.Reasons, code)
		}
		return ""
	})
}

func (b *Bot) pressPicked(ctx context.Context, c *chat, _ string) error {
	return b.change(ctx, c, func(a *act, _ records.Full, _ records.Choice) string {
		if len(a.Reasons) == 0 {
			return textNoReason
		}
		a.Picked = true
		return ""
	})
}

func (b *Bot) pressMarked(ctx context.Context, c *chat, _ string) error {
	return b.change(ctx, c, func(a *act, _ records.Full, _ records.Choice) string { a.Marked = true; return "" })
}

// pressRemark asks for the remark on one field.
func (b *Bot) pressRemark(ctx context.Context, c *chat, key string) error {
	a, full, _, err := b.preparing(ctx, c)
	if err != nil || full == nil {
		return err
	}
	for _, l := range full.Content.Lines() {
		if l.Key == key {
			a.At = remarkMark + key
			c.state.Await = awaitAct
			if err := c.store(c.actKey(), a); err != nil {
				return err
			}
			return c.say(fmt.Sprintf(textRemarkOn, escape(l.Label))+"\n"+quote(clip(l.Text, 400)), nil)
		}
	}
	return b.expired(ctx, c)
}

func (b *Bot) pressSay(ctx context.Context, c *chat, said string) error {
	return b.change(ctx, c, func(a *act, full records.Full, ch records.Choice) string {
		f := b.openField(full, ch, *a)
		if f == nil {
			return ""
		}
		if i, err := strconv.Atoi(said); err == nil && i >= 0 && i < len(f.Options) {
			said = f.Options[i].ID
		}
		return b.take(a, full, ch, f, said)
	})
}

func (b *Bot) pressActSkip(ctx context.Context, c *chat, _ string) error {
	return b.change(ctx, c, func(a *act, full records.Full, ch records.Choice) string {
		if f := b.openField(full, ch, *a); f != nil && (f.Optional || len(a.Said.Files[f.Key]) > 0) {
			if a.Skipped == nil {
				a.Skipped = map[string]bool{}
			}
			a.Skipped[f.Key] = true
		}
		return ""
	})
}

// take reads one answer of the short form; the refusal says what to write
// instead, and then nothing is kept.
func (b *Bot) take(a *act, full records.Full, ch records.Choice, f *conversations.Field, text string) string {
	if s := (screening{}).Screen(text); s != "" {
		return s
	}
	p := b.config.Procedures.Version(full.Filing.Procedure, full.Filing.Version)
	trial := conversations.Said{Texts: map[string]string{f.Key: text}}
	one := *f
	one.When = conversations.Condition{}
	if _, _, err := p.ReadAnswers([]conversations.Field{one}, trial, b.when()); err != nil {
		return err.Error()
	}
	a.Said.Texts[f.Key] = text
	return ""
}

// awaitedAct takes words: an answer or a remark.
func (b *Bot) awaitedAct(ctx context.Context, c *chat, _, text string) error {
	return b.change(ctx, c, func(a *act, full records.Full, ch records.Choice) string {
		if key, remark := strings.CutPrefix(a.At, remarkMark); remark {
			if s := (screening{}).Screen(text); s != "" {
				return s
			}
			if a.Remarks == nil {
				a.Remarks = map[string]string{}
			}
			a.Remarks[key], a.Step = strings.TrimSpace(text), 0
			return ""
		}
		f := b.openField(full, ch, *a)
		switch {
		case f == nil:
			return ""
		case f.Kind == conversations.Files:
			return textSendFile
		}
		return b.take(a, full, ch, f, text)
	})
}

// actFile takes a file for the act in work; handled is false when none waits
// for one.
func (b *Bot) actFile(ctx context.Context, c *chat, m *models.Message) (handled bool, err error) {
	if c.group || !b.files() || c.state.Await != awaitAct || m.Document == nil && len(m.Photo) == 0 {
		return false, nil
	}
	var a act
	if found, err := c.load(ctx, c.actKey(), &a); err != nil || !found {
		return err != nil, err
	}
	e, data, refusal, err := b.attachment(ctx, m)
	if err != nil {
		return true, err
	}
	var kept error
	err = b.change(ctx, c, func(a *act, full records.Full, ch records.Choice) string {
		f := b.openField(full, ch, *a)
		switch {
		case refusal != "":
			return refusal
		case f == nil || f.Kind != conversations.Files:
			return textNoFileNow
		}
		p := b.config.Procedures.Version(full.Filing.Procedure, full.Filing.Version)
		files := append(slices.Clone(a.Said.Files[f.Key]), e.Files...)
		one := *f
		one.When = conversations.Condition{}
		if _, _, err := p.ReadAnswers([]conversations.Field{one}, conversations.Said{Files: map[string][]conversations.File{f.Key: files}}, b.when()); err != nil {
			return err.Error()
		}
		if _, _, kept = b.config.Files.Put(bytes.NewReader(data)); kept == nil {
			a.Said.Files[f.Key] = files
		}
		return ""
	})
	return true, errors.Join(kept, err)
}

func (b *Bot) pressActDrop(ctx context.Context, c *chat, _ string) error {
	if _, err := c.load(ctx, c.actKey(), &act{}); err != nil {
		return err
	}
	if err := c.turn.Save(c.actKey(), nil, 0); err != nil {
		return err
	}
	b.disarm(ctx, c)
	return c.say(textStays, nil)
}

// pressDo performs the act. The record and its notices are on disk before
// anything is said; a second press finds it done.
func (b *Bot) pressDo(ctx context.Context, c *chat, _ string) error {
	a, full, ch, err := b.preparing(ctx, c)
	if err != nil || full == nil {
		return err
	}
	f, err := b.config.Desk.Do(ctx, records.Deed{Key: b.once(c), Person: c.user, Filing: a.Filing, Revision: a.Revision,
		Action: records.Action{ID: a.Choice, Said: a.Said, Reasons: a.Reasons, Remarks: a.Remarks, Paper: a.Paper}})
	if sentence, ok := refusalSentence(err); ok {
		return c.say(escape(sentence), keyboard([][]button{{{buttonOpen, "see:" + a.Filing}}}))
	}
	if err != nil {
		return err
	}
	b.tellSoon(ctx)
	if err := c.turn.Save(c.actKey(), nil, 0); err != nil {
		return err
	}
	b.disarm(ctx, c)
	state := full.Card.StateName
	if p := b.config.Procedures.Version(f.Procedure, f.Version); p != nil {
		state = p.StateName(f.State)
	}
	return c.say(fmt.Sprintf(textDone, escape(ch.Name), escape(f.Matter), escape(state)), keyboard([][]button{{{buttonOpen, "see:" + f.ID}}}))
}
