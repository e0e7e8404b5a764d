package main

import (
	"context"
	"net"
	"net/http"
	"strings"
	"testing"

	"rongcuo/bot/localtelegram"
	"rongcuo/bot/localtelegram/localtelegramtest"
)

// serving runs `serve` against a local Telegram until the returned function
// ends it; that gives the exit status and what was written.
func serving(t *testing.T, telegram *localtelegramtest.Telegram, dir string) (stop func() (int, string)) {
	t.Helper()
	t.Setenv("TELEGRAM_API_URL", telegram.URL())
	t.Setenv("TELEGRAM_TOKEN", telegram.Token())
	ctx, cancel := context.WithCancel(t.Context())
	var out, errOut syncBuffer
	ended := make(chan int, 1)
	go func() { ended <- run(ctx, []string{"serve", "-data", dir}, &out, &errOut) }()
	var status int
	done := false
	stop = func() (int, string) {
		if !done {
			cancel()
			status, done = <-ended, true
		}
		return status, out.String() + errOut.String()
	}
	t.Cleanup(func() { stop() })
	return stop
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func TestServeTakesUpdatesByPollingOrByWebhook(t *testing.T) {
	address := freeAddress(t)
	for name, env := range map[string]map[string]string{
		"polling": {},
		"webhook": {"WEBHOOK_URL": "http://" + address + "/telegram", "WEBHOOK_SECRET": "canary-secret-0123456789", "LISTEN_ADDR": address},
	} {
		t.Run(name, func(t *testing.T) {
			for k, v := range env {
				t.Setenv(k, v)
			}
			telegram := localtelegramtest.Start(t, localtelegram.Options{Started: true, NoLimits: true})
			stop := serving(t, telegram, t.TempDir())
			official := telegram.As("普通干部")
			official.Say("/start")
			official.AwaitText("请不要发送")
			if name == "webhook" {
				response, err := http.Post(env["WEBHOOK_URL"], "application/json", strings.NewReader(`{"update_id":1}`))
				if err != nil {
					t.Fatal(err)
				}
				response.Body.Close()
				if response.StatusCode != http.StatusUnauthorized {
					t.Errorf("a forged update is answered %d", response.StatusCode)
				}
			}
			status, said := stop()
			if status != exitOK || strings.Contains(said, "canary") || strings.Contains(said, telegram.Token()) {
				t.Errorf("%d %s", status, said)
			}
		})
	}
}

func TestServeSaysWhenItsAddressIsTaken(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	t.Setenv("WEBHOOK_URL", "http://"+l.Addr().String()+"/telegram")
	t.Setenv("WEBHOOK_SECRET", "canary-secret-0123456789")
	t.Setenv("LISTEN_ADDR", l.Addr().String())
	telegram := localtelegramtest.Start(t, localtelegram.Options{Started: true})
	t.Setenv("TELEGRAM_API_URL", telegram.URL())
	t.Setenv("TELEGRAM_TOKEN", telegram.Token())
	if status, _, errOut := invoke(t, "serve", "-data", t.TempDir()); status != exitFailed || !strings.Contains(errOut, "LISTEN_ADDR") {
		t.Fatalf("%d %s", status, errOut)
	}
}
