package knowledge

import (
	"context"
	"fmt"
	"hash/fnv"
	"testing"

	"rongcuo/knowledge/documents"
	"rongcuo/knowledge/postgrestest"
)

// BenchmarkUnchanged indexes 20,000 passages in 1,000 files again when nothing
// has changed (held: under 2 s, nothing embedded), in a running program and in
// one that starts for it, as `rongcuo reindex` does.
func BenchmarkUnchanged(b *testing.B) {
	docs := b.TempDir()
	for f := range 1000 {
		articles := make([]string, 20)
		for a := range articles {
			articles[a] = fmt.Sprintf("第%d类事项由第%d号窗口受理，申请人提交书面材料，载明事实和理由；经办人员自收到之日起十个工作日内出具意见，期满未出具的，报上一级负责人督办。", f, a)
		}
		writeFile(b, docs, fmt.Sprintf("%d.md", f), rule(fmt.Sprintf("第%d号办法", f), articles...))
	}
	b.Run("SQLite", func(b *testing.B) { benchmarkUnchanged(b, database{SQLite, b.TempDir()}, docs) })
	b.Run("PostgreSQL", func(b *testing.B) {
		benchmarkUnchanged(b, database{PostgreSQL, postgrestest.NewDatabase(b, postgrestest.Start(b))}, docs)
	})
}

func benchmarkUnchanged(b *testing.B, d database, docs string) {
	e := &counting{}
	base := d.base(b, e)
	again := func(b *testing.B, base *Base) Report {
		entries, err := documents.WalkDir(b.Context(), docs)
		if err != nil {
			b.Fatal(err)
		}
		r, err := base.Reindex(b.Context(), entries, nil)
		if err != nil {
			b.Fatal(err)
		}
		return r
	}
	if r := again(b, base); r.Passages != 20_000 {
		b.Fatalf("%d passages", r.Passages)
	}
	made := e.texts
	b.Run("running", func(b *testing.B) {
		for b.Loop() {
			if r := again(b, base); !r.Unchanged {
				b.Fatal("it says that something changed")
			}
		}
	})
	b.Run("starting", func(b *testing.B) {
		for b.Loop() {
			if r := again(b, d.base(b, e)); !r.Unchanged {
				b.Fatal("it says that something changed")
			}
		}
	})
	b.Run("asking whether anything is new", func(b *testing.B) {
		for b.Loop() {
			if changed, err := base.Changed(b.Context()); changed || err != nil {
				b.Fatal(changed, err)
			}
		}
	})
	if e.texts != made {
		b.Errorf("%d passages were embedded again", e.texts-made)
	}
}

// counting gives vectors of the built-in model's size, which stand for nothing.
type counting struct{ texts int }

func (c *counting) Embed(_ context.Context, texts []string) ([][]float32, error) {
	c.texts += len(texts)
	out := make([][]float32, len(texts))
	for i, text := range texts {
		h := fnv.New64a()
		h.Write([]byte(text))
		out[i] = make([]float32, c.Dim())
		out[i][h.Sum64()%512], out[i][h.Sum64()/512%512] = .6, .8
	}
	return out, nil
}
func (*counting) Dim() int     { return 512 }
func (*counting) Name() string { return "counting" }
