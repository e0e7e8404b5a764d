package knowledge

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rongcuo/knowledge/documents"
	"rongcuo/knowledge/fakemodel"
)

// gate is an embedder that waits to be let through.
type gate struct {
	Embedder
	reached, open chan struct{}
}

func newGate(e Embedder) *gate { return &gate{e, make(chan struct{}, 1), make(chan struct{})} }

func (g *gate) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	select {
	case g.reached <- struct{}{}:
	default:
	}
	<-g.open
	return g.Embedder.Embed(ctx, texts)
}

// startBuild builds until the embedder is reached and gives what comes of it.
func startBuild(t *testing.T, b *Base, e *gate, docs string) <-chan error {
	t.Helper()
	entries, err := documents.WalkDir(t.Context(), docs)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		_, err := b.Reindex(t.Context(), entries, nil)
		done <- err
	}()
	select {
	case <-e.reached:
	case err := <-done:
		t.Fatalf("ended before it embedded anything: %v", err)
	}
	return done
}

func tryReindex(t *testing.T, b *Base, docs string) error {
	t.Helper()
	entries, err := documents.WalkDir(t.Context(), docs)
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.Reindex(t.Context(), entries, nil)
	return err
}

func testASecondBuildIsRefused(t *testing.T, d database) {
	m, _ := testModels(t, fakemodel.Start(t))
	e := newGate(m)
	docs := t.TempDir()
	writeFile(t, docs, "a.md", rule("甲办法", "备案期限为十个工作日。"))
	first, second := d.base(t, e), d.base(t, m)
	done := startBuild(t, first, e, docs)
	err := tryReindex(t, second, docs)
	busy, ok := errors.AsType[*BuildingError](err)
	if !ok || !strings.HasSuffix(busy.Holder, fmt.Sprintf("/%d", os.Getpid())) || !strings.Contains(err.Error(), busy.Holder) || busy.For < 0 || busy.For > time.Hour {
		t.Errorf("%v", err)
	}
	close(e.open)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if err := tryReindex(t, second, docs); err != nil {
		t.Fatalf("after the first was done: %v", err)
	}
}

// textOf gives the first article of a document.
func textOf(t *testing.T, b *Base, path string) string {
	t.Helper()
	d, ok := b.Document(path)
	if !ok || len(d.Passages) == 0 {
		t.Fatalf("there is no %s", path)
	}
	return d.Passages[0].Text
}

// leaveClaim writes the right to build as another process would have left it, good
// for a time from now.
func leaveClaim(t *testing.T, d database, left time.Duration) {
	t.Helper()
	if _, err := d.open(t).Exec(`UPDATE kb_building SET token = 'x', holder = 'gone/1', since = `+d.dialect.clock()+`, until = `+d.dialect.clock()+` + $1`, left.Milliseconds()); err != nil {
		t.Fatal(err)
	}
}

func testAKilledBuildGivesWay(t *testing.T, d database) {
	b := d.base(t, nil)
	docs := t.TempDir()
	writeFile(t, docs, "a.md", rule("甲办法", "备案期限为十个工作日。"))
	leaveClaim(t, d, buildLease)
	if e, ok := errors.AsType[*BuildingError](tryReindex(t, b, docs)); !ok || e.Holder != "gone/1" {
		t.Fatalf("within the lease: %v", e)
	}
	leaveClaim(t, d, -time.Millisecond)
	if err := tryReindex(t, b, docs); err != nil {
		t.Fatalf("after the lease: %v", err)
	}
}

func testAClockSetBack(t *testing.T, d database) {
	b := d.base(t, nil)
	docs := t.TempDir()
	writeFile(t, docs, "a.md", rule("甲办法", "备案期限为十个工作日。"))
	leaveClaim(t, d, time.Hour)
	if err := tryReindex(t, b, docs); err != nil {
		t.Fatal(err)
	}
}

func testAStoppedBuildWritesNothing(t *testing.T, d database) {
	m, _ := testModels(t, fakemodel.Start(t))
	e := newGate(m)
	docs, others := t.TempDir(), t.TempDir()
	writeFile(t, docs, "a.md", rule("甲办法", "备案期限为十个工作日。"))
	writeFile(t, others, "a.md", rule("甲办法", "备案期限为二十个工作日。"))
	stopped, other := d.base(t, e), d.base(t, m)
	done := startBuild(t, stopped, e, docs)
	if _, err := other.store.db.Exec(`UPDATE kb_building SET until = 0`); err != nil { // as if its lease had run out
		t.Fatal(err)
	}
	reindex(t, other, others)
	close(e.open)
	if err := <-done; !errors.Is(err, errLostBuild) {
		t.Fatalf("%v", err)
	}
	if text := textOf(t, d.base(t, m), "a.md"); !strings.Contains(text, "二十个工作日") {
		t.Fatalf("what counts is not the other build: %s", text)
	}
	if !stopped.Empty() {
		t.Error("it answers from what it could not publish")
	}
	var vectors int
	if err := other.store.db.QueryRow(`SELECT count(*) FROM kb_vectors`).Scan(&vectors); err != nil || vectors != 1 {
		t.Fatalf("%d vectors, want the one of the other build: %v", vectors, err)
	}
}

func testVectorsAreMadeOnce(t *testing.T, d database) {
	s := fakemodel.Start(t)
	docs := t.TempDir()
	articles := make([]string, 3*embedBatch)
	for i := range articles {
		articles[i] = fmt.Sprintf("第%d类事项应当备案。", i)
	}
	writeFile(t, docs, "a.md", rule("甲办法", articles...))
	reindex(t, d.base(t, nil), docs) // no model: no vectors
	var wg sync.WaitGroup
	for range 4 {
		db := d.open(t)
		m, _ := testModels(t, s)
		wg.Go(func() {
			b, err := New(t.Context(), Options{DB: db, Dialect: d.dialect, Embedder: m})
			if err == nil {
				err = b.Embed(t.Context(), nil)
			}
			if err != nil || b.MeaningFrom() == "" {
				t.Errorf("%v", err)
			}
		})
	}
	wg.Wait()
	texts, _ := s.Embedded()
	if slices.Sort(texts); len(texts) != len(articles) || len(slices.Compact(texts)) != len(articles) {
		t.Errorf("%d texts were embedded for %d passages", len(texts), len(articles))
	}
}

// A builder that writes a large file keeps all others from writing to SQLite.
func TestABusyFileSaysWhoBuilds(t *testing.T) {
	d := database{SQLite, t.TempDir()}
	first := d.base(t, nil)
	w, _, err := first.store.hold(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer w.release()
	hasty, err := sql.Open("sqlite", strings.Replace(sqliteDSN(d.where), "busy_timeout(5000)", "busy_timeout(1)", 1))
	if err != nil {
		t.Fatal(err)
	}
	defer hasty.Close()
	err = w.write(t.Context(), func(*sql.Tx) error {
		_, _, err := (&store{db: hasty}).hold(t.Context())
		return err
	})
	if _, ok := errors.AsType[*BuildingError](err); !ok {
		t.Fatalf("%v", err)
	}
}
