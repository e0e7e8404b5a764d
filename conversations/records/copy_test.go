package records

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"rongcuo/knowledge/postgrestest"
)

// lived gives a book in which every table has rows.
func lived(t *testing.T, b *Book) (d *desk, closed, open Filing) {
	t.Helper()
	d = deskOn(t, b)
	closed = d.leads(t, d.submit(t, "u1", nil), "T7", "T8", "T10", "T11", "T14", "T15", "T18", "progress", "T21", "T22a", "T22b", "T24a", "T24b")
	open = d.leads(t, d.submit(t, "u2", nil), "T10")
	if _, err := b.Invite(t.Context(), county, Registrar, ""); err != nil {
		t.Fatal(err)
	}
	return d, closed, open
}

func TestACopiedBookGoesOnWhereTheOriginalStood(t *testing.T) {
	server := postgrestest.Start(t)
	sqlite := func() Database {
		_, db := newBook(t)
		return Database{db, SQLite}
	}
	postgres := func() Database {
		db, err := sql.Open("pgx", postgrestest.NewDatabase(t, server))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		return Database{db, PostgreSQL}
	}
	for name, d := range map[string][2]Database{
		"SQLite to PostgreSQL": {sqlite(), postgres()},
		"PostgreSQL to SQLite": {postgres(), sqlite()},
	} {
		t.Run(name, func(t *testing.T) { testCopy(t, d[0], d[1]) })
	}
}

func testCopy(t *testing.T, from, to Database) {
	source, err := Open(t.Context(), from.DB, from.Dialect)
	if err != nil {
		t.Fatal(err)
	}
	d, closed, open := lived(t, source)
	before, err := source.Verify(t.Context())
	if err != nil || before.Wrong != nil {
		t.Fatalf("%+v, %v", before, err)
	}

	interrupted, cancel := context.WithCancel(t.Context())
	if _, err := Copy(interrupted, from, to, func(string, int64) { cancel() }); err == nil {
		t.Fatal("it went on after it was cancelled")
	}
	told := map[string]int64{}
	counts, err := Copy(t.Context(), from, to, func(table string, rows int64) { told[table] = rows })
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range copied {
		if counts[c.table] == 0 {
			t.Errorf("%s: nothing was copied, so that nothing is tested", c.table)
		}
	}
	if !maps.Equal(counts, told) || len(counts) != len(copied) {
		t.Errorf("counted %v, told %v", counts, told)
	}

	target, err := Open(t.Context(), to.DB, to.Dialect)
	if err != nil {
		t.Fatal(err)
	}
	after, err := target.Verify(t.Context())
	if err != nil || after != before {
		t.Fatalf("%+v, %v; was %+v", after, err, before)
	}
	was, err := d.Look(t.Context(), registrar, closed.ID)
	if err != nil {
		t.Fatal(err)
	}
	copiedDesk := deskAgain(t, d, target)
	is, err := copiedDesk.Look(t.Context(), registrar, closed.ID)
	if err != nil || !reflect.DeepEqual(is, was) {
		t.Errorf("the filing reads %+v, %v; was %+v", is, err, was)
	}
	goesOn(t, copiedDesk, open)

	var full *NotEmptyError
	if _, err := Copy(t.Context(), from, to, nil); !errors.As(err, &full) {
		t.Errorf("a second copy over the first: %v", err)
	}
}

// deskAgain opens the same offices on another book.
func deskAgain(t *testing.T, d *desk, b *Book) *desk {
	t.Helper()
	p, library, calendar := sampleProcedure(t)
	other := &desk{p: p, now: d.now}
	b.SetClock(func() time.Time { return other.now })
	var err error
	if other.Desk, err = b.Desk(t.Context(), library, calendar); err != nil {
		t.Fatal(err)
	}
	return other
}

// goesOn decides what was open, repeats what was done and makes what is new.
func goesOn(t *testing.T, d *desk, open Filing) {
	t.Helper()
	if f := d.leads(t, open, "T11", "T14"); f.State != "reported" {
		t.Errorf("%+v", f)
	}
	if f := d.submit(t, "u2", nil); f.Number != open.Number {
		t.Errorf("the confirmation of %s again gives %s", open.Number, f.Number)
	}
	if f := d.submit(t, "u3", nil); f.Number == "" || f.Number == open.Number {
		t.Errorf("a new filing gets the number %q", f.Number)
	}
	posts, err := d.book.AllPosts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	last := slices.MaxFunc(posts, func(a, b Post) int { return int(a.ID - b.ID) }).ID
	if p := enter(t, d.book, county, stranger, Auditor, ""); p.ID != last+1 {
		t.Errorf("a new post has the id %d after %d", p.ID, last)
	}
	holdsTogether(t, d)
}

func TestOnlyABookThatHoldsIsCopied(t *testing.T) {
	b, db := newBook(t)
	lived(t, b)
	target := func() Database {
		empty, err := sql.Open("sqlite", filepath.Join(t.TempDir(), "target.db"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { empty.Close() })
		return Database{empty, SQLite}
	}
	nothingIn := func(d Database) {
		t.Helper()
		var rows int
		if err := d.DB.QueryRow(`SELECT COUNT(*) FROM records_chain`).Scan(&rows); err != nil || rows != 0 {
			t.Errorf("%d entries stayed behind, %v", rows, err)
		}
	}
	if _, err := db.Exec(`UPDATE records_filings SET state = 'filed'`); err != nil {
		t.Fatal(err)
	}
	to := target()
	if _, err := Copy(t.Context(), Database{db, SQLite}, to, nil); !errors.Is(err, ErrBroken) {
		t.Errorf("a changed book: %v", err)
	}
	nothingIn(to)

	if _, err := db.Exec(`INSERT INTO records_schema (version, at) VALUES (?, 0)`, len(migrations)+1); err != nil {
		t.Fatal(err)
	}
	if _, err := Copy(t.Context(), Database{db, SQLite}, target(), nil); !errors.Is(err, ErrNewer) {
		t.Errorf("a newer book: %v", err)
	}
}

// TestEveryTableIsCopied holds the list of tables to the schema.
func TestEveryTableIsCopied(t *testing.T) {
	_, db := newBook(t)
	rows, err := db.Query(`SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'records_%' ORDER BY name`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var have []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		have = append(have, name)
	}
	want := append(copiedTables(), "records_head", "records_schema")
	if slices.Sort(want); rows.Err() != nil || !slices.Equal(have, want) {
		t.Errorf("the book has %q, copied are %q", have, want)
	}
}
