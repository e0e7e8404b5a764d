package records

import (
	"bytes"
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
// very same file what it is.
type Files struct {
	dir  string
	seal cipher.AEAD // nil without a key
}

// MaxFile is the largest attachment in bytes; procedures allow 20 MB.
const MaxFile = 64 << 20

// Errors of files.
var (
	ErrTooLarge = errors.New("records: the file is too large")
	ErrDamaged  = errors.New("records: the file is not what was put there")
	ErrKey      = errors.New("records: the key of the files has 32 bytes")
)

// OpenFiles opens the folder and makes it when it is not there. The key has 32
// bytes, or is nil: files lie open then.
func OpenFiles(dir string, key []byte) (*Files, error) {
	f := &Files{dir: dir}
	if key != nil {
		if len(key) != 32 {
			return nil, ErrKey
		}
		block, err := aes.NewCipher(key)
		if err != nil {
			return nil, fmt.Errorf("records: %w", err)
		}
		if f.seal, err = cipher.NewGCM(block); err != nil {
			return nil, fmt.Errorf("records: %w", err)
		}
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
	if f.seal != nil {
		nonce := make([]byte, f.seal.NonceSize())
		rand.Read(nonce) // never fails
		data = f.seal.Seal(nonce, nonce, data, sum[:])
	}
	return hash, size, f.write(f.path(hash), data)
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
	want, _ := hex.DecodeString(hash) // hashForm holds
	if f.seal != nil {
		n := f.seal.NonceSize()
		if len(data) < n {
			return nil, ErrDamaged
		}
		if data, err = f.seal.Open(nil, data[:n], data[n:], want); err != nil {
			return nil, ErrDamaged
		}
	}
	if sum := sha256.Sum256(data); !bytes.Equal(sum[:], want) {
		return nil, ErrDamaged
	}
	return data, nil
}
