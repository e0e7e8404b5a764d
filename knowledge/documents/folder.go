package documents

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"iter"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Entry is one file of a folder, not yet parsed. Its hash is known, so that an
// unchanged file need not be parsed again.
type Entry struct {
	Name string // slash-separated, below the folder
	Hash string // SHA-256 of the bytes, hex
	Size int64
	Err  error // *Refused, also for a file that can't be opened; or the end of ctx, and then the last entry
	data []byte
}

// Read parses the file's text; for a bulk corpus use Corpus.
func (e Entry) Read(ctx context.Context) (File, error) {
	if e.Err != nil {
		return File{}, e.Err
	}
	return readFile(ctx, e.Name, e.data, e.Hash)
}

// IsCorpus says whether the file is a bulk corpus, a document a line.
func (e Entry) IsCorpus() bool { return isCorpusName(e.Name) }

// Corpus yields the documents of a bulk corpus line by line. A line that is
// wrong yields a *Refused and the others go on.
func (e Entry) Corpus(ctx context.Context) iter.Seq2[Document, error] {
	return corpusLines(ctx, e.Name, bytes.NewReader(e.data))
}

// WalkDir yields the files below a folder in lexical order; a single file is a
// folder of one. The folder is opened as an os.Root: a link that leads out of
// it is refused, whatever its name looks like. The error says that there is no
// such folder; what is wrong with a file is in its entry.
func WalkDir(ctx context.Context, name string) (iter.Seq[Entry], error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	folder, only := name, ""
	if !info.IsDir() {
		folder, only = splitPath(name)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, err
	}
	if err := root.Close(); err != nil { // it was a trial: each walk opens its own
		return nil, err
	}
	return func(yield func(Entry) bool) {
		root, err := os.OpenRoot(folder)
		if err != nil {
			yield(Entry{Name: only, Err: refuseFile(err)})
			return
		}
		defer root.Close()
		if only != "" {
			yield(openEntry(root.FS(), only))
			return
		}
		WalkFS(ctx, root.FS())(yield)
	}, nil
}

// WalkFiles yields the named files below a folder under their slash-separated
// paths; "." stands for all of them. The error is WalkDir's.
func WalkFiles(ctx context.Context, dir string, names ...string) (iter.Seq[Entry], error) {
	all, err := WalkDir(ctx, dir)
	if err != nil || slices.Contains(names, ".") {
		return all, err
	}
	return func(yield func(Entry) bool) {
		root, err := os.OpenRoot(dir)
		if err != nil {
			yield(Entry{Name: ".", Err: refuseFile(err)})
			return
		}
		defer root.Close()
		for _, name := range names {
			if !yield(openEntry(root.FS(), name)) {
				return
			}
		}
	}, nil
}

// splitPath gives the folder of a file that was named directly, links resolved:
// who names a link means what it points to.
func splitPath(name string) (folder, file string) {
	if real, err := filepath.EvalSymlinks(name); err == nil {
		name = real
	}
	return filepath.Dir(name), filepath.Base(name)
}

// WalkFS yields the files of a file system in lexical order. Names that begin
// with a dot or with "~$" (lock files of office programs) are passed over.
func WalkFS(ctx context.Context, fsys fs.FS) iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		_ = fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
			if ctx.Err() != nil {
				yield(Entry{Name: name, Err: ctx.Err()})
				return fs.SkipAll
			}
			isDir := entry != nil && entry.IsDir()
			more := true
			switch base := path.Base(name); {
			case name != "." && (strings.HasPrefix(base, ".") || strings.HasPrefix(base, "~$")):
				if isDir {
					return fs.SkipDir
				}
			case err != nil:
				more = yield(Entry{Name: name, Err: refuseFile(err)})
			case !isDir:
				more = yield(openEntry(fsys, name))
			}
			if !more {
				return fs.SkipAll
			}
			return nil
		})
	}
}

func refuseFile(err error) *Refused { return &Refused{Reason: refuseNotReadable, cause: err} }

// openEntry reads the bytes of a file and its hash. One that can't be opened is
// refused like one that can't be understood: it never stops the others.
func openEntry(fsys fs.FS, name string) Entry {
	info, err := fs.Stat(fsys, name) // follows links, within the root only
	switch {
	case errors.Is(err, fs.ErrPermission):
		return Entry{Name: name, Err: refuseFile(err)}
	case err != nil || info.IsDir():
		return Entry{Name: name, Err: &Refused{Reason: refuseLink, cause: err}}
	case !info.Mode().IsRegular():
		return Entry{Name: name, Err: refuse(refuseSpecial)}
	}
	limit := int64(MaxFile)
	if isCorpusName(name) {
		limit = MaxCorpus
	}
	f, err := fsys.Open(name)
	if err != nil {
		return Entry{Name: name, Err: refuseFile(err)}
	}
	defer f.Close()
	data, err := readBytes(f, info.Size(), limit)
	if err != nil {
		if _, refused := IsRefused(err); !refused {
			err = refuseFile(err)
		}
		return Entry{Name: name, Size: info.Size(), Err: err}
	}
	return Entry{Name: name, Hash: hashOf(data), Size: int64(len(data)), data: data}
}
