package knowledge

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"

	"rongcuo/knowledge/documents"
	"rongcuo/knowledge/fakemodel"
	"rongcuo/knowledge/postgrestest"
)

// database is a fresh database that several processes may open.
type database struct {
	dialect Dialect
	where   string // the folder of an SQLite file, or the address of a server's database
}

func (d database) open(t testing.TB) *sql.DB {
	t.Helper()
	driver, dsn := "pgx", d.where
	if d.dialect == SQLite {
		driver, dsn = "sqlite", sqliteDSN(d.where)
	}
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// base opens the database as one more process would.
func (d database) base(t testing.TB, e Embedder) *Base {
	t.Helper()
	b, err := New(t.Context(), Options{DB: d.open(t), Dialect: d.dialect, Embedder: e})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// eachDialect runs a test with a way to make fresh databases, on SQLite and on
// a real PostgreSQL.
func eachDialect(t *testing.T, test func(t *testing.T, fresh func(testing.TB) database)) {
	t.Run("SQLite", func(t *testing.T) {
		test(t, func(t testing.TB) database { return database{SQLite, t.TempDir()} })
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		server := postgrestest.Start(t)
		test(t, func(t testing.TB) database { return database{PostgreSQL, postgrestest.NewDatabase(t, server)} })
	})
}

// TestStores is what a database must do to hold a base.
func TestStores(t *testing.T) {
	eachDialect(t, func(t *testing.T, fresh func(testing.TB) database) {
		for _, promise := range []struct {
			name string
			test func(*testing.T, database)
		}{
			{"an unchanged folder costs nothing", testAnUnchangedFolderCostsNothing},
			{"a changed file costs only its changed articles", testAChangedFileCostsOnlyItsChangedArticles},
			{"a failed build changes nothing", testAFailedBuildChangesNothing},
			{"a model that fails stops no build: words alone answer", testAModelThatFailsStopsNothing},
			{"missing vectors are made as soon as the model is back", testVectorsComeWithTheModel},
			{"another model is taken up beside the index at hand", testAnotherModelIsTakenUpBeside},
			{"who embeds lets others build in between", testEmbeddingLetsOthersBuild},
			{"the previous index comes back", testThePreviousIndexComesBack},
			{"another process takes up a new index", testAnotherProcessTakesUpANewIndex},
			{"confirmed questions lift their article", testConfirmedQuestionsLiftTheirArticle},
			{"a change leaves the other files alone", testAChangeLeavesTheOtherFilesAlone},
			{"the tables say who made them", testTheTablesSayWhoMadeThem},
			{"a newer database is refused", testANewerDatabaseIsRefused},
			{"processes that start together make the tables once", testProcessesStartTogether},
			{"a corpus of many lines comes back as it was", testACorpusComesBack},
			{"any question can be confirmed", testAnyQuestionIsConfirmed},
			{"what no index needs is gone", testWhatNoIndexNeedsIsGone},
			{"two builds at once: the second is told who builds", testASecondBuildIsRefused},
			{"a build that was killed gives way", testAKilledBuildGivesWay},
			{"what a killed build had done is not done again", testKillingABuild},
			{"a process killed at the switch leaves one edition whole", testKillingASwitch},
			{"a build that was stopped too long writes nothing", testAStoppedBuildWritesNothing},
			{"a clock that was set back does not block builds", testAClockSetBack},
			{"vectors are made once by all processes", testVectorsAreMadeOnce},
			{"processes that start empty fill the base once", testFillingHappensOnce},
			{"questions see the old index or the new one", testQuestionsSeeOneIndex},
			{"what was confirmed reaches the other processes", testConfirmedReachesTheOthers},
			{"following outlives a database that fails", testFollowingOutlivesAFailure},
			{"a base is read as of one moment", testLoadIsOfOneMoment},
		} {
			t.Run(promise.name, func(t *testing.T) { promise.test(t, fresh(t)) })
		}
	})
}

func testTheTablesSayWhoMadeThem(t *testing.T, d database) {
	d.base(t, nil)
	rows, err := d.open(t).Query(`SELECT version FROM kb_schema WHERE version = 1 OR applied <> '' ORDER BY version`)
	if err != nil {
		t.Fatal(err)
	}
	versions, err := scanAll[int](rows)
	if err != nil || len(versions) != len(migrations) || versions[len(versions)-1] != len(migrations) {
		t.Fatalf("%v %v", versions, err)
	}
}

func testANewerDatabaseIsRefused(t *testing.T, d database) {
	d.base(t, nil)
	db := d.open(t)
	if _, err := db.Exec(`INSERT INTO kb_schema (version, program) VALUES (999, 'v9.9.9')`); err != nil {
		t.Fatal(err)
	}
	_, err := New(t.Context(), Options{DB: db, Dialect: d.dialect})
	if e, ok := errors.AsType[*NewerError](err); !ok || e.Version != 999 || e.Known != len(migrations) || !strings.Contains(e.Error(), "v9.9.9") {
		t.Fatalf("%v", err)
	}
}

func testProcessesStartTogether(t *testing.T, d database) {
	const processes = 8
	failed := make(chan error, processes)
	for range processes {
		db := d.open(t)
		go func() {
			_, err := New(t.Context(), Options{DB: db, Dialect: d.dialect})
			failed <- err
		}()
	}
	for range processes {
		if err := <-failed; err != nil {
			t.Error(err)
		}
	}
	var rows int
	if err := d.open(t).QueryRow(`SELECT count(*) FROM kb_schema`).Scan(&rows); err != nil || rows != len(migrations) {
		t.Fatalf("%d versions are recorded, want %d: %v", rows, len(migrations), err)
	}
}

func testACorpusComesBack(t *testing.T, d database) {
	docs := t.TempDir()
	writeFile(t, docs, "a.md", rule("甲办法", "备案期限为十个工作日。"))
	var lines strings.Builder
	const n = 2*rowsAtOnce + 1
	for i := range n {
		lines.WriteString(`{"id":"x` + documents.FormatNumber(i+1) + `","title":"某法第三条","text":"第` + documents.FormatNumber(i+1) + `项，某人应当报告。"}` + "\n")
	}
	writeFile(t, docs, "b.jsonl", lines.String())
	b := d.base(t, nil)
	if r := reindex(t, b, docs); r.Documents != n+1 || r.Passages != n+1 {
		t.Fatalf("%d documents, %d passages", r.Documents, r.Passages)
	}
	again := d.base(t, nil)
	want, got := slices.Collect(b.Documents()), slices.Collect(again.Documents())
	if len(got) != len(want) {
		t.Fatalf("%d documents came back of %d", len(got), len(want))
	}
	for i := range want {
		if got[i].Path != want[i].Path || got[i].Passages[0].Text != want[i].Passages[0].Text {
			t.Fatalf("document %d: %s, want %s", i, got[i].Path, want[i].Path)
		}
	}
	if r := reindex(t, again, docs); !r.Unchanged || r.Reused != 2 || r.Files[1].Passages != n {
		t.Fatalf("the same again: %+v", r)
	}
}

// A question may hold a zero byte, which PostgreSQL refuses in any text, and be
// longer than a key.
func testAnyQuestionIsConfirmed(t *testing.T, d database) {
	b := d.base(t, nil)
	for _, question := range []string{"几天\x00\xff", strings.Repeat("要等几天", 1000), ""} {
		if err := b.Confirm(t.Context(), Ref{"a.md", "第一条"}, question); err != nil {
			t.Errorf("%.20q: %v", question, err)
		}
	}
}

func testWhatNoIndexNeedsIsGone(t *testing.T, d database) {
	docs := t.TempDir()
	b := d.base(t, nil)
	if _, err := b.store.db.Exec(`INSERT INTO kb_generations (state, created) VALUES ('building', '2025-01-01T00:00:00Z')`); err != nil { // of a program that was killed
		t.Fatal(err)
	}
	for _, days := range []string{"十", "十五", "二十"} {
		writeFile(t, docs, "a.md", rule("甲办法", "备案期限为"+days+"个工作日。"))
		reindex(t, b, docs)
	}
	for table, want := range map[string]int{"kb_generations": 2, "kb_members": 2, "kb_documents": 2, "kb_passages": 2} {
		var n int
		if err := b.store.db.QueryRow(`SELECT count(*) FROM ` + table).Scan(&n); err != nil || n != want {
			t.Errorf("%s has %d rows, want those of the current and the previous index, %d: %v", table, n, want, err)
		}
	}
}

// The file is as the program wrote it before it knew PostgreSQL.
func TestAFileOfTheFirstTablesOpens(t *testing.T) {
	old, err := os.ReadFile(filepath.Join("testdata", "store_version1.sql"))
	if err != nil {
		t.Fatal(err)
	}
	d := database{SQLite, t.TempDir()}
	if _, err := d.open(t).Exec(string(old)); err != nil {
		t.Fatal(err)
	}
	s := fakemodel.Start(t)
	m, _ := testModels(t, s)
	b := d.base(t, m)
	if docs, passages := b.Size(); docs != 2 || passages != 3 {
		t.Fatalf("%d documents, %d passages", docs, passages)
	}
	if _, calls := s.Embedded(); calls != 0 {
		t.Error("its vectors were made again")
	}
	if got := b.current.Load().confirmed[Ref{"b.md", "第一条"}]; !slices.Equal(got, []string{"能复核几回？"}) {
		t.Errorf("confirmed: %q", got)
	}
	goBack(t, b)
	if a := ask(t, b, Question{Text: "备案期限是几个工作日"}); !strings.Contains(a.Text(), "为十个工作日") {
		t.Errorf("the previous index: %s", a.Text())
	}
	docs := t.TempDir()
	writeFile(t, docs, "c.md", rule("丙办法", "回访每半年一次。"))
	if r := reindex(t, b, docs); r.Documents != 1 {
		t.Errorf("%+v", r)
	}
}
