package records

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"rongcuo/conversations"
)

// TestTheWholeStory: a filing is returned once with remarks on two fields,
// mended, accepted, agreed, registered, carried out with a deviation, closed.
func TestTheWholeStory(t *testing.T) {
	d := newDesk(t)
	f := d.submit(t, "u1", nil)
	if f.State != "submitted" || f.Number == "" || f.Body != bodyName || f.Unit != unitName || f.Due.text() != "2026年11月25日" {
		t.Fatalf("%+v", f)
	}
	back := good(d.p, "T7")
	back.Remarks = map[string]string{"background": "请写明拖了多久", "fund_amount": "请核对金额"}
	back.Reasons = []string{"B1", "B2"}
	f = d.does(t, f, decider, back)
	if f.State != "returned" || len(f.Remarks) != 3 || f.Counts["mend"] != 1 {
		t.Fatalf("%+v", f)
	}
	draft := d.p.Correct(contentOf(t, 0, nil), f.Remarks, "d2", "handler", d.now)
	if draft.Round != 1 || len(draft.Remarks) != 3 {
		t.Fatalf("the correction asks %+v", draft.Remarks)
	}
	for _, step := range []struct {
		id, state string
		days      int
	}{
		{"T8", "submitted", 1}, {"T10", "accepted", 1}, {"T11", "agreed", 5}, {"T14", "reported", 1}, {"T15", "filed", 1}, {"T18", "implementing", 40},
		{"progress", "implementing", 60}, {"minor_change", "implementing", 1}, {"extension", "implementing", 10}, {"extension_yes", "implementing", 1}, {"T21", "deviation", 1}, {"T22a", "studying", 1},
		{"T22b", "implementing", 1}, {"T24a", "closing", 1}, {"T24b", "closed", 0},
	} {
		d.now = d.now.AddDate(0, 0, step.days)
		if f = d.leads(t, f, step.id); f.State != step.state {
			t.Fatalf("%s leads to %s, not %s", step.id, f.State, step.state)
		}
	}
	if f.Receipt != "示例风备〔2026〕12" || f.Until != "2027-12-31" || len(f.Rounds) != 2 || len(f.Remarks) != 0 {
		t.Errorf("%+v", f)
	}
	full, err := d.Look(t.Context(), maker, f.ID)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, m := range full.Timeline {
		names = append(names, m.Name)
	}
	want := "确认提交 退回补正 补正后再次提交 受理 同意 报送县纪委监委 登记 开始实施 进展 一般变化 申请延期 同意延期 报告偏差 开始四项研判 继续实施 报送办结 办结归档"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("the timeline is\n%s", got)
	}
	if len(full.Changes) != 1 || full.Changes[0].Key != "background" {
		t.Errorf("the difference of the rounds is %+v", full.Changes)
	}
	if len(full.Choices) != 0 {
		t.Errorf("after the end: %+v", full.Choices)
	}
	holdsTogether(t, d)
}

func holdsTogether(t *testing.T, d *desk) {
	t.Helper()
	c, err := d.book.Verify(t.Context())
	if err != nil || c.Wrong != nil {
		t.Fatalf("the book does not hold: %+v, %v", c.Wrong, err)
	}
}

// TestOtherEnds walks the other ways to an end, each as its table row says.
func TestOtherEnds(t *testing.T) {
	for _, c := range []struct{ name, ids, state string }{
		{"refused", "T10 T13", "rejected"},
		{"to be changed", "T10 T12a T12b T10 T11", "agreed"},
		{"not registered, refused", "T10 T11 T14 T16 T13", "rejected"},
		{"not registered, changed", "T10 T11 T14 T16 T12a T12b", "submitted"},
		{"withdrawn", "T17", "withdrawn"},
		{"withdrawn at the last moment", "T10 T11 T14 T17", "withdrawn"},
		{"not carried out", "T10 T11 T14 T15 T19", "deregistered"},
		{"stopped by a deviation", "T10 T11 T14 T15 T18 T21 T22a T22c T24a T24b", "closed"},
		{"recognition", "T10 T11 T14 T15 T18 T21 T22a T23 T23b", "implementing"},
		{"recognition, and stopped", "T10 T11 T14 T15 T18 T21 T22a T23 T23c T24a T24b", "closed"},
		{"adjusted", "T10 T11 T14 T15 T18 T21 T22a T22d", "implementing"},
		{"a closing report that is sent back", "T10 T11 T14 T15 T18 T24a T24c T24a T24b", "closed"},
		{"void after the end", "T10 T11 T14 T15 T18 T24a T24b T25", "voided"},
		{"not carried out after all", "T10 T11 T14 T15 T18 T19", "deregistered"},
		{"void", "T10 T11 T14 T15 T25", "voided"},
		{"a third correction", "T7 T8 T7 T8 T7", "lapsed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDesk(t)
			if f := d.leads(t, d.submit(t, "", nil), strings.Fields(c.ids)...); f.State != c.state {
				t.Errorf("it stands in %s, not %s", f.State, c.state)
			}
			holdsTogether(t, d)
		})
	}
}

func TestAChangedMatterIsFollowedByANewFiling(t *testing.T) {
	d := newDesk(t)
	old := d.leads(t, d.submit(t, "", nil), "T10", "T11", "T14", "T15", "T18", "T20a")
	next := d.submit(t, "", conversations.Answers{"prev_no": {Text: strings.ToLower(old.Number)}})
	next = d.leads(t, next, "T10", "T11", "T14")
	a := good(d.p, "T15")
	a.Said.Texts = map[string]string{"receipt_no": old.Receipt}
	if _, err := d.Do(t.Context(), Deed{Person: registrar, Filing: next.ID, Revision: next.Revision, Action: a}); err == nil || err.Error() != sayReceiptTaken {
		t.Fatalf("a receipt number is given twice: %v", err)
	}
	a.Said.Texts = map[string]string{"receipt_no": "示例风备〔2026〕13"}
	next = d.does(t, next, registrar, a)
	full, err := d.Look(t.Context(), maker, old.ID)
	if err != nil || full.Filing.State != "closed" || full.Filing.Later != next.Number || next.Earlier != old.Number {
		t.Errorf("the old one: %+v, %v", full.Card, err)
	}
	_, err = d.Submit(t.Context(), Submission{Person: otherBoss, Content: contentOf(t, 0, conversations.Answers{"prev_no": {Text: old.Number}}), Unit: otherName})
	if err == nil || err.Error() != sayUnknownEarlier {
		t.Errorf("another unit's number is known: %v", err)
	}
	holdsTogether(t, d)
}

func TestWorkBegunOnAnOralConsent(t *testing.T) {
	d := newDesk(t)
	content := contentOf(t, 0, urgentAnswers(d.now.Add(-time.Hour)))
	if _, err := d.Begin(t.Context(), Submission{Person: boss, Content: contentOf(t, 0, nil)}); !errors.Is(err, ErrNotAllowed) {
		t.Fatalf("it is not urgent: %v", err)
	}
	f, err := d.Begin(t.Context(), Submission{Person: boss, Handler: maker, Content: content, Key: "b"})
	if err != nil || f.State != "draft" || f.Ahead.State != "implementing" || f.Number != "" {
		t.Fatalf("%+v, %v", f, err)
	}
	if got := f.Due.text(); got != "2026年11月25日 11:00" {
		t.Errorf("it must be submitted by %s", got)
	}
	d.now = d.now.Add(49 * time.Hour)
	if _, _, err := d.Desk.Due(t.Context(), 100); err != nil {
		t.Fatal(err)
	}
	late := told(t, d, boss)
	if !slices.ContainsFunc(late, func(s string) bool { return strings.Contains(s, "紧急补报已经超过期限") }) {
		t.Errorf("the head is told %q", late)
	}
	f, err = d.Submit(t.Context(), Submission{Person: boss, Handler: maker, Content: content, Filing: f.ID, Key: "s"})
	if err != nil || f.State != "submitted" || f.Ahead.State != "implementing" || f.Number == "" {
		t.Fatalf("%+v, %v", f, err)
	}
	f = d.leads(t, f, "T10", "T21", "T11", "T14", "T15")
	if f.Ahead.State != "deviation" || f.State != "filed" {
		t.Fatalf("%+v", f)
	}
	if _, err := d.Do(t.Context(), Deed{Person: maker, Filing: f.ID, Revision: f.Revision, Action: good(d.p, "T18")}); !errors.Is(err, ErrNotAllowed) {
		t.Errorf("the two meet in the middle of a study: %v", err)
	}
	f = d.leads(t, f, "T22a", "T22b", "T18")
	if f.State != "implementing" || f.Ahead != nil {
		t.Errorf("%+v", f)
	}
	holdsTogether(t, d)
}

// told empties the outbox and gives what one person was sent.
func told(t *testing.T, d *desk, person int64) (out []string) {
	t.Helper()
	for {
		notices, err := d.Claim(t.Context(), 50, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		if len(notices) == 0 {
			return out
		}
		for _, n := range notices {
			if n.Person == person {
				out = append(out, n.Text)
			}
			if err := d.Sent(t.Context(), n.Key); err != nil {
				t.Fatal(err)
			}
		}
	}
}
