package knowledge

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"rongcuo/knowledge/documents"
	"rongcuo/knowledge/fakemodel"
)

func testQuestionsSeeOneIndex(t *testing.T, d database) {
	folders := map[string]string{"甲": t.TempDir(), "乙": t.TempDir()}
	for name, dir := range folders {
		for i := range 5 {
			writeFile(t, dir, fmt.Sprintf("%s%d.md", name, i), rule(fmt.Sprintf("%s%d办法", name, i), "备案期限为十个工作日。", "备案期限可以延长。"))
		}
	}
	writer, reader := d.base(t, nil), d.base(t, nil)
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	defer wg.Wait()
	defer stop()
	wg.Go(func() { reader.Follow(ctx, time.Millisecond) })
	for range 2 {
		wg.Go(func() {
			for ctx.Err() == nil {
				answeredFrom(t, reader)
			}
		})
	}
	for range 3 {
		for _, name := range []string{"甲", "乙"} {
			reindex(t, writer, folders[name])
			for answeredFrom(t, reader) != name && !t.Failed() { // until it has come round
			}
		}
	}
}

// answeredFrom gives the folder of all articles found for a question, and fails
// the test when they are of two.
func answeredFrom(t *testing.T, b *Base) (folder string) {
	hits, err := b.Search(t.Context(), Query{Text: "备案期限"})
	if err != nil {
		t.Error(err)
	}
	for _, h := range hits {
		name := string([]rune(h.Doc)[:1])
		if folder != "" && folder != name {
			t.Errorf("one answer from two indexes: %v", hits)
		}
		folder = name
	}
	return folder
}

func testConfirmedReachesTheOthers(t *testing.T, d database) {
	docs := t.TempDir()
	writeFile(t, docs, "a.md", rule("甲办法", "申请人提交书面材料，载明理由。", "登记机关出具凭证。"))
	admin, bot := d.base(t, nil), d.base(t, nil)
	changed := func(want bool) {
		t.Helper()
		if got, err := bot.Changed(t.Context()); err != nil || got != want {
			t.Fatalf("changed: %v, want %v: %v", got, want, err)
		}
	}
	changed(false)
	reindex(t, admin, docs)
	changed(true)
	if err := bot.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	changed(false)
	if err := admin.Confirm(t.Context(), Ref{"a.md", "第二条"}, "盖戳的条子去哪里领？"); err != nil {
		t.Fatal(err)
	}
	changed(false) // it counts in the next index
	if r := reindex(t, d.base(t, nil), docs); !r.Unchanged {
		t.Fatalf("%+v", r)
	}
	changed(true)
	if err := bot.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	changed(false)
	if hits, err := bot.Search(t.Context(), Query{Text: "盖过戳的那张小条子到哪儿领"}); err != nil || len(hits) == 0 || hits[0].Article != "第二条" {
		t.Fatalf("%v %v", hits, err)
	}
}

func testFollowingOutlivesAFailure(t *testing.T, d database) {
	docs := t.TempDir()
	writeFile(t, docs, "a.md", rule("甲办法", "备案期限为十个工作日。"))
	admin, bot := d.base(t, nil), d.base(t, nil)
	said := make(chan string, 10)
	bot.log = slog.New(teller{slog.DiscardHandler, said})
	rename := func(from, to string) {
		t.Helper()
		if _, err := admin.store.db.Exec(`ALTER TABLE ` + from + ` RENAME TO ` + to); err != nil {
			t.Fatal(err)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { bot.Follow(ctx, time.Millisecond) })
	expect := func(word string) {
		t.Helper()
		if got := <-said; !strings.Contains(got, word) {
			t.Errorf("the log says %q, want %q", got, word)
		}
	}
	rename("kb_generations", "kb_away")
	expect("no news")
	rename("kb_away", "kb_generations")
	expect("followed again")
	reindex(t, admin, docs)
	expect("another process")
	stop()
	wg.Wait()
	if bot.Empty() {
		t.Error("nothing was taken up")
	}
	if len(said) > 0 {
		t.Errorf("the log also says %q", <-said)
	}
}

// teller passes on what is logged.
type teller struct {
	slog.Handler
	said chan string
}

func (h teller) Enabled(context.Context, slog.Level) bool { return true }
func (h teller) Handle(_ context.Context, r slog.Record) error {
	h.said <- r.Message
	return nil
}

func testFillingHappensOnce(t *testing.T, d database) {
	s := fakemodel.Start(t)
	docs := t.TempDir()
	writeFile(t, docs, "a.md", rule("甲办法", "备案期限为十个工作日。", "备案期限可以延长。"))
	var wg sync.WaitGroup
	for range 4 {
		m, _ := testModels(t, s)
		b := d.base(t, m)
		wg.Go(func() {
			entries, err := documents.WalkDir(t.Context(), docs)
			if err == nil {
				err = b.Fill(t.Context(), entries, nil)
			}
			if n, _ := b.Size(); err != nil || n != 1 {
				t.Errorf("%d documents: %v", n, err)
			}
		})
	}
	wg.Wait()
	if texts, _ := s.Embedded(); len(texts) != 2 {
		t.Errorf("%d passages were embedded, want each of the 2 once", len(texts))
	}
	var generations int
	if err := d.open(t).QueryRow(`SELECT count(*) FROM kb_generations`).Scan(&generations); err != nil || generations != 1 {
		t.Errorf("%d indexes were published: %v", generations, err)
	}
}

func testLoadIsOfOneMoment(t *testing.T, d database) {
	docs := t.TempDir()
	writer, reader := d.base(t, nil), d.base(t, nil)
	publish := func(days string) {
		writeFile(t, docs, "a.md", rule("甲办法", "备案期限为"+days+"个工作日。"))
		reindex(t, writer, docs)
	}
	publish("十")
	_, c, err := reader.store.load(t.Context(), func(published) bool {
		publish("十五")
		publish("二十") // what is being read is neither current nor previous now
		return false
	})
	if err != nil || len(c.docs) != 1 || !strings.Contains(c.docs[0].Passages[0].Text, "为十个") {
		t.Fatalf("%+v %v", c.docs, err)
	}
}
