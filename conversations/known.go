package conversations

import (
	"slices"
	"time"

	"rongcuo/conversations/typed"
)

// Known is what a short form may refer to beside its own answers: a decision is
// not dated before the submission, a high risk needs one more opinion. In
// conditions of a short form stand, beside its own fields,
//
//   - the fields of the content under their keys, and gates;
//   - record.KEY: what an earlier short form said, of the fields marked keep;
//   - reached.STATE: the moment at which the filing last came to a state;
//   - submitted and until: the day of the first submission and the last day of
//     the implementation.
//
// A moment that has not come yet is the zero time, which is before any other.
type Known struct {
	Content   Content
	Kept      Answers
	Reached   map[string]time.Time
	Submitted time.Time
	Until     string // 2027-06-30
	Now       time.Time
}

// recordNames are the names of Known's own in conditions.
var recordNames = []string{"record", "reached", "submitted", "until"}

// shortForms are the short forms of the procedure.
func (p *Procedure) shortForms() (out [][]Field) {
	for i := range p.Transitions {
		out = append(out, p.Transitions[i].Needs)
	}
	for i := range p.Forms {
		out = append(out, p.Forms[i].Fields)
	}
	return out
}

// kept are the fields whose answers later short forms may refer to.
func (p *Procedure) kept() (out []*Field) {
	for _, fields := range p.shortForms() {
		for i := range fields {
			if f := &fields[i]; f.Keep && !slices.ContainsFunc(out, func(had *Field) bool { return had.Key == f.Key }) {
				out = append(out, f)
			}
		}
	}
	return out
}

// shortValues are the values for those conditions; answered looks at answers as
// they come.
func (p *Procedure) shortValues(fields []Field, answers Answers, k Known) map[string]any {
	values := p.view(k.Content.dialog(), k.Now).values
	record, reached := map[string]any{}, map[string]any{}
	for _, f := range p.kept() {
		record[f.Key] = f.exprValue(k.Kept[f.Key])
	}
	for _, s := range p.States {
		reached[s.ID] = time.Time{}
		if at := k.Reached[s.ID]; !at.IsZero() {
			reached[s.ID] = at.In(typed.China)
		}
	}
	values["record"], values["reached"], values["until"], values["submitted"] = record, reached, day(k.Until), time.Time{}
	if !k.Submitted.IsZero() {
		values["submitted"] = typed.Day(k.Submitted)
	}
	inContent := values["answered"].(func(string) bool)
	values["answered"] = func(key string) bool {
		_, ok := answers[key]
		return ok || inContent(key)
	}
	for i := range fields {
		values[fields[i].Key] = fields[i].exprValue(answers[fields[i].Key])
	}
	return values
}
