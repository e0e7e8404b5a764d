package bot

import (
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"rongcuo/knowledge"
	"rongcuo/knowledge/documents"
)

// The turn that publishes may be repeated at any moment.
func TestTakingAFileTwiceIsTakingItOnce(t *testing.T) {
	dir := t.TempDir()
	write := func(text string) {
		if err := os.WriteFile(filepath.Join(dir, "清单.md"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("# 示例县清单管理办法\n\n第一条　每半年调整一次。\n\n第二条　本办法自2026年8月1日起施行。\n")
	base, err := knowledge.New(t.Context(), knowledge.Options{})
	if err != nil {
		t.Fatal(err)
	}
	entries, err := documents.WalkDir(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := base.Load(t.Context(), entries, nil); err != nil {
		t.Fatal(err)
	}
	k := &keeper{base: base, dir: dir, log: slog.New(slog.DiscardHandler)}
	hash, err := k.hold([]byte("# 示例县清单管理办法\n\n第一条　每月调整一次。\n\n第二条　本办法自2027年1月1日起施行。\n"))
	if err != nil {
		t.Fatal(err)
	}
	var before [][]string
	for range 2 {
		names, remove, err := k.take(t.Context(), pending{Name: "清单.md", Hash: hash})
		if err != nil {
			t.Fatal(err)
		}
		files := []string{k.hashOf("清单.md"), k.hashOf("清单（至2027-01-01）.md")}
		now := [][]string{names, remove, files}
		if before != nil && !slices.EqualFunc(before, now, slices.Equal) {
			t.Errorf("the second time\n%q\nthe first time\n%q", now, before)
		}
		before = now
	}
	if want := []string{"清单.md", "清单（至2027-01-01）.md"}; !slices.Equal(before[0], want) || before[2][1] == "" {
		t.Errorf("taken: %q", before)
	}
}
