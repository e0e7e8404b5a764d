package main

import (
	"database/sql"
	"os"
	"strings"
	"testing"

	"rongcuo/bot/delivery"
	"rongcuo/bot/localtelegram"
	"rongcuo/bot/localtelegram/localtelegramtest"
	"rongcuo/knowledge/postgrestest"
)

// A rolling upgrade that goes back: an older program refuses what a newer one
// wrote, says so plainly, and changes nothing.
func TestAnOlderProgramRefusesNewerTables(t *testing.T) {
	t.Setenv("EMBEDDING", "off")
	telegram := localtelegramtest.Start(t, localtelegram.Options{Started: true})
	t.Setenv("TELEGRAM_API_URL", telegram.URL())
	t.Setenv("TELEGRAM_TOKEN", telegram.Token())
	server := postgrestest.Start(t)
	for name, c := range map[string]struct {
		table    string
		postgres bool
	}{
		"knowledge in a file": {"kb_schema", false}, "records in a file": {"records_schema", false}, "messages in a file": {"delivery_schema", false},
		"knowledge in PostgreSQL": {"kb_schema", true}, "records in PostgreSQL": {"records_schema", true},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if c.postgres {
				t.Setenv("DATABASE_URL", postgrestest.NewDatabase(t, server))
			}
			db := fresh(t, dir)
			if _, err := db.ExecContext(t.Context(), `UPDATE `+c.table+` SET version = 9999 WHERE version = (SELECT max(version) FROM `+c.table+`)`); err != nil {
				t.Fatal(err)
			}
			before := rowsOf(t, db.DB, c.table)
			for _, command := range []string{"serve", "verify"} {
				if c.table != "records_schema" && command == "verify" {
					continue // looks at the records alone
				}
				status, out, errOut := invoke(t, command, "-data", dir)
				if status != exitFailed || !strings.Contains(errOut, "更新版本的程序") {
					t.Errorf("%s: %d %s%s", command, status, out, errOut)
				}
			}
			if after := rowsOf(t, db.DB, c.table); after != before {
				t.Errorf("%d rows became %d", before, after)
			}
		})
	}
}

// fresh makes the tables of this program.
func fresh(t *testing.T, dir string) database {
	t.Helper()
	s, err := readSettings()
	if err != nil {
		t.Fatal(err)
	}
	db, err := openDatabase(t.Context(), s, dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if _, err := newBase(t.Context(), s, &db); err != nil {
		t.Fatal(err)
	}
	if _, err := openBook(t.Context(), db, nil); err != nil {
		t.Fatal(err)
	}
	if os.Getenv("DATABASE_URL") != "" {
		return db
	}
	store, err := delivery.OpenSQLite(t.Context(), db.DB)
	if err != nil {
		t.Fatal(err)
	}
	store.Close()
	return db
}

func rowsOf(t *testing.T, db *sql.DB, table string) (n int) {
	t.Helper()
	if err := db.QueryRowContext(t.Context(), `SELECT count(*) FROM `+table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
