package delivery

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

var errDatabase = errors.New("the database is away")

func awayIs(err error) Trouble {
	switch {
	case errors.Is(err, errDatabase):
		return Away
	case errors.Is(err, errNoRoom):
		return Full
	}
	return Failed
}

var errNoRoom = errors.New("no room")

// inTrouble runs a test with an office whose handler needs a database.
func inTrouble(t *testing.T, broken func(context.Context) error, test func(o *Office, r *recorder)) {
	t.Helper()
	inBubble(t, func(ctx context.Context, turn *Turn) error {
		if err := broken(ctx); err != nil {
			return err
		}
		return echo(ctx, turn)
	}, func(t *testing.T, o *Office, r *recorder) {
		o.trouble = awayIs
		o.admins = func(context.Context) []int64 { return []int64{99} }
		test(o, r)
	})
}

// TestWhatAHandlerNeedsMayBeAwayForAnHour: five tries are over within seconds, so
// that they must not count; the chat is told once, and answered at the end.
func TestWhatAHandlerNeedsMayBeAwayForAnHour(t *testing.T) {
	for name, meets := range map[string]func(context.Context) error{
		"returned":  func(context.Context) error { return errDatabase },
		"swallowed": func(ctx context.Context) error { NoteAway(ctx); return nil },
		"swallowed and another returned": func(ctx context.Context) error {
			NoteAway(ctx)
			return errors.New("something follows from it")
		},
	} {
		t.Run(name, func(t *testing.T) {
			var away atomic.Bool
			away.Store(true)
			inTrouble(t, func(ctx context.Context) error {
				if away.Load() {
					return meets(ctx)
				}
				return nil
			}, func(o *Office, r *recorder) {
				arrive(t, o, 1, 7, "一")
				arrive(t, o, 2, 7, "二")
				settle(5 * time.Second)
				if told := r.notices(7); len(told) != 1 {
					t.Errorf("told %d times within five seconds", len(told))
				}
				settle(10 * time.Minute)
				away.Store(false)
				settle(time.Minute)
				checkEchoed(t, r, 7, 2)
				if told := r.notices(7); len(told) != 1 {
					t.Errorf("told %d times of one outage", len(told))
				}
				if texts := r.texts(99); len(texts) > 0 {
					t.Errorf("administrators were told %q", texts)
				}
			})
		})
	}
}

// TestWhatBringsTheDatabaseDownIsSetAsideAfterADay: an update that is itself the
// reason does not hold its chat for ever.
func TestWhatBringsTheDatabaseDownIsSetAsideAfterADay(t *testing.T) {
	inTrouble(t, func(context.Context) error { return nil }, func(o *Office, _ *recorder) {
		c := Claim{Received: time.Now().Add(-awayMost - time.Hour)}
		if got := o.troubleOf(c, errDatabase); got != Failed {
			t.Errorf("%v", got)
		}
	})
}

// TestWhatThereIsNoRoomForIsRefusedWithTheReason: the chat goes on, nothing waits,
// and the administrators hear of it once.
func TestWhatThereIsNoRoomForIsRefusedWithTheReason(t *testing.T) {
	var full atomic.Bool
	full.Store(true)
	inTrouble(t, func(context.Context) error {
		if full.Load() {
			return errNoRoom
		}
		return nil
	}, func(o *Office, r *recorder) {
		arrive(t, o, 1, 7, "提交")
		arrive(t, o, 2, 8, "提交")
		settle(10 * time.Second)
		full.Store(false)
		arrive(t, o, 3, 7, "再提交")
		settle(10 * time.Second)
		if got := r.texts(7); len(got) != 2 || !strings.Contains(got[0], "存储空间满了") || got[1] != "1 再提交" {
			t.Errorf("chat 7 got %q", got)
		}
		if got := r.texts(99); len(got) != 1 || !strings.Contains(got[0], "存储空间已满") {
			t.Errorf("the administrator got %q", got)
		}
	})
}

// TestWhoWritesToAFullStoreIsToldSo: it does not come back by itself, so that the
// administrators are told too, once, past the store.
func TestWhoWritesToAFullStoreIsToldSo(t *testing.T) {
	outageInBubble(t, func(t *testing.T, f *faulty, r *recorder, tries func(int, ...string) time.Time) {
		f.full.Store(true)
		tries(30, string(textUpdate(1, 7, "x")))
		if got := r.texts(7); len(got) != 1 || got[0] != textStoreFull {
			t.Errorf("the chat got %q", got)
		}
		if got := r.texts(99); len(got) != 1 || got[0] != textFullAdmin {
			t.Errorf("the administrator got %q", got)
		}
	})
}
