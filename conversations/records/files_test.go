package records

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"
)

func TestAFileComesBackOrIsCalledDamaged(t *testing.T) {
	for name, key := range map[string][]byte{"open": nil, "sealed": bytes.Repeat([]byte{7}, 32)} {
		t.Run(name, func(t *testing.T) {
			f, err := OpenFiles(filepath.Join(t.TempDir(), "files"), key)
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
				if key != nil && len(data) > 8 && bytes.Contains(disk, data) {
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
	f, err := OpenFiles(t.TempDir(), nil)
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
