package bot_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"rongcuo/bot/localtelegram/localtelegramtest"
)

// benchmarkStuckModel has 200 people ask 15 questions a second of a model that
// answers nobody, and 100 others fill a form with 20 steps a second. Held: steps
// p99 <= 200 ms (promise R24), answers from the texts <= 2 s.
func benchmarkStuckModel(b *testing.B) {
	seconds := sized(15, 300)
	const askers, filers, places, steps, questions = 200, 100, 8, 20, 15
	telegram, called, release := stuck(b, inRedis(b))
	defer release()
	begin(b, telegram, askers, askers+filers)
	for i := range places { // these have the model and wait for it
		telegram.As(fmt.Sprintf("p%d", i)).Say(opposed)
	}
	for deadline := time.Now().Add(localtelegramtest.Patience); called.Load() < places && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	var step, answer []time.Duration
	var both sync.WaitGroup
	both.Go(func() {
		step = paced(steps, steps*seconds, func(i int) {
			exchange(b, telegram.URL(), askers+i%filers, loadStep(i/filers))
		})
	})
	both.Go(func() {
		answer = paced(questions, questions*seconds, func(i int) {
			exchange(b, telegram.URL(), places+i%(askers-places), opposed)
		})
	})
	both.Wait()
	report(b, "step", step, 50, 99)
	report(b, "answer", answer, 50, 99)
	b.ReportMetric(float64(called.Load()), "calls")
}
