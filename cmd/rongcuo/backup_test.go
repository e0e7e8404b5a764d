package main

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"filippo.io/age"

	"rongcuo/bot/delivery"
	"rongcuo/conversations/records"
)

// running runs a command in this process.
func running(t *testing.T, f func(context.Context, []string, io.Writer, io.Writer) error, args ...string) (string, error) {
	t.Helper()
	var out, errOut syncBuffer
	err := f(t.Context(), args, &out, &errOut)
	return out.String(), err
}

// installation makes a data folder with everything that is a record: entries of
// the chain, an indexed document, a published file and one of a filing.
func installation(t *testing.T) (dir string, db database, book *records.Book) {
	t.Helper()
	t.Setenv("EMBEDDING", "off")
	dir = filepath.Join(t.TempDir(), "data")
	for name, text := range map[string]string{
		"library/甲/办法.md": "# 甲办法\n第一条　收到申请后，应当在九个工作日内答复。\n", "files/7/附件.txt": "附件",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if status, out, errOut := invoke(t, "reindex", "-docs", filepath.Join(dir, "library"), "-data", dir); status != exitOK {
		t.Fatal(out, errOut)
	}
	db, err := openFile(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	store, err := delivery.OpenSQLite(t.Context(), db.DB)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	if book, err = openBook(t.Context(), db, []int64{7}); err != nil {
		t.Fatal(err)
	}
	return dir, db, book
}

func countEntries(t *testing.T, dir string) (entries int64, integrity string) {
	t.Helper()
	db, err := openFile(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRowContext(t.Context(), `SELECT count(*) FROM records_chain WHERE kind = 'drill'`).Scan(&entries); err != nil {
		t.Fatal(err)
	}
	if err := db.QueryRowContext(t.Context(), `PRAGMA integrity_check`).Scan(&integrity); err != nil {
		t.Fatal(err)
	}
	return entries, integrity
}

// The drill (R18, X13): backup while four writers run at full speed, wipe,
// restore. Everything that was acknowledged before the backup began is there.
func TestABackupUnderLoadRestoresAllThatWasAcknowledged(t *testing.T) {
	dir, db, book := installation(t)
	ctx, stop := context.WithCancel(t.Context())
	var acknowledged atomic.Int64
	writers := make(chan error, 4)
	warm := make(chan struct{})
	for range cap(writers) {
		go func() {
			for ctx.Err() == nil {
				if err := book.Note(t.Context(), records.Entry{Kind: "drill"}); err != nil {
					writers <- err
					return
				}
				if acknowledged.Add(1) == 500 {
					close(warm)
				}
			}
			writers <- nil
		}()
	}
	<-warm
	atLeast := acknowledged.Load()
	file := filepath.Join(t.TempDir(), "b")
	if out, err := running(t, runBackup, "-data", dir, file); err != nil {
		t.Fatal(out, err)
	}
	stop()
	for range cap(writers) {
		if err := <-writers; err != nil {
			t.Fatal(err)
		}
	}
	db.Close()
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	out, err := running(t, runRestore, "-data", dir, file)
	if err != nil {
		t.Fatal(out, err)
	}
	entries, integrity := countEntries(t, dir)
	if entries < atLeast || integrity != "ok" {
		t.Errorf("%d entries are back, %d were acknowledged before the backup; %s", entries, atLeast, integrity)
	}
	t.Logf("%d acknowledged before, %d in the backup, %d in all", atLeast, entries, acknowledged.Load())
	if status, out, errOut := invoke(t, "verify", "-data", dir); status != exitOK {
		t.Error(out, errOut)
	}
	if status, out, _ := invoke(t, "ask", "-data", dir, "收到申请后几个工作日内答复？"); status != exitOK || !strings.Contains(out, "九个工作日") {
		t.Error(out)
	}
	for name, want := range map[string]string{"library/甲/办法.md": "九个工作日", "files/7/附件.txt": "附件"} {
		if text, err := os.ReadFile(filepath.Join(dir, name)); err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%s: %v %s", name, err, text)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".restore-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// keys are the ways in which a backup can be locked.
func keys(t *testing.T) map[string]string {
	t.Helper()
	own, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return map[string]string{"plain": "", "key": own.String()}
}

func useKey(t *testing.T, text string) {
	t.Helper()
	file := ""
	if text != "" {
		file = filepath.Join(t.TempDir(), "key")
		if err := os.WriteFile(file, []byte(text+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("BACKUP_KEY_FILE", file)
}

func TestADamagedBackupIsRefusedWhereverTheDamageIs(t *testing.T) {
	if testing.Short() {
		t.Skip("two thousand restores, one after the other")
	}
	for name, key := range keys(t) {
		t.Run(name, func(t *testing.T) {
			dir, _, _ := installation(t)
			useKey(t, key)
			file := filepath.Join(t.TempDir(), "b")
			if _, err := running(t, runBackup, "-data", dir, file); err != nil {
				t.Fatal(err)
			}
			whole, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			target := filepath.Join(t.TempDir(), "new")
			refused := func(what string, content []byte) {
				t.Helper()
				if err := os.WriteFile(file, content, 0o600); err != nil {
					t.Fatal(err)
				}
				if _, err := running(t, runRestore, "-data", target, file); err == nil {
					t.Fatalf("accepted: %s", what)
				}
				if left, err := os.ReadDir(target); err == nil && len(left) > 0 {
					t.Fatalf("%s: left %v", what, left)
				}
			}
			random := rand.New(rand.NewPCG(1, 2))
			flip := func(at int) {
				changed := append([]byte(nil), whole...)
				changed[at] ^= 1 << random.IntN(8)
				refused("a flipped bit", changed)
			}
			for at := range 300 { // all of what comes first, and of what comes last
				flip(at)
				flip(len(whole) - 1 - at)
			}
			for range 400 {
				flip(random.IntN(len(whole)))
			}
			for range 20 {
				refused("cut off", whole[:random.IntN(len(whole))])
			}
			refused("something behind it", append(append([]byte(nil), whole...), 0))
			refused("twice", append(append([]byte(nil), whole...), whole...))
			if err := os.WriteFile(file, whole, 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := running(t, runRestore, "-data", target, file); err != nil {
				t.Fatalf("the whole one: %v", err)
			}
		})
	}
}

func TestABackupIsLockedByAPassphraseOrAPublicKey(t *testing.T) {
	if testing.Short() {
		t.Skip("a passphrase is slow to try by intent")
	}
	dir, db, _ := installation(t)
	db.Close()
	own, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ lock, open string }{
		"passphrase": {"canary pass phrase 一二三", "canary pass phrase 一二三"},
		"public key": {own.Recipient().String(), own.String()},
	} {
		t.Run(name, func(t *testing.T) {
			file, target := filepath.Join(t.TempDir(), "b"), filepath.Join(t.TempDir(), "new")
			useKey(t, c.lock)
			if out, err := running(t, runBackup, "-data", dir, file); err != nil || strings.Contains(out, "没有加密") {
				t.Fatal(out, err)
			}
			content, err := os.ReadFile(file)
			if err != nil || strings.Contains(string(content), "records_chain") {
				t.Fatal("readable", err)
			}
			for _, wrong := range []string{"", "another long pass phrase", own.Recipient().String()} {
				useKey(t, wrong)
				if _, err := running(t, runRestore, "-data", target, file); !errors.Is(err, errLocked) {
					t.Errorf("with %q: %v", wrong, err)
				}
			}
			useKey(t, c.open)
			if _, err := running(t, runRestore, "-data", target, file); err != nil {
				t.Fatal(err)
			}
		})
	}
	for _, bad := range []string{"short canary", "AGE-SECRET-KEY-1CANARY", "age1canary"} {
		useKey(t, bad)
		if _, err := running(t, runBackup, "-data", dir, filepath.Join(t.TempDir(), "b")); err == nil || strings.Contains(strings.ToLower(err.Error()), "canary") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestRestoreSparesWhatIsThere(t *testing.T) {
	dir, db, book := installation(t)
	file := filepath.Join(t.TempDir(), "b")
	if _, err := running(t, runBackup, "-data", dir, file); err != nil {
		t.Fatal(err)
	}
	if err := book.Note(t.Context(), records.Entry{Kind: "drill"}); err != nil {
		t.Fatal(err)
	}
	if _, err := running(t, runRestore, "-data", dir, file); err == nil || !strings.Contains(err.Error(), "-force") {
		t.Fatalf("over data: %v", err)
	}
	if _, err := running(t, runRestore, "-data", dir, "-force", file); err == nil || !strings.Contains(err.Error(), "正在使用") {
		t.Fatalf("under a running bot: %v", err)
	}
	if n, _ := countEntries(t, dir); n != 1 {
		t.Fatalf("a refused restore changed the data: %d", n)
	}
	db.Close()
	if out, err := running(t, runRestore, "-data", dir, "-force", file); err != nil {
		t.Fatal(out, err)
	}
	if n, _ := countEntries(t, dir); n != 0 {
		t.Errorf("%d entries made after the backup are still there", n)
	}
	aside, _ := filepath.Glob(filepath.Join(dir, restoreBefore+"*"))
	if len(aside) != 1 {
		t.Fatal(aside)
	}
	if n, integrity := countEntries(t, aside[0]); n != 1 || integrity != "ok" {
		t.Errorf("what was there is not kept: %d %s", n, integrity)
	}
}

func TestRestoreIsAnEntryOfTheChain(t *testing.T) {
	dir, _, _ := installation(t)
	file, target := filepath.Join(t.TempDir(), "b"), filepath.Join(t.TempDir(), "new")
	if _, err := running(t, runBackup, "-data", dir, file); err != nil {
		t.Fatal(err)
	}
	if _, err := running(t, runRestore, "-data", target, file); err != nil {
		t.Fatal(err)
	}
	db, err := openFile(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	book, err := openBook(t.Context(), db, nil)
	if err != nil {
		t.Fatal(err)
	}
	if entries, err := book.Entries(t.Context(), 0); err != nil || len(entries) == 0 || entries[0].Kind != "restored" {
		t.Errorf("%v %v", entries, err)
	}
}

func TestABackupOfANewerProgramIsRefusedPolitely(t *testing.T) {
	for table, newer := range map[string]string{
		"records_schema":  `INSERT INTO records_schema (version, at) VALUES (999, 0)`,
		"kb_schema":       `INSERT INTO kb_schema (version, program, applied) VALUES (999, 'v9', 0)`,
		"delivery_schema": `UPDATE delivery_schema SET version = 999`,
	} {
		t.Run(table, func(t *testing.T) {
			dir, db, _ := installation(t)
			if _, err := db.Exec(newer); err != nil {
				t.Fatal(err)
			}
			file, target := filepath.Join(t.TempDir(), "b"), filepath.Join(t.TempDir(), "new")
			if _, err := running(t, runBackup, "-data", dir, file); err != nil {
				t.Fatal(err)
			}
			_, err := running(t, runRestore, "-data", target, file)
			if err == nil || !strings.Contains(err.Error(), "新版本") {
				t.Errorf("%v", err)
			}
			if exists(filepath.Join(target, databaseFile)) {
				t.Error("it was moved into place")
			}
		})
	}
}

func TestATamperedRecordIsFoundAtRestore(t *testing.T) {
	dir, db, book := installation(t)
	if err := book.Note(t.Context(), records.Entry{Kind: "drill"}); err != nil {
		t.Fatal(err)
	}
	thaw(t, db.DB)
	if _, err := db.Exec(`UPDATE records_chain SET kind = 'forged' WHERE kind = 'drill'`); err != nil {
		t.Fatal(err)
	}
	file, target := filepath.Join(t.TempDir(), "b"), filepath.Join(t.TempDir(), "new")
	if _, err := running(t, runBackup, "-data", dir, file); err != nil {
		t.Fatal(err)
	}
	if _, err := running(t, runRestore, "-data", target, file); err == nil || !strings.Contains(err.Error(), "条记录有问题") {
		t.Errorf("%v", err)
	}
}

// thaw removes the triggers that forbid changes, as someone with the file could.
func thaw(t *testing.T, db *sql.DB) {
	t.Helper()
	rows, err := db.Query(`SELECT name FROM sqlite_master WHERE type = 'trigger'`)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	rows.Close()
	for _, name := range names {
		if _, err := db.Exec(`DROP TRIGGER ` + quoteName(name)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestBackupsInAFolderAreNamedAndTheOldOnesDropped(t *testing.T) {
	dir, _, _ := installation(t)
	folder := t.TempDir()
	other := filepath.Join(folder, "手工备份"+backupSuffix)
	for _, name := range []string{"rongcuo-20200101-000000" + backupSuffix, "rongcuo-20200102-000000" + backupSuffix, filepath.Base(other)} {
		if err := os.WriteFile(filepath.Join(folder, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, ok := lastBackup(dir); ok {
		t.Error("a backup is noted before the first")
	}
	if _, err := running(t, runBackup, "-data", dir, "-keep", "2", folder); err != nil {
		t.Fatal(err)
	}
	if at, ok := lastBackup(dir); !ok || time.Since(at) > time.Hour {
		t.Errorf("noted: %v %v", at, ok)
	}
	names, _ := filepath.Glob(filepath.Join(folder, "*"))
	if len(names) != 3 || exists(filepath.Join(folder, "rongcuo-20200101-000000"+backupSuffix)) || !exists(other) {
		t.Errorf("%v", names)
	}
}

func TestBackupSaysWhatIsMissing(t *testing.T) {
	t.Setenv("EMBEDDING", "off")
	empty, file := t.TempDir(), filepath.Join(t.TempDir(), "b")
	if _, err := running(t, runBackup, "-data", empty, file); err == nil || !strings.Contains(err.Error(), "-data") {
		t.Errorf("no data: %v", err)
	}
	if left, _ := os.ReadDir(filepath.Dir(file)); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := running(t, runBackup, "-data", empty, file); err == nil || !strings.Contains(err.Error(), "已经存在") {
		t.Errorf("over a file: %v", err)
	}
	t.Setenv("DATABASE_URL", "postgres://u:canary@127.0.0.1:1/d")
	if _, err := running(t, runBackup, "-data", empty, file+"2"); err == nil || !strings.Contains(err.Error(), "DATABASE_URL") || strings.Contains(err.Error(), "canary") {
		t.Errorf("with PostgreSQL: %v", err)
	}
	if _, err := running(t, runBackup, "-data", empty); err == nil {
		t.Error("without a file")
	}
}

// A backup of files alone leaves the database that is there.
func TestABackupOfFilesAloneLeavesTheDatabase(t *testing.T) {
	dir, db, book := installation(t)
	file := filepath.Join(t.TempDir(), "b")
	if _, err := running(t, runBackup, "-data", dir, "-files", file); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(book.Note(t.Context(), records.Entry{Kind: "drill"}), os.RemoveAll(filepath.Join(dir, libraryDir))); err != nil {
		t.Fatal(err)
	}
	db.Close()
	if _, err := running(t, runRestore, "-data", dir, "-force", file); err != nil {
		t.Fatal(err)
	}
	if n, _ := countEntries(t, dir); n != 1 || !exists(filepath.Join(dir, libraryDir, "甲", "办法.md")) {
		t.Errorf("%d", n)
	}
}
