package documents

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"strings"
)

// Entry is one file of a folder, not yet parsed. Its hash is known, so that an
// unchanged file need not be parsed again.
type Entry struct {
	Name string // slash-separated, below the folder
	Hash string // SHA-256 of the bytes, hex
	Size int64
	Err  error // *Refused, or a failure of the disk; the other fields may be empty
	data []byte
}

// Read parses the file's text; for a bulk corpus use Corpus.
func (e Entry) Read(ctx context.Context) (File, error) {
	return Read(ctx, e.Name, bytes.NewReader(e.data), e.Size)
}

// IsCorpus says whether the file is a bulk corpus, a document a line.
func (e Entry) IsCorpus() bool { return isCorpusName(e.Name) }

// Corpus yields the documents of a bulk corpus line by line. A line that is
// wrong yields an error and the others go on.
func (e Entry) Corpus(ctx context.Context) iter.Seq2[Document, error] {
	return corpusLines(ctx, e.Name, bytes.NewReader(e.data))
}

// WalkDir yields the files below a folder in lexical order. The folder is
// opened as an os.Root: a link that leads out of it is refused, whatever its
// name looks like. A single file is a folder of one.
func WalkDir(ctx context.Context, path string) (iter.Seq[Entry], error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return func(yield func(Entry) bool) {
			f, err := os.Open(path)
			if err != nil {
				yield(Entry{Name: info.Name(), Err: err})
				return
			}
			defer f.Close()
			yield(readEntry(info.Name(), f))
		}, nil
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	return func(yield func(Entry) bool) {
		defer root.Close()
		WalkFS(ctx, root.FS())(yield)
	}, nil
}

// WalkFS yields the files of a file system in lexical order. Names that begin
// with a dot or with "~$" (lock files of office programs) are passed over.
func WalkFS(ctx context.Context, fsys fs.FS) iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		_ = fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
			if ctx.Err() != nil {
				return fs.SkipAll
			}
			if base := entryName(name, entry); name != "." && (strings.HasPrefix(base, ".") || strings.HasPrefix(base, "~$")) {
				if entry != nil && entry.IsDir() {
					return fs.SkipDir
				}
				return nil
			}
			if err != nil {
				return stopUnless(yield(Entry{Name: name, Err: err}))
			}
			if entry.IsDir() {
				return nil
			}
			return stopUnless(yield(openEntry(fsys, name)))
		})
	}
}

func entryName(name string, entry fs.DirEntry) string {
	if entry != nil {
		return entry.Name()
	}
	return name[strings.LastIndexByte(name, '/')+1:]
}

func stopUnless(more bool) error {
	if !more {
		return fs.SkipAll
	}
	return nil
}

func openEntry(fsys fs.FS, name string) Entry {
	info, err := fs.Stat(fsys, name) // follows links, within the root only
	if err != nil {
		return Entry{Name: name, Err: refuse(refuseLink)}
	}
	if info.IsDir() {
		return Entry{Name: name, Err: refuse(refuseLink)}
	}
	if !info.Mode().IsRegular() {
		return Entry{Name: name, Err: refuse(refuseSpecial)}
	}
	f, err := fsys.Open(name)
	if err != nil {
		return Entry{Name: name, Err: err}
	}
	defer f.Close()
	return readEntry(name, f)
}

// readEntry reads the bytes of a file, no more than are allowed however small
// the file says it is.
func readEntry(name string, r io.Reader) Entry {
	limit := int64(MaxFile)
	if isCorpusName(name) {
		limit = MaxCorpus
	}
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return Entry{Name: name, Err: err}
	}
	if int64(len(data)) > limit {
		return Entry{Name: name, Size: int64(len(data)), Err: refuse(refuseTooLarge, limit>>20)}
	}
	sum := sha256.Sum256(data)
	return Entry{Name: name, Hash: hex.EncodeToString(sum[:]), Size: int64(len(data)), data: data}
}

// IsRefused gives the reason why a file was refused, for people.
func IsRefused(err error) (string, bool) {
	if r, ok := errors.AsType[*Refused](err); ok {
		return r.Reason, true
	}
	return "", false
}
