package bot_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"rongcuo/bot"
	"rongcuo/bot/localtelegram"
	"rongcuo/bot/localtelegram/localtelegramtest"
	"rongcuo/knowledge"
	"rongcuo/knowledge/fakemodel"
	"rongcuo/prompts"
)

// The bot of a soak is a process of its own, so that its memory and goroutines
// are the bot's and not those of the Telegram and the people beside it.
const childModel = "BOT_TEST_MODEL" // address of its model; set only for such a process

// sizes are what a process holds after a collection.
type sizes struct {
	Goroutines int
	Heap       uint64 // bytes in use
	RSS        uint64 // bytes of the process in memory
}

// TestSoakChild is that process. It says where it can be asked for its sizes.
func TestSoakChild(t *testing.T) {
	if os.Getenv(childModel) == "" {
		t.Skip("only as the process that another test watches")
	}
	models, err := knowledge.NewModels(knowledge.ModelConfig{BaseURL: os.Getenv(childModel), ChatModel: "fake", Timeout: 2 * time.Second})
	must(t, err)
	set, err := prompts.Load("")
	must(t, err)
	foundAt(t, os.Getenv(childServer), os.Getenv(childToken), os.Getenv(childDir),
		knowledge.Options{Composer: knowledge.PromptComposer{Prompts: set, Model: models}}, newClock().rules, func(c *bot.Config) { c.QuestionsAMinute = 10000 })
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	fmt.Println("sizes at", listener.Addr())
	server := http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		debug.FreeOSMemory()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		s := sizes{Goroutines: runtime.NumGoroutine(), Heap: m.HeapInuse}
		if text, err := os.ReadFile("/proc/self/statm"); err == nil {
			var pages, resident uint64
			fmt.Sscan(string(text), &pages, &resident)
			s.RSS = resident * uint64(os.Getpagesize())
		}
		json.NewEncoder(w).Encode(s)
	})}
	server.SetKeepAlivesEnabled(false)
	must(t, server.Serve(listener))
}

// soaked is a bot in a process of its own, its Telegram and its model.
type soaked struct {
	t        testing.TB
	telegram *localtelegramtest.Telegram
	process  *exec.Cmd
	at       string
	model    atomic.Int64 // how the model behaves: see the faults
}

// The ways of the model.
const (
	modelWell = iota
	modelDown
	modelMute
	modelMad
	modelWays
)

func startSoaked(t testing.TB, people int) *soaked {
	s := &soaked{t: t, telegram: crowdOf(t, people, localtelegram.Options{NoLimits: true})}
	model := fakemodel.Start(t)
	model.OnChat = func(w http.ResponseWriter, _, user string, _ int) {
		switch s.model.Load() {
		case modelDown:
			http.Error(w, "down", http.StatusBadGateway)
		case modelMute:
			time.Sleep(3 * time.Second)
		case modelMad:
			fakemodel.Stream(w, "《不存在的办法》第九百九十九条说可以。", "stop")
		default:
			fakemodel.Stream(w, "决策时已经明确反对的，可能对应持有异议的情形"+sourceOf(user, "第十二条")+"。", "stop")
		}
	}
	s.process = exec.Command(os.Args[0], "-test.run=^TestSoakChild$", "-test.timeout=0")
	s.process.Env = append(os.Environ(), childServer+"="+s.telegram.URL(), childToken+"="+s.telegram.Token(), childDir+"="+t.TempDir(), childModel+"="+model.URL)
	out, err := s.process.StdoutPipe()
	must(t, err)
	must(t, s.process.Start())
	t.Cleanup(func() { s.process.Process.Kill(); s.process.Wait() })
	for lines := bufio.NewScanner(out); s.at == "" && lines.Scan(); {
		_, s.at, _ = strings.Cut(lines.Text(), "sizes at ")
	}
	if s.at == "" {
		t.Fatal("the bot's process did not begin")
	}
	return s
}

// sizes asks the process.
func (s *soaked) sizes() (out sizes) {
	s.t.Helper()
	response, err := http.Get("http://" + s.at)
	must(s.t, err)
	defer response.Body.Close()
	must(s.t, json.NewDecoder(response.Body).Decode(&out))
	return out
}

// fault lets something go wrong for some seconds and says what.
func (s *soaked) fault(seconds int) string {
	if rand.IntN(3) == 0 {
		s.model.Store(1 + rand.Int64N(modelWays-1))
		time.AfterFunc(time.Duration(seconds)*time.Second, func() { s.model.Store(modelWell) })
		return fmt.Sprintf("model %d", s.model.Load())
	}
	if rand.IntN(4) == 0 {
		s.process.Process.Signal(syscall.SIGSTOP)
		time.AfterFunc(time.Duration(seconds)*time.Second, func() { s.process.Process.Signal(syscall.SIGCONT) })
		return "stopped"
	}
	f := localtelegramtest.Fault{Kind: []string{"502", "429", "drop", "hang", "slow"}[rand.IntN(5)], Method: []string{"sendMessage", "getUpdates"}[rand.IntN(2)], Times: 3 * seconds, Seconds: 1}
	s.telegram.Fault(f)
	time.AfterFunc(time.Duration(seconds)*time.Second, func() {
		body, _ := json.Marshal(localtelegramtest.Fault{Kind: "none"})
		brought(s.t, s.telegram.URL()+"/local/fault", body)
	})
	return f.Kind + " " + f.Method
}

// live has a person do the n-th thing of a day: most fill a form, some ask, some
// read the help.
func (s *soaked) live(person, n int) {
	switch {
	case n == 0:
		exchange(s.t, s.telegram.URL(), person, "/file")
	case n%5 == 1:
		exchange(s.t, s.telegram.URL(), person, "/ask "+opposed)
	case n%5 == 2:
		exchange(s.t, s.telegram.URL(), person, "/help")
	default:
		exchange(s.t, s.telegram.URL(), person, loadStep(n/2))
	}
}

// backTo waits until the goroutines are at their base again.
func (s *soaked) backTo(base sizes) (now sizes) {
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
		if now = s.sizes(); now.Goroutines <= base.Goroutines+sameGoroutines {
			break
		}
	}
	return now
}

const (
	sameGoroutines = 10        // promise R25: back to base ±10
	mostMemory     = 256 << 20 // and this beside the index, which is small here
	sameHeap       = 16 << 20
)

// Promise R25: after a burst of messages amid faults the bot has as many
// goroutines and as much memory as before.
func TestMemoryReturnsAfterABurstWithFaults(t *testing.T) {
	if testing.Short() {
		t.Skip("a process and many people")
	}
	t.Parallel()
	const people, each = 40, 5
	s := startSoaked(t, people)
	for n := range each {
		s.live(0, n) // what is opened once is open
	}
	base := s.sizes()
	var wg sync.WaitGroup
	for i := range people {
		wg.Go(func() {
			for n := range each {
				s.live(i, n)
			}
		})
	}
	for _, f := range []localtelegramtest.Fault{{Kind: "502", Method: "sendMessage", Times: 5}, {Kind: "hang", Method: "sendMessage", Times: 3, Seconds: 1}, {Kind: "drop", Method: "sendMessage", Times: 2}, {Kind: "502", Method: "getUpdates", Times: 2}} {
		s.telegram.Fault(f)
	}
	s.model.Store(modelMute)
	time.AfterFunc(2*time.Second, func() { s.model.Store(modelDown) })
	wg.Wait()
	after := s.backTo(base)
	t.Logf("before %+v, after %+v", base, after)
	if after.Goroutines > base.Goroutines+sameGoroutines {
		t.Errorf("%d goroutines became %d", base.Goroutines, after.Goroutines)
	}
	if after.Heap > base.Heap+sameHeap || after.RSS > mostMemory {
		t.Errorf("memory %+v became %+v", base, after)
	}
}

// benchmarkSoak is L8: eight updates a second with a fault now and then.
// RONGCUO_LOAD_SOAK is how long, a minute by default, an hour in full. Held: memory
// grows by no more than 1 MiB an hour (told from the heap after a collection, by
// the line through all measurements after the first tenth), goroutines are flat,
// and every message is answered.
func benchmarkSoak(b *testing.B) {
	length, err := time.ParseDuration(os.Getenv("RONGCUO_LOAD_SOAK"))
	if err != nil {
		length = sized(time.Minute, time.Hour)
	}
	const people, rate = 80, 8
	every := sized(10*time.Second, time.Minute)
	s := startSoaked(b, people)
	for i := range people {
		s.live(i, 0)
	}
	base, began := s.sizes(), time.Now()
	done := make(chan struct{})
	var times []time.Duration
	go func() {
		defer close(done)
		times = paced(rate, rate*int(length.Seconds()), func(i int) { s.live(i%people, 1+i/people) })
	}()
	faults := 0
	var at, heap []float64 // hours, MiB
	for tick := time.NewTicker(every); ; {
		select {
		case <-done:
			tick.Stop()
			end := s.backTo(base)
			report(b, "reply", times, 50, 99)
			b.ReportMetric(float64(faults), "faults")
			b.ReportMetric(float64(end.RSS)/(1<<20), "rss-MiB")
			b.ReportMetric(float64(end.Goroutines-base.Goroutines), "goroutines-more")
			b.ReportMetric((float64(end.Heap)-float64(base.Heap))/(1<<20), "heap-MiB-more")
			if length >= 10*time.Minute {
				b.ReportMetric(slope(at, heap), "MiB/h")
			}
			if end.Goroutines > base.Goroutines+sameGoroutines || end.RSS > mostMemory {
				b.Errorf("%+v became %+v", base, end)
			}
			return
		case <-tick.C:
			now := s.sizes()
			if since := time.Since(began); since > length/10 {
				at, heap = append(at, since.Hours()), append(heap, float64(now.Heap)/(1<<20))
			}
			if time.Since(began) < length-2*every { // the last ones have time to end
				b.Logf("%v: %s", time.Since(began).Round(time.Second), s.fault(int(every.Seconds()/3)))
				faults++
			}
		}
	}
}

// slope is that of the straight line through points.
func slope(x, y []float64) float64 {
	var n, sx, sy, sxx, sxy float64
	for i := range x {
		n, sx, sy, sxx, sxy = n+1, sx+x[i], sy+y[i], sxx+x[i]*x[i], sxy+x[i]*y[i]
	}
	return (n*sxy - sx*sy) / (n*sxx - sx*sx)
}
