package knowledge

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "modernc.org/sqlite"

	"rongcuo/knowledge/documents"
	"rongcuo/knowledge/fakemodel"
)

// openDB opens the SQLite file of a folder, as the program does.
func openDB(t *testing.T, dir string) *sql.DB {
	t.Helper()
	return database{SQLite, dir}.open(t)
}

func sqliteDSN(dir string) string {
	return "file:" + filepath.Join(dir, "rongcuo.db") + "?_txlock=immediate&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&_pragma=busy_timeout(5000)"
}

func openBase(t *testing.T, dir string, e Embedder) *Base {
	t.Helper()
	return database{SQLite, dir}.base(t, e)
}

func writeFile(t testing.TB, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func reindex(t *testing.T, b *Base, dir string) Report {
	t.Helper()
	entries, err := documents.WalkDir(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	r, err := b.Reindex(t.Context(), entries, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func rule(title string, articles ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "---\ntitle: %s\neffective: 2024-01-01\n---\n# %s\n\n", title, title)
	for i, a := range articles {
		fmt.Fprintf(&b, "第%s条　%s\n\n", documents.FormatNumber(i+1), a)
	}
	return b.String()
}

func testAnUnchangedFolderCostsNothing(t *testing.T, d database) {
	s := fakemodel.Start(t)
	m, _ := testModels(t, s)
	docs := t.TempDir()
	writeFile(t, docs, "a.md", rule("甲办法", "申请备案的，应当提交材料。", "备案期限为十个工作日。"))
	writeFile(t, docs, "b.md", rule("乙办法", "复核以一次为限。"))
	b := d.base(t, m)
	first := reindex(t, b, docs)
	if first.Embedded != 3 || first.Passages != 3 || first.Unchanged {
		t.Fatalf("%+v", first)
	}
	_, before := s.Embedded()
	second := reindex(t, b, docs)
	if _, after := s.Embedded(); after != before || second.Embedded != 0 || second.Reused != 2 || !second.Unchanged {
		t.Fatalf("the second run cost %d calls: %+v", after-before, second)
	}
	reopened := d.base(t, m)
	if _, after := s.Embedded(); after != before {
		t.Fatal("opening again embedded something")
	}
	if docs, passages := reopened.Size(); docs != 2 || passages != 3 {
		t.Fatalf("after opening again: %d documents, %d passages", docs, passages)
	}
}

func testAChangedFileCostsOnlyItsChangedArticles(t *testing.T, d database) {
	s := fakemodel.Start(t)
	m, _ := testModels(t, s)
	docs := t.TempDir()
	b := d.base(t, m)
	writeFile(t, docs, "a.md", rule("甲办法", "申请备案的，应当提交材料。", "备案期限为十个工作日。", "复核以一次为限。"))
	reindex(t, b, docs)
	writeFile(t, docs, "a.md", rule("甲办法", "申请备案的，应当提交材料。", "备案期限为十五个工作日。", "复核以一次为限。"))
	if r := reindex(t, b, docs); r.Embedded != 1 {
		t.Fatalf("one article changed, %d were embedded", r.Embedded)
	}
	a := ask(t, b, Question{Text: "备案期限是几个工作日？"})
	if !strings.Contains(a.Text(), "十五个工作日") {
		t.Fatal(a.Text())
	}
}

func testAFailedBuildChangesNothing(t *testing.T, d database) {
	good := fakemodel.Start(t)
	m, _ := testModels(t, good)
	docs := t.TempDir()
	writeFile(t, docs, "a.md", rule("甲办法", "备案期限为十个工作日。"))
	b := d.base(t, m)
	reindex(t, b, docs)
	for name, during := range map[string]func(b *Base, cancel func()) (mend string){
		"cancelled": func(_ *Base, cancel func()) string {
			cancel()
			return `SELECT 1`
		},
		"the database fails": func(b *Base, _ func()) string {
			if _, err := b.store.db.Exec(`ALTER TABLE kb_members RENAME TO kb_away`); err != nil {
				t.Error(err)
			}
			return `ALTER TABLE kb_away RENAME TO kb_members`
		},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			other := d.base(t, m)
			mend := ""
			other.embedder = embedderThen{m, func() { mend = during(other, cancel) }}
			// A text of its own, so that its vector is not there already.
			writeFile(t, docs, "b.md", rule("乙办法", "新的条文在这里："+name+"。"))
			entries, err := documents.WalkDir(t.Context(), docs)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := other.Reindex(ctx, entries, nil); err == nil {
				t.Fatal("the build went through")
			}
			if _, err := other.store.db.Exec(mend); err != nil {
				t.Fatal(err)
			}
			again := d.base(t, m)
			if n, _ := again.Size(); n != 1 {
				t.Fatalf("%d documents are searched after a failed build, want the 1 of before", n)
			}
		})
	}
}

// embedderThen makes vectors, and then something happens.
type embedderThen struct {
	Embedder
	then func()
}

func (e embedderThen) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	vectors, err := e.Embedder.Embed(ctx, texts)
	e.then()
	return vectors, err
}

// badEmbedder makes vectors that are of no use.
type badEmbedder struct {
	value float32
	size  int
}

func (e badEmbedder) Embed(_ context.Context, texts []string) ([][]float32, error) {
	out := make([][]float32, len(texts))
	for i := range out {
		out[i] = make([]float32, e.size)
		out[i][0] = e.value
	}
	return out, nil
}
func (badEmbedder) Dim() int     { return 2 }
func (badEmbedder) Name() string { return "bad" }

func testThePreviousIndexComesBack(t *testing.T, d database) {
	docs := t.TempDir()
	b := d.base(t, nil)
	if _, err := b.Previous(t.Context()); !errors.Is(err, ErrNoPrevious) {
		t.Fatalf("nothing to go back to: %v", err)
	}
	writeFile(t, docs, "a.md", rule("甲办法", "备案期限为十个工作日。"))
	reindex(t, b, docs)
	writeFile(t, docs, "a.md", rule("甲办法", "备案期限为二十个工作日。"))
	reindex(t, b, docs)
	says := func(want string) {
		t.Helper()
		for _, base := range []*Base{b, d.base(t, nil)} {
			if a := ask(t, base, Question{Text: "备案期限是几个工作日"}); !strings.Contains(a.Text(), want) {
				t.Fatalf("want %s: %s", want, a.Text())
			}
		}
	}
	says("二十个工作日")
	for _, want := range []string{"为十个工作日", "二十个工作日"} { // back, and forth again
		number := goBack(t, b)
		says(want)
		if err := b.Rollback(t.Context(), number, nil); err != nil { // the same act again
			t.Fatal(err)
		}
		says(want)
	}
	if err := b.Rollback(t.Context(), 4711, nil); !errors.Is(err, ErrNoPrevious) {
		t.Errorf("back to what is not there: %v", err)
	}
}

// goBack brings the previous edition back and gives its number.
func goBack(t *testing.T, b *Base) int64 {
	t.Helper()
	e, err := b.Previous(t.Context())
	if err == nil {
		err = b.Rollback(t.Context(), e.ID, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return e.ID
}

func TestADifferenceGoesByWhatADocumentIs(t *testing.T) {
	v1 := documents.Document{Path: "a.md", Hash: "1", Title: "甲办法", DocNo: "1号", Passages: make([]documents.Passage, 2)}
	ended := v1
	ended.Path, ended.Hash = "a（至2027-01-01）.md", "2"
	v2 := documents.Document{Path: "a.md", Hash: "3", Title: "甲办法", DocNo: "2号", Passages: make([]documents.Passage, 3)}
	other := documents.Document{Path: "b.md", Hash: "4", Title: "乙办法"}
	moved := other
	moved.Path = "丙/b.md"
	d := differ([]documents.Document{v1, other}, []documents.Document{ended, v2, moved})
	if len(d.Added) != 1 || d.Added[0].DocNo != "2号" || len(d.Changed) != 1 || d.Changed[0].DocNo != "1号" || len(d.Removed) != 0 || d.Same != 1 || d.Before != 2 || d.After != 5 {
		t.Errorf("%+v", d)
	}
	if back := differ([]documents.Document{ended, v2}, []documents.Document{v1}); len(back.Removed) != 1 || back.Removed[0].DocNo != "2号" || len(back.Changed) != 1 {
		t.Errorf("back: %+v", back)
	}
	if !differ([]documents.Document{v1}, []documents.Document{v1}).Empty() {
		t.Error("the same is not the same")
	}
}

func testAnotherProcessTakesUpANewIndex(t *testing.T, d database) {
	docs := t.TempDir()
	bot, admin := d.base(t, nil), d.base(t, nil)
	writeFile(t, docs, "a.md", rule("甲办法", "备案期限为十个工作日。"))
	reindex(t, admin, docs)
	if !bot.Empty() {
		t.Fatal("not yet refreshed")
	}
	if err := bot.Refresh(t.Context()); err != nil || bot.Empty() {
		t.Fatalf("after Refresh: %v, empty %v", err, bot.Empty())
	}
}

func TestOneBadFileStopsNoOther(t *testing.T) {
	docs := t.TempDir()
	writeFile(t, docs, "a.md", rule("甲办法", "备案期限为十个工作日。"))
	writeFile(t, docs, "b.pdf", "这不是 PDF")
	writeFile(t, docs, "c.txt", "\x00\x01\x02\x03")
	writeFile(t, docs, "d.jsonl", `{"id":"x","title":"某法第三条","text":"某人应当报告。"}`+"\n{bad\n")
	r := reindex(t, openBase(t, t.TempDir(), nil), docs)
	refused := map[string]string{}
	for _, f := range r.Files {
		refused[f.Name] = f.Refused
	}
	if refused["a.md"] != "" || refused["b.pdf"] == "" || refused["c.txt"] == "" || refused["d.jsonl"] != "" {
		t.Fatalf("%+v", refused)
	}
	if r.Documents != 2 {
		t.Fatalf("%d documents, want the good file and the good line", r.Documents)
	}
}

func testConfirmedQuestionsLiftTheirArticle(t *testing.T, d database) {
	docs := t.TempDir()
	b := d.base(t, nil)
	writeFile(t, docs, "a.md", rule("甲办法", "申请人提交书面材料，载明理由。", "登记机关出具凭证。", "期满予以注销。"))
	reindex(t, b, docs)
	const q = "盖过戳的那张小条子到哪儿领"
	if hits, _ := b.Search(t.Context(), Query{Text: q}); len(hits) > 0 && hits[0].Article == "第二条" {
		t.Fatal("found without help")
	}
	if err := b.Confirm(t.Context(), Ref{"a.md", "第二条"}, "盖戳的条子去哪里领？"); err != nil {
		t.Fatal(err)
	}
	reindex(t, b, docs)
	hits, err := b.Search(t.Context(), Query{Text: q})
	if err != nil || len(hits) == 0 || hits[0].Article != "第二条" {
		t.Fatalf("%v %v", hits, err)
	}
}

func testAChangeLeavesTheOtherFilesAlone(t *testing.T, d database) {
	docs, more := t.TempDir(), t.TempDir()
	b := d.base(t, nil)
	writeFile(t, docs, "a.md", rule("甲办法", "备案期限为十个工作日。"))
	writeFile(t, docs, "b.md", rule("乙办法", "复核以一次为限。"))
	reindex(t, b, docs)
	change := func(remove ...string) Report {
		t.Helper()
		entries, err := documents.WalkDir(t.Context(), more)
		if err != nil {
			t.Fatal(err)
		}
		r, err := b.Change(t.Context(), entries, remove, nil)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	writeFile(t, more, "c.md", rule("丙办法", "回访每半年一次。"))
	writeFile(t, more, "a.md", rule("甲办法", "备案期限为二十个工作日。"))
	if r := change(); r.Documents != 3 {
		t.Fatalf("%d documents, want the two of before and the new one: %+v", r.Documents, r)
	}
	if a := ask(t, b, Question{Text: "备案期限是几个工作日"}); !strings.Contains(a.Text(), "二十个工作日") || strings.Contains(a.Text(), "为十个工作日") {
		t.Error("the newer file of the same name did not take the older one's place")
	}
	if err := os.Remove(filepath.Join(more, "a.md")); err != nil {
		t.Fatal(err)
	}
	if r := change("b.md"); r.Documents != 2 {
		t.Fatalf("%d documents after one was taken out", r.Documents)
	}
}
