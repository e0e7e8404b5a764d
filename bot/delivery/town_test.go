package delivery

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"rongcuo/bot/localtelegram"
	"rongcuo/bot/localtelegram/localtelegramtest"
)

// town is people who talk at a steady pace with a bot that answers with [echo].
type town struct {
	*localtelegramtest.Telegram
	t      *testing.T
	people []*localtelegramtest.Person
	rounds int    // sentences of each
	away   string // what people are told of an outage

	mu   sync.Mutex
	said []sending // by people
	sent []sending // by the bot
}

// firstID is the user id of the first of the people; the next one has the next.
const firstID = 100

func newTown(t *testing.T, people int) *town {
	t.Helper()
	o := localtelegram.Options{Started: true, NoLimits: true}
	for i := range people {
		o.People = append(o.People, localtelegram.Person{Key: fmt.Sprint("p", i), Name: fmt.Sprintf("承办人%d", i), UserID: int64(firstID + i)})
	}
	w := &town{Telegram: localtelegramtest.Start(t, o), t: t}
	for _, p := range o.People {
		w.people = append(w.people, w.As(p.Key))
	}
	return w
}

// serve runs a replica on the store until the test ends.
func (w *town) serve(c Config) *Office {
	w.t.Helper()
	if c.Client == nil {
		c.Client = &listener{Client: w.client(), town: w}
	}
	if c.Handler == nil {
		c.Handler = echo
	}
	if w.away = c.StoreAway; w.away == "" {
		w.away = textStoreAway
	}
	c.NoLimits = true
	o := newOffice(w.t, c)
	start(w.t, o)
	return o
}

// listener is a Client that notes when the town got what.
type listener struct {
	Client
	town *town
}

func (l *listener) SendMessage(ctx context.Context, p *bot.SendMessageParams) (*models.Message, error) {
	m, err := l.Client.SendMessage(ctx, p)
	if err == nil {
		l.town.note(&l.town.sent, p.ChatID.(int64), p.Text)
	}
	return m, err
}

func (w *town) note(list *[]sending, chat int64, text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	*list = append(*list, sending{chat, text, time.Now()})
}

// poll has the office ask a server for updates until the test ends.
func (w *town) poll(o *Office, server string) {
	ctx, cancel := context.WithCancel(context.Background())
	var polling sync.WaitGroup
	polling.Go(func() {
		if err := o.Poll(ctx, server, w.Token()); err != nil {
			w.t.Error(err)
		}
	})
	w.t.Cleanup(func() { cancel(); polling.Wait() })
}

func (w *town) client() *bot.Bot {
	w.t.Helper()
	transport := &http.Transport{}
	w.t.Cleanup(transport.CloseIdleConnections)
	b, err := bot.New(w.Token(), bot.WithSkipGetMe(), bot.WithServerURL(w.URL()),
		bot.WithHTTPClient(time.Minute, &http.Client{Transport: transport, Timeout: 20 * time.Second}))
	if err != nil {
		w.t.Fatal(err)
	}
	return b
}

// talk has each person say a sentence, 20 a second, until enough; once at least.
func (w *town) talk(enough func() bool) {
	w.t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for first := true; first || !enough(); first = false {
		w.rounds++
		for i, p := range w.people {
			text := fmt.Sprintf("第%d句", w.rounds)
			p.Say(text)
			w.note(&w.said, int64(firstID+i), text)
			<-tick.C
		}
	}
}

// heard gives the answers that a person got, and how many notices of an outage.
func (w *town) heard(p *localtelegramtest.Person) (answers []string, notices int) {
	w.t.Helper()
	for _, m := range p.Chat() {
		switch {
		case m.From != "bot":
		case m.Text == w.away:
			notices++
		default:
			answers = append(answers, m.Text)
		}
	}
	return answers, notices
}

// answered says if there was an answer after a time, and when.
func (w *town) answered(after time.Time) (at time.Time, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range w.sent {
		if s.text != w.away && s.at.After(after) {
			return s.at, true
		}
	}
	return time.Time{}, false
}

// notice is how long the one waited for his notice who waited longest, from the
// first sentence that he said after a time.
func (w *town) notice(after time.Time) (longest time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	first := make(map[int64]time.Time)
	for _, s := range w.said {
		if first[s.chat].IsZero() && s.at.After(after) {
			first[s.chat] = s.at
		}
	}
	for _, s := range w.sent {
		if from := first[s.chat]; s.text == w.away && !from.IsZero() {
			longest = max(longest, s.at.Sub(from))
		}
	}
	return longest
}

// told says if everybody was told of an outage.
func (w *town) told() bool {
	for _, p := range w.people {
		if _, notices := w.heard(p); notices == 0 {
			return false
		}
	}
	return true
}

// check waits until every sentence has its answer, and holds the chats to what
// is promised: each was handled once as to state, and in order. A message may
// have come twice; it gives how many did.
func (w *town) check() (doubled int) {
	w.t.Helper()
	w.await("every sentence answered", func() bool {
		for _, p := range w.people {
			if answers, _ := w.heard(p); len(slices.Compact(answers)) < w.rounds {
				return false
			}
		}
		return true
	})
	var want []string
	for i := range w.rounds {
		want = append(want, fmt.Sprintf("%d 第%d句", i+1, i+1))
	}
	for i, p := range w.people {
		answers, _ := w.heard(p)
		once := slices.Compact(slices.Clone(answers))
		doubled += len(answers) - len(once)
		if !slices.Equal(once, want) {
			w.t.Errorf("person %d was answered %q, want %q", i, answers, want)
		}
	}
	return doubled
}

// await waits longer than [eventually]: servers, loaded machines, leases of 15 s.
func (w *town) await(what string, is func() bool) {
	w.t.Helper()
	for end := time.Now().Add(90 * time.Second); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			w.t.Fatalf("waited in vain: %s; the first chat:\n%s", what, w.people[0].Transcript())
		}
	}
}

// suffer has people talk before, during and after a fault, and holds the chats to
// what is promised. Away: nothing can be stored meanwhile, so everybody is told.
func (w *town) suffer(lasts time.Duration, away bool, begin, end func()) {
	w.t.Helper()
	answered := func(after time.Time) func() bool {
		return func() bool { _, ok := w.answered(after); return ok }
	}
	w.talk(answered(time.Time{}))
	begin()
	began := time.Now()
	w.talk(func() bool { return time.Since(began) > lasts && (!away || w.told()) })
	end()
	back := time.Now()
	w.talk(answered(back))
	doubled := w.check()
	for i, p := range w.people {
		if _, notices := w.heard(p); notices > 1 || away && notices == 0 {
			w.t.Errorf("person %d was told %d times of one outage", i, notices)
		}
	}
	first, _ := w.answered(back)
	w.t.Logf("%s: %d sentences; fault of %.1fs; all told within %.1fs; first answer after %.1fs, all after %.1fs; %d messages doubled",
		w.t.Name(), w.rounds*len(w.people), back.Sub(began).Seconds(), w.notice(began).Seconds(), first.Sub(back).Seconds(), time.Since(back).Seconds(), doubled)
}
