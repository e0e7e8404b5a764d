package delivery

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"sync"
	"time"
)

const (
	// jobSlots is how many jobs a process runs at once: they are heavy, and a
	// second keeps a short one from waiting for a long one.
	jobSlots = 2
	jobLook  = 2 * time.Second // how often a running job is asked if it was cancelled
	jobIdle  = time.Second     // how often a process looks for jobs of others
	jobAway  = 5 * time.Second // until a job is tried again that met a database that is away
)

// jobRun is a job in the hands of this process.
type jobRun struct {
	office *Office
	claim  Claim
	work   *Work
	log    *slog.Logger

	state    JobState // as stored, but for the progress
	revision int64
	mu       sync.Mutex
	progress string
}

// runJob brings one claimed job through its handler and ends the claim.
func (o *Office) runJob(ctx context.Context, c Claim) {
	var j storedJob
	if err := json.Unmarshal(c.Body, &j); err != nil {
		o.log.Error("job set aside: this program can't read it", "job", c.Key)
		o.jobs.settle(ctx, c, Outcome{State: Parked, Note: "unreadable"})
		return
	}
	r := &jobRun{office: o, claim: c, log: o.log.With("job", c.Key, "key", j.Key, "kind", j.Kind, "try", c.Tries)}
	r.work = &Work{Job: Job(j), Try: c.Tries, Fence: c.Fence, id: c.Key, note: r.note}
	handler := o.kinds[j.Kind]
	err := r.load(ctx)
	switch {
	case err != nil:
		r.end(ctx, Outcome{State: Retry, Delay: jobIdle, Uncounted: true}, JobWaiting)
		return
	case r.over():
		r.log.Info("job not begun: it was cancelled or replaced")
		r.end(ctx, Outcome{State: Done}, JobCancelled)
		return
	case handler == nil:
		r.log.Warn("job left to another process: this program knows no such kind")
		r.end(ctx, Outcome{State: Retry, Delay: 5 * time.Second, Uncounted: true}, JobWaiting)
		return
	case c.Tries > MaxTries:
		r.conclude(ctx, errors.New("the process ended while working on it"))
		return
	}
	r.state.Phase, r.state.Process, r.state.Try, r.state.Began = JobRunning, o.name, c.Tries, time.Now()
	r.store(ctx)
	o.probe("job begun")
	r.log.Info("job begun")
	r.conclude(ctx, r.call(ctx, handler))
}

// call runs the handler while a watcher notes its progress and looks if it was
// cancelled. Its error is ErrCancelled only if the handler gave up for that.
func (r *jobRun) call(ctx context.Context, handler JobHandler) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var watcher sync.WaitGroup
	watching, stop := context.WithCancel(ctx)
	watcher.Go(func() { r.watch(watching, cancel) })
	err := guard(r.log, func() error {
		return watched(ctx, func(ctx context.Context) error { return handler(ctx, r.work) })
	})
	stop()
	watcher.Wait()
	if err != nil && errors.Is(context.Cause(ctx), ErrCancelled) {
		return ErrCancelled
	}
	return err
}

func (r *jobRun) watch(ctx context.Context, cancel context.CancelCauseFunc) {
	for pause(ctx, jobLook) {
		told := r.state.Progress
		if r.load(ctx) != nil {
			continue // the lease tells when the store is away for too long
		}
		if r.over() {
			cancel(ErrCancelled)
			return
		}
		if r.latest() != told {
			r.store(ctx)
		}
	}
}

func (r *jobRun) note(progress string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.progress = progress
}

func (r *jobRun) latest() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.progress
}

// load reads the state anew, keeping it when the store does not answer.
func (r *jobRun) load(ctx context.Context) error {
	value, revision, err := r.office.store.Load(ctx, jobSession+r.work.Key)
	if err != nil {
		return err
	}
	state, err := parseJobState(value)
	if err == nil {
		r.state, r.revision = state, revision
	}
	return err
}

// over says that this job is not wanted any more. One that failed is: it was
// revived.
func (r *jobRun) over() bool {
	return r.state.ID != r.claim.Key || r.state.Phase == JobCancelled || r.state.Phase == JobDone
}

// store writes the state in passing; if it can't now, the next look does.
func (r *jobRun) store(ctx context.Context) {
	revision, err := r.office.store.Save(ctx, r.save())
	if err == nil {
		r.revision = revision
	} else if !errors.Is(err, ErrConflict) {
		r.log.Warn("the progress of a job could not be noted", "err", err)
	}
}

func (r *jobRun) save() Save {
	if p := r.latest(); p != "" {
		r.state.Progress = p
	}
	return Save{Key: jobSession + r.work.Key, Revision: r.revision, Value: r.state.json(), TTL: jobRemember}
}

// conclude ends the claim as the handler's error demands.
func (r *jobRun) conclude(ctx context.Context, err error) {
	o, c := r.office, r.claim
	switch {
	case err == nil:
		r.end(ctx, Outcome{State: Done, Out: r.work.out}, JobDone)
	case errors.Is(err, ErrCancelled):
		r.log.Info("job stopped: it was cancelled")
		r.end(ctx, Outcome{State: Done}, JobCancelled) // which its state says already
	case ctx.Err() != nil:
		r.log.Info("job handed back: the process stops or has lost it")
		r.end(ctx, Outcome{State: Retry, Uncounted: true}, JobWaiting)
	case o.troubleOf(c, err) == Away:
		r.log.Warn("what the job needs is away; tried again", "in", jobAway, "err", err)
		r.end(ctx, Outcome{State: Retry, Delay: jobAway, Uncounted: true}, JobWaiting)
	case c.Tries < MaxTries:
		wait := backoff(c.Tries, time.Second, time.Minute)
		r.log.Warn("job failed; tried again", "in", wait, "err", err)
		r.end(ctx, Outcome{State: Retry, Delay: wait}, JobWaiting)
	default:
		r.log.Error("job parked: it failed too often", "err", err)
		notices := o.notices(ctx, "failed:"+c.Key, textJobFailedAdmin(r.work.Key, r.state.Asked))
		if r.work.Chat != 0 {
			notices = append(notices, Message{Key: "failed:" + c.Key, Chat: r.work.Chat, Text: textJobFailed})
		}
		r.end(ctx, Outcome{State: Parked, Note: err.Error(), Out: o.items(notices)}, JobFailed)
	}
}

// end settles the claim, with the phase in the same step unless the job was
// cancelled or followed by another meanwhile. A conflict is one of these, or our
// own note of progress whose answer was lost.
func (r *jobRun) end(ctx context.Context, out Outcome, phase JobPhase) {
	var err error
	for range 3 {
		out.Saves = nil
		if !r.over() {
			r.state.Phase = phase
			if out.State != Retry {
				r.state.Ended = time.Now()
			}
			out.Saves = []Save{r.save()}
		}
		if err = r.office.jobs.settle(ctx, r.claim, out); !errors.Is(err, ErrConflict) {
			break
		}
		for r.load(ctx) != nil && pause(ctx, jobLook) {
		}
	}
	if err != nil {
		r.log.Warn("the end of a job could not be noted; it may begin anew", "phase", phase, "err", err)
		return
	}
	r.office.probe("job ended")
	r.office.outbox.poke()
}
