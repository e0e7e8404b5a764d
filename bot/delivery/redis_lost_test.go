package delivery

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// answerTo reads the number of the sentence that an answer is to.
var answerTo = regexp.MustCompile(`^\d+ 第(\d+)句$`)

// TestAFlushedRedisLosesWhatItHeldAndTheBotGoesOn empties Redis under way (fault
// X4). What Telegram was not yet told comes again; what was in Redis alone (what
// chats were about, replies on their way, updates told but not handled) is gone,
// and nothing promises it. No answer goes to a wrong chat or out of order, and
// people who go on are answered.
func TestAFlushedRedisLosesWhatItHeldAndTheBotGoesOn(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	t.Parallel()
	r, w := newRig(t), newTown(t, 10)
	w.poll(w.serve(Config{Store: r.store(t, r.proxy.addr())}), w.URL())
	w.talk(func() bool { _, ok := w.answered(time.Time{}); return ok })
	flushes := 0
	w.talk(func() bool {
		r.do(t, "FLUSHALL")
		flushes++
		return flushes == 5
	})
	// What is said while Redis can't be reached, and flushed before it can be
	// again, is not confirmed to Telegram: none of it may be lost.
	r.proxy.set(refuse)
	first := w.rounds + 1
	began := time.Now()
	w.talk(func() bool { return time.Since(began) > time.Second })
	r.do(t, "FLUSHALL")
	r.proxy.set(pass)
	w.talk(func() bool { return true })
	for i, p := range w.people {
		var got []int
		w.await("what was not confirmed is answered", func() bool {
			answers, _ := w.heard(p)
			got = sentences(t, answers)
			return slices.Contains(got, w.rounds)
		})
		if !slices.IsSorted(got) {
			t.Errorf("person %d was answered out of order: %v", i, got)
		}
		once := slices.Compact(slices.Clone(got))
		for n := first; n <= w.rounds; n++ {
			if !slices.Contains(once, n) {
				t.Errorf("person %d has no answer to sentence %d, which Telegram still had: %v", i, n, got)
			}
		}
		if doubled := len(got) - len(once); doubled > flushes+1 {
			t.Errorf("person %d had %d answers twice after %d flushes", i, doubled, flushes+1)
		}
	}
}

// sentences gives the numbers of the sentences that were answered.
func sentences(t *testing.T, answers []string) (numbers []int) {
	t.Helper()
	for _, text := range answers {
		found := answerTo.FindStringSubmatch(text)
		if found == nil {
			t.Fatalf("an answer to nothing: %q", text)
		}
		n, err := strconv.Atoi(found[1])
		if err != nil {
			t.Fatal(err)
		}
		numbers = append(numbers, n)
	}
	return numbers
}

// TestACorruptedSessionStopsNobodyElse puts something else in the place of what
// one chat is about.
func TestACorruptedSessionStopsNobodyElse(t *testing.T) {
	if testing.Short() {
		t.Skip("five tries take seconds")
	}
	t.Parallel()
	r, w := newRig(t), newTown(t, 3)
	s := r.store(t, r.proxy.addr())
	w.poll(w.serve(Config{Store: s}), w.URL())
	w.talk(func() bool { _, ok := w.answered(time.Time{}); return ok })
	w.check()
	key := s.key("session", fmt.Sprint("count:", firstID))
	r.do(t, "DEL", key)
	r.do(t, "SET", key, "rubbish")
	w.talk(func() bool { return true })
	for _, p := range w.people[1:] {
		p.AwaitText(fmt.Sprintf("%d 第%d句", w.rounds, w.rounds))
	}
	w.await("who can't be served is told", func() bool { return strings.Contains(w.people[0].Transcript(), textParked) })
}
