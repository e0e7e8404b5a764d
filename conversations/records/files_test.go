package records

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestAFileComesBackOrIsCalledDamaged(t *testing.T) {
	for name, keys := range map[string][][]byte{"open": nil, "sealed": {fileKey(7)}} {
		t.Run(name, func(t *testing.T) {
			f, err := OpenFiles(filepath.Join(t.TempDir(), "files"), keys...)
			if err != nil {
				t.Fatal(err)
			}
			rapid.Check(t, func(t *rapid.T) {
				data := rapid.SliceOf(rapid.Byte()).Draw(t, "data")
				hash, size, err := f.Put(bytes.NewReader(data))
				sum := sha256.Sum256(data)
				if err != nil || hash != hex.EncodeToString(sum[:]) || size != int64(len(data)) {
					t.Fatal(hash, size, err)
				}
				back, err := f.Get(hash)
				if err != nil || !bytes.Equal(back, data) {
					t.Fatal(err)
				}
				disk, err := os.ReadFile(f.path(hash))
				if err != nil {
					t.Fatal(err)
				}
				if keys != nil && len(data) > 8 && bytes.Contains(disk, data) {
					t.Fatal("a sealed file lies open")
				}
				if len(disk) == 0 {
					return
				}
				disk[rapid.IntRange(0, len(disk)-1).Draw(t, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
				if err := os.WriteFile(f.path(hash), disk, 0o600); err != nil {
					t.Fatal(err)
				}
				if _, err := f.Get(hash); !errors.Is(err, ErrDamaged) {
					t.Fatalf("a flipped bit: %v", err)
				}
				if _, _, err := f.Put(bytes.NewReader(data)); err != nil {
					t.Fatal(err)
				}
				if _, err := f.Get(hash); err != nil {
					t.Fatalf("putting it again does not mend it: %v", err)
				}
			})
		})
	}
}

func TestOnlyHashesArePaths(t *testing.T) {
	f, err := OpenFiles(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, hash := range []string{"", "ab", "../../etc/passwd", string(bytes.Repeat([]byte("a"), 64))} {
		if _, err := f.Get(hash); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q: %v", hash, err)
		}
	}
	if _, _, err := f.Put(zeros{}); !errors.Is(err, ErrTooLarge) {
		t.Errorf("a file without end: %v", err)
	}
	if _, err := OpenFiles(t.TempDir(), []byte("short")); !errors.Is(err, ErrKey) {
		t.Error(err)
	}
}

// zeros never ends.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func fileKey(b byte) []byte { return bytes.Repeat([]byte{b}, 32) }

// Files from before there were keys, and from an old key, are read with the new
// one in front; after Reseal the new one alone is enough.
func TestFilesChangeTheirKey(t *testing.T) {
	dir := t.TempDir()
	open := func(keys ...[]byte) *Files {
		f, err := OpenFiles(dir, keys...)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	put := func(f *Files, text string) string {
		hash, _, err := f.Put(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		return hash
	}
	kept := map[string]string{}
	kept["before there were keys"] = put(open(), "before there were keys")
	kept["under the old key"] = put(open(fileKey(1)), "under the old key")
	both := open(fileKey(2), fileKey(1))
	kept["under the new key"] = put(both, "under the new key")
	lost := put(open(fileKey(3)), "under a key that is lost")
	read := func(f *Files) {
		t.Helper()
		for text, hash := range kept {
			if data, err := f.Get(hash); err != nil || string(data) != text {
				t.Errorf("%s: %q %v", text, data, err)
			}
		}
	}
	read(both)
	if _, err := open(fileKey(2)).Get(kept["under the old key"]); !errors.Is(err, ErrDamaged) {
		t.Errorf("without its key: %v", err)
	}
	changed, damaged, err := both.Reseal(t.Context())
	if changed != 2 || damaged != 1 || err != nil {
		t.Errorf("%d changed, %d damaged, %v; want 2 and 1", changed, damaged, err)
	}
	read(open(fileKey(2)))
	if changed, _, err := both.Reseal(t.Context()); changed != 0 || err != nil {
		t.Errorf("again: %d changed, %v", changed, err)
	}
	if _, err := open(fileKey(3)).Get(lost); err != nil {
		t.Errorf("a file that no key opened was touched: %v", err)
	}
}
