package bot

import (
	"context"
	"fmt"
	"slices"

	"rongcuo/conversations"
	"rongcuo/conversations/records"
)

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
		p := b.config.Procedures.Version(full.Filing.Procedure, full.Filing.Version)
		if before := p.Prefilled(f, b.known(full)); before != "" {
			rows = append(rows, []button{{before, "say:" + sayPrefilled}})
		}
		if f.Optional {
			rows = append(rows, []button{{buttonSkip, "actskip:"}})
		}
		if n := len(a.Said.Files[f.Key]); n > 0 {
			html += fmt.Sprintf("\n"+textFilesSoFar, n)
			rows = append(rows, []button{{buttonMarked, "actskip:"}})
		}
		return html, b.withBack(full, ch, *a, rows)
	}
	return b.summary(full, ch, *a), b.withBack(full, ch, *a, [][]button{{{buttonConfirm + ch.Name, "do:"}}})
}

// sayPrefilled stands in a button for what an earlier step said: that may be
// longer than a button carries.
const sayPrefilled = "prefilled"

// withBack adds the button that takes the last answer back, where there is one.
func (b *Bot) withBack(full records.Full, ch records.Choice, a act, rows [][]button) [][]button {
	if f := b.lastField(full, ch, a); f != nil {
		rows = append(rows, []button{{fmt.Sprintf(buttonActBack, clip(f.Label, 12)), "actback:"}})
	}
	return rows
}

// lastField is the field of the short form that was answered last, or nil.
func (b *Bot) lastField(full records.Full, ch records.Choice, a act) (last *conversations.Field) {
	open := b.openField(full, ch, a)
	for i := range ch.Fields {
		f := &ch.Fields[i]
		if open != nil && f.Key == open.Key && len(a.Said.Files[f.Key]) == 0 {
			break
		}
		if a.Skipped[f.Key] || a.Said.Texts[f.Key] != "" || len(a.Said.Files[f.Key]) > 0 {
			last = f
		}
	}
	return last
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

// known is what the short forms of a filing may refer to.
func (b *Bot) known(full records.Full) conversations.Known {
	return full.Filing.Known(full.Content, b.when())
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
		if p.Asks(ch.Fields, i, a.Said, b.known(full)) {
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
	for _, l := range ch.Lines {
		html += "\n" + escape(l.Label+"："+l.Text)
	}
	_, lines, err := p.ReadAnswers(ch.Fields, a.Said, b.known(full))
	if err != nil {
		return html + "\n" + escape(err.Error())
	}
	for _, l := range lines {
		html += "\n" + escape(l.Label+"："+l.Text)
	}
	return html
}
