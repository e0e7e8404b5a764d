package main

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// TestEveryPromiseNamesWhatTriesIt: each of the forty has a row, and the tests
// that it names exist.
func TestEveryPromiseNamesWhatTriesIt(t *testing.T) {
	text, tests := deployed(t, "PROMISES.md"), testNames(t)
	for n := 1; n <= 40; n++ {
		if !regexp.MustCompile(fmt.Sprintf(`(?m)^\| R%d \|[^|]+\|[^|]{10,}\|$`, n)).MatchString(text) {
			t.Errorf("R%d has no row", n)
		}
	}
	for _, name := range regexp.MustCompile("`((?:Test|Fuzz)[A-Za-z0-9]+)`").FindAllStringSubmatch(text, -1) {
		if !strings.Contains(tests, "\nfunc "+name[1]+"(") {
			t.Errorf("there is no %s", name[1])
		}
	}
}
