package conversations

import (
	"slices"

	"rongcuo/conversations/typed"
)

// fieldText takes a message as the answer to the asked field.
func (t *turn) fieldText(s string) {
	f := t.p.Field(t.d.At)
	switch f.Kind {
	case Group:
		t.groupText(f, s)
		return
	case Files:
		t.say(saySendFiles)
		t.askAgain()
		return
	}
	v, err := f.read(s, t.view().options(f), t.now)
	if err != nil {
		t.refuse(f, err)
		return
	}
	t.accept(f, v)
}

// refuse says what to type instead and keeps the question.
func (t *turn) refuse(f *Field, err error) {
	text, r := Message{}, Reply{}
	text.mark(Bold, f.Label+"：")
	text.add(err.Error())
	if f.Example != "" {
		text.line()
		text.mark(Faint, sayExample+f.Example)
	}
	switch f.Kind {
	case Yesno, Choice, Choices: // what can be pressed stays at hand, without its explanations
		t.choose(&r, new(Message), f, t.view())
	}
	r.Text, r.Choices = text, append(r.Choices, t.steering(f)...)
	t.reply(r)
}

// accept takes an answer: it is checked against its rules, echoed, and the
// dialog moves on. A red rule refuses it; a yellow one is shown; a stop is
// found by moveOn.
func (t *turn) accept(f *Field, value Value) {
	old, had := t.d.Answers[f.Key]
	t.d.Answers[f.Key] = value
	delete(t.d.Skipped, f.Key)
	v := t.view()
	for _, r := range v.broken(f) {
		if r.Level == Red || r.Level == "" {
			t.restore(f.Key, old, had)
			t.refuse(f, &typed.Error{Say: cited(r)})
			return
		}
	}
	t.mended(f.Key)
	t.echo(f, value)
	t.changed(f, old, had, value)
	for _, r := range v.broken(f) {
		if r.Level == Yellow {
			t.say(levelSign(r.Level) + cited(r))
		}
	}
	t.hint(f)
	if had && !old.Equal(value) {
		t.tellReopened(v, f)
	}
	t.moveOn()
}

// changed draws what follows from an answer that is not what it was: what was
// declared about the content before is declared anew, and a gate that the answer
// bears on is put before the person's eyes once more.
func (t *turn) changed(f *Field, old Value, had bool, value Value) {
	if f.Kind == Declaration || t.d.Round > 0 || had && old.Equal(value) {
		return
	}
	delete(t.d.Fine, f.Key)
	t.renew(func(d *Field) bool { return d.Renew })
	if g := t.p.gate(f.Recheck); g != nil {
		text := Message{}
		text.add(sprintf(sayRecheck, g.Ask))
		text.mark(Bold, g.answerWord(t.d.Gates[g.ID]))
		t.reply(Reply{Text: text, Choices: [][]Button{{{t.p.gateLabel(g.ID), "edit:" + g.ID}}}})
	}
}

// renew takes declarations back, so that they are asked for again.
func (t *turn) renew(which func(*Field) bool) {
	for _, d := range t.p.fields {
		if d.Kind == Declaration && which(d) {
			delete(t.d.Answers, d.Key)
		}
	}
}

func (t *turn) restore(key string, old Value, had bool) {
	if had {
		t.d.Answers[key] = old
	} else {
		delete(t.d.Answers, key)
	}
}

func (t *turn) mended(key string) {
	if t.d.Remarks[key] != "" {
		t.d.Mended[key] = true
	}
}

// echo repeats what was understood. Long texts are not repeated; the person
// sees them right above.
func (t *turn) echo(f *Field, v Value) {
	if f.Kind == Longtext {
		t.say(sprintf(sayNoted, f.Label, typed.Length(v.Text)))
		return
	}
	text := Message{}
	text.add(sayUnderstood + f.Label + "：")
	text.mark(Bold, shorten(f.show(v), maxShown))
	t.reply(Reply{Text: text})
}

// tellReopened names the answers that a change has made open again.
func (t *turn) tellReopened(v *view, changed *Field) {
	var labels []string
	for _, f := range v.fields() {
		if f == changed || !v.open(f) || t.d.Remarks[f.Key] != "" {
			continue
		}
		if _, answered := t.d.Answers[f.Key]; answered {
			labels = append(labels, f.Label)
		}
	}
	if len(labels) > 0 {
		t.say(sayReopened + join(labels))
	}
}

// asked returns the field that a button belongs to, if it is the one that is
// asked now.
func (t *turn) asked(key string, kinds ...Kind) *Field {
	f := t.p.Field(key)
	if f == nil || t.d.Phase != Filling || t.d.At != key || t.d.Item != nil || len(t.d.Proposed) > 0 || len(kinds) > 0 && !slices.Contains(kinds, f.Kind) {
		return nil
	}
	return f
}

func (t *turn) pressPick(key, option string) bool {
	if t.d.Item != nil {
		return t.pickInItem(key, option)
	}
	f := t.asked(key, Yesno, Choice, Declaration)
	if f == nil {
		return false
	}
	v, ok := f.picked(option, t.view().options(f))
	if ok {
		t.accept(f, v)
	}
	return ok
}

// picked is the value of a button.
func (f *Field) picked(option string, offered []Option) (Value, bool) {
	switch f.Kind {
	case Yesno:
		return Value{Yes: option == "yes"}, option == "yes" || option == "no"
	case Declaration:
		return Value{Yes: true}, option == "yes"
	}
	return Value{Text: option}, slices.ContainsFunc(offered, func(o Option) bool { return o.ID == option })
}

func (t *turn) pressTick(key, option string) bool {
	f := t.asked(key, Choices)
	if f == nil || !slices.ContainsFunc(t.view().options(f), func(o Option) bool { return o.ID == option }) {
		return false
	}
	if i := slices.Index(t.d.Picked, option); i >= 0 {
		t.d.Picked = without(t.d.Picked, i)
	} else {
		t.d.Picked = append(t.d.Picked, option)
	}
	t.askAgain()
	return true
}

func (t *turn) pressDone(key, _ string) bool {
	f := t.asked(key, Choices, Group, Files)
	if f == nil {
		return false
	}
	switch f.Kind {
	case Choices:
		t.ticked(f)
	case Group:
		t.groupDone(f)
	case Files:
		t.filesDone(f)
	}
	return true
}

func (t *turn) ticked(f *Field) {
	v := Value{}
	for _, o := range t.view().options(f) {
		if slices.Contains(t.d.Picked, o.ID) {
			v.Chosen = append(v.Chosen, o.ID)
		}
	}
	if len(v.Chosen) == 0 {
		t.refuse(f, &typed.Error{Say: sayTickFirst})
		return
	}
	if err := f.bounds(v, typed.Day(t.now)); err != nil {
		t.refuse(f, err)
		return
	}
	t.accept(f, v)
}

// pressKeep leaves the present answer and goes on.
func (t *turn) pressKeep(key, _ string) bool {
	f := t.asked(key)
	if f == nil || t.view().open(f) {
		return false
	}
	t.moveOn()
	return true
}
