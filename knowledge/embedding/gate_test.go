package embedding

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
)

// turns records who was let in, in order.
type turns struct {
	mu   sync.Mutex
	list []string
}

func (t *turns) add(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.list = append(t.list, name)
}

func TestTheGateLetsQuestionsInFirstAndElseInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(1)
		if err := g.enter(t.Context(), bulk); err != nil {
			t.Fatal(err)
		}
		var got turns
		for _, one := range []struct {
			name string
			rank rank
		}{{"bulk 1", bulk}, {"question 1", question}, {"bulk 2", bulk}, {"question 2", question}} {
			go func() {
				if err := g.enter(t.Context(), one.rank); err != nil {
					t.Error(err)
				}
				got.add(one.name)
				g.leave()
			}()
			synctest.Wait() // it is in the queue
		}
		if len(got.list) > 0 {
			t.Fatalf("the core is taken, and yet %v came in", got.list)
		}
		g.leave()
		synctest.Wait()
		if want := []string{"question 1", "question 2", "bulk 1", "bulk 2"}; !slices.Equal(got.list, want) {
			t.Errorf("%v, not %v", got.list, want)
		}
	})
}

func TestAPauseLetsOthersIn(t *testing.T) {
	for _, test := range []struct {
		name            string
		inside, waiting rank
		want            []string
	}{
		{"a question during bulk work", bulk, question, []string{"other", "first"}},
		{"a question during a long one", question, question, []string{"other", "first"}},
		{"bulk work during bulk work", bulk, bulk, []string{"other", "first"}},
		{"bulk work during a question", question, bulk, []string{"first", "other"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newGate(1)
				if err := g.enter(t.Context(), test.inside); err != nil {
					t.Fatal(err)
				}
				var got turns
				go func() {
					if err := g.enter(t.Context(), test.waiting); err != nil {
						t.Error(err)
					}
					got.add("other")
					g.leave()
				}()
				synctest.Wait()
				if err := g.pause(t.Context(), test.inside); err != nil {
					t.Fatal(err)
				}
				got.add("first")
				g.leave()
				synctest.Wait()
				if !slices.Equal(got.list, test.want) {
					t.Errorf("%v, not %v", got.list, test.want)
				}
			})
		})
	}
}

// Whoever gives up, waiting or inside, leaves the gate as it was.
func TestAnEndedContextKeepsNoCore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(1)
		if err := g.enter(t.Context(), question); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			if err := g.enter(ctx, question); !errors.Is(err, context.Canceled) {
				t.Errorf("waiting: %v", err)
			}
		}()
		synctest.Wait()
		cancel()
		synctest.Wait()
		if len(g.waiting[question]) != 0 {
			t.Error("who gave up still waits")
		}
		if err := g.pause(ctx, question); !errors.Is(err, context.Canceled) {
			t.Errorf("inside: %v", err)
		}
		if g.free != 1 {
			t.Errorf("%d cores are free, not 1", g.free)
		}
	})
}

// Many who enter, pause, give up and leave: never more inside than there are
// cores, and all cores free at the end.
func TestTheGateHoldsItsNumber(t *testing.T) {
	const cores = 3
	g := newGate(cores)
	var mu sync.Mutex
	inside := 0
	count := func(by int) {
		mu.Lock()
		defer mu.Unlock()
		if inside += by; inside > cores {
			t.Errorf("%d are inside", inside)
		}
	}
	var group sync.WaitGroup
	for i := range 60 {
		group.Go(func() {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if i%5 == 0 {
				go cancel()
			}
			r := rank(i % int(ranks))
			if g.enter(ctx, r) != nil {
				return
			}
			for range 50 {
				count(1)
				count(-1)
				if g.pause(ctx, r) != nil {
					return
				}
			}
			g.leave()
		})
	}
	group.Wait()
	if g.free != cores {
		t.Errorf("%d cores are free, not %d", g.free, cores)
	}
}
