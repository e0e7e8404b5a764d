package main

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// TestEveryPromiseNamesWhatTriesIt: each of the forty has a row, and the tests
// that it names exist.
func TestEveryPromiseNamesWhatTriesIt(t *testing.T) { rowsNameTests(t, "PROMISES.md", "R", 40) }

// TestEveryThreatNamesWhatAnswersIt: so has each of the 24 threats.
func TestEveryThreatNamesWhatAnswersIt(t *testing.T) { rowsNameTests(t, "THREATS.md", "T", 24) }

// rowsNameTests proves that a table has its rows, each with what it is about and
// what tries it, and that the tests it names exist.
func rowsNameTests(t *testing.T, file, letter string, rows int) {
	t.Helper()
	text, tests := deployed(t, file), testNames(t)
	for n := 1; n <= rows; n++ {
		if !regexp.MustCompile(fmt.Sprintf(`(?m)^\| %s%d \|[^|]+\|[^|]{10,}\|(?:[^|]+\|)?$`, letter, n)).MatchString(text) {
			t.Errorf("%s%d has no row", letter, n)
		}
	}
	for _, name := range regexp.MustCompile("`((?:Test|Fuzz)[A-Za-z0-9]+)`").FindAllStringSubmatch(text, -1) {
		if !strings.Contains(tests, "\nfunc "+name[1]+"(") {
			t.Errorf("%s: there is no %s", file, name[1])
		}
	}
}
