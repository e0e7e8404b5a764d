package records

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"sync"
	"testing"
	"time"

	_ "modernc.org/sqlite"
	"pgregory.net/rapid"
)

// openFile opens a book in a SQLite file as the program does.
func openFile(t testing.TB, path string) (*Book, *sql.DB) {
	t.Helper()
	options := url.Values{"_txlock": {"immediate"}, "_pragma": {"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)"}}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: path, RawQuery: options.Encode()}).String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	b, err := Open(t.Context(), db, SQLite)
	if err != nil {
		t.Fatal(err)
	}
	return b, db
}

func newBook(t testing.TB) (*Book, *sql.DB) {
	return openFile(t, filepath.Join(t.TempDir(), "book.db"))
}

const owner, head, clerk, stranger = 1, 2, 3, 99

// staffed gives a book in which one unit has a head and a handler.
func staffed(t testing.TB) *Book {
	b, _ := newBook(t)
	staff(t, b)
	return b
}

func staff(t testing.TB, b *Book) {
	if err := b.EnsureOwner(context.Background(), owner); err != nil {
		t.Fatal(err)
	}
	enter(t, b, owner, head, UnitHead, "示例县甲中心")
	enter(t, b, head, clerk, Handler, "示例县甲中心")
}

// enter invites and accepts.
func enter(t testing.TB, b *Book, by, person int64, role Role, place string) Post {
	t.Helper()
	code, err := b.Invite(context.Background(), by, role, place)
	if err != nil {
		t.Fatal(err)
	}
	p, err := b.Accept(context.Background(), person, "某某", code)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestWhoMayStaffWhat(t *testing.T) {
	b := staffed(t)
	for _, c := range []struct {
		by    int64
		role  Role
		place string
		want  error
	}{
		{owner, UnitHead, "示例县乙局", nil},
		{owner, Registrar, "", nil},
		{owner, Registrar, "示例县乙局", ErrPlace},
		{owner, Handler, "", ErrPlace},
		{owner, "emperor", "", ErrPlace},
		{head, Handler, "示例县甲中心", nil},
		{head, Handler, "示例县乙局", ErrNotAllowed},
		{head, UnitHead, "示例县甲中心", ErrNotAllowed},
		{head, Owner, "", ErrNotAllowed},
		{clerk, Handler, "示例县甲中心", ErrNotAllowed},
		{stranger, Keeper, "", ErrNotAllowed},
	} {
		if _, err := b.Invite(t.Context(), c.by, c.role, c.place); !errors.Is(err, c.want) {
			t.Errorf("%d invites %s at %q: %v, want %v", c.by, c.role, c.place, err, c.want)
		}
	}
}

func TestAnInvitationServesOnePersonOnce(t *testing.T) {
	b := staffed(t)
	code, err := b.Invite(t.Context(), owner, Registrar, "")
	if err != nil {
		t.Fatal(err)
	}
	won := make(chan int64, 20)
	var wg sync.WaitGroup
	for person := int64(100); person < 120; person++ {
		wg.Go(func() {
			if _, err := b.Accept(context.Background(), person, "某某", code); err == nil {
				won <- person
			} else if !errors.Is(err, ErrInvitation) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	close(won)
	if len(won) != 1 {
		t.Fatalf("%d persons got the post", len(won))
	}
	winner := <-won
	again, err := b.Accept(t.Context(), winner, "某某", " "+code+" ")
	if err != nil || again.Person != winner {
		t.Errorf("the same person again: %+v, %v", again, err)
	}
	if _, err := b.Revoke(t.Context(), owner, again.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Accept(t.Context(), winner, "某某", code); !errors.Is(err, ErrInvitation) {
		t.Errorf("a revoked post comes back by its old code: %v", err)
	}
}

func TestAnInvitationEnds(t *testing.T) {
	b := staffed(t)
	now := time.Now()
	b.SetClock(func() time.Time { return now })
	late, _ := b.Invite(t.Context(), owner, Auditor, "")
	orphan, _ := b.Invite(t.Context(), head, Handler, "示例县甲中心")
	posts, _ := b.Holders(t.Context(), UnitHead, "示例县甲中心")
	if _, err := b.Revoke(t.Context(), owner, posts[0].ID); err != nil {
		t.Fatal(err)
	}
	for name, code := range map[string]string{"of one who may no longer invite": orphan, "unknown": "AAAA", "empty": ""} {
		if _, err := b.Accept(t.Context(), stranger, "某某", code); !errors.Is(err, ErrInvitation) {
			t.Errorf("%s: %v", name, err)
		}
	}
	now = now.Add(InvitationTime + time.Second)
	if _, err := b.Accept(t.Context(), stranger, "某某", late); !errors.Is(err, ErrInvitation) {
		t.Errorf("too late: %v", err)
	}
}

func TestThereIsAlwaysAnOwner(t *testing.T) {
	b := staffed(t)
	owners, _ := b.Holders(t.Context(), Owner, "")
	if _, err := b.Revoke(t.Context(), owner, owners[0].ID); !errors.Is(err, ErrLastOwner) {
		t.Fatal(err)
	}
	enter(t, b, owner, stranger, Owner, "")
	if _, err := b.Revoke(t.Context(), stranger, owners[0].ID); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Invite(t.Context(), owner, Keeper, ""); !errors.Is(err, ErrNotAllowed) {
		t.Fatalf("revoked, and still in office: %v", err)
	}
}

func TestEveryChangeOfPostsHasItsEntry(t *testing.T) {
	b := staffed(t)
	posts, _ := b.Posts(t.Context(), clerk)
	if _, err := b.Revoke(t.Context(), head, posts[0].ID); err != nil {
		t.Fatal(err)
	}
	if err := b.Note(t.Context(), Entry{Actor: stranger, Kind: KindRefused, Subject: "/reindex"}); err != nil {
		t.Fatal(err)
	}
	entries, err := b.Entries(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, fmt.Sprintf("%d %s %d", e.Seq, e.Kind, e.Actor))
	}
	want := []string{"8 refused 99", "7 revoked 2", "6 granted 2", "5 invited 2", "4 granted 1", "3 invited 1", "2 granted 0", "1 granted 0"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%q", got)
	}
	if only, _ := b.Entries(t.Context(), 7, KindGranted, KindRevoked); len(only) != 4 || only[0].Seq != 6 {
		t.Errorf("%+v", only)
	}
}

func TestWritersAtOnceMakeOneChain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "book.db")
	var wg sync.WaitGroup
	for i := range 4 { // as many processes would
		b, _ := openFile(t, path)
		wg.Go(func() {
			for n := range 25 {
				if err := b.Note(context.Background(), Entry{Actor: int64(i), Kind: KindRefused, Subject: fmt.Sprint(n)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	b, _ := openFile(t, path)
	c, err := b.Verify(t.Context())
	if err != nil || c.Wrong != nil || c.Entries != 100 {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestTheChainCannotBeWrittenOver(t *testing.T) {
	b := staffed(t)
	for _, s := range []string{`UPDATE records_chain SET actor = 5 WHERE seq = 2`, `DELETE FROM records_chain WHERE seq = 2`} {
		if _, err := b.db.Exec(s); err == nil {
			t.Errorf("%s is done", s)
		}
	}
}

// Whoever gets past the triggers is found by the hashes.
func TestAnyChangeIsFound(t *testing.T) {
	b, db := newBook(t)
	for n := range 30 {
		if err := b.Note(t.Context(), Entry{Actor: int64(n), Kind: KindRefused, Subject: "/kb", Detail: map[string]int{"n": n}}); err != nil {
			t.Fatal(err)
		}
	}
	for _, s := range []string{`DROP TRIGGER records_chain_frozen`, `DROP TRIGGER records_chain_kept`} {
		if _, err := db.Exec(s); err != nil {
			t.Fatal(err)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		column := rapid.SampledFrom([]string{"at", "actor", "kind", "subject", "detail", "prev", "hash"}).Draw(t, "column")
		seq := rapid.IntRange(1, 30).Draw(t, "entry")
		raw, err := db.Begin()
		if err != nil {
			t.Fatal(err)
		}
		defer raw.Rollback()
		change := `UPDATE records_chain SET ` + column + ` = ` + column + ` || '1' WHERE seq = ?`
		if rapid.Bool().Draw(t, "cut off") {
			change = `DELETE FROM records_chain WHERE seq >= ?`
		}
		if _, err := raw.Exec(change, seq); err != nil {
			t.Fatal(err)
		}
		var c Checked
		if err := b.verifyChain(&tx{raw, context.Background(), SQLite}, &c); err != nil {
			t.Fatal(err)
		}
		if c.Wrong == nil || c.Wrong.Seq > int64(seq) || c.Wrong.Why == "" {
			t.Fatalf("%s of entry %d: %+v", change, seq, c.Wrong)
		}
	})
}

func TestANewerBookIsLeftAlone(t *testing.T) {
	b, db := newBook(t)
	if _, err := db.Exec(`INSERT INTO records_schema (version, at) VALUES (?, 0)`, len(migrations)+1); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), db, b.dialect); !errors.Is(err, ErrNewer) {
		t.Fatal(err)
	}
}

func TestAPlaceIsTidied(t *testing.T) {
	for typed, want := range map[string]string{" 示例县　甲 中心 ": "示例县甲中心", "A B 公司": "A B公司", "示例县\u200b甲中心": "示例县甲中心", "": ""} {
		if got := TidyPlace(typed); got != want {
			t.Errorf("%q became %q", typed, got)
		}
	}
}
