package delivery

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// jobHandlerOf is a handler whose chats start, stop and ask after the job "库".
func jobHandlerOf(ctx context.Context, t *Turn) error {
	var s JobState
	var err error
	switch t.Update.Message.Text {
	case "开始":
		s, err = t.Start(ctx, Job{Key: "库", Kind: "work", Chat: t.Chat, Body: []byte("全部")})
	case "停止":
		s, err = t.Cancel(ctx, "库")
	default:
		s, err = t.Job(ctx, "库")
	}
	answer := fmt.Sprintf("%s|%s|%d|%s", s.Phase, s.Process, s.Chat, s.Progress)
	if errors.Is(err, ErrRunning) {
		return t.Send(Message{Chat: t.Chat, Text: "已在进行|" + answer})
	}
	if err != nil {
		return err
	}
	return t.Send(Message{Chat: t.Chat, Text: answer})
}

// jobBubble runs an office with one kind of job under a clock of the test's own.
func jobBubble(t *testing.T, job JobHandler, test func(t *testing.T, o *Office, said func(text string) string, r *recorder)) {
	path := filepath.Join(t.TempDir(), "s.db")
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{}
		o := newOffice(t, Config{Store: openSQLite(t, path), Client: r, Handler: jobHandlerOf, Name: "甲机",
			Jobs: map[string]JobHandler{"work": job}, Admins: func(context.Context) []int64 { return []int64{900} }})
		start(t, o)
		id := int64(0)
		said := func(text string) string {
			id++
			arrive(t, o, id, 7, text)
			time.Sleep(5 * time.Second)
			got := r.texts(7)
			return got[len(got)-1]
		}
		test(t, o, said, r)
	})
}

func TestAJobOutlivesItsTurnAndTellsHowFarItIs(t *testing.T) {
	job := func(ctx context.Context, w *Work) error {
		if string(w.Body) != "全部" || w.Try != 1 || w.Fence == 0 {
			return fmt.Errorf("came as %+v", w)
		}
		for i := range 10 {
			w.Progress(fmt.Sprintf("%d/10", i))
			if !pause(ctx, time.Minute) {
				return ctx.Err()
			}
		}
		return w.Send(Message{Chat: w.Chat, Text: "已完成"})
	}
	jobBubble(t, job, func(t *testing.T, o *Office, said func(string) string, r *recorder) {
		if got := said("开始"); got != "waiting||7|" {
			t.Errorf("started: %s", got)
		}
		settle(5 * time.Minute)
		if got := said("开始"); got != "已在进行|running|甲机|7|5/10" {
			t.Errorf("asked for again: %s", got)
		}
		settle(5 * time.Minute)
		if got := said("怎样"); got != "done|甲机|7|9/10" {
			t.Errorf("after it: %s", got)
		}
		if got := r.texts(7); !slices.Contains(got, "已完成") {
			t.Errorf("no result: %q", got)
		}
		if got := said("开始"); got != "waiting||7|" {
			t.Errorf("a second job: %s", got)
		}
	})
}

func TestAJobCanBeCancelledWhileItRunsOrWaits(t *testing.T) {
	var begun, stopped atomic.Int64
	job := func(ctx context.Context, w *Work) error {
		begun.Add(1)
		<-ctx.Done()
		if errors.Is(context.Cause(ctx), ErrCancelled) {
			stopped.Add(1)
		}
		time.Sleep(time.Minute) // it takes its time to stop
		return ctx.Err()
	}
	jobBubble(t, job, func(t *testing.T, o *Office, said func(string) string, r *recorder) {
		said("开始")
		if got := said("停止"); !strings.HasPrefix(got, "running|") {
			t.Errorf("stopped what was %s", got)
		}
		if stopped.Load() != 1 {
			t.Error("the handler was not told")
		}
		// A new one waits until the old has stopped, and is cancelled before.
		if got := said("开始"); !strings.HasPrefix(got, "waiting|") {
			t.Errorf("a new one: %s", got)
		}
		settle(20 * time.Second)
		if begun.Load() != 1 {
			t.Error("two of one key ran at once")
		}
		if got := said("停止"); !strings.HasPrefix(got, "waiting|") {
			t.Errorf("stopped what was %s", got)
		}
		settle(5 * time.Minute)
		if got := said("怎样"); !strings.HasPrefix(got, "cancelled|") || begun.Load() != 1 {
			t.Errorf("in the end %s, begun %d times", got, begun.Load())
		}
		if c, err := o.store.Count(t.Context(), Jobs); c != (Counts{}) || err != nil {
			t.Errorf("left in the queue: %+v, %v", c, err)
		}
	})
}

func TestAJobThatFailsIsTriedAgainThenParkedAndRevived(t *testing.T) {
	var well atomic.Bool
	var tries atomic.Int64
	job := func(ctx context.Context, w *Work) error {
		tries.Add(1)
		if well.Load() {
			return w.Send(Message{Chat: w.Chat, Text: "好了"})
		}
		w.Send(Message{Chat: w.Chat, Text: "半截"})
		if w.Try%2 == 0 {
			panic("boom")
		}
		return errors.New("no luck")
	}
	jobBubble(t, job, func(t *testing.T, o *Office, said func(string) string, r *recorder) {
		said("开始")
		settle(5 * time.Minute)
		if got := said("怎样"); !strings.HasPrefix(got, "failed|") || tries.Load() != MaxTries {
			t.Errorf("%s after %d tries", got, tries.Load())
		}
		if got := r.texts(7); slices.Contains(got, "半截") || !slices.Contains(got, textJobFailed) {
			t.Errorf("the person got %q", got)
		}
		if got := r.texts(900); len(got) != 1 || !strings.Contains(got[0], "（库）") {
			t.Errorf("the administrator got %q", got)
		}
		well.Store(true)
		if n, err := o.store.Revive(t.Context(), Jobs); n != 1 || err != nil {
			t.Errorf("revived %d, %v", n, err)
		}
		settle(time.Minute)
		if got := said("怎样"); !strings.HasPrefix(got, "done|") || !slices.Contains(r.texts(7), "好了") {
			t.Errorf("after it was revived: %s, %q", got, r.texts(7))
		}
	})
}

// TestAJobGoesOnElsewhere ends one replica politely and cuts the next one off
// from the store; a third brings the job to its end.
func TestAJobGoesOnElsewhere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.db")
	synctest.Test(t, func(t *testing.T) {
		s, r := openSQLite(t, path), &recorder{}
		var mu sync.Mutex
		var tries []string
		replica := func(store Store, name string, job JobHandler) (*Office, func()) {
			o := newOffice(t, Config{Store: store, Client: r, Handler: jobHandlerOf, Name: name, Jobs: map[string]JobHandler{
				"work": func(ctx context.Context, w *Work) error {
					mu.Lock()
					tries = append(tries, fmt.Sprintf("%s:%d", name, w.Try))
					mu.Unlock()
					return job(ctx, w)
				}}})
			return o, start(t, o)
		}
		endless := func(ctx context.Context, w *Work) error { <-ctx.Done(); return ctx.Err() }
		a, stopA := replica(s, "a", endless)
		arrive(t, a, 1, 7, "开始")
		settle(time.Minute)
		began := time.Now()
		stopA()
		if waited := time.Since(began); waited > time.Second {
			t.Errorf("the process waited %v for a job that can go on elsewhere", waited)
		}
		cut := &faulty{Store: s}
		replica(cut, "b", endless)
		settle(time.Minute)
		cut.away.Store(true)
		replica(s, "c", func(ctx context.Context, w *Work) error { return w.Send(Message{Chat: 7, Text: "完成"}) })
		settle(time.Minute)
		// a's try does not count, it was handed back; b's does.
		mu.Lock()
		defer mu.Unlock()
		if want := []string{"a:1", "b:1", "c:2"}; !slices.Equal(tries, want) {
			t.Errorf("tries %q, want %q", tries, want)
		}
		if got := r.texts(7); got[len(got)-1] != "完成" {
			t.Errorf("got %q", got)
		}
	})
}

func TestTurnRefusesJobsThatNobodyWouldDo(t *testing.T) {
	s := openSQLite(t, filepath.Join(t.TempDir(), "s.db"))
	turn, err := newTurn(Claim{Item: Item{Body: textUpdate(1, 7, "x")}}, s)
	if err != nil {
		t.Fatal(err)
	}
	turn.kinds = []string{"work"}
	for name, j := range map[string]Job{"unknown kind": {Key: "k", Kind: "play"}, "long key": {Key: strings.Repeat("k", maxKey), Kind: "work"}} {
		if _, err := turn.Start(t.Context(), j); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v, want ErrInvalid", name, err)
		}
	}
}

func TestStorePutsJobsInTheSameStep(t *testing.T) {
	eachStore(t, func(t *testing.T, h *harness) {
		put(t, h, Inbox, in("1", 7, 1))
		c := claimOne(t, h, Inbox, "a")
		save(t, h, "job:k")
		o := Outcome{Jobs: []Item{in("j1", 1, 0), in("j2", 1, 0), in("j3", -2, 0)}, Out: []Item{in("r", 7, 0)},
			Saves: []Save{{Key: "job:k", Value: []byte("new"), TTL: time.Hour}}}
		if err := h.Finish(t.Context(), c, o); !errors.Is(err, ErrConflict) {
			t.Fatalf("%v, want ErrConflict", err)
		}
		if n := len(claim(t, h, Jobs, "a", 9)); n != 0 {
			t.Fatalf("%d jobs of a refused step", n)
		}
		_, o.Saves[0].Revision, _ = h.Load(t.Context(), "job:k")
		finish(t, h, c, o)
		jobs := claim(t, h, Jobs, "a", 9)
		if len(jobs) != 2 || len(claim(t, h, Outbox, "a", 9)) != 1 {
			t.Fatalf("claimed %d jobs, want one of each key", len(jobs))
		}
		if err := h.Erase(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		for _, c := range jobs {
			finish(t, h, c, Outcome{Out: []Item{in("done "+c.Key, 7, 0)}})
		}
		if got := claimOne(t, h, Jobs, "b"); got.Key != "j2" {
			t.Errorf("then %s", got.Key)
		}
		if got, err := h.Count(t.Context(), Outbox); got.Waiting != 3 || err != nil {
			t.Errorf("messages %+v, %v", got, err)
		}
	})
}

// echoOrWork and workTwice are what the processes of the crash tests do.
func echoOrWork(ctx context.Context, t *Turn) error {
	if t.Update.Message.Text != "干活" {
		return echo(ctx, t)
	}
	_, err := t.Start(ctx, Job{Key: "库", Kind: "work", Chat: t.Chat})
	return err
}

// workTwice never ends the first time it is tried.
func workTwice(ctx context.Context, w *Work) error {
	w.Progress("进行中")
	if w.Try == 1 {
		<-ctx.Done()
		return ctx.Err()
	}
	return w.Send(Message{Chat: w.Chat, Text: fmt.Sprintf("第%d次完成", w.Try)})
}

func TestAJobSurvivesKill9(t *testing.T) {
	run := func(t *testing.T, successor string) {
		crashStores(t, func(t *testing.T, store string) {
			tg := newTelegram(t)
			tg.say(7, "干活")
			_, exited := namedProcess(t, "a", tg, store, "job begun", 1)
			<-exited
			killed := time.Now()
			namedProcess(t, successor, tg, store, "", 0)
			eventually(t, "the job is done", func() bool { return len(tg.sentTo(7)) > 0 })
			t.Logf("its end came %.1f s after the kill", time.Since(killed).Seconds())
			if got := tg.sentTo(7); !slices.Equal(got, []string{"第2次完成"}) {
				t.Errorf("got %q", got)
			}
		})
	}
	t.Run("restarted", func(t *testing.T) { run(t, "a") })
	t.Run("another process", func(t *testing.T) {
		if testing.Short() {
			t.Skip("waits for a lease of 15 s to expire")
		}
		run(t, "b")
	})
}
