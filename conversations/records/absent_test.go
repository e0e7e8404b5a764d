package records

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"net/url"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"modernc.org/sqlite"

	"rongcuo/conversations"
)

// asked counts what the database is asked by books of [countedDesk].
var asked atomic.Int64

var registered = sync.OnceFunc(func() { sql.Register("counted", countedDriver{&sqlite.Driver{}}) })

type countedDriver struct{ *sqlite.Driver }

func (d countedDriver) Open(name string) (driver.Conn, error) {
	c, err := d.Driver.Open(name)
	if err != nil {
		return nil, err
	}
	return countedConn{c}, nil
}

// countedConn passes on what database/sql uses of a connection.
type countedConn struct{ driver.Conn }

func (c countedConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	return c.Conn.(driver.ConnBeginTx).BeginTx(ctx, o)
}

func (c countedConn) QueryContext(ctx context.Context, q string, args []driver.NamedValue) (driver.Rows, error) {
	asked.Add(1)
	return c.Conn.(driver.QueryerContext).QueryContext(ctx, q, args)
}

func (c countedConn) ExecContext(ctx context.Context, q string, args []driver.NamedValue) (driver.Result, error) {
	asked.Add(1)
	return c.Conn.(driver.ExecerContext).ExecContext(ctx, q, args)
}

// countedDesk is a desk with three filings, on a database that counts.
func countedDesk(t testing.TB) (*desk, []Filing) {
	t.Helper()
	registered()
	options := url.Values{"_txlock": {"immediate"}, "_pragma": {"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)"}}
	db, err := sql.Open("counted", (&url.URL{Scheme: "file", Opaque: filepath.Join(t.TempDir(), "book.db"), RawQuery: options.Encode()}).String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	b, err := Open(t.Context(), db, SQLite)
	if err != nil {
		t.Fatal(err)
	}
	d := deskOn(t, b)
	var filings []Filing
	for range 3 {
		filings = append(filings, d.submit(t, "", nil))
	}
	return d, filings
}

// absentNumber is well formed and nobody's.
func absentNumber(t testing.TB, d *desk) string {
	t.Helper()
	number, err := conversations.NewNumber(d.p.Number, d.now.Year(), d.random)
	if err != nil {
		t.Fatal(err)
	}
	return number
}

// Promise R14, threat T6: a number that nobody has and one of another unit's
// filing are answered with the same error after as many questions to the database.
func TestAbsentAndForeignCostTheSame(t *testing.T) {
	d, filings := countedDesk(t)
	cost := func(number string) int64 {
		before := asked.Load()
		if _, err := d.ByNumber(t.Context(), otherBoss, number); err == nil || !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: %v", number, err)
		}
		return asked.Load() - before
	}
	foreign := cost(filings[1].Number)
	for range 5 {
		// A number after the last one costs a second look at the index; with
		// more than a handful of filings nobody meets it.
		if absent := cost(absentNumber(t, d)); absent != foreign && absent != foreign+1 {
			t.Errorf("absent: %d questions to the database, foreign: %d", absent, foreign)
		}
	}
}

// BenchmarkAbsentAndForeign measures the difference that is left. Held: less than
// 5 ms between the two in the middle.
func BenchmarkAbsentAndForeign(b *testing.B) {
	d, filings := countedDesk(b)
	var foreign, absent []time.Duration
	look := func(number string, times *[]time.Duration) {
		began := time.Now()
		if _, err := d.ByNumber(b.Context(), otherBoss, number); !errors.Is(err, ErrNotFound) {
			b.Fatal(err)
		}
		*times = append(*times, time.Since(began))
	}
	for b.Loop() {
		for i := range 200 {
			look(filings[i%3].Number, &foreign)
			look(absentNumber(b, d), &absent)
		}
	}
	middle := func(times []time.Duration) float64 {
		slices.Sort(times)
		return float64(times[len(times)/2].Microseconds()) / 1000
	}
	b.ReportMetric(middle(foreign), "foreign-ms")
	b.ReportMetric(middle(absent), "absent-ms")
	b.ReportMetric(middle(foreign)-middle(absent), "difference-ms")
	b.ReportMetric(0, "ns/op")
}
