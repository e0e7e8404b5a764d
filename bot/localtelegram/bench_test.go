package localtelegram_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"

	"rongcuo/bot/localtelegram"
	"rongcuo/bot/localtelegram/localtelegramtest"
)

// BenchmarkRoundTrip is one question and its answer: a person writes, the bot polls, confirms and
// replies, all over loopback HTTP. The load tests want 150 of them a second.
func BenchmarkRoundTrip(b *testing.B) {
	tg := localtelegramtest.Start(b, localtelegram.Options{NoLimits: true})
	api := func(method string, params map[string]any) []byte {
		body, _ := json.Marshal(params)
		resp, err := http.Post(tg.URL()+"/bot"+tg.Token()+"/"+method, "application/json", bytes.NewReader(body))
		if err != nil {
			b.Fatal(err)
		}
		defer resp.Body.Close()
		answer, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != http.StatusOK {
			b.Fatalf("%s: %s %s %v", method, resp.Status, answer, err)
		}
		return answer
	}
	official, offset := tg.As("official"), int64(0)
	for b.Loop() {
		official.Say("能容错吗？")
		var reply struct {
			Result []struct {
				ID int64 `json:"update_id"`
			} `json:"result"`
		}
		if err := json.Unmarshal(api("getUpdates", map[string]any{"offset": offset, "timeout": 10}), &reply); err != nil {
			b.Fatal(err)
		}
		offset = reply.Result[len(reply.Result)-1].ID + 1
		api("sendMessage", map[string]any{"chat_id": fmt.Sprint(person("official").UserID), "text": "<b>可能对应</b>", "parse_mode": "HTML"})
	}
}
