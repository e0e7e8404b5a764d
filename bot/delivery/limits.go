package delivery

import (
	"sync"
	"time"
)

// Telegram's limits (core.telegram.org/bots/faq, promise R22): 30 messages a
// second in all, one a second in a chat with short bursts, 20 a minute in a
// group. Each is kept over any window, slightly longer than Telegram's since
// messages bunch up on the way; a token bucket (x/time/rate) would let up to
// twice as many through in the window after a rest.
var (
	limitAll   = rule{30, 1050 * time.Millisecond}
	limitChat  = rule{3, 3100 * time.Millisecond} // the parts of a long answer go at once
	limitGroup = rule{20, 61 * time.Second}
)

// rule allows n messages in any window of that length.
type rule struct {
	n   int
	per time.Duration
}

// window holds the times of the last messages, at most rule.n, oldest first.
type window struct {
	rule
	past []time.Time
}

// wait is how long until one more may go.
func (w *window) wait(now time.Time) time.Duration {
	if len(w.past) < w.n {
		return 0
	}
	return max(0, w.per-now.Sub(w.past[0]))
}

// free is how many may go now.
func (w *window) free(now time.Time) int {
	for i, t := range w.past {
		if now.Sub(t) < w.per {
			return w.n - (len(w.past) - i)
		}
	}
	return w.n
}

func (w *window) add(now time.Time) {
	if len(w.past) == w.n {
		w.past = append(w.past[:0], w.past[1:]...)
	}
	w.past = append(w.past, now)
}

// limits says when a message may go. It is the sender's, so one process's.
type limits struct {
	free   bool // a server without limits of its own; retry_after is obeyed all the same
	mu     sync.Mutex
	all    window
	chats  map[int64]*chatLimits
	closed time.Time // no message at all before
}

type chatLimits struct {
	windows []*window
	closed  time.Time // none to this chat before
}

func newLimits(free bool) *limits {
	return &limits{free: free, all: window{rule: limitAll}, chats: make(map[int64]*chatLimits)}
}

func (l *limits) chat(id int64) *chatLimits {
	c := l.chats[id]
	if c == nil {
		c = &chatLimits{windows: []*window{{rule: limitChat}}}
		if id < 0 {
			c.windows = append(c.windows, &window{rule: limitGroup})
		}
		l.chats[id] = c
	}
	return c
}

// admit counts one message to the chat, or says how long to wait and counts
// nothing. Chat 0 stands for calls that Telegram does not count.
func (l *limits) admit(chat int64) (wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	wait = max(0, l.closed.Sub(now))
	if chat == 0 {
		return wait
	}
	c := l.chat(chat)
	wait = max(wait, c.closed.Sub(now))
	if l.free {
		return wait
	}
	wait = max(wait, l.all.wait(now))
	for _, w := range c.windows {
		wait = max(wait, w.wait(now))
	}
	if wait > 0 {
		return wait
	}
	l.all.add(now)
	for _, w := range c.windows {
		w.add(now)
	}
	return 0
}

// room is how many messages may go now, and if none, when to ask again.
func (l *limits) room() (int, time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if wait := l.closed.Sub(now); wait > 0 {
		return 0, wait
	}
	if l.free {
		return senders, 0
	}
	return l.all.free(now), l.all.wait(now)
}

// closeChat obeys a retry_after. Telegram does not say whether it means the chat
// or the whole bot; a second chat refused while the first still waits means all.
func (l *limits) closeChat(chat int64, d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	for id, c := range l.chats {
		if id != chat && c.closed.After(now) {
			l.closed = later(l.closed, now.Add(d), c.closed)
		}
	}
	c := l.chat(chat)
	c.closed = later(c.closed, now.Add(d))
}

func (l *limits) closeAll(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = later(l.closed, time.Now().Add(d))
}

func later(times ...time.Time) (last time.Time) {
	for _, t := range times {
		if t.After(last) {
			last = t
		}
	}
	return last
}

// sweep forgets chats that were quiet for longer than the longest window.
func (l *limits) sweep() {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	for id, c := range l.chats {
		quiet := now.After(c.closed)
		for _, w := range c.windows {
			quiet = quiet && w.free(now) == w.n
		}
		if quiet {
			delete(l.chats, id)
		}
	}
}
