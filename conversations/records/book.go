// Package records is the book of an installation: who holds which post, what
// was filed and decided, and the chain of entries that proves that nothing of it
// was changed afterwards. It lives in SQL, in SQLite or PostgreSQL, and knows no
// messenger: a person is a number.
//
// The tour: book.go opens the book, chain.go is the append-only, hash-chained
// list of what was done by whom, people.go and invitations.go say who may do
// what. filing.go is what a filing is, act*.go the pure law of what may become of
// it, allowed.go who may do so, onpaper.go for whom, limits.go until when and
// lateness.go what is noted of it. desk.go and perform.go do the same on disk,
// standin.go looks who is there to decide and repeats.go what was filed before, ledger.go is the SQL, verify.go proves it; view.go and
// lists.go show it to whom it concerns, due.go and notices.go are what time and
// the bot ask for, files.go keeps the attachments. copy.go carries a book from
// one database to another.
//
// Why one chain for everything: whoever wants to hide a decision would have to
// hide the change of the post that allowed it too. Each change and its entry are
// one transaction, so there is none without the other.
package records

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Dialect is the SQL of a database.
type Dialect int

// The databases on which a book can be kept.
const (
	SQLite Dialect = iota
	PostgreSQL
)

// bind writes the places of values as the database wants them: ? or $1.
func (d Dialect) bind(query string) string {
	if d == SQLite {
		return query
	}
	var b strings.Builder
	for n := 1; ; n++ {
		head, tail, found := strings.Cut(query, "?")
		b.WriteString(head)
		if !found {
			return b.String()
		}
		b.WriteString("$" + strconv.Itoa(n))
		query = tail
	}
}

// Book is the door. It is safe for concurrent use, also by several processes.
type Book struct {
	db      *sql.DB
	dialect Dialect
	now     func() time.Time
	room    func() error // see SetRoom
}

// ErrNewer is returned when the records were written by a newer program.
var ErrNewer = errors.New("records: the database belongs to a newer version of the program")

// Open brings the tables up to date and gives the book. The connections must
// write durably (SQLite: synchronous=FULL, _txlock=immediate).
func Open(ctx context.Context, db *sql.DB, dialect Dialect) (*Book, error) {
	b := &Book{db: db, dialect: dialect, now: time.Now}
	if err := b.migrate(ctx); err != nil {
		return nil, fmt.Errorf("records: %w", err)
	}
	return b, nil
}

// SetClock replaces the clock; tests and replays of old times use it.
func (b *Book) SetClock(now func() time.Time) { b.now = now }

// SetRoom has every write ask first whether there is room; its error is the
// write's. What is read goes on. It is set before the book is used.
func (b *Book) SetRoom(room func() error) { b.room = room }

// migrations are forward only; each runs once, in a transaction, on every
// database. What differs between them is marked; see statements.
var migrations = []string{
	schemaChain,
	schemaPeople,
	schemaFilings,
}

// writerLock makes writers follow one another in PostgreSQL, as they do in
// SQLite: what a change reads holds until it is written. A county writes a few
// records a minute.
const writerLock = 0x726f6e67 // "rong"

func (b *Book) migrate(ctx context.Context) error {
	return b.update(ctx, func(tx *tx) error {
		// Under the writers' lock: in PostgreSQL two processes that begin at once
		// would both make the table, and one of them fail.
		if err := tx.exec(`CREATE TABLE IF NOT EXISTS records_schema (version INTEGER PRIMARY KEY, at BIGINT NOT NULL)`); err != nil {
			return err
		}
		var have int
		if err := tx.one(`SELECT COALESCE(MAX(version), 0) FROM records_schema`, nil, &have); err != nil {
			return err
		}
		if have > len(migrations) {
			return ErrNewer
		}
		for v := have; v < len(migrations); v++ {
			for _, statement := range statements(b.dialect, migrations[v]) {
				if err := tx.exec(statement); err != nil {
					return fmt.Errorf("schema %d: %w", v+1, err)
				}
			}
			if err := tx.exec(`INSERT INTO records_schema (version, at) VALUES (?, ?)`, v+1, b.now().UnixMilli()); err != nil {
				return err
			}
		}
		return nil
	})
}

// statements cuts a migration at lines that end with a semicolon and writes the
// two marks in the words of the database: @frozen(table) forbids to change or
// delete rows, BYTES is the type of bytes.
func statements(d Dialect, migration string) []string {
	var out []string
	for s := range strings.SplitSeq(migration, ";\n") {
		s = strings.TrimSpace(s)
		table, frozen := strings.CutPrefix(s, "@frozen(")
		switch {
		case s == "":
		case frozen:
			out = append(out, freeze(d, strings.TrimSuffix(table, ")"))...)
		case d == PostgreSQL:
			out = append(out, strings.ReplaceAll(s, " BYTES", " BYTEA"))
		default:
			out = append(out, strings.ReplaceAll(s, " BYTES", " BLOB"))
		}
	}
	return out
}

// freeze makes a table append-only for whoever comes through SQL.
func freeze(d Dialect, table string) []string {
	if d == PostgreSQL {
		return []string{
			`CREATE OR REPLACE FUNCTION records_refuse() RETURNS trigger AS 'BEGIN RAISE EXCEPTION ''records are append-only''; END' LANGUAGE plpgsql`,
			`CREATE TRIGGER ` + table + `_frozen BEFORE UPDATE OR DELETE ON ` + table + ` FOR EACH ROW EXECUTE FUNCTION records_refuse()`,
			`CREATE TRIGGER ` + table + `_kept BEFORE TRUNCATE ON ` + table + ` FOR EACH STATEMENT EXECUTE FUNCTION records_refuse()`,
		}
	}
	return []string{
		`CREATE TRIGGER ` + table + `_frozen BEFORE UPDATE ON ` + table + ` BEGIN SELECT RAISE(ABORT, 'records are append-only'); END`,
		`CREATE TRIGGER ` + table + `_kept BEFORE DELETE ON ` + table + ` BEGIN SELECT RAISE(ABORT, 'records are append-only'); END`,
	}
}

// tx is one transaction with the dialect's bindings.
type tx struct {
	*sql.Tx
	ctx     context.Context
	dialect Dialect
}

func (t *tx) exec(query string, args ...any) error {
	_, err := t.ExecContext(t.ctx, t.dialect.bind(query), args...)
	return err
}

// changed runs a statement and says how many rows it changed.
func (t *tx) changed(query string, args ...any) (int64, error) {
	r, err := t.ExecContext(t.ctx, t.dialect.bind(query), args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// one reads a single row; sql.ErrNoRows if there is none.
func (t *tx) one(query string, args []any, into ...any) error {
	return t.QueryRowContext(t.ctx, t.dialect.bind(query), args...).Scan(into...)
}

// update runs a change as one transaction: all of it is on disk when it returns
// nil, and nothing otherwise.
func (b *Book) update(ctx context.Context, change func(*tx) error) error {
	if b.room != nil {
		if err := b.room(); err != nil {
			return fmt.Errorf("records: %w", err)
		}
	}
	return b.transact(ctx, nil, func(t *tx) error {
		if b.dialect == PostgreSQL {
			if err := t.exec(`SELECT pg_advisory_xact_lock(?)`, writerLock); err != nil {
				return err
			}
		}
		return change(t)
	})
}

// read runs queries that belong together on one state of the book.
func (b *Book) read(ctx context.Context, look func(*tx) error) error {
	options := &sql.TxOptions{ReadOnly: true}
	if b.dialect == PostgreSQL {
		options.Isolation = sql.LevelRepeatableRead
	}
	return b.transact(ctx, options, look)
}

func (b *Book) transact(ctx context.Context, options *sql.TxOptions, work func(*tx) error) error {
	raw, err := b.db.BeginTx(ctx, options)
	if err != nil {
		return err
	}
	defer raw.Rollback() // after Commit it does nothing
	if err := work(&tx{raw, ctx, b.dialect}); err != nil {
		return err
	}
	return raw.Commit()
}

// rows calls each for every row of a query.
func (t *tx) rows(query string, args []any, each func(scan func(...any) error) error) error {
	rows, err := t.QueryContext(t.ctx, t.dialect.bind(query), args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}
