package knowledge

import (
	"context"
	"database/sql"
)

// suggestedSchema is one of the migrations. A row with an empty question says
// that the model was asked about the text; the others are what is left of its
// questions. So one that was dismissed does not come back.
const suggestedSchema = `
CREATE TABLE kb_suggested (
	hash     TEXT NOT NULL,      -- SHA-256 of an article's title and text
	question TEXT NOT NULL,
	n        INTEGER NOT NULL,   -- its place in the reply
	model    TEXT NOT NULL,
	made     TEXT NOT NULL,
	PRIMARY KEY (hash, question)
) @clustered;
`

// suggestedQuestions gives the questions by hash; an article that the model was
// asked about without success has an empty list.
func suggestedQuestions(ctx context.Context, q querier) (map[string][]string, error) {
	rows, err := q.QueryContext(ctx, `SELECT hash, question FROM kb_suggested ORDER BY hash, n`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string][]string{}
	for rows.Next() {
		var hash, question string
		if err := rows.Scan(&hash, &question); err != nil {
			return nil, err
		}
		if question == "" {
			out[hash] = nil
		} else {
			out[hash] = append(out[hash], question)
		}
	}
	return out, rows.Err()
}

// addSuggested stores a model's questions about a text.
func (w *builder) addSuggested(ctx context.Context, model, hash string, questions []string) error {
	return w.write(ctx, func(tx *sql.Tx) error {
		insert := inserter{tx: tx, into: `kb_suggested (hash, question, n, model, made)`, or: `ON CONFLICT DO NOTHING`}
		for n, q := range append([]string{""}, questions...) {
			if err := insert.row(ctx, hash, storable(q), n, model, now()); err != nil {
				return err
			}
		}
		return insert.flush(ctx)
	})
}

func (s *store) dropSuggested(ctx context.Context, hash, question string) error {
	_, err := s.db.ExecContext(ctx, `DELETE FROM kb_suggested WHERE hash = $1 AND question = $2 AND question <> ''`, hash, question)
	return err
}
