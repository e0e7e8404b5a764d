package delivery

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"
)

func in(key string, chat, order int64) Item {
	return Item{Key: key, Chat: chat, Order: order, Body: []byte("body of " + key + "\n第二行")}
}

func TestStoreAnItemThatCameTwiceIsPutOnce(t *testing.T) {
	eachStore(t, func(t *testing.T, h *harness) {
		if n := put(t, h, Inbox, in("1", 7, 1), in("2", 7, 2), in("1", 7, 1)); n != 2 {
			t.Fatalf("added %d, want 2", n)
		}
		h.reopen()
		c := claimOne(t, h, Inbox, "a")
		if n := put(t, h, Inbox, in("1", 7, 1)); n != 0 {
			t.Error("a claimed item was put again")
		}
		finish(t, h, c, Outcome{})
		h.reopen()
		if n := put(t, h, Inbox, in("1", 7, 1)); n != 0 {
			t.Error("a done item was put again")
		}
		if got, _ := h.Count(t.Context(), Inbox); got != (Counts{Waiting: 1}) {
			t.Errorf("counts %+v, want 1 waiting", got)
		}
	})
}

func TestStoreGivesTheOldestOfEachFreeChat(t *testing.T) {
	eachStore(t, func(t *testing.T, h *harness) {
		put(t, h, Inbox, in("12", -100, 12), in("11", -100, 11), in("13", 5, 13))
		first := claim(t, h, Inbox, "a", 10)
		if len(first) != 2 {
			t.Fatalf("claimed %d, want one of each chat", len(first))
		}
		i := slices.IndexFunc(first, func(c Claim) bool { return c.Chat == -100 })
		c := first[i]
		if c.Key != "11" || c.Order != 11 || string(c.Body) != "body of 11\n第二行" || c.Tries != 1 || c.Received.IsZero() {
			t.Errorf("claimed %+v, want 11 whole", c)
		}
		if more := claim(t, h, Inbox, "b", 10); len(more) != 0 {
			t.Errorf("claimed %d more while all chats are held", len(more))
		}
		finish(t, h, c, Outcome{})
		if next := claimOne(t, h, Inbox, "b"); next.Key != "12" || next.Fence <= c.Fence {
			t.Errorf("then %s with fence %d after %d", next.Key, next.Fence, c.Fence)
		}
	})
}

func TestStoreLostLeaseIsRefused(t *testing.T) {
	eachStore(t, func(t *testing.T, h *harness) {
		put(t, h, Inbox, in("1", 7, 1))
		old := claimOne(t, h, Inbox, "a")
		h.advance(testLease / 2)
		if err := h.Extend(t.Context(), old, testLease); err != nil {
			t.Fatal(err)
		}
		h.advance(testLease - time.Second)
		if got := claim(t, h, Inbox, "b", 1); len(got) != 0 {
			t.Fatal("an extended lease was taken")
		}
		h.advance(time.Second + time.Millisecond)
		now := claimOne(t, h, Inbox, "b")
		if now.Tries != 2 {
			t.Errorf("tries %d, want 2", now.Tries)
		}
		outcome := Outcome{Out: []Item{in("r", 7, 0)}, Saves: []Save{{Key: "s", Value: []byte("x"), TTL: time.Hour}}}
		for name, err := range map[string]error{
			"finish": h.Finish(t.Context(), old, outcome),
			"extend": h.Extend(t.Context(), old, testLease),
		} {
			if !errors.Is(err, ErrFenced) {
				t.Errorf("%s with the old fence: %v, want ErrFenced", name, err)
			}
		}
		if c, _ := h.Count(t.Context(), Outbox); c.Waiting != 0 {
			t.Error("the refused step left a reply")
		}
		if v, _, _ := h.Load(t.Context(), "s"); v != nil {
			t.Error("the refused step left a session")
		}
		finish(t, h, now, outcome)
		if err := h.Finish(t.Context(), now, outcome); !errors.Is(err, ErrFenced) {
			t.Errorf("finished twice: %v, want ErrFenced", err)
		}
	})
}

func TestStoreFinishIsOneStep(t *testing.T) {
	eachStore(t, func(t *testing.T, h *harness) {
		put(t, h, Inbox, in("1", 7, 1))
		c := claimOne(t, h, Inbox, "a")
		if _, err := h.Save(t.Context(), Save{Key: "s", Value: []byte("others"), TTL: time.Hour}); err != nil {
			t.Fatal(err)
		}
		stale := Outcome{Out: []Item{in("r1", 7, 0)}, Saves: []Save{{Key: "t", Value: []byte("new"), TTL: time.Hour}, {Key: "s", Value: []byte("mine"), TTL: time.Hour}}}
		if err := h.Finish(t.Context(), c, stale); !errors.Is(err, ErrConflict) {
			t.Fatalf("stale session: %v, want ErrConflict", err)
		}
		if v, _, _ := h.Load(t.Context(), "t"); v != nil {
			t.Error("half of a refused step was written")
		}
		_, rev, _ := h.Load(t.Context(), "s")
		stale.Saves[1].Revision = rev
		finish(t, h, c, stale)
		h.reopen()
		if v, _, _ := h.Load(t.Context(), "s"); string(v) != "mine" {
			t.Errorf("session %q, want mine", v)
		}
		if r := claimOne(t, h, Outbox, "a"); r.Key != "r1" {
			t.Errorf("reply %q", r.Key)
		}
	})
}

func TestStoreRetryHoldsTheChatAndParkingFreesIt(t *testing.T) {
	eachStore(t, func(t *testing.T, h *harness) {
		put(t, h, Inbox, in("1", 7, 1), in("2", 7, 2))
		finish(t, h, claimOne(t, h, Inbox, "a"), Outcome{State: Retry, Delay: 4 * time.Second})
		put(t, h, Inbox, in("3", 7, 3))
		if got := claim(t, h, Inbox, "a", 5); len(got) != 0 {
			t.Fatal("claimed before the delay was over")
		}
		h.advance(4*time.Second + time.Millisecond)
		c := claimOne(t, h, Inbox, "a")
		if c.Key != "1" || c.Tries != 2 {
			t.Fatalf("claimed %s try %d, want 1 try 2", c.Key, c.Tries)
		}
		finish(t, h, c, Outcome{State: Retry, Uncounted: true})
		c = claimOne(t, h, Inbox, "a")
		if c.Tries != 2 {
			t.Errorf("an uncounted retry counted: %d", c.Tries)
		}
		finish(t, h, c, Outcome{State: Parked, Note: "panic"})
		if next := claimOne(t, h, Inbox, "a"); next.Key != "2" {
			t.Errorf("after parking came %s, want 2", next.Key)
		}
		if got, _ := h.Count(t.Context(), Inbox); got != (Counts{Waiting: 2, Parked: 1}) {
			t.Errorf("counts %+v", got)
		}
	})
}

func TestStoreParkedCanBeRevivedForAWhile(t *testing.T) {
	eachStore(t, func(t *testing.T, h *harness) {
		put(t, h, Inbox, in("1", 7, 1), in("2", 8, 2))
		for range 2 {
			finish(t, h, claimOne(t, h, Inbox, "a"), Outcome{State: Parked, Note: "panic"})
		}
		if n, err := h.Revive(t.Context(), Inbox); n != 2 || err != nil {
			t.Fatalf("revived %d, %v", n, err)
		}
		c := claimOne(t, h, Inbox, "a")
		if c.Tries != 1 || len(c.Body) == 0 {
			t.Errorf("revived as %+v", c)
		}
		finish(t, h, c, Outcome{})
		finish(t, h, claimOne(t, h, Inbox, "a"), Outcome{State: Parked})
		h.advance(ParkedFor + time.Second)
		if err := h.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n, _ := h.Revive(t.Context(), Inbox); n != 0 {
			t.Errorf("%d were revived after their time", n)
		}
	})
}

func TestStoreSendsRepliesBeforeNotices(t *testing.T) {
	eachStore(t, func(t *testing.T, h *harness) {
		notice := Item{Key: "n", Chat: 7, Priority: Notice, Body: []byte("n")}
		put(t, h, Outbox, notice, Item{Key: "r1", Chat: 7}, Item{Key: "r2", Chat: 7}, Item{Key: "q", Chat: 8})
		var got []string
		for range 4 {
			c := claimOne(t, h, Outbox, "a")
			got = append(got, c.Key)
			finish(t, h, c, Outcome{Result: 100 + int64(len(got))})
		}
		if got[3] != "n" || slices.Index(got, "r1") > slices.Index(got, "r2") {
			t.Errorf("sent in the order %v", got)
		}
		if id, ok, err := h.Result(t.Context(), Outbox, "n"); id != 104 || !ok || err != nil {
			t.Errorf("result %d %v %v, want 104", id, ok, err)
		}
		if _, ok, _ := h.Result(t.Context(), Outbox, "none"); ok {
			t.Error("a result of nothing")
		}
	})
}

func TestStoreBlockedChatGetsNothing(t *testing.T) {
	eachStore(t, func(t *testing.T, h *harness) {
		put(t, h, Outbox, in("a", 7, 0), in("b", 7, 0), Item{Key: "c", Chat: 7, Priority: Notice}, in("d", 8, 0))
		c := claimOne(t, h, Outbox, "a")
		finish(t, h, c, Outcome{State: Done, Block: true})
		if got, _ := h.Count(t.Context(), Outbox); got.Waiting != 1 {
			t.Errorf("%d wait, want only the other chat's", got.Waiting)
		}
		if n := put(t, h, Outbox, in("e", 7, 0)); n != 0 {
			t.Error("put for a blocked chat")
		}
		if is, _ := h.Blocked(t.Context(), 7); !is {
			t.Error("not noted as blocked")
		}
		if put(t, h, Inbox, in("u", 7, 1)) != 1 {
			t.Error("an update of a blocked chat was dropped")
		}
		if err := h.SetBlocked(t.Context(), 7, false); err != nil {
			t.Fatal(err)
		}
		if n := put(t, h, Outbox, in("f", 7, 0)); n != 1 {
			t.Error("not put after it came back")
		}
	})
}

func TestStoreReleaseFreesOnlyOwnLeases(t *testing.T) {
	eachStore(t, func(t *testing.T, h *harness) {
		put(t, h, Inbox, in("1", 1, 1), in("2", 2, 2), in("3", 3, 3))
		mine := claim(t, h, Inbox, "a", 2)
		claimOne(t, h, Inbox, "b")
		if err := h.Release(t.Context(), Inbox, "a", mine[1].Fence); err != nil {
			t.Fatal(err)
		}
		again := claim(t, h, Inbox, "a", 5)
		if len(again) != 1 || again[0].Key != mine[0].Key {
			t.Errorf("freed %d", len(again))
		}
		if err := h.Finish(t.Context(), mine[0], Outcome{}); !errors.Is(err, ErrFenced) {
			t.Errorf("a released claim finished: %v", err)
		}
		finish(t, h, mine[1], Outcome{})
	})
}

func TestStoreSessionsCompareAndSet(t *testing.T) {
	eachStore(t, func(t *testing.T, h *harness) {
		ctx := t.Context()
		rev, err := h.Save(ctx, Save{Key: "k", Value: []byte("一"), TTL: time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		for _, wrong := range []int64{0, rev + 1} {
			if _, err := h.Save(ctx, Save{Key: "k", Revision: wrong, Value: []byte("x"), TTL: time.Minute}); !errors.Is(err, ErrConflict) {
				t.Errorf("revision %d for %d: %v", wrong, rev, err)
			}
		}
		h.reopen()
		value, loaded, err := h.Load(ctx, "k")
		if string(value) != "一" || loaded != rev || err != nil {
			t.Fatalf("loaded %q %d %v", value, loaded, err)
		}
		if _, err := h.Save(ctx, Save{Key: "k", Revision: rev}); err != nil {
			t.Fatal(err)
		}
		again, err := h.Save(ctx, Save{Key: "k", Value: []byte{}, TTL: time.Minute})
		if err != nil || again <= rev {
			t.Errorf("a new session got revision %d after %d, %v", again, rev, err)
		}
		h.advance(time.Minute)
		if v, r, _ := h.Load(ctx, "k"); v != nil || r != 0 {
			t.Error("an expired session was loaded")
		}
		if err := h.Sweep(ctx); err != nil {
			t.Fatal(err)
		}
	})
}

func TestStoreSessionRaceHasOneWinner(t *testing.T) {
	eachStore(t, func(t *testing.T, h *harness) {
		var wg sync.WaitGroup
		errs := make([]error, 16)
		for i := range errs {
			wg.Go(func() {
				_, errs[i] = h.Save(t.Context(), Save{Key: "k", Value: fmt.Append(nil, i), TTL: time.Minute})
			})
		}
		wg.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else if !errors.Is(err, ErrConflict) {
				t.Error(err)
			}
		}
		if won != 1 {
			t.Errorf("%d won", won)
		}
	})
}

func TestStoreLocks(t *testing.T) {
	eachStore(t, func(t *testing.T, h *harness) {
		ctx := t.Context()
		lock := func(owner string) (int64, error) { return h.Lock(ctx, "poll", owner, time.Minute) }
		first, err := lock("a")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := lock("b"); !errors.Is(err, ErrHeld) {
			t.Errorf("a second owner: %v", err)
		}
		h.advance(time.Minute - time.Second)
		if again, err := lock("a"); again != first || err != nil {
			t.Errorf("renewed as %d, %v; was %d", again, err, first)
		}
		h.advance(time.Minute)
		second, err := lock("b")
		if err != nil || second <= first {
			t.Fatalf("after expiry: %d, %v", second, err)
		}
		if err := h.Unlock(ctx, "poll", first); err != nil {
			t.Fatal(err)
		}
		if _, err := lock("a"); !errors.Is(err, ErrHeld) {
			t.Errorf("an old fence unlocked it: %v", err)
		}
		if err := h.Unlock(ctx, "poll", second); err != nil {
			t.Fatal(err)
		}
		if third, err := lock("a"); err != nil || third <= second {
			t.Errorf("after unlock: %d, %v", third, err)
		}
	})
}

func TestStoreLimits(t *testing.T) {
	eachStore(t, func(t *testing.T, h *harness) {
		take := func(n int64) Taken {
			t.Helper()
			got, err := h.Take(t.Context(), "ask:7", n, 15, time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		if got := take(15); !got.OK || got.Used != 15 {
			t.Errorf("%+v", got)
		}
		h.advance(20 * time.Second)
		if got := take(1); got.OK || got.Used != 15 || got.Left > 40*time.Second || got.Left < 30*time.Second {
			t.Errorf("over the limit: %+v", got)
		}
		if got := take(-2); !got.OK || got.Used != 13 {
			t.Errorf("given back: %+v", got)
		}
		if got := take(2); !got.OK {
			t.Errorf("within again: %+v", got)
		}
		h.advance(time.Minute)
		if got := take(1); !got.OK || got.Used != 1 {
			t.Errorf("a new window: %+v", got)
		}
	})
}

func TestStoreRefusesInvalidValues(t *testing.T) {
	eachStore(t, func(t *testing.T, h *harness) {
		ctx := t.Context()
		put(t, h, Inbox, in("1", 1, 1))
		c := claimOne(t, h, Inbox, "a")
		long := string(make([]byte, 201))
		calls := map[string]func() error{
			"empty key":       func() error { _, err := h.Put(ctx, Inbox, Item{}); return err },
			"newline":         func() error { _, err := h.Put(ctx, Inbox, Item{Key: "a\nb"}); return err },
			"long key":        func() error { _, err := h.Put(ctx, Inbox, Item{Key: long}); return err },
			"priority":        func() error { _, err := h.Put(ctx, Inbox, Item{Key: "a", Priority: 2}); return err },
			"order":           func() error { _, err := h.Put(ctx, Inbox, Item{Key: "a", Order: -1}); return err },
			"endless session": func() error { _, err := h.Save(ctx, Save{Key: "a", Value: []byte("x")}); return err },
			"lock":            func() error { _, err := h.Lock(ctx, "", "a", time.Minute); return err },
			"limit":           func() error { _, err := h.Take(ctx, "", 1, 1, time.Minute); return err },
			"reply":           func() error { return h.Finish(ctx, c, Outcome{Out: []Item{{}}}) },
			"saved twice": func() error {
				return h.Finish(ctx, c, Outcome{Saves: []Save{{Key: "a"}, {Key: "a"}}})
			},
		}
		for name, call := range calls {
			if err := call(); !errors.Is(err, ErrInvalid) {
				t.Errorf("%s: %v, want ErrInvalid", name, err)
			}
		}
		finish(t, h, c, Outcome{})
	})
}

func TestStoreClaimsRaceWithoutOverlap(t *testing.T) {
	eachStore(t, func(t *testing.T, h *harness) {
		const chats, each = 20, 5
		var items []Item
		for i := range chats * each {
			items = append(items, in(fmt.Sprint("k", i), int64(i%chats), int64(i)))
		}
		put(t, h, Inbox, items...)
		var mu sync.Mutex
		last := map[int64]int64{}
		var wg sync.WaitGroup
		for w := range 6 {
			wg.Go(func() {
				for {
					claims, err := h.Claim(t.Context(), Inbox, fmt.Sprint("w", w), 3, testLease)
					if err != nil || len(claims) == 0 {
						return
					}
					for _, c := range claims {
						mu.Lock()
						if before, ok := last[c.Chat]; ok && c.Order != before+chats {
							t.Errorf("chat %d: %d after %d", c.Chat, c.Order, before)
						}
						last[c.Chat] = c.Order
						mu.Unlock()
						if err := h.Finish(t.Context(), c, Outcome{}); err != nil {
							t.Error(err)
						}
					}
				}
			})
		}
		wg.Wait()
		for {
			claims := claim(t, h, Inbox, "end", 100)
			if len(claims) == 0 {
				break
			}
			for _, c := range claims {
				finish(t, h, c, Outcome{})
			}
		}
		if got, _ := h.Count(t.Context(), Inbox); got.Waiting != 0 {
			t.Errorf("%d left", got.Waiting)
		}
	})
}
