package delivery

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"pgregory.net/rapid"
)

// model is what a store should be, as plainly as it can be said.
type model struct {
	now      time.Duration
	counter  int64
	items    map[QueueName]map[string]*modelItem
	lanes    map[QueueName]map[lane]*modelLane
	sessions map[string]modelSession
	blocked  map[int64]bool
	arrivals int
}

type lane struct {
	prio Priority
	chat int64
}

type modelItem struct {
	Item
	arrival int
	tries   int
	state   string // waiting, done, parked, dropped
}

type modelLane struct {
	ready time.Duration
	held  *Claim
}

type modelSession struct {
	value string
	rev   int64 // the store's
	until time.Duration
}

func newModel() *model {
	return &model{items: map[QueueName]map[string]*modelItem{Inbox: {}, Outbox: {}},
		lanes:    map[QueueName]map[lane]*modelLane{Inbox: {}, Outbox: {}},
		sessions: map[string]modelSession{}, blocked: map[int64]bool{}}
}

func (m *model) put(q QueueName, it Item) (added int) {
	if m.items[q][it.Key] != nil {
		return 0
	}
	m.arrivals++
	mi := &modelItem{Item: it, arrival: m.arrivals, state: "waiting"}
	m.items[q][it.Key] = mi
	if q == Outbox && m.blocked[it.Chat] {
		mi.state = "dropped"
		return 0
	}
	l := lane{it.Priority, it.Chat}
	if m.lanes[q][l] == nil {
		m.lanes[q][l] = &modelLane{ready: m.now}
	}
	return 1
}

func (m *model) head(q QueueName, l lane) *modelItem {
	var heads []*modelItem
	for _, it := range m.items[q] {
		if it.state == "waiting" && it.Priority == l.prio && it.Chat == l.chat {
			heads = append(heads, it)
		}
	}
	if len(heads) == 0 {
		return nil
	}
	return slices.MinFunc(heads, func(a, b *modelItem) int {
		return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.arrival, b.arrival))
	})
}

// free is the lanes that may be claimed now.
func (m *model) free(q QueueName) (free []lane) {
	for l, ml := range m.lanes[q] {
		if ml.ready <= m.now {
			free = append(free, l)
		}
	}
	return free
}

func (m *model) block(chat int64) {
	m.blocked[chat] = true
	for _, it := range m.items[Outbox] {
		if it.Chat == chat && it.state == "waiting" {
			it.state = "dropped"
		}
	}
	delete(m.lanes[Outbox], lane{Reply, chat})
	delete(m.lanes[Outbox], lane{Notice, chat})
}

func (m *model) erase(chat, upTo int64, session string) {
	for q, items := range m.items {
		for _, it := range items {
			if it.Chat == chat && (it.state != "waiting" || q == Outbox || it.Order <= upTo) {
				it.state = "dropped"
			}
		}
		for _, l := range []lane{{Reply, chat}, {Notice, chat}} {
			if m.head(q, l) == nil {
				delete(m.lanes[q], l)
			}
		}
	}
	delete(m.sessions, session)
}

func (m *model) session(key string) modelSession {
	if s := m.sessions[key]; s.until > m.now {
		return s
	}
	return modelSession{}
}

func (m *model) count(q QueueName) (c Counts) {
	for _, it := range m.items[q] {
		switch it.state {
		case "waiting":
			c.Waiting++
		case "parked":
			c.Parked++
		}
	}
	return c
}

// storeMachine drives a store and the model side by side.
type storeMachine struct {
	*model
	store   Store
	advance func(time.Duration)
	claims  []Claim // ever given, live or stale
}

var (
	queues = rapid.SampledFrom([]QueueName{Inbox, Outbox})
	chats  = rapid.SampledFrom([]int64{1, 2, -100, -10})
	keys   = rapid.SampledFrom([]string{"a", "b"})
)

func drawItem(t *rapid.T, q QueueName) Item {
	it := Item{Key: fmt.Sprint(rapid.IntRange(1, 12).Draw(t, "key")), Chat: chats.Draw(t, "chat"), Body: []byte("b\n:|")}
	if q == Outbox {
		it.Priority = Priority(rapid.IntRange(0, 1).Draw(t, "priority"))
	} else {
		it.Order = int64(rapid.IntRange(0, 5).Draw(t, "order"))
	}
	return it
}

func (s *storeMachine) Put(t *rapid.T) {
	q := queues.Draw(t, "queue")
	it := drawItem(t, q)
	added, err := s.store.Put(t.Context(), q, it)
	if want := s.put(q, it); err != nil || added != want {
		t.Fatalf("put %+v: %d, %v; want %d", it, added, err, want)
	}
}

func (s *storeMachine) Claim(t *rapid.T) {
	q := queues.Draw(t, "queue")
	most := rapid.IntRange(1, 3).Draw(t, "max")
	claims, err := s.store.Claim(t.Context(), q, "me", most, testLease)
	if err != nil {
		t.Fatal(err)
	}
	free := s.free(q)
	if want := min(most, len(free)); len(claims) != want {
		t.Fatalf("claimed %d, want %d", len(claims), want)
	}
	lowest := Notice
	for _, l := range free {
		lowest = min(lowest, l.prio)
	}
	for i, c := range claims {
		l := lane{c.Priority, c.Chat}
		head := s.head(q, l)
		if !slices.Contains(free, l) || head == nil || head.Key != c.Key || head.Order != c.Order || string(c.Body) != string(head.Body) {
			t.Fatalf("claimed %+v, want the head %+v", c, head)
		}
		if i == 0 && c.Priority != lowest {
			t.Fatalf("claimed priority %d before %d", c.Priority, lowest)
		}
		if head.tries++; head.tries != c.Tries {
			t.Fatalf("tries %d, want %d", c.Tries, head.tries)
		}
		if c.Fence <= s.counter {
			t.Fatalf("fence %d after %d", c.Fence, s.counter)
		}
		s.counter = c.Fence
		*s.lanes[q][l] = modelLane{ready: s.now + testLease, held: &c}
		s.claims = append(s.claims, c)
	}
}

func (s *storeMachine) Finish(t *rapid.T) {
	if len(s.claims) == 0 {
		t.Skip("nothing was claimed")
	}
	c := rapid.SampledFrom(s.claims).Draw(t, "claim")
	o := Outcome{State: State(rapid.IntRange(0, 2).Draw(t, "state")), Block: rapid.IntRange(0, 9).Draw(t, "block") == 0}
	if o.State == Retry {
		o.Delay = time.Duration(rapid.IntRange(0, 3).Draw(t, "delay")) * time.Second
		o.Uncounted = rapid.Bool().Draw(t, "uncounted")
	}
	if rapid.Bool().Draw(t, "replies") {
		o.Out = []Item{drawItem(t, Outbox)}
	}
	if rapid.Bool().Draw(t, "saves") {
		key := keys.Draw(t, "session")
		o.Saves = []Save{{Key: key, Revision: s.session(key).rev + int64(rapid.IntRange(0, 3).Draw(t, "off")/3), Value: []byte("v"), TTL: time.Minute}}
	}
	if c.Queue == Inbox && o.State == Done && rapid.IntRange(0, 4).Draw(t, "erase") == 0 {
		o.Erase = &Erasure{Sessions: []string{keys.Draw(t, "erased session")}}
	}
	l := lane{c.Priority, c.Chat}
	ml := s.lanes[c.Queue][l]
	want := error(nil)
	switch {
	case ml == nil || ml.held == nil || ml.held.Fence != c.Fence:
		want = ErrFenced
	case len(o.Saves) == 1 && o.Saves[0].Revision != s.session(o.Saves[0].Key).rev:
		want = ErrConflict
	}
	if err := s.store.Finish(t.Context(), c, o); !errors.Is(err, want) {
		t.Fatalf("finish: %v, want %v", err, want)
	}
	if want == nil {
		s.apply(t, c, o)
	}
}

func (s *storeMachine) apply(t *rapid.T, c Claim, o Outcome) {
	it := s.items[c.Queue][c.Key]
	l := lane{c.Priority, c.Chat}
	*s.lanes[c.Queue][l] = modelLane{ready: s.now}
	switch o.State {
	case Done:
		it.state = "done"
	case Parked:
		it.state = "parked"
	case Retry:
		s.lanes[c.Queue][l].ready += o.Delay
		if o.Uncounted {
			it.tries--
		}
	}
	if s.head(c.Queue, l) == nil {
		delete(s.lanes[c.Queue], l)
	}
	for _, save := range o.Saves {
		if o.Erase != nil && slices.Contains(o.Erase.Sessions, save.Key) {
			continue
		}
		_, rev, err := s.store.Load(t.Context(), save.Key)
		if err != nil || rev <= save.Revision {
			t.Fatalf("saved as revision %d after %d, %v", rev, save.Revision, err)
		}
		s.sessions[save.Key] = modelSession{string(save.Value), rev, s.now + save.TTL}
	}
	if o.Block {
		s.block(c.Chat)
	}
	if o.Erase != nil {
		s.erase(c.Chat, c.Order, o.Erase.Sessions[0])
	}
	for _, out := range o.Out {
		s.put(Outbox, out)
	}
}

func (s *storeMachine) Erase(t *rapid.T) {
	chat, key := chats.Draw(t, "chat"), keys.Draw(t, "session")
	if err := s.store.Erase(t.Context(), chat, key); err != nil {
		t.Fatal(err)
	}
	s.erase(chat, math.MaxInt64, key)
}

func (s *storeMachine) Release(t *rapid.T) {
	q := queues.Draw(t, "queue")
	if err := s.store.Release(t.Context(), q, "me"); err != nil {
		t.Fatal(err)
	}
	for _, ml := range s.lanes[q] {
		if ml.held != nil {
			*ml = modelLane{ready: s.now}
		}
	}
}

func (s *storeMachine) Revive(t *rapid.T) {
	q := queues.Draw(t, "queue")
	n, err := s.store.Revive(t.Context(), q)
	if err != nil || n != s.count(q).Parked {
		t.Fatalf("revived %d, %v; want %d", n, err, s.count(q).Parked)
	}
	for _, it := range s.items[q] {
		if it.state == "parked" {
			it.state, it.tries = "waiting", 0
			if l := (lane{it.Priority, it.Chat}); s.lanes[q][l] == nil {
				s.lanes[q][l] = &modelLane{ready: s.now}
			}
		}
	}
}

func (s *storeMachine) Unblock(t *rapid.T) {
	chat := chats.Draw(t, "chat")
	if err := s.store.SetBlocked(t.Context(), chat, false); err != nil {
		t.Fatal(err)
	}
	delete(s.blocked, chat)
}

func (s *storeMachine) Advance(t *rapid.T) {
	d := time.Duration(rapid.IntRange(1, 20).Draw(t, "seconds")) * time.Second
	s.advance(d)
	s.now += d
}

func (s *storeMachine) Check(t *rapid.T) {
	for _, q := range []QueueName{Inbox, Outbox} {
		if got, err := s.store.Count(t.Context(), q); err != nil || got != s.count(q) {
			t.Fatalf("%s has %+v, %v; want %+v", q, got, err, s.count(q))
		}
		for key, it := range s.items[q] {
			if _, ok, err := s.store.Result(t.Context(), q, key); err != nil || ok != (it.state == "done") {
				t.Fatalf("result of %s, which is %s: %v %v", key, it.state, ok, err)
			}
		}
	}
	for _, key := range []string{"a", "b"} {
		value, rev, err := s.store.Load(t.Context(), key)
		if want := s.session(key); err != nil || string(value) != want.value || rev != want.rev {
			t.Fatalf("session %s is %q %d, %v; want %+v", key, value, rev, err, want)
		}
	}
}

// The clocks of the stores stand still in these tests but for Advance.
func TestStoreSQLiteIsTheModel(t *testing.T) {
	dir, n := t.TempDir(), 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		db := openDB(crashing{}, filepath.Join(dir, fmt.Sprint(n, ".db")))
		s, err := OpenSQLite(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close(); db.Close() })
		var now atomic.Int64
		now.Store(time.Now().UnixNano())
		s.now = func() time.Time { return time.Unix(0, now.Load()) }
		m := &storeMachine{model: newModel(), store: s, advance: func(d time.Duration) { now.Add(int64(d)) }}
		t.Repeat(rapid.StateMachineActions(m))
	})
}

func TestStoreRedisIsTheModel(t *testing.T) {
	server := miniredis.RunT(t)
	began, n := time.Now(), 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		now := began
		server.SetTime(now)
		s, err := OpenRedis(t.Context(), redis.UniversalOptions{Addrs: []string{server.Addr()}}, fmt.Sprint("m", n))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close(); server.FlushAll() })
		m := &storeMachine{model: newModel(), store: s, advance: func(d time.Duration) { now = now.Add(d); server.SetTime(now) }}
		t.Repeat(rapid.StateMachineActions(m))
	})
}
