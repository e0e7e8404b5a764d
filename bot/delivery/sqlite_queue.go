package delivery

import (
	"context"
	"database/sql"
	"time"
)

// Put implements [Queues].
func (s *SQLite) Put(ctx context.Context, queue QueueName, items ...Item) (added int, err error) {
	if err := checkItems(items); err != nil {
		return 0, err
	}
	err = s.do(ctx, func(tx *sqliteTx) (err error) {
		added, err = s.put(tx, queue, items)
		return err
	})
	if err != nil {
		return 0, err
	}
	return added, nil
}

func (s *SQLite) put(tx *sqliteTx, queue QueueName, items []Item) (added int, err error) {
	now := s.ms()
	for _, it := range items {
		if queue == Outbox {
			refused, err := tx.changed(`INSERT INTO delivery_item (queue, prio, chat, ord, key, state, received, ended)
				SELECT ?, ?, chat, ?, ?, 3, ?, ? FROM delivery_blocked WHERE chat = ? ON CONFLICT DO NOTHING`,
				queue, it.Priority, it.Order, it.Key, now, now, it.Chat)
			if err != nil {
				return 0, err
			}
			if refused > 0 {
				continue
			}
		}
		n, err := tx.changed(`INSERT INTO delivery_item (queue, prio, chat, ord, key, body, received)
			VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			queue, it.Priority, it.Chat, it.Order, it.Key, it.Body, now)
		if err != nil {
			return 0, err
		}
		if n == 0 {
			continue
		}
		added++
		if _, err := tx.exec(`INSERT INTO delivery_lane (queue, prio, chat, ready) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			queue, it.Priority, it.Chat, now); err != nil {
			return 0, err
		}
	}
	return added, nil
}

// Claim implements [Queues].
func (s *SQLite) Claim(ctx context.Context, queue QueueName, owner string, max int, lease time.Duration) (claims []Claim, err error) {
	err = s.do(ctx, func(tx *sqliteTx) error {
		claims = nil
		now := s.ms()
		lanes, err := freeLanes(tx, queue, now, max)
		if err != nil {
			return err
		}
		for _, lane := range lanes {
			c := Claim{Queue: queue, Item: Item{Priority: lane.prio, Chat: lane.chat}}
			if c.Fence, err = tx.next(); err != nil {
				return err
			}
			if _, err := tx.exec(`UPDATE delivery_lane SET fence = ?, owner = ?, ready = ? WHERE queue = ? AND prio = ? AND chat = ?`,
				c.Fence, owner, now+lease.Milliseconds(), queue, lane.prio, lane.chat); err != nil {
				return err
			}
			var received int64
			err := tx.row(`UPDATE delivery_item SET tries = tries + 1 WHERE id =
				(SELECT id FROM delivery_item WHERE queue = ? AND prio = ? AND chat = ? AND state = 0 ORDER BY ord, id LIMIT 1)
				RETURNING id, ord, key, body, tries, received`, queue, lane.prio, lane.chat).
				Scan(&c.rowid, &c.Order, &c.Key, &c.Body, &c.Tries, &received)
			if err != nil {
				return err
			}
			c.Received = time.UnixMilli(received)
			claims = append(claims, c)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return claims, nil
}

type sqliteLane struct {
	prio Priority
	chat int64
}

func freeLanes(tx *sqliteTx, queue QueueName, now int64, max int) (lanes []sqliteLane, err error) {
	rows, err := tx.conn.QueryContext(tx.ctx, `SELECT prio, chat FROM delivery_lane
		WHERE queue = ? AND ready <= ? ORDER BY prio, ready, chat LIMIT ?`, queue, now, max)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var l sqliteLane
		if err := rows.Scan(&l.prio, &l.chat); err != nil {
			return nil, err
		}
		lanes = append(lanes, l)
	}
	return lanes, rows.Err()
}

// Extend implements [Queues].
func (s *SQLite) Extend(ctx context.Context, c Claim, lease time.Duration) error {
	return s.do(ctx, func(tx *sqliteTx) error {
		return tx.fenced(`UPDATE delivery_lane SET ready = ? WHERE queue = ? AND prio = ? AND chat = ? AND fence = ?`,
			s.ms()+lease.Milliseconds(), c.Queue, c.Priority, c.Chat, c.Fence)
	})
}

// fenced runs a statement that names a fence: touching no row means ErrFenced.
func (t *sqliteTx) fenced(query string, args ...any) error {
	n, err := t.changed(query, args...)
	if err == nil && n == 0 {
		return ErrFenced
	}
	return err
}

// Finish implements [Queues].
func (s *SQLite) Finish(ctx context.Context, c Claim, o Outcome) error {
	if err := checkOutcome(c, o); err != nil {
		return err
	}
	return s.do(ctx, func(tx *sqliteTx) error {
		ready := s.ms()
		if o.State == Retry {
			ready += o.Delay.Milliseconds()
		}
		err := tx.fenced(`UPDATE delivery_lane SET ready = ?, fence = 0, owner = '' WHERE queue = ? AND prio = ? AND chat = ? AND fence = ?`,
			ready, c.Queue, c.Priority, c.Chat, c.Fence)
		if err != nil {
			return err
		}
		if err := s.end(tx, c, o); err != nil {
			return err
		}
		for _, save := range o.Saves {
			if _, err := s.save(tx, save); err != nil {
				return err
			}
		}
		if o.Block {
			if err := s.block(tx, c.Chat); err != nil {
				return err
			}
		}
		if o.Erase != nil {
			if err := s.erase(tx, c.Chat, c.Order, o.Erase.Sessions); err != nil {
				return err
			}
		}
		if _, err := s.put(tx, Jobs, o.Jobs); err != nil {
			return err
		}
		if _, err := s.put(tx, Outbox, o.Out); err != nil {
			return err
		}
		_, err = tx.exec(`DELETE FROM delivery_lane WHERE queue = ? AND prio = ? AND chat = ? AND NOT EXISTS
			(SELECT 1 FROM delivery_item i WHERE i.queue = ?1 AND i.prio = ?2 AND i.chat = ?3 AND i.state = 0)`,
			c.Queue, c.Priority, c.Chat)
		return err
	})
}

// end writes the item's own part of an outcome.
func (s *SQLite) end(tx *sqliteTx, c Claim, o Outcome) (err error) {
	switch o.State {
	case Done:
		_, err = tx.exec(`UPDATE delivery_item SET state = 1, body = NULL, result = ?, ended = ? WHERE id = ?`, o.Result, s.ms(), c.rowid)
	case Parked:
		_, err = tx.exec(`UPDATE delivery_item SET state = 2, note = ?, ended = ? WHERE id = ?`, o.Note, s.ms(), c.rowid)
	case Retry:
		if o.Uncounted {
			_, err = tx.exec(`UPDATE delivery_item SET tries = tries - 1 WHERE id = ?`, c.rowid)
		}
	}
	return err
}

// Release implements [Queues].
func (s *SQLite) Release(ctx context.Context, queue QueueName, owner string, keep ...int64) error {
	return s.do(ctx, func(tx *sqliteTx) error {
		rows, err := tx.conn.QueryContext(tx.ctx, `SELECT fence FROM delivery_lane WHERE queue = ? AND owner = ?`, queue, owner)
		if err != nil {
			return err
		}
		held, err := scanInts(rows)
		if err != nil {
			return err
		}
		kept := make(map[int64]bool, len(keep))
		for _, f := range keep {
			kept[f] = true
		}
		for _, f := range held {
			if kept[f] {
				continue
			}
			if _, err := tx.exec(`UPDATE delivery_lane SET fence = 0, owner = '', ready = ? WHERE queue = ? AND owner = ? AND fence = ?`,
				s.ms(), queue, owner, f); err != nil {
				return err
			}
		}
		return nil
	})
}

func scanInts(rows *sql.Rows) (list []int64, err error) {
	defer rows.Close()
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return nil, err
		}
		list = append(list, n)
	}
	return list, rows.Err()
}
