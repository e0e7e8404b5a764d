package bot_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	tg "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"rongcuo/bot"
	"rongcuo/bot/delivery"
	"rongcuo/bot/localtelegram"
	"rongcuo/bot/localtelegram/localtelegramtest"
	"rongcuo/conversations/records"
	"rongcuo/knowledge"
)

// The points of a submission at which the bot's process kills itself, beside
// those that every update passes (bot/delivery, TestKillAtNamedPointsLosesNothing).
const childPoint = "BOT_TEST_POINT"

const (
	inRecord      = "within the record's transaction"
	recordWritten = "the record is written, nobody is told"
	beforeOutbox  = "before the receipt is in the outbox"
	afterOutbox   = "after the receipt is in the outbox"
	beforeTelling = "before the receipt is sent"
	afterTelling  = "after the receipt is sent, before that is noted"
)

var points = []string{inRecord, recordWritten, beforeOutbox, afterOutbox, beforeTelling, afterTelling}

// receiptWords stand in the message that tells a number.
const receiptWords = "已存档"

// dying is a process that kills itself at a point, once a submission has begun.
type dying struct {
	point string
	armed atomic.Bool
}

func (d *dying) at(point string) {
	if point == d.point && d.armed.Load() {
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
}

// dyingStore passes the points of the store.
type dyingStore struct {
	delivery.Store
	d *dying
}

func (s dyingStore) Put(ctx context.Context, q delivery.QueueName, items ...delivery.Item) (int, error) {
	if q == delivery.Outbox {
		s.d.at(recordWritten) // the notices to the body are what comes first
	}
	return s.Store.Put(ctx, q, items...)
}

func (s dyingStore) Finish(ctx context.Context, c delivery.Claim, o delivery.Outcome) error {
	receipt := false
	for _, it := range o.Out {
		receipt = receipt || strings.Contains(string(it.Body), receiptWords)
	}
	if receipt {
		s.d.at(beforeOutbox)
	}
	err := s.Store.Finish(ctx, c, o)
	if receipt {
		s.d.at(afterOutbox)
	}
	return err
}

// dyingClient passes those of sending.
type dyingClient struct {
	delivery.Client
	d *dying
}

func (c dyingClient) SendMessage(ctx context.Context, p *tg.SendMessageParams) (*models.Message, error) {
	receipt := strings.Contains(p.Text, receiptWords)
	if receipt {
		c.d.at(beforeTelling)
	}
	m, err := c.Client.SendMessage(ctx, p)
	if receipt {
		c.d.at(afterTelling)
	}
	return m, err
}

func TestDyingChild(t *testing.T) {
	d := &dying{point: os.Getenv(childPoint)}
	if d.point == "" {
		t.Skip("only as the process that kills itself")
	}
	way := func(c *delivery.Config) {
		handle := c.Handler
		c.Handler = func(ctx context.Context, turn *delivery.Turn) error {
			if q := turn.Update.CallbackQuery; q != nil && strings.HasSuffix(q.Data, "submit") {
				d.armed.Store(true)
			}
			return handle(ctx, turn)
		}
		c.Store, c.Client = dyingStore{c.Store, d}, dyingClient{c.Client, d}
	}
	k := newClock()
	foundOffice(t, os.Getenv(childServer), os.Getenv(childToken), os.Getenv(childDir), knowledge.Options{}, way, k.rules, func(c *bot.Config) {
		calls := 0
		c.Book.SetClock(func() time.Time {
			if d.armed.Load() {
				if calls++; calls == 3 { // the number is written, the steps are not
					d.at(inRecord)
				}
			}
			return k.now()
		})
	})
	select {}
}

// startChild runs the bot as a process that dies at a point, or at none.
func startChild(t *testing.T, telegram *localtelegramtest.Telegram, dir, point string) (exited chan struct{}, kill func()) {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^TestDyingChild$", "-test.timeout=10m")
	child.Env = append(os.Environ(), childServer+"="+telegram.URL(), childToken+"="+telegram.Token(), childDir+"="+dir, childPoint+"="+point)
	must(t, child.Start())
	exited = make(chan struct{})
	go func() { defer close(exited); child.Wait() }()
	kill = func() { child.Process.Kill(); <-exited }
	t.Cleanup(kill)
	return exited, kill
}

// Promises R2, R9: a process that dies at any point of a submission loses
// nothing; the next one makes no second filing, tells the number that is on disk,
// and says at most one message twice.
func TestKillAtPointsOfASubmissionLosesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("processes that die and begin again take long")
	}
	t.Parallel()
	telegram, dir := crowdOf(t, len(points), localtelegram.Options{NoLimits: true}), t.TempDir()
	tn := foundWith(t, telegram, dir, knowledge.Options{}, newClock().rules)
	tn.prepare(t, len(points), "确认提交")
	reviews := make([]localtelegramtest.Message, len(points))
	for i := range points {
		person := telegram.As(fmt.Sprintf("p%d", i))
		person.Say("/file")
		list := person.AwaitText("1. ")
		person.Press(list, buttonWith(t, list, "继续"))
		reviews[i] = person.Await("the end of the review", func(m localtelegramtest.Message) bool { return button(m, "确认提交") != "" })
	}
	tn.settled(t)
	tn.stop()
	for i, point := range points {
		exited, _ := startChild(t, telegram, dir, point)
		pressNamed(t, telegram.URL(), i, reviews[i], "确认提交")
		select {
		case <-exited:
		case <-time.After(20 * time.Second):
			t.Fatalf("the process never came to: %s", point)
		}
		began := time.Now()
		_, kill := startChild(t, telegram, dir, "none")
		person := telegram.As(fmt.Sprintf("p%d", i))
		person.Say("/help")
		person.AwaitText("直接用平常的话提问")
		t.Logf("%s: answers %.1f s after the next start", point, time.Since(began).Seconds())
		kill()
	}
	k := newClock()
	k.pass(2 * time.Minute) // a notice that the dead one had in hand is free again
	tn = foundWith(t, telegram, dir, knowledge.Options{}, k.rules)
	must(t, tn.bot.Regular(t.Context()))
	tn.settled(t)
	for i, point := range points {
		cards, err := tn.desk.Mine(t.Context(), crowdID(i), records.Filter{})
		must(t, err)
		if len(cards) != 1 {
			t.Errorf("%s: %d filings", point, len(cards))
			continue
		}
		holdsAll(t, tn, crowdID(i), cards[0].ID)
		receipts, notices := 0, 0
		for _, m := range telegram.As(fmt.Sprintf("p%d", i)).Chat() {
			for _, number := range regexp.MustCompile(`FS-\d{4}-\w{5}-\w{5}`).FindAllString(m.Text, -1) {
				if number != cards[0].Number {
					t.Errorf("%s: %s was told, %s is in the records", point, number, cards[0].Number)
				}
			}
			if strings.Contains(m.Text, receiptWords) {
				receipts++
			}
			if strings.Contains(m.Text, "已提交，申请号") {
				notices++
			}
		}
		if receipts < 1 || notices < 1 || receipts+notices > 3 {
			t.Errorf("%s: %d receipts and %d notices", point, receipts, notices)
		}
	}
	checked, err := tn.book.Verify(t.Context())
	must(t, err)
	if checked.Wrong != nil {
		t.Errorf("the records do not hold: %+v", checked.Wrong)
	}
}

// pressNamed presses a button and does not wait for the bot.
func pressNamed(t testing.TB, server string, person int, m localtelegramtest.Message, words string) {
	body, _ := json.Marshal(map[string]any{"as": fmt.Sprintf("p%d", person), "message_id": m.ID, "text": words})
	brought(t, server+"/local/press", body)
}
