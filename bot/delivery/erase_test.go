package delivery

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// save writes a session that is not there yet.
func save(t testing.TB, s Store, keys ...string) {
	t.Helper()
	for _, key := range keys {
		if _, err := s.Save(context.Background(), Save{Key: key, Value: []byte("x"), TTL: time.Hour}); err != nil {
			t.Fatal(err)
		}
	}
}

// present gives those of the keys that are sessions.
func present(t testing.TB, s Store, keys ...string) (found []string) {
	t.Helper()
	for _, key := range keys {
		value, _, err := s.Load(context.Background(), key)
		if err != nil {
			t.Fatal(err)
		}
		if value != nil {
			found = append(found, key)
		}
	}
	return found
}

func TestStoreEraseForgetsOneChat(t *testing.T) {
	eachStore(t, func(t *testing.T, h *harness) {
		put(t, h, Inbox, in("1", 7, 1))
		finish(t, h, claimOne(t, h, Inbox, "a"), Outcome{State: Parked, Note: "panic"})
		put(t, h, Inbox, in("2", 7, 2), in("3", 8, 3))
		put(t, h, Outbox, in("sent", 7, 0))
		finish(t, h, claimOne(t, h, Outbox, "a"), Outcome{Result: 100})
		put(t, h, Outbox, in("parked", 7, 0))
		finish(t, h, claimOne(t, h, Outbox, "a"), Outcome{State: Parked})
		put(t, h, Outbox, in("r", 7, 0), Item{Key: "n", Chat: 7, Priority: Notice}, in("other", 8, 0))
		save(t, h, "chat:7:7", "chat:70:7", "扫描:7:a", "扫描:7:b", "扫描:8:a")
		inHand := claimOne(t, h, Outbox, "a")

		if err := h.Erase(t.Context(), 7, "chat:7:", "扫描:7:"); err != nil {
			t.Fatal(err)
		}
		h.reopen()
		for q, want := range map[QueueName]Counts{Inbox: {Waiting: 1}, Outbox: {Waiting: 1}} {
			if got, err := h.Count(t.Context(), q); got != want || err != nil {
				t.Errorf("%s holds %+v, %v; want %+v", q, got, err, want)
			}
			if n, _ := h.Revive(t.Context(), q); n != 0 {
				t.Errorf("%d revived in %s", n, q)
			}
		}
		if _, ok, _ := h.Result(t.Context(), Outbox, "sent"); ok {
			t.Error("the result of a message is still known")
		}
		if got := present(t, h, "chat:7:7", "chat:70:7", "扫描:7:a", "扫描:7:b", "扫描:8:a"); !slices.Equal(got, []string{"chat:70:7", "扫描:8:a"}) {
			t.Errorf("sessions left: %q", got)
		}
		if err := h.Finish(t.Context(), inHand, Outcome{}); inHand.Chat == 7 && !errors.Is(err, ErrFenced) {
			t.Errorf("a message in hand was finished: %v", err)
		}
		if n := put(t, h, Inbox, in("1", 7, 1), in("2", 7, 2)); n != 0 {
			t.Errorf("%d erased updates came again", n)
		}
		if n := put(t, h, Inbox, in("4", 7, 4)) + put(t, h, Outbox, in("r4", 7, 0)); n != 2 {
			t.Error("the chat can't go on")
		}
		for _, prefix := range []string{"", "a\nb"} {
			if err := h.Erase(t.Context(), 7, prefix); !errors.Is(err, ErrInvalid) {
				t.Errorf("prefix %q: %v, want ErrInvalid", prefix, err)
			}
		}
	})
}

func TestStoreEraseInAStepSparesItsRepliesAndWhatCameLater(t *testing.T) {
	eachStore(t, func(t *testing.T, h *harness) {
		put(t, h, Inbox, in("1", 7, 1))
		finish(t, h, claimOne(t, h, Inbox, "a"), Outcome{State: Parked})
		put(t, h, Outbox, in("old", 7, 0))
		save(t, h, "chat:7:a")
		put(t, h, Inbox, in("2", 7, 2), in("3", 7, 3))
		c := claimOne(t, h, Inbox, "a")
		erase := &Erasure{Sessions: []string{"chat:7:"}}
		for name, wrong := range map[string]Outcome{"retry": {State: Retry, Erase: erase}, "all sessions": {Erase: &Erasure{Sessions: []string{""}}}} {
			if err := h.Finish(t.Context(), c, wrong); !errors.Is(err, ErrInvalid) {
				t.Errorf("%s: %v, want ErrInvalid", name, err)
			}
		}
		finish(t, h, c, Outcome{Out: []Item{in("bye", 7, 0)}, Erase: erase,
			Saves: []Save{{Key: "chat:7:b", Value: []byte("x"), TTL: time.Hour}, {Key: "kept", Value: []byte("x"), TTL: time.Hour}}})
		if got, _ := h.Count(t.Context(), Inbox); got != (Counts{Waiting: 1}) {
			t.Errorf("inbox %+v, want the later update only", got)
		}
		if got, _ := h.Count(t.Context(), Outbox); got != (Counts{Waiting: 1}) {
			t.Errorf("outbox %+v, want the reply of the step only", got)
		}
		if got := claimOne(t, h, Outbox, "a"); got.Key != "bye" {
			t.Errorf("left to send: %s", got.Key)
		}
		if got := claimOne(t, h, Inbox, "a"); got.Key != "3" {
			t.Errorf("left to handle: %s", got.Key)
		}
		if got := present(t, h, "chat:7:a", "chat:7:b", "kept"); !slices.Equal(got, []string{"kept"}) {
			t.Errorf("sessions left: %q", got)
		}
	})
}

func TestStoreListOfSessionsLosesTheExpired(t *testing.T) {
	eachStore(t, func(t *testing.T, h *harness) {
		save(t, h, "chat:7:a", "chat:7:b")
		h.advance(2 * time.Hour)
		if err := h.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := present(t, h, "chat:7:a", "chat:7:b"); got != nil {
			t.Errorf("left: %q", got)
		}
		if s, ok := h.Store.(*Redis); ok {
			if n, err := s.db.ZCard(t.Context(), s.key("session")).Result(); n != 0 || err != nil {
				t.Errorf("%d keys still listed, %v", n, err)
			}
		}
	})
}

// TestAPersonIsForgottenByAWord is promise R40 as far as this package keeps it.
func TestAPersonIsForgottenByAWord(t *testing.T) {
	forget := func(ctx context.Context, turn *Turn) error {
		if turn.Update.Message.Text != "删除我" {
			return echo(ctx, turn)
		}
		if err := turn.Erase("count:7"); err != nil {
			return err
		}
		return turn.Send(Message{Chat: turn.Chat, Text: "已删除"})
	}
	path := filepath.Join(t.TempDir(), "s.db")
	synctest.Test(t, func(t *testing.T) {
		s, r := openSQLite(t, path), &recorder{}
		o := newOffice(t, Config{Store: s, Client: r, Handler: forget})
		start(t, o)
		arrive(t, o, 1, 7, "甲")
		arrive(t, o, 2, 7, "删除我")
		arrive(t, o, 3, 7, "乙")
		settle(time.Minute)
		if got := r.texts(7); got[len(got)-1] != "1 乙" || !slices.Contains(got, "已删除") {
			t.Errorf("got %q; the state must begin anew after the word", got)
		}
		var left int
		err := s.db.QueryRow(`SELECT count(*) FROM delivery_item WHERE chat = 7 AND key < '3'`).Scan(&left)
		if err != nil || left > 0 {
			t.Errorf("%d rows still name the chat, %v", left, err)
		}
	})
}
