package conversations

import (
	"slices"
	"strings"
	"time"

	"rongcuo/conversations/typed"
)

// What the records beside this package need to know of a content and of a short
// form (the Needs of a transition, the Fields of a Form).

// Said is what a person gives to a short form: texts as typed (a choice by its
// option's ID or words) and files, both by field key.
type Said struct {
	Texts map[string]string
	Files map[string][]File
}

// ReadAnswers reads a short form. Fields whose condition does not hold are
// dropped, also when something was said to them; red rules must hold. The lines
// are the answers as people read them, in the form's order. An error is a
// *typed.Error and begins with the field's label.
func (p *Procedure) ReadAnswers(fields []Field, said Said, known Known) (Answers, []Line, error) {
	answers, lines := Answers{}, []Line{}
	values := p.shortValues(fields, answers, known)
	for i := range fields {
		f := &fields[i]
		if !f.When.holds(values) {
			continue
		}
		value, given, err := f.take(said, known.Now)
		switch {
		case err != nil:
			return nil, nil, &typed.Error{Say: f.Label + "：" + err.Error()}
		case given:
			answers[f.Key], values[f.Key] = value, f.exprValue(value)
			lines = append(lines, Line{Key: f.Key, Label: f.Label, Text: f.show(value)})
		case !f.Optional:
			return nil, nil, &typed.Error{Say: f.Label + "：" + f.Ask}
		}
	}
	for i := range fields {
		f := &fields[i]
		if _, there := answers[f.Key]; !there {
			continue
		}
		for _, r := range f.Rules {
			if r.Level != Yellow && !r.Must.holds(values) {
				return nil, nil, &typed.Error{Say: f.Label + "：" + cited(r)}
			}
		}
	}
	return answers, lines, nil
}

// ReadAnswer reads what is said to one field, held to its rules beside what was
// said to the others so far. An error is a *typed.Error.
func (p *Procedure) ReadAnswer(fields []Field, key string, said Said, known Known) error {
	answers := Answers{}
	values := p.shortValues(fields, answers, known)
	for i := range fields {
		f := &fields[i]
		v, given, err := f.take(said, known.Now)
		if f.Key == key && err != nil {
			return &typed.Error{Say: f.Label + "：" + err.Error()}
		}
		if err == nil && given {
			answers[f.Key], values[f.Key] = v, f.exprValue(v)
		}
		if f.Key != key {
			continue
		}
		for _, r := range f.Rules {
			if r.Level != Yellow && !r.Must.holds(values) {
				return &typed.Error{Say: f.Label + "：" + cited(r)}
			}
		}
		return nil
	}
	return nil
}

// take reads what was said to one field of a short form.
func (f *Field) take(said Said, now time.Time) (v Value, given bool, err error) {
	if f.Kind != Files {
		text := said.Texts[f.Key]
		if strings.TrimSpace(text) == "" {
			return v, false, nil
		}
		if v, err = f.read(text, f.Options, now); err == nil && f.Serial != "" {
			v.Text, err = readSerial(f.Serial, v.Text, now)
		}
		return v, true, err
	}
	for _, file := range said.Files[f.Key] {
		file.Name = shorten(typed.CleanLine(file.Name), maxFileName)
		if file.Name == "" {
			file.Name = sayNameless
		}
		known := turn{d: Dialog{Answers: Answers{f.Key: v}}}
		if say := known.unfit(f, file); say != "" {
			return v, false, &typed.Error{Say: say}
		}
		v.Files = append(v.Files, file)
	}
	if n := int64(len(v.Files)); n > maxUnsorted {
		return v, false, &typed.Error{Say: sprintf(sayTooLong, n, int64(maxUnsorted), "个")}
	}
	return v, len(v.Files) > 0, nil
}

// Body is the body that a content was addressed to: its ID in the procedure and
// its full name. The name is the answer to the organisation field that is asked
// because of this choice (such as accept_name), or else the body's own. Both are
// empty in a procedure without bodies.
func (p *Procedure) Body(c Content) (id, name string) {
	for _, f := range p.fields {
		if f.FromBodies {
			v, _ := c.Value(f.Key)
			id, name = v.Text, f.optionLabel(v.Text)
			for _, g := range p.fields {
				if full, ok := c.Value(g.Key); ok && g.Kind == Organisation && slices.Contains(g.When.reads, f.Key) {
					name = full.Text
				}
			}
			return id, name
		}
	}
	return "", ""
}

// Attachments are the files of a content with the keys of their fields, in the
// form's order.
func (p *Procedure) Attachments(c Content) []Attachment {
	answers := c.copy().content.Answers
	var out []Attachment
	for _, f := range p.fields {
		for _, file := range answers[f.Key].Files {
			out = append(out, Attachment{Field: f.Key, File: file})
		}
	}
	return out
}

// Attachment is a file and the field that it answers.
type Attachment struct {
	Field string `json:"field"`
	File
}

// Asks says whether the field at i of a short form is asked, given what was
// said so far.
func (p *Procedure) Asks(fields []Field, i int, said Said, known Known) bool {
	answers := Answers{}
	values := p.shortValues(fields, answers, known)
	for j := range fields[:i] {
		if f := &fields[j]; f.When.holds(values) {
			if v, given, err := f.take(said, known.Now); err == nil && given {
				answers[f.Key], values[f.Key] = v, f.exprValue(v)
			}
		}
	}
	return fields[i].When.holds(values)
}

// Prefilled is what an earlier short form said that this field begins with, as
// it would be typed; "" for nothing.
func (p *Procedure) Prefilled(f *Field, known Known) string {
	for _, kept := range p.kept() {
		if v, ok := known.Kept[f.Prefill]; ok && kept.Key == f.Prefill {
			return kept.show(v)
		}
	}
	return ""
}

// StateName is a state's name in Chinese, "" for one that does not exist.
func (p *Procedure) StateName(id string) string {
	if s := p.state(id); s != nil {
		return s.Name
	}
	return ""
}
