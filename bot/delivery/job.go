package delivery

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"time"
)

// ErrRunning: a job of this key waits or runs already; the [JobState] that comes
// with it tells who asked and how far it is.
var ErrRunning = errors.New("delivery: a job of this key is not over yet")

// Job is work longer than a turn, such as reading a large folder anew. A turn
// starts it with [Turn.Start]; it waits in a queue of its own, is run by one
// process under a lease that is renewed while it lasts, and begins anew elsewhere
// if that process dies.
type Job struct {
	Key  string // what it works on: of one key, one job at a time over all replicas
	Kind string // its handler in [Config.Jobs]
	Chat int64  // who asked, and is told if it fails for good; 0: nobody
	Body []byte // for the handler; no personal data without need, it is kept for a week
}

// JobHandler does a job. It is called again, up to [MaxTries] times, when it
// returns an error, panics or its process dies, so it must bear being begun
// twice; it has no time limit. Its context ends when the job is cancelled (with
// [ErrCancelled] as cause), the process stops (the job goes on at the next
// start, uncounted) or another process has taken it over. Its errors are logged:
// they hold no words of a person.
type JobHandler func(ctx context.Context, w *Work) error

// ErrCancelled is the cause of the end of the context of a cancelled job.
var ErrCancelled = errors.New("delivery: the job was cancelled")

// Work is a job in the hands of its handler.
type Work struct {
	Job
	Try int // 1 the first time
	// Fence grows with every try. A handler that writes outside this store can
	// keep it there and refuse a smaller one: that try was paused and replaced.
	Fence int64

	id   string
	note func(progress string)
	out  []Item
}

// Progress notes how far the work is, in words for people, for [JobState]. The
// last one counts; it is stored within seconds. Safe for concurrent use.
func (w *Work) Progress(text string) { w.note(text) }

// Send puts a message into the outbox when the handler returns nil, in the step
// that ends the job. ErrInvalid if it could never be sent.
func (w *Work) Send(m Message) error {
	if m.Key == "" {
		m.Key = fmt.Sprintf("job:%s/%d", w.id, len(w.out))
	}
	it, err := m.item()
	if err == nil {
		w.out = append(w.out, it)
	}
	return err
}

// JobPhase is how far a job is.
type JobPhase string

const (
	JobNone      JobPhase = ""          // none was started in the last week
	JobWaiting   JobPhase = "waiting"   // for a process, or for its next try
	JobRunning   JobPhase = "running"   // by JobState.Process, as far as is known
	JobDone      JobPhase = "done"      // the handler returned nil
	JobFailed    JobPhase = "failed"    // too often; see [Aftermath.Revive] of [Jobs]
	JobCancelled JobPhase = "cancelled" // told to stop, which takes a running one seconds
)

// JobState is what is known of the last job of a key.
type JobState struct {
	Phase    JobPhase  `json:"phase"`
	Kind     string    `json:"kind"`
	Chat     int64     `json:"chat"`               // who asked
	Process  string    `json:"process,omitempty"`  // [Config.Name] of who ran it last
	Try      int       `json:"try,omitempty"`      // of [MaxTries]
	Progress string    `json:"progress,omitempty"` // the last that [Work.Progress] noted
	Asked    time.Time `json:"asked"`
	Began    time.Time `json:"began,omitzero"` // this try
	Ended    time.Time `json:"ended,omitzero"`
	ID       string    `json:"id"` // tells this job from others of the key
}

// Open says that the job waits or runs.
func (s JobState) Open() bool { return s.Phase == JobWaiting || s.Phase == JobRunning }

// Jobs are kept in a queue whose lanes are keys, and their states in sessions.
const (
	jobSession  = "job:" // beginning of their keys; Turn.Erase never needs it
	jobRemember = ParkedFor
)

// Start begins a job when the turn is done and returns its state; or the state of
// the one of this key that is not over, with ErrRunning. ErrInvalid if the kind
// has no handler.
func (t *Turn) Start(ctx context.Context, j Job) (JobState, error) {
	if !slices.Contains(t.kinds, j.Kind) {
		return JobState{}, fmt.Errorf("%w: no handler for jobs of kind %q", ErrInvalid, j.Kind)
	}
	now, err := t.Job(ctx, j.Key)
	if err != nil {
		return now, err
	}
	if now.Open() {
		return now, ErrRunning
	}
	now = JobState{Phase: JobWaiting, Kind: j.Kind, Chat: j.Chat, Asked: time.Now(),
		ID: fmt.Sprintf("u%d/%d", t.Update.ID, len(t.jobs))}
	body, err := json.Marshal(storedJob(j))
	if err != nil {
		return JobState{}, err
	}
	t.jobs = append(t.jobs, Item{Key: now.ID, Chat: jobLane(j.Key), Body: body})
	return now, t.Save(jobSession+j.Key, now.json(), jobRemember)
}

// Cancel stops the job of a key when the turn is done: one that waits never runs,
// the context of one that runs ends within seconds. It returns the state before,
// which tells if there was something to stop.
func (t *Turn) Cancel(ctx context.Context, key string) (was JobState, err error) {
	was, err = t.Job(ctx, key)
	if err != nil || !was.Open() {
		return was, err
	}
	now := was
	now.Phase, now.Ended = JobCancelled, time.Now()
	return was, t.Save(jobSession+key, now.json(), jobRemember)
}

// Job gives the state of the last job of a key, as this turn leaves it.
func (t *Turn) Job(ctx context.Context, key string) (JobState, error) {
	if err := checkKey(jobSession + key); err != nil {
		return JobState{}, err
	}
	value, err := t.Load(ctx, jobSession+key)
	if err != nil {
		return JobState{}, err
	}
	return parseJobState(value)
}

// storedJob is a Job in the store. Names stay; fields may be added.
type storedJob struct {
	Key  string `json:"k"`
	Kind string `json:"t"`
	Chat int64  `json:"c,omitempty"`
	Body []byte `json:"b,omitempty"`
}

func (s JobState) json() []byte {
	value, err := json.Marshal(s)
	if err != nil {
		panic(err) // strings, numbers and times of this program
	}
	return value
}

func parseJobState(value []byte) (s JobState, err error) {
	if value == nil {
		return s, nil
	}
	if err := json.Unmarshal(value, &s); err != nil {
		return s, fmt.Errorf("delivery: the state of a job: %w", err)
	}
	return s, nil
}

// jobLane numbers the lane of a key. Two keys of one number, one in 2^64, would
// only wait for each other.
func jobLane(key string) int64 {
	h := fnv.New64a()
	h.Write([]byte(key))
	return int64(h.Sum64())
}
