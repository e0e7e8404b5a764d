// Command associate learns which words of articles everyday words stand for
// and writes them as the table that knowledge embeds:
//
//	go run ./knowledge/associate -o knowledge/associations.tsv.gz
//
// The method is IBM Model 1 (Brown et al. 1993) on pairs of neighbouring
// characters: every pair of a question is taken to come from one pair of its
// article, and expectation maximisation finds which. Only what was seen with
// two articles at least is kept, so that no single question is learned by
// heart. The result is the same byte for byte on every run.
package main

import (
	"bufio"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"rongcuo/knowledge"
)

const (
	iterations   = 8   // the figures on the development questions no longer change after it
	articleRunes = 600 // of an article are read: long tails only blur the pairs
	minShare     = .03 // smaller associations are noise; each halving doubles the table
	minArticles  = 2
)

func main() {
	log.SetFlags(0)
	training := flag.String("training", "knowledge/embedding/training", "folder with articles.jsonl and questions.jsonl")
	out := flag.String("o", "knowledge/associations.tsv.gz", "file to write")
	flag.Parse()
	articles, questions, err := read(*training)
	if err != nil {
		log.Fatal(err)
	}
	table := learn(articles, questions)
	if err := write(*out, table); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d questions on %d articles: %d associations\n", len(questions), len(articles), len(table))
}

type question struct{ Article, Question string }

func read(dir string) (map[string]string, []question, error) {
	articles := map[string]string{}
	err := lines(filepath.Join(dir, "articles.jsonl"), func(a struct{ ID, Text string }) {
		runes := []rune(a.Text)
		articles[a.ID] = string(runes[:min(len(runes), articleRunes)])
	})
	if err != nil {
		return nil, nil, err
	}
	var questions []question
	err = lines(filepath.Join(dir, "questions.jsonl"), func(q question) { questions = append(questions, q) })
	return articles, questions, err
}

func lines[T any](path string, yield func(T)) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	for d := json.NewDecoder(bufio.NewReader(f)); ; {
		var v T
		if err := d.Decode(&v); err == io.EOF {
			return nil
		} else if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		yield(v)
	}
}

// association says that an everyday pair stands for a formal one.
type association struct {
	everyday, formal string
	share            float64
}

// link is one possible origin of a question's pair, as an index of the pair
// of pairs.
type link struct{ pair, article int }

func learn(articles map[string]string, questions []question) []association {
	type key struct{ everyday, formal string }
	var (
		ids      = map[key]int{}
		keys     []key
		seen     = map[link]struct{}{}
		examples [][][]int // question, pair of the question, possible origins
		places   = map[string]int{}
	)
	for _, q := range questions {
		if _, ok := places[q.Article]; !ok {
			places[q.Article] = len(places)
		}
		formal := pairs(articles[q.Article])
		everyday := append(pairs(knowledge.StripQuestionWords(q.Question)), "") // "": what the article has and no question says
		byFormal := make([][]int, len(formal))
		for _, e := range everyday {
			for f, word := range formal {
				k := key{e, word}
				id, ok := ids[k]
				if !ok {
					id = len(keys)
					ids[k] = id
					keys = append(keys, k)
				}
				byFormal[f] = append(byFormal[f], id)
				seen[link{id, places[q.Article]}] = struct{}{}
			}
		}
		examples = append(examples, byFormal)
	}
	share := make([]float64, len(keys))
	for i := range share {
		share[i] = 1
	}
	for range iterations {
		count := make([]float64, len(keys))
		for _, byFormal := range examples {
			for _, origins := range byFormal {
				total := 0.
				for _, id := range origins {
					total += share[id]
				}
				for _, id := range origins {
					count[id] += share[id] / total
				}
			}
		}
		totals := map[string]float64{}
		for id, c := range count {
			totals[keys[id].everyday] += c
		}
		for id, c := range count {
			share[id] = c / totals[keys[id].everyday]
		}
	}
	support := make([]int, len(keys))
	for l := range maps.Keys(seen) {
		support[l.pair]++
	}
	var table []association
	for id, k := range keys {
		if k.everyday != "" && k.everyday != k.formal && share[id] > minShare && support[id] >= minArticles {
			table = append(table, association{k.everyday, k.formal, share[id]})
		}
	}
	slices.SortFunc(table, func(a, b association) int {
		return cmp.Or(strings.Compare(a.everyday, b.everyday), cmp.Compare(b.share, a.share), strings.Compare(a.formal, b.formal))
	})
	return table
}

// pairs gives the distinct pairs of neighbouring characters and the words of
// s, in order of appearance.
func pairs(s string) []string {
	var out []string
	seen := map[string]bool{}
	for _, t := range knowledge.Terms(s) {
		if len([]rune(t)) > 1 && !seen[t] {
			seen[t] = true
			out = append(out, t)
		}
	}
	return out
}

func write(path string, table []association) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	z, err := gzip.NewWriterLevel(f, gzip.BestCompression)
	if err != nil {
		return err
	}
	last := ""
	for _, a := range table {
		if a.everyday != last {
			if last != "" {
				fmt.Fprintln(z)
			}
			fmt.Fprint(z, a.everyday)
			last = a.everyday
		}
		fmt.Fprintf(z, "\t%s %.2f", a.formal, a.share)
	}
	fmt.Fprintln(z)
	if err := z.Close(); err != nil {
		return err
	}
	return f.Close()
}
