package delivery

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// sqliteSchema holds one migration an element; the version in delivery_schema
// is the number of those that ran. Forward only: never edit one that shipped.
var sqliteSchema = []string{sqliteSchema1}

//go:embed sqlite_schema1.sql
var sqliteSchema1 string

// SQLite keeps the queues and small states in tables delivery_* of a database
// file that may hold other rooms' tables too. All its writes go through one
// goroutine that commits whatever waits in one transaction: one fsync serves
// many callers, and the database sees one writer of ours.
type SQLite struct {
	db      *sql.DB
	now     func() time.Time
	ops     chan sqliteOp
	closing chan struct{}
	once    sync.Once
	writer  sync.WaitGroup
}

// SQLiteDSN gives the data source name that every room opens the file with:
// write-ahead log, fsync at each commit, five seconds of patience with another
// writer, transactions that take the write lock when they begin, and zeros over
// what was deleted.
func SQLiteDSN(path string) string {
	v := url.Values{"_txlock": {"immediate"}}
	for _, p := range []string{"busy_timeout(5000)", "journal_mode(wal)", "synchronous(full)", "foreign_keys(1)", "secure_delete(1)"} {
		v.Add("_pragma", p)
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + v.Encode()
}

// OpenSQLite makes a store of an open database (driver "sqlite", see
// [SQLiteDSN]). It migrates its own tables and refuses a database whose settings
// could lose an acknowledged write, or that a newer program has migrated. Close
// ends the store, not the database.
func OpenSQLite(ctx context.Context, db *sql.DB) (*SQLite, error) {
	if err := checkPragmas(ctx, db); err != nil {
		return nil, err
	}
	s := &SQLite{db: db, now: time.Now, ops: make(chan sqliteOp), closing: make(chan struct{})}
	s.writer.Go(s.write)
	if err := s.do(ctx, migrate); err != nil {
		s.Close()
		return nil, fmt.Errorf("delivery: migrate: %w", err)
	}
	return s, nil
}

func checkPragmas(ctx context.Context, db *sql.DB) error {
	var journal string
	var sync int
	if err := db.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&journal); err != nil {
		return fmt.Errorf("delivery: open database: %w", err)
	}
	if err := db.QueryRowContext(ctx, "PRAGMA synchronous").Scan(&sync); err != nil {
		return fmt.Errorf("delivery: open database: %w", err)
	}
	if journal != "wal" || sync < 2 {
		return fmt.Errorf("delivery: database has journal_mode=%s synchronous=%d, needs wal and full; open it with SQLiteDSN", journal, sync)
	}
	return nil
}

func migrate(tx *sqliteTx) error {
	if _, err := tx.exec(`CREATE TABLE IF NOT EXISTS delivery_schema (version INTEGER NOT NULL)`); err != nil {
		return err
	}
	version := 0
	err := tx.row(`SELECT version FROM delivery_schema`).Scan(&version)
	if errors.Is(err, sql.ErrNoRows) {
		_, err = tx.exec(`INSERT INTO delivery_schema VALUES (0)`)
	}
	if err != nil {
		return err
	}
	if version > len(sqliteSchema) {
		return fmt.Errorf("%w: the file has schema %d, this program knows %d", ErrNewer, version, len(sqliteSchema))
	}
	for _, step := range sqliteSchema[version:] {
		if _, err := tx.exec(step); err != nil {
			return err
		}
	}
	_, err = tx.exec(`UPDATE delivery_schema SET version = ?`, len(sqliteSchema))
	return err
}

// Close ends the writer after what it has in hand. Later calls fail.
func (s *SQLite) Close() error {
	s.once.Do(func() { close(s.closing) })
	s.writer.Wait()
	return nil
}

// ms is the store's time in Unix milliseconds.
func (s *SQLite) ms() int64 { return s.now().UnixMilli() }
