package main

import (
	"context"
	"errors"
	"math"
	"os"
	"time"

	"rongcuo/bot/delivery"
)

// Probes of readiness write a little: a Redis without memory, a standby, a full or
// read-only disk all answer questions and keep nothing.

// probeStore counts one up in the store, which takes memory and disk as an update
// does.
func probeStore(ctx context.Context, store delivery.Store) error {
	_, err := store.Take(ctx, "observe:probe", 1, math.MaxInt64, time.Minute)
	return err
}

var errStandby = errors.New("the database takes no writes")

// probeDatabase reads and sees that writing is allowed. In SQLite it takes the lock
// of writers, which a read-only file refuses; that there is room, the probes of the
// disk and of the store see. A PostgreSQL whose disk is full is seen by what it
// refuses, see rongcuo_handler_troubles_total.
func probeDatabase(ctx context.Context, db database) error {
	var one int
	if err := db.QueryRowContext(ctx, `SELECT one FROM records_head`).Scan(&one); err != nil {
		return err
	}
	if db.postgres {
		var reads bool
		err := db.QueryRowContext(ctx, `SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::bool`).Scan(&reads)
		if err == nil && reads {
			err = errStandby
		}
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	return tx.Rollback()
}

// probeBytes are a few blocks: a file of one fits where nothing else does.
const probeBytes = 64 << 10

// probeDisk writes a file into the data folder, where attachments and published
// texts lie, and takes it away.
func probeDisk(dir string) (err error) {
	f, err := os.CreateTemp(dir, ".probe-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(f.Name())) }()
	if _, err := f.Write(make([]byte, probeBytes)); err != nil {
		return err
	}
	return f.Sync()
}
