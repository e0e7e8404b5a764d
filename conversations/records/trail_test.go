package records

import (
	"database/sql"
	"errors"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"

	"rongcuo/knowledge/postgrestest"
)

// onBoth runs a test on a book in SQLite and, where there is a server, in
// PostgreSQL; one unit of it has a head and a handler.
func onBoth(t *testing.T, test func(*testing.T, *Book)) {
	t.Run("SQLite", func(t *testing.T) { test(t, staffed(t)) })
	t.Run("PostgreSQL", func(t *testing.T) {
		db, err := sql.Open("pgx", postgrestest.NewDatabase(t, postgrestest.Start(t)))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		b, err := Open(t.Context(), db, PostgreSQL)
		if err != nil {
			t.Fatal(err)
		}
		staff(t, b)
		test(t, b)
	})
}

func TestAnInvitationIsListedUntilItIsUsedOrRecalled(t *testing.T) {
	onBoth(t, listedUntilUsedOrRecalled)
}

func listedUntilUsedOrRecalled(t *testing.T, b *Book) {
	ctx := t.Context()
	code, err := b.Invite(ctx, head, Handler, "示例县　甲 中心")
	if err != nil {
		t.Fatal(err)
	}
	open, err := b.Invitations(ctx)
	if err != nil || len(open) != 1 || open[0].Place != "示例县甲中心" || open[0].By != head {
		t.Fatalf("open: %+v, %v", open, err)
	}
	if places, err := b.Places(ctx, UnitHead); err != nil || len(places) != 1 {
		t.Errorf("one unit in two spellings became %q, %v", places, err)
	}
	if _, err := b.Recall(ctx, clerk, open[0].ID); !errors.Is(err, ErrNotAllowed) {
		t.Errorf("a handler recalled it: %v", err)
	}
	if _, err := b.Recall(ctx, owner, open[0].ID); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Accept(ctx, stranger, "某某", code); !errors.Is(err, ErrRecalled) {
		t.Errorf("a recalled one was accepted: %v", err)
	}
	if _, err := b.Recall(ctx, owner, open[0].ID); !errors.Is(err, ErrInvitation) {
		t.Errorf("recalled twice: %v", err)
	}
	if open, err = b.Invitations(ctx); err != nil || len(open) != 0 {
		t.Errorf("still listed: %+v, %v", open, err)
	}
	if entries, err := b.Entries(ctx, 0, KindRecalled); err != nil || len(entries) != 1 {
		t.Errorf("in the audit: %+v, %v", entries, err)
	}
	if c, err := b.Verify(ctx); err != nil || c.Wrong != nil {
		t.Errorf("%+v %v", c.Wrong, err)
	}
}

func TestWhoDidItIsToldByTheOrderOfEntries(t *testing.T) {
	onBoth(t, func(t *testing.T, b *Book) {
		posts, err := b.Posts(t.Context(), clerk)
		if err != nil || len(posts) != 1 {
			t.Fatal(posts, err)
		}
		if _, err := b.Revoke(t.Context(), head, posts[0].ID); err != nil {
			t.Fatal(err)
		}
		entries, err := b.Entries(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		revoked := entries[0].Seq
		for seq, want := range map[int64]int{1: 0, revoked - 1: 1, revoked: 1, revoked + 1: 0} {
			if held, err := b.HeldAt(t.Context(), clerk, seq); err != nil || len(held) != want {
				t.Errorf("at entry %d of %d he held %+v, %v", seq, revoked, held, err)
			}
		}
		if _, err := b.StepOf(t.Context(), "nobody's", 1); !errors.Is(err, ErrNotFound) {
			t.Errorf("a step of no filing: %v", err)
		}
	})
}
