package records

import (
	"errors"
	"flag"
	"path/filepath"
	"sync"
	"testing"
)

var races = flag.Int("races", 20, "filings on which two people decide at the same moment")

// Promises R10, R13: of two deciders who act on the same filing at the same
// moment, each through a process of his own, exactly one stands; the other is told
// that somebody was faster. -races is how many filings.
func TestOfTwoDecidersOneIsFaster(t *testing.T) {
	path := filepath.Join(t.TempDir(), "book.db")
	var desks []*desk
	for i := range 2 {
		b, _ := openFile(t, path)
		if i == 0 {
			desks = append(desks, deskOn(t, b))
			continue
		}
		p, library, calendar := sampleProcedure(t)
		d := &desk{p: p, now: noon}
		b.SetClock(desks[0].book.now)
		var err error
		if d.Desk, err = b.Desk(t.Context(), library, calendar); err != nil {
			t.Fatal(err)
		}
		desks = append(desks, d)
	}
	won := map[string]int{}
	for range *races {
		f := desks[0].submit(t, "", nil)
		deeds := []Deed{{Person: decider, Filing: f.ID, Revision: f.Revision, Action: good(desks[0].p, "T10")}, {Person: second, Filing: f.ID, Revision: f.Revision, Action: good(desks[0].p, "T7")}}
		results := make([]error, len(deeds))
		var both sync.WaitGroup
		for i := range deeds {
			both.Go(func() { _, results[i] = desks[i].Do(t.Context(), deeds[i]) })
		}
		both.Wait()
		first, other := results[0], results[1]
		if first != nil {
			first, other = other, first
		} else {
			won["first"]++
		}
		if first != nil || !errors.Is(other, ErrStale) {
			t.Fatalf("%v and %v", results[0], results[1])
		}
	}
	t.Logf("%d races, the first of the two won %d", *races, won["first"])
	holdsTogether(t, desks[0])
}
