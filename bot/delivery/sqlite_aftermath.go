package delivery

import (
	"context"
	"database/sql"
	"errors"
)

// Result implements [Aftermath].
func (s *SQLite) Result(ctx context.Context, queue QueueName, key string) (result int64, ok bool, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT result FROM delivery_item WHERE queue = ? AND key = ? AND state = 1`, queue, key).Scan(&result)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, nil
	}
	return result, err == nil, err
}

// Revive implements [Aftermath].
func (s *SQLite) Revive(ctx context.Context, queue QueueName) (revived int, err error) {
	err = s.do(ctx, func(tx *sqliteTx) error {
		_, err := tx.exec(`INSERT INTO delivery_lane (queue, prio, chat, ready)
			SELECT DISTINCT queue, prio, chat, ? FROM delivery_item WHERE queue = ? AND state = 2 ON CONFLICT DO NOTHING`, s.ms(), queue)
		if err != nil {
			return err
		}
		n, err := tx.changed(`UPDATE delivery_item SET state = 0, tries = 0, note = '', ended = 0 WHERE queue = ? AND state = 2`, queue)
		revived = int(n)
		return err
	})
	return revived, err
}

// Count implements [Aftermath].
func (s *SQLite) Count(ctx context.Context, queue QueueName) (c Counts, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT
		(SELECT count(*) FROM delivery_item WHERE queue = ?1 AND state = 0),
		(SELECT count(*) FROM delivery_item WHERE queue = ?1 AND state = 2)`, queue).Scan(&c.Waiting, &c.Parked)
	return c, err
}

// Sweep implements [Aftermath].
func (s *SQLite) Sweep(ctx context.Context) error {
	now := s.ms()
	return s.do(ctx, func(tx *sqliteTx) error {
		for _, sweep := range []struct {
			query  string
			before int64
		}{
			{`DELETE FROM delivery_item WHERE state IN (1, 3) AND ended < ?`, now - Remembered.Milliseconds()},
			{`DELETE FROM delivery_item WHERE state = 2 AND ended < ?`, now - ParkedFor.Milliseconds()},
			{`DELETE FROM delivery_session WHERE until <= ?`, now},
			{`DELETE FROM delivery_limit WHERE until <= ?`, now},
			{`DELETE FROM delivery_lock WHERE until <= ?`, now},
		} {
			if _, err := tx.exec(sweep.query, sweep.before); err != nil {
				return err
			}
		}
		return nil
	})
}
