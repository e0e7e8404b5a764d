//go:build unix

package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"rongcuo/bot/localtelegram/localtelegramtest"
)

// newerBuild is this program with one more migration of the records, as the next
// version would have it, built from the same source. Without
// RONGCUO_TEST_UPGRADE=build it is this program again and "" is given.
func newerBuild(t *testing.T) (program string) {
	t.Helper()
	if os.Getenv("RONGCUO_TEST_UPGRADE") != "build" {
		return ""
	}
	source, err := filepath.Abs("../../conversations/records/book.go")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(source)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(text), "\tschemaFilings,\n", "\tschemaFilings,\n\t\"CREATE TABLE records_next (one INTEGER PRIMARY KEY);\\n\",\n", 1)
	if changed == string(text) {
		t.Fatal("the list of migrations is not where this test looks for it")
	}
	dir := t.TempDir()
	other, overlay := filepath.Join(dir, "book.go"), filepath.Join(dir, "overlay.json")
	replace, err := json.Marshal(map[string]any{"Replace": map[string]string{source: other}})
	if err != nil {
		t.Fatal(err)
	}
	for path, content := range map[string][]byte{other: []byte(changed), overlay: replace} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	program = filepath.Join(dir, "rongcuo")
	if out, err := exec.Command("go", "build", "-overlay", overlay, "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return program
}

// Fault X14: two replicas are replaced one after the other by a newer program
// while people write. Nothing is lost, each message is answered in its order, and
// the older program, when it is started again, refuses the newer tables and says
// so. Only with RONGCUO_TEST_UPGRADE=build is the newer one another build; else
// its migration is written into the table of versions at the end.
func TestARollingUpgradeUnderTrafficLosesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("four processes, one after the other")
	}
	newer := newerBuild(t)
	w := newTown(t)
	start := func(name string) *replica {
		r := startProgram(t, newer, name, w.dir)
		await(t, "start of "+name, takeover, func() bool { return r.log.has("the bot begins") }, r)
		return r
	}
	old := []*replica{w.start(t, "a"), w.start(t, "b")}
	for _, r := range old {
		await(t, "start of "+r.name, takeover, func() bool { return r.log.has("the bot begins") }, r)
	}
	people := []*localtelegramtest.Person{w.telegram.As("official"), w.telegram.As("handler"), w.telegram.As("head"), w.telegram.As("decider")}
	const rounds = 20 // some five seconds
	said := make(chan int)
	go func() {
		defer close(said)
		tick := time.NewTicker(250 * time.Millisecond)
		defer tick.Stop()
		for n := range rounds {
			for _, p := range people { // the way through a form and back
				p.Say(append([]string{"/file"}, "否", "返回")[min(n, 1+(n+1)%2)])
			}
			said <- n
			<-tick.C
		}
	}()
	for n := range said {
		if at := n - 3; at >= 0 && at%8 == 0 && at/8 < len(old) {
			old[at/8].signal(syscall.SIGTERM)
			start("new" + old[at/8].name)
		}
	}
	twice := 0
	for _, p := range people {
		poll(t, "an answer to everything", func() bool { return answers(p) >= rounds })
		twice += answers(p) - rounds
	}
	if twice > 0 { // all stopped in an orderly way
		t.Errorf("%d answers came twice", twice)
	}
	if newer == "" {
		db, err := openPostgres(t.Context(), os.Getenv("DATABASE_URL"))
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if _, err := db.ExecContext(t.Context(), `INSERT INTO records_schema (version, at) VALUES (9999, 0)`); err != nil {
			t.Fatal(err)
		}
	}
	late := w.start(t, "old again")
	<-late.ended
	if status := late.process.ProcessState.ExitCode(); status != exitFailed || !late.log.has("更新版本的程序") {
		t.Errorf("the older program ends with %d and says:\n%s", status, late.log)
	}
}
