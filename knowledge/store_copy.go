package knowledge

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// copied are the tables of a base, each after those that it refers to. Not
// among them are the version of the tables and who builds, which each database
// has of its own.
var copied = []string{
	"kb_documents", "kb_passages", "kb_vectors", "kb_generations", "kb_members", "kb_confirmed", "kb_suggested",
	"kb_journal", "kb_journal_refs", "kb_journal_open", "kb_journal_days", "kb_journal_topics",
}

// counted are those of them whose ids the database counts up.
var counted = []string{"kb_documents", "kb_generations"}

// Database is a database with its dialect.
type Database struct {
	DB      *sql.DB
	Dialect Dialect
}

// Copy brings a base from one database into another, as of one moment and all
// or nothing: documents, vectors, both generations, confirmed and suggested
// questions and the journal. Both are brought to this program's tables first; the second must
// have no records (*NotEmptyError), and no index may be built meanwhile
// (*BuildingError). onProgress, which may be nil, is called as rows are
// written. It gives the number of rows by table, which were counted in both.
func Copy(ctx context.Context, from, to Database, onProgress func(table string, done, total int64)) (map[string]int64, error) {
	source, err := openStore(ctx, from.DB, from.Dialect)
	if err != nil {
		return nil, err
	}
	target, err := openStore(ctx, to.DB, to.Dialect)
	if err != nil {
		return nil, err
	}
	w, held, err := source.hold(ctx)
	if err != nil {
		return nil, err
	}
	defer w.release()
	into, held, err := target.hold(held)
	if err != nil {
		return nil, err
	}
	defer into.release()
	if onProgress == nil {
		onProgress = func(string, int64, int64) {}
	}
	counts := map[string]int64{}
	err = source.read(held, func(read *sql.Tx) error {
		return into.write(held, func(write *sql.Tx) error {
			for _, table := range copied {
				if counts[table], err = copyTable(held, read, write, table, onProgress); err != nil {
					return fmt.Errorf("%s: %w", table, err)
				}
			}
			for _, table := range counted {
				if q := to.Dialect.countOn(table); q != "" {
					if _, err := write.ExecContext(held, q); err != nil {
						return fmt.Errorf("%s: %w", table, err)
					}
				}
			}
			return nil
		})
	})
	if err != nil {
		err = cmp.Or(context.Cause(held), err)
	}
	return counts, err
}

// copyTable copies all rows of a table that is empty in the other database, and
// counts them in both.
func copyTable(ctx context.Context, from, to *sql.Tx, table string, onProgress func(string, int64, int64)) (int64, error) {
	var total, there int64
	if err := from.QueryRowContext(ctx, `SELECT count(*) FROM `+table).Scan(&total); err != nil {
		return 0, err
	}
	if err := to.QueryRowContext(ctx, `SELECT count(*) FROM `+table).Scan(&there); err != nil {
		return 0, err
	}
	if there > 0 {
		return 0, &NotEmptyError{table}
	}
	if err := copyRows(ctx, from, to, table, func(done int64) { onProgress(table, done, total) }); err != nil {
		return 0, err
	}
	if err := to.QueryRowContext(ctx, `SELECT count(*) FROM `+table).Scan(&there); err != nil {
		return 0, err
	}
	if there != total {
		return 0, fmt.Errorf("%d rows were read, %d are there", total, there)
	}
	return there, nil
}

func copyRows(ctx context.Context, from, to *sql.Tx, table string, onProgress func(done int64)) error {
	rows, err := from.QueryContext(ctx, `SELECT * FROM `+table)
	if err != nil {
		return err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	insert := inserter{tx: to, into: table + ` (` + strings.Join(columns, ", ") + `)`}
	done := int64(0)
	for rows.Next() {
		values, places := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			places[i] = &values[i]
		}
		if err := rows.Scan(places...); err != nil {
			return err
		}
		for i, v := range values {
			if text, ok := v.(string); ok {
				values[i] = storable(text)
			}
		}
		if err := insert.row(ctx, values...); err != nil {
			return err
		}
		if done++; insert.rows == 0 {
			onProgress(done)
		}
	}
	if err := rows.Err(); err != nil || insert.rows == 0 {
		return err
	}
	if err := insert.flush(ctx); err != nil {
		return err
	}
	onProgress(done)
	return nil
}
