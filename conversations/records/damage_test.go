package records

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var (
	flips = flag.Int("flips", 400, "bits to flip in the rows, and bytes in the file")
	kills = flag.Int("kills", 5, "times to kill a program that submits")
)

// recordColumns are the columns that are the record. due_at, the leases and the
// notices are not: they say when to look again, not what happened.
var recordColumns = map[string][]string{
	"records_chain":       {"seq", "at", "actor", "kind", "subject", "detail", "prev", "hash"},
	"records_head":        {"seq", "hash"},
	"records_steps":       {"filing", "revision", "track", "prev", "opens", "procedure", "version", "action", "from_state", "to_state", "at", "person", "once", "event", "after", "seq"},
	"records_contents":    {"filing", "revision", "digest", "body"},
	"records_attachments": {"filing", "revision", "place", "hash", "about"},
	"records_numbers":     {"number", "filing"},
	"records_receipts":    {"receipt", "filing"},
	"records_filings":     {"id", "revision", "number", "unit", "body", "office", "state", "ahead", "submitted"},
}

// written gives the path of a book with three filings on their ways.
func written(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "book.db")
	b, db := openFile(t, path)
	d := deskOn(t, b)
	d.leads(t, d.submit(t, "a", nil), "T7", "T8", "T10", "T11", "T14", "T15", "T18", "progress")
	d.leads(t, d.submit(t, "b", nil), "T10", "T12a")
	if _, err := d.Begin(t.Context(), Submission{Person: boss, Handler: maker, Content: contentOf(t, 0, urgentAnswers(d.now.Add(-time.Hour)))}); err != nil {
		t.Fatal(err)
	}
	holdsTogether(t, d)
	if _, err := db.Exec(`PRAGMA wal_checkpoint(TRUNCATE)`); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestEveryFlippedBitOfARecordIsFound (R11), whoever flips it.
func TestEveryFlippedBitOfARecordIsFound(t *testing.T) {
	db, err := sql.Open("sqlite", "file:"+written(t)+"?_pragma=foreign_keys(0)&_pragma=synchronous(OFF)&_pragma=ignore_check_constraints(1)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	type cell struct {
		table, column string
		row           int64
	}
	var cells []cell
	for table, columns := range recordColumns {
		for _, end := range []string{"_frozen", "_kept"} {
			if _, err := db.Exec(`DROP TRIGGER IF EXISTS ` + table + end); err != nil {
				t.Fatal(err)
			}
		}
		var n int64
		if err := db.QueryRow(`SELECT MAX(rowid) FROM ` + table).Scan(&n); err != nil {
			t.Fatal(err)
		}
		for row := int64(1); row <= n; row++ {
			for _, c := range columns {
				cells = append(cells, cell{table, c, row})
			}
		}
	}
	r, done := rand.New(rand.NewPCG(1, 2)), 0
	for done < *flips {
		c := cells[r.IntN(len(cells))]
		raw, err := db.Begin()
		if err != nil {
			t.Fatal(err)
		}
		var value any
		if err := raw.QueryRow(`SELECT `+c.column+` FROM `+c.table+` WHERE rowid = ?`, c.row).Scan(&value); err != nil && !errors.Is(err, sql.ErrNoRows) {
			t.Fatal(err)
		}
		flipped := flip(r, value)
		if flipped != nil {
			if _, err := raw.Exec(`UPDATE `+c.table+` SET `+c.column+` = ? WHERE rowid = ?`, flipped, c.row); err == nil { // a unique index may refuse it
				done++
				if wrong, err := verified(raw); err == nil && wrong == nil {
					t.Errorf("%s.%s of row %d: %v became %v, and nobody sees", c.table, c.column, c.row, value, flipped)
				} else if wrong != nil && wrong.Why == "" {
					t.Errorf("%+v", wrong)
				}
			}
		}
		if err := raw.Rollback(); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d bits flipped in %d cells", done, len(cells))
}

// flip turns one bit of a value; nil for one that has none.
func flip(r *rand.Rand, value any) any {
	switch v := value.(type) {
	case int64:
		return v ^ 1<<r.IntN(50)
	case string:
		if v == "" {
			return nil
		}
		b := []byte(v)
		b[r.IntN(len(b))] ^= 1 << r.IntN(8)
		return string(b)
	}
	return nil
}

// verified is Verify within a transaction.
func verified(raw *sql.Tx) (*Wrong, error) {
	var c Checked
	t := &tx{raw, context.Background(), SQLite}
	if err := (&Book{}).verifyChain(t, &c); err != nil || c.Wrong != nil {
		return c.Wrong, err
	}
	for _, check := range checks {
		if wrong, err := check(t); err != nil || wrong != nil {
			return wrong, err
		}
	}
	return nil, nil
}

// TestEveryFlippedByteOfTheFileIsFound: whatever byte of the database file is
// changed, the records read as before or Verify says that they don't.
func TestEveryFlippedByteOfTheFileIsFound(t *testing.T) {
	if testing.Short() {
		t.Skip("a file is opened for each of many bytes")
	}
	whole, err := os.ReadFile(written(t))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "flipped.db")
	want, _, err := readBack(path, whole)
	if err != nil || want == "" {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(3, 4))
	found, harmless := 0, 0
	for range *flips {
		bad := bytes.Clone(whole)
		at := r.IntN(len(bad))
		bad[at] ^= 1 << r.IntN(8)
		got, wrong, err := readBack(path, bad)
		switch {
		case err != nil || wrong != nil:
			found++
		case got == want:
			harmless++
		default:
			t.Errorf("byte %d: the records read otherwise, and nobody sees\n%s\n%s", at, got, want)
		}
	}
	t.Logf("%d bytes flipped of %d: %d found, %d in free space, indexes and other tables", *flips, len(whole), found, harmless)
}

// TestARowCannotHideBehindAnIndex: a filing's ID stands in rows and in indexes,
// and SQLite reads either. Wherever it is changed in the file, that is found.
func TestARowCannotHideBehindAnIndex(t *testing.T) {
	whole, err := os.ReadFile(written(t))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "flipped.db")
	want, wrong, err := readBack(path, whole)
	if err != nil || wrong != nil {
		t.Fatal(wrong, err)
	}
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var id string
	if err := db.QueryRow(`SELECT id FROM records_filings ORDER BY id LIMIT 1`).Scan(&id); err != nil {
		t.Fatal(err)
	}
	places := 0
	for at := 0; ; at++ {
		next := bytes.Index(whole[at:], []byte(id))
		if next < 0 {
			break
		}
		at += next
		bad := bytes.Clone(whole)
		bad[at+len(id)/2] ^= 1
		if text, wrong, err := readBack(path, bad); err == nil && wrong == nil && text != want {
			t.Errorf("byte %d: the records read otherwise, and nobody sees", at)
		}
		places++
	}
	if places < 10 {
		t.Errorf("the ID stands at %d places only", places)
	}
}

// readBack gives every record of a database file as text, and what Verify says.
func readBack(path string, data []byte) (text string, wrong *Wrong, err error) {
	if err := os.WriteFile(path, data, 0o600); err != nil {
		return "", nil, err
	}
	db, err := sql.Open("sqlite", "file:"+path+"?immutable=1&mode=ro")
	if err != nil {
		return "", nil, err
	}
	defer db.Close()
	raw, err := db.Begin()
	if err != nil {
		return "", nil, err
	}
	defer raw.Rollback() //nolint:errcheck // it only read
	if wrong, err = verified(raw); err != nil || wrong != nil {
		return "", wrong, err
	}
	var b strings.Builder
	for _, table := range []string{"records_chain", "records_head", "records_steps", "records_contents", "records_attachments", "records_numbers", "records_receipts", "records_filings"} {
		var line string
		query := `SELECT concat_ws('|', ` + strings.Join(recordColumns[table], ", ") + `) FROM ` + table + ` NOT INDEXED ORDER BY 1`
		rows, err := raw.Query(query)
		if err != nil {
			return "", nil, err
		}
		for rows.Next() {
			if err := rows.Scan(&line); err != nil {
				return "", nil, errors.Join(err, rows.Close())
			}
			b.WriteString(line + "\n")
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return "", nil, err
		}
	}
	return b.String(), nil, nil
}

// childPath makes this test binary the program that is killed.
const childPath = "RONGCUO_RECORDS_CHILD"

// TestSubmittingChild submits one filing after the other and tells each number,
// until it is killed. It runs only as the child of the next test.
func TestSubmittingChild(t *testing.T) {
	path := os.Getenv(childPath)
	if path == "" {
		t.Skip("it is the child of TestNoToldNumberIsEverMissing")
	}
	b, db := openFile(t, path)
	d := deskOn(t, b)
	var next int
	if err := db.QueryRow(`SELECT COUNT(*) FROM records_numbers`).Scan(&next); err != nil {
		t.Fatal(err)
	}
	for next = max(next-1, 0); ; next++ { // the last one may not have been told
		fmt.Printf("told %d %s\n", next, d.submit(t, fmt.Sprint(next), nil).Number)
	}
}

// TestNoToldNumberIsEverMissing kills a program at any moment while it submits:
// every number that it told is on disk, and no confirmation made two filings
// (R9, R10).
func TestNoToldNumberIsEverMissing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "book.db")
	b, _ := openFile(t, path)
	d := deskOn(t, b)
	told, r := map[string]string{}, rand.New(rand.NewPCG(5, 6))
	for range *kills {
		child := exec.Command(os.Args[0], "-test.run=TestSubmittingChild$")
		child.Env = append(os.Environ(), childPath+"="+path)
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		listen(t, out, told, func() {
			// Somewhere within the next few submissions.
			time.AfterFunc(time.Duration(r.IntN(30_000))*time.Microsecond, func() { child.Process.Kill() }) //nolint:errcheck // it may be over
		})
		child.Wait() //nolint:errcheck // it was killed
	}
	for key, number := range told {
		if _, err := d.ByNumber(t.Context(), maker, number); err != nil {
			t.Errorf("the number %s of %s was told and is not there: %v", number, key, err)
		}
	}
	holdsTogether(t, d)
	mine, err := d.Mine(t.Context(), maker, Filter{Limit: 1 << 20})
	if err != nil || len(told) == 0 || len(mine) < len(told) || len(mine) > len(told)+1 {
		t.Errorf("%d confirmations were answered and %d filings are there: %v", len(told), len(mine), err)
	}
	t.Logf("%d kills, %d numbers told, %d filings", *kills, len(told), len(mine))
}

// listen collects what the child tells; the first number starts the clock.
func listen(t *testing.T, out io.Reader, told map[string]string, started func()) {
	lines := bufio.NewScanner(out)
	for first := true; lines.Scan(); {
		var key, number string
		if n, _ := fmt.Sscanf(lines.Text(), "told %s %s", &key, &number); n < 2 {
			continue
		}
		if had := told[key]; had != "" && had != number {
			t.Errorf("the confirmation %s has two numbers, %s and %s", key, had, number)
		}
		if told[key] = number; first {
			started()
			first = false
		}
	}
}
