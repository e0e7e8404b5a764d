package bot_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-telegram/bot/models"

	tg "github.com/go-telegram/bot"

	"rongcuo/bot"
	"rongcuo/bot/delivery"
	"rongcuo/bot/localtelegram/localtelegramtest"
	"rongcuo/knowledge"
)

var (
	dialogs     = flag.Int("dialogs", 4, "random dialogs whose updates come again")
	dialogSteps = flag.Int("dialog-steps", 40, "what is said and pressed in each of them")
)

// articleButton is the button of 实施办法第十八条 of the sample county.
const articleButton = "art:b5e7975bb67a:0893237e4699"

// deliver brings updates to the webhook.
func deliver(t *testing.T, tn *town, updates [][]byte) {
	t.Helper()
	handler, err := tn.office.Webhook("0123456789abcdef")
	must(t, err)
	for _, u := range updates {
		request := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(u))
		request.Header.Set("X-Telegram-Bot-Api-Secret-Token", "0123456789abcdef")
		request.Header.Set("Content-Type", "application/json")
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, request)
		if answer.Code != http.StatusOK {
			t.Fatalf("%s: %d", u, answer.Code)
		}
	}
}

// What people of a random dialog say: questions, commands, the words of buttons,
// answers to forms and to what the bot asked for.
var (
	anybodySays = []string{"/start", opposed, "那要保留什么证据？", "/new", "哪些情形不予容错？", "机密★5年", "/help", "\u0000", "办法第十八条", "转人工", "/nonsense",
		"下一条", "👎", "取消", "返回", "/delete_me", "/file", "起草备案", "否", "否", "否", "是", "主要是外部原因", unitName, "下属事业单位", "王某", "保存退出", "/docs"}
	says = map[string][]string{
		"handler":   {"/my", "/todo", "/invite", "无产权档案老楼加装电梯先行施工", "资金改成30万"},
		"head":      {"/my", "/todo", "/invite", "/people", "确认提交"},
		"decider":   {"/todo", "/register", "今天", "示例〔2026〕5号", "同意先行施工", "确认", "选好了"},
		"registrar": {"/todo", "/register", "示例风备〔2026〕12", "今天"},
		"admin": {"/docs", "/reindex", "/invite", "示例县甲中心", "/people", "/audit", "/unanswered", "/stats", "/why", "发布", "改信息", "改标题", "新的标题", "无",
			"/calendar", "2027年部分节假日安排。国庆节：10月1日至7日放假调休，共7天。9月26日上班。", "采用", "停用", "/withdraw 澄清正名", "/rollback", "命中测试 备案要什么材料"},
	}
	forged = []string{"ex:0", "ex:9", "art:1:0", articleButton, "old:1000", "now:1001", "file:" + strings.Split(articleButton, ":")[1], "case:1:0", "draft:1000", "human:", "good:1000", "bad:1001", "why:0:1001", "pub:abc",
		"out!:x", "role:owner", "revoke:1", "erase:", "f:x:do:ask", "act:x:1:accept:", "nothing", "", "::::"}
	dialogPeople = []string{"official", "outsider", "handler", "head", "decider", "registrar", "admin"}
)

// dialog is what several people do with a town. What they say travels in the order
// of each chat, what they press in the order of each person, and the two pass each
// other as on Telegram. Which button is pressed follows from what stands in the
// chat by then, so that the same seed goes the same way as long as the bot does.
type dialog struct {
	t      *testing.T
	tn     *town
	r      *rand.Rand
	number int                 // of the last update
	queues map[string][][]byte // on the way, by person and kind
	file   string              // an id of a file that people send
}

// update makes the next thing that somebody does, and puts it on its way.
func (d *dialog) update() {
	who := dialogPeople[d.r.IntN(len(dialogPeople))]
	d.number++
	user := idOf(who)
	from := map[string]any{"id": user, "is_bot": false, "first_name": who}
	chat := map[string]any{"id": user, "type": "private", "first_name": who}
	whole := map[string]any{"update_id": d.number}
	kind := "press"
	button, message := d.button(who)
	switch choice := d.r.IntN(20); {
	case choice < 9 && button != "":
		whole["callback_query"] = d.press(from, chat, button, message)
	case choice < 10:
		whole["callback_query"] = d.press(from, chat, forged[d.r.IntN(len(forged))], 1)
	case choice < 12:
		kind = "said"
		m := map[string]any{"message_id": d.number, "date": 1, "from": from, "chat": chat}
		if d.r.IntN(2) == 0 {
			m["sticker"] = map[string]any{"file_id": "s", "file_unique_id": "s", "type": "regular", "width": 512, "height": 512}
		} else {
			m["document"] = map[string]any{"file_id": d.file, "file_unique_id": "u", "file_name": "清单.md", "file_size": len(newRule)}
		}
		whole["message"] = m
	default:
		kind = "said"
		words := slices.Concat(anybodySays, says[who], says[who])
		whole["message"] = map[string]any{"message_id": d.number, "date": 1, "from": from, "chat": chat, "text": words[d.r.IntN(len(words))]}
	}
	data, err := json.Marshal(whole)
	must(d.t, err)
	d.queues[kind+who] = append(d.queues[kind+who], data)
}

func (d *dialog) press(from, chat map[string]any, data string, message int64) map[string]any {
	return map[string]any{"id": strconv.Itoa(d.number), "from": from, "chat_instance": "1", "data": data,
		"message": map[string]any{"message_id": message, "date": 1, "chat": chat, "text": "x"}}
}

// button draws one of those that stand in the chat, the newer the more often.
func (d *dialog) button(who string) (data string, message int64) {
	chat := d.tn.As(who).Chat()
	slices.Reverse(chat)
	skip := d.r.IntN(4) * d.r.IntN(2)
	pick := d.r.IntN(1 << 20)
	for _, m := range chat {
		var all []localtelegramtest.Button
		for _, row := range m.Buttons {
			all = append(all, row...)
		}
		if len(all) == 0 || strings.HasPrefix(m.Text, "正在") {
			continue
		}
		if skip--; skip < 0 {
			return all[pick%len(all)].Data, m.ID
		}
	}
	return "", 0
}

// next takes what arrives next.
func (d *dialog) next() []byte {
	var waiting []string
	for name, queue := range d.queues {
		if len(queue) > 0 {
			waiting = append(waiting, name)
		}
	}
	if waiting == nil {
		return nil
	}
	slices.Sort(waiting)
	name := waiting[d.r.IntN(len(waiting))]
	update := d.queues[name][0]
	d.queues[name] = d.queues[name][1:]
	return update
}

// done waits until what the webhook took, and all that it set off, is done.
func (tn *town) done(t *testing.T) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for waiting := 1; waiting > 0; {
		waiting = 0
		for _, q := range []delivery.QueueName{delivery.Inbox, delivery.Jobs, delivery.Outbox} { // as work goes on from one to the next
			c, err := tn.store.Count(context.WithoutCancel(t.Context()), q)
			must(t, err)
			waiting += c.Waiting
		}
		if time.Now().After(deadline) {
			t.Fatal("something is still on its way")
		}
		if waiting > 0 {
			time.Sleep(5 * time.Millisecond)
		}
	}
}

// outcome plays a dialog and gives all that people see in the end, and what the
// audit holds. With again, each update comes one to three times: the first in its
// order, the others at any later moment, as a lost confirmation makes Telegram do.
func outcome(t *testing.T, seed uint64, again bool) string {
	k := newClock()
	tn := foundWith(t, localTelegram(t), t.TempDir(), knowledge.Options{}, k.rules, func(c *bot.Config) { c.QuestionsAMinute = 1000 })
	defer tn.stop()
	staff(t, tn)
	if seed%2 == 1 { // a filing waits for who decides
		handedIn(t, tn, filled)
	}
	tn.settled(t)
	d := &dialog{t: t, tn: tn, r: rand.New(rand.NewPCG(seed, 1)), number: 1 << 30, queues: map[string][][]byte{}}
	client, err := bot.Dial(tn.URL(), tn.Token())
	must(t, err)
	sent, err := client.SendDocument(t.Context(), &tg.SendDocumentParams{ChatID: idOf("admin"), Document: &models.InputFileUpload{Filename: "清单.md", Data: strings.NewReader(newRule)}})
	must(t, err)
	d.file = sent.Document.FileID
	copies := rand.New(rand.NewPCG(seed, 2))
	var late [][]byte
	bring := func(update []byte) {
		deliver(t, tn, [][]byte{update})
		tn.done(t)
		if !again {
			return
		}
		for range copies.IntN(3) {
			late = append(late, update)
		}
		for len(late) > 0 && copies.IntN(3) > 0 {
			i := copies.IntN(len(late))
			deliver(t, tn, late[i:i+1])
			late = slices.Delete(late, i, i+1)
		}
		tn.done(t)
	}
	for range *dialogSteps {
		d.update()
		for d.r.IntN(3) > 0 {
			if update := d.next(); update != nil {
				bring(update)
			}
		}
	}
	for update := d.next(); update != nil; update = d.next() {
		bring(update)
	}
	deliver(t, tn, late)
	tn.settled(t)
	seen := ""
	for _, who := range dialogPeople {
		seen += who + ":\n"
		for _, m := range tn.As(who).Chat() {
			if m.From == "bot" && !strings.HasPrefix(m.Text, "正在") { // progress may be lost
				seen += written(m)
			}
		}
	}
	entries, err := tn.book.Entries(t.Context(), 0)
	must(t, err)
	masked := func(text string) string {
		for _, p := range passing {
			text = p.form.ReplaceAllString(text, p.as)
		}
		return text
	}
	var audit []string // chats go on side by side: their order is not determined
	for _, e := range entries {
		audit = append(audit, masked(fmt.Sprint(e.Actor, e.Kind, e.Subject)))
	}
	slices.Sort(audit)
	return masked(seen) + strings.Join(audit, "\n")
}

// Promise R1: an update that comes again changes nothing, whoever sends it and
// whatever it is. The long run: go test ./bot -run ComeAgain -dialogs 1000
func TestUpdatesThatComeAgainChangeNothing(t *testing.T) {
	t.Parallel()
	for seed := range uint64(*dialogs) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			t.Parallel()
			once := outcome(t, seed, false)
			if strings.Count(once, "机器人：") < *dialogSteps/3 {
				t.Fatalf("little was said:\n%s", once)
			}
			if twice := outcome(t, seed, true); twice != once {
				t.Errorf("%s", firstDifference(twice, once))
			}
		})
	}
}
