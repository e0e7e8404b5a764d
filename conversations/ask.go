package conversations

import (
	"fmt"
	"slices"
	"strings"
)

func sprintf(format string, args ...any) string { return fmt.Sprintf(format, args...) }

// ask puts a field's question: progress, what is asked, help, example, the
// present answer and the buttons.
func (t *turn) ask(f *Field) {
	v := t.view()
	r := Reply{Progress: v.progress(f.Key)}
	text := Message{}
	text.mark(Faint, sprintf(sayProgress, r.Progress.Step, r.Progress.Steps, r.Progress.Field, r.Progress.Fields, r.Progress.Title))
	if remark := t.d.Remarks[f.Key]; remark != "" {
		text.line()
		text.add(sayRemark)
		text.mark(Quote, remark)
	}
	text.line()
	describe(&text, f)
	switch f.Kind {
	case Group:
		t.showGroup(&r, &text, f)
	case Files:
		t.showPapers(&r, &text, f, v)
	default:
		t.choose(&r, &text, f, v)
		t.present(&r, &text, f, v)
	}
	r.Text = text
	r.Choices = append(r.Choices, t.steering(f)...)
	t.reply(r)
}

func describe(text *Message, f *Field) {
	text.mark(Bold, f.Label)
	if f.Optional {
		text.add(sayOptional)
	}
	text.line()
	text.add(f.Ask + f.size())
	if f.Help != "" {
		text.line()
		text.mark(Faint, f.Help)
	}
	if f.Example != "" {
		text.line()
		text.mark(Faint, sayExample+f.Example)
	}
	if f.Kind == Declaration {
		text.line()
		text.mark(Quote, f.Pledge)
	}
}

// size says how long a text may be, so that nobody writes it twice.
func (f *Field) size() string {
	if f.Kind != Longtext && (f.Kind != Text || f.Min < shortText) || f.Max == 0 {
		return ""
	}
	if f.Min > 1 {
		return sprintf(saySize, f.Min, f.Max)
	}
	return sprintf(saySizeUpTo, f.Max)
}

// shortText is a text so short, such as a name, that its bounds go without saying.
const shortText = 8

// present shows the answer that is there, and why it must be changed.
func (t *turn) present(r *Reply, text *Message, f *Field, v *view) {
	answer, ok := t.d.Answers[f.Key]
	if !ok || f.Kind == Declaration {
		return
	}
	text.line()
	text.add(sayPresent)
	text.mark(Quote, f.show(answer))
	for _, rule := range v.broken(f) {
		text.line()
		text.add(levelSign(rule.Level) + cited(rule))
	}
	if !v.open(f) {
		r.Choices = append(r.Choices, []Button{{labelKeep, "keep:" + f.Key}})
	}
}

// choose shows the options as buttons, or as a numbered list when they have
// explanations.
func (t *turn) choose(r *Reply, text *Message, f *Field, v *view) {
	switch f.Kind {
	case Yesno:
		r.Choices = append(r.Choices, []Button{{"是", "pick:" + f.Key + ":yes"}, {"否", "pick:" + f.Key + ":no"}})
	case Declaration:
		t.showGates(text, f)
		r.Choices = append(r.Choices, []Button{{pledgeWord, "pick:" + f.Key + ":yes"}})
	case Choice, Choices:
		t.list(r, text, f, v)
	case Organisation:
		t.offerBodies(r, f)
	}
}

func (t *turn) list(r *Reply, text *Message, f *Field, v *view) {
	suggested := v.suggested(f)
	for i, o := range v.options(f) {
		verb, sign := "pick:", ""
		if f.Kind == Choices {
			verb, sign = "tick:", "☐ "
			if slices.Contains(t.d.Picked, o.ID) {
				sign = "☑ "
			}
		}
		r.Choices = append(r.Choices, []Button{{sign + o.Label, verb + f.Key + ":" + o.ID}})
		text.line()
		text.add(sprintf("%d. %s", i+1, o.Label))
		if o.Help != "" {
			text.mark(Faint, "："+o.Help)
		}
		if o.Article != "" {
			text.mark(Faint, "（"+o.Article+"）")
		}
	}
	if len(suggested) > 0 {
		text.line()
		text.mark(Faint, saySuggested+strings.Join(suggested, "；"))
	}
	if f.Kind == Choices {
		r.Choices = append(r.Choices, []Button{{sprintf(labelTicked, len(t.d.Picked)), "done:" + f.Key}})
	}
}

// suggested lists options whose words occur in what was typed before. They are
// shown, never chosen.
func (v *view) suggested(f *Field) []string {
	typedSoFar := ""
	for _, key := range f.SuggestFrom {
		if v.visible[key] {
			typedSoFar += v.d.Answers[key].Text + "\n"
		}
	}
	var out []string
	for _, o := range v.options(f) {
		i := slices.IndexFunc(o.Words, func(w string) bool { return strings.Contains(typedSoFar, w) })
		if i >= 0 {
			out = append(out, sprintf(saySuggestion, o.Label, o.Article, o.Words[i]))
		}
	}
	return out
}

// showGates repeats the self-check that the person signs.
func (t *turn) showGates(text *Message, f *Field) {
	if !f.Gates {
		return
	}
	for _, g := range t.p.Gates {
		text.line()
		text.add(g.Ask)
		text.mark(Bold, g.answerWord(t.d.Gates[g.ID]))
	}
}

func (g *Gate) answerWord(a GateAnswer) string {
	yes, no := g.words()
	word := map[string]string{"yes": yes, "no": no, "unsure": labelUnsure}[a.Answer]
	if a.Proceed != "" {
		word += "（" + a.Proceed + "）"
	}
	return word
}

// explain answers a question about an option that is on offer now with that
// option's own words and article: “情形五是什么意思？”.
func (t *turn) explain(s string) bool {
	f := t.p.Field(t.d.At)
	if t.d.Phase != Filling || t.d.Item != nil || f == nil {
		return false
	}
	text := Message{}
	for _, o := range t.view().options(f) {
		if o.Help == "" || !slices.ContainsFunc(append([]string{o.Label}, o.Aliases...), func(name string) bool { return strings.Contains(s, name) }) {
			continue
		}
		text.line()
		text.mark(Bold, o.Label)
		text.add("：" + o.Help + "。")
		text.mark(Faint, inBrackets(o.Article))
	}
	if len(text) == 0 {
		return false
	}
	t.reply(Reply{Text: text})
	t.askAgain()
	return true
}

// steering are the buttons below every question.
func (t *turn) steering(f *Field) [][]Button {
	row := []Button{{labelBack, "do:back"}}
	if f.Optional {
		row = append(row, Button{labelSkip, "skip:" + f.Key})
	}
	row = append(row, Button{labelView, "do:view"})
	return [][]Button{row, {{labelSave, "do:save"}, {labelCancel, "do:cancel"}}}
}

func levelSign(l Level) string {
	if l == Yellow {
		return "🟡 "
	}
	return "🔴 "
}

// cited is what a rule says with its article.
func cited(r Rule) string {
	if r.Article == "" {
		return r.Say
	}
	return r.Say + "（" + r.Article + "）"
}

// viewAnswers lists what is filled in, each with a button to change it.
func (t *turn) viewAnswers() {
	v := t.view()
	filled := 0
	for i := range t.p.Steps {
		r := t.stepReply(v, i, false)
		if r != nil {
			filled++
			t.reply(*r)
		}
	}
	if filled == 0 {
		t.say(sayNothingYet)
	}
	t.reply(Reply{Text: plain(sayGoOn), Choices: [][]Button{{{labelGoOn, "do:ask"}}}})
}

// maxShown is how much of an answer a list shows; the whole is one press away.
const maxShown = 160

// stepReply shows one step's answers; nil if there are none. With gaps the open
// fields are named too.
func (t *turn) stepReply(v *view, step int, gaps bool) *Reply {
	text, buttons := Message{}, []Button{}
	for _, f := range v.fields() {
		if t.p.stepOf[f.Key] != step {
			continue
		}
		answer, ok := t.d.Answers[f.Key]
		if !ok && !gaps {
			continue
		}
		shown := sayLeftOut
		switch {
		case ok && f.Kind == Files && gaps:
			shown = sayPapersBelow
		case ok:
			shown = shorten(f.show(answer), maxShown)
		}
		text.line()
		text.mark(Bold, f.Label+"：")
		text.add(shown)
		if t.mayEdit(f.Key, v) {
			buttons = append(buttons, Button{labelEdit + " " + f.Label, "edit:" + f.Key})
		}
	}
	if len(text) == 0 {
		return nil
	}
	head := Message{{Text: sprintf(sayStepHead, step+1, t.p.Steps[step].Title), Mark: Bold}}
	head.line()
	r := Reply{Text: append(head, text...), Step: step + 1}
	for pair := range slices.Chunk(buttons, 2) {
		r.Choices = append(r.Choices, pair)
	}
	if t.d.Round == 0 && t.d.Phase != Ready && slices.ContainsFunc(t.p.Steps[step].Fields, func(f Field) bool { return f.Gates }) {
		r.Choices = append(r.Choices, []Button{{labelGates, "do:gates"}})
	}
	return &r
}
