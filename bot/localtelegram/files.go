package localtelegram

import (
	"crypto/rand"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // sizes of photos
	_ "image/png"
	"io"
	"mime"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// Size limits in bytes. The bot's are Telegram's cloud limits (core.telegram.org/bots/api#sending-files
// and #getfile); people may send more than the bot can fetch, as on Telegram, up to what a demo needs.
const (
	maxBotUpload   = 50 << 20
	maxBotPhoto    = 10 << 20
	maxBotDownload = 20 << 20
	maxUserUpload  = 64 << 20
	maxStored      = 1 << 30 // all files together; the oldest go first
)

// storedFile is a file that somebody sent. Its bytes are in the store's folder under its unique id.
type storedFile struct {
	id, unique    string
	name, mime    string
	size          int64
	path          string // the Bot API's file_path: "documents/file_3.docx"
	width, height int    // pictures only
}

// fileStore keeps files in a temporary folder of its own. Safe for concurrent use.
type fileStore struct {
	root *os.Root
	dir  string
	most int64 // bytes of all files

	mu    sync.Mutex
	byID  map[string]*storedFile
	order []*storedFile
	total int64
	count int
}

func newFileStore() (*fileStore, error) {
	dir, err := os.MkdirTemp("", "localtelegram-")
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return &fileStore{root: root, dir: dir, most: maxStored, byID: map[string]*storedFile{}}, nil
}

func (fs *fileStore) close() error {
	return errors.Join(fs.root.Close(), os.RemoveAll(fs.dir))
}

// errTooLarge is returned by put when the reader has more than limit bytes.
var errTooLarge = errors.New("file too large")

// put stores what the reader gives, at most limit bytes. Nothing is left behind on an error.
func (fs *fileStore) put(r io.Reader, name, contentType string, limit int64) (*storedFile, error) {
	f := &storedFile{id: "BQAC" + rand.Text(), unique: "AgAD" + rand.Text(), name: cleanName(name)}
	out, err := fs.root.Create(f.unique)
	if err != nil {
		return nil, fmt.Errorf("store file: %w", err)
	}
	f.size, err = io.Copy(out, io.LimitReader(r, limit+1))
	if err == nil && f.size > limit {
		err = errTooLarge
	}
	if err == nil {
		_, err = out.Seek(0, io.SeekStart)
	}
	if err == nil {
		if shape, _, notImage := image.DecodeConfig(out); notImage == nil {
			f.width, f.height = shape.Width, shape.Height
		}
	}
	if err = errors.Join(err, out.Close()); err != nil {
		return nil, errors.Join(err, fs.root.Remove(f.unique))
	}
	f.mime = contentType
	if f.mime == "" || f.mime == "application/octet-stream" {
		if f.mime = mime.TypeByExtension(strings.ToLower(filepath.Ext(f.name))); f.mime == "" {
			f.mime = "application/octet-stream"
		}
	}
	fs.register(f)
	return f, nil
}

func (fs *fileStore) register(f *storedFile) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	fs.count++
	f.path = fmt.Sprintf("documents/file_%d%s", fs.count, safeExt(f.name))
	fs.byID[f.id] = f
	fs.order = append(fs.order, f)
	fs.total += f.size
	for fs.total > fs.most && len(fs.order) > 1 {
		old := fs.order[0]
		fs.order = fs.order[1:]
		fs.total -= old.size
		delete(fs.byID, old.id)
		_ = fs.root.Remove(old.unique) // gone or not, nothing points to it any more
	}
}

// forget removes a file that no message came to point to.
func (fs *fileStore) forget(f *storedFile) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if fs.byID[f.id] == nil {
		return
	}
	delete(fs.byID, f.id)
	fs.order = slices.DeleteFunc(fs.order, func(o *storedFile) bool { return o == f })
	fs.total -= f.size
	_ = fs.root.Remove(f.unique)
}

// find gives a file by its file id, or by its file path; nil when there is none.
func (fs *fileStore) find(id, path string) *storedFile {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if f := fs.byID[id]; f != nil {
		return f
	}
	for _, f := range fs.order {
		if path != "" && f.path == path {
			return f
		}
	}
	return nil
}

// findUnique gives a file by its unique id, which people's links carry; nil when there is none.
func (fs *fileStore) findUnique(unique string) *storedFile {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	for _, f := range fs.order {
		if f.unique == unique {
			return f
		}
	}
	return nil
}

func (fs *fileStore) open(f *storedFile) (*os.File, error) { return fs.root.Open(f.unique) }

const maxName = 200 // bytes of a file name

// cleanName keeps the last part of a file name, without control characters, cut to maxName.
func cleanName(name string) string {
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar || isBidiOverride(r) {
			return -1
		}
		return r
	}, name)
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	if ext := safeExt(name); len(name) > maxName {
		stem := name[:maxName-len(ext)]
		for !utf8.ValidString(stem) {
			stem = stem[:len(stem)-1]
		}
		name = stem + ext
	}
	if name == "" || name == "." || name == ".." {
		return "file"
	}
	return name
}

// safeExt is the extension when it is short and plain ASCII, "" otherwise.
func safeExt(name string) string {
	ext := filepath.Ext(name)
	if len(ext) < 2 || len(ext) > 10 {
		return ""
	}
	for i := 1; i < len(ext); i++ {
		if !isLetter(ext[i]) && !isDigit(ext[i]) {
			return ""
		}
	}
	return strings.ToLower(ext)
}
