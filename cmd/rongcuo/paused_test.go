//go:build unix

package main

import (
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"rongcuo/knowledge/fakemodel"
)

// Promise R5, fault X8: a replica that is stopped past its lease while it has
// chats in hand is replaced; when it goes on, what it had worked out is refused,
// and nobody reads it. RONGCUO_TEST_PAUSES is how often, once by default, each
// with six chats.
func TestAReplicaStoppedPastItsLeaseChangesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("a lease lasts 15 seconds")
	}
	rounds, err := strconv.Atoi(os.Getenv("RONGCUO_TEST_PAUSES"))
	if err != nil {
		rounds = 1
	}
	w := newTown(t)
	model := fakemodel.Start(t)
	var waiting atomic.Int64
	var stuck atomic.Bool
	t.Cleanup(func() { stuck.Store(false) }) // or the server waits for its calls
	model.OnChat = func(out http.ResponseWriter, _, user string, _ int) {
		for first := true; stuck.Load(); first = false {
			if first {
				waiting.Add(1)
			}
			time.Sleep(10 * time.Millisecond)
		}
		fakemodel.Stream(out, "试点事项每季度调整一次"+firstSource(user)+"。", "stop")
	}
	env := []string{"OPENAI_BASE_URL=" + model.URL, "OPENAI_CHAT_MODEL=fake"}
	people := []string{"official", "handler", "head", "decider", "registrar", "admin"}
	first := w.start(t, "a0", env...)
	await(t, "poller", takeover, first.polls, first)
	for round := range rounds {
		stuck.Store(true)
		waiting.Store(0)
		for _, p := range people {
			w.telegram.As(p).Say("试点事项多久调整一次？")
		}
		poll(t, "every chat in hand", func() bool { return waiting.Load() == int64(len(people)) })
		before := map[string]int{}
		for _, p := range people {
			before[p] = answers(w.telegram.As(p))
		}
		first.process.Process.Signal(syscall.SIGSTOP) //nolint:errcheck // what follows shows it
		stuck.Store(false)
		second := w.start(t, fmt.Sprintf("a%d", round+1), env...)
		for _, p := range people {
			poll(t, "answer to "+p, func() bool { return answers(w.telegram.As(p)) > before[p] })
		}
		first.process.Process.Signal(syscall.SIGCONT) //nolint:errcheck // what follows shows it
		poll(t, "every write refused", func() bool {
			said := first.log.String() // what was worked out, or that it was given up with the lease
			return strings.Count(said, "update was taken over")+strings.Count(said, "an update's end could not be noted") == len(people)
		})
		for _, p := range people {
			if n := answers(w.telegram.As(p)) - before[p]; n != 1 {
				t.Errorf("%s has %d answers to one question:\n%s", p, n, w.telegram.As(p).Transcript())
			}
		}
		first.signal(syscall.SIGTERM)
		first = second
	}
}

// poll looks until something holds, for as long as two leases and a start last.
func poll(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(3 * takeover); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

// firstSource is the mark of the first source of a prompt.
func firstSource(user string) string {
	if _, rest, found := strings.Cut(user, "["); found {
		mark, _, _ := strings.Cut(rest, "]")
		return "[" + mark + "]"
	}
	return ""
}
