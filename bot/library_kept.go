package bot

import (
	"context"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"rongcuo/knowledge/documents"
)

// keptDir holds the bytes of every file that the index in use and the one before
// were read of, under their hashes. With them the library follows the index when
// that goes back, and a file that is gone from the library is told from one that
// never lay there: such were brought in on the command line, and stay.
const keptDir = ".kept"

// begin keeps what lies in the library, where nothing is kept yet.
func (k *keeper) begin(ctx context.Context) error {
	if _, err := os.Stat(filepath.Join(k.dir, keptDir)); err == nil {
		return nil
	}
	entries, err := documents.WalkDir(ctx, k.dir)
	if err != nil {
		return nil // there is no library yet
	}
	if err := os.MkdirAll(filepath.Join(k.dir, keptDir), 0o700); err != nil {
		return err
	}
	for range k.keeping(entries) {
	}
	return ctx.Err()
}

// keeping keeps each file that is read.
func (k *keeper) keeping(entries iter.Seq[documents.Entry]) iter.Seq[documents.Entry] {
	return func(yield func(documents.Entry) bool) {
		for e := range entries {
			if e.Err == nil && !k.keeps(e.Hash) {
				if err := k.keep(e.Name); err != nil {
					k.log.Warn("a file of the library is not kept for going back", "reason", err)
				}
			}
			if !yield(e) {
				return
			}
		}
	}
}

func (k *keeper) keeps(hash string) bool {
	_, err := os.Stat(filepath.Join(k.dir, keptDir, hash))
	return err == nil
}

// keep keeps the bytes that a file of the library has now; of one that is not
// there, nothing.
func (k *keeper) keep(name string) error {
	data, err := os.ReadFile(filepath.Join(k.dir, filepath.FromSlash(name)))
	if err != nil {
		return nil
	}
	return k.put(keptDir+"/"+hashOf(data), data)
}

// missing names the files of the index in use that were in the library and are
// there no longer.
func (k *keeper) missing(ctx context.Context) ([]string, error) {
	current, _, err := k.base.Files(ctx)
	var out []string
	for name, hash := range current {
		if !k.has(name) && k.keeps(hash) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out, err
}

// follow makes the library what it was, where two editions of the index differ.
// It may be done again at any moment. A file whose bytes are not kept, or that
// was changed by hand and not brought in yet, stays as it is.
func (k *keeper) follow(from, to map[string]string) error {
	for name, hash := range to {
		if from[name] == hash || k.hashOf(name) == hash || !k.keeps(hash) {
			continue
		}
		data, err := os.ReadFile(filepath.Join(k.dir, keptDir, hash))
		if err != nil {
			return err
		}
		if err := k.put(name, data); err != nil {
			return err
		}
	}
	for name, hash := range from {
		if to[name] == "" && k.hashOf(name) == hash {
			if err := k.put(name, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

// hashOf is the hash of a file of the library, "" of one that is not there.
func (k *keeper) hashOf(name string) string {
	data, err := os.ReadFile(filepath.Join(k.dir, filepath.FromSlash(name)))
	if err != nil {
		return ""
	}
	return hashOf(data)
}

// clear drops what neither edition needs any more. What can't be dropped now is
// the next time.
func (k *keeper) clear(ctx context.Context) {
	current, previous, err := k.base.Files(ctx)
	if err != nil {
		return
	}
	needed := map[string]bool{}
	for _, files := range []map[string]string{current, previous} {
		for _, hash := range files {
			needed[hash] = true
		}
	}
	list, _ := os.ReadDir(filepath.Join(k.dir, keptDir))
	for _, e := range list {
		if !needed[e.Name()] {
			_ = os.Remove(filepath.Join(k.dir, keptDir, e.Name()))
		}
	}
}

// files counts the files of the library, for the progress of reading them.
func (k *keeper) files() (n int) {
	_ = fs.WalkDir(os.DirFS(k.dir), ".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return fs.SkipDir
		case strings.HasPrefix(e.Name(), ".") && name != ".":
			if e.IsDir() {
				return fs.SkipDir
			}
		case !e.IsDir():
			n++
		}
		return nil
	})
	return n
}
