package delivery

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// maxBatch bounds how many callers share one commit, and so how long the write
// lock is held against other rooms that write to the same file.
const maxBatch = 64

var errClosed = errors.New("delivery: the store is closed")

// sqliteOp is one caller's step, waiting for the writer.
type sqliteOp struct {
	step func(*sqliteTx) error
	err  chan error // buffered: the writer never waits for a caller
}

// sqliteTx is a transaction on the writer's connection.
type sqliteTx struct {
	ctx  context.Context
	conn *sql.Conn
}

func (t *sqliteTx) exec(query string, args ...any) (sql.Result, error) {
	return t.conn.ExecContext(t.ctx, query, args...)
}

func (t *sqliteTx) row(query string, args ...any) *sql.Row {
	return t.conn.QueryRowContext(t.ctx, query, args...)
}

// changed runs a statement and says how many rows it touched.
func (t *sqliteTx) changed(query string, args ...any) (int64, error) {
	r, err := t.exec(query, args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// next gives a number that was never given before.
func (t *sqliteTx) next() (n int64, err error) {
	err = t.row(`UPDATE delivery_counter SET n = n + 1 RETURNING n`).Scan(&n)
	return n, err
}

// do has the writer run the step in a transaction and waits until it is on disk
// or undone. A step that has begun is waited for even when ctx ends, so that the
// caller always knows what became of it.
func (s *SQLite) do(ctx context.Context, step func(*sqliteTx) error) error {
	op := sqliteOp{step: step, err: make(chan error, 1)}
	select {
	case s.ops <- op:
		return <-op.err
	case <-s.closing:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

// write is the writer: it takes one step, then all that wait behind it, and
// commits them together.
func (s *SQLite) write() {
	for {
		var batch []sqliteOp
		select {
		case op := <-s.ops:
			batch = append(batch, op)
		case <-s.closing:
			return
		}
	collect:
		for len(batch) < maxBatch {
			select {
			case op := <-s.ops:
				batch = append(batch, op)
			default:
				break collect
			}
		}
		errs := make([]error, len(batch))
		if err := s.commit(batch, errs); err != nil {
			for i := range errs {
				errs[i] = errors.Join(err, errs[i])
			}
		}
		for i, op := range batch {
			op.err <- errs[i]
		}
	}
}

// commit runs a batch in one transaction, each step in a savepoint of its own: a
// step that fails is undone alone and its error noted. The error returned is the
// whole batch's.
func (s *SQLite) commit(batch []sqliteOp, errs []error) error {
	ctx := context.Background() // a commit is short and must not be torn by a caller
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("delivery: sqlite: %w", err)
	}
	defer conn.Close()
	tx := &sqliteTx{ctx, conn}
	if _, err := tx.exec("BEGIN IMMEDIATE"); err != nil {
		return fmt.Errorf("delivery: sqlite: begin: %w", err)
	}
	for i, op := range batch {
		if errs[i] = op.run(tx); errs[i] != nil && len(batch) == 1 {
			tx.exec("ROLLBACK")
			return nil
		}
	}
	if _, err := tx.exec("COMMIT"); err != nil {
		tx.exec("ROLLBACK")
		return fmt.Errorf("delivery: sqlite: commit: %w", err)
	}
	return nil
}

func (op sqliteOp) run(tx *sqliteTx) error {
	if _, err := tx.exec("SAVEPOINT step"); err != nil {
		return fmt.Errorf("delivery: sqlite: %w", err)
	}
	err := op.step(tx)
	if err != nil {
		if _, undo := tx.exec("ROLLBACK TO step"); undo != nil {
			return errors.Join(err, undo)
		}
	}
	if _, end := tx.exec("RELEASE step"); end != nil {
		return errors.Join(err, end)
	}
	return err
}
