package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"rongcuo/bot/delivery"
)

// reserve keeps some of the disk for the messages where they lie in the same file
// as the records: without it a full disk would silence the bot. When the disk is
// full the reserve is given up, and from then on questions are answered from that
// room, while the records, which nobody may lose, take nothing new and say so
// (fault X10). It is taken again when there is room for it.
type reserve struct {
	path string
	log  *slog.Logger

	mu   sync.Mutex
	held bool
}

const (
	reserveName = "reserve"
	// reserveBytes hold some thousands of messages: a day of a county.
	reserveBytes = 32 << 20
	reserveEvery = 5 * time.Second // how often it is tried to take it again
)

// errNoRoom is Full for troubleOf.
var errNoRoom = fmt.Errorf("the disk is full; what is left of it is for messages: %w", syscall.ENOSPC)

func openReserve(dir string, log *slog.Logger) *reserve {
	r := &reserve{path: filepath.Join(dir, reserveName), log: log}
	if r.take(); r.room() != nil {
		log.Error("no room for the reserve of the disk: the records take nothing new until there is", "bytes", reserveBytes)
	}
	return r
}

// room says whether the records may take something new; without a reserve they
// may.
func (r *reserve) room() error {
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.held {
		return nil
	}
	return errNoRoom
}

// release gives the reserve up; false when it is given up already.
func (r *reserve) release() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.held {
		return false
	}
	r.held = false
	err := os.Remove(r.path)
	r.log.Error("the disk is full: its reserve is given to the messages, the records take nothing new until there is room", "error", err)
	return err == nil
}

// take writes the reserve, in full, for a file with holes keeps nothing. It leaves
// alone a disk on which it would take the last room from the messages.
func (r *reserve) take() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.held {
		return
	}
	err := errNoRoom
	if free, known := freeBytes(filepath.Dir(r.path)); !known || free > 3*reserveBytes/2 || exists(r.path) {
		err = fillFile(r.path, reserveBytes)
	}
	if r.held = err == nil; r.held {
		r.log.Debug("the reserve of the disk is kept", "bytes", reserveBytes)
		return
	}
	r.log.Debug("no room for the reserve of the disk", "bytes", reserveBytes, "error", err)
}

// fillFile makes a file of so many bytes, or none.
func fillFile(path string, bytes int64) (err error) {
	if info, err := os.Stat(path); err == nil && info.Size() == bytes {
		return nil
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.CopyN(f, zeros{}, bytes)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		os.Remove(path) //nolint:errcheck // it may not be there
	}
	return err
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// keep takes the reserve again when there is room, until ctx ends.
func (r *reserve) keep(ctx context.Context) {
	for tick := time.NewTicker(reserveEvery); ; {
		select {
		case <-tick.C:
			if r.room() == nil {
				continue
			}
			if r.take(); r.room() == nil {
				r.log.Info("there is room on the disk again: the records take what is new")
			}
		case <-ctx.Done():
			tick.Stop()
			return
		}
	}
}

// reservedStore gives the reserve up when it meets a full disk, and tries again.
type reservedStore struct {
	delivery.Store
	reserve *reserve
}

func (s reservedStore) again(try func() error) error {
	err := try()
	if err != nil && troubleOf(err) == delivery.Full && s.reserve.release() {
		err = try()
	}
	return err
}

func (s reservedStore) Put(ctx context.Context, queue delivery.QueueName, items ...delivery.Item) (added int, err error) {
	err = s.again(func() (err error) { added, err = s.Store.Put(ctx, queue, items...); return err })
	return added, err
}

func (s reservedStore) Claim(ctx context.Context, queue delivery.QueueName, owner string, max int, lease time.Duration) (claims []delivery.Claim, err error) {
	err = s.again(func() (err error) { claims, err = s.Store.Claim(ctx, queue, owner, max, lease); return err })
	return claims, err
}

func (s reservedStore) Finish(ctx context.Context, c delivery.Claim, o delivery.Outcome) error {
	return s.again(func() error { return s.Store.Finish(ctx, c, o) })
}

// Take is the probe of readiness too: a disk that fills while nobody writes is
// noticed by it.
func (s reservedStore) Take(ctx context.Context, key string, n, limit int64, window time.Duration) (taken delivery.Taken, err error) {
	err = s.again(func() (err error) { taken, err = s.Store.Take(ctx, key, n, limit, window); return err })
	return taken, err
}
