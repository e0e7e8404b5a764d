package conversations

import (
	"reflect"
	"testing"
	"time"
)

// idle lets days pass and the timer ring.
func (pl *player) idle(days int) []Reply {
	pl.now = pl.now.Add(time.Duration(days) * dayLong)
	return pl.do(Event{Kind: EventTimer})
}

// TestAnIdleDraftIsRemindedWarnedAndThenGone in the days that the procedure
// names: 3, 10, 30 and 37 after the last thing the person did.
func TestAnIdleDraftIsRemindedWarnedAndThenGone(t *testing.T) {
	pl := newPlayer(t, sample(t))
	pl.pastGates()
	pl.text("示例县住房保障中心党支部")
	last := pl.now
	for i, day := range []int{3, 10, 30, 37} {
		if due := pl.p.Due(pl.d); !due.Equal(last.Add(time.Duration(day) * dayLong)) {
			t.Fatalf("reminder %d is due at %s", i, due)
		}
		passed := int(pl.now.Sub(last) / dayLong)
		if said := pl.idle(day - passed - 1); len(said) != 0 {
			t.Errorf("a day before day %d: %s", day, written(said))
		}
		if said := pl.idle(1); len(said) != 1 {
			t.Errorf("day %d: %s", day, written(said))
		}
		if said := pl.idle(0); len(said) != 0 {
			t.Errorf("day %d, told twice: %s", day, written(said))
		}
		if gone := pl.d.Phase == Expired; gone != (day == 37) {
			t.Errorf("day %d: %s", day, pl.d.Phase)
		}
	}
	if len(pl.d.Answers)+len(pl.d.Gates) != 0 || !pl.p.Due(pl.d).IsZero() {
		t.Errorf("of an expired draft is kept: %+v", pl.d)
	}
}

func TestWhoComesBackIsCountedAnew(t *testing.T) {
	pl := newPlayer(t, sample(t))
	pl.pastGates()
	pl.idle(31)
	pl.do(Event{Kind: EventResume})
	if due := pl.p.Due(pl.d); !due.Equal(pl.now.Add(3 * dayLong)) {
		t.Errorf("the next reminder is due at %s", due)
	}
}

// TestNothingGoesWithoutAWarning, not even after the program stood still for
// longer than a draft lives.
func TestNothingGoesWithoutAWarning(t *testing.T) {
	pl := newPlayer(t, sample(t))
	pl.pastGates()
	if pl.idle(200); pl.d.Phase == Expired {
		t.Fatal("gone without a warning")
	}
	if pl.idle(6); pl.d.Phase == Expired {
		t.Fatal("gone before the time that the warning gave")
	}
	if pl.idle(1); pl.d.Phase != Expired {
		t.Errorf("still there: %s", pl.d.Phase)
	}
}

// TestAHandedOverDraftGoesOnWhereItStood.
func TestAHandedOverDraftGoesOnWhereItStood(t *testing.T) {
	pl := newPlayer(t, sample(t))
	pl.pastGates()
	pl.text("示例县住房保障中心党支部")
	before := pl.d
	pl.d = pl.d.HandOver("colleague", pl.now)
	if pl.d.Owner != "colleague" || !reflect.DeepEqual(pl.d.Owners, []string{"handler"}) || pl.d.Revision != before.Revision+1 || before.Owner != "handler" {
		t.Errorf("%+v", pl.d)
	}
	if pl.do(Event{Kind: EventResume}); pl.d.At != before.At || !reflect.DeepEqual(pl.d.Answers, before.Answers) {
		t.Errorf("at %s with %v", pl.d.At, pl.d.Answers)
	}
	if same := pl.d.HandOver("colleague", pl.now); same.Revision != pl.d.Revision {
		t.Error("handed over to oneself")
	}
}
