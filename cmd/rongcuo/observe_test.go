package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"rongcuo/bot/delivery"
	"rongcuo/knowledge"
)

// watched is a bot of which everything is well until a test breaks it.
func watched() observed {
	well := func(context.Context) error { return nil }
	return observed{
		version: "v1.2.3",
		parts:   map[string]func(context.Context) error{"database": well, "store": well, "index": well},
		queues: func(context.Context) map[string]delivery.Counts {
			return map[string]delivery.Counts{"inbox": {Waiting: 3}, "outbox": {Waiting: 5, Parked: 1}, "jobs": {}}
		},
		states:     []string{"draft", "submitted"},
		filings:    func(context.Context) map[string]int { return map[string]int{"draft": 4, "submitted": 2} },
		index:      func() (int, int) { return 12, 345 },
		generation: func() int64 { return 7 },
		backup:     func() (time.Time, bool) { return time.Unix(1_700_000_000, 0), true },
	}
}

func get(t *testing.T, server *httptest.Server, path string) (int, string) {
	t.Helper()
	return fetch(t, server.URL+path)
}

func fetch(t *testing.T, url string) (int, string) {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

func serveObserver(t *testing.T, o observed) (*observer, *httptest.Server) {
	t.Helper()
	x := newObserver(o)
	server := httptest.NewServer(x.handler())
	t.Cleanup(server.Close)
	return x, server
}

func TestReadinessNamesThePartThatFails(t *testing.T) {
	const secret = "canary-password"
	failing := func(context.Context) error { return errors.New("dial redis://u:" + secret + "@h") }
	hanging := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
	for name, c := range map[string]struct {
		change func(*observed)
		ready  bool
		part   string
		is     string
	}{
		"all well":       {func(*observed) {}, true, "database", partWell},
		"database fails": {func(o *observed) { o.parts["database"] = failing }, false, "database", partIll},
		"store hangs":    {func(o *observed) { o.parts["store"] = hanging }, false, "store", ""},
		"draining":       {func(o *observed) { o.draining = func() bool { return true } }, false, "index", partWell},
	} {
		t.Run(name, func(t *testing.T) {
			o := watched()
			c.change(&o)
			_, server := serveObserver(t, o)
			status, body := get(t, server, "/readyz")
			var r readiness
			if err := json.Unmarshal([]byte(body), &r); err != nil {
				t.Fatal(err, body)
			}
			if r.Ready != c.ready || (status == http.StatusOK) != c.ready || len(r.Parts) != 3 {
				t.Errorf("%d %s", status, body)
			}
			if is := r.Parts[c.part]; is != c.is && (c.is != "" || is == partWell) {
				t.Errorf("%s is %s", c.part, is)
			}
			if strings.Contains(body, secret) {
				t.Error("shows an error's text")
			}
			if status, body := get(t, server, "/healthz"); status != http.StatusOK || body != "ok\n" {
				t.Errorf("the process lives all the same: %d %s", status, body)
			}
		})
	}
}

func TestMetricsCountWhatHappened(t *testing.T) {
	x, server := serveObserver(t, watched())
	x.asked(knowledge.Answer{Status: knowledge.Answered, MS: map[string]float64{"search": 4, "model": 2500}, Tokens: 120, Composed: true})
	x.asked(knowledge.Answer{Status: knowledge.Answered, Tokens: 30})
	status, body := get(t, server, "/metrics")
	if status != http.StatusOK {
		t.Fatal(status, body)
	}
	for _, line := range []string{
		`rongcuo_questions_total{status="answered"} 2`, `rongcuo_questions_total{status="technical"} 0`,
		`rongcuo_stage_seconds_bucket{stage="search",le="0.005"} 1`, `rongcuo_stage_seconds_sum{stage="model"} 2.5`,
		`rongcuo_model_calls_total{result="composed"} 1`, `rongcuo_model_calls_total{result="unused"} 1`, `rongcuo_model_tokens_total 150`,
		`rongcuo_queue_waiting{queue="outbox"} 5`, `rongcuo_queue_parked{queue="outbox"} 1`,
		`rongcuo_filings{state="draft"} 4`, `rongcuo_index_generation 7`, `rongcuo_index_passages 345`,
		`rongcuo_ready{part="database"} 1`, `rongcuo_draining 0`, `rongcuo_last_backup_timestamp_seconds 1.7e+09`,
	} {
		if !strings.Contains(body, "\n"+line+"\n") {
			t.Errorf("lacks %s", line)
		}
	}
	if !strings.Contains(body, `rongcuo_build_info{go="go`) || !strings.Contains(body, `version="v1.2.3"`) || !strings.Contains(body, "process_resident_memory_bytes") {
		t.Error("lacks the build or the process")
	}
}

// No label ever holds an id, a name or a text (promise R38).
func TestNoLabelTakesWhatPeopleWrote(t *testing.T) {
	const canary = "张三 110101199003070011"
	o := watched()
	o.queues = func(context.Context) map[string]delivery.Counts {
		return map[string]delivery.Counts{canary: {Waiting: 1}}
	}
	o.filings = func(context.Context) map[string]int { return map[string]int{canary: 1, "draft": 1} }
	x, server := serveObserver(t, o)
	x.asked(knowledge.Answer{Question: canary, Hint: canary, Status: canary, MS: map[string]float64{canary: 1}})
	_, body := get(t, server, "/metrics")
	if strings.Contains(body, "张三") || strings.Contains(body, "110101") {
		t.Error("a label holds a text")
	}
	for _, line := range []string{`rongcuo_questions_total{status="other"} 1`, `rongcuo_stage_seconds_count{stage="other"} 1`, `rongcuo_filings{state="other"} 1`} {
		if !strings.Contains(body, line) {
			t.Errorf("lacks %s", line)
		}
	}
}

// exported are the names of all metrics, those of an unchecked collector too.
func exported(t *testing.T) []string {
	t.Helper()
	x := newObserver(watched())
	x.asked(knowledge.Answer{MS: map[string]float64{"search": 1}})
	families, err := x.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range families {
		names = append(names, f.GetName())
		if f.GetType() == dto.MetricType_HISTOGRAM {
			names = append(names, f.GetName()+"_bucket", f.GetName()+"_count", f.GetName()+"_sum")
		}
	}
	return names
}

func TestNothingIsInTheDefaultRegistry(t *testing.T) {
	families, err := prometheus.DefaultGatherer.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if strings.HasPrefix(f.GetName(), "rongcuo_") {
			t.Errorf("%s", f.GetName())
		}
	}
	if !slices.Contains(exported(t), "rongcuo_stage_seconds_bucket") {
		t.Error("the test looks at nothing")
	}
}

func TestOnlyReadingIsAllowed(t *testing.T) {
	_, server := serveObserver(t, watched())
	for _, path := range []string{"/healthz", "/readyz", "/metrics"} {
		response, err := http.Post(server.URL+path, "text/plain", nil)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("%s: %d", path, response.StatusCode)
		}
	}
	if status, _ := get(t, server, "/debug/pprof/"); status != http.StatusNotFound {
		t.Errorf("more is served: %d", status)
	}
}

func TestTheHealthCheckAsksTheRunningBot(t *testing.T) {
	var draining atomic.Bool
	o := watched()
	o.draining = draining.Load
	address := freeAddress(t)
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := running(t, runHealthcheck); err == nil || !strings.Contains(err.Error(), "OBSERVE_ADDR") {
		t.Errorf("without an address: %v", err)
	}
	t.Setenv("OBSERVE_ADDR", "0.0.0.0:"+port) // as in a container
	if _, err := running(t, runHealthcheck); err == nil || !strings.Contains(err.Error(), "没有应答") {
		t.Errorf("nobody there: %v", err)
	}
	stop, err := newObserver(o).start(address)
	if err != nil {
		t.Fatal(err)
	}
	if out, err := running(t, runHealthcheck); err != nil || !strings.Contains(out, `"ready":true`) {
		t.Errorf("%v %s", err, out)
	}
	draining.Store(true)
	if out, err := running(t, runHealthcheck); err == nil || !strings.Contains(out, `"draining":true`) {
		t.Errorf("draining: %v %s", err, out)
	}
	if _, err := running(t, runHealthcheck, "-page", "/healthz"); err != nil {
		t.Errorf("it lives: %v", err)
	}
	if _, err := newObserver(o).start(address); err == nil || !strings.Contains(err.Error(), "OBSERVE_ADDR") {
		t.Errorf("an address in use: %v", err)
	}
	stop()
	if stop, err = newObserver(o).start(""); err != nil {
		t.Error("off is an error")
	}
	stop()
}

// The parts of a real bot: its database, its store and its index.
func TestARealBotIsReadyAndItsClaimsAreCounted(t *testing.T) {
	dir, db, _ := installation(t)
	s, err := readSettings()
	if err != nil {
		t.Fatal(err)
	}
	base, err := newBase(t.Context(), s, &db)
	if err != nil {
		t.Fatal(err)
	}
	store, err := delivery.OpenSQLite(t.Context(), db.DB)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	x, server := serveObserver(t, observedWorks(db, store, base, s.procedures, dir, func() bool { return false }, (*reserve)(nil).room))
	counted := x.counting(store)
	for n, c := range []struct {
		queue   delivery.QueueName
		outcome delivery.Outcome
	}{
		{delivery.Inbox, delivery.Outcome{}}, {delivery.Inbox, delivery.Outcome{State: delivery.Parked}},
		{delivery.Outbox, delivery.Outcome{}}, {delivery.Outbox, delivery.Outcome{State: delivery.Retry, Delay: time.Hour}},
		{delivery.Outbox, delivery.Outcome{Block: true}},
	} {
		item := delivery.Item{Key: string(rune('a' + n)), Chat: int64(n), Body: []byte("{}")}
		if _, err := counted.Put(t.Context(), c.queue, item); err != nil {
			t.Fatal(err)
		}
		claims, err := counted.Claim(t.Context(), c.queue, "me", 1, time.Minute)
		if err != nil || len(claims) != 1 {
			t.Fatal(claims, err)
		}
		if err := counted.Finish(t.Context(), claims[0], c.outcome); err != nil {
			t.Fatal(err)
		}
		if counted.Finish(t.Context(), claims[0], c.outcome) == nil {
			t.Fatal("finished twice")
		}
	}
	_, body := get(t, server, "/metrics")
	for _, line := range []string{
		`rongcuo_updates_total{result="done"} 1`, `rongcuo_updates_total{result="parked"} 1`,
		`rongcuo_deliveries_total{result="done"} 1`, `rongcuo_deliveries_total{result="retried"} 1`, `rongcuo_deliveries_total{result="blocked"} 1`,
		`rongcuo_queue_parked{queue="inbox"} 1`, `rongcuo_queue_waiting{queue="outbox"} 1`, `rongcuo_index_documents 1`,
		`rongcuo_last_backup_timestamp_seconds 0`,
	} {
		if !strings.Contains(body, "\n"+line+"\n") {
			t.Errorf("lacks %s", line)
		}
	}
	if status, body := get(t, server, "/readyz"); status != http.StatusOK {
		t.Errorf("not ready: %s", body)
	}
	db.Close()
	if status, body := get(t, server, "/readyz"); status != http.StatusServiceUnavailable || !strings.Contains(body, `"database":"failed"`) {
		t.Errorf("%d %s", status, body)
	}
}
