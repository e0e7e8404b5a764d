package conversations

import (
	"slices"
	"strings"

	"rongcuo/conversations/typed"
)

// hints tells what in a field's texts the procedure watches for. Fields that hold
// names (Field.Names) are not looked at, and nothing is said again of a text that
// the person has called right.
func (v *view) hints(f *Field) []string {
	answer, ok := v.d.Answers[f.Key]
	if !ok || v.d.Fine[f.Key] {
		return nil
	}
	texts := f.watched(answer)
	for _, item := range answer.Items {
		for i := range f.Fields {
			texts = append(texts, f.Fields[i].watched(item[f.Fields[i].Key])...)
		}
	}
	text := strings.Join(texts, "\n")
	var out []string
	if names := typed.PersonNames(text); len(names) > 0 && v.p.Watch.Names != "" {
		out = append(out, sprintf(v.p.Watch.Names, strings.Join(names, "、")))
	}
	for _, w := range v.p.Watch.Words {
		if w.Find.MatchString(text) {
			out = append(out, w.Say)
		}
	}
	return out
}

// watched is the text of an answer that is looked at.
func (f *Field) watched(v Value) []string {
	if f.Names || !slices.Contains([]Kind{Text, Longtext}, f.Kind) || v.Text == "" {
		return nil
	}
	return []string{v.Text}
}

// hint says at once what is watched for in an answer, with a way to change it and
// one to leave it.
func (t *turn) hint(f *Field) {
	list := t.view().hints(f)
	if len(list) == 0 {
		return
	}
	text := Message{}
	for _, say := range list {
		text.line()
		text.add(levelSign(Yellow) + f.Label + "：" + say)
	}
	t.reply(Reply{Text: text, Choices: [][]Button{{{labelEdit + " " + f.Label, "edit:" + f.Key}, {labelFine, "fine:" + f.Key}}}})
}

// pressFine leaves a text as it is; a changed one is looked at again.
func (t *turn) pressFine(key, _ string) bool {
	f := t.p.Field(key)
	if f == nil || len(t.view().hints(f)) == 0 {
		return false
	}
	t.d.Fine[key] = true
	t.say(sprintf(sayFine, f.Label))
	t.askAgain()
	return true
}
