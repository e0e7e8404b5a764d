package bot_test

import (
	"fmt"
	"testing"
	"time"

	"rongcuo/bot/localtelegram/localtelegramtest"
	"rongcuo/knowledge"
)

// benchmarkBurst has 300 people write ten messages each while the bot is down,
// and then starts it. Held: 3,000 updates in two minutes, at 30 a second or more,
// each chat in its order: all who wrote the same read the same at the end.
// Telegram's own limits are off: they alone ask for 100 s.
func benchmarkBurst(b *testing.B) {
	const each = 10
	telegram := crowd(b)
	for i := range loadPeople {
		person := telegram.As(fmt.Sprintf("p%d", i))
		for _, text := range append([]string{"/file"}, loadSteps[:each-1]...) {
			person.Say(text)
		}
	}
	began := time.Now()
	foundWith(b, telegram, b.TempDir(), knowledge.Options{})
	replies := func(person int) (said []localtelegramtest.Message) {
		for _, m := range telegram.As(fmt.Sprintf("p%d", person)).Chat() {
			if m.From == "bot" {
				said = append(said, m)
			}
		}
		return said
	}
	var first string
	for i := range loadPeople {
		said := replies(i)
		for deadline := began.Add(2 * time.Minute); len(said) < each && time.Now().Before(deadline); said = replies(i) {
			time.Sleep(10 * time.Millisecond)
		}
		if len(said) < each {
			b.Fatalf("p%d has %d replies to %d messages after two minutes", i, len(said), each)
		}
		if last := said[len(said)-1].Text; first == "" {
			first = last
		} else if last != first {
			b.Errorf("p%d is at %q, p0 at %q", i, last, first)
		}
	}
	drained := time.Since(began)
	b.ReportMetric(drained.Seconds(), "drained-s")
	b.ReportMetric(loadPeople*each/drained.Seconds(), "updates/s")
	b.ReportMetric(0, "ns/op")
}
