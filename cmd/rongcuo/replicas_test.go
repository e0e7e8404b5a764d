package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"rongcuo/bot/localtelegram"
	"rongcuo/bot/localtelegram/localtelegramtest"
	"rongcuo/knowledge/postgrestest"
)

// asProgram makes the test's binary be the program, in a process that can be
// killed.
const asProgram = "RONGCUO_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) == "" {
		os.Exit(m.Run())
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// replica is `serve` in a process of its own.
type replica struct {
	t       *testing.T
	name    string
	process *exec.Cmd
	log     *lineLog
	ended   chan struct{}
}

func startReplica(t *testing.T, name string, env ...string) *replica {
	t.Helper()
	return startProgram(t, "", name, env...)
}

// startProgram starts a replica of another build; "" is this one.
func startProgram(t *testing.T, program, name string, env ...string) *replica {
	t.Helper()
	if program == "" {
		var err error
		if program, err = os.Executable(); err != nil {
			t.Fatal(err)
		}
	}
	r := &replica{t: t, name: name, process: exec.Command(program, "serve", "-data", env[0]), log: newLineLog(), ended: make(chan struct{})}
	r.process.Env = append(os.Environ(), append(env[1:], asProgram+"=1")...)
	r.process.Stdout, r.process.Stderr = r.log, r.log
	if err := r.process.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { defer close(r.ended); _ = r.process.Wait() }() // how it ended is looked at in ProcessState
	t.Cleanup(func() {
		r.signal(syscall.SIGKILL)
		if t.Failed() {
			t.Logf("%s said:\n%s", name, r.log)
		}
	})
	return r
}

// signal ends the process and waits for it.
func (r *replica) signal(s os.Signal) {
	r.process.Process.Signal(s) //nolint:errcheck // it may have ended by itself
	<-r.ended
}

// polls says whether this process is the one that asks Telegram.
func (r *replica) polls() bool { return r.log.has("this process leads", "lock=delivery:poll") }

// lineLog is what a process writes, to be waited for.
type lineLog struct {
	mu    sync.Mutex
	b     bytes.Buffer
	moved chan struct{} // closed at the next write
}

func newLineLog() *lineLog { return &lineLog{moved: make(chan struct{})} }

func (l *lineLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.moved)
	l.moved = make(chan struct{})
	return l.b.Write(p)
}

func (l *lineLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// has says whether one line holds all of these.
func (l *lineLog) has(all ...string) bool {
	for line := range strings.Lines(l.String()) {
		fits := true
		for _, s := range all {
			fits = fits && strings.Contains(line, s)
		}
		if fits {
			return true
		}
	}
	return false
}

// sending is how many messages a process that dies may have sent and not noted,
// one of each chat that is answered: those come twice (see what is not promised
// in deploy/README.md).
const sending = 4

// takeover is how long it may take until another replica polls or sends (promise
// R6).
const takeover = 15 * time.Second

// await waits until something holds of what any of the replicas wrote.
func await(t *testing.T, what string, within time.Duration, holds func() bool, replicas ...*replica) {
	t.Helper()
	timeout := time.After(within)
	for {
		moved := make(chan struct{})
		var once sync.Once
		for _, r := range replicas {
			r.log.mu.Lock()
			c := r.log.moved
			r.log.mu.Unlock()
			go func() {
				select {
				case <-c:
				case <-r.ended:
				case <-t.Context().Done():
				}
				once.Do(func() { close(moved) })
			}()
		}
		if holds() {
			return
		}
		select {
		case <-moved:
		case <-timeout:
			t.Fatalf("no %s within %v", what, within)
		}
	}
}

// town is what several replicas share: a database, a Redis, a Telegram and a
// data folder, as in deploy/kubernetes.
type town struct {
	telegram *localtelegramtest.Telegram
	dir      string
}

func newTown(t *testing.T) *town {
	t.Helper()
	w := &town{telegram: localtelegramtest.Start(t, localtelegram.Options{Started: true, NoLimits: true}), dir: filepath.Join(t.TempDir(), "data")}
	if err := os.MkdirAll(w.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"DATABASE_URL": postgrestest.NewDatabase(t, postgrestest.Start(t)), "REDIS_URL": "redis://" + startRedis(t) + "/0",
		"TELEGRAM_API_URL": w.telegram.URL(), "TELEGRAM_TOKEN": w.telegram.Token(), "EMBEDDING": "off",
	} {
		t.Setenv(name, value) // for commands in this process
	}
	w.publish(t, "甲办法", "试点事项每季度调整一次。")
	return w
}

func (w *town) start(t *testing.T, name string, env ...string) *replica {
	t.Helper()
	return startReplica(t, name, append([]string{w.dir}, env...)...)
}

// publish brings a document into the index, as another process.
func (w *town) publish(t *testing.T, title, sentence string) {
	t.Helper()
	folder := filepath.Join(filepath.Dir(w.dir), "texts")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, title+".md"), []byte("# 示例县"+title+"\n\n第一条　"+sentence+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, out, errOut := invoke(t, "reindex", "-docs", folder); status != exitOK {
		t.Fatal(out, errOut)
	}
}

// answers counts the messages of the bot.
func answers(p *localtelegramtest.Person) int {
	n := 0
	for _, m := range p.Chat() {
		if m.From == "bot" {
			n++
		}
	}
	return n
}

// Promise R6, issue: with polling exactly one polls; when it is killed another
// takes over within 15 s, and nothing is lost or said twice.
func TestOfSeveralReplicasOnePollsAndAnotherTakesOver(t *testing.T) {
	if testing.Short() {
		t.Skip("long: whole processes, which the race detector does not see into")
	}
	w := newTown(t)
	a, b := w.start(t, "a"), w.start(t, "b")
	await(t, "poller", takeover, func() bool { return a.polls() || b.polls() }, a, b)
	official := w.telegram.As("普通干部")
	official.Say("试点事项多久调整一次？")
	official.AwaitText("每季度调整一次")
	if a.polls() && b.polls() {
		t.Error("both poll")
	}
	poller, other := a, b
	if b.polls() {
		poller, other = b, a
	}
	poller.signal(syscall.SIGKILL)
	official.Say("甲办法第一条是什么？")
	killed := time.Now()
	await(t, "takeover", takeover, other.polls, other)
	t.Logf("another polls after %v", time.Since(killed).Round(100*time.Millisecond))
	await(t, "sender", takeover, func() bool { return other.log.has("this process leads", "lock=delivery:sender") }, other)
	official.Await("an answer", func(m localtelegramtest.Message) bool { return strings.Contains(m.Text, "每季度") })
	if n := answers(official); n < 2 || n > 3 { // what was sent and not yet noted comes twice
		t.Errorf("%d answers to 2 questions", n)
	}
	other.signal(syscall.SIGTERM)
	if status := other.process.ProcessState.ExitCode(); status != exitOK {
		t.Errorf("ended with %d", status)
	}
	if strings.Contains(a.log.String()+b.log.String(), w.telegram.Token()) {
		t.Error("the token is in a log")
	}
}

// With webhooks all replicas serve behind one address, and one that dies takes
// nothing with it.
func TestWithAWebhookAllReplicasServe(t *testing.T) {
	if testing.Short() {
		t.Skip("long: whole processes, which the race detector does not see into")
	}
	w := newTown(t)
	addresses := []string{freeAddress(t), freeAddress(t)}
	var came [2]atomic.Int64
	var turn atomic.Int64
	front := freeAddress(t)
	proxy := &http.Server{Addr: front, Handler: http.HandlerFunc(func(out http.ResponseWriter, in *http.Request) {
		n := turn.Add(1) % 2
		came[n].Add(1)
		p := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: addresses[n]})
		p.ErrorHandler = func(out http.ResponseWriter, _ *http.Request, _ error) { out.WriteHeader(http.StatusBadGateway) }
		p.ServeHTTP(out, in)
	})}
	go proxy.ListenAndServe() //nolint:errcheck // ends when it is closed
	t.Cleanup(func() { proxy.Close() })
	var both []*replica
	for i, address := range addresses {
		both = append(both, w.start(t, string(rune('a'+i)), "WEBHOOK_URL=http://"+front+"/telegram", "WEBHOOK_SECRET=0123456789abcdef", "LISTEN_ADDR="+address))
	}
	for _, r := range both {
		await(t, "start of "+r.name, takeover, func() bool { return r.log.has("the bot begins") }, r)
	}
	people := []*localtelegramtest.Person{w.telegram.As("普通干部"), w.telegram.As("handler"), w.telegram.As("head"), w.telegram.As("decider")}
	ask := func() {
		for _, p := range people {
			p.Say("试点事项多久调整一次？")
		}
		for _, p := range people {
			p.AwaitText("每季度调整一次")
		}
	}
	ask()
	ask()
	if came[0].Load() == 0 || came[1].Load() == 0 {
		t.Errorf("updates came to %d and %d", came[0].Load(), came[1].Load())
	}

	// A new index is announced, and both answer from it.
	w.publish(t, "乙办法", "公示期为七个工作日。")
	for _, r := range both {
		await(t, "new index at "+r.name, takeover, func() bool { return r.log.has("answering from the index that another process published") }, r)
	}
	people[0].Say("公示期为几个工作日？")
	people[0].AwaitText("七个工作日")

	// One dies; Telegram brings again what it did not confirm.
	both[0].signal(syscall.SIGKILL)
	for _, p := range people {
		p.Say("公示期为几个工作日？")
	}
	await(t, "sender", takeover, func() bool { return both[1].log.has("this process leads", "lock=delivery:sender") }, both[1])
	twice := 0
	for i, p := range people {
		p.AwaitText("七个工作日")
		asked := 3
		if i == 0 {
			asked = 4
		}
		if n := answers(p); n < asked {
			t.Errorf("%d answers to %d questions:\n%s", n, asked, p.Transcript())
		} else {
			twice += n - asked
		}
	}
	if twice > sending {
		t.Errorf("%d answers came twice", twice)
	}
}

// Scheduled work is done once, however many replicas there are.
func TestANoticeThatIsDueComesOnceFromSeveralReplicas(t *testing.T) {
	if testing.Short() {
		t.Skip("long: whole processes, which the race detector does not see into")
	}
	w := newTown(t)
	var admin localtelegram.Person
	for _, p := range localtelegram.DefaultPeople() {
		if p.Key == "admin" {
			admin = p
		}
	}
	db, err := openPostgres(t.Context(), os.Getenv("DATABASE_URL"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := openBook(t.Context(), db, []int64{admin.UserID}); err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), `INSERT INTO records_notices (once, filing, person, role, place, kind, text, made)
		SELECT 'n' || n, 'f', $1, 'owner', '', 'due', '办理期限还有 ' || n || ' 天', n FROM generate_series(1, 5) n`, admin.UserID); err != nil {
		t.Fatal(err)
	}
	replicas := []*replica{w.start(t, "a"), w.start(t, "b"), w.start(t, "c")}
	for _, r := range replicas {
		await(t, "start of "+r.name, takeover, func() bool { return r.log.has("the bot begins") }, r)
	}
	person := w.telegram.As("admin")
	person.AwaitText("还有 5 天")
	for _, r := range replicas {
		r.signal(syscall.SIGTERM) // what is in hand is finished
	}
	if n := answers(person); n != 5 {
		t.Errorf("%d notices came of 5", n)
	}
}
