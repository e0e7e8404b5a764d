package knowledge

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"rongcuo/knowledge/documents"
)

// published is the generation that is current in the store; the zero value says
// that there is none.
type published struct {
	id    int64
	asked int64 // generation.asks of its index
}

func currentOf(ctx context.Context, q querier) (published, error) {
	var p published
	err := q.QueryRowContext(ctx, `SELECT id, confirmed FROM kb_generations WHERE state = 'current'`).Scan(&p.id, &p.asked)
	if errors.Is(err, sql.ErrNoRows) {
		return published{}, nil
	}
	return p, err
}

// contents is all that an index is made of.
type contents struct {
	docs      []documents.Document
	confirmed map[Ref][]string // questions that an administrator confirmed for an article
	suggested map[Ref][]string // questions that a model suggested
}

// load reads the current generation as of one moment: another process may
// publish and prune meanwhile. It reads nothing but the id where known says that
// this generation is had already.
func (s *store) load(ctx context.Context, known func(published) bool) (published, contents, error) {
	var p published
	var c contents
	err := s.read(ctx, func(tx *sql.Tx) error {
		var err error
		if p, err = currentOf(ctx, tx); err != nil || known(p) {
			return err
		}
		ids, err := members(ctx, tx, p.id)
		if err != nil {
			return err
		}
		if c.docs, err = loadMany(ctx, tx, ids); err != nil {
			return err
		}
		if c.confirmed, err = confirmedQuestions(ctx, tx); err != nil {
			return err
		}
		known, err := suggestedQuestions(ctx, tx)
		c.suggested = suggestedFor(c.docs, known)
		return err
	})
	return p, c, err
}

// members gives the documents of a generation in order.
func members(ctx context.Context, q querier, generation int64) ([]int64, error) {
	rows, err := q.QueryContext(ctx, `SELECT document FROM kb_members WHERE generation = $1 ORDER BY n`, generation)
	if err != nil {
		return nil, err
	}
	return scanAll[int64](rows)
}

// currentIs gives the current generation, its documents in their order, and
// whether they are exactly these, in whatever order: files that went out and came
// back stand at the end, and that is no reason for another generation.
func (s *store) currentIs(ctx context.Context, ids []int64) (p published, have []int64, same bool, err error) {
	if p, err = currentOf(ctx, s.db); err != nil || p.id == 0 {
		return p, nil, false, err
	}
	have, err = members(ctx, s.db, p.id)
	return p, have, slices.Equal(slices.Sorted(slices.Values(have)), slices.Sorted(slices.Values(ids))), err
}

// membersWithout gives the documents of the current generation in order, but
// for those of the named files.
func (s *store) membersWithout(ctx context.Context, files []string) ([]int64, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT d.id, d.source FROM kb_generations g JOIN kb_members m ON m.generation = g.id
		JOIN kb_documents d ON d.id = m.document WHERE g.state = 'current' ORDER BY m.n`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	gone := map[string]bool{}
	for _, f := range files {
		gone[f] = true
	}
	var out []int64
	for rows.Next() {
		var id int64
		var source string
		if err := rows.Scan(&id, &source); err != nil {
			return nil, err
		}
		if !gone[source] {
			out = append(out, id)
		}
	}
	return out, rows.Err()
}

// publish makes a generation of the given documents current; what was current
// becomes previous.
func (w *builder) publish(ctx context.Context, ids []int64, passages int, asks int64) (int64, error) {
	var id int64
	err := w.write(ctx, func(tx *sql.Tx) error {
		if err := lockGenerations(ctx, tx); err != nil {
			return err
		}
		if err := tx.QueryRowContext(ctx, `INSERT INTO kb_generations (state, created, passages, confirmed) VALUES ('building', $1, $2, $3) RETURNING id`,
			now(), passages, asks).Scan(&id); err != nil {
			return err
		}
		insert := inserter{tx: tx, into: `kb_members (generation, n, document)`}
		for n, document := range ids {
			if err := insert.row(ctx, id, n, document); err != nil {
				return err
			}
		}
		if err := insert.flush(ctx); err != nil {
			return err
		}
		for _, q := range []string{
			`UPDATE kb_generations SET state = 'retired' WHERE state = 'previous'`,
			`UPDATE kb_generations SET state = 'previous' WHERE state = 'current'`,
		} {
			if _, err := tx.ExecContext(ctx, q); err != nil {
				return err
			}
		}
		return setState(ctx, tx, id, "current")
	})
	return id, err
}

// renew notes that the index of a generation was built again with other
// questions, so that other processes build theirs again too.
func (w *builder) renew(ctx context.Context, p published, asks int64) error {
	if p.asked == asks {
		return nil
	}
	return w.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE kb_generations SET confirmed = $2 WHERE id = $1`, p.id, asks)
		return err
	})
}

// rollback exchanges the current and the previous generation. Nobody else can
// have published since the caller looked: that takes the right to build.
func (w *builder) rollback(ctx context.Context, current, previous int64) error {
	return w.write(ctx, func(tx *sql.Tx) error {
		if err := lockGenerations(ctx, tx); err != nil {
			return err
		}
		return errors.Join(setState(ctx, tx, current, "building"), setState(ctx, tx, previous, "current"), setState(ctx, tx, current, "previous"))
	})
}

// inState gives the generation in a state that only one can be in, 0 for none.
func inState(ctx context.Context, q querier, state string) (id int64, err error) {
	err = q.QueryRowContext(ctx, `SELECT id FROM kb_generations WHERE state = $1`, state).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return id, err
}

func setState(ctx context.Context, tx *sql.Tx, id int64, state string) error {
	_, err := tx.ExecContext(ctx, `UPDATE kb_generations SET state = $2 WHERE id = $1`, id, state)
	return err
}

// lockGenerations makes those who change what is current follow one another
// until their transactions end. In SQLite they do so anyway.
func lockGenerations(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, `UPDATE kb_building SET one = one`)
	return err
}

// prune deletes the generations that are neither current nor previous and the
// documents that no generation needs. Only a builder may: what another one has
// added is not in a generation yet.
func (w *builder) prune(ctx context.Context) error {
	return w.write(ctx, func(tx *sql.Tx) error {
		for _, q := range []string{
			`DELETE FROM kb_members WHERE generation IN (SELECT id FROM kb_generations WHERE state IN ('retired', 'building'))`,
			`DELETE FROM kb_generations WHERE state IN ('retired', 'building')`,
			`DELETE FROM kb_passages WHERE NOT EXISTS (SELECT 1 FROM kb_members m WHERE m.document = kb_passages.document)`,
			`DELETE FROM kb_documents WHERE NOT EXISTS (SELECT 1 FROM kb_members m WHERE m.document = kb_documents.id)`,
		} {
			if _, err := tx.ExecContext(ctx, q); err != nil {
				return err
			}
		}
		return nil
	})
}
