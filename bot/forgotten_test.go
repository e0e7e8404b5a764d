package bot_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"rongcuo/bot"
	"rongcuo/bot/delivery"
	"rongcuo/bot/delivery/redistest"
	"rongcuo/bot/localtelegram"
	"rongcuo/bot/localtelegram/localtelegramtest"
)

// TestWhatWaitsAndWhatExplainsGoesToo (promise R40), in both stores: a reply that
// is still on its way when the person asks to be forgotten never comes, and no
// session of his private chat is left.
func TestWhatWaitsAndWhatExplainsGoesToo(t *testing.T) {
	for name, adjust := range map[string]func(*testing.T) func(*bot.Config){
		"SQLite": func(*testing.T) func(*bot.Config) { return func(*bot.Config) {} },
		"Redis": func(t *testing.T) func(*bot.Config) {
			options, err := delivery.ParseRedisURL("unix://" + redistest.Start(t))
			must(t, err)
			store, err := delivery.OpenRedis(t.Context(), options, "forgotten")
			must(t, err)
			return func(c *bot.Config) { c.Limits = store }
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			telegram := localtelegramtest.Start(t, localtelegram.Options{Started: true, NoLimits: true})
			tn := found(t, telegram, t.TempDir(), 0, adjust(t))
			missed(t, tn, "k1", parkedQuestion)
			admin, id := tn.As("管理员"), idOf("admin")
			admin.Say(opposed)
			admin.AwaitText("依据截至")
			admin.Say("/unanswered 1")
			admin.AwaitText("1 个问题")
			keys := []string{fmt.Sprintf("chat:%d:%d", id, id), fmt.Sprintf("explained:%d:%d", id, id), fmt.Sprintf("mending:%d", id)}
			for _, key := range keys {
				if value, _, err := tn.store.Load(t.Context(), key); err != nil || value == nil {
					t.Fatalf("%s was not kept before: %v", key, err)
				}
			}
			tn.Fault(localtelegramtest.Fault{Kind: "502", Method: "sendMessage", Times: -1})
			admin.Say("哪些情形不予容错？")
			admin.Say("删除我")
			admin.Say("确认删除")                                               // the question is on its way too
			for deadline := time.Now().Add(localtelegramtest.Patience); ; { // until both are handled
				value, _, err := tn.store.Load(t.Context(), keys[2])
				must(t, err)
				if value == nil {
					break
				}
				if time.Now().After(deadline) {
					t.Fatal("not forgotten")
				}
			}
			tn.Fault(localtelegramtest.Fault{Kind: "none"})
			admin.AwaitText("已删除")
			tn.settled(t)
			for _, key := range keys {
				if value, _, err := tn.store.Load(t.Context(), key); err != nil || value != nil {
					t.Errorf("%s was kept: %s, %v", key, value, err)
				}
			}
			if said := admin.Transcript(); strings.Contains(said[strings.Index(said, "哪些情形不予容错"):], "第十八条") {
				t.Errorf("a reply came after all:\n%s", said)
			}
		})
	}
}
