package records

import (
	"bytes"
	"math/rand/v2"
	"testing"
	"time"

	"rongcuo/conversations"
)

// Promise R17, fault X11: while the server's clock jumps an hour back and a day
// ahead between acts, a filing's history stays in the order in which it was made,
// each record keeps the three times that it had, and the chain holds.
func TestAClockThatJumpsChangesNoOrder(t *testing.T) {
	d := newDesk(t)
	jumps := []time.Duration{-time.Hour, 24 * time.Hour, -time.Hour, -time.Hour}
	f := d.submit(t, "", nil)
	var want []int64
	for i, id := range []string{"T7", "T8", "T10", "T11"} {
		d.now = d.now.Add(jumps[i])
		f = d.leads(t, f, id)
		want = append(want, f.Revision)
	}
	full, err := d.Look(t.Context(), boss, f.ID)
	if err != nil {
		t.Fatal(err)
	}
	if len(full.Timeline) != len(want)+1 {
		t.Fatalf("%d moments of %d acts", len(full.Timeline), len(want)+1)
	}
	back := false
	for i, m := range full.Timeline[1:] {
		if want := d.p.StateName(f.State); i == len(full.Timeline)-2 && m.State != want {
			t.Errorf("the last moment led to %q, the filing is in %q", m.State, want)
		}
		back = back || m.At.Before(full.Timeline[i].At)
	}
	if !back {
		t.Error("no clock went back: the test tries nothing")
	}
	entries, err := d.book.Entries(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	for i := 1; i < len(entries); i++ {
		if entries[i].Seq != entries[i-1].Seq+1 && entries[i].Seq != entries[i-1].Seq-1 {
			t.Errorf("entry %d stands beside %d", entries[i].Seq, entries[i-1].Seq)
		}
	}
	holdsTogether(t, d)
}

// repeated gives the same bytes again before others.
type repeated struct{ first, then *bytes.Reader }

func (r repeated) Read(p []byte) (int, error) {
	if n, err := r.first.Read(p); n > 0 {
		return n, err
	}
	return r.then.Read(p)
}

// Promise R10, threat T18: a number that chance draws again is drawn anew, and
// numbers told before a restore of an older backup are not met by those after it:
// nothing but the nine random signs (1.8·10¹² of them) keeps them apart, so of
// 10,000 lost and 100,000 new ones the chance that two meet is one in 1,800.
func TestNumbersAreNeverGivenAgain(t *testing.T) {
	d := newDesk(t)
	dice := rand.NewChaCha8([32]byte{1})
	bits := make([]byte, 64)
	dice.Read(bits) //nolint:errcheck // it never fails
	d.random = bytes.NewReader(bits)
	one := d.submit(t, "", nil)
	more := make([]byte, 64)
	dice.Read(more) //nolint:errcheck // it never fails
	d.random = repeated{bytes.NewReader(bits[:9]), bytes.NewReader(more)}
	if two := d.submit(t, "", nil); two.Number == one.Number || two.Number == "" {
		t.Errorf("the same signs were drawn, and the numbers are %s and %s", one.Number, two.Number)
	}
	seen := map[string]bool{}
	for range 110_000 {
		number, err := conversations.NewNumber("FS", 2026, dice)
		if err != nil || seen[number] {
			t.Fatalf("%s was given before: %v", number, err)
		}
		seen[number] = true
	}
}
