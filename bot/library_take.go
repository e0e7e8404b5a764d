package bot

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"rongcuo/knowledge"
	"rongcuo/knowledge/documents"
)

// take writes a held file into the library and keeps the version in force that
// it replaces, marked with the day from which it no longer is. It gives what
// must be brought into the index and what must go out. Done again, it changes
// nothing more.
func (k *keeper) take(ctx context.Context, p pending) (names, remove []string, err error) {
	if p.Entry != nil {
		_, err := k.addEntry(*p.Entry, today())
		return []string{entriesFile}, nil, err
	}
	doc, err := k.read(ctx, p)
	if err != nil {
		return nil, nil, err
	}
	name, data, _, err := k.final(ctx, p)
	if err != nil {
		return nil, nil, err
	}
	var gone []string
	old := k.base.Review(doc, "").Replaces
	if old != nil && !p.Edit && knowledge.Older(doc, *old) { // it goes behind the one in force, which stays where it is
		if name == old.Path {
			ext := path.Ext(name)
			name = fmt.Sprintf("%s（自%s）%s", strings.TrimSuffix(name, ext), doc.Effective, ext)
		}
		old = nil
	}
	names = []string{name}
	if old != nil && !p.Edit && doc.Kind == documents.Rule {
		kept, err := k.retire(ctx, *old, doc.Effective)
		if err != nil {
			return nil, nil, err
		}
		if kept != "" {
			names, remove, gone = append(names, kept), append(remove, old.Path), append(gone, old.Path)
		}
	}
	if name != p.Name && p.Edit { // what was published stays as the original
		remove = append(remove, p.Name)
		if original, err := os.ReadFile(filepath.Join(k.dir, filepath.FromSlash(p.Name))); err == nil {
			if err := k.put(path.Join(originalsDir, p.Name), original); err != nil {
				return nil, nil, err
			}
			gone = append(gone, p.Name)
		}
	}
	if err := k.put(name, data); err != nil {
		return nil, nil, err
	}
	for _, g := range gone {
		if g == name {
			continue
		}
		if err := k.put(g, nil); err != nil {
			return nil, nil, err
		}
	}
	return names, remove, nil
}

// today is the date by which the library is kept.
func today() documents.Date { return documents.Date(time.Now().In(china).Format(time.DateOnly)) }

// retire keeps a version under a name of its own, which it gives, with the day on
// which it ends; "" of one that is not in the library.
func (k *keeper) retire(ctx context.Context, old documents.Document, until documents.Date) (string, error) {
	if until == "" {
		until = today()
	}
	ext := path.Ext(old.Path)
	original := fmt.Sprintf("%s（至%s）%s", strings.TrimSuffix(old.Path, ext), until, ext)
	kept := textName(original)
	if k.has(kept) && k.hashOf(old.Path) != old.Hash {
		return kept, nil // an earlier try did it
	}
	data, err := os.ReadFile(filepath.Join(k.dir, filepath.FromSlash(old.Path)))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	} else if err != nil {
		return "", err
	}
	text, _, err := plain(ctx, old.Path, data)
	if err != nil {
		return "", err
	}
	text, err = documents.Annotate(text, map[string]string{documents.KeyRepealed: string(until), documents.KeyStatus: ""})
	if err != nil {
		return "", err
	}
	if kept != original {
		if err := k.put(path.Join(originalsDir, original), data); err != nil {
			return "", err
		}
	}
	return kept, k.put(kept, []byte(text))
}
