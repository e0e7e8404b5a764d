package knowledge

import (
	"context"
	"fmt"
	"iter"

	"rongcuo/knowledge/documents"
)

// readAll reads every file that the store does not have as it is. With a store
// the documents are put there and only their ids come back; without one the
// documents do. One bad file never stops the others.
func (b *Base) readAll(ctx context.Context, entries iter.Seq[documents.Entry], w *builder, report *Report, onProgress func(Progress)) ([]documents.Document, []int64, error) {
	var docs []documents.Document
	var members []int64
	var shelf map[fileKey]shelved
	if w != nil {
		var err error
		if shelf, err = w.shelf(ctx); err != nil {
			return nil, nil, err
		}
	}
	for e := range entries {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		onProgress(Progress{Stage: StageRead, Done: len(report.Files) + 1, File: e.Name})
		f := FileReport{Name: e.Name}
		var taken []documents.Document
		err := e.Err
		key := fileKey{e.Name, e.Hash}
		have := shelf[key]
		switch {
		case err != nil:
		case len(have.ids) > 0:
			f.Reused = true
			f.Passages = have.passages
			report.Reused++
		default:
			if taken, f.Warnings, err = parse(ctx, e); err == nil && w != nil {
				have.ids, err = w.add(ctx, key, taken)
			}
		}
		if reason, refused := documents.IsRefused(err); refused {
			f.Refused = reason
		} else if err != nil {
			if ctx.Err() != nil {
				return nil, nil, ctx.Err()
			}
			return nil, nil, fmt.Errorf("%s: %w", e.Name, err)
		}
		f.describe(taken)
		report.Files = append(report.Files, f)
		if err == nil {
			members = append(members, have.ids...)
		}
		if w == nil {
			docs = append(docs, taken...)
		}
	}
	return docs, members, nil
}

func (f *FileReport) describe(docs []documents.Document) {
	for _, d := range docs {
		f.Kind = string(d.Kind)
		f.Passages += len(d.Passages)
		if len(docs) == 1 {
			f.Title = d.Title
			f.Warnings = append(f.Warnings, d.Warnings...)
		}
	}
}

// maxLineWarnings bounds what is said about the bad lines of one corpus.
const maxLineWarnings = 20

// parse turns a file into documents: a corpus into one a line, anything else
// into one.
func parse(ctx context.Context, e documents.Entry) ([]documents.Document, []string, error) {
	if !e.IsCorpus() {
		f, err := e.Read(ctx)
		if err != nil {
			return nil, nil, err
		}
		d := documents.Split(e.Name, f.Text)
		d.Hash = f.Hash
		d.Warnings = append(f.Warnings, d.Warnings...)
		return []documents.Document{d}, nil, nil
	}
	var docs []documents.Document
	var warnings []string
	for d, err := range e.Corpus(ctx) {
		if err == nil {
			docs = append(docs, d)
			continue
		}
		reason, refused := documents.IsRefused(err)
		if !refused {
			return nil, nil, err
		}
		if len(warnings) < maxLineWarnings {
			warnings = append(warnings, reason)
		}
	}
	if len(docs) == 0 && len(warnings) > 0 {
		return nil, nil, &documents.Refused{Reason: warnings[0]}
	}
	return docs, warnings, nil
}
