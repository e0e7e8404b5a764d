package knowledge

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"
)

// buildLease is how long a builder that gives no sign of life keeps its right:
// so long can nobody build after one was killed.
const buildLease = 15 * time.Second

// releaseTimeout bounds how long the end of a build waits for a database that
// does not answer; the lease ends by itself.
const releaseTimeout = 5 * time.Second

// builder is the right to change documents, vectors and generations; of all
// processes on a database one at a time has it. It is a row of kb_building with
// a token that is good until a time of the database's clock and is extended
// every third of buildLease. Whoever was stopped for longer than that finds at
// his next write that the token is another's, and the write is undone.
type builder struct {
	*store
	token   string
	release func()
}

// hold takes the right to build and gives a context that ends when it is lost.
// It is refused with a *BuildingError while another has it. The builder must
// be released.
func (s *store) hold(ctx context.Context) (*builder, context.Context, error) {
	w := &builder{token: rand.Text()}
	w.store = &store{s.db, s.dialect, w}
	host, err := os.Hostname()
	if err != nil {
		return nil, nil, err
	}
	// A time further ahead than two leases was written before the clock was set back.
	clock := s.dialect.clock()
	done, err := s.db.ExecContext(ctx, `UPDATE kb_building SET token = $1, holder = $2, since = `+clock+`, until = `+clock+` + $3
		WHERE until <= `+clock+` OR until > `+clock+` + 2 * $3`,
		w.token, fmt.Sprintf("%s/%d", host, os.Getpid()), buildLease.Milliseconds())
	taken := int64(0)
	if err == nil {
		taken, err = done.RowsAffected()
	}
	if taken == 0 {
		return nil, nil, s.notHeld(ctx, err)
	}
	held, lose := context.WithCancelCause(ctx)
	var beating sync.WaitGroup
	beating.Go(func() { w.beat(held, lose) })
	w.release = func() {
		lose(nil)
		beating.Wait()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseTimeout)
		defer cancel()
		_, _ = s.db.ExecContext(ctx, `UPDATE kb_building SET token = '', until = 0 WHERE token = $1`, w.token) // else it runs out
	}
	return w, held, nil
}

// notHeld says why the right could not be taken: who has it, or, when there is
// nobody, what failed. SQLite fails as busy while a builder writes a large file.
func (s *store) notHeld(ctx context.Context, failed error) error {
	var e BuildingError
	var ms int64
	err := s.db.QueryRowContext(ctx, `SELECT holder, `+s.dialect.clock()+` - since FROM kb_building WHERE token <> '' OR $1`, failed == nil).Scan(&e.Holder, &ms)
	if err != nil {
		return cmp.Or(failed, err)
	}
	e.For = time.Duration(ms) * time.Millisecond
	return &e
}

// awaitEvery is how often it is looked whether the right to build is free.
const awaitEvery = 250 * time.Millisecond

// await is hold for who has time: it waits until the right is free.
func (s *store) await(ctx context.Context) (*builder, context.Context, error) {
	for {
		w, held, err := s.hold(ctx)
		if _, busy := errors.AsType[*BuildingError](err); !busy {
			return w, held, err
		}
		select {
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		case <-time.After(awaitEvery):
		}
	}
}

// beat extends the right until ctx ends. A database that does not answer is
// tried again: what counts is whether the token holds at the next write.
func (w *builder) beat(ctx context.Context, lose context.CancelCauseFunc) {
	tick := time.NewTicker(buildLease / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		try, cancel := context.WithTimeout(ctx, buildLease/3)
		err := w.extend(try, w.db)
		cancel()
		if errors.Is(err, errLostBuild) {
			lose(err)
			return
		}
	}
}

// extend keeps the right for another lease, or says that it is lost.
func (w *builder) extend(ctx context.Context, q interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}) error {
	done, err := q.ExecContext(ctx, `UPDATE kb_building SET until = `+w.dialect.clock()+` + $2 WHERE token = $1`, w.token, buildLease.Milliseconds())
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n == 1 {
		return err
	}
	return errLostBuild
}

// write runs f in one transaction, which is undone when the right is lost. That
// is looked at last, so that a long transaction keeps nobody from seeing who
// builds, and what it wrote stands only with the right.
func (w *builder) write(ctx context.Context, f func(*sql.Tx) error) error {
	return w.store.write(ctx, func(tx *sql.Tx) error {
		if err := f(tx); err != nil {
			return err
		}
		return w.extend(ctx, tx)
	})
}
