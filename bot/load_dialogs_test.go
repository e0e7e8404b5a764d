package bot_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rongcuo/bot"
	"rongcuo/bot/delivery"
	"rongcuo/bot/delivery/redistest"
	"rongcuo/bot/localtelegram"
	"rongcuo/bot/localtelegram/localtelegramtest"
	"rongcuo/conversations"
	"rongcuo/conversations/records"
	"rongcuo/knowledge"
)

// Two replicas share a Redis and the records; Telegram brings their updates
// through a road on which some are doubled and some late.

const roadSecret = "0123456789abcdef"

// witness sees every update that is handled, at whichever replica, and holds
// them to the promises: one at a time in a chat (R4, R5), each once in effect (R1),
// and in Telegram's order within each of its queues.
type witness struct {
	t    testing.TB
	mu   sync.Mutex
	in   map[int64]string         // chats being handled, and by whom
	done map[int64]int            // updates, how often
	last map[string]int64         // of each of Telegram's queues
	by   map[string]*atomic.Int64 // handled by each replica
}

func newWitness(t testing.TB) *witness {
	return &witness{t: t, in: map[int64]string{}, done: map[int64]int{}, last: map[string]int64{}, by: map[string]*atomic.Int64{}}
}

// watch puts the witness before a replica's handler.
func (w *witness) watch(c *delivery.Config) {
	handle, name, n := c.Handler, c.Name, new(atomic.Int64)
	w.by[name] = n
	c.Handler = func(ctx context.Context, t *delivery.Turn) error {
		w.mu.Lock()
		if other := w.in[t.Chat]; other != "" {
			w.t.Errorf("%s begins on a chat that %s is at", name, other)
		}
		w.in[t.Chat] = name
		w.mu.Unlock()
		err := handle(ctx, t)
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.in, t.Chat)
		if err != nil {
			return err
		}
		n.Add(1)
		queue := fmt.Sprintf("%d %t", t.Chat, t.Update.CallbackQuery != nil)
		if t.Update.ID < w.last[queue] {
			w.t.Errorf("update %d is handled after %d of the same queue", t.Update.ID, w.last[queue])
		}
		w.last[queue] = t.Update.ID
		if w.done[t.Update.ID]++; w.done[t.Update.ID] > 1 {
			w.t.Errorf("update %d is handled again", t.Update.ID)
		}
		return nil
	}
}

// road brings each request of Telegram to one of the replicas: one in ten comes
// again later, at any of them; one in twenty is late, so that what the person
// wrote and what he pressed change places.
type road struct {
	ends           []http.Handler
	doubled, late  atomic.Int64
	again          sync.WaitGroup
	double, slow   float64
	longest, pause time.Duration
}

func (r *road) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return
	}
	bring := func() *httptest.ResponseRecorder {
		once := request.Clone(context.Background())
		once.Body = io.NopCloser(bytes.NewReader(body))
		answer := httptest.NewRecorder()
		r.ends[rand.IntN(len(r.ends))].ServeHTTP(answer, once)
		return answer
	}
	if rand.Float64() < r.slow {
		r.late.Add(1)
		time.Sleep(rand.N(r.longest))
	}
	answer := bring()
	if rand.Float64() < r.double {
		r.doubled.Add(1)
		r.again.Go(func() { time.Sleep(rand.N(r.pause)); bring() })
	}
	w.WriteHeader(answer.Code)
}

// pair is two replicas with a crowd of n people at the end of a road.
type pair struct {
	*town
	telegram *localtelegramtest.Telegram
	road     *road
	witness  *witness
	clock    *clock
}

func newPair(t testing.TB, n int) *pair {
	p := &pair{telegram: crowdOf(t, n, localtelegram.Options{NoLimits: true}), witness: newWitness(t), clock: newClock(),
		road: &road{double: .1, slow: .05, longest: 50 * time.Millisecond, pause: 200 * time.Millisecond}}
	socket, dir := redistest.Start(t), t.TempDir()
	for _, name := range []string{"a", "b"} {
		store := openRedis(t, socket)
		tn := foundOffice(t, p.telegram.URL(), p.telegram.Token(), dir, knowledge.Options{}, func(c *delivery.Config) {
			c.Name = name + byWebhook
			p.witness.watch(c)
		}, p.clock.rules, func(c *bot.Config) { c.Limits, c.QuestionsAMinute = store, 1000 })
		handler, err := tn.office.Webhook(roadSecret)
		must(t, err)
		p.road.ends, p.town = append(p.road.ends, handler), tn
	}
	p.town.Telegram = p.telegram
	front := httptest.NewServer(p.road)
	t.Cleanup(func() { p.road.again.Wait(); front.Close() })
	must(t, p.bot.SetWebhook(t.Context(), front.URL, roadSecret))
	return p
}

// lastSteps is where the dialogs of this load begin: from here to the receipt a
// person does twelve things.
const lastSteps = "accept_name"

// prepare fills a form as far as a message that says stop and gives every one of
// a crowd of n a copy, as the head of a unit of his own, who confirms by himself.
func (tn *town) prepare(t testing.TB, n int, stop string) {
	t.Helper()
	for i := range n {
		code, err := tn.book.Invite(t.Context(), idOf("admin"), records.UnitHead, fmt.Sprintf("第%d单位", i))
		must(t, err)
		_, err = tn.book.Accept(t.Context(), crowdID(i), "某某", code)
		must(t, err)
	}
	first := tn.As("p0")
	first.Say("/file")
	answerAll(t, first, tn.procedures.Latest("risk-filing"), filled, stop)
	tn.settled(t)
	var mine struct{ List []string }
	value, _, err := tn.store.Load(t.Context(), fmt.Sprintf("drafts:%d", crowdID(0)))
	must(t, err)
	must(t, json.Unmarshal(value, &mine))
	draft, _, err := tn.store.Load(t.Context(), "draft:"+mine.List[0])
	must(t, err)
	for i := 1; i < n; i++ {
		id := fmt.Sprintf("copy%06d", i)
		own := strings.NewReplacer(mine.List[0], id, fmt.Sprint(crowdID(0)), fmt.Sprint(crowdID(i)), "第0单位", fmt.Sprintf("第%d单位", i))
		for key, value := range map[string]string{"draft:" + id: own.Replace(string(draft)), fmt.Sprintf("drafts:%d", crowdID(i)): fmt.Sprintf(`{"list":[%q],"open":%q}`, id, id)} {
			_, err := tn.store.Save(t.Context(), delivery.Save{Key: key, Value: []byte(value), TTL: time.Hour})
			must(t, err)
		}
	}
}

// finish has one of the crowd go on to the receipt, and gives the number that he
// is told. At one question in twenty he also presses an old button and writes what
// no field takes, all at the same moment.
func (p *pair) finish(t testing.TB, i int, procedure *conversations.Procedure) (number string) {
	person := p.telegram.As(fmt.Sprintf("p%d", i))
	quick := maps.Clone(filled)
	quick["files"] = ".png"
	if i > 0 {
		person.Say("/file") // he has not seen the question that waits for him
		list := person.AwaitText("1. ")
		person.Press(list, buttonWith(t, list, "继续"))
	} else {
		person.Say("返回")
	}
	risk, answered, old := 1, map[string]bool{}, localtelegramtest.Message{}
	for range 60 {
		m := person.Await("the next question", func(m localtelegramtest.Message) bool {
			return strings.Contains(m.Text, "已存档") || len(m.Buttons) > 0 && !answered[asksFor(procedure, m)]
		})
		if strings.Contains(m.Text, "已存档") {
			return strings.TrimSpace(after(m.Text, "申请号："))
		}
		answered[asksFor(procedure, m)] = true
		if strings.Contains(m.Text, "请核对全部内容") && button(m, "确认提交") == "" || strings.Contains(m.Text, "已提交，申请号") {
			continue // the end of the review is in the next message; the notice comes beside the receipt
		}
		if rand.Float64() < .05 && len(old.Buttons) > 0 && old.Buttons[0][0].Text != "上一步" {
			speak(t, p.telegram.URL(), i, "我的身份证号是11010519491231002X")
			pressNamed(t, p.telegram.URL(), i, old, old.Buttons[0][0].Text)
		}
		if press := button(m, "确认提交"); press != "" {
			person.Press(m, press)
		} else if !answerOne(t, person, procedure, quick, m, &risk) {
			t.Errorf("p%d has nothing to say to:\n%s", i, m.Text)
			return ""
		}
		old = m
	}
	t.Errorf("p%d does not come to an end:\n%s", i, person.Transcript())
	return ""
}

// asksFor is what a message asks, in whatever words around it: the field whose
// question it holds and whose name comes last.
func asksFor(procedure *conversations.Procedure, m localtelegramtest.Message) string {
	key, at := m.Text, -1
	if button(m, "确认提交") != "" {
		return "确认提交"
	}
	for _, s := range procedure.Steps {
		for _, f := range s.Fields {
			if i := strings.LastIndex(m.Text, f.Label); f.Ask != "" && strings.Contains(m.Text, f.Ask) && i > at {
				key, at = f.Key, i
			}
		}
	}
	return key
}

// manyDialogs is L3: n dialogs are open, each twelve things before its receipt,
// and end at two replicas. Everybody has the one filing that he filled in, and
// what the records hold is what was told. It gives how long each dialog took.
func manyDialogs(t testing.TB, n, atOnce int) (p *pair, times []time.Duration) {
	p = newPair(t, n)
	procedure := p.procedures.Latest("risk-filing")
	p.prepare(t, n, procedure.Field(lastSteps).Ask)
	told, times := make([]string, n), make([]time.Duration, n)
	gate := make(chan struct{}, atOnce)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			gate <- struct{}{}
			defer func() { <-gate }()
			began := time.Now()
			told[i] = p.finish(t, i, procedure)
			times[i] = time.Since(began)
		})
	}
	wg.Wait()
	p.road.again.Wait()
	p.settled(t)
	for i, number := range told {
		cards, err := p.desk.Mine(t.Context(), crowdID(i), records.Filter{})
		must(t, err)
		if len(cards) != 1 || cards[0].Number != number {
			t.Errorf("p%d was told %q and has %d filings", i, number, len(cards))
			continue
		}
		holdsAll(t, p.town, crowdID(i), cards[0].ID)
	}
	if unique := slices.Compact(slices.Sorted(slices.Values(told))); len(unique) != n {
		t.Errorf("%d people were told %d numbers", n, len(unique))
	}
	checked, err := p.book.Verify(t.Context())
	must(t, err)
	if checked.Wrong != nil {
		t.Errorf("the records do not hold: %+v", checked.Wrong)
	}
	for name, handled := range p.witness.by {
		if handled.Load() == 0 {
			t.Errorf("replica %s handled nothing", name)
		}
	}
	return p, times
}

// L3 in short: RONGCUO_TEST_OPEN is how many dialogs are open, 16 by default.
func TestShortLoadOfManyDialogs(t *testing.T) {
	if testing.Short() {
		t.Skip("two whole bots and many people")
	}
	t.Parallel()
	n, err := strconv.Atoi(os.Getenv("RONGCUO_TEST_OPEN"))
	if err != nil {
		n = 16
	}
	began := time.Now()
	p, times := manyDialogs(t, n, 16)
	slices.Sort(times)
	t.Logf("%d filings in %.0f s, %d updates doubled, %d late; a dialog took %.1f s in the middle", n, time.Since(began).Seconds(), p.road.doubled.Load(), p.road.late.Load(), quantile(times, 50).Seconds())
}

// speak writes something and waits for nothing.
func speak(t testing.TB, server string, person int, text string) {
	body, _ := json.Marshal(map[string]string{"as": fmt.Sprintf("p%d", person), "text": text})
	brought(t, server+"/local/say", body)
}

func brought(t testing.TB, address string, body []byte) {
	response, err := http.Post(address, "application/json", bytes.NewReader(body))
	if err != nil {
		t.Error(err)
		return
	}
	response.Body.Close()
}

// benchmarkManyDialogs is L3: a thousand dialogs at two replicas, one update in ten
// twice and one in twenty late. Held: every filing right, within ten minutes.
func benchmarkManyDialogs(b *testing.B) {
	n := sized(100, 1000)
	began := time.Now()
	p, times := manyDialogs(b, n, 32)
	report(b, "dialog", sorted(times), 50, 99)
	b.ReportMetric(time.Since(began).Seconds(), "all-s")
	b.ReportMetric(float64(p.road.doubled.Load()), "doubled")
	b.ReportMetric(float64(p.road.late.Load()), "late")
	b.ReportMetric(float64(n), "filings")
}
