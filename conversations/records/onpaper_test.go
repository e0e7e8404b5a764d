package records

import (
	"context"
	"errors"
	"strings"
	"testing"

	"rongcuo/conversations"
)

// tries performs an action that must be refused with these words.
func (d *desk) tries(t *testing.T, f Filing, person int64, a Action, words string) {
	t.Helper()
	_, err := d.Do(t.Context(), Deed{Person: person, Filing: f.ID, Revision: f.Revision, Action: a})
	if err == nil || !strings.Contains(err.Error(), words) {
		t.Errorf("%d does %s in %s: %v, want %q", person, a.ID, f.State, err, words)
	}
}

func onPaper(p *conversations.Procedure, id string) Action {
	a := good(p, id)
	a.Paper = true
	return a
}

// Nobody decides on his own filing, not even through a slip in the body's name.

func TestABodyWrittenOtherwiseIsNotANewOne(t *testing.T) {
	d := newDesk(t)
	_, err := d.Submit(t.Context(), Submission{Person: boss, Handler: maker, Content: contentOf(t, 0, conversations.Answers{"accept_name": {Text: "县住建局"}})})
	if err == nil || !strings.Contains(err.Error(), "您是不是要选“县住建局党组”") {
		t.Errorf("a filing to 县住建局 beside the registered 县住建局党组: %v", err)
	}
	f := d.submit(t, "", conversations.Answers{"accept_name": {Text: "县水务局党组"}}) // another body, without account
	if f.Body != "县水务局党组" {
		t.Errorf("%+v", f)
	}
}

func TestADecisionOnPaperTakesTwoOfTheUnit(t *testing.T) {
	d := newDesk(t)
	other := d.submit(t, "", nil)
	d.tries(t, other, maker, onPaper(d.p, "T10"), "对方有系统账号")
	f := d.submit(t, "", conversations.Answers{"accept_body": {Text: "county"}, "accept_name": {}})
	bare := onPaper(d.p, "T10")
	bare.Said = conversations.Said{}
	d.tries(t, f, maker, bare, "决定日期")
	d.tries(t, f, boss, onPaper(d.p, "T10"), "不由您办理")
	told(t, d, boss)

	f = d.does(t, f, maker, onPaper(d.p, "T10"))
	if f.State != "submitted" || f.Paper == nil || f.ByHandler {
		t.Fatalf("what the handler entered has already taken effect: %+v", f)
	}
	if got := told(t, d, boss); len(got) != 1 || !strings.Contains(got[0], "请核对原件后确认") {
		t.Errorf("the head is told %q", got)
	}
	if waiting, err := d.Waiting(t.Context(), boss, Filter{}); err != nil || len(waiting) != 1 || waiting[0].Unsigned != "受理" {
		t.Errorf("the head's list: %+v, %v", waiting, err)
	}
	d.tries(t, f, maker, Action{ID: Countersign}, "录入的人不能核对")
	d.tries(t, f, deputy, Action{ID: Countersign}, "不由您办理")
	d.tries(t, f, maker, onPaper(d.p, "T10"), "正在等待单位负责人核对")

	f = d.does(t, f, boss, Action{ID: Countersign})
	full, err := d.Look(t.Context(), maker, f.ID)
	if err != nil || f.State != "accepted" || f.Paper != nil || !full.Card.ByHandler {
		t.Fatalf("%+v, %v", full.Card, err)
	}
	if entered, signed := full.Timeline[1], full.Timeline[2]; entered.Name != "录入纸质决定：受理" || signed.Name != "受理" || !signed.ByHandler || signed.Role != "单位主要负责人" || len(signed.Lines) != 3 {
		t.Errorf("on record: %+v, then %+v", entered, signed)
	}
	holdsTogether(t, d)
}

func TestWhoIsHandlerAndHeadCountersignsNobodysButOthers(t *testing.T) {
	d := newDesk(t)
	f, err := d.Submit(t.Context(), Submission{Person: otherBoss, Unit: otherName, Content: contentOf(t, 0, conversations.Answers{"accept_body": {Text: "county"}, "accept_name": {}})})
	if err != nil {
		t.Fatal(err)
	}
	f = d.does(t, f, otherBoss, onPaper(d.p, "T10"))
	d.tries(t, f, otherBoss, Action{ID: Countersign}, "录入的人不能核对自己录入的内容")
	f = d.does(t, f, otherBoss, Action{ID: DropPaper})
	if f.Paper != nil || f.State != "submitted" {
		t.Errorf("%+v", f)
	}
	holdsTogether(t, d)
}

// A body that got an account in between decides by itself.
func TestWhatTheBodyCanDecideItselfIsNoLongerCountersigned(t *testing.T) {
	d := newDesk(t)
	f := d.does(t, d.submit(t, "", conversations.Answers{"accept_body": {Text: "county"}, "accept_name": {}}), maker, onPaper(d.p, "T10"))
	seat(t, d, 97, Decider, "县委")
	d.tries(t, f, boss, Action{ID: Countersign}, "对方有系统账号")
	if f = d.does(t, f, 97, good(d.p, "T10")); f.State != "accepted" || f.Paper != nil || f.ByHandler {
		t.Errorf("%+v", f)
	}
}

func seat(t *testing.T, d *desk, person int64, role Role, place string) {
	t.Helper()
	err := d.book.update(context.Background(), func(tx *tx) error {
		_, err := d.book.give(tx, Post{Person: person, Role: role, Place: place, Name: "某某"})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestWhoStepsBackIsReplaced(t *testing.T) {
	d := newDesk(t)
	f := d.does(t, d.submit(t, "", nil), decider, good(d.p, Recuse))
	if _, err := d.Do(context.Background(), Deed{Person: decider, Filing: f.ID, Revision: f.Revision, Action: good(d.p, "T10")}); !errors.Is(err, ErrNotFound) {
		t.Errorf("he decides all the same: %v", err)
	}
	f = d.does(t, f, second, good(d.p, "T10"))
	full, err := d.Look(t.Context(), maker, f.ID)
	if err != nil || !full.Timeline[2].Substitute || full.Timeline[1].Lines != nil {
		t.Errorf("%+v, %v", full.Timeline, err)
	}
}

// When the last one who could decide steps back, the owners name somebody.
func TestWhenNobodyIsLeftAStandInIsNamed(t *testing.T) {
	d := newDesk(t)
	f := d.submit(t, "", conversations.Answers{"accept_name": {Text: "县教育局党组"}})
	told(t, d, county)
	f = d.does(t, f, otherBody, good(d.p, Recuse))
	full, err := d.Look(t.Context(), maker, f.ID)
	if err != nil || !full.Card.Deserted {
		t.Errorf("the card does not say that it waits for a stand-in: %+v, %v", full.Card, err)
	}
	notices, err := d.Claim(t.Context(), 10, 0)
	if err != nil {
		t.Fatal(err)
	}
	said := map[int64]string{}
	for _, n := range notices {
		said[n.Person] = n.Text
	}
	if !strings.Contains(said[county], "县教育局党组") || strings.Contains(said[county], f.Matter) || !strings.Contains(said[otherBody], "等待系统负责人指定代行人") {
		t.Errorf("told: %v", said)
	}
	seat(t, d, 97, Decider, "县教育局党组")
	f = d.does(t, f, 97, good(d.p, "T10"))
	if full, err = d.Look(t.Context(), maker, f.ID); err != nil || full.Card.Deserted || !full.Timeline[2].Substitute || full.Timeline[1].Name != "申请回避" {
		t.Errorf("both are on record: %+v, %v", full.Timeline, err)
	}
	holdsTogether(t, d)
}
