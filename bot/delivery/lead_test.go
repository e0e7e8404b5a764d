package delivery

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// gate stands between a replica and Telegram and counts how often it asks for
// updates, and how often Telegram says that another does.
type gate struct {
	*httptest.Server
	asked, conflicts atomic.Int64
}

func newGate(t *testing.T, telegram string) *gate {
	t.Helper()
	to, err := url.Parse(telegram)
	if err != nil {
		t.Fatal(err)
	}
	g := &gate{}
	through := httputil.NewSingleHostReverseProxy(to)
	through.Transport = &http.Transport{}
	through.ErrorLog = log.New(io.Discard, "", 0) // questions are cut off when a term ends
	through.ModifyResponse = func(r *http.Response) error {
		if r.StatusCode == http.StatusConflict {
			g.conflicts.Add(1)
		}
		return nil
	}
	g.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.asked.Add(1)
		through.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		g.Close()
		through.Transport.(*http.Transport).CloseIdleConnections()
	})
	return g
}

// TestALeaderCutOffFromRedisYields cuts the replica that polls off from Redis,
// and only it: another takes over, and it stops (promise R6, fault X9).
func TestALeaderCutOffFromRedisYields(t *testing.T) {
	if testing.Short() {
		t.Skip("a lock takes ten seconds to expire")
	}
	t.Parallel()
	redisDir(t) // skips without redis-server
	var running sync.WaitGroup
	for name, cut := range map[string]trouble{"refused": refuse, "hung": hang} {
		running.Go(func() { t.Run(name, func(t *testing.T) { cutOff(t, cut) }) })
	}
	running.Wait()
}

func cutOff(t *testing.T, cut trouble) {
	r, w := newRig(t), newTown(t, 4)
	a, b := newGate(t, w.URL()), newGate(t, w.URL())
	w.poll(w.serve(Config{Name: "a", Store: r.store(t, r.proxy.addr())}), a.URL)
	w.await("a polls", func() bool { return a.asked.Load() > 0 })
	w.poll(w.serve(Config{Name: "b", Store: r.store(t, r.socket())}), b.URL)
	w.talk(func() bool { _, ok := w.answered(time.Time{}); return ok })

	r.proxy.set(cut)
	began := time.Now()
	w.talk(func() bool { return b.asked.Load() > 0 })
	took := time.Since(began)
	w.await("the one cut off polls no more", func() bool {
		before := a.asked.Load()
		until := time.Now().Add(3 * time.Second) // it would ask each second
		w.talk(func() bool { return time.Now().After(until) })
		return a.asked.Load() == before
	})
	r.proxy.set(pass)
	w.talk(func() bool { return true })
	doubled := w.check()
	for i, p := range w.people {
		if _, notices := w.heard(p); notices > 1 {
			t.Errorf("person %d was told %d times", i, notices)
		}
	}
	conflicts := a.conflicts.Load() + b.conflicts.Load()
	if conflicts > 4 {
		t.Errorf("Telegram said %d times that two poll", conflicts)
	}
	t.Logf("the other polls after %.1fs; %d conflicts; %d sentences, %d messages doubled", took.Seconds(), conflicts, w.rounds*len(w.people), doubled)
}
