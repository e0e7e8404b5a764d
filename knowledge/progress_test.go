package knowledge

import (
	"log/slog"
	"testing"
	"testing/synctest"
	"time"
)

// What remains is told from the pace of the stage itself: a long reading before
// it says nothing.
func TestTheRemainingTimeCountsFromTheStage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var left time.Duration
		show := withEstimate(func(p Progress) { left = p.Left })
		show(Progress{Stage: StageRead, Done: 1})
		time.Sleep(10 * time.Minute)
		show(Progress{Stage: StageEmbed, Done: 0, Total: 100})
		if left != 0 {
			t.Errorf("%v before anything is known", left)
		}
		time.Sleep(10 * time.Second)
		show(Progress{Stage: StageEmbed, Done: 20, Total: 100})
		if left != 40*time.Second {
			t.Errorf("20 of 100 took 10 s: %v left", left)
		}
		time.Sleep(40 * time.Second)
		show(Progress{Stage: StageEmbed, Done: 100, Total: 100})
		if left != 0 {
			t.Errorf("at the end %v left", left)
		}
	})
}

// Work that nobody watches tells the log how far it is, every ten seconds.
func TestTheLogIsToldOfLongWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		said := make(chan string, 10)
		tell := logProgress(slog.New(teller{slog.DiscardHandler, said}))
		for done := range 25 { // a second each
			tell(Progress{Stage: StageEmbed, Done: done, Total: 25})
			time.Sleep(time.Second)
		}
		if len(said) != 2 {
			t.Errorf("%d lines in 25 s", len(said))
		}
	})
}
