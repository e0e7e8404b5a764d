package delivery

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// Load implements [Sessions].
func (s *SQLite) Load(ctx context.Context, key string) (value []byte, revision int64, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT value, rev FROM delivery_session WHERE key = ? AND until > ?`, key, s.ms()).Scan(&value, &revision)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, 0, nil
	}
	return value, revision, err
}

// Save implements [Sessions].
func (s *SQLite) Save(ctx context.Context, save Save) (revision int64, err error) {
	if err := checkSave(save); err != nil {
		return 0, err
	}
	err = s.do(ctx, func(tx *sqliteTx) (err error) {
		revision, err = s.save(tx, save)
		return err
	})
	if err != nil {
		return 0, err
	}
	return revision, nil
}

func (s *SQLite) save(tx *sqliteTx, save Save) (revision int64, err error) {
	now := s.ms()
	var present int64
	err = tx.row(`SELECT rev FROM delivery_session WHERE key = ? AND until > ?`, save.Key, now).Scan(&present)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, err
	}
	if present != save.Revision {
		return 0, ErrConflict
	}
	if save.Value == nil {
		_, err := tx.exec(`DELETE FROM delivery_session WHERE key = ?`, save.Key)
		return 0, err
	}
	if revision, err = tx.next(); err != nil {
		return 0, err
	}
	_, err = tx.exec(`INSERT INTO delivery_session (key, rev, value, until) VALUES (?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET rev = excluded.rev, value = excluded.value, until = excluded.until`,
		save.Key, revision, save.Value, now+save.TTL.Milliseconds())
	return revision, err
}

// Lock implements [Locks].
func (s *SQLite) Lock(ctx context.Context, name, owner string, ttl time.Duration) (fence int64, err error) {
	if err := checkKey(name); err != nil {
		return 0, err
	}
	err = s.do(ctx, func(tx *sqliteTx) error {
		now := s.ms()
		until := now + ttl.Milliseconds()
		var holder string
		var end int64
		err := tx.row(`SELECT owner, fence, until FROM delivery_lock WHERE name = ?`, name).Scan(&holder, &fence, &end)
		switch {
		case err != nil && !errors.Is(err, sql.ErrNoRows):
			return err
		case err == nil && end > now && holder != owner:
			return ErrHeld
		case err == nil && end > now:
			_, err := tx.exec(`UPDATE delivery_lock SET until = ? WHERE name = ?`, until, name)
			return err
		}
		if fence, err = tx.next(); err != nil {
			return err
		}
		_, err = tx.exec(`INSERT INTO delivery_lock (name, owner, fence, until) VALUES (?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET owner = excluded.owner, fence = excluded.fence, until = excluded.until`, name, owner, fence, until)
		return err
	})
	if err != nil {
		return 0, err
	}
	return fence, nil
}

// Unlock implements [Locks].
func (s *SQLite) Unlock(ctx context.Context, name string, fence int64) error {
	return s.do(ctx, func(tx *sqliteTx) error {
		_, err := tx.exec(`DELETE FROM delivery_lock WHERE name = ? AND fence = ?`, name, fence)
		return err
	})
}

// Take implements [Limits].
func (s *SQLite) Take(ctx context.Context, key string, n, limit int64, window time.Duration) (t Taken, err error) {
	if err := checkKey(key); err != nil {
		return Taken{}, err
	}
	err = s.do(ctx, func(tx *sqliteTx) error {
		now := s.ms()
		used, until := int64(0), now+window.Milliseconds()
		err := tx.row(`SELECT used, until FROM delivery_limit WHERE key = ? AND until > ?`, key, now).Scan(&used, &until)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		t = Taken{OK: n <= 0 || used+n <= limit, Used: used, Left: time.Duration(until-now) * time.Millisecond}
		if !t.OK {
			return nil
		}
		t.Used = max(0, used+n)
		_, err = tx.exec(`INSERT INTO delivery_limit (key, used, until) VALUES (?, ?, ?)
			ON CONFLICT DO UPDATE SET used = excluded.used, until = excluded.until`, key, t.Used, until)
		return err
	})
	if err != nil {
		return Taken{}, err
	}
	return t, nil
}

// Blocked implements [Refusals].
func (s *SQLite) Blocked(ctx context.Context, chat int64) (blocked bool, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM delivery_blocked WHERE chat = ?)`, chat).Scan(&blocked)
	return blocked, err
}

// SetBlocked implements [Refusals].
func (s *SQLite) SetBlocked(ctx context.Context, chat int64, blocked bool) error {
	return s.do(ctx, func(tx *sqliteTx) error {
		if blocked {
			return s.block(tx, chat)
		}
		_, err := tx.exec(`DELETE FROM delivery_blocked WHERE chat = ?`, chat)
		return err
	})
}

// block notes the chat and drops what waits for it, whoever holds it.
func (s *SQLite) block(tx *sqliteTx, chat int64) error {
	now := s.ms()
	if _, err := tx.exec(`INSERT INTO delivery_blocked (chat, since) VALUES (?, ?) ON CONFLICT DO NOTHING`, chat, now); err != nil {
		return err
	}
	if _, err := tx.exec(`UPDATE delivery_item SET state = 3, body = NULL, ended = ? WHERE queue = ? AND chat = ? AND state = 0`, now, Outbox, chat); err != nil {
		return err
	}
	_, err := tx.exec(`DELETE FROM delivery_lane WHERE queue = ? AND chat = ?`, Outbox, chat)
	return err
}
