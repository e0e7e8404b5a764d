package bot_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rongcuo/bot/delivery"
	"rongcuo/bot/localtelegram"
	"rongcuo/bot/localtelegram/localtelegramtest"
	"rongcuo/knowledge"
)

// limited is a crowd on a Telegram that keeps its limits, and a bot that does;
// refused counts how often Telegram had to say 429.
func limited(t testing.TB, people int) (telegram *localtelegramtest.Telegram, tn *town, refused *atomic.Int64) {
	telegram, refused = crowdOf(t, people, localtelegram.Options{}), new(atomic.Int64)
	way := func(c *delivery.Config) {
		c.NoLimits, c.Log = false, slog.New(counted{c.Log.Handler(), "Telegram asks to wait", refused})
	}
	tn = foundOffice(t, telegram.URL(), telegram.Token(), t.TempDir(), knowledge.Options{}, way, inRedis(t))
	return telegram, tn, refused
}

// counted counts the lines of a log that say something.
type counted struct {
	slog.Handler
	message string
	n       *atomic.Int64
}

func (c counted) Handle(ctx context.Context, r slog.Record) error {
	if r.Message == c.message {
		c.n.Add(1)
	}
	return c.Handler.Handle(ctx, r)
}

// sentTo is how many messages of the bot the first n people of a crowd have.
func sentTo(telegram *localtelegramtest.Telegram, n int) (sent int) {
	for i := range n {
		for _, m := range telegram.As(fmt.Sprintf("p%d", i)).Chat() {
			if m.From == "bot" {
				sent++
			}
		}
	}
	return sent
}

// benchmarkLimits is L2: 24 steps a second, as much as Telegram lets out. Held:
// the wait for a reply, its time in the queue of sending included, p95 <= 2 s;
// 429 to less than one message in a thousand.
func benchmarkLimits(b *testing.B) {
	const people, rate = 120, 24
	telegram, _, refused := limited(b, people)
	begin(b, telegram, 0, people)
	times := paced(rate, rate*sized(15, 300), func(i int) { exchange(b, telegram.URL(), i%people, loadStep(i/people)) })
	report(b, "reply", times, 50, 95)
	b.ReportMetric(100*float64(refused.Load())/float64(sentTo(telegram, people)), "refused-%")
}

// L2 in short: thirty people at once get all their replies through Telegram's
// limits, each once. On a busy machine messages bunch up and one may be refused,
// which costs it a second: how many is BenchmarkLoad's to say.
func TestShortLoadWithinLimits(t *testing.T) {
	if testing.Short() {
		t.Skip("Telegram's limits take seconds")
	}
	t.Parallel()
	const people = 30
	telegram, _, refused := limited(t, people)
	begin(t, telegram, 0, people)
	for step := range 2 {
		paced(1000, people, func(i int) { exchange(t, telegram.URL(), i, loadStep(step)) })
	}
	if n := sentTo(telegram, people); n != 3*people {
		t.Errorf("%d replies to %d messages", n, 3*people)
	}
	t.Logf("Telegram refused %d messages", refused.Load())
}

// announce tells the people from..to of a crowd something in bulk.
func announce(t testing.TB, tn *town, from, to int) {
	t.Helper()
	var list []delivery.Message
	for i := from; i < to; i++ {
		list = append(list, delivery.Message{Key: fmt.Sprintf("n%d", i), Chat: crowdID(i), Priority: delivery.Notice, Text: "通知：办理期限还有三天。"})
	}
	added, err := tn.office.Send(t.Context(), list...)
	must(t, err)
	if added != len(list) {
		t.Errorf("%d of %d notices were taken", added, len(list))
	}
}

// toldOnce proves that each of the people from..to has the notice once, waiting
// for those that are under way.
func toldOnce(t testing.TB, tn *town, telegram *localtelegramtest.Telegram, from, to int, patience time.Duration) {
	t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		waiting, err := tn.store.Count(t.Context(), delivery.Outbox)
		must(t, err)
		if waiting.Waiting == 0 {
			break
		}
	}
	for i := from; i < to; i++ {
		if n := len(telegram.As(fmt.Sprintf("p%d", i)).Chat()); n != 1 {
			t.Errorf("p%d has %d messages, not one notice", i, n)
		}
	}
}

// benchmarkNotices is L6: 5,000 notices go out while forms are filled with 20
// steps a second. Held: all notices within ten minutes (28.6 messages a second
// less 20 leave 8.6 for them), a step's reply p95 <= 1.5 s. The short form has
// 150 notices, as many as fit into its time.
func benchmarkNotices(b *testing.B) {
	const people, rate = 120, 20
	notices := sized(150, 5000)
	telegram, tn, refused := limited(b, people+notices)
	begin(b, telegram, 0, people)
	began := time.Now()
	announce(b, tn, people, people+notices)
	var all time.Duration
	var waiting sync.WaitGroup
	waiting.Go(func() {
		toldOnce(b, tn, telegram, people, people+notices, time.Hour)
		all = time.Since(began)
	})
	times := paced(rate, rate*sized(15, 580), func(i int) { exchange(b, telegram.URL(), i%people, loadStep(i/people)) })
	waiting.Wait()
	report(b, "step", times, 50, 95)
	b.ReportMetric(all.Seconds(), "notices-s")
	b.ReportMetric(float64(notices)/all.Seconds(), "notices/s")
	b.ReportMetric(float64(refused.Load()), "refused")
}

// L6 in short: who fills a form has his replies while a bulk goes out, and the bulk
// reaches each once. That replies go first is TestStoreSendsRepliesBeforeNotices.
func TestShortLoadOfNotices(t *testing.T) {
	if testing.Short() {
		t.Skip("Telegram's limits take seconds")
	}
	t.Parallel()
	const filers, notices = 3, 120
	telegram, tn, refused := limited(t, filers+notices)
	announce(t, tn, filers, filers+notices)
	begin(t, telegram, 0, filers)
	for i := range filers {
		exchange(t, telegram.URL(), i, loadStep(0))
	}
	toldOnce(t, tn, telegram, filers, filers+notices, 2*time.Minute)
	t.Logf("Telegram refused %d messages", refused.Load())
}
