package records

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
)

// Files is a folder of attachments. A file is named by the SHA-256 of what is in
// it, so that a record that names it names its content too, the same paper is
// kept once, and nothing of what people call their files becomes a path. With a
// key every file is sealed (AES-256-GCM); the name then tells only who has the
// very same file what it is. Since the name proves the content, a file is read
// with whichever key opens it, and one from before there were keys as it lies.
type Files struct {
	dir  string
	keys []cipher.AEAD // the first seals
	room func() error  // see SetRoom
}

// SetRoom has every new file ask first whether there is room, as [Book.SetRoom].
func (f *Files) SetRoom(room func() error) { f.room = room }

// MaxFile is the largest attachment in bytes; procedures allow 20 MB.
const MaxFile = 64 << 20

// Errors of files.
var (
	ErrTooLarge = errors.New("records: the file is too large")
	ErrDamaged  = errors.New("records: the file is not what was put there")
	ErrKey      = errors.New("records: the key of the files has 32 bytes")
)

// OpenFiles opens the folder and makes it when it is not there. A key has 32
// bytes; the first seals what comes from now on, the others open what was sealed
// before. Without keys files lie open. ErrKey.
func OpenFiles(dir string, keys ...[]byte) (*Files, error) {
	f := &Files{dir: dir}
	for _, key := range keys {
		if len(key) != 32 {
			return nil, ErrKey
		}
		block, err := aes.NewCipher(key)
		if err != nil {
			return nil, fmt.Errorf("records: %w", err)
		}
		seal, err := cipher.NewGCM(block)
		if err != nil {
			return nil, fmt.Errorf("records: %w", err)
		}
		f.keys = append(f.keys, seal)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("records: %w", err)
	}
	return f, nil
}

// Put keeps what r gives and returns its SHA-256 in hexadecimal digits and its
// size. It is on disk when Put returns. ErrTooLarge.
func (f *Files) Put(r io.Reader) (hash string, size int64, err error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxFile+1))
	if err != nil {
		return "", 0, fmt.Errorf("records: a file: %w", err)
	}
	if len(data) > MaxFile {
		return "", 0, ErrTooLarge
	}
	sum := sha256.Sum256(data)
	hash, size = hex.EncodeToString(sum[:]), int64(len(data))
	if kept, err := f.Get(hash); err == nil && len(kept) == len(data) {
		return hash, size, nil
	}
	if f.room != nil {
		if err := f.room(); err != nil {
			return "", 0, fmt.Errorf("records: a file: %w", err)
		}
	}
	return hash, size, f.write(f.path(hash), f.seal(data, sum))
}

// seal closes what is written with the first key.
func (f *Files) seal(data []byte, sum [sha256.Size]byte) []byte {
	if len(f.keys) == 0 {
		return data
	}
	nonce := make([]byte, f.keys[0].NonceSize())
	rand.Read(nonce) // never fails
	return f.keys[0].Seal(nonce, nonce, data, sum[:])
}

// write puts a file in its place in one motion: a crash leaves the whole file
// or none.
func (f *Files) write(path string, data []byte) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("records: %w", err)
	}
	file, err := os.CreateTemp(dir, "new-*")
	if err != nil {
		return fmt.Errorf("records: %w", err)
	}
	defer os.Remove(file.Name()) //nolint:errcheck // it is gone after the rename
	_, err = file.Write(data)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err == nil {
		err = syncDir(dir)
	}
	if err != nil {
		return fmt.Errorf("records: a file: %w", err)
	}
	return nil
}

// syncDir writes a folder's names down, the new one among them.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

var hashForm = regexp.MustCompile(`^[0-9a-f]{64}$`)

func (f *Files) path(hash string) string { return filepath.Join(f.dir, hash[:2], hash) }

// Get gives a file by its hash. fs.ErrNotExist, ErrDamaged.
func (f *Files) Get(hash string) ([]byte, error) {
	if !hashForm.MatchString(hash) {
		return nil, fs.ErrNotExist
	}
	data, err := os.ReadFile(f.path(hash))
	if err != nil {
		return nil, fmt.Errorf("records: a file: %w", err)
	}
	data, _, err = f.open(hash, data)
	return data, err
}

// lies says of a file that no key sealed it.
const lies = -1

// open gives what is in a file of the folder and which key had sealed it.
func (f *Files) open(hash string, disk []byte) (data []byte, key int, err error) {
	sum, _ := hex.DecodeString(hash) // hashForm holds
	for i, k := range f.keys {
		if n := k.NonceSize(); len(disk) >= n {
			if data, err := k.Open(nil, disk[:n], disk[n:], sum); err == nil {
				return data, i, nil
			}
		}
	}
	if is := sha256.Sum256(disk); bytes.Equal(is[:], sum) {
		return disk, lies, nil
	}
	return nil, lies, ErrDamaged
}

// Reseal brings every file under the first key and tells how many were not, and
// how many no key opens. It may be stopped and begun again. Without keys it does
// nothing.
func (f *Files) Reseal(ctx context.Context) (changed, damaged int, err error) {
	if len(f.keys) == 0 {
		return 0, 0, nil
	}
	err = filepath.WalkDir(f.dir, func(path string, d fs.DirEntry, err error) error {
		hash := d.Name()
		if err != nil || d.IsDir() || !hashForm.MatchString(hash) {
			return err
		}
		disk, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		switch data, key, err := f.open(hash, disk); {
		case err != nil:
			damaged++
		case key != 0:
			if err := f.write(path, f.seal(data, sha256.Sum256(data))); err != nil {
				return err
			}
			changed++
		}
		return ctx.Err()
	})
	return changed, damaged, err
}
