package bot_test

import (
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"rongcuo/bot/localtelegram/localtelegramtest"
	"rongcuo/knowledge"
)

// BenchmarkLoad is the load of the plan, L1 to L9, one after the other:
//
//	go test ./bot -run xxx -bench Load -benchtime 1x
//	RONGCUO_LOAD=full go test ./bot -run xxx -bench Load -benchtime 1x -timeout 3h
//
// The first takes some four minutes, the second has the lengths of the plan. What
// each must show stands at its function. The short tests beside them
// (TestShort…) look at what comes out, never at how long it took.
func BenchmarkLoad(b *testing.B) {
	b.Run("L1", benchmarkSteps)
	b.Run("L2", benchmarkLimits)
	b.Run("L3", benchmarkManyDialogs)
	b.Run("L4", benchmarkBurst)
	b.Run("L5", benchmarkStuckModel)
	b.Run("L6", benchmarkNotices)
	b.Run("L7", benchmarkWebhook)
	b.Run("L8", benchmarkSoak)
	b.Run("L9", benchmarkReindex)
}

// sized gives the long form where RONGCUO_LOAD asks for it.
func sized[T any](short, full T) T {
	if os.Getenv("RONGCUO_LOAD") == "full" {
		return full
	}
	return short
}

// benchmarkSteps is L1. Held: 150 updates a second, a step's p50 <= 10 ms and
// p99 <= 100 ms, on a real Redis that has each write on disk before it answers.
func benchmarkSteps(b *testing.B) {
	telegram := crowd(b)
	foundWith(b, telegram, b.TempDir(), knowledge.Options{}, inRedis(b))
	begin(b, telegram, 0, loadPeople)
	n := sized(10, 600) * loadRate
	began := time.Now()
	times := paced(loadRate, n, func(i int) { exchange(b, telegram.URL(), i%loadPeople, loadStep(i/loadPeople)) })
	report(b, "step", times, 50, 99)
	b.ReportMetric(float64(n)/time.Since(began).Seconds(), "steps/s")
}

// begin has the people from..to of a crowd open a form, some at a time.
func begin(t testing.TB, telegram *localtelegramtest.Telegram, from, to int) {
	var wg sync.WaitGroup
	gate := make(chan struct{}, 32)
	for i := from; i < to; i++ {
		gate <- struct{}{}
		wg.Go(func() { exchange(t, telegram.URL(), i, "/file"); <-gate })
	}
	wg.Wait()
}

// report gives percentiles of times, the shortest first, in milliseconds.
func report(b *testing.B, name string, times []time.Duration, percentiles ...int) {
	if name != "" {
		name += "-"
	}
	for _, p := range percentiles {
		b.ReportMetric(milliseconds(quantile(times, p)), fmt.Sprintf("%sp%d-ms", name, p))
	}
	b.ReportMetric(0, "ns/op")
}

// quantile is a percentile of times, the shortest first.
func quantile(times []time.Duration, p int) time.Duration {
	if len(times) == 0 {
		return 0
	}
	return times[min(len(times)*p/100, len(times)-1)]
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// sorted gives times the shortest first.
func sorted(times []time.Duration) []time.Duration {
	slices.Sort(times)
	return times
}
