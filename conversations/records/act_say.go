package records

import (
	"slices"
	"time"

	"rongcuo/conversations"
	"rongcuo/conversations/typed"
)

// What is said with an act: answers, reasons, remarks, a content.

// say reads what the actor must say and checks reasons, remarks and content.
func (t *turn) say(s step) (err error) {
	t.event.Answers, t.event.Lines, err = t.p.ReadAnswers(s.fields, t.a.Said, t.f.Known(t.content, t.now))
	if err != nil {
		return &Invalid{err.Error()}
	}
	if on := t.event.Answers[needDecided].From; t.a.Paper && on > typed.Day(t.now).Format(time.DateOnly) {
		return &Invalid{sayPaperAhead}
	}
	if err := t.reasons(s); err != nil {
		return err
	}
	if err := t.remarks(s); err != nil {
		return err
	}
	return t.round(s)
}

func (t *turn) reasons(s step) error {
	if s.reasons == "" {
		if len(t.a.Reasons) > 0 {
			return &Invalid{sayNoReasonsHere}
		}
		return nil
	}
	for _, code := range t.a.Reasons {
		r := found(t.p.Reasons, func(r conversations.Reason) bool { return r.Code == code && r.Group == s.reasons })
		if r.Code == "" {
			return &Invalid{sayUnknownReason}
		}
		if !slices.ContainsFunc(t.event.Reasons, func(had conversations.Reason) bool { return had.Code == code }) {
			t.event.Reasons = append(t.event.Reasons, r)
		}
	}
	if len(t.event.Reasons) == 0 {
		return &Invalid{sayReasonNeeded}
	}
	return nil
}

// maxRemark bounds a remark on one field, in characters.
const maxRemark = 500

// returns says that a step gives the filing back to the unit with reasons: what
// must be mended is then named field by field.
func (t *turn) returns(s step) bool {
	return s.reasons != "" && t.p.role(t.p.state(s.to).Owner).Kind == stageUnit
}

// remarks belong to a return to the unit and stand until the next round. What a
// reason opens is remarked on with the reason's words; a return that opens
// nothing would leave the unit with nothing to mend.
func (t *turn) remarks(s step) error {
	back := t.returns(s)
	if len(t.a.Remarks) > 0 && !back {
		return &Invalid{sayNoRemarksHere}
	}
	for key, text := range t.a.Remarks {
		text = typed.Clean(text)
		if t.p.Field(key) == nil || text == "" {
			return &Invalid{sayUnknownRemark}
		}
		if typed.Length(text) > maxRemark {
			return &Invalid{sayLongRemark}
		}
		t.remark(key, text)
	}
	if !back {
		return nil
	}
	for _, r := range t.event.Reasons {
		for _, key := range r.Opens {
			if t.a.Remarks[key] == "" {
				t.remark(key, r.Code+" "+r.Text)
			}
		}
	}
	if len(t.event.Remarks) == 0 {
		return &Invalid{sayRemarkNeeded}
	}
	return nil
}

func (t *turn) remark(key, text string) {
	if t.event.Remarks == nil {
		t.event.Remarks = map[string]string{}
	}
	if had := t.event.Remarks[key]; had != "" {
		text = had + "；" + text
	}
	t.event.Remarks[key] = text
}

// round takes the content that comes with a submission or a correction.
func (t *turn) round(s step) error {
	if s.content != (t.a.Content != nil) {
		return &Invalid{map[bool]string{true: sayContentNeeded, false: sayNoContentHere}[s.content]}
	}
	if !s.content {
		return nil
	}
	id, version := t.content.Procedure()
	if id != t.f.Procedure || version != t.f.Version && len(t.f.Rounds) > 0 {
		return &Invalid{sayOtherProcedure}
	}
	if !s.urgent && t.content.Round() != len(t.f.Rounds) {
		return &Invalid{sayWrongRound}
	}
	matter, _ := t.content.Value(fieldMatter)
	if _, body := t.p.Body(t.content); !s.urgent || body != "" {
		t.f.Body = body
	}
	period, _ := t.content.Value(fieldPeriod)
	t.f.Matter, t.f.Until = matter.Text, period.To
	if earlier, ok := t.content.Value(fieldEarlier); ok {
		number, err := conversations.ReadNumber(earlier.Text)
		if err != nil {
			return &Invalid{sayUnknownEarlier}
		}
		t.f.Earlier = number
	}
	if !s.urgent {
		if t.f.Submitted.IsZero() {
			t.f.Submitted = t.now
		}
		t.f.Rounds = append(t.f.Rounds, t.content.Digest())
	}
	return nil
}
