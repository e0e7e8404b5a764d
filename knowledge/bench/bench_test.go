package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"hash/fnv"
	"math"
	"os"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/blevesearch/bleve/v2"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/cjk"
	"github.com/philippgille/chromem-go"

	"rongcuo/knowledge"
	"rongcuo/knowledge/documents"
)

const depth = 10

var today = documents.Date(time.Now().Format("2006-01-02"))

type question struct {
	Question string
	Mode     string           `json:"gold_mode"`
	History  []knowledge.Turn `json:"history"`
	Gold     []struct{ Doc, Article string }
	Alt      []struct{ Doc, Article string }
}

// set is what one run is measured on.
type set struct {
	base      *knowledge.Base
	refs      []knowledge.Ref
	titles    []string
	texts     []string
	questions []question
	build     time.Duration
}

// load reads the documents and questions that the environment names, or the
// sample.
func load(b *testing.B) set {
	b.Helper()
	ctx := context.Background()
	entries := documents.WalkFS(ctx, knowledge.Sample())
	path := "testdata/questions.jsonl"
	if docs := os.Getenv("RONGCUO_BENCH_DOCS"); docs != "" {
		var err error
		if entries, err = documents.WalkDir(ctx, docs); err != nil {
			b.Fatal(err)
		}
		path = os.Getenv("RONGCUO_BENCH_QUESTIONS")
	}
	var s set
	var err error
	if s.base, err = knowledge.New(ctx, knowledge.Options{}); err != nil {
		b.Fatal(err)
	}
	report, err := s.base.Load(ctx, entries, nil)
	if err != nil {
		b.Fatal(err)
	}
	s.build = time.Duration(report.MS * float64(time.Millisecond))
	for d := range s.base.Documents() {
		if d.Kind == documents.QA { // takes no place in a ranking
			continue
		}
		for _, p := range d.Passages {
			s.refs = append(s.refs, knowledge.Ref{Doc: d.Path, Article: p.Article})
			s.titles, s.texts = append(s.titles, d.Title), append(s.texts, p.Text)
		}
	}
	f, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var q question
		if err := json.Unmarshal(lines.Bytes(), &q); err != nil {
			b.Fatal(err)
		}
		if q.Mode != "none" {
			s.questions = append(s.questions, q)
		}
	}
	return s
}

// text is the question with the turns before it.
func (q question) text() string {
	s := ""
	for _, t := range q.History {
		if t.Role == "user" {
			s += t.Text + "\n"
		}
	}
	return s + q.Question
}

func (q question) wants(r knowledge.Ref) bool {
	for _, g := range append(slices.Clone(q.Gold), q.Alt...) {
		if g.Doc == r.Doc && (g.Article == r.Article || g.Article == "") {
			return true
		}
	}
	return false
}

// measure runs every question and reports hit@5, hit@10, mrr and times.
func measure(b *testing.B, s set, build time.Duration, search func(question) []knowledge.Ref) {
	b.Helper()
	var hit5, hit10, mrr float64
	var times []time.Duration
	for b.Loop() {
		hit5, hit10, mrr, times = 0, 0, 0, nil
		for _, q := range s.questions {
			start := time.Now()
			refs := search(q)
			times = append(times, time.Since(start))
			for i, r := range refs[:min(len(refs), depth)] {
				if !q.wants(r) {
					continue
				}
				hit10++
				mrr += 1 / float64(i+1)
				if i < 5 {
					hit5++
				}
				break
			}
		}
	}
	slices.Sort(times)
	n := float64(len(s.questions))
	b.ReportMetric(hit5/n, "hit@5")
	b.ReportMetric(hit10/n, "hit@10")
	b.ReportMetric(mrr/n, "mrr@10")
	b.ReportMetric(float64(times[len(times)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(times[len(times)*95/100].Microseconds())/1000, "p95-ms")
	b.ReportMetric(float64(build.Milliseconds()), "build-ms")
}

func BenchmarkSearch(b *testing.B) {
	s := load(b)
	b.Run("rongcuo", func(b *testing.B) {
		measure(b, s, s.build, func(q question) []knowledge.Ref {
			hits, err := s.base.Search(b.Context(), knowledge.Query{Text: q.Question, History: q.History, At: today, Limit: depth})
			if err != nil {
				b.Fatal(err)
			}
			refs := make([]knowledge.Ref, len(hits))
			for i, h := range hits {
				refs[i] = h.Ref
			}
			return refs
		})
	})
	b.Run("bleve-cjk-bm25", func(b *testing.B) {
		index, build := bleveIndex(b, s)
		defer index.Close()
		measure(b, s, build, func(q question) []knowledge.Ref {
			request := bleve.NewSearchRequestOptions(bleve.NewMatchQuery(q.text()), depth, 0, false)
			result, err := index.SearchInContext(b.Context(), request)
			if err != nil {
				b.Fatal(err)
			}
			var refs []knowledge.Ref
			for _, h := range result.Hits {
				i, err := strconv.Atoi(h.ID)
				if err != nil {
					b.Fatal(err)
				}
				refs = append(refs, s.refs[i])
			}
			return refs
		})
	})
	b.Run("chromem-hashed", func(b *testing.B) {
		collection, build := chromemIndex(b, s)
		measure(b, s, build, func(q question) []knowledge.Ref {
			results, err := collection.QueryEmbedding(b.Context(), hashed(q.text()), min(depth, len(s.refs)), nil, nil)
			if err != nil {
				b.Fatal(err)
			}
			var refs []knowledge.Ref
			for _, r := range results {
				i, err := strconv.Atoi(r.ID)
				if err != nil {
					b.Fatal(err)
				}
				refs = append(refs, s.refs[i])
			}
			return refs
		})
	})
}

func bleveIndex(b *testing.B, s set) (bleve.Index, time.Duration) {
	b.Helper()
	mapping := bleve.NewIndexMapping()
	mapping.DefaultAnalyzer = "cjk"
	mapping.ScoringModel = "bm25"
	start := time.Now()
	index, err := bleve.New(b.TempDir()+"/bleve", mapping)
	if err != nil {
		b.Fatal(err)
	}
	batch := index.NewBatch()
	for i := range s.refs {
		if err := batch.Index(strconv.Itoa(i), map[string]string{"title": s.titles[i], "text": s.texts[i]}); err != nil {
			b.Fatal(err)
		}
		if batch.Size() == 2000 || i == len(s.refs)-1 {
			if err := index.Batch(batch); err != nil {
				b.Fatal(err)
			}
			batch.Reset()
		}
	}
	return index, time.Since(start)
}

func chromemIndex(b *testing.B, s set) (*chromem.Collection, time.Duration) {
	b.Helper()
	start := time.Now()
	collection, err := chromem.NewDB().CreateCollection("bench", nil, func(_ context.Context, t string) ([]float32, error) { return hashed(t), nil })
	if err != nil {
		b.Fatal(err)
	}
	docs := make([]chromem.Document, len(s.refs))
	for i := range docs {
		docs[i] = chromem.Document{ID: strconv.Itoa(i), Embedding: hashed(s.titles[i] + "\n" + s.texts[i])}
	}
	if err := collection.AddDocuments(b.Context(), docs, runtime.NumCPU()); err != nil {
		b.Fatal(err)
	}
	return collection, time.Since(start)
}

// hashed is the vector that needs no model: characters and pairs, hashed into
// 1,024 places.
func hashed(text string) []float32 {
	v := make([]float32, 1024)
	runes := []rune(text)
	for i := range runes {
		for n := 1; n <= 2 && i+n <= len(runes); n++ {
			h := fnv.New32a()
			h.Write([]byte(string(runes[i : i+n])))
			v[h.Sum32()%1024]++
		}
	}
	var squares float64
	for _, x := range v {
		squares += float64(x) * float64(x)
	}
	if squares == 0 {
		v[0] = 1
		return v
	}
	for i := range v {
		v[i] /= float32(math.Sqrt(squares))
	}
	return v
}
