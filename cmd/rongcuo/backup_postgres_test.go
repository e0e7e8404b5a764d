package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"filippo.io/age"

	"rongcuo/conversations/records"
	"rongcuo/knowledge/postgrestest"
)

// TestABackupOfPostgreSQLUnderLoadRestoresAllThatWasAcknowledged is the drill of
// several servers (R18): an encrypted backup while others write, then everything is
// lost, then it stands again in a new database, or in a folder of a machine that
// has no PostgreSQL.
func TestABackupOfPostgreSQLUnderLoadRestoresAllThatWasAcknowledged(t *testing.T) {
	dir, db, _ := installation(t)
	db.Close()
	server := postgrestest.Start(t)
	t.Setenv("DATABASE_URL", postgrestest.NewDatabase(t, server))
	if out, err := running(t, runMigrateStore, "-data", dir); err != nil {
		t.Fatal(out, err)
	}
	if err := os.Remove(filepath.Join(dir, databaseFile)); err != nil { // as on a server that never had one
		t.Fatal(err)
	}
	own, err := age.GenerateX25519Identity() // a passphrase is slow to try by intent
	if err != nil {
		t.Fatal(err)
	}
	useKey(t, own.Recipient().String())

	working, err := openPostgres(t.Context(), os.Getenv("DATABASE_URL"))
	if err != nil {
		t.Fatal(err)
	}
	defer working.Close()
	book, err := openBook(t.Context(), working, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var acknowledged atomic.Int64
	ended, warm := make(chan error, 1), make(chan struct{})
	go func() {
		var err error
		for ; err == nil && ctx.Err() == nil; acknowledged.Add(1) {
			if err = book.Note(t.Context(), records.Entry{Kind: "drill"}); acknowledged.Load() == 100 {
				close(warm)
			}
		}
		ended <- err
	}()
	<-warm
	atLeast := acknowledged.Load()
	file := filepath.Join(t.TempDir(), "b")
	out, err := running(t, runBackup, "-data", dir, file)
	if err != nil || strings.Contains(out, "没有加密") {
		t.Fatal(out, err)
	}
	stop()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if _, made := lastBackup(dir); !made {
		t.Error("the alert would not know of the backup")
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(file), ".rongcuo*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}

	useKey(t, own.String())
	fresh := filepath.Join(t.TempDir(), "data")
	if _, err := running(t, runRestore, "-data", fresh, file); err == nil || !strings.Contains(err.Error(), "空的数据库") {
		t.Fatalf("over what is there: %v", err)
	}
	if exists(filepath.Join(fresh, filesDir)) {
		t.Error("files were moved although the records were not")
	}
	for name, address := range map[string]string{"a new database": postgrestest.NewDatabase(t, server), "a folder": ""} {
		fresh := filepath.Join(t.TempDir(), "data")
		t.Setenv("DATABASE_URL", address)
		out, err := running(t, runRestore, "-data", fresh, file)
		if err != nil {
			t.Fatal(name, out, err)
		}
		if status, out, errOut := invoke(t, "verify", "-data", fresh); status != exitOK {
			t.Error(name, out, errOut)
		}
		s, err := readSettings()
		if err != nil {
			t.Fatal(err)
		}
		restored, err := openDatabase(t.Context(), s, fresh)
		if err != nil {
			t.Fatal(err)
		}
		var entries, noted int64
		err = restored.QueryRowContext(t.Context(), `SELECT count(*) FILTER (WHERE kind = 'drill'), count(*) FILTER (WHERE kind = 'restored') FROM records_chain`).Scan(&entries, &noted)
		restored.Close()
		if err != nil || entries < atLeast || noted != 1 {
			t.Errorf("%s: %d entries of %d acknowledged, %d restored, %v", name, entries, atLeast, noted, err)
		}
		if status, out, errOut := invoke(t, "ask", "-data", fresh, "收到申请后几个工作日内答复？"); status != exitOK || !strings.Contains(out, "九个工作日") {
			t.Error(name, out, errOut)
		}
		if text, err := os.ReadFile(filepath.Join(fresh, "files", "7", "附件.txt")); err != nil || string(text) != "附件" {
			t.Errorf("%s: the attachment is %q, %v", name, text, err)
		}
		if exists(filepath.Join(fresh, databaseFile)) == (address != "") {
			t.Errorf("%s: a database file beside a server, or none without", name)
		}
	}
}
