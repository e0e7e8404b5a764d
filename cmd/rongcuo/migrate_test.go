package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rongcuo/bot/delivery"
	"rongcuo/conversations/records"
	"rongcuo/knowledge/postgrestest"
)

// An installation in a folder goes on on PostgreSQL: everything is there, the
// chain holds, the original is as it was, and it is not done twice.
func TestAnInstallationMovesToPostgreSQL(t *testing.T) {
	dir, db, book := installation(t)
	for range 50 {
		if err := book.Note(t.Context(), records.Entry{Kind: "drill"}); err != nil {
			t.Fatal(err)
		}
	}
	before, err := book.Verify(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("DATABASE_URL", postgrestest.NewDatabase(t, postgrestest.Start(t)))
	if out, err := running(t, runMigrateStore, "-data", dir); err == nil || !strings.Contains(err.Error(), "先停止机器人") {
		t.Fatalf("while it is in use: %v %s", err, out)
	}
	db.Close()
	out, err := running(t, runMigrateStore, "-data", dir)
	if err != nil || !strings.Contains(out, before.Head) {
		t.Fatal(out, err)
	}
	if status, out, errOut := invoke(t, "verify"); status != exitOK || !strings.Contains(out, "共 53 条") { // and that it moved
		t.Error(out, errOut)
	}
	if status, out, errOut := invoke(t, "ask", "-data", dir, "收到申请后几个工作日内答复？"); status != exitOK || !strings.Contains(out, "九个工作日") {
		t.Error(out, errOut)
	}
	if out, err := running(t, runMigrateStore, "-data", dir); err == nil || !strings.Contains(err.Error(), "已有记录") {
		t.Errorf("a second time: %v %s", err, out)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".migrate-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	t.Setenv("DATABASE_URL", "")
	os.Unsetenv("DATABASE_URL")
	if status, out, _ := invoke(t, "verify", "-data", dir); status != exitOK || !strings.Contains(out, before.Head) {
		t.Errorf("the original changed: %s", out)
	}
	file := filepath.Join(t.TempDir(), "b")
	if _, err := running(t, runBackup, "-data", dir, file); err == nil || !strings.Contains(err.Error(), "已经迁移到 PostgreSQL") {
		t.Errorf("a backup of what was left behind: %v", err)
	}
	t.Setenv("TELEGRAM_TOKEN", "123456:abcdefghijklmnop")
	if status, _, errOut := invoke(t, "serve", "-data", dir); status != exitFailed || !strings.Contains(errOut, "已经迁移到 PostgreSQL") {
		t.Errorf("a start on what was left behind: %d %s", status, errOut)
	}
	if _, err := running(t, runMigrateStore, "-data", dir); err == nil || !strings.Contains(err.Error(), "DATABASE_URL") {
		t.Errorf("without a target: %v", err)
	}
}

// With Redis the queues of the folder are not looked at any more: drafts move
// with the records, and a message that waits is not left behind.
func TestNothingThatWaitsIsLeftBehind(t *testing.T) {
	dir, db, _ := installation(t)
	store, err := delivery.OpenSQLite(t.Context(), db.DB)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Put(t.Context(), delivery.Outbox, delivery.Item{Key: "1", Chat: 1, Body: []byte("{}")}); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Save(t.Context(), delivery.Save{Key: "draft:7", Value: []byte("草稿"), TTL: time.Hour}); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TELEGRAM_TOKEN", "12345:canary-canary-canary")
	t.Setenv("DATABASE_URL", postgrestest.NewDatabase(t, postgrestest.Start(t)))
	t.Setenv("REDIS_URL", "redis://"+startRedis(t)+"/0")
	claims, err := store.Claim(t.Context(), delivery.Outbox, "me", 1, time.Minute)
	if err != nil || len(claims) != 1 {
		t.Fatal(claims, err)
	}
	copied := copyFolder(t, dir)
	if _, err := running(t, runMigrateStore, "-data", copied); err == nil || !strings.Contains(err.Error(), "1 条消息") {
		t.Errorf("%v", err)
	}
	if err := store.Finish(t.Context(), claims[0], delivery.Outcome{}); err != nil {
		t.Fatal(err)
	}
	store.Close()
	db.Close()
	if out, err := running(t, runMigrateStore, "-data", dir); err != nil || !strings.Contains(out, "状态 1 份") {
		t.Fatal(out, err)
	}
	s, err := readSettings()
	if err != nil {
		t.Fatal(err)
	}
	redis, _, err := s.openRedis(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer redis.Close()
	if value, _, err := redis.Load(t.Context(), "draft:7"); err != nil || string(value) != "草稿" {
		t.Errorf("%q %v", value, err)
	}
}

// copyFolder copies the files of a folder, whose database is open, to a new one.
func copyFolder(t *testing.T, dir string) string {
	t.Helper()
	to := t.TempDir()
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return to
}

// A chain that does not hold is not carried on.
func TestATamperedInstallationIsNotMoved(t *testing.T) {
	dir, db, _ := installation(t)
	for _, statement := range []string{`DROP TRIGGER records_chain_frozen`, `UPDATE records_chain SET kind = 'other' WHERE seq = 1`} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	db.Close()
	t.Setenv("DATABASE_URL", postgrestest.NewDatabase(t, postgrestest.Start(t)))
	if _, err := running(t, runMigrateStore, "-data", dir); err == nil || !strings.Contains(err.Error(), "第 1 条记录有问题") {
		t.Errorf("%v", err)
	}
}
