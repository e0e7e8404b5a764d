package knowledge

import (
	"cmp"
	"context"
	"database/sql"
	"time"

	"rongcuo/knowledge/documents"
)

// Edition is a generation of the store as its keeper sees it: which documents it
// has, and of which files they were read.
type Edition struct {
	ID         int64
	Built      time.Time
	Documents  int
	Files      map[string]string // SHA-256 of the bytes, by name below the folder
	Difference Difference        // what would become of the documents in use
}

// Previous gives the edition to which Rollback leads; ErrNoPrevious when there is
// none.
func (b *Base) Previous(ctx context.Context) (Edition, error) {
	var e Edition
	if b.store == nil {
		return e, errNoStore
	}
	var docs []documents.Document
	err := b.store.read(ctx, func(tx *sql.Tx) (err error) {
		if e.ID, err = inState(ctx, tx, "previous"); err != nil || e.ID == 0 {
			return cmp.Or(err, ErrNoPrevious)
		}
		var built string
		if err := tx.QueryRowContext(ctx, `SELECT created FROM kb_generations WHERE id = $1`, e.ID).Scan(&built); err != nil {
			return err
		}
		e.Built, _ = time.Parse(time.RFC3339, built) // as now wrote it
		if e.Files, err = filesOf(ctx, tx, "previous"); err != nil {
			return err
		}
		ids, err := members(ctx, tx, e.ID)
		if err != nil {
			return err
		}
		docs, err = loadMany(ctx, tx, ids)
		return err
	})
	e.Documents, e.Difference = len(docs), b.differenceTo(docs)
	return e, err
}

// Files gives the files that the current and the previous generation were read
// of, each with the SHA-256 of its bytes. Nothing else is needed to go back.
func (b *Base) Files(ctx context.Context) (current, previous map[string]string, err error) {
	if b.store == nil {
		return nil, nil, errNoStore
	}
	err = b.store.read(ctx, func(tx *sql.Tx) error {
		if current, err = filesOf(ctx, tx, "current"); err != nil {
			return err
		}
		previous, err = filesOf(ctx, tx, "previous")
		return err
	})
	return current, previous, err
}

func filesOf(ctx context.Context, q querier, state string) (map[string]string, error) {
	rows, err := q.QueryContext(ctx, `SELECT DISTINCT d.source, d.hash FROM kb_generations g JOIN kb_members m ON m.generation = g.id
		JOIN kb_documents d ON d.id = m.document WHERE g.state = $1`, state)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]string{}
	for rows.Next() {
		var name, hash string
		if err := rows.Scan(&name, &hash); err != nil {
			return nil, err
		}
		out[name] = hash
	}
	return out, rows.Err()
}

// Rollback makes the previous edition current again and the current one the
// previous, so that another Rollback undoes it. It names the edition: done twice,
// it changes nothing more, and when another was published meanwhile it is
// ErrNoPrevious. along, which may be nil, is done first, while nobody can build:
// what the files lie in must follow the index, or the next build would undo it.
// While somebody builds, Rollback is refused with a *BuildingError.
func (b *Base) Rollback(ctx context.Context, to int64, along func(context.Context) error) error {
	if b.store == nil {
		return errNoStore
	}
	w, held, err := b.store.hold(ctx)
	if err != nil {
		return err
	}
	if err = b.exchange(held, w, to, along); err != nil {
		err = cmp.Or(context.Cause(held), err)
	}
	w.release()
	if err != nil {
		return err
	}
	return b.Refresh(ctx)
}

func (b *Base) exchange(ctx context.Context, w *builder, to int64, along func(context.Context) error) error {
	current, err := inState(ctx, w.db, "current")
	if err != nil || current == to {
		return err
	}
	if previous, err := inState(ctx, w.db, "previous"); err != nil || previous == 0 || previous != to {
		return cmp.Or(err, ErrNoPrevious)
	}
	if along != nil {
		if err := along(ctx); err != nil {
			return err
		}
	}
	return w.rollback(ctx, current, to)
}
