package delivery

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"
)

var errAway = errors.New("the store is away")

// faulty is a store that can be away, or lose some of its answers after doing
// what was asked.
type faulty struct {
	Store
	away atomic.Bool
	full atomic.Bool
	mute atomic.Bool // one answer in ten, at random, is lost
	lost atomic.Int64
}

func (f *faulty) ask(call func() error) error {
	switch {
	case f.away.Load():
		return errAway
	case f.full.Load():
		return errNoRoom
	}
	err := call()
	if err == nil && f.mute.Load() && rand.N(10) == 0 {
		f.lost.Add(1)
		return errAway
	}
	return err
}

func (f *faulty) Put(ctx context.Context, q QueueName, items ...Item) (n int, err error) {
	err = f.ask(func() (err error) { n, err = f.Store.Put(ctx, q, items...); return err })
	return n, err
}

func (f *faulty) Claim(ctx context.Context, q QueueName, owner string, max int, lease time.Duration) (c []Claim, err error) {
	err = f.ask(func() (err error) { c, err = f.Store.Claim(ctx, q, owner, max, lease); return err })
	if err != nil {
		return nil, err
	}
	return c, nil
}

func (f *faulty) Extend(ctx context.Context, c Claim, lease time.Duration) error {
	return f.ask(func() error { return f.Store.Extend(ctx, c, lease) })
}

func (f *faulty) Finish(ctx context.Context, c Claim, o Outcome) error {
	return f.ask(func() error { return f.Store.Finish(ctx, c, o) })
}

func (f *faulty) Release(ctx context.Context, q QueueName, owner string, keep ...int64) error {
	return f.ask(func() error { return f.Store.Release(ctx, q, owner, keep...) })
}

func (f *faulty) Load(ctx context.Context, key string) (v []byte, rev int64, err error) {
	err = f.ask(func() (err error) { v, rev, err = f.Store.Load(ctx, key); return err })
	return v, rev, err
}

func (f *faulty) Lock(ctx context.Context, name, owner string, ttl time.Duration) (fence int64, err error) {
	err = f.ask(func() (err error) { fence, err = f.Store.Lock(ctx, name, owner, ttl); return err })
	return fence, err
}

// checkEchoed holds what a chat got to what [echo] answers when each of its
// updates is handled once in effect and in order, beside notices of an outage.
func checkEchoed(t *testing.T, r *recorder, chat int64, updates int) {
	t.Helper()
	got := slices.DeleteFunc(r.texts(chat), func(text string) bool { return text == textStoreAway })
	if len(got) != updates {
		t.Errorf("chat %d got %d answers to %d updates", chat, len(got), updates)
	}
	for i, text := range got {
		if !strings.HasPrefix(text, fmt.Sprint(i+1, " ")) {
			t.Errorf("chat %d: answer %d is %q", chat, i+1, text)
			return
		}
	}
}

func TestAStoreAwayForAMinuteLosesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.db")
	synctest.Test(t, func(t *testing.T) {
		f, r := &faulty{Store: openSQLite(t, path)}, &recorder{}
		o := newOffice(t, Config{Store: f, Client: r, Handler: echo})
		start(t, o)
		p := &poller{office: o}
		const updates = 90 // one a second, from three chats
		next := int64(1)   // what Telegram would send next: nothing is confirmed while the store is away
		for second := range int64(updates) {
			f.away.Store(second >= 10 && second < 70)
			for ; next <= second+1; next++ {
				if err := p.keep(t.Context(), []json.RawMessage{textUpdate(next, next%3+1, "x")}); err != nil {
					break
				}
			}
			settle(time.Second)
		}
		settle(20 * time.Second) // a chat takes one message a second
		for chat := range int64(3) {
			checkEchoed(t, r, chat+1, updates/3)
		}
	})
}

func TestLostAnswersOfTheStoreDoubleNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.db")
	synctest.Test(t, func(t *testing.T) {
		f := &faulty{Store: openSQLite(t, path)}
		r := &recorder{}
		o := newOffice(t, Config{Store: f, Client: r, Handler: echo})
		start(t, o)
		f.mute.Store(true)
		p := &poller{office: o}
		const updates = 30
		for id := int64(1); id <= updates; {
			if p.keep(t.Context(), []json.RawMessage{textUpdate(id, 7, "x")}) == nil {
				id++
			}
			settle(time.Second)
		}
		settle(2 * time.Minute)
		if f.lost.Load() == 0 {
			t.Fatal("no answer was lost: the test tries nothing")
		}
		checkEchoed(t, r, 7, updates)
	})
}

// TestAHolderPausedPastItsLeaseChangesNothing cuts a replica off while it handles
// an update: another takes the chat over, and what the first did is refused.
func TestAHolderPausedPastItsLeaseChangesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.db")
	synctest.Test(t, func(t *testing.T) {
		s, r := openSQLite(t, path), &recorder{}
		cut := &faulty{Store: s}
		inHand := make(chan struct{})
		slow := func(ctx context.Context, turn *Turn) error {
			if err := echo(ctx, turn); err != nil {
				return err
			}
			close(inHand)
			time.Sleep(3 * chatLease) // deaf to its context, as a stopped process is
			return nil
		}
		start(t, newOffice(t, Config{Store: cut, Client: r, Handler: slow, Name: "a"}))
		a := newOffice(t, Config{Store: s, Client: r, Handler: echo, Name: "b"})
		arrive(t, a, 1, 7, "x")
		<-inHand
		cut.away.Store(true)
		start(t, a)
		settle(2 * chatLease)
		checkEchoed(t, r, 7, 1)
		cut.away.Store(false)
		arrive(t, a, 2, 7, "x")
		settle(2 * chatLease)
		checkEchoed(t, r, 7, 2)
	})
}

func TestSQLiteSharesItsFileWithOtherWriters(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.db")
	s := openSQLite(t, path)
	records := openDB(t, path)
	defer records.Close()
	if _, err := records.Exec(`CREATE TABLE filing (n INTEGER)`); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := range 25 {
				if _, err := records.Exec(`INSERT INTO filing VALUES (?)`, i); err != nil {
					t.Error(err)
				}
				put(t, s, Inbox, in(fmt.Sprint(w, ":", i), int64(w), int64(i)))
			}
		})
	}
	wg.Wait()
	if c, err := s.Count(t.Context(), Inbox); c.Waiting != 100 || err != nil {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestSQLiteRefusesAnUnsafeOrNewerFile(t *testing.T) {
	dir := t.TempDir()
	unsafe, err := sql.Open("sqlite", filepath.Join(dir, "unsafe.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer unsafe.Close()
	if _, err := OpenSQLite(t.Context(), unsafe); err == nil || !strings.Contains(err.Error(), "SQLiteDSN") {
		t.Errorf("without WAL: %v", err)
	}
	path := filepath.Join(dir, "带空格 的.db")
	s := openSQLite(t, path)
	if _, err := s.db.Exec(`UPDATE delivery_schema SET version = 99`); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenSQLite(t.Context(), s.db); err == nil || !strings.Contains(err.Error(), "newer program") {
		t.Errorf("a newer schema: %v", err)
	}
	s.Close()
	if _, err := s.Put(t.Context(), Inbox, in("1", 1, 1)); err == nil {
		t.Error("a closed store took an update")
	}
}

func TestRedisKilledAndRestartedLosesNothing(t *testing.T) {
	dir := redisDir(t)
	kill := startRedis(t, dir)
	s, err := OpenRedis(t.Context(), redis.UniversalOptions{Addrs: []string{filepath.Join(dir, "s")}}, "outage")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	r := &recorder{}
	stop := start(t, newOffice(t, Config{Store: s, Client: r, Handler: echo}))
	const chats, each = 30, 2
	p := &poller{office: newOffice(t, Config{Store: s, Client: r, Handler: echo})}
	put := func(i int64) bool {
		return p.keep(t.Context(), []json.RawMessage{textUpdate(i, i%chats+1, "x")}) == nil
	}
	for i := int64(1); i <= chats*each; i++ {
		if i == chats { // in the middle of the work
			kill()
			if put(i) {
				t.Error("an update was taken by a dead store")
			}
			kill = startRedis(t, dir)
			defer kill()
		}
		eventually(t, "the store takes an update", func() bool { return put(i) })
	}
	eventually(t, "all answered", func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		return len(r.sent) >= chats*each
	})
	stop() // with the server still there
	for chat := range int64(chats) {
		if got := slices.Compact(r.texts(chat + 1)); len(got) != each || got[0] != "1 x" || got[1] != "2 x" {
			t.Errorf("chat %d got %q", chat+1, got)
		}
	}
}
