package delivery

import (
	"context"
	"fmt"
	"time"
)

// CopySessions brings the sessions of a store in a file, such as drafts, and the
// chats that blocked the bot into another store, each with the time that is left
// to it, and gives how many sessions there were. ErrConflict when the other has
// one of them already. Nothing may use the first store meanwhile.
func CopySessions(ctx context.Context, from *SQLite, to Store) (int, error) {
	now := from.ms()
	rows, err := from.db.QueryContext(ctx, `SELECT key, value, until FROM delivery_session WHERE until > ? ORDER BY key`, now)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	n := 0
	for ; rows.Next(); n++ {
		var s Save
		var until int64
		if err := rows.Scan(&s.Key, &s.Value, &until); err != nil {
			return n, err
		}
		s.TTL = time.Duration(until-now) * time.Millisecond
		if _, err := to.Save(ctx, s); err != nil {
			return n, fmt.Errorf("delivery: a session: %w", err)
		}
	}
	if err := rows.Err(); err != nil {
		return n, err
	}
	return n, copyBlocked(ctx, from, to)
}

func copyBlocked(ctx context.Context, from *SQLite, to Refusals) error {
	rows, err := from.db.QueryContext(ctx, `SELECT chat FROM delivery_blocked`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var chat int64
		if err := rows.Scan(&chat); err != nil {
			return err
		}
		if err := to.SetBlocked(ctx, chat, true); err != nil {
			return err
		}
	}
	return rows.Err()
}
