package delivery

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
	"github.com/redis/go-redis/v9"
)

// instant is a Client that takes no time and has no limits.
type instant struct {
	Client
	sent func(chat int64)
}

func (c instant) SendMessage(_ context.Context, p *bot.SendMessageParams) (*models.Message, error) {
	c.sent(p.ChatID.(int64))
	return &models.Message{ID: 1}, nil
}

func benchStores(b *testing.B, bench func(b *testing.B, s Store)) {
	b.Run("sqlite", func(b *testing.B) { bench(b, openSQLite(b, filepath.Join(b.TempDir(), "s.db"))) })
	b.Run("redis-server", func(b *testing.B) {
		s, err := OpenRedis(b.Context(), redis.UniversalOptions{Addrs: []string{redisServer(b)}}, "bench")
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { s.Close() })
		bench(b, s)
	})
}

// unlimited takes Telegram's limits away for a benchmark.
func unlimited(b *testing.B) {
	all, chat := limitAll, limitChat
	limitAll, limitChat = rule{1 << 20, time.Millisecond}, rule{1 << 20, time.Millisecond}
	b.Cleanup(func() { limitAll, limitChat = all, chat })
}

// BenchmarkThroughput brings updates of 500 chats from the inbox through a
// handler that changes dialog state, to the outbox and out.
func BenchmarkThroughput(b *testing.B) {
	benchStores(b, func(b *testing.B, s Store) {
		unlimited(b)
		var out sync.WaitGroup
		out.Add(b.N)
		o := newOffice(b, Config{Store: s, Client: instant{sent: func(int64) { out.Done() }}, Handler: echo})
		b.ResetTimer()
		start(b, o)
		var batch []Item
		for i := range b.N {
			it, _ := updateItem(textUpdate(int64(i+1), int64(i%500+1), "x"))
			if batch = append(batch, it); len(batch) == 100 || i == b.N-1 {
				put(b, s, Inbox, batch...)
				batch = batch[:0]
				o.inbox.poke()
			}
		}
		out.Wait()
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "updates/s")
	})
}

// BenchmarkLatency offers 150 updates a second, whatever becomes of them, and
// reports the time from the write into the inbox to the call of Telegram. The
// figure to hold is p99 < 100 ms.
func BenchmarkLatency(b *testing.B) {
	benchStores(b, func(b *testing.B, s Store) {
		unlimited(b)
		const rate = 150
		n := max(b.N, rate) // a second at least
		began := make([]time.Time, n+1)
		took := make([]time.Duration, 0, n)
		var mu sync.Mutex
		var out sync.WaitGroup
		out.Add(n)
		o := newOffice(b, Config{Store: s, Handler: echo, Client: instant{sent: func(chat int64) {
			mu.Lock()
			took = append(took, time.Since(began[chat]))
			mu.Unlock()
			out.Done()
		}}})
		start(b, o)
		tick := time.NewTicker(time.Second / rate)
		defer tick.Stop()
		for i := 1; i <= n; i++ {
			<-tick.C
			mu.Lock()
			began[i] = time.Now()
			mu.Unlock()
			go func() {
				it, _ := updateItem(textUpdate(int64(i), int64(i), "x"))
				if _, err := s.Put(context.Background(), Inbox, it); err != nil {
					b.Error(err)
				}
				o.inbox.poke()
			}()
		}
		out.Wait()
		slices.Sort(took)
		for _, p := range []int{50, 95, 99} {
			b.ReportMetric(float64(took[len(took)*p/100].Microseconds())/1000, fmt.Sprintf("p%d-ms", p))
		}
	})
}

// BenchmarkClaimAmongMany claims and ends items while 100,000 others wait.
func BenchmarkClaimAmongMany(b *testing.B) {
	benchStores(b, func(b *testing.B, s Store) {
		for i := 0; i < 100_000; i += 1000 {
			items := make([]Item, 1000)
			for j := range items {
				items[j] = Item{Key: fmt.Sprint(i + j), Chat: int64((i + j) % 20_000), Body: []byte("x")}
			}
			put(b, s, Outbox, items...)
		}
		for b.Loop() {
			for _, c := range claim(b, s, Outbox, "a", 1) {
				finish(b, s, c, Outcome{State: Retry})
			}
		}
	})
}
