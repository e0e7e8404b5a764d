package main

import (
	"context"
	"io"
	"iter"

	"rongcuo/knowledge"
	"rongcuo/knowledge/documents"
)

// openBase gives the knowledge base that the command line names: a folder read
// into memory, the records below a data folder, or the built-in sample.
func openBase(ctx context.Context, docs, data string, errOut io.Writer) (*knowledge.Base, func(), error) {
	nothing := func() {}
	if docs != "" {
		base, _, err := openFolder(ctx, docs, errOut)
		return base, nothing, err
	}
	settings, err := readSettings()
	if err != nil {
		return nil, nil, err
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

// openFolder reads a folder, or one file, into memory. What it refuses is said
// on errOut.
func openFolder(ctx context.Context, path string, errOut io.Writer) (*knowledge.Base, knowledge.Report, error) {
	settings, err := readSettings()
	if err != nil {
		return nil, knowledge.Report{}, err
	}
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
