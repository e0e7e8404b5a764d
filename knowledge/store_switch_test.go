package knowledge

import (
	"context"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// killedAt names the point of a switch at which a process kills itself.
const killedAt = "RONGCUO_TEST_KILLED_AT"

// TestProcessThatSwitches builds in a process of its own until it kills itself.
func TestProcessThatSwitches(t *testing.T) {
	point := os.Getenv(killedAt)
	if point == "" {
		t.Skip("it is started by another test")
	}
	dialect, err := strconv.Atoi(os.Getenv(killedDialect))
	if err != nil {
		t.Fatal(err)
	}
	base := database{Dialect(dialect), os.Getenv(killedWhere)}.base(t, &counting{})
	base.probe = func(at string) {
		if at == point {
			syscall.Kill(os.Getpid(), syscall.SIGKILL) //nolint:errcheck // the next line waits for it
			select {}
		}
	}
	reindex(t, base, os.Getenv(killedDocs))
}

// edition writes two files of which both say which edition they are of.
func edition(t *testing.T, words string) (docs string) {
	docs = t.TempDir()
	writeFile(t, docs, "a.md", rule("甲办法", "备案期限按"+words+"办理。"))
	writeFile(t, docs, "b.md", rule("乙办法", "复核期限按"+words+"办理。"))
	return docs
}

// Promises R2, R33: a process that dies just before or just after it switches to
// a new index leaves the old one or the new one, whole; another that answers
// meanwhile has no error and never mixes the two.
func testKillingASwitch(t *testing.T, d database) {
	for point, want := range map[string]string{"publishing": "旧版", "published": "新版"} {
		t.Run(point, func(t *testing.T) {
			d := d
			if d.dialect == SQLite {
				d.where = t.TempDir()
			}
			base := d.base(t, &counting{})
			reindex(t, base, edition(t, "旧版"))
			ctx, stop := context.WithCancel(t.Context())
			var answering sync.WaitGroup
			answering.Go(func() { base.Follow(ctx, time.Millisecond) })
			for range 2 {
				answering.Go(func() {
					for ctx.Err() == nil {
						if e := editionsOf(t, base); e != "旧版" && e != "新版" {
							t.Errorf("answered from %q", e)
							return
						}
					}
				})
			}
			child := exec.Command(os.Args[0], "-test.run=^TestProcessThatSwitches$")
			child.Env = append(os.Environ(), killedAt+"="+point, killedWhere+"="+d.where, killedDialect+"="+strconv.Itoa(int(d.dialect)), killedDocs+"="+edition(t, "新版"))
			if out, _ := child.CombinedOutput(); child.ProcessState.ExitCode() != -1 {
				t.Errorf("it was not killed: %s", out)
			}
			for deadline := time.Now().Add(10 * time.Second); editionsOf(t, base) != want && time.Now().Before(deadline); {
				time.Sleep(time.Millisecond)
			}
			stop()
			answering.Wait()
			if e := editionsOf(t, base); e != want {
				t.Errorf("who answered meanwhile is at %q, want %q", e, want)
			}
			if e := editionsOf(t, d.base(t, &counting{})); e != want {
				t.Errorf("who begins is at %q, want %q", e, want)
			}
			if _, err := base.store.db.Exec(`UPDATE kb_building SET until = 0`); err != nil { // the dead one's lease has run out
				t.Fatal(err)
			}
			reindex(t, base, edition(t, "新版"))
			if e := editionsOf(t, base); e != "新版" {
				t.Errorf("the next build gives %q", e)
			}
		})
	}
}

// editionsOf is what one search finds of both files, "旧版" or "新版" when they agree.
func editionsOf(t *testing.T, b *Base) string {
	g := b.current.Load() // a search sees one generation from start to end, and so does this
	hits, err := g.search(context.Background(), Query{Text: "备案期限 复核期限"}, b.lexicon, nil)
	if err != nil || len(hits) != 2 {
		t.Errorf("%d hits, %v", len(hits), err)
		return ""
	}
	var found []string
	for _, h := range hits {
		_, rest, _ := strings.Cut(g.entries[h.entry].passage.Text, "期限按")
		found = append(found, strings.TrimSuffix(strings.TrimSpace(rest), "办理。"))
	}
	if found[0] != found[1] {
		return strings.Join(found, " and ")
	}
	return found[0]
}
