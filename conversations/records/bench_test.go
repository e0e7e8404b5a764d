package records

import (
	"database/sql"
	"testing"

	"rongcuo/knowledge/postgrestest"
)

// BenchmarkBook measures what a decision costs on disk: SQLite with
// synchronous=FULL, and PostgreSQL without fsync, as the test server runs.
func BenchmarkBook(b *testing.B) {
	sqlite := func(b *testing.B) *desk { return newDesk(b) }
	postgres := func(b *testing.B) *desk {
		db, err := sql.Open("pgx", postgrestest.NewDatabase(b, postgrestest.Start(b)))
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { db.Close() })
		book, err := Open(b.Context(), db, PostgreSQL)
		if err != nil {
			b.Fatal(err)
		}
		return deskOn(b, book)
	}
	for _, c := range []struct {
		name string
		desk func(*testing.B) *desk
	}{{"SQLite", sqlite}, {"PostgreSQL", postgres}} {
		b.Run(c.name+"/Submit", func(b *testing.B) {
			d := c.desk(b)
			for b.Loop() {
				d.submit(b, "", nil)
			}
		})
		b.Run(c.name+"/Do", func(b *testing.B) {
			d := c.desk(b)
			for b.Loop() {
				b.StopTimer()
				f := d.submit(b, "", nil)
				b.StartTimer()
				d.leads(b, f, "T10")
			}
		})
		b.Run(c.name+"/Look", func(b *testing.B) {
			d := c.desk(b)
			f := d.leads(b, d.submit(b, "", nil), "T7", "T8", "T10", "T11")
			for b.Loop() {
				if _, err := d.Look(b.Context(), decider, f.ID); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
