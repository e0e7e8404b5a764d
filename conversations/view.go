package conversations

import (
	"slices"
	"time"

	"rongcuo/conversations/typed"
)

// view is what follows from a dialog's answers: which fields are asked, which
// are open and which rules are broken. It depends on the answers alone, not on
// the order in which they came, and is made anew for every step.
type view struct {
	p       *Procedure
	d       *Dialog
	now     time.Time
	values  map[string]any // for conditions
	visible map[string]bool
}

func (p *Procedure) view(d *Dialog, now time.Time) *view {
	v := &view{p: p, d: d, now: now, values: map[string]any{"today": typed.Day(now), "now": now}, visible: map[string]bool{}}
	gates := map[string]any{}
	for _, g := range p.Gates {
		gates[g.ID] = d.Gates[g.ID].Answer
	}
	v.values["gates"] = gates
	v.values["answered"] = func(key string) bool {
		_, ok := d.Answers[key]
		return ok && v.visible[key]
	}
	for _, f := range p.fields {
		v.values[f.Key] = f.exprValue(Value{})
	}
	for _, f := range p.order {
		if p.Steps[p.stepOf[f.Key]].When.holds(v.values) && f.When.holds(v.values) {
			v.visible[f.Key] = true
			if answer, ok := d.Answers[f.Key]; ok {
				v.values[f.Key] = f.exprValue(answer)
			}
		}
	}
	return v
}

// fields lists the visible fields in their order.
func (v *view) fields() []*Field {
	var out []*Field
	for _, f := range v.p.fields {
		if v.visible[f.Key] {
			out = append(out, f)
		}
	}
	return out
}

// options lists what is on offer for a choice.
func (v *view) options(f *Field) []Option {
	var out []Option
	for _, o := range f.Options {
		if o.When.holds(v.values) {
			out = append(out, o)
		}
	}
	return out
}

// papers lists the attachments that belong to the case.
func (v *view) papers(f *Field) []*Paper {
	var out []*Paper
	for i := range f.Papers {
		if f.Papers[i].When.holds(v.values) {
			out = append(out, &f.Papers[i])
		}
	}
	return out
}

// missing lists the needed papers of which no file is there, or not one for
// each item of a group; the name then says how many there are.
func (v *view) missing(f *Field) (out []*Paper) {
	for _, p := range v.papers(f) {
		need, have := 1, 0
		if p.Each != "" {
			need = max(len(v.d.Answers[p.Each].Items), 1)
		}
		for _, file := range v.d.Answers[f.Key].Files {
			if file.Paper == p.ID {
				have++
			}
		}
		if p.Optional || have >= need {
			continue
		}
		if need > 1 {
			one := *p
			one.Name += sprintf(sayOfEach, need, have)
			p = &one
		}
		out = append(out, p)
	}
	return out
}

// broken lists a field's rules that its answer breaks.
func (v *view) broken(f *Field) []Rule {
	if _, ok := v.d.Answers[f.Key]; !ok {
		return nil
	}
	return v.failing(f.Rules)
}

func (v *view) failing(rules []Rule) []Rule {
	var out []Rule
	for _, r := range rules {
		if !r.Must.holds(v.values) {
			out = append(out, r)
		}
	}
	return out
}

// open says that a field must (still, or again) be asked.
func (v *view) open(f *Field) bool {
	if v.d.Remarks[f.Key] != "" && !v.d.Mended[f.Key] {
		return true
	}
	answer, ok := v.d.Answers[f.Key]
	if !ok {
		return !v.d.Skipped[f.Key] || !f.Optional && f.Kind != Files
	}
	return v.invalid(f, answer)
}

// invalid says that an answer no longer fits: an option that is not offered
// any more, a bound of a newer version, a red rule.
func (v *view) invalid(f *Field, answer Value) bool {
	if f.bounds(answer, typed.Day(v.now)) != nil {
		return true
	}
	for _, id := range append(slices.Clone(answer.Chosen), answer.Text) {
		offered := slices.ContainsFunc(v.options(f), func(o Option) bool { return o.ID == id })
		if (f.Kind == Choices && id != "" || f.Kind == Choice) && !offered {
			return true
		}
	}
	if f.Kind == Files {
		return !v.d.Skipped[f.Key]
	}
	return slices.ContainsFunc(v.broken(f), func(r Rule) bool { return r.Level == Red || r.Level == "" })
}

// stopped is the first visible field whose answer ends the matter, with the
// rule that says so.
func (v *view) stopped() (*Field, *Rule) {
	for _, f := range v.fields() {
		for _, r := range v.broken(f) {
			if r.Level == Stop {
				return f, &r
			}
		}
	}
	return nil, nil
}

// next is the first open field, or nil; those that are urgent come first.
func (v *view) next() *Field {
	for _, early := range []bool{true, false} {
		for _, f := range v.fields() {
			if (!early || f.Early.String() != "" && f.Early.holds(v.values)) && v.open(f) {
				return f
			}
		}
	}
	return nil
}

// Pressing says of a dialog that is pressed for time whether what is asked before
// all else (Field.Early) has been answered. Both are false for an ordinary one.
func (p *Procedure) Pressing(d Dialog, now time.Time) (pressing, answered bool) {
	v := p.view(&d, now)
	open := false
	for _, f := range v.fields() {
		if f.Early.String() != "" && f.Early.holds(v.values) {
			pressing = true
			open = open || v.open(f)
		}
	}
	return pressing, pressing && !open
}

// before is the visible field in front of one, or nil.
func (v *view) before(key string) *Field {
	fields := v.fields()
	i := slices.IndexFunc(fields, func(f *Field) bool { return f.Key == key })
	if i == 0 || len(fields) == 0 {
		return nil
	}
	if i < 0 {
		i = len(fields)
	}
	return fields[i-1]
}

// progress says how far the asked field is.
func (v *view) progress(key string) *Progress {
	out := &Progress{}
	last := -1
	for _, f := range v.fields() {
		step := v.p.stepOf[f.Key]
		if step != last {
			out.Steps++
			last = step
		}
		out.Fields++
		if f.Key == key {
			out.Step, out.Field, out.Title = out.Steps, out.Fields, v.p.Steps[step].Title
		}
	}
	return out
}

// openGate is the first gate that keeps the form closed, or nil. A gate that
// was answered keeps it closed if its answer stops and no way round was taken,
// or if the answer is a doubt.
func (v *view) openGate() *Gate {
	if v.d.Round > 0 {
		return nil
	}
	for i := range v.p.Gates {
		g := &v.p.Gates[i]
		a := v.d.Gates[g.ID]
		if a.Answer == "" || a.Answer == string(typed.Unsure) || a.Answer == g.Stop && a.Proceed == "" {
			return g
		}
	}
	return nil
}
