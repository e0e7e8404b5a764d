package documents

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

// folderOf makes a folder with a secret beside it, and links to both.
func folderOf(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	docs := filepath.Join(dir, "docs")
	for name, text := range map[string]string{
		"secret.md": "外面", "docs/b.md": "乙", "docs/a.txt": "甲", "docs/sub/c.md": "丙", "docs/.hidden.md": "x", "docs/.git/d.md": "x",
		"docs/~$a.docx": "x", "docs/list.jsonl": corpusLineOf("a") + "x\n",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for link, target := range map[string]string{"e-out.md": "../secret.md", "f-in.md": "b.md", "g-dir": "..", "h-nowhere.md": "nothing", "i-device.md": "/dev/zero"} {
		if err := os.Symlink(target, filepath.Join(docs, link)); err != nil {
			t.Skip("no links on this system")
		}
	}
	return docs
}

// TestWalkStaysInItsFolder reads everything in a folder, in order, and nothing
// outside of it.
func TestWalkStaysInItsFolder(t *testing.T) {
	entries, err := WalkDir(t.Context(), folderOf(t))
	if err != nil {
		t.Fatal(err)
	}
	want := "a.txt=甲 b.md=乙 e-out.md! f-in.md=乙 g-dir! h-nowhere.md! i-device.md! list.jsonl=1+1 sub/c.md=丙"
	for range 2 { // a walk can be walked again
		var got []string
		for e := range entries {
			switch f, err := e.Read(t.Context()); {
			case e.IsCorpus():
				good, bad := 0, 0
				for _, err := range e.Corpus(t.Context()) {
					if err != nil {
						bad++
					} else {
						good++
					}
				}
				got = append(got, e.Name+"="+string(rune('0'+good))+"+"+string(rune('0'+bad)))
			case err != nil:
				if reasonOf(t, e.Err) != refuseLink {
					t.Errorf("%s: %v", e.Name, e.Err)
				}
				got = append(got, e.Name+"!")
			default:
				if f.Hash != e.Hash || len(e.Hash) != 64 || e.Size != 3 {
					t.Errorf("%s: hash %s and %s, size %d", e.Name, e.Hash, f.Hash, e.Size)
				}
				got = append(got, e.Name+"="+f.Text)
			}
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("got  %s\nwant %s", s, want)
		}
	}
}

func TestWalkOfOneFile(t *testing.T) {
	docs := folderOf(t)
	for name, want := range map[string]string{"a.txt": "甲", "e-out.md": "外面"} { // who names a link means its target
		entries, err := WalkDir(t.Context(), filepath.Join(docs, name))
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for e := range entries {
			n++
			if f, err := e.Read(t.Context()); err != nil || f.Text != want {
				t.Errorf("%s: %q, %v", name, f.Text, err)
			}
		}
		if n != 1 {
			t.Errorf("%d entries", n)
		}
	}
	if _, err := WalkDir(t.Context(), filepath.Join(docs, "nothing")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v for a folder that is not there", err)
	}
}

// brokenFS fails for one file, as a disk or a right that is missing does.
type brokenFS struct{ fs.FS }

func (b brokenFS) Open(name string) (fs.File, error) {
	if name == "b.md" {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return b.FS.Open(name)
}

func TestWalkGoesOnAfterABadFile(t *testing.T) {
	fsys := brokenFS{fstest.MapFS{"a.md": {Data: []byte("甲")}, "b.md": {Data: []byte("乙")}, "c.md": {Data: []byte("丙")}, "d.md": {Mode: fs.ModeNamedPipe}}}
	var got []string
	for e := range WalkFS(t.Context(), fsys) {
		got = append(got, e.Name+" "+reasonOf(t, e.Err))
		if e.Name == "b.md" && !errors.Is(e.Err, fs.ErrPermission) {
			t.Errorf("the cause is lost: %v", e.Err)
		}
	}
	want := "a.md ,b.md " + refuseNotReadable + ",c.md ,d.md " + refuseSpecial
	if s := strings.Join(got, ","); s != want {
		t.Errorf("got %s", s)
	}
}

// TestWalkSaysThatItWasEndedEarly: half a folder must not pass for the whole.
func TestWalkSaysThatItWasEndedEarly(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var last Entry
	for e := range WalkFS(ctx, fstest.MapFS{"a.md": {Data: []byte("甲")}, "b.md": {Data: []byte("乙")}, "c.md": {Data: []byte("丙")}}) {
		last = e
		cancel()
	}
	if !errors.Is(last.Err, context.Canceled) {
		t.Errorf("last entry %+v", last)
	}
	for e := range WalkFS(t.Context(), fstest.MapFS{"a.md": {}, "b.md": {}}) {
		if e.Name != "a.md" {
			t.Errorf("went on to %s after a break", e.Name)
		}
		break
	}
}

func TestTooLargeAFileIsNotReadIntoMemory(t *testing.T) {
	name := filepath.Join(t.TempDir(), "large.md")
	if err := os.WriteFile(name, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(name, 100<<30); err != nil {
		t.Skip("no such files on this system: ", err)
	}
	entries, err := WalkDir(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	for e := range entries {
		if _, refused := IsRefused(e.Err); !refused || e.data != nil {
			t.Errorf("error %v, %d bytes", e.Err, len(e.data))
		}
	}
}
