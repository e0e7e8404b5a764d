package bot_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"rongcuo/bot"
	"rongcuo/bot/delivery"
	"rongcuo/bot/delivery/redistest"
	"rongcuo/bot/localtelegram"
	"rongcuo/bot/localtelegram/localtelegramtest"
	"rongcuo/knowledge"
)

// The load of promise R24's kind: 300 people fill a form, 150 messages a second
// in all, five times what Telegram lets one bot send. Times are from the planned
// moment of a message to the reply in the chat, so that a pause counts for all
// who had to wait in it.
const (
	loadPeople = 300
	loadRate   = 150 // messages a second
)

// loadSteps are answered in this order by everybody.
var loadSteps = []string{"否", "否", "否", "否", "否", "否", "否", "否", "是", "主要是外部原因", "是", "否", unitName, "下属事业单位", "否", "王某", "综合科科长", "0000-1234567", "李某，主任"}

// loadStep is what everybody says n-th: the steps, and then the last one again
// and again.
func loadStep(n int) string {
	if n < len(loadSteps) {
		return loadSteps[n]
	}
	return []string{"返回", loadSteps[len(loadSteps)-1]}[(n-len(loadSteps))%2]
}

// BenchmarkDialogStep measures a step of a form beside a bare echo bot on the
// same client library and the same Telegram, in one run. LOAD_SECONDS is how
// long each goes on, 6 by default.
func BenchmarkDialogStep(b *testing.B) {
	var echo time.Duration
	b.Run("echo", func(b *testing.B) {
		telegram := crowd(b)
		ctx, cancel := context.WithCancel(b.Context())
		defer cancel()
		client, err := tg.New(telegram.Token(), tg.WithSkipGetMe(), tg.WithServerURL(telegram.URL()), tg.WithDefaultHandler(func(ctx context.Context, c *tg.Bot, u *models.Update) {
			if u.Message != nil {
				c.SendMessage(ctx, &tg.SendMessageParams{ChatID: u.Message.Chat.ID, Text: "收到：" + u.Message.Text})
			}
		}))
		must(b, err)
		go client.Start(ctx)
		echo = measure(b, telegram)
	})
	for _, kept := range []string{"redis-server", "sqlite"} {
		b.Run("rongcuo/"+kept, func(b *testing.B) {
			telegram := crowd(b)
			adjust := func(*bot.Config) {}
			if kept == "redis-server" {
				adjust = inRedis(b)
			}
			foundWith(b, telegram, b.TempDir(), knowledge.Options{}, adjust)
			if p99 := measure(b, telegram); echo > 0 {
				b.ReportMetric(float64(p99)/float64(echo), "p99/echo")
			}
		})
	}
}

// inRedis has a bot keep its messages in a redis-server of its own, which has
// each on disk before it answers.
func inRedis(b testing.TB) func(*bot.Config) {
	store := openRedis(b, redistest.Start(b))
	return func(c *bot.Config) { c.Limits = store }
}

func openRedis(b testing.TB, socket string) delivery.Store {
	b.Helper()
	options, err := delivery.ParseRedisURL("unix://" + socket)
	must(b, err)
	store, err := delivery.OpenRedis(b.Context(), options, "load")
	must(b, err)
	b.Cleanup(func() { store.Close() })
	return store
}

// crowd is a local Telegram with many people and without limits.
func crowd(b testing.TB) *localtelegramtest.Telegram {
	return crowdOf(b, loadPeople, localtelegram.Options{NoLimits: true})
}

// crowdOf is a local Telegram with n people beside the usual ones: p0, p1, ….
func crowdOf(b testing.TB, n int, o localtelegram.Options) *localtelegramtest.Telegram {
	o.Started, o.People = true, localtelegram.DefaultPeople()
	for i := range n {
		o.People = append(o.People, localtelegram.Person{Key: fmt.Sprintf("p%d", i), Name: fmt.Sprintf("第%d人", i), UserID: crowdID(i)})
	}
	return localtelegramtest.Start(b, o)
}

// crowdID is the number of the i-th of a crowd.
func crowdID(i int) int64 { return 800000 + int64(i) }

// measure has everybody begin, then sends the load; it reports the percentiles
// and gives the 99th.
func measure(b *testing.B, telegram *localtelegramtest.Telegram) time.Duration {
	seconds, err := strconv.Atoi(os.Getenv("LOAD_SECONDS"))
	if err != nil {
		seconds = 6
	}
	begin(b, telegram, 0, loadPeople)
	n := seconds * loadRate
	began := time.Now()
	times := paced(loadRate, n, func(i int) { exchange(b, telegram.URL(), i%loadPeople, loadStep(i/loadPeople)) })
	b.ReportMetric(float64(times[n/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(times[n*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(float64(n)/time.Since(began).Seconds(), "steps/s")
	b.ReportMetric(0, "ns/op")
	return times[n*99/100]
}

// paced does n things, so many a second whatever becomes of them, and gives how
// long each took from its planned moment, the shortest first.
func paced(rate, n int, do func(i int)) []time.Duration {
	times := make([]time.Duration, n)
	var wg sync.WaitGroup
	began := time.Now()
	for i := range n {
		planned := began.Add(time.Duration(i) * time.Second / time.Duration(rate))
		time.Sleep(time.Until(planned))
		wg.Go(func() {
			do(i)
			times[i] = time.Since(planned)
		})
	}
	wg.Wait()
	slices.Sort(times)
	return times
}

// late is when an answer is given up for lost. It is long, so that a machine that
// is too busy shows as slow.
const late = 2 * time.Minute

// exchange says something and waits for what the bot says next.
func exchange(b testing.TB, server string, person int, text string) {
	as := fmt.Sprintf("p%d", person)
	body, _ := json.Marshal(map[string]string{"as": as, "text": text})
	response, err := http.Post(server+"/local/say", "application/json", strings.NewReader(string(body)))
	if err != nil {
		b.Error(err)
		return
	}
	var said struct{ Rev int64 }
	err = json.NewDecoder(response.Body).Decode(&said)
	response.Body.Close()
	if err != nil || said.Rev == 0 {
		b.Errorf("%s could not say %q: %v", as, text, err)
		return
	}
	for deadline := time.Now().Add(late); time.Now().Before(deadline); {
		response, err := http.Get(fmt.Sprintf("%s/local/chat?as=%s&since=%d&wait=20", server, url.QueryEscape(as), said.Rev))
		if err != nil {
			b.Error(err)
			return
		}
		var list []struct{ From string }
		err = json.NewDecoder(response.Body).Decode(&list)
		response.Body.Close()
		if err != nil {
			b.Error(err)
			return
		}
		for _, m := range list {
			if m.From == "bot" {
				return
			}
		}
	}
	b.Errorf("%s had no answer to %q", as, text)
}
