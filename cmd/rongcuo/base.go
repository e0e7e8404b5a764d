package main

import (
	"context"
	"fmt"
	"io"
	"iter"
	"time"

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
		base, _, err := openFolder(ctx, settings, docs, errOut)
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

// embedAtOnce is how many characters are embedded for a single question: four to
// five seconds on one core. On 2,208 passages of statutes that is a twentieth,
// chosen by words, and brings two thirds of what all of them would (BENCHMARKS.md).
const embedAtOnce = 20_000

// embedTime bounds it on a machine that is busy, and with a server that does not
// answer.
const embedTime = 10 * time.Second

// embedSome makes a question ready that is asked on the command line, where
// passages have no vectors: the nearest by words get one. What was done is said,
// and with a model that fails words alone answer.
func embedSome(ctx context.Context, base *knowledge.Base, q knowledge.Query, kept bool, errOut io.Writer) error {
	missing := base.Unembedded()
	if missing == 0 {
		return nil
	}
	progress := newProgress(errOut)
	made, err := base.EmbedFor(ctx, q, embedAtOnce, embedTime, progress.show)
	progress.done()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	switch {
	case err != nil: // the answer says that it went by words alone
		fmt.Fprintln(errOut, textNoVectors)
	case made > 0 && made < missing && kept:
		fmt.Fprintf(errOut, textSomeVectors+textRunReindex+"\n", missing, made)
	case made > 0 && made < missing:
		fmt.Fprintf(errOut, textSomeVectors+textKeepVectors+"\n", missing, made)
	}
	return nil
}

// openFolder reads a folder, or one file, into memory, to be searched by words
// until it is embedded. What it refuses is said on errOut.
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
