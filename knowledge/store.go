package knowledge

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"rongcuo/knowledge/documents"
)

// store keeps documents, vectors and generations in SQL. Rows of documents,
// passages and vectors are written once and never changed: a changed file
// makes new rows, a generation is a list of documents, and the newest one
// marked current is what questions are answered from.
//
// store_schema.go has the tables, store_generations.go what is current,
// store_building.go who may write all this, store_vectors.go the vectors,
// store_suggested.go the questions that a model suggested,
// store_rows.go many rows at once, store_copy.go the way into another database.
type store struct {
	db      *sql.DB
	dialect Dialect
	held    *builder // nil: the right to build must be taken first
}

// querier is a database or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// write runs f in one transaction.
func (s *store) write(ctx context.Context, f func(*sql.Tx) error) error {
	return s.transact(ctx, nil, f)
}

// read runs f on one state of the database, whatever is written meanwhile.
// SQLite always reads so; PostgreSQL is told to.
func (s *store) read(ctx context.Context, f func(*sql.Tx) error) error {
	return s.transact(ctx, &sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead}, f)
}

func (s *store) transact(ctx context.Context, o *sql.TxOptions, f func(*sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, o)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it does nothing
	if err := f(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// fileKey names one content of a file.
type fileKey struct{ source, hash string }

// shelved is what the store has of it.
type shelved struct {
	ids      []int64 // of its documents, in order
	passages int
}

// shelf gives every file that this parser has read. One query for all of them
// spares a large folder on a distant server a round trip a file.
func (s *store) shelf(ctx context.Context) (map[fileKey]shelved, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT d.source, d.hash, d.id, (SELECT count(*) FROM kb_passages p WHERE p.document = d.id)
		FROM kb_documents d WHERE d.parser = $1 ORDER BY d.n`, documents.ParserVersion)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[fileKey]shelved{}
	for rows.Next() {
		var key fileKey
		var id int64
		var passages int
		if err := rows.Scan(&key.source, &key.hash, &id, &passages); err != nil {
			return nil, err
		}
		file := out[key]
		out[key] = shelved{append(file.ids, id), file.passages + passages}
	}
	return out, rows.Err()
}

// storable is a text without the bytes that PostgreSQL does not take.
func storable(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
}

// add stores the documents of one file, all or none. Adding the same file
// twice gives the same rows.
func (w *builder) add(ctx context.Context, key fileKey, docs []documents.Document) ([]int64, error) {
	var ids []int64
	err := w.write(ctx, func(tx *sql.Tx) error {
		insert := inserter{tx: tx, into: `kb_documents (source, hash, parser, n, body, added)`, or: `ON CONFLICT DO NOTHING`}
		added := now()
		for n, d := range docs {
			d.Passages = nil
			body, err := json.Marshal(d)
			if err != nil {
				return err
			}
			if err := insert.row(ctx, key.source, key.hash, documents.ParserVersion, n, string(body), added); err != nil {
				return err
			}
		}
		if err := insert.flush(ctx); err != nil {
			return err
		}
		rows, err := tx.QueryContext(ctx, `SELECT id FROM kb_documents WHERE source = $1 AND hash = $2 AND parser = $3 ORDER BY n`,
			key.source, key.hash, documents.ParserVersion)
		if err != nil {
			return err
		}
		if ids, err = scanAll[int64](rows); err != nil {
			return err
		}
		return addPassages(ctx, tx, ids, docs)
	})
	return ids, err
}

func addPassages(ctx context.Context, tx *sql.Tx, ids []int64, docs []documents.Document) error {
	insert := inserter{tx: tx, into: `kb_passages (document, n, body)`, or: `ON CONFLICT DO NOTHING`}
	for i := range docs {
		for n := range docs[i].Passages {
			body, err := json.Marshal(docs[i].Passages[n])
			if err != nil {
				return err
			}
			if err := insert.row(ctx, ids[i], n, string(body)); err != nil {
				return err
			}
		}
	}
	return insert.flush(ctx)
}

// loadMany reads documents with their passages, in the order of ids. The ids of
// one file lie side by side, so that few range queries bring all.
func loadMany(ctx context.Context, q querier, ids []int64) ([]documents.Document, error) {
	docs := make([]documents.Document, 0, len(ids))
	for from := 0; from < len(ids); {
		to := from + 1
		for to < len(ids) && ids[to] == ids[to-1]+1 {
			to++
		}
		part, err := loadRange(ctx, q, ids[from], ids[to-1])
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

func loadRange(ctx context.Context, q querier, first, last int64) ([]documents.Document, error) {
	rows, err := q.QueryContext(ctx, `SELECT d.id, d.body, p.body FROM kb_documents d LEFT JOIN kb_passages p ON p.document = d.id
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

// maxConfirmed bounds a confirmed question, in characters: with its article it
// is a key, which PostgreSQL holds to 2,704 bytes.
const maxConfirmed = 500

// confirm records that an article answers a question.
func (s *store) confirm(ctx context.Context, ref Ref, question string) error {
	_, err := s.db.ExecContext(ctx, `INSERT INTO kb_confirmed (doc, article, question, added) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		ref.Doc, ref.Article, confirmable(question), now())
	return err
}

// confirmable is a question as it is confirmed.
func confirmable(question string) string {
	if runes := []rune(question); len(runes) > maxConfirmed {
		question = string(runes[:maxConfirmed])
	}
	return storable(question)
}

func confirmedQuestions(ctx context.Context, q querier) (map[Ref][]string, error) {
	rows, err := q.QueryContext(ctx, `SELECT doc, article, question FROM kb_confirmed ORDER BY doc, article, question`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[Ref][]string{}
	for rows.Next() {
		var r Ref
		var question string
		if err := rows.Scan(&r.Doc, &r.Article, &question); err != nil {
			return nil, err
		}
		out[r] = append(out[r], question)
	}
	return out, rows.Err()
}

func now() string { return time.Now().UTC().Format(time.RFC3339) }
