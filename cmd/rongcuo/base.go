package main

import (
	"context"
	"fmt"
	"io"
	"iter"

	"rongcuo/knowledge"
	"rongcuo/knowledge/documents"
)

// openBase gives the knowledge base that the command line names: a folder read
// into memory, the records below a data folder, or the built-in sample.
func openBase(ctx context.Context, docs, data string, errOut io.Writer) (*knowledge.Base, func(), error) {
	nothing := func() {}
	settings, err := readSettings()
	if err != nil {
		return nil, nil, err
	}
	if docs != "" {
		base, err := openOnce(ctx, settings, docs, errOut)
		return base, nothing, err
	}
	if data != "" {
		return openStored(ctx, settings, data)
	}
	base, err := newBase(ctx, settings, nil)
	if err != nil {
		return nil, nil, err
	}
	_, err = base.Load(ctx, documents.WalkFS(ctx, knowledge.Sample()), nil)
	return base, nothing, err
}

// embedAtOnce is how many passages are embedded for a single question: about
// five seconds on one core. A larger folder is searched by words; reindex keeps
// its vectors.
const embedAtOnce = 300

// openOnce reads a folder for one question.
func openOnce(ctx context.Context, s settings, path string, errOut io.Writer) (*knowledge.Base, error) {
	words := s
	words.Embedding = embeddingOff
	base, _, err := openFolder(ctx, words, path, errOut)
	if err != nil || s.Embedding == embeddingOff {
		return base, err
	}
	if _, passages := base.Size(); passages > embedAtOnce {
		fmt.Fprintf(errOut, textManyPassages+"\n", passages)
		return base, nil
	}
	base, _, err = openFolder(ctx, s, path, io.Discard)
	return base, err
}

// openFolder reads a folder, or one file, into memory. What it refuses is said
// on errOut.
func openFolder(ctx context.Context, settings settings, path string, errOut io.Writer) (*knowledge.Base, knowledge.Report, error) {
	base, err := newBase(ctx, settings, nil)
	if err != nil {
		return nil, knowledge.Report{}, err
	}
	entries, err := walk(ctx, path)
	if err != nil {
		return nil, knowledge.Report{}, err
	}
	progress := newProgress(errOut)
	report, err := base.Load(ctx, entries, progress.show)
	progress.done()
	if err != nil {
		return nil, report, err
	}
	printRefused(errOut, report)
	if base.Empty() {
		return nil, report, failure("“%s”里没有可用的文件。", path)
	}
	return base, report, nil
}

func walk(ctx context.Context, path string) (iter.Seq[documents.Entry], error) {
	entries, err := documents.WalkDir(ctx, path)
	if err != nil {
		return nil, failure("打不开“%s”，请检查路径和权限。", path)
	}
	return entries, nil
}
