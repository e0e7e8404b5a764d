package main

import (
	"bytes"
	"io"
	"iter"
	"os"
	"slices"
	"testing"
	"time"

	"rongcuo/knowledge"
	"rongcuo/knowledge/documents"
)

// BenchmarkQuestion is the way from a question to its ranked passages in the
// sample county, by words and meaning, on one core:
//
//	go test -run - -bench Question -cpu 1 ./cmd/rongcuo
func BenchmarkQuestion(b *testing.B) {
	s, err := readSettings()
	if err != nil {
		b.Fatal(err)
	}
	base, err := newBase(b.Context(), s, nil)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := base.Load(b.Context(), documents.WalkFS(b.Context(), knowledge.Sample()), nil); err != nil {
		b.Fatal(err)
	}
	questions, err := readQuestions("../../knowledge/bench/testdata/questions.jsonl")
	if err != nil {
		b.Fatal(err)
	}
	var took []float64
	for i := 0; b.Loop(); i++ {
		q := questions[i%len(questions)]
		start := time.Now()
		if _, err := base.Search(b.Context(), knowledge.Query{Text: q.Question, History: q.History}); err != nil {
			b.Fatal(err)
		}
		took = append(took, float64(time.Since(start).Microseconds())/1e3)
	}
	slices.Sort(took)
	b.ReportMetric(percentile(took, .5), "p50-ms")
	b.ReportMetric(percentile(took, .95), "p95-ms")
}

// BenchmarkIndex is a folder read, indexed and embedded: that of RONGCUO_BENCH_DOCS,
// or the articles of the training:
//
//	RONGCUO_BENCH_DOCS=FOLDER go test -run - -bench Index -benchtime 1x -cpu 2 ./cmd/rongcuo
func BenchmarkIndex(b *testing.B) {
	path := os.Getenv("RONGCUO_BENCH_DOCS")
	if path == "" {
		path = "../../knowledge/embedding/training/articles.jsonl"
	}
	s, err := readSettings()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		base, err := newBase(b.Context(), s, nil)
		var entries iter.Seq[documents.Entry]
		if err == nil {
			entries, err = documents.WalkDir(b.Context(), path)
		}
		if err == nil {
			_, err = base.Load(b.Context(), entries, nil)
		}
		if err == nil {
			err = base.Embed(b.Context(), nil)
		}
		if err != nil {
			b.Fatal(err)
		}
		_, passages := base.Size()
		b.ReportMetric(float64(passages), "passages")
	}
}

// BenchmarkFirstAnswer is what a person waits for: the sample read, indexed and
// asked, in a process that runs already.
func BenchmarkFirstAnswer(b *testing.B) {
	for b.Loop() {
		var e bytes.Buffer
		if run(b.Context(), []string{"ask", "哪些情形不予容错？"}, io.Discard, &e) != exitOK {
			b.Fatal(e.String())
		}
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/answer")
}
