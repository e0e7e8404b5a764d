package conversations

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxCorrection bounds “资金改成30万”: a longer sentence tells something else.
const maxCorrection = 80

var correction = regexp.MustCompile(`^(?:请|麻烦)?(?:帮我)?(?:把|将)?(.+?)(?:应该|应当)?(?:改成|改为|改到|更正为|更正成|换成|调整为|修改为|应为|应是)[:：]?(.+)$`)

// correct handles a correction of another answer in the middle: 资金改成30万. It
// is echoed with the old value, can be taken back, and the same question is
// asked again. False if the text corrects nothing.
func (t *turn) correct(s string) bool {
	m := correction.FindStringSubmatch(s)
	if m == nil || utf8.RuneCountInString(s) > maxCorrection {
		return false
	}
	if g := t.p.gateNamed(m[1]); g != nil {
		t.correctGate(g, strings.TrimRight(strings.TrimSpace(m[2]), "。！!"))
		return true
	}
	v := t.view()
	f := v.named(strings.TrimSuffix(strings.TrimSpace(m[1]), "的"))
	if f == nil {
		return false
	}
	if !t.mayEdit(f.Key, v) {
		t.say(sayOnlyRemarks)
		t.askAgain()
		return true
	}
	value, err := f.read(strings.TrimRight(strings.TrimSpace(m[2]), "。！!"), v.options(f), t.now)
	if err != nil {
		t.say(f.Label + "：" + err.Error())
		t.askAgain()
		return true
	}
	old, had := t.d.Answers[f.Key]
	if refusal := t.put(f, value); refusal != "" {
		t.say(f.Label + "：" + refusal)
		t.askAgain()
		return true
	}
	t.d.Undo = &Undo{Key: f.Key, Had: had, Old: old}
	t.tellCorrected(f, old, had, value)
	t.afterCorrection(f.Key)
	return true
}

func (t *turn) tellCorrected(f *Field, old Value, had bool, value Value) {
	text := Message{}
	text.add(sprintf(sayCorrected, f.Label))
	if had {
		text.mark(Faint, shorten(f.show(old), maxShown)+" → ")
	}
	text.mark(Bold, shorten(f.show(value), maxShown))
	t.reply(Reply{Text: text, Choices: [][]Button{{{labelUndo, "undo:" + f.Key}}}})
	t.tellReopened(t.view(), f)
}

// afterCorrection stays at the question, unless it was the corrected one, is no
// longer asked, or the matter stops.
func (t *turn) afterCorrection(key string) {
	v := t.view()
	stopped, _ := v.stopped()
	if t.d.Phase != Filling || t.d.At == key || !v.visible[t.d.At] || stopped != nil {
		t.moveOn()
		return
	}
	t.askAgain()
}

// named finds the visible field that a word stands for, if it is only one.
func (v *view) named(word string) *Field {
	var found *Field
	for _, f := range v.fields() {
		if !f.proposable() || !slices.Contains(f.names(), word) {
			continue
		}
		if found != nil {
			return nil
		}
		found = f
	}
	return found
}

func (t *turn) pressUndo(key, _ string) bool {
	u := t.d.Undo
	if u == nil || u.Key != key || t.d.Phase != Filling && t.d.Phase != Reviewing && t.d.Phase != Stopped {
		return false
	}
	t.d.Undo = nil
	t.restore(key, u.Old, u.Had)
	t.say(sprintf(sayUndone, t.p.Field(key).Label))
	if t.d.Item != nil {
		t.askAgain()
	} else {
		t.afterCorrection(key)
	}
	return true
}
