package localtelegram

import (
	"slices"
	"time"
)

// How long an update waits for the bot (Telegram's open server source): messages a day, button presses
// no longer than the pressing client waits.
const (
	keepUpdate = 24 * time.Hour
	keepPress  = 150 * time.Second
)

// updateQueue holds what the bot has not confirmed yet, ordered by id.
type updateQueue struct {
	last    int64 // id of the newest update ever
	pending []*update
	allowed []string      // allowed_updates as last told; nil means the default kinds
	poller  chan struct{} // closed to end the running long poll with 409; nil when none runs
	reason  string        // why poller was closed
}

// update is one thing that happened to the bot.
type update struct {
	id      int64
	kind    string // "message", "edited_message", "callback_query", "my_chat_member"
	value   any    // wire form, made when it happened
	expires time.Time
	queue   queueKey // webhooks deliver one queue in order, different queues side by side
	message *message // marked as fetched when the bot confirms
}

// queueKey is a chat for messages and a pressing user for button presses: Telegram delivers them apart.
type queueKey struct {
	kind string
	id   int64
}

// push queues an update unless the bot did not ask for its kind. Locked.
func (w *world) push(u *update, keep time.Duration) {
	if w.updates.allowed != nil && !slices.Contains(w.updates.allowed, u.kind) {
		return
	}
	w.updates.last++
	u.id = w.updates.last
	u.expires = w.now().Add(keep)
	w.updates.pending = append(w.updates.pending, u)
	w.wake()
}

// expire drops what nobody fetched in time. Locked.
func (w *world) expire() {
	now := w.now()
	w.updates.pending = slices.DeleteFunc(w.updates.pending, func(u *update) bool { return u.expires.Before(now) })
	for id, p := range w.presses {
		if now.Sub(p.at) > keepPress {
			delete(w.presses, id)
		}
	}
}

// confirm forgets all updates below the offset; a negative offset keeps only that many at the end. Locked.
func (w *world) confirm(offset int64) {
	q := &w.updates
	if offset < 0 {
		keep := int(min(-offset, int64(len(q.pending))))
		w.drop(q.pending[:len(q.pending)-keep])
		return
	}
	n := 0
	for n < len(q.pending) && q.pending[n].id < offset {
		n++
	}
	w.drop(q.pending[:n])
}

// drop takes confirmed updates out of the queue and shows their messages as fetched. Locked.
func (w *world) drop(done []*update) {
	if len(done) == 0 {
		return
	}
	gone := make(map[*update]bool, len(done))
	for _, u := range done {
		gone[u] = true
		if m := u.message; m != nil && !m.fetched && !m.deleted {
			m.fetched = true
			w.touch(m)
		}
	}
	w.updates.pending = slices.DeleteFunc(w.updates.pending, func(u *update) bool { return gone[u] })
}

// wireUpdates is the answer of getUpdates: each update as an object with its id and its one kind.
func wireUpdates(pending []*update, limit int) []map[string]any {
	out := make([]map[string]any, 0, min(limit, len(pending)))
	for _, u := range pending[:min(limit, len(pending))] {
		out = append(out, u.wire())
	}
	return out
}

func (u *update) wire() map[string]any {
	return map[string]any{"update_id": u.id, u.kind: u.value}
}

// interrupt ends the running long poll, if any, with a 409 and the given words. Locked.
func (w *world) interrupt(reason string) {
	if w.updates.poller != nil {
		w.updates.reason = reason
		close(w.updates.poller)
		w.updates.poller = nil
	}
}
