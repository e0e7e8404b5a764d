package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"rongcuo/bot/delivery"
	"rongcuo/bot/localtelegram"
	"rongcuo/bot/localtelegram/localtelegramtest"
	"rongcuo/knowledge"
	"rongcuo/knowledge/postgrestest"
)

// awayNotice begins what people are told of an outage.
const awayNotice = "系统暂时不能保存新消息"

// awayTime is how long the database is away: 12 seconds, or what
// RONGCUO_TEST_OUTAGE says, "60s" for the promise.
func awayTime(t *testing.T) time.Duration {
	said := os.Getenv("RONGCUO_TEST_OUTAGE")
	if said == "" {
		return 12 * time.Second // five tries were over after 8
	}
	d, err := time.ParseDuration(said)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// bodies counts the messages of the bot that hold some words.
func bodies(p *localtelegramtest.Person, words string) (n int) {
	for _, m := range p.Chat() {
		if m.From == "bot" && strings.Contains(m.Text, words) {
			n++
		}
	}
	return n
}

// countyOn runs the sample county with its records in PostgreSQL, in this process.
func countyOn(t *testing.T, address string, more ...string) (*localtelegramtest.Telegram, *works) {
	t.Helper()
	telegram := localtelegramtest.Start(t, localtelegram.Options{Started: true, NoLimits: true})
	t.Setenv("EMBEDDING", "off")
	t.Setenv("DATABASE_URL", address)
	t.Setenv("TELEGRAM_TOKEN", telegram.Token())
	s, err := readSettings()
	if err != nil {
		t.Fatal(err)
	}
	dir, texts := filepath.Join(t.TempDir(), "data"), t.TempDir()
	if err := os.CopyFS(texts, knowledge.Sample()); err != nil {
		t.Fatal(err)
	}
	if status, out, errOut := invoke(t, "reindex", "-docs", texts, "-data", dir); status != exitOK {
		t.Fatal(out, errOut)
	}
	people := map[string]int64{}
	for _, p := range localtelegram.DefaultPeople() {
		people[p.Key] = p.UserID
	}
	w, err := openWorks(t.Context(), s, dir, worksOptions{server: telegram.URL(), token: telegram.Token(), username: "rongcuo_bot",
		owners: []int64{people["admin"]}, log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.end)
	if err := seatTown(t.Context(), w.book, people["admin"]); err != nil {
		t.Fatal(err)
	}
	if err := w.fileSample(t.Context(), s.procedures, people["handler"], people["head"]); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	ctx, stop := context.WithCancel(context.Background())
	go func() { ended <- w.run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return telegram, w
}

// buttonWith gives the whole text of the button that holds some words; "" where
// there is none.
func buttonWith(m localtelegramtest.Message, words string) string {
	for _, row := range m.Buttons {
		for _, b := range row {
			if strings.Contains(b.Text, words) {
				return b.Text
			}
		}
	}
	return ""
}

// TestADatabaseAwayForAMinuteLosesNothing stops PostgreSQL under people who ask, a
// decider who has a confirmation before him, and words of a form: everything is
// answered after its return, the act is done once, and each is told once (R19).
func TestADatabaseAwayForAMinuteLosesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("an outage lasts seconds")
	}
	server := postgrestest.StartServer(t)
	telegram, w := countyOn(t, postgrestest.NewDatabase(t, server.DSN))
	official, second, decider := telegram.As("普通干部"), telegram.As("registrar"), telegram.As("decider")
	official.Say("哪些情形不予容错？")
	official.AwaitText("第十八条")
	decider.Say("/todo")
	todo := decider.AwaitText("无产权档案老楼加装电梯先行施工")
	decider.Press(todo, todo.Buttons[0][0].Text)
	card := decider.Await("the card", func(m localtelegramtest.Message) bool { return buttonWith(m, "受理") != "" })
	decider.Press(card, buttonWith(card, "受理"))
	confirm := decider.Await("the confirmation", func(m localtelegramtest.Message) bool { return buttonWith(m, "确认") != "" })

	server.Stop()
	began := time.Now()
	decider.Press(confirm, buttonWith(confirm, "确认"))
	said := 0
	for time.Since(began) < awayTime(t) {
		said++
		official.Say(fmt.Sprintf("第%d问：风险备案有什么用？", said))
		second.Say("提前三天公示可以吗？")
		time.Sleep(max(time.Second, awayTime(t)/12)) // 15 questions a minute are answered
	}
	for name, p := range map[string]*localtelegramtest.Person{"official": official, "registrar": second, "decider": decider} {
		if n := bodies(p, awayNotice); n != 1 {
			t.Errorf("%s was told %d times", name, n)
		}
	}
	server.Run()
	back := time.Now()
	official.Say("最后一问：哪些情形不予容错？")
	second.Say("/privacy")
	decider.AwaitText("受理")
	for end := time.Now().Add(awayTime(t) + 60*time.Second); ; time.Sleep(50 * time.Millisecond) {
		inbox, err := w.store.Count(t.Context(), delivery.Inbox)
		outbox, err2 := w.store.Count(t.Context(), delivery.Outbox)
		if err := errors.Join(err, err2); err != nil {
			t.Fatal(err)
		}
		if inbox.Waiting+outbox.Waiting == 0 {
			if inbox.Parked+outbox.Parked > 0 {
				t.Errorf("set aside: %d in, %d out", inbox.Parked, outbox.Parked)
			}
			break
		}
		if time.Now().After(end) {
			t.Fatalf("%+v and %+v wait still", inbox, outbox)
		}
	}
	t.Logf("away %v, %d messages meanwhile, all answered %v after the return", awayTime(t), 2*said+1, time.Since(back).Round(100*time.Millisecond))
	for p, asked := range map[*localtelegramtest.Person]int{official: said + 2, second: said + 1} {
		if n := answers(p) - bodies(p, awayNotice); n != asked {
			t.Errorf("%d answers to %d questions:\n%s", n, asked, p.Transcript())
		}
	}
	var accepted int
	if err := w.db.QueryRowContext(t.Context(), `SELECT count(*) FROM records_steps WHERE action = 'T10'`).Scan(&accepted); err != nil || accepted != 1 {
		t.Errorf("the act was done %d times, %v", accepted, err)
	}
	checked, err := w.book.Verify(t.Context())
	if err != nil || checked.Wrong != nil {
		t.Errorf("%+v, %v", checked, err)
	}
}

func TestWhatAnErrorIsTheFaultOf(t *testing.T) {
	for _, test := range []struct {
		err  error
		want delivery.Trouble
	}{
		{errors.New("records: no such filing"), delivery.Failed},
		{&pgconn.PgError{Code: "57P01"}, delivery.Away},
		{fmt.Errorf("records: %w", &pgconn.PgError{Code: "57P03"}), delivery.Away},
		{&pgconn.PgError{Code: "08006"}, delivery.Away},
		{&pgconn.PgError{Code: "53300"}, delivery.Away},
		{&pgconn.PgError{Code: "25006"}, delivery.Away},
		{&pgconn.PgError{Code: "53100"}, delivery.Full},
		{&pgconn.PgError{Code: "23505"}, delivery.Failed},
		{fmt.Errorf("dial: %w", syscall.ECONNREFUSED), delivery.Away},
		{fmt.Errorf("read: %w", syscall.ECONNRESET), delivery.Away},
		{&os.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}, delivery.Full},
		{&os.PathError{Op: "open", Path: "x", Err: syscall.ENOENT}, delivery.Failed},
		{errors.New("OOM command not allowed when used memory > 'maxmemory'."), delivery.Full},
		{fmt.Errorf("put: %w", errors.New("READONLY You can't write against a read only replica.")), delivery.Away},
		{errors.New("MISCONF Redis is configured to save RDB snapshots"), delivery.Away},
	} {
		if got := troubleOf(test.err); got != test.want {
			t.Errorf("%v is %d, want %d", test.err, got, test.want)
		}
	}
}
