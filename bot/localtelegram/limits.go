package localtelegram

import (
	"math"
	"time"
)

// Telegram's published sending limits (core.telegram.org/bots/faq): about 30 messages a second in all,
// one a second in a chat with short bursts allowed, 20 a minute in a group. The burst is not published;
// three at once, and one a second on average, is the strict reading.
var (
	limitAll   = rateLimit{30, time.Second}
	limitChat  = rateLimit{3, 3 * time.Second}
	limitGroup = rateLimit{20, time.Minute}
)

// rateLimit allows n events in any window of the given length.
type rateLimit struct {
	n   int
	per time.Duration
}

// gauge remembers when the last events happened.
type gauge struct {
	limit rateLimit
	past  []time.Time // at most limit.n, oldest first
}

// wait is how long until one more event is allowed; zero when it is now.
func (g *gauge) wait(now time.Time) time.Duration {
	if len(g.past) < g.limit.n {
		return 0
	}
	return min(g.limit.per, max(0, g.limit.per-now.Sub(g.past[0])))
}

func (g *gauge) add(now time.Time) {
	if len(g.past) == g.limit.n {
		g.past = append(g.past[:0], g.past[1:]...)
	}
	g.past = append(g.past, now)
}

// admit counts one message of the bot into a chat, or says how many whole seconds to stay away.
// A refused message is not counted. The caller holds the world's lock.
func (w *world) admit(c *chat) error {
	if w.opts.NoLimits {
		return nil
	}
	now := w.now()
	gauges := []*gauge{&w.sent, &c.sent}
	if c.isGroup() {
		gauges = append(gauges, &c.sentGroup)
	}
	var longest time.Duration
	for _, g := range gauges {
		longest = max(longest, g.wait(now))
	}
	if longest > 0 {
		return tooManyRequests(int(math.Ceil(longest.Seconds())))
	}
	for _, g := range gauges {
		g.add(now)
	}
	return nil
}
