package records

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rongcuo/conversations"
	"rongcuo/knowledge/postgrestest"
)

// TestBothDatabasesKeepTheSame runs what touches SQL on SQLite and on a real
// PostgreSQL.
func TestBothDatabasesKeepTheSame(t *testing.T) {
	tests := []struct {
		name string
		test func(*testing.T, *desk)
	}{
		{"a story", aStory}, {"one confirm, one filing", oneFiling}, {"a race has one winner", oneWinner}, {"lists", lists},
		{"the tables guard themselves", guarded}, {"what time brings", timePasses}, {"notices", notices}, {"foreign and absent", foreignAndAbsent},
	}
	t.Run("SQLite", func(t *testing.T) {
		for _, c := range tests {
			t.Run(c.name, func(t *testing.T) { c.test(t, newDesk(t)) })
		}
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		dsn := postgrestest.Start(t)
		for _, c := range tests {
			t.Run(c.name, func(t *testing.T) {
				db, err := sql.Open("pgx", postgrestest.NewDatabase(t, dsn))
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { db.Close() })
				b, err := Open(t.Context(), db, PostgreSQL)
				if err != nil {
					t.Fatal(err)
				}
				c.test(t, deskOn(t, b))
			})
		}
	})
}

func aStory(t *testing.T, d *desk) {
	f := d.leads(t, d.submit(t, "", nil), "T7", "T8", "T10", "T11", "T14", "T15", "T18", "progress", "T21", "T22a", "T22b", "T24a", "T24b")
	if f.State != "closed" {
		t.Fatalf("%+v", f)
	}
	full, err := d.ByNumber(t.Context(), registrar, strings.ToLower(f.Number))
	if err != nil || len(full.Timeline) != 14 || len(full.Rounds) != 2 {
		t.Errorf("%+v, %v", full, err)
	}
	holdsTogether(t, d)
}

// oneFiling: the same confirmation ten times at once makes one filing (R10).
func oneFiling(t *testing.T, d *desk) {
	numbers := make([]string, 10)
	var wg sync.WaitGroup
	for i := range numbers {
		wg.Go(func() {
			f, err := d.Submit(context.Background(), Submission{Key: "u7", Person: boss, Handler: maker, Content: contentOf(t, 0, nil)})
			if err != nil {
				t.Error(err)
			}
			numbers[i] = f.Number
		})
	}
	wg.Wait()
	if n := slices.Compact(slices.Sorted(slices.Values(numbers))); len(n) != 1 || n[0] == "" {
		t.Fatalf("ten times the same confirmation: %q", n)
	}
	if other := d.submit(t, "u8", nil); other.Number == numbers[0] {
		t.Error("another confirmation gives the same number")
	}
	if f, err := d.Submit(t.Context(), Submission{Key: "u7", Person: otherBoss, Unit: otherName, Content: contentOf(t, 0, nil)}); err != nil || f.Number == numbers[0] {
		t.Errorf("the same key of another person: %+v, %v", f, err)
	}
}

// oneWinner: of two who decide at once one wins and the other is told (R13).
func oneWinner(t *testing.T, d *desk) {
	for round := range 20 {
		f := d.leads(t, d.submit(t, "", conversations.Answers{"matter_name": {Text: fmt.Sprintf("第%d号楼加装电梯先行施工", round)}}), "T10")
		var won, stale int
		var mu sync.Mutex
		var wg sync.WaitGroup
		for person, id := range map[int64]string{decider: "T11", second: "T13"} {
			wg.Go(func() {
				_, err := d.Do(context.Background(), Deed{Person: person, Filing: f.ID, Revision: f.Revision, Action: good(d.p, id), Key: fmt.Sprint(round, id)})
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					won++
				case errors.Is(err, ErrStale):
					stale++
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if won != 1 || stale != 1 {
			t.Fatalf("%d won, %d were told", won, stale)
		}
	}
	holdsTogether(t, d)
}

// guarded: SQL itself refuses what the table of transitions does not know.
func guarded(t *testing.T, d *desk) {
	f := d.submit(t, "", nil)
	insert := func(action, from, to string, prev any, opens int) string {
		return fmt.Sprintf(`INSERT INTO records_steps (filing, revision, track, prev, opens, procedure, version, action, from_state, to_state, at, person, event, after, seq)
			VALUES ('%s', 2, 'main', %v, %d, 'risk-filing', 1, '%s', '%s', '%s', 0, 0, '{}', '{}', 1)`, f.ID, prev, opens, action, from, to)
	}
	for name, statement := range map[string]string{
		"a move that is in no table":           insert("T11", "submitted", "filed", 1, 0),
		"a lawful move from where it is not":   insert("T11", "accepted", "agreed", 1, 0),
		"a second begin":                       insert("T6", "ready", "submitted", "NULL", 1),
		"a begin in the middle":                insert("T11", "accepted", "agreed", "NULL", 1),
		"an index to a step that is not there": `UPDATE records_filings SET revision = 9 WHERE id = '` + f.ID + `'`,
		"another content":                      `UPDATE records_contents SET body = '{}'`,
		"no content":                           `DELETE FROM records_contents`,
		"another step":                         `UPDATE records_steps SET to_state = 'filed'`,
		"no step":                              `DELETE FROM records_steps`,
		"another number":                       `UPDATE records_numbers SET number = 'FS-1'`,
		"no attachment":                        `DELETE FROM records_attachments`,
		"another law":                          `UPDATE records_lawful SET to_state = 'filed' WHERE action = 'T11'`,
	} {
		if _, err := d.book.db.Exec(statement); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
	holdsTogether(t, d)
	control, err := d.book.db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := control.Exec(insert("T10", "submitted", "accepted", 1, 0)); err != nil {
		t.Errorf("a lawful move is refused: %v", err)
	}
	if err := control.Rollback(); err != nil {
		t.Fatal(err)
	}
	if _, err := d.book.db.Exec(`UPDATE records_filings SET state = 'filed' WHERE id = '` + f.ID + `'`); err != nil {
		t.Fatal(err)
	}
	if c, err := d.book.Verify(t.Context()); err != nil || c.Wrong == nil {
		t.Errorf("the index lies and nobody sees: %+v, %v", c, err)
	}
}

func lists(t *testing.T, d *desk) {
	first := d.submit(t, "", nil)
	d.now = d.now.Add(time.Hour)
	next := d.leads(t, d.submit(t, "", nil), "T10", "T11", "T14")
	cards := func(list func(context.Context, int64, Filter) ([]Card, error), person int64, f Filter) string {
		t.Helper()
		found, err := list(t.Context(), person, f)
		if err != nil {
			t.Fatal(err)
		}
		names := map[string]string{first.ID: "first", next.ID: "next"}
		var out []string
		for _, c := range found {
			out = append(out, names[c.ID])
		}
		return strings.Join(out, " ")
	}
	for _, c := range []struct{ name, got, want string }{
		{"the unit's", cards(d.Mine, deputy, Filter{}), "next first"},
		{"a page", cards(d.Mine, deputy, Filter{After: next.ID, Limit: 1}), "first"},
		{"another unit's", cards(d.Mine, otherBoss, Filter{}), ""},
		{"the body's", cards(d.Register, second, Filter{}), "next first"},
		{"another body's", cards(d.Register, otherBody, Filter{}), ""},
		{"the registrar's", cards(d.Register, registrar, Filter{}), "next"},
		{"of a year", cards(d.Register, second, Filter{Year: 2025}), ""},
		{"of this year", cards(d.Register, second, Filter{Year: 2026, Body: bodyName, State: "submitted"}), "first"},
		{"an owner's", cards(d.Register, county, Filter{}), ""},
		{"waiting for the body", cards(d.Waiting, decider, Filter{}), "first"},
		{"waiting for the registrar", cards(d.Waiting, registrar, Filter{}), "next"},
		{"waiting for the handler", cards(d.Waiting, maker, Filter{}), ""},
		{"waiting for one of the same unit", cards(d.Waiting, doubled, Filter{}), ""},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", c.name, c.got, c.want)
		}
	}
}

// foreignAndAbsent: whoever has nothing to do with a filing meets the same
// answer as for one that is not there, in every verb, and the try is noted (R14).
func foreignAndAbsent(t *testing.T, d *desk) {
	f := d.submit(t, "", nil)
	seen := map[int64]bool{boss: true, maker: true, deputy: true, decider: true, second: true, doubled: true, auditor: true}
	for _, person := range people {
		for name, try := range map[string]func(id, number string) error{
			"look":   func(id, _ string) error { _, err := d.Look(t.Context(), person, id); return err },
			"number": func(_, number string) error { _, err := d.ByNumber(t.Context(), person, number); return err },
			"do": func(id, _ string) error {
				_, err := d.Do(t.Context(), Deed{Person: person, Filing: id, Revision: 77, Action: good(d.p, "T10")})
				return err
			},
		} {
			before := refused(t, d)
			there, absent := try(f.ID, f.Number), try("ABSENT", "FS-2026-22222-2222X")
			if !errors.Is(absent, ErrNotFound) {
				t.Errorf("%s of what is not there by %d: %v", name, person, absent)
			}
			if errors.Is(there, ErrNotFound) == seen[person] {
				t.Errorf("%s by %d: %v", name, person, there)
			}
			if !seen[person] && (there.Error() != absent.Error() || refused(t, d) == before) {
				t.Errorf("%s by %d tells foreign from absent: %v, %v", name, person, there, absent)
			}
		}
	}
}

func refused(t *testing.T, d *desk) int64 {
	t.Helper()
	e, err := d.book.Entries(t.Context(), 0, KindRefused)
	if err != nil {
		t.Fatal(err)
	}
	if len(e) == 0 {
		return 0
	}
	return e[0].Seq
}

// timePasses: reminders come once, a correction that is not made lapses.
func timePasses(t *testing.T, d *desk) {
	f := d.leads(t, d.submit(t, "", nil), "T7")
	told(t, d, maker)
	var got []string
	for range 20 {
		d.now = d.now.AddDate(0, 0, 1)
		for range 2 { // a second call finds nothing new
			if _, _, err := d.Due(t.Context(), 10); err != nil {
				t.Fatal(err)
			}
		}
		for _, text := range told(t, d, maker) {
			got = append(got, d.now.Format("01-02 ")+text)
		}
	}
	want := []string{
		"11-30 「无产权档案老楼加装电梯先行施工」距补正截止还有 5 个工作日，逾期将视为撤回。",
		"12-03 「无产权档案老楼加装电梯先行施工」距补正截止还有 2 个工作日，逾期将视为撤回。",
		"12-07 「无产权档案老楼加装电梯先行施工」距补正截止还有 0 个工作日，逾期将视为撤回。",
		"12-08 「无产权档案老楼加装电梯先行施工」没有按期补正，视为撤回申请。",
	}
	if !slices.Equal(got, want) {
		t.Errorf("the handler is told\n%s", strings.Join(got, "\n"))
	}
	full, err := d.Look(t.Context(), maker, f.ID)
	if err != nil || full.Filing.State != "lapsed" || full.Filing.Since.In(china).Day() != 8 {
		t.Errorf("%+v, %v", full.Card, err)
	}
	holdsTogether(t, d)
}

// notices go once to whom they concern, and not to who has left meanwhile.
func notices(t *testing.T, d *desk) {
	d.submit(t, "", nil)
	posts, err := d.book.Posts(t.Context(), second)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.book.Revoke(t.Context(), county, posts[0].ID); err != nil {
		t.Fatal(err)
	}
	first, err := d.Claim(t.Context(), 100, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	var to []int64
	for _, n := range first {
		to = append(to, n.Person)
		if strings.ContainsAny(n.Text, "{}") || !strings.Contains(n.Text, "2026年11月25日") {
			t.Errorf("%q", n.Text)
		}
	}
	slices.Sort(to)
	if !slices.Equal(to, []int64{boss, maker, decider, doubled}) {
		t.Errorf("told were %v", to)
	}
	if again, _ := d.Claim(t.Context(), 100, time.Minute); len(again) != 0 {
		t.Errorf("claimed twice: %+v", again)
	}
	if err := d.Sent(t.Context(), first[0].Key); err != nil {
		t.Fatal(err)
	}
	d.now = d.now.Add(2 * time.Minute)
	if again, _ := d.Claim(t.Context(), 100, time.Minute); len(again) != len(first)-1 {
		t.Errorf("after the lease %d come again, of %d", len(again), len(first)-1)
	}
}

// TestTheMatrix: every role tries every action in every state, and exactly what
// the procedure names is done (R12, R14).
func TestTheMatrix(t *testing.T) {
	p, _, calendar := sampleProcedure(t)
	sh, cells, done := shapeOf(p), 0, 0
	for _, s := range p.States {
		for _, person := range people {
			for _, tr := range p.Transitions {
				f := Filing{ID: "f", Number: "n", Procedure: p.ID, Version: 1, Unit: unitName, Body: bodyName, Head: boss, Handler: maker, Office: true, Shown: []string{"trial"},
					Until: "2027-06-30", Track: Track{State: s.ID, Since: noon}, Rounds: []string{"x"}, Reached: map[string]time.Time{}}
				a, content := good(p, tr.ID), contentOf(t, 1, nil)
				if tr.ID == sh.urgent.ID {
					content = contentOf(t, 1, urgentAnswers(noon.Add(-time.Hour)))
				}
				if tr.Round || tr.ID == sh.submission.ID || tr.ID == sh.urgent.ID {
					a.Content = &content
				}
				_, _, _, err := Act(p, f, content, a, Actor{Person: person, Posts: posts[person]}, calendar, noon)
				cells++
				may := slices.Contains(tr.From, s.ID) && slices.ContainsFunc(posts[person], func(post Post) bool {
					by := slices.Contains(tr.By, string(post.Role)) || tr.Round && post.Role == UnitHead
					own := post.Place == unitName || post.Place == bodyName || post.Role == Registrar || post.Role == Trial
					return by && own && (person != doubled || post.Role == Handler)
				})
				if may != (err == nil) {
					t.Errorf("%s by %d in %s: %v", tr.ID, person, s.ID, err)
				}
				if err == nil {
					done++
				}
			}
		}
	}
	t.Logf("%d cells, %d allowed", cells, done)
}

// TestWhatIsMissingIsSaidPolitely: one sentence that names the field.
func TestWhatIsMissingIsSaidPolitely(t *testing.T) {
	d := newDesk(t)
	f := d.leads(t, d.submit(t, "", nil), "T10")
	for name, c := range map[string]struct {
		change func(*Action)
		want   string
	}{
		"nothing": {func(a *Action) { a.Said = conversations.Said{} }, "会议日期"},
		"a day to come": {func(a *Action) {
			a.Said.Texts = map[string]string{"decided_on": "明天", "decision_no": "无文号", "opinion": "同意"}
		}, "不能晚于今天"},
		"reasons":         {func(a *Action) { a.Reasons = []string{"R1"} }, sayNoReasonsHere},
		"remarks":         {func(a *Action) { a.Remarks = map[string]string{"background": "？"} }, sayNoRemarksHere},
		"no reason":       {func(a *Action) { *a = good(d.p, "T13"); a.Reasons = nil }, sayReasonNeeded},
		"another group's": {func(a *Action) { *a = good(d.p, "T13"); a.Reasons = []string{"B1"} }, sayUnknownReason},
	} {
		a := good(d.p, "T11")
		c.change(&a)
		_, err := d.Do(t.Context(), Deed{Person: decider, Filing: f.ID, Revision: f.Revision, Action: a})
		if invalid, ok := errors.AsType[*Invalid](err); !ok || !strings.Contains(invalid.Sentence, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
