package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rongcuo/bot/localtelegram"
	"rongcuo/bot/localtelegram/localtelegramtest"
	"rongcuo/knowledge/postgrestest"
)

func TestEverythingRunsOnPostgreSQLToo(t *testing.T) {
	address := postgrestest.NewDatabase(t, postgrestest.Start(t))
	t.Setenv("DATABASE_URL", address)
	t.Setenv("EMBEDDING", "off")
	folder := t.TempDir()
	if err := os.WriteFile(folder+"/a.md", []byte("# 示例县甲办法\n\n第一条　试点事项每季度调整一次。\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, out, errOut := invoke(t, "reindex", "-docs", folder); status != exitOK {
		t.Fatal(out, errOut)
	}
	if status, out, errOut := invoke(t, "ask", "-data", "ignored", "试点事项多久调整一次？"); status != exitOK || !strings.Contains(out, "每季度调整一次") {
		t.Fatal(out, errOut)
	}
	telegram := localtelegramtest.Start(t, localtelegram.Options{Started: true, NoLimits: true})
	t.Setenv("OWNER_IDS", "77")
	stop := serving(t, telegram, t.TempDir())
	official := telegram.As("普通干部")
	official.Say("试点事项多久调整一次？")
	official.AwaitText("每季度调整一次")
	if status, said := stop(); status != exitOK {
		t.Fatal(said)
	}
	if status, out, errOut := invoke(t, "verify"); status != exitOK || !strings.Contains(out, "共 2 条") {
		t.Fatal(out, errOut)
	}
	if _, err := os.Stat("ignored"); err == nil {
		t.Error("a data folder was made beside the database")
	}
}

// A PostgreSQL that fails over cuts every connection; what came meanwhile is
// answered, once.
func TestABotOutlivesTheConnectionsOfItsDatabase(t *testing.T) {
	address := postgrestest.NewDatabase(t, postgrestest.Start(t))
	t.Setenv("DATABASE_URL", address)
	t.Setenv("EMBEDDING", "off")
	telegram := localtelegramtest.Start(t, localtelegram.Options{Started: true, NoLimits: true})
	stop := serving(t, telegram, t.TempDir())
	official := telegram.As("普通干部")
	official.Say("/start")
	official.AwaitText("请不要发送")
	db, err := openPostgres(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, command := range []string{"/privacy", "/help", "/start", "/human", "/new"} {
		if _, err := db.ExecContext(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()`); err != nil {
			t.Fatal(err)
		}
		before := answers(official)
		official.Say(command)
		official.AwaitText("")
		if n := answers(official) - before; n != 1 {
			t.Errorf("%d answers to one question", n)
		}
	}
	if status, said := stop(); status != exitOK {
		t.Error(said)
	}
}

func TestADatabaseThatDoesNotAnswerIsNamedWithoutItsPassword(t *testing.T) {
	t.Setenv("DATABASE_URL", "postgres://u:canary-password@127.0.0.1:1/d?connect_timeout=2")
	status, out, errOut := invoke(t, "verify")
	if status != exitFailed || !strings.Contains(errOut, "DATABASE_URL") || strings.Contains(out+errOut, "canary") {
		t.Fatalf("%d %s%s", status, out, errOut)
	}
}

func TestTheFilesOfRecordsAreTheirOwnersAlone(t *testing.T) {
	dir, _, _ := installation(t)
	files, err := filepath.Glob(filepath.Join(dir, databaseFile+"*"))
	if err != nil || len(files) < 2 {
		t.Fatal(files, err)
	}
	for _, name := range append(files, dir) {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if others := info.Mode().Perm() & 0o077; others != 0 {
			t.Errorf("%s: others have %o", filepath.Base(name), others)
		}
	}
}
