package main

import (
	"regexp"
	"strings"
	"testing"

	"rongcuo/bot/localtelegram"
	"rongcuo/bot/localtelegram/localtelegramtest"
)

// What an operator sees of a running bot: it is ready, its messages are counted,
// and the log tells of it without a word of the people.
func TestOperatorsSeeARunningBot(t *testing.T) {
	address := freeAddress(t)
	t.Setenv("OBSERVE_ADDR", address)
	t.Setenv("LOG_FORMAT", "json")
	t.Setenv("EMBEDDING", "off")
	telegram := localtelegramtest.Start(t, localtelegram.Options{Started: true, NoLimits: true})
	stop := serving(t, telegram, t.TempDir())
	official := telegram.As("普通干部")
	official.Say("我叫张三丰，哪些情形不予容错？")
	official.Await("an answer", func(localtelegramtest.Message) bool { return true })
	if out, err := running(t, runHealthcheck); err != nil || !strings.Contains(out, `"ready":true`) {
		t.Errorf("%v %s", err, out)
	}
	_, body := fetch(t, "http://"+address+"/metrics")
	for _, line := range []string{`rongcuo_ready{part="database"} 1`, `rongcuo_ready{part="store"} 1`, `rongcuo_draining 0`, `rongcuo_queue_waiting{queue="inbox"} `} {
		if !strings.Contains(body, "\n"+line) {
			t.Errorf("lacks %s", line)
		}
	}
	if !regexp.MustCompile(`\nrongcuo_questions_total\{status="[a-z_]+"\} 1\n`).MatchString(body) {
		t.Error("the question is not counted")
	}
	status, said := stop()
	if status != exitOK || strings.Contains(said, "张三丰") || !strings.Contains(said, `"msg":"the bot begins"`) || !strings.Contains(said, `"msg":"the bot has ended"`) {
		t.Errorf("%d %s", status, said)
	}
	if _, err := running(t, runHealthcheck); err == nil {
		t.Error("it is served after the end")
	}
}

func TestServeSaysWhenTheOperatorsAddressIsTaken(t *testing.T) {
	telegram := localtelegramtest.Start(t, localtelegram.Options{Started: true})
	t.Setenv("TELEGRAM_API_URL", telegram.URL())
	t.Setenv("TELEGRAM_TOKEN", telegram.Token())
	t.Setenv("EMBEDDING", "off")
	t.Setenv("OBSERVE_ADDR", strings.TrimPrefix(telegram.URL(), "http://"))
	if status, _, errOut := invoke(t, "serve", "-data", t.TempDir()); status != exitFailed || !strings.Contains(errOut, "OBSERVE_ADDR") {
		t.Fatalf("%d %s", status, errOut)
	}
}
