package delivery

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"
)

// TestANewVersionTriesAgainWhatTheOldOneSetAside: the runbook's words, "after the
// upgrade it is put back in line".
func TestANewVersionTriesAgainWhatTheOldOneSetAside(t *testing.T) {
	var mended atomic.Bool
	inBubble(t, func(ctx context.Context, turn *Turn) error {
		if !mended.Load() && turn.Update.Message.Text == "坏" {
			return errors.New("a fault of this version")
		}
		return echo(ctx, turn)
	}, func(t *testing.T, o *Office, r *recorder) {
		start := func(version string) {
			t.Helper()
			if err := o.ReviveFor(t.Context(), version); err != nil {
				t.Fatal(err)
			}
			settle(time.Minute)
		}
		start("1.0.0")
		arrive(t, o, 1, 7, "坏")
		settle(time.Minute)
		parked := func(want int) {
			t.Helper()
			if n, err := o.Parked(t.Context()); n != want || err != nil {
				t.Fatalf("%d are set aside, %v", n, err)
			}
		}
		parked(1)
		mended.Store(true)
		start("1.0.0") // a restart mends nothing
		parked(1)
		start("1.0.1")
		parked(0)
		if got := r.texts(7); len(got) != 2 || got[0] != textParked || got[1] != "1 坏" {
			t.Errorf("the chat got %q", got)
		}
	})
}
