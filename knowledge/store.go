package knowledge

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"rongcuo/knowledge/documents"
)

// store keeps documents, vectors and generations in SQL. Rows of documents,
// passages and vectors are written once and never changed: a changed file
// makes new rows, a generation is a list of documents, and the newest one
// marked current is what questions are answered from.
type store struct{ db *sql.DB }

// schema is forward only: each element brings the tables one version on.
var schema = []string{`
CREATE TABLE kb_documents (
	id       INTEGER PRIMARY KEY,
	source   TEXT NOT NULL,      -- file below the folder
	hash     TEXT NOT NULL,      -- SHA-256 of the file
	parser   INTEGER NOT NULL,   -- documents.ParserVersion that read it
	n        INTEGER NOT NULL,   -- place in the file: a bulk corpus has a document a line
	body     TEXT NOT NULL,      -- documents.Document without its passages, JSON
	added    TEXT NOT NULL,
	UNIQUE (source, hash, parser, n)
);
CREATE TABLE kb_passages (
	document INTEGER NOT NULL REFERENCES kb_documents(id) ON DELETE CASCADE,
	n        INTEGER NOT NULL,
	body     TEXT NOT NULL,      -- documents.Passage, JSON
	PRIMARY KEY (document, n)
) WITHOUT ROWID;
CREATE TABLE kb_vectors (
	model    TEXT NOT NULL,
	hash     TEXT NOT NULL,      -- of the text that was embedded
	vector   BLOB NOT NULL,      -- float32, little endian
	PRIMARY KEY (model, hash)
) WITHOUT ROWID;
CREATE TABLE kb_generations (
	id       INTEGER PRIMARY KEY,
	state    TEXT NOT NULL CHECK (state IN ('building', 'current', 'previous', 'retired')),
	created  TEXT NOT NULL,
	passages INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX kb_one_current ON kb_generations(state) WHERE state IN ('current', 'previous');
CREATE TABLE kb_members (
	generation INTEGER NOT NULL REFERENCES kb_generations(id) ON DELETE CASCADE,
	n          INTEGER NOT NULL,
	document   INTEGER NOT NULL REFERENCES kb_documents(id),
	PRIMARY KEY (generation, n)
) WITHOUT ROWID;
CREATE INDEX kb_members_document ON kb_members(document);
CREATE TABLE kb_confirmed (
	doc      TEXT NOT NULL,
	article  TEXT NOT NULL,
	question TEXT NOT NULL,
	added    TEXT NOT NULL,
	PRIMARY KEY (doc, article, question)
) WITHOUT ROWID;
`}

// openStore brings the tables up to this program's version. A database that a
// newer program wrote is refused.
func openStore(ctx context.Context, db *sql.DB) (*store, error) {
	if _, err := db.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS kb_schema (version INTEGER NOT NULL)`); err != nil {
		return nil, err
	}
	s := &store{db}
	return s, s.write(ctx, func(tx *sql.Tx) error {
		var version int
		if err := tx.QueryRow(`SELECT coalesce(max(version), 0) FROM kb_schema`).Scan(&version); err != nil {
			return err
		}
		if version > len(schema) {
			return errNewerSchema
		}
		for v := version; v < len(schema); v++ {
			if _, err := tx.Exec(schema[v]); err != nil {
				return err
			}
			if _, err := tx.Exec(`INSERT INTO kb_schema VALUES ($1)`, v+1); err != nil {
				return err
			}
		}
		return nil
	})
}

// write runs f in one transaction.
func (s *store) write(ctx context.Context, f func(*sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it does nothing
	if err := f(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// known gives the rows of an unchanged file, or nil when it must be read.
func (s *store) known(ctx context.Context, source, hash string) ([]int64, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT id FROM kb_documents WHERE source = $1 AND hash = $2 AND parser = $3 ORDER BY n`,
		source, hash, documents.ParserVersion)
	if err != nil {
		return nil, err
	}
	return scanAll[int64](rows)
}

// countPassages counts the passages of one file's documents, whose ids lie side
// by side.
func (s *store) countPassages(ctx context.Context, ids []int64) (int, error) {
	var n int
	err := s.db.QueryRowContext(ctx, `SELECT count(*) FROM kb_passages WHERE document BETWEEN $1 AND $2`, ids[0], ids[len(ids)-1]).Scan(&n)
	return n, err
}

// add stores the documents of one file, all or none. Adding the same file
// twice gives the same rows.
func (s *store) add(ctx context.Context, source, hash string, docs []documents.Document) ([]int64, error) {
	var ids []int64
	err := s.write(ctx, func(tx *sql.Tx) error {
		insertDoc, err := tx.Prepare(`INSERT INTO kb_documents (source, hash, parser, n, body, added) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (source, hash, parser, n) DO UPDATE SET added = kb_documents.added RETURNING id`)
		if err != nil {
			return err
		}
		insertPassage, err := tx.Prepare(`INSERT INTO kb_passages VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`)
		if err != nil {
			return err
		}
		for n, d := range docs {
			passages := d.Passages
			d.Passages = nil
			body, err := json.Marshal(d)
			if err != nil {
				return err
			}
			var id int64
			if err := insertDoc.QueryRow(source, hash, documents.ParserVersion, n, string(body), now()).Scan(&id); err != nil {
				return err
			}
			ids = append(ids, id)
			for p := range passages {
				body, err := json.Marshal(passages[p])
				if err != nil {
					return err
				}
				if _, err := insertPassage.Exec(id, p, string(body)); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return ids, err
}

// begin opens a generation of the given documents. It is not current.
func (s *store) begin(ctx context.Context, members []int64) (int64, error) {
	var id int64
	err := s.write(ctx, func(tx *sql.Tx) error {
		if err := tx.QueryRow(`INSERT INTO kb_generations (state, created) VALUES ('building', $1) RETURNING id`, now()).Scan(&id); err != nil {
			return err
		}
		insert, err := tx.Prepare(`INSERT INTO kb_members VALUES ($1, $2, $3)`)
		if err != nil {
			return err
		}
		for n, m := range members {
			if _, err := insert.Exec(id, n, m); err != nil {
				return err
			}
		}
		return nil
	})
	return id, err
}

// publish makes a generation current; what was current becomes previous.
func (s *store) publish(ctx context.Context, id int64, passages int) error {
	return s.write(ctx, func(tx *sql.Tx) error {
		for _, q := range []string{
			`UPDATE kb_generations SET state = 'retired' WHERE state = 'previous'`,
			`UPDATE kb_generations SET state = 'previous' WHERE state = 'current'`,
		} {
			if _, err := tx.Exec(q); err != nil {
				return err
			}
		}
		_, err := tx.Exec(`UPDATE kb_generations SET state = 'current', passages = $2 WHERE id = $1`, id, passages)
		return err
	})
}

// rollback exchanges the current and the previous generation.
func (s *store) rollback(ctx context.Context) error {
	return s.write(ctx, func(tx *sql.Tx) error {
		var current, previous int64
		err := tx.QueryRow(`SELECT c.id, p.id FROM kb_generations c, kb_generations p WHERE c.state = 'current' AND p.state = 'previous'`).Scan(&current, &previous)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrNoPrevious
		}
		if err != nil {
			return err
		}
		for _, step := range []struct {
			id    int64
			state string
		}{{current, "building"}, {previous, "current"}, {current, "previous"}} {
			if _, err := tx.Exec(`UPDATE kb_generations SET state = $2 WHERE id = $1`, step.id, step.state); err != nil {
				return err
			}
		}
		return nil
	})
}

// prune deletes the generations that are neither current nor previous and the
// documents that no generation needs.
func (s *store) prune(ctx context.Context) error {
	return s.write(ctx, func(tx *sql.Tx) error {
		for _, q := range []string{
			`DELETE FROM kb_members WHERE generation IN (SELECT id FROM kb_generations WHERE state = 'retired')`,
			`DELETE FROM kb_generations WHERE state = 'retired'`,
			`DELETE FROM kb_passages WHERE document NOT IN (SELECT document FROM kb_members)`,
			`DELETE FROM kb_documents WHERE id NOT IN (SELECT document FROM kb_members)`,
		} {
			if _, err := tx.Exec(q); err != nil {
				return err
			}
		}
		return nil
	})
}

// current gives the id of the current generation, 0 when there is none.
func (s *store) current(ctx context.Context) (int64, error) {
	var id int64
	err := s.db.QueryRowContext(ctx, `SELECT id FROM kb_generations WHERE state = 'current'`).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return id, err
}

// currentIs says whether the current generation has exactly these documents,
// and gives its id.
func (s *store) currentIs(ctx context.Context, members []int64) (int64, bool, error) {
	id, err := s.current(ctx)
	if err != nil || id == 0 {
		return 0, false, err
	}
	rows, err := s.db.QueryContext(ctx, `SELECT document FROM kb_members WHERE generation = $1 ORDER BY n`, id)
	if err != nil {
		return 0, false, err
	}
	have, err := scanAll[int64](rows)
	return id, slices.Equal(have, members), err
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
	var out []int64
	for rows.Next() {
		var id int64
		var source string
		if err := rows.Scan(&id, &source); err != nil {
			return nil, err
		}
		if !slices.Contains(files, source) {
			out = append(out, id)
		}
	}
	return out, rows.Err()
}

// load reads all documents of a generation with their passages.
func (s *store) load(ctx context.Context, generation int64) ([]documents.Document, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT document FROM kb_members WHERE generation = $1 ORDER BY n`, generation)
	if err != nil {
		return nil, err
	}
	ids, err := scanAll[int64](rows)
	if err != nil {
		return nil, err
	}
	return s.loadMany(ctx, ids)
}

// loadMany reads documents with their passages, in the order of ids. The ids of
// one file lie side by side, so that few range queries bring all.
func (s *store) loadMany(ctx context.Context, ids []int64) ([]documents.Document, error) {
	docs := make([]documents.Document, 0, len(ids))
	for from := 0; from < len(ids); {
		to := from + 1
		for to < len(ids) && ids[to] == ids[to-1]+1 {
			to++
		}
		part, err := s.loadRange(ctx, ids[from], ids[to-1])
		if err != nil {
			return nil, err
		}
		if len(part) != to-from {
			return nil, fmt.Errorf("documents %d to %d: %d of %d are there", ids[from], ids[to-1], len(part), to-from)
		}
		docs = append(docs, part...)
		from = to
	}
	return docs, nil
}

func (s *store) loadRange(ctx context.Context, first, last int64) ([]documents.Document, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT d.id, d.body, p.body FROM kb_documents d LEFT JOIN kb_passages p ON p.document = d.id
		WHERE d.id BETWEEN $1 AND $2 ORDER BY d.id, p.n`, first, last)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var docs []documents.Document
	at := int64(-1)
	for rows.Next() {
		var id int64
		var body, passage sql.RawBytes
		if err := rows.Scan(&id, &body, &passage); err != nil {
			return nil, err
		}
		if id != at {
			at = id
			docs = append(docs, documents.Document{})
			if err := json.Unmarshal(body, &docs[len(docs)-1]); err != nil {
				return nil, fmt.Errorf("document %d: %w", id, err)
			}
		}
		if passage == nil {
			continue
		}
		var p documents.Passage
		if err := json.Unmarshal(passage, &p); err != nil {
			return nil, fmt.Errorf("passage of document %d: %w", id, err)
		}
		d := &docs[len(docs)-1]
		d.Passages = append(d.Passages, p)
	}
	return docs, rows.Err()
}

// confirm records that an article answers a question.
func (s *store) confirm(ctx context.Context, ref Ref, question string) error {
	_, err := s.db.ExecContext(ctx, `INSERT INTO kb_confirmed VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, ref.Doc, ref.Article, question, now())
	return err
}

func (s *store) confirmed(ctx context.Context) (map[Ref][]string, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT doc, article, question FROM kb_confirmed ORDER BY doc, article, question`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[Ref][]string{}
	for rows.Next() {
		var r Ref
		var q string
		if err := rows.Scan(&r.Doc, &r.Article, &q); err != nil {
			return nil, err
		}
		out[r] = append(out[r], q)
	}
	return out, rows.Err()
}

func scanAll[T any](rows *sql.Rows) ([]T, error) {
	defer rows.Close()
	var out []T
	for rows.Next() {
		var v T
		if err := rows.Scan(&v); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

func now() string { return time.Now().UTC().Format(time.RFC3339) }
