package bot_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"rongcuo/bot"
	"rongcuo/bot/localtelegram"
	"rongcuo/bot/localtelegram/localtelegramtest"
)

// articleButton is the button of 实施办法第十八条 of the sample county.
const articleButton = "art:b5e7975bb67a:0893237e4699"

// anUpdate draws what a person might do: words, commands, and buttons of which
// many never stood anywhere.
func anUpdate(r *rand.Rand, id int, user int64, name string) []byte {
	from := map[string]any{"id": user, "is_bot": false, "first_name": name}
	chat := map[string]any{"id": user, "type": "private", "first_name": name}
	if r.IntN(2) == 0 {
		words := []string{"/start", opposed, "那要保留什么证据？", "/new", "哪些情形不予容错？", "机密★5年", "/reindex", "/help", "\u0000", "办法第十八条", "转人工", "/nonsense"}
		m := map[string]any{"message_id": id, "date": time.Now().Unix(), "from": from, "chat": chat, "text": words[r.IntN(len(words))]}
		data, _ := json.Marshal(map[string]any{"update_id": id, "message": m})
		return data
	}
	presses := []string{"ex:0", "ex:9", "art:1:0", articleButton, "old:1000", "now:1001", "file:" + strings.Split(articleButton, ":")[1], "case:1:0", "draft:1000", "human:", "good:1000", "bad:1001", "why:0:1001", "pub:abc", "out!:x", "role:owner", "revoke:1", "nothing", "", "::::"}
	q := map[string]any{"id": strconv.Itoa(id), "from": from, "chat_instance": "1", "data": presses[r.IntN(len(presses))],
		"message": map[string]any{"message_id": 1, "date": time.Now().Unix(), "chat": chat, "text": "x"}}
	data, _ := json.Marshal(map[string]any{"update_id": id, "callback_query": q})
	return data
}

// dialogs is what several people do, in the order of the updates.
func dialogs(seed uint64) [][]byte {
	r := rand.New(rand.NewPCG(seed, 1))
	var out [][]byte
	for i := range 12 {
		p := []string{"official", "handler", "outsider"}[r.IntN(3)]
		out = append(out, anUpdate(r, 1000+i, idOf(p), p))
	}
	return out
}

// deliver brings updates to the webhook.
func deliver(t *testing.T, tn *town, updates [][]byte) {
	t.Helper()
	handler, err := tn.office.Webhook("0123456789abcdef")
	must(t, err)
	for _, u := range updates {
		request := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(u))
		request.Header.Set("X-Telegram-Bot-Api-Secret-Token", "0123456789abcdef")
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, request)
		if answer.Code != http.StatusOK {
			t.Fatalf("%s: %d", u, answer.Code)
		}
	}
}

// again delivers each update one to three times: the first time in order, the
// others at any later moment, as a lost confirmation makes Telegram do.
func again(seed uint64, updates [][]byte) [][]byte {
	r := rand.New(rand.NewPCG(seed, 2))
	var out [][]byte
	for i, u := range updates {
		out = append(out, u)
		for range r.IntN(3) {
			late := updates[r.IntN(i+1)]
			out = append(out, late)
		}
	}
	return out
}

// outcome is all that people see in the end, and what the audit holds.
func outcome(t *testing.T, updates [][]byte) string {
	telegram := localtelegramtest.Start(t, localtelegram.Options{Started: true, NoLimits: true})
	tn := found(t, telegram, t.TempDir(), 1000, func(c *bot.Config) {
		day := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
		c.Now = func() time.Time { return day }
	})
	defer tn.stop()
	deliver(t, tn, updates)
	tn.settled(t)
	seen := ""
	for _, p := range []string{"official", "handler", "outsider", "admin"} {
		seen += tn.As(p).Transcript() + "\n"
	}
	entries, err := tn.book.Entries(t.Context(), 0)
	must(t, err)
	var audit []string // chats go on side by side: their order is not determined
	for _, e := range entries {
		audit = append(audit, fmt.Sprint(e.Actor, e.Kind, e.Subject))
	}
	slices.Sort(audit)
	return seen + strings.Join(audit, "\n")
}

// Promise R1: an update that comes again changes nothing. RONGCUO_TEST_DIALOGS
// is how many random dialogs are tried.
func TestUpdatesThatComeAgainChangeNothing(t *testing.T) {
	t.Parallel()
	n, err := strconv.Atoi(os.Getenv("RONGCUO_TEST_DIALOGS"))
	if err != nil {
		n = 3
	}
	for seed := range uint64(n) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			t.Parallel()
			updates := dialogs(seed)
			once := outcome(t, updates)
			if strings.Count(once, "bot:") < 5 {
				t.Fatalf("little was said:\n%s", once)
			}
			if twice := outcome(t, again(seed, updates)); twice != once {
				t.Errorf("%s", firstDifference(twice, once))
			}
		})
	}
}
