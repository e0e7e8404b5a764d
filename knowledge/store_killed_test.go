package knowledge

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// What a process that is to be killed is told.
const (
	killedWhere   = "RONGCUO_TEST_KILLED_WHERE"
	killedDialect = "RONGCUO_TEST_KILLED_DIALECT"
	killedDocs    = "RONGCUO_TEST_KILLED_DOCS"
)

// hanging says a line for every batch that it is asked for and never comes back
// from the third.
type hanging struct {
	counting
	batches int
}

func (h *hanging) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	h.batches++
	fmt.Println("batch", h.batches)
	if h.batches == 3 {
		select {}
	}
	return h.counting.Embed(ctx, texts)
}

// TestProcessToBeKilled builds in a process of its own until it is killed.
func TestProcessToBeKilled(t *testing.T) {
	where := os.Getenv(killedWhere)
	if where == "" {
		t.Skip("it is started by another test")
	}
	dialect, err := strconv.Atoi(os.Getenv(killedDialect))
	if err != nil {
		t.Fatal(err)
	}
	reindex(t, database{Dialect(dialect), where}.base(t, &hanging{}), os.Getenv(killedDocs))
}

func testKillingABuild(t *testing.T, d database) {
	docs := t.TempDir()
	writeFile(t, docs, "a.md", rule("甲办法", "备案期限为十个工作日。"))
	base := d.base(t, &counting{})
	reindex(t, base, docs)
	articles := make([]string, 5*embedBatch)
	for i := range articles {
		articles[i] = fmt.Sprintf("第%d类事项应当备案。", i)
	}
	writeFile(t, docs, "b.md", rule("乙办法", articles...))

	pid := killBuild(t, d, docs)
	if text := textOf(t, d.base(t, &counting{}), "a.md"); !strings.Contains(text, "十个工作日") {
		t.Errorf("after the kill: %s", text)
	}
	err := tryReindex(t, base, docs)
	if e, ok := errors.AsType[*BuildingError](err); !ok || !strings.HasSuffix(e.Holder, fmt.Sprintf("/%d", pid)) {
		t.Errorf("within the lease of process %d: %v", pid, err)
	}
	if _, err := base.store.db.Exec(`UPDATE kb_building SET until = 0`); err != nil { // its lease has run out
		t.Fatal(err)
	}
	r := reindex(t, base, docs)
	if r.Reused != 2 || r.Embedded != 3*embedBatch || r.Passages != 5*embedBatch+1 {
		t.Errorf("of what the killed build had read and embedded, not all was taken up: %+v", r)
	}
	if _, ok := base.Document("b.md"); !ok {
		t.Error("what it was to bring is not there")
	}
}

// killBuild starts a build in another process and kills it in its third batch.
func killBuild(t *testing.T, d database, docs string) (pid int) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestProcessToBeKilled$")
	cmd.Env = append(os.Environ(), killedWhere+"="+d.where, killedDialect+"="+strconv.Itoa(int(d.dialect)), killedDocs+"="+docs)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var said []string
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if said = append(said, lines.Text()); lines.Text() == "batch 3" {
			break
		}
	}
	cmd.Process.Kill() //nolint:errcheck // it may have ended, which the next line says
	cmd.Wait()         //nolint:errcheck // it was killed
	if len(said) == 0 || said[len(said)-1] != "batch 3" {
		t.Fatalf("it ended before: %q", said)
	}
	return cmd.Process.Pid
}
