package main

import (
	"errors"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"rongcuo/bot/delivery"
	"rongcuo/bot/localtelegram"
	"rongcuo/bot/localtelegram/localtelegramtest"
)

// smallDisk gives a folder on a file system of its own with so many megabytes. It
// takes the right to mount.
func smallDisk(t *testing.T, megabytes string) string {
	t.Helper()
	dir := t.TempDir()
	if said, err := exec.Command("mount", "-t", "tmpfs", "-o", "size="+megabytes+"m", "tmpfs", dir).CombinedOutput(); err != nil {
		t.Skipf("no small disk: %v %s", err, said)
	}
	t.Cleanup(func() {
		if said, err := exec.Command("umount", "-l", dir).CombinedOutput(); err != nil {
			t.Errorf("umount: %v %s", err, said)
		}
	})
	return dir
}

// fill takes all that is left on a disk.
func fill(t *testing.T, dir string) (path string) {
	t.Helper()
	path = filepath.Join(dir, "somebody-elses.log")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, size := range []int64{1 << 20, 4 << 10} {
		for err = nil; err == nil; {
			_, err = io.CopyN(f, zeros{}, size)
		}
	}
	if troubleOf(err) != delivery.Full {
		t.Fatal(err)
	}
	return path
}

// TestOnAFullDiskAnswersGoOnAndFilingsAreRefused is X10 where everything lies on
// one disk: questions are answered from the reserve, what would be a record is
// refused with the reason, nothing is broken, and all goes on when there is room.
func TestOnAFullDiskAnswersGoOnAndFilingsAreRefused(t *testing.T) {
	dir, observe := filepath.Join(smallDisk(t, "112"), "data"), freeAddress(t)
	t.Setenv("EMBEDDING", "off")
	t.Setenv("OBSERVE_ADDR", observe)
	texts := t.TempDir()
	if err := os.WriteFile(filepath.Join(texts, "甲办法.md"), []byte("# 示例县甲办法\n\n第一条　试点事项每季度调整一次。\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, out, errOut := invoke(t, "reindex", "-docs", texts, "-data", dir); status != exitOK {
		t.Fatal(out, errOut)
	}
	telegram := localtelegramtest.Start(t, localtelegram.Options{Started: true, NoLimits: true})
	official, admin := telegram.As("普通干部"), telegram.As("管理员")
	for _, p := range localtelegram.DefaultPeople() {
		if p.Key == "admin" {
			t.Setenv("OWNER_IDS", strconv.FormatInt(p.UserID, 10))
		}
	}
	stop := serving(t, telegram, dir)
	ask := func() {
		t.Helper()
		official.Say("试点事项多久调整一次？")
		official.AwaitText("每季度调整一次")
	}
	invite := func() {
		admin.Say("/invite")
		admin.Press(admin.AwaitText("请选一个岗位"), "知识库管理员")
	}
	ready := func() bool {
		_, body := fetch(t, "http://"+observe+"/readyz")
		return strings.Contains(body, `"disk":"ok"`)
	}
	ask()
	if !ready() {
		t.Error("not ready with an empty disk")
	}
	other := fill(t, dir)
	for range 3 {
		ask()
	}
	invite() // a record
	admin.AwaitText("存储空间满了")
	ask()
	if ready() {
		t.Error("a full disk is ready")
	}
	if err := os.Remove(other); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(reserveEvery + 10*time.Second); !ready(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("there is room, and it is not taken")
		}
	}
	invite()
	admin.AwaitText("只能用一次")
	if status, said := stop(); status != exitOK {
		t.Errorf("%d %s", status, said)
	}
	if status, out, errOut := invoke(t, "verify", "-data", dir); status != exitOK {
		t.Error(out, errOut)
	}
}

// TestTheReserveIsGivenUpOnce is the same without a disk of its own.
func TestTheReserveIsGivenUpOnce(t *testing.T) {
	dir := t.TempDir()
	r := openReserve(dir, slog.New(slog.DiscardHandler))
	if info, err := os.Stat(filepath.Join(dir, reserveName)); err != nil || info.Size() != reserveBytes || r.room() != nil {
		t.Fatalf("no reserve: %v, %v", err, r.room())
	}
	full := errNoRoom
	tries := 0
	s := reservedStore{nil, r}
	put := func() error {
		return s.again(func() error {
			if tries++; r.room() == nil {
				return full
			}
			return nil
		})
	}
	if err := put(); err != nil || tries != 2 {
		t.Errorf("%d tries: %v", tries, err)
	}
	if _, err := os.Stat(filepath.Join(dir, reserveName)); !errors.Is(err, os.ErrNotExist) || troubleOf(r.room()) != delivery.Full {
		t.Errorf("the reserve is kept: %v, %v", err, r.room())
	}
	if tries = 0; s.again(func() error { tries++; return full }) == nil || tries != 1 {
		t.Errorf("tried %d times when there is nothing to give", tries)
	}
	if r.take(); r.room() != nil {
		t.Error("there is room, and it is not taken")
	}
}

// TestABackupOntoAFullDiskSaysSo: neither the key nor the folder is at fault.
func TestABackupOntoAFullDiskSaysSo(t *testing.T) {
	dir, _, _ := installation(t)
	disk := smallDisk(t, "1")
	fill(t, disk)
	key := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(key, []byte("a passphrase of many signs"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"", key} {
		t.Setenv("BACKUP_KEY_FILE", file)
		out, err := running(t, runBackup, "-data", dir, disk)
		if err == nil || !strings.Contains(err.Error(), "空间") || strings.Contains(err.Error(), "BACKUP_KEY_FILE") || strings.Contains(err.Error(), "读不完") {
			t.Errorf("key %q: %s %v", file, out, err)
		}
		left, err := filepath.Glob(filepath.Join(disk, "*rongcuo*"))
		if hidden, _ := filepath.Glob(filepath.Join(disk, ".rongcuo*")); err != nil || len(left)+len(hidden) > 0 {
			t.Errorf("it left %v %v", left, hidden)
		}
	}
}
