package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rongcuo/conversations/records"
)

// TestTheAuditIsTakenAwayAndProvenElsewhere is the audit export of the command
// line: the file proves itself on a machine that has nothing else.
func TestTheAuditIsTakenAwayAndProvenElsewhere(t *testing.T) {
	dir, _, book := installation(t)
	for range 250 {
		if err := book.Note(t.Context(), records.Entry{Kind: "drill"}); err != nil {
			t.Fatal(err)
		}
	}
	checked, err := book.Verify(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "审计记录.csv")
	if out, err := running(t, runAudit, "-data", dir, file); err != nil || !strings.Contains(out, checked.Head) {
		t.Fatal(out, err)
	}
	if _, err := running(t, runAudit, "-data", dir, file); err == nil {
		t.Error("a file was written over")
	}
	if out, err := running(t, runAudit, "-check", file); err != nil || !strings.Contains(out, checked.Head) {
		t.Error(out, err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(string(text), "drill", "skill", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := running(t, runAudit, "-check", file); err == nil || !strings.Contains(err.Error(), "有问题") {
		t.Error(out, err)
	}
}

// TestAFirstStartIsNoFaultButNoOwnerIs: an empty knowledge base is a step still to
// be done; nobody who may invite the others stops everything.
func TestAFirstStartIsNoFaultButNoOwnerIs(t *testing.T) {
	t.Setenv("EMBEDDING", "off")
	dir := t.TempDir()
	t.Setenv("OWNER_IDS", "7")
	if status, out, errOut := invoke(t, "check", "-data", dir); status != exitOK || !strings.Contains(out, "· 知识库：还是空的") || !strings.Contains(out, "✓ 负责人") {
		t.Errorf("%d %s%s", status, out, errOut)
	}
	t.Setenv("OWNER_IDS", "")
	if status, out, _ := invoke(t, "check", "-data", dir); status != exitFailed || !strings.Contains(out, "✗ 负责人") || !strings.Contains(out, "OWNER_IDS") {
		t.Errorf("without an owner: %d %s", status, out)
	}
	t.Setenv("TELEGRAM_TOKEN", "123456:abcdefghijklmnop")
	t.Setenv("OBSERVE_ADDR", "nowhere") // it ends at once, after it has looked
	if _, _, errOut := invoke(t, "serve", "-data", dir); !strings.Contains(errOut, "还没有负责人") {
		t.Errorf("serve says nothing of it: %s", errOut)
	}
}
