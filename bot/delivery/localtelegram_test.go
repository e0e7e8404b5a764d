package delivery_test

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-telegram/bot"

	"rongcuo/bot/delivery"
	"rongcuo/bot/localtelegram"
	"rongcuo/bot/localtelegram/localtelegramtest"
)

// lines collects the messages of a log.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) contain(words string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Contains(l.text.String(), words)
}

// TestAgainstTheStrictTelegram has three people talk at once with a bot that
// answers in three parts, beside the limits and the troubles of a Telegram that is
// as strict as the real one.
func TestAgainstTheStrictTelegram(t *testing.T) {
	tg := localtelegramtest.Start(t, localtelegram.Options{})
	db, err := sql.Open("sqlite", delivery.SQLiteDSN(filepath.Join(t.TempDir(), "s.db")))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	store, err := delivery.OpenSQLite(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	client, err := bot.New(tg.Token(), bot.WithSkipGetMe(), bot.WithServerURL(tg.URL()),
		bot.WithHTTPClient(time.Minute, &http.Client{Transport: transport}))
	if err != nil {
		t.Fatal(err)
	}
	var log lines
	office, err := delivery.New(delivery.Config{Store: store, Client: client, Log: slog.New(slog.NewTextHandler(&log, nil)),
		Handler: func(_ context.Context, turn *delivery.Turn) error {
			for part := 1; part <= 3; part++ {
				text := fmt.Sprintf("<b>%s</b> 第%d段", turn.Update.Message.Text, part)
				if err := turn.Send(delivery.Message{Chat: turn.Chat, Text: text}); err != nil {
					return err
				}
			}
			return nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { office.Run(ctx) })
	running.Go(func() { office.Poll(ctx, tg.URL(), tg.Token()) })
	defer func() { cancel(); running.Wait() }()

	people := []string{"普通干部", "承办人", "管理员"}
	for _, who := range people {
		tg.As(who).Say("甲")
	}
	for _, who := range people {
		tg.As(who).AwaitText("甲 第3段")
	}
	if log.contain("asks to wait") {
		t.Error("Telegram's limits were overrun")
	}
	tg.Fault(localtelegramtest.Fault{Kind: "502", Method: "sendMessage"})
	tg.Fault(localtelegramtest.Fault{Kind: "502", Method: "getUpdates"})
	tg.As(people[0]).Say("乙")
	tg.As(people[0]).AwaitText("乙 第3段")
	var got []string
	for _, m := range tg.As(people[0]).Chat() {
		if m.From == "bot" {
			got = append(got, m.Text)
		}
	}
	if want := "甲 第1段|甲 第2段|甲 第3段|乙 第1段|乙 第2段|乙 第3段"; strings.Join(got, "|") != want {
		t.Errorf("the chat shows %q", got)
	}
}
