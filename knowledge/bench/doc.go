// Package bench measures our search beside its peers, on the same questions in
// one run: bleve with its CJK analyser and BM25 (the best setting that was
// found), and chromem-go alone on hashed character pairs. It is a module of its
// own, so that the peers stay out of the program's go.mod:
//
//	cd knowledge/bench && go test -bench . -benchtime 1x -timeout 30m
//
// The sample county is always measured. RONGCUO_BENCH_DOCS (a folder or a
// .jsonl corpus) and RONGCUO_BENCH_QUESTIONS (a question file) measure a larger
// set.
package bench
