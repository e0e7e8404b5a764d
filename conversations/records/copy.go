package records

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// copied are the tables of a book, each after those that it refers to, and the
// order in which a table that refers to itself must be written. Not among them
// are the version of the tables and the chain's head, of which each database has
// one row from its beginning.
var copied = []struct{ table, order string }{
	{"records_chain", "seq"}, {"records_posts", "id"}, {"records_invitations", "code"}, {"records_lawful", "procedure, version, action"},
	{"records_steps", "seq"}, {"records_contents", "filing, revision"}, {"records_attachments", "filing, revision, place"},
	{"records_numbers", "number"}, {"records_receipts", "receipt"}, {"records_filings", "id"}, {"records_notices", "once"},
}

// copiedTables are their names.
func copiedTables() []string {
	names := make([]string, len(copied))
	for i, c := range copied {
		names[i] = c.table
	}
	return names
}

// ErrBroken is returned when records that should be copied do not prove
// themselves; Verify names the first wrong link.
var ErrBroken = errors.New("records: the records do not agree with their chain")

// NotEmptyError says that the target of a copy has records of its own.
type NotEmptyError struct{ Table string }

func (e *NotEmptyError) Error() string { return "records: the target has rows in " + e.Table }

// Database is a database with its dialect.
type Database struct {
	DB      *sql.DB
	Dialect Dialect
}

// Copy brings a book from one database into another, as of one moment and all
// or nothing. Not a character is changed: the copy proves itself by the same
// hashes, which is checked before it is committed (ErrBroken). Both are brought
// to this program's tables first (ErrNewer); the second must have no records
// (*NotEmptyError). What others write into the first meanwhile is not taken, so
// the program should stand still. onProgress, which may be nil, is called after
// each table. It gives the number of rows by table, which were counted in both.
func Copy(ctx context.Context, from, to Database, onProgress func(table string, rows int64)) (map[string]int64, error) {
	source, err := Open(ctx, from.DB, from.Dialect)
	if err != nil {
		return nil, err
	}
	target, err := Open(ctx, to.DB, to.Dialect)
	if err != nil {
		return nil, err
	}
	counts := map[string]int64{}
	err = source.read(ctx, func(read *tx) error {
		return target.update(ctx, func(write *tx) error {
			for _, c := range copied {
				rows, err := copyTable(read, write, c.table, c.order)
				if err != nil {
					return fmt.Errorf("records: %s: %w", c.table, err)
				}
				counts[c.table] = rows
				if onProgress != nil {
					onProgress(c.table, rows)
				}
			}
			return target.proveCopy(read, write)
		})
	})
	if err != nil {
		return nil, err
	}
	return counts, nil
}

// proveCopy sets the head that the chain had and proves the copy against it.
func (b *Book) proveCopy(read, write *tx) error {
	var seq int64
	var hash string
	if err := read.one(`SELECT seq, hash FROM records_head WHERE one = 1`, nil, &seq, &hash); err != nil {
		return fmt.Errorf("records: the head: %w", err)
	}
	if err := write.exec(`UPDATE records_head SET seq = ?, hash = ? WHERE one = 1`, seq, hash); err != nil {
		return fmt.Errorf("records: the head: %w", err)
	}
	c, err := b.verify(write)
	if err != nil {
		return fmt.Errorf("records: proving the copy: %w", err)
	}
	if c.Wrong != nil {
		return fmt.Errorf("%w: entry %d: %s", ErrBroken, c.Wrong.Seq, c.Wrong.Why)
	}
	return nil
}

// copyTable copies the rows of a table that is empty in the other database and
// counts them in both.
func copyTable(read, write *tx, table, order string) (int64, error) {
	var total, there int64
	count := `SELECT COUNT(*) FROM ` + table
	if err := write.one(count, nil, &there); err != nil {
		return 0, err
	}
	if there > 0 {
		return 0, &NotEmptyError{table}
	}
	if err := read.one(count, nil, &total); err != nil {
		return 0, err
	}
	if err := copyRows(read, write, table, order); err != nil {
		return 0, err
	}
	if err := write.one(count, nil, &there); err != nil {
		return 0, err
	}
	if there != total {
		return 0, fmt.Errorf("%d rows were read, %d are there", total, there)
	}
	return there, nil
}

func copyRows(read, write *tx, table, order string) error {
	rows, err := read.QueryContext(read.ctx, `SELECT * FROM `+table+` ORDER BY `+order)
	if err != nil {
		return err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	places := strings.TrimSuffix(strings.Repeat("?, ", len(columns)), ", ")
	insert, err := write.PrepareContext(write.ctx, write.dialect.bind(`INSERT INTO `+table+` (`+strings.Join(columns, ", ")+`) VALUES (`+places+`)`))
	if err != nil {
		return err
	}
	defer insert.Close()
	values, into := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		if _, err := insert.ExecContext(write.ctx, values...); err != nil {
			return err
		}
	}
	return rows.Err()
}
