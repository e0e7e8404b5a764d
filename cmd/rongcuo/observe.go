package main

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"time"

	"github.com/caarlos0/env/v11"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"rongcuo/bot/delivery"
	"rongcuo/conversations"
	"rongcuo/knowledge"
)

// What operators may look at: /healthz (the process lives), /readyz (it can
// answer; JSON names the part that can't) and /metrics. All of it is counts and
// states: no label holds an id, a name or a text, because a label may take only
// the values of the lists below; anything else is counted as "other".

// observeSettings has OBSERVE_ADDR; empty: operators see nothing.
type observeSettings struct {
	Addr string `env:"OBSERVE_ADDR"`
}

func observeAddress() (string, error) {
	var s observeSettings
	err := env.Parse(&s)
	return s.Addr, err
}

// observed is what the program tells operators. Every function is optional; it
// is called when somebody looks, by several at once, and must heed its context.
type observed struct {
	version    string
	draining   func() bool                                      // no new work is taken
	parts      map[string]func(context.Context) error           // readiness: database, store, index
	queues     func(context.Context) map[string]delivery.Counts // by queue: inbox, outbox, jobs
	states     []string                                         // that a filing may be in, of all procedures
	filings    func(context.Context) map[string]int             // by state
	index      func() (documents, passages int)
	generation func() int64             // of the index that answers
	backup     func() (time.Time, bool) // when the last one was made, false: never
}

// observedWorks looks at the parts of a running bot. What is not here yet at
// the first start, such as an index, does not make it unready: it is filled from
// the chat.
func observedWorks(db database, store delivery.Store, base *knowledge.Base, procedures *conversations.Library, dir string, draining func() bool, room func() error) observed {
	o := observed{
		version: programVersion(), draining: draining, index: base.Size,
		states: statesOf(procedures), filings: func(ctx context.Context) map[string]int { return countFilings(ctx, db) },
		parts: map[string]func(context.Context) error{
			"database": func(ctx context.Context) error { return probeDatabase(ctx, db) },
			"store":    func(ctx context.Context) error { return probeStore(ctx, store) },
			"disk":     func(context.Context) error { return errors.Join(room(), probeDisk(dir)) },
			"index": func(ctx context.Context) error {
				if !base.Empty() {
					return nil
				}
				if waits, err := base.Changed(ctx); err != nil || waits {
					return errors.Join(errNotLoaded, err)
				}
				return nil
			},
		},
		queues: func(ctx context.Context) map[string]delivery.Counts {
			out := make(map[string]delivery.Counts)
			for name, queue := range queueNames {
				if n, err := store.Count(ctx, queue); err == nil {
					out[name] = n
				}
			}
			return out
		},
	}
	o.backup = func() (time.Time, bool) { return lastBackup(dir) }
	return o
}

// statesOf are all states of all filings.
func statesOf(procedures *conversations.Library) []string {
	var out []string
	for _, id := range procedures.IDs() {
		for _, s := range procedures.Latest(id).States {
			out = append(out, s.ID)
		}
	}
	return out
}

// countFilings counts by state; nil when the database does not answer, which
// readiness tells.
func countFilings(ctx context.Context, db database) map[string]int {
	rows, err := db.QueryContext(ctx, `SELECT state, count(*) FROM records_filings GROUP BY state`)
	if err != nil {
		return nil
	}
	defer rows.Close()
	out := make(map[string]int)
	for rows.Next() {
		var state string
		var n int
		if err := rows.Scan(&state, &n); err != nil {
			return nil
		}
		out[state] = n
	}
	if rows.Err() != nil {
		return nil
	}
	return out
}

var errNotLoaded = errors.New("the index is not loaded")

// The values that labels may take.
var (
	questionStates = []string{"answered", "partial", "not_found", "out_of_scope", "refused", "technical", "timeout"}
	questionStages = []string{"guard", "search", "evidence", "parts", "model"}
	claimResults   = []string{"done", "retried", "parked", "blocked"}
	callResults    = []string{"composed", "unused"}
	troubleKinds   = []string{"away", "full", "failed"}
	queueNames     = map[string]delivery.QueueName{"inbox": delivery.Inbox, "outbox": delivery.Outbox, "jobs": delivery.Jobs}
)

const otherLabel = "other"

// label keeps a label within its list.
func label(list []string, value string) string {
	if slices.Contains(list, value) {
		return value
	}
	return otherLabel
}

// meters count what happens; their methods are safe for concurrent use.
type meters struct {
	questions, calls, updates, deliveries, intake, troubles *prometheus.CounterVec

	tokens prometheus.Counter
	stages *prometheus.HistogramVec
}

// Upper bounds in seconds: words answer in milliseconds, a model within 30 s
// (promise R23).
var secondsBuckets = []float64{.001, .002, .005, .01, .025, .05, .1, .25, .5, 1, 2, 5, 10, 20, 30}

func newMeters(r prometheus.Registerer) *meters {
	counter := func(name, help, by string, values []string) *prometheus.CounterVec {
		c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, []string{by})
		for _, v := range values {
			c.WithLabelValues(v) // 0 is seen from the start, so that a rate can be taken of the first
		}
		r.MustRegister(c)
		return c
	}
	m := &meters{
		questions:  counter("rongcuo_questions_total", "Questions by how they ended.", "status", questionStates),
		calls:      counter("rongcuo_model_calls_total", "Answers that the language model was asked for, by whether its text was used.", "result", callResults),
		updates:    counter("rongcuo_updates_total", "Attempts to handle an update, by how they ended.", "result", claimResults),
		deliveries: counter("rongcuo_deliveries_total", "Attempts to send a message, by how they ended.", "result", claimResults),
		intake:     counter("rongcuo_intake_refused_total", "Attempts to store what Telegram brought that the store refused, by the reason.", "reason", troubleKinds),
		troubles:   counter("rongcuo_handler_troubles_total", "Attempts to handle that met something away or full, by which.", "kind", troubleKinds),
		tokens:     prometheus.NewCounter(prometheus.CounterOpts{Name: "rongcuo_model_tokens_total", Help: "Tokens of the language model, at most; as TOKENS_PER_DAY counts them."}),
		stages:     prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "rongcuo_stage_seconds", Help: "Time of a question by stage.", Buckets: secondsBuckets}, []string{"stage"}),
	}
	r.MustRegister(m.tokens, m.stages)
	return m
}

// asked counts an answer that is about to be sent.
func (m *meters) asked(a knowledge.Answer) {
	m.questions.WithLabelValues(label(questionStates, string(a.Status))).Inc()
	for stage, ms := range a.MS {
		m.stages.WithLabelValues(label(questionStages, stage)).Observe(ms / 1000)
	}
	if a.Tokens <= 0 {
		return
	}
	m.tokens.Add(float64(a.Tokens))
	if a.Composed {
		m.calls.WithLabelValues("composed").Inc()
	} else {
		m.calls.WithLabelValues("unused").Inc()
	}
}

// counting gives a store that counts how its claims end.
func (m *meters) counting(store delivery.Store) delivery.Store { return countingStore{store, m} }

type countingStore struct {
	delivery.Store
	meters *meters
}

// Put counts what could not be stored of what Telegram brought.
func (s countingStore) Put(ctx context.Context, queue delivery.QueueName, items ...delivery.Item) (int, error) {
	added, err := s.Store.Put(ctx, queue, items...)
	if err != nil && queue == delivery.Inbox && ctx.Err() != context.Canceled {
		s.meters.intake.WithLabelValues(troubleName(troubleOf(err))).Inc()
	}
	return added, err
}

// trouble is troubleOf that counts what handlers meet.
func (m *meters) trouble(err error) delivery.Trouble {
	t := troubleOf(err)
	if t != delivery.Failed || errors.Is(err, delivery.ErrAway) {
		m.troubles.WithLabelValues(troubleName(max(t, delivery.Away))).Inc()
	}
	return t
}

func troubleName(t delivery.Trouble) string {
	switch t {
	case delivery.Away:
		return "away"
	case delivery.Full:
		return "full"
	}
	return "failed"
}

// Finish counts what became true.
func (s countingStore) Finish(ctx context.Context, c delivery.Claim, o delivery.Outcome) error {
	err := s.Store.Finish(ctx, c, o)
	if err != nil {
		return err
	}
	result := "done"
	switch {
	case o.Block:
		result = "blocked"
	case o.State == delivery.Retry:
		result = "retried"
	case o.State == delivery.Parked:
		result = "parked"
	}
	switch c.Queue {
	case delivery.Inbox:
		s.meters.updates.WithLabelValues(result).Inc()
	case delivery.Outbox:
		s.meters.deliveries.WithLabelValues(result).Inc()
	}
	return nil
}

// observer answers operators.
type observer struct {
	*meters
	observed observed
	registry *prometheus.Registry
}

func newObserver(o observed) *observer {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	x := &observer{meters: newMeters(r), observed: o, registry: r}
	r.MustRegister(x)
	return x
}

// What is read when somebody looks.
var (
	metricBuild      = describe("rongcuo_build_info", "1, with the version of the program.", "version", "go")
	metricReady      = describe("rongcuo_ready", "1 when the part answers.", "part")
	metricDraining   = describe("rongcuo_draining", "1 when no new work is taken.")
	metricWaiting    = describe("rongcuo_queue_waiting", "Entries that wait, those in hand included.", "queue")
	metricParked     = describe("rongcuo_queue_parked", "Entries set aside after their last try.", "queue")
	metricFilings    = describe("rongcuo_filings", "Filings by state.", "state")
	metricGeneration = describe("rongcuo_index_generation", "Number of the index that answers.")
	metricDocuments  = describe("rongcuo_index_documents", "Documents in the index.")
	metricPassages   = describe("rongcuo_index_passages", "Articles and cases in the index.")
	metricBackup     = describe("rongcuo_last_backup_timestamp_seconds", "When the last backup was made; 0 is never.")
)

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(name, help, labels, nil)
}

// Describe makes observer an unchecked collector: what is not there, such as
// filings, is left out.
func (x *observer) Describe(chan<- *prometheus.Desc) {}

// Collect reads everything within lookTime.
func (x *observer) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), lookTime)
	defer cancel()
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	o := x.observed
	gauge(metricBuild, 1, o.version, runtime.Version())
	state := x.look(ctx)
	gauge(metricDraining, truth(state.Draining))
	for part, is := range state.Parts {
		gauge(metricReady, truth(is == partWell), part)
	}
	if o.queues != nil {
		for name, n := range o.queues(ctx) {
			if _, known := queueNames[name]; known {
				gauge(metricWaiting, float64(n.Waiting), name)
				gauge(metricParked, float64(n.Parked), name)
			}
		}
	}
	if o.filings != nil {
		for state, n := range tally(o.states, o.filings(ctx)) {
			gauge(metricFilings, float64(n), state)
		}
	}
	if o.index != nil {
		documents, passages := o.index()
		gauge(metricDocuments, float64(documents))
		gauge(metricPassages, float64(passages))
	}
	if o.generation != nil {
		gauge(metricGeneration, float64(o.generation()))
	}
	if o.backup != nil {
		var at float64
		if t, ok := o.backup(); ok {
			at = float64(t.Unix())
		}
		gauge(metricBackup, at)
	}
}

// tally sums counts under the names of a list.
func tally(list []string, counts map[string]int) map[string]int {
	out := make(map[string]int)
	for name, n := range counts {
		out[label(list, name)] += n
	}
	return out
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
