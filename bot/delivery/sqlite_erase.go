package delivery

import (
	"context"
	"math"
)

// Erase implements [Eraser].
func (s *SQLite) Erase(ctx context.Context, chat int64, sessions ...string) error {
	if err := checkPrefixes(sessions); err != nil {
		return err
	}
	return s.do(ctx, func(tx *sqliteTx) error { return s.erase(tx, chat, math.MaxInt64, sessions) })
}

// erase drops all of a chat but its updates after the order named. The rows stay
// as bare keys until they are swept.
func (s *SQLite) erase(tx *sqliteTx, chat, upTo int64, sessions []string) error {
	_, err := tx.exec(`UPDATE delivery_item
		SET state = 3, chat = 0, body = NULL, note = '', result = 0, ended = CASE state WHEN 0 THEN ? ELSE ended END
		WHERE chat = ? AND queue IN (?, ?) AND (state > 0 OR queue = ? OR ord <= ?)`,
		s.ms(), chat, Inbox, Outbox, Outbox, upTo)
	if err != nil {
		return err
	}
	_, err = tx.exec(`DELETE FROM delivery_lane WHERE chat = ? AND queue IN (?, ?) AND NOT EXISTS
		(SELECT 1 FROM delivery_item i WHERE i.queue = delivery_lane.queue AND i.prio = delivery_lane.prio
			AND i.chat = delivery_lane.chat AND i.state = 0)`, chat, Inbox, Outbox)
	if err != nil {
		return err
	}
	for _, prefix := range sessions {
		// Nothing sorts after the last code point, and no key holds it.
		if _, err := tx.exec(`DELETE FROM delivery_session WHERE key >= ? AND key < ?`, prefix, prefix+"\U0010FFFF"); err != nil {
			return err
		}
	}
	return nil
}
