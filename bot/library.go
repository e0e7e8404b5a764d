package bot

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"rongcuo/knowledge"
	"rongcuo/knowledge/documents"
)

// Folders of the library that begin with a dot are not brought into the index.
const (
	inboxDir     = ".inbox"     // files that wait for a decision, under their hashes
	originalsDir = ".originals" // published files whose text was corrected since
	withdrawnDir = ".withdrawn" // files that were taken out and may come back
)

// keeper is the administrator's side: files come in, are previewed, and become
// part of the knowledge base when they are published. The library is the folder
// where the published files lie as they came; what is searched are the records,
// into which other files may have been brought on the command line.
type keeper struct {
	base *knowledge.Base
	dir  string
	log  *slog.Logger
	mu   sync.Mutex // one build at a time

	entries sync.Mutex // one writer of the file of entries at a time
}

// pending is a file that waits for a decision. Its bytes lie in the library's
// inbox under their hash: the name is a path below the library only when it is
// one already (Edit), otherwise a bare file name.
type pending struct {
	Name string            `json:"name"`
	Hash string            `json:"hash"`
	Meta map[string]string `json:"meta,omitempty"` // what the administrator corrected, by keys of the front matter
	Edit bool              `json:"edit,omitempty"` // of a published file: its text stays

	Title string `json:"title,omitempty"` // as it was shown last
	What  string `json:"what,omitempty"`  // document that it is: of two that wait, the later one counts

	Entry *qaEntry `json:"entry,omitempty"` // instead of bytes: goes into the file of entries when it is published
}

// id names the pending file on its buttons.
func (p pending) id() string { return p.Hash[:min(len(p.Hash), 16)] }

// safeName keeps of a file's name what a folder can take: the last part of the
// path, without characters that hide or lead elsewhere.
func safeName(name string) string {
	name = path.Base(strings.ReplaceAll(knowledge.Normalize(name), "\\", "/"))
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) {
			return '_'
		}
		return r
	}, name)
	name = strings.TrimLeft(name, ". ")
	if name == "" {
		name = "文件.txt"
	}
	if ext := path.Ext(name); len([]rune(name)) > 80 {
		name = string([]rune(name)[:80-len([]rune(ext))]) + ext
	}
	return name
}

// heldTime is how long a file waits for a decision: longer than a proposal does.
const heldTime = proposalTime + 24*time.Hour

// hold writes the bytes of a file under their hash. Those of files that were
// published lie there until they are old: the turn may be repeated.
func (k *keeper) hold(data []byte) (string, error) {
	hash := hashOf(data)
	dir := filepath.Join(k.dir, inboxDir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	list, _ := os.ReadDir(dir)
	for _, e := range list {
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > heldTime {
			_ = os.Remove(filepath.Join(dir, e.Name()))
		}
	}
	return hash, os.WriteFile(filepath.Join(dir, hash), data, 0o600)
}

func hashOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// has says whether a file of that name lies in the library.
func (k *keeper) has(name string) bool {
	info, err := os.Stat(filepath.Join(k.dir, filepath.FromSlash(name)))
	return err == nil && info.Mode().IsRegular()
}

// final gives the name and the bytes that a held file would be published with.
// Corrected information is written into the text, so a file of another form is
// kept as text beside which the original lies in the originals.
func (k *keeper) final(ctx context.Context, p pending) (name string, data []byte, warnings []string, err error) {
	data, err = os.ReadFile(filepath.Join(k.dir, inboxDir, p.Hash))
	if err != nil || len(p.Meta) == 0 {
		return p.Name, data, nil, err
	}
	text, warnings, err := plain(ctx, p.Name, data)
	if err != nil {
		return "", nil, nil, err
	}
	text, err = documents.Annotate(text, p.Meta)
	return textName(p.Name), []byte(text), warnings, err
}

// textName is the name of a file's text: its own when it is one.
func textName(name string) string {
	switch strings.ToLower(path.Ext(name)) {
	case ".md", ".txt":
		return name
	}
	return name + ".txt"
}

// read reads a held file as it would be published.
func (k *keeper) read(ctx context.Context, p pending) (documents.Document, error) {
	doc, _, err := k.readText(ctx, p)
	return doc, err
}

// review reads a held file and looks through it, also at what stands outside of
// its articles.
func (k *keeper) review(ctx context.Context, p pending) (documents.Document, knowledge.Review, error) {
	doc, text, err := k.readText(ctx, p)
	if err != nil {
		return doc, knowledge.Review{}, err
	}
	return doc, k.base.Review(doc, text), nil
}

func (k *keeper) readText(ctx context.Context, p pending) (documents.Document, string, error) {
	name, data, warnings, err := k.final(ctx, p)
	if err != nil {
		return documents.Document{}, "", err
	}
	text, more, err := plain(ctx, name, data)
	if err != nil {
		return documents.Document{}, "", err
	}
	doc := documents.Split(name, text)
	doc.Hash = hashOf(data)
	doc.Warnings = append(append(warnings, more...), doc.Warnings...)
	return doc, text, nil
}

// plain gives the text of a file.
func plain(ctx context.Context, name string, data []byte) (text string, warnings []string, err error) {
	file, err := documents.Read(ctx, name, bytes.NewReader(data), int64(len(data)))
	return file.Text, file.Warnings, err
}

func (k *keeper) drop(p pending) {
	_ = os.Remove(filepath.Join(k.dir, inboxDir, p.Hash))
}

// put writes a file of the library as a whole or not at all; nil takes it away.
// What was published there until then is kept, for going back.
func (k *keeper) put(name string, data []byte) error {
	at := filepath.Join(k.dir, filepath.FromSlash(name))
	if !strings.HasPrefix(name, ".") {
		if err := k.keep(name); err != nil {
			return err
		}
	}
	if data == nil {
		if err := os.Remove(at); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(at), 0o700); err != nil {
		return err
	}
	part := at + ".part"
	if err := os.WriteFile(part, data, 0o600); err != nil {
		return err
	}
	return os.Rename(part, at)
}

// change brings files of the library into the index, beside whatever else is
// there, and takes the documents named by remove out. "." is the whole library:
// what is gone from it then goes out of the index too. While another build is
// under way, here or elsewhere, it is refused with a *knowledge.BuildingError, so
// that nobody's turn waits for a long one.
func (k *keeper) change(ctx context.Context, names, remove []string, onProgress func(knowledge.Progress)) (knowledge.Report, error) {
	if !k.mu.TryLock() {
		return knowledge.Report{}, &knowledge.BuildingError{}
	}
	defer k.mu.Unlock()
	entries, err := documents.WalkFiles(ctx, k.dir, names...)
	if err != nil {
		return knowledge.Report{}, err
	}
	total := len(names)
	if slices.Contains(names, ".") {
		missing, err := k.missing(ctx)
		if err != nil {
			return knowledge.Report{}, err
		}
		remove, total = slices.Concat(remove, missing), k.files()
	}
	report, err := k.base.Change(ctx, k.keeping(entries), remove, func(p knowledge.Progress) {
		if p.Stage == knowledge.StageRead {
			p.Total = max(total, p.Done)
		}
		onProgress(p)
	})
	if err == nil {
		k.clear(ctx)
	}
	return report, err
}

// rollBack brings an edition of the index back and the library with it.
func (k *keeper) rollBack(ctx context.Context, e knowledge.Edition) error {
	if !k.mu.TryLock() {
		return &knowledge.BuildingError{}
	}
	defer k.mu.Unlock()
	return k.base.Rollback(ctx, e.ID, func(ctx context.Context) error {
		current, _, err := k.base.Files(ctx)
		if err != nil {
			return err
		}
		return k.follow(current, e.Files)
	})
}
