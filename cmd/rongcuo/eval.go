package main

import (
	"bufio"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"rongcuo/conversations/typed"
	"rongcuo/knowledge"
	"rongcuo/knowledge/documents"
)

// evalDepth is how deep a ranking is looked at.
const evalDepth = 10

// evalQuestion is a line of a question file.
type evalQuestion struct {
	ID       string           `json:"id"`
	Question string           `json:"question"`
	Kind     string           `json:"kind"`
	Mode     string           `json:"gold_mode"` // all, any, none
	Gold     []evalGold       `json:"gold"`
	Alt      []evalGold       `json:"alt"`
	History  []knowledge.Turn `json:"history"`
}

type evalGold struct{ Doc, Article string }

// evalFigures are the figures over some questions. Those of ranking are means
// over the answerable ones.
type evalFigures struct {
	N             int     `json:"n"`
	Hit1          float64 `json:"hit@1"`
	Hit5          float64 `json:"hit@5"`
	Hit10         float64 `json:"hit@10"`
	Recall1       float64 `json:"recall@1"`
	Recall5       float64 `json:"recall@5"`
	Recall10      float64 `json:"recall@10"`
	MRR           float64 `json:"mrr@10"`
	NDCG          float64 `json:"ndcg@10"`
	AnsweredRate  float64 `json:"answered_rate"`
	RefusedRate   float64 `json:"refused_rate"`
	CitationValid float64 `json:"citation_valid_rate"`
	CitationHit   float64 `json:"citation_hit"`

	answerable, unanswerable, answered, citations int
}

// evalResult is what one run prints.
type evalResult struct {
	*evalFigures
	ByKind  map[string]*evalFigures `json:"by_kind"`
	MS      map[string]float64      `json:"ms"`
	IndexMS float64                 `json:"index_ms"`
	HeapMB  float64                 `json:"heap_mb"`
	Meaning string                  `json:"embedding"` // model, or "" when words alone were used
}

func runEval(ctx context.Context, args []string, out, errOut io.Writer) error {
	flags := newFlags("eval", errOut)
	docs := flags.String("docs", "", "文件夹，或一个 .jsonl / .jsonl.gz 文件")
	questions := flags.String("questions", "", "问题文件（.jsonl），一行一个")
	asJSON := flags.Bool("json", false, "输出一个 JSON 对象")
	misses := flags.Bool("misses", false, "列出没有命中的问题")
	at := flags.String("at", "", "以这一天的有效文件为准，例如 2026-01-31；默认今天")
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	if *docs == "" || *questions == "" {
		return wrongUse(evalUsage)
	}
	day, err := parseDay(*at)
	if err != nil {
		return err
	}
	if day == "" {
		day = documents.Date(time.Now().In(typed.China).Format(time.DateOnly))
	}
	list, err := readQuestions(*questions)
	if err != nil {
		return err
	}
	settings, err := readSettings()
	if err != nil {
		return err
	}
	base, report, err := openFolder(ctx, settings, *docs, errOut)
	if err != nil {
		return err
	}
	start, progress := time.Now(), newProgress(errOut)
	err = base.Embed(ctx, progress.show)
	progress.done()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		fmt.Fprintln(errOut, textNoVectors)
	}
	report.MS += float64(time.Since(start).Milliseconds())
	runtime.GC()
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	result, err := evaluate(ctx, base, list, day, func(q evalQuestion, a knowledge.Answer) {
		if *misses {
			printMiss(out, q, a)
		}
	})
	if err != nil {
		return err
	}
	result.IndexMS, result.HeapMB, result.Meaning = report.MS, math.Round(float64(mem.HeapAlloc)/1e5)/10, base.MeaningFrom()
	if *asJSON {
		return json.NewEncoder(out).Encode(result)
	}
	result.print(out)
	return nil
}

func readQuestions(path string) ([]evalQuestion, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, failure("打不开问题文件：%v", err)
	}
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			return nil, failure("问题文件不是有效的 gzip：%v", err)
		}
	}
	var list []evalQuestion
	for d := json.NewDecoder(bufio.NewReader(r)); ; {
		var q evalQuestion
		if err := d.Decode(&q); errors.Is(err, io.EOF) {
			return list, nil
		} else if err != nil {
			return nil, failure("问题文件第 %d 个问题有误：%v", len(list)+1, err)
		}
		list = append(list, q)
	}
}

// evaluate asks every question once as a search, which is ranked and timed, and
// once as a question, whose answer is judged.
func evaluate(ctx context.Context, base *knowledge.Base, list []evalQuestion, at documents.Date, onAnswer func(evalQuestion, knowledge.Answer)) (*evalResult, error) {
	result := &evalResult{evalFigures: new(evalFigures), ByKind: map[string]*evalFigures{}}
	var times []float64
	for _, q := range list {
		start := time.Now()
		hits, err := base.Search(ctx, knowledge.Query{Text: q.Question, History: q.History, At: at, Limit: evalDepth})
		if err != nil {
			return nil, err
		}
		times = append(times, float64(time.Since(start).Microseconds())/1000)
		answer, err := base.Ask(ctx, knowledge.Question{Text: q.Question, History: q.History, At: at}, nil)
		if err != nil {
			return nil, err
		}
		answer.Passages = hits
		onAnswer(q, answer)
		kind := result.ByKind[q.Kind]
		if kind == nil {
			kind = new(evalFigures)
			result.ByKind[q.Kind] = kind
		}
		for _, f := range []*evalFigures{result.evalFigures, kind} {
			f.add(q, hits, answer, base)
		}
	}
	for _, f := range result.ByKind {
		f.finish()
	}
	result.finish()
	slices.Sort(times)
	result.MS = map[string]float64{"p50": percentile(times, .5), "p95": percentile(times, .95)}
	return result, nil
}

func percentile(sorted []float64, p float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(int(p*float64(len(sorted))), len(sorted)-1)]
}

// add counts one question. A gold article of a bulk corpus has no number: its
// document is the article.
func (f *evalFigures) add(q evalQuestion, hits []knowledge.Hit, a knowledge.Answer, base *knowledge.Base) {
	f.N++
	gave := a.Status == knowledge.Answered || a.Status == knowledge.Partial
	if q.Mode == "none" {
		f.unanswerable++
		if !gave {
			f.RefusedRate++
		}
	} else {
		f.answerable++
		f.addRanking(q, hits)
		if gave {
			f.answered++
		}
	}
	cited := false
	for _, c := range a.Citations() {
		f.citations++
		if base.Verify(c) == nil {
			f.CitationValid++
		}
		cited = cited || q.wants(c.Doc, c.Article)
	}
	if gave && cited {
		f.CitationHit++
	}
}

// wants says whether an article is gold or an alternative.
func (q evalQuestion) wants(doc, article string) bool {
	is := func(g evalGold) bool { return g.Doc == doc && (g.Article == article || g.Article == "") }
	return slices.ContainsFunc(q.Gold, is) || slices.ContainsFunc(q.Alt, is)
}

func (f *evalFigures) addRanking(q evalQuestion, hits []knowledge.Hit) {
	first := 0
	gains := 0.
	found := map[evalGold]int{}
	alt := 0
	for i, h := range hits[:min(len(hits), evalDepth)] {
		rank := i + 1
		if !q.wants(h.Doc, h.Article) {
			continue
		}
		if first == 0 {
			first = rank
		}
		gains += 1 / math.Log2(float64(rank)+1)
		for _, g := range q.Gold {
			if g.Doc == h.Doc && (g.Article == h.Article || g.Article == "") {
				found[g] = rank
			}
		}
		if alt == 0 && slices.ContainsFunc(q.Alt, func(g evalGold) bool { return g.Doc == h.Doc && (g.Article == h.Article || g.Article == "") }) {
			alt = rank
		}
	}
	for _, k := range []struct {
		depth       int
		hit, recall *float64
	}{{1, &f.Hit1, &f.Recall1}, {5, &f.Hit5, &f.Recall5}, {10, &f.Hit10, &f.Recall10}} {
		if first > 0 && first <= k.depth {
			*k.hit++
		}
		if alt > 0 && alt <= k.depth {
			*k.recall++
			continue
		}
		n := 0
		for _, rank := range found {
			if rank <= k.depth {
				n++
			}
		}
		switch {
		case q.Mode == "any" && n > 0:
			*k.recall++
		case len(q.Gold) > 0 && q.Mode != "any":
			*k.recall += float64(n) / float64(len(q.Gold))
		}
	}
	if first > 0 {
		f.MRR += 1 / float64(first)
	}
	ideal := 0.
	for i := range min(len(q.Gold), evalDepth) {
		ideal += 1 / math.Log2(float64(i)+2)
	}
	if ideal > 0 {
		f.NDCG += min(gains/ideal, 1)
	}
}

// finish turns sums into means.
func (f *evalFigures) finish() {
	divide := func(n int, values ...*float64) {
		for _, v := range values {
			if n > 0 {
				*v = math.Round(*v/float64(n)*10000) / 10000
			}
		}
	}
	f.AnsweredRate = float64(f.answered)
	divide(f.answered, &f.CitationHit)
	divide(f.answerable, &f.Hit1, &f.Hit5, &f.Hit10, &f.Recall1, &f.Recall5, &f.Recall10, &f.MRR, &f.NDCG, &f.AnsweredRate)
	divide(f.unanswerable, &f.RefusedRate)
	if f.citations == 0 {
		f.CitationValid = 1
	}
	divide(f.citations, &f.CitationValid)
}

func (r *evalResult) print(out io.Writer) {
	row := func(name string, f *evalFigures) {
		fmt.Fprintf(out, "%-14s %5d  %.3f %.3f %.3f  %.3f  %.3f  %.3f   %.3f    %.3f    %.3f    %.3f\n", name, f.N, f.Hit1, f.Hit5, f.Hit10, f.Recall10, f.MRR, f.NDCG, f.AnsweredRate, f.RefusedRate, f.CitationValid, f.CitationHit)
	}
	fmt.Fprintln(out, "                   n  hit@1 hit@5 hit@10 rec@10 mrr    ndcg   answered refused  valid    cited")
	row("all", r.evalFigures)
	kinds := make([]string, 0, len(r.ByKind))
	for k := range r.ByKind {
		kinds = append(kinds, k)
	}
	slices.Sort(kinds)
	for _, k := range kinds {
		row(k, r.ByKind[k])
	}
	fmt.Fprintf(out, "query p50 %.2f ms, p95 %.2f ms; index %.0f ms; heap %.1f MB; embedding: %s\n", r.MS["p50"], r.MS["p95"], r.IndexMS, r.HeapMB, cmp.Or(r.Meaning, "off"))
}

// printMiss shows a question whose gold article is not among the first five, or
// that was answered or refused wrongly.
func printMiss(out io.Writer, q evalQuestion, a knowledge.Answer) {
	gave := a.Status == knowledge.Answered || a.Status == knowledge.Partial
	rank := 0
	for i, h := range a.Passages {
		if rank == 0 && q.wants(h.Doc, h.Article) {
			rank = i + 1
		}
	}
	if q.Mode == "none" && !gave || q.Mode != "none" && gave && rank > 0 && rank <= 5 {
		return
	}
	fmt.Fprintf(out, "%s [%s/%s] %s\n  %s, gold at %d", q.ID, q.Kind, q.Mode, q.Question, a.Status, rank)
	for _, g := range q.Gold {
		fmt.Fprintf(out, " %s%s", g.Doc, g.Article)
	}
	fmt.Fprintln(out)
	for _, h := range a.Passages[:min(len(a.Passages), 3)] {
		fmt.Fprintf(out, "    %.2f %s %s\n", h.Score, h.Doc, h.Article)
	}
}
