package conversations

import (
	"slices"
	"strings"
)

// finding is one line of the material check.
type finding struct {
	level Level
	say   string
	field string // what 修改 opens
}

// findings checks the whole content against the rules, the red ones first:
// missing papers, the procedure's own checks, and yellow rules of the fields.
func (v *view) findings() []finding {
	var out []finding
	for _, f := range v.fields() {
		if f.Kind == Files {
			for _, p := range v.missing(f) {
				out = append(out, finding{Red, sprintf(sayPaperMissing, p.ID, p.Name) + inBrackets(p.Article), f.Key})
			}
		}
		for _, r := range v.broken(f) {
			if r.Level == Yellow {
				out = append(out, finding{Yellow, cited(r), f.Key})
			}
		}
	}
	for _, f := range v.fields() {
		for _, say := range v.hints(f) {
			out = append(out, finding{Yellow, f.Label + "：" + say, f.Key})
		}
	}
	for _, r := range v.failing(v.p.Checks) {
		level := r.Level
		if level != Yellow {
			level = Red
		}
		out = append(out, finding{level, cited(r), r.Field})
	}
	slices.SortStableFunc(out, func(a, b finding) int { return strings.Compare(string(a.level), string(b.level)) })
	return out
}

func inBrackets(article string) string {
	if article == "" {
		return ""
	}
	return "（" + article + "）"
}

// submittable says that nothing red is left.
func (v *view) submittable() bool {
	stopped, _ := v.stopped()
	return v.openGate() == nil && stopped == nil && v.next() == nil &&
		!slices.ContainsFunc(v.findings(), func(f finding) bool { return f.level == Red })
}

// review shows the last screen in its fixed order (risk-filing, section 5):
// what fails, what needs attention, everything by step, papers, the body and
// the date, the declarations, the buttons.
func (t *turn) review() {
	v := t.view()
	t.reply(t.findingsReply(v))
	for i := range t.p.Steps {
		if r := t.stepReply(v, i, true); r != nil {
			t.reply(*r)
		}
	}
	t.reply(t.closing(v))
}

func (t *turn) findingsReply(v *view) Reply {
	text, r := Message{{Text: sayReviewHead, Mark: Bold}}, Reply{}
	list := append(v.findings(), t.bodyFindings(v)...)
	seen := map[string]bool{}
	for _, f := range list {
		text.line()
		text.add(levelSign(f.level) + f.say)
		if f.field != "" && !seen[f.field] && t.d.Phase == Reviewing {
			seen[f.field] = true
			row := []Button{{t.editLabel(f.field), "edit:" + f.field}}
			if g := t.p.Field(f.field); g != nil && len(v.hints(g)) > 0 {
				row = append(row, Button{labelFine, "fine:" + f.field})
			}
			r.Choices = append(r.Choices, row)
		}
	}
	if len(list) == 0 {
		text.line()
		text.add(sayNothingFound)
	}
	r.Text = text
	return r
}

func (t *turn) editLabel(key string) string {
	if f := t.p.Field(key); f != nil {
		return labelEdit + " " + f.Label
	}
	return t.p.gateLabel(key)
}

// closing tells where it goes, until when, what was declared, and how to send.
func (t *turn) closing(v *view) Reply {
	text := t.paperList(v)
	if _, body := t.p.Body(t.p.Draft(t.d)); body != "" {
		text.line()
		text.mark(Bold, sayBody)
		text.add(body)
	}
	if l := t.p.limit(t.p.Review.Limit); l != nil {
		text.line()
		text.mark(Bold, l.Name+"：")
		if t.e.Calendar != nil {
			text.add(sprintf(sayExpectedOn, FormatDue(t.e.Calendar.After(t.now, l.Days))))
		} else {
			text.add(sprintf(sayExpected, l.Days))
		}
		text.mark(Faint, inBrackets(l.Article))
	}
	for _, f := range v.fields() {
		if f.Kind == Declaration {
			text.line()
			text.add(map[bool]string{true: "☑ ", false: "☐ "}[t.d.Answers[f.Key].Yes] + f.Label)
		}
	}
	text.line()
	r := Reply{}
	switch {
	case !v.submittable():
		text.add(sayNotYet)
	case t.mayConfirm():
		text.add(sprintf(sayHowToSubmit, t.p.Review.Phrase))
		r.Choices = append(r.Choices, []Button{{t.p.Review.Phrase, "submit"}})
	case t.d.Phase == Reviewing:
		text.add(sprintf(sayHowToSend, t.p.role(t.p.confirms(&t.d)).Name))
		r.Choices = append(r.Choices, []Button{{labelSend + t.p.role(t.p.confirms(&t.d)).Name, "send"}})
	default:
		text.add(sprintf(sayWithHead, t.p.role(t.p.confirms(&t.d)).Name))
	}
	if t.d.Phase == Ready {
		r.Choices = append(r.Choices, []Button{{labelRecall, "recall"}})
	} else {
		r.Choices = append(r.Choices, []Button{{labelView, "do:view"}, {labelBack, "do:back"}})
	}
	r.Choices = append(r.Choices, []Button{{labelDraft, "do:save"}, {labelExport, "export"}})
	r.Text = text
	return r
}

// paperList is the list of attachments with what is missing of it.
func (t *turn) paperList(v *view) Message {
	text := Message{}
	for _, f := range v.fields() {
		if f.Kind != Files {
			continue
		}
		missing := v.missing(f)
		for _, p := range v.papers(f) {
			n := 0
			for _, file := range t.d.Answers[f.Key].Files {
				if file.Paper == p.ID {
					n++
				}
			}
			text.line()
			switch {
			case slices.Contains(missing, p):
				text.add("🔴 " + p.ID + " " + p.Name + sayPaperGap)
			case n > 0:
				text.add("☑ " + p.ID + " " + p.Name + sprintf(sayPaperCount, n))
			default:
				text.add("☐ " + p.ID + " " + p.Name + sayIfThere)
			}
		}
	}
	if len(text) > 0 {
		text = append(Message{{Text: sayPapers, Mark: Bold}, {Text: "\n"}}, text...)
	}
	return text
}

// mayConfirm: the head may always send in what the handler may.
func (t *turn) mayConfirm() bool {
	return t.e.may(t.p.confirms(&t.d)) || t.e.may(t.p.Review.Confirm)
}

// confirms is the role that sends it in: the filing as the review says, a
// correction as the transition of a further round does.
func (p *Procedure) confirms(d *Dialog) string {
	if d.Round > 0 {
		for _, t := range p.Transitions {
			if t.Round {
				return t.By[0]
			}
		}
	}
	return p.Review.Confirm
}

// ready shows the draft to whoever confirms it.
func (t *turn) ready() { t.review() }

// pressSubmit is the only way to a filing: the button under the review or the
// exact phrase, by the person who confirms, with nothing red left.
func (t *turn) pressSubmit(_, _ string) bool {
	if t.d.Phase != Reviewing && t.d.Phase != Ready {
		return false
	}
	if !t.mayConfirm() {
		t.say(sprintf(sayOnlyHead, t.p.role(t.p.confirms(&t.d)).Name))
		t.askAgain()
		return true
	}
	if !t.view().submittable() { // a day has passed, or a rule reads today
		t.say(sayNotYet)
		t.d.Phase = Reviewing
		t.moveOn()
		return true
	}
	t.d.Phase, t.d.At, t.d.Undo, t.d.Paused = Submitted, "", nil, false
	t.say(saySubmitted)
	return true
}

// pressSend hands the draft to the person who confirms.
func (t *turn) pressSend(_, _ string) bool {
	if t.d.Phase != Reviewing || !t.view().submittable() {
		return false
	}
	t.d.Phase = Ready
	t.say(sprintf(saySent, t.p.role(t.p.confirms(&t.d)).Name))
	return true
}

// pressRecall takes it back for changes, by either of the two.
func (t *turn) pressRecall(_, _ string) bool {
	if t.d.Phase != Ready {
		return false
	}
	t.d.Phase = Reviewing
	t.say(sayRecalled)
	t.moveOn()
	return true
}

func (t *turn) pressExport(_, _ string) bool {
	if t.d.Phase != Reviewing && t.d.Phase != Ready {
		return false
	}
	t.reply(Reply{Text: plain(sayExport), Export: true})
	return true
}
