package bot_test

import (
	"fmt"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"rongcuo/bot/localtelegram/localtelegramtest"
)

// BenchmarkLoad is the load of the plan that goes beyond steps of a form; L1 is
// BenchmarkDialogStep. LOAD_SECONDS is how long it goes on, 20 by default.
func BenchmarkLoad(b *testing.B) {
	b.Run("L4", benchmarkBurst)
	b.Run("L5", benchmarkStuckModel)
}

// benchmarkStuckModel has 200 people ask 15 questions a second of a model that
// answers nobody, and 100 others fill a form with 20 steps a second. Held: steps
// p99 <= 200 ms (promise R24), answers from the texts <= 2 s.
func benchmarkStuckModel(b *testing.B) {
	seconds, err := strconv.Atoi(os.Getenv("LOAD_SECONDS"))
	if err != nil {
		seconds = 20
	}
	const askers, filers, places, steps, questions = 200, 100, 8, 20, 15
	seconds = min(seconds, filers*len(loadSteps)/steps)
	telegram, called, release := stuck(b)
	defer release()
	for i := range filers {
		exchange(b, telegram.URL(), askers+i, "/file")
	}
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
			exchange(b, telegram.URL(), askers+i%filers, loadSteps[i/filers])
		})
	})
	both.Go(func() {
		answer = paced(questions, questions*seconds, func(i int) {
			exchange(b, telegram.URL(), places+i%(askers-places), opposed)
		})
	})
	both.Wait()
	for name, times := range map[string][]time.Duration{"step": step, "answer": answer} {
		for _, p := range []int{50, 99} {
			b.ReportMetric(float64(times[len(times)*p/100].Microseconds())/1000, fmt.Sprintf("%s-p%d-ms", name, p))
		}
	}
	b.ReportMetric(float64(called.Load()), "calls")
	b.ReportMetric(0, "ns/op")
}
