package knowledge

import (
	"context"
	"database/sql"
	"fmt"
	"runtime/debug"
)

// migrations are forward only: each brings the tables one version on, in a
// transaction of its own, and is never changed once it was released. The words
// with @ are those of Dialect.tables.
var migrations = []string{`
CREATE TABLE kb_documents (
	id       @id,
	source   TEXT NOT NULL,      -- file below the folder
	hash     TEXT NOT NULL,      -- SHA-256 of the file
	parser   INTEGER NOT NULL,   -- documents.ParserVersion that read it
	n        INTEGER NOT NULL,   -- place in the file: a bulk corpus has a document a line
	body     TEXT NOT NULL,      -- documents.Document without its passages, JSON
	added    TEXT NOT NULL,
	UNIQUE (source, hash, parser, n)
);
CREATE TABLE kb_passages (
	document BIGINT NOT NULL REFERENCES kb_documents(id) ON DELETE CASCADE,
	n        INTEGER NOT NULL,
	body     TEXT NOT NULL,      -- documents.Passage, JSON
	PRIMARY KEY (document, n)
) @clustered;
CREATE TABLE kb_vectors (
	model    TEXT NOT NULL,
	hash     TEXT NOT NULL,      -- of the text that was embedded
	vector   @bytes NOT NULL,    -- float32, little endian
	PRIMARY KEY (model, hash)
) @clustered;
CREATE TABLE kb_generations (
	id       @id,
	state    TEXT NOT NULL CHECK (state IN ('building', 'current', 'previous', 'retired')),
	created  TEXT NOT NULL,
	passages INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX kb_one_current ON kb_generations(state) WHERE state IN ('current', 'previous');
CREATE TABLE kb_members (
	generation BIGINT NOT NULL REFERENCES kb_generations(id) ON DELETE CASCADE,
	n          INTEGER NOT NULL,
	document   BIGINT NOT NULL REFERENCES kb_documents(id),
	PRIMARY KEY (generation, n)
) @clustered;
CREATE INDEX kb_members_document ON kb_members(document);
CREATE TABLE kb_confirmed (
	doc      TEXT NOT NULL,
	article  TEXT NOT NULL,
	question TEXT NOT NULL,
	added    TEXT NOT NULL,
	PRIMARY KEY (doc, article, question)
) @clustered;
`, `
ALTER TABLE kb_schema ADD COLUMN program TEXT NOT NULL DEFAULT ''; -- its version
ALTER TABLE kb_schema ADD COLUMN applied TEXT NOT NULL DEFAULT '';
ALTER TABLE kb_generations ADD COLUMN confirmed INTEGER NOT NULL DEFAULT 0; -- questions of kb_confirmed that its index has
CREATE TABLE kb_building (       -- one row: who may build; see builder
	one    INTEGER PRIMARY KEY CHECK (one = 1),
	token  TEXT NOT NULL,
	holder TEXT NOT NULL,
	since  BIGINT NOT NULL,      -- Unix milliseconds of the database's clock
	until  BIGINT NOT NULL
);
INSERT INTO kb_building VALUES (1, '', '', 0, 0);
`, journalSchema, suggestedSchema, earlierSchema}

// openStore brings the tables up to this program's version. A database that a
// newer program wrote is refused with a *NewerError.
func openStore(ctx context.Context, db *sql.DB, d Dialect) (*store, error) {
	s := &store{db: db, dialect: d}
	for {
		if done, err := s.migrate(ctx); done || err != nil {
			return s, err
		}
	}
}

// migrate brings the tables one version on, or says that they are there.
func (s *store) migrate(ctx context.Context) (done bool, err error) {
	err = s.write(ctx, func(tx *sql.Tx) error {
		if lock := s.dialect.migrationLock(); lock != "" {
			if _, err := tx.ExecContext(ctx, lock); err != nil {
				return err
			}
		}
		if _, err := tx.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS kb_schema (version INTEGER NOT NULL)`); err != nil {
			return err
		}
		var version int
		if err := tx.QueryRowContext(ctx, `SELECT coalesce(max(version), 0) FROM kb_schema`).Scan(&version); err != nil {
			return err
		}
		if version > len(migrations) {
			e := &NewerError{Version: version, Known: len(migrations)}
			if err := tx.QueryRowContext(ctx, `SELECT program FROM kb_schema WHERE version = $1`, version).Scan(&e.Program); err != nil {
				return err
			}
			return e
		}
		if done = version == len(migrations); done {
			return nil
		}
		if _, err := tx.ExecContext(ctx, s.dialect.tables(migrations[version])); err != nil {
			return fmt.Errorf("version %d: %w", version+1, err)
		}
		return s.noteMigration(ctx, tx, version+1)
	})
	return done, err
}

// noteMigration records a version and the program that made it; the tables of
// version 1 had no room for the program.
func (s *store) noteMigration(ctx context.Context, tx *sql.Tx, version int) error {
	if version == 1 {
		_, err := tx.ExecContext(ctx, `INSERT INTO kb_schema (version) VALUES ($1)`, version)
		return err
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO kb_schema (version, program, applied) VALUES ($1, $2, $3)`, version, programVersion(), now())
	return err
}

// programVersion is the version under which the program was built.
func programVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		return info.Main.Version
	}
	return ""
}
