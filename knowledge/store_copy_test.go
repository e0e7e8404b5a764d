package knowledge

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"rongcuo/knowledge/documents"
	"rongcuo/knowledge/fakemodel"
	"rongcuo/knowledge/postgrestest"
)

func TestACopyAnswersAsTheOriginal(t *testing.T) {
	server := postgrestest.Start(t)
	sqlite := func() database { return database{SQLite, t.TempDir()} }
	postgres := func() database { return database{PostgreSQL, postgrestest.NewDatabase(t, server)} }
	for name, d := range map[string][2]database{
		"SQLite to PostgreSQL": {sqlite(), postgres()},
		"PostgreSQL to SQLite": {postgres(), sqlite()},
	} {
		t.Run(name, func(t *testing.T) { testCopy(t, d[0], d[1]) })
	}
}

func testCopy(t *testing.T, from, to database) {
	s := fakemodel.Start(t)
	m, _ := testModels(t, s)
	b := from.base(t, m)
	if _, err := b.Reindex(t.Context(), documents.WalkFS(t.Context(), Sample()), nil); err != nil {
		t.Fatal(err)
	}
	docs := t.TempDir()
	writeFile(t, docs, "新办法.md", rule("新办法", "备案期限为十个工作日。"))
	entries, err := documents.WalkDir(t.Context(), docs)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Change(t.Context(), entries, nil, nil); err != nil {
		t.Fatal(err)
	}
	if err := b.Confirm(t.Context(), Ref{"新办法.md", "第一条"}, "要等几天？"); err != nil {
		t.Fatal(err)
	}
	journal, err := b.Journal()
	if err != nil {
		t.Fatal(err)
	}
	put(t, journal, "1", "someone", "备案期限是几个工作日", noon)
	put(t, journal, "2", "someone", "食堂几点开饭", noon)

	source, target := Database{from.open(t), from.dialect}, Database{to.open(t), to.dialect}
	interrupted, cancel := context.WithCancel(t.Context())
	if _, err := Copy(interrupted, source, target, func(table string, _, _ int64) { cancel() }); err == nil {
		t.Fatal("it went on after it was cancelled")
	}
	_, before := s.Embedded()
	seen := map[string]int64{}
	counts, err := Copy(t.Context(), source, target, func(table string, done, total int64) {
		if done > total || done <= seen[table] {
			t.Errorf("%s: %d of %d after %d", table, done, total, seen[table])
		}
		seen[table] = done
	})
	if err != nil {
		t.Fatal(err)
	}
	for table, rows := range counts {
		if rows != seen[table] {
			t.Errorf("%s: %d rows, told of %d", table, rows, seen[table])
		}
	}
	if len(counts) != len(copied) {
		t.Errorf("copied %v", counts)
	}
	if counts["kb_generations"] != 2 || counts["kb_confirmed"] != 1 || counts["kb_journal"] != 2 || counts["kb_passages"] < 200 {
		t.Errorf("%v", counts)
	}
	other := to.base(t, m)
	want := ask(t, b, Question{Text: "备案期限是几个工作日"}).Text()
	if got := ask(t, other, Question{Text: "备案期限是几个工作日"}).Text(); got != want || !strings.Contains(got, "十个工作日") {
		t.Errorf("the copy answers\n%s\nand the original\n%s", got, want)
	}
	if _, err := other.Change(t.Context(), entries, []string{"新办法.md"}, nil); err != nil {
		t.Fatalf("changing the copy: %v", err)
	}
	writeFile(t, docs, "新办法.md", rule("新办法", "备案期限为十五个工作日。"))
	if r := reindex(t, other, docs); r.Documents != 1 || r.Embedded != 1 {
		t.Errorf("indexing into the copy: %+v", r)
	}
	if _, after := s.Embedded(); after-before > 3 { // two questions and the new article
		t.Errorf("%d calls of the model", after-before)
	}
	if _, err := Copy(t.Context(), source, target, nil); err == nil {
		t.Error("records were written into others")
	} else if _, ok := errors.AsType[*NotEmptyError](err); !ok {
		t.Error(err)
	}
}

func TestEveryTableIsCopied(t *testing.T) {
	db := database{SQLite, t.TempDir()}
	b := db.base(t, nil)
	rows, err := b.store.db.Query(`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT IN ('kb_schema', 'kb_building')`)
	if err != nil {
		t.Fatal(err)
	}
	tables, err := scanAll[string](rows)
	if err != nil {
		t.Fatal(err)
	}
	if want := slices.Sorted(slices.Values(copied)); !slices.Equal(slices.Sorted(slices.Values(tables)), want) {
		t.Errorf("there are %v, copied are %v", tables, want)
	}
}
