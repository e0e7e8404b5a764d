package bot_test

import (
	"bytes"
	"database/sql"
	"io/fs"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"rongcuo/bot"
	"rongcuo/bot/localtelegram"
	"rongcuo/bot/localtelegram/localtelegramtest"
	"rongcuo/knowledge"
	"rongcuo/knowledge/fakemodel"
	"rongcuo/prompts"
)

// canaries are what must be found nowhere afterwards: numbers of persons that
// exist nowhere else, and the words behind a mark of secrecy.
var canaries = []string{"11010519491231002X", "110105 19491231 002X", "13912345678", "6222020000000000008", "金丝雀计划代号七号"}

// Promise R38: what must not be typed is in no log, no prompt and no file, not
// even in pages of the database that were freed.
func TestCanariesAreFoundNowhere(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var logged, prompted bytes.Buffer
	model := fakemodel.Start(t)
	model.OnChat = func(w http.ResponseWriter, system, user string, _ int) {
		mu.Lock()
		prompted.WriteString(system + user)
		mu.Unlock()
		fakemodel.Stream(w, "决策时已经明确反对的，可能对应持有异议的情形"+sourceOf(user, "第十二条")+"。", "stop")
	}
	models, err := knowledge.NewModels(knowledge.ModelConfig{BaseURL: model.URL, ChatModel: "fake"})
	must(t, err)
	t.Cleanup(models.Close)
	set, err := prompts.Load("")
	must(t, err)
	dir := t.TempDir()
	telegram := localtelegramtest.Start(t, localtelegram.Options{Started: true, NoLimits: true})
	locked := writerFunc(func(p []byte) (int, error) { mu.Lock(); defer mu.Unlock(); return logged.Write(p) })
	tn := foundWith(t, telegram, dir, knowledge.Options{Composer: knowledge.PromptComposer{Prompts: set, Model: models}},
		func(c *bot.Config) {
			c.Log = slog.New(slog.NewTextHandler(locked, &slog.HandlerOptions{Level: slog.LevelDebug}))
		}, newClock().rules)
	staff(t, tn)
	official, admin := tn.As("普通干部"), tn.As("管理员")
	for _, text := range []string{
		"我的身份证号是11010519491231002X，这样算失误吗", "身份证 110105 19491231 002X", "请回电13912345678，集体决策我反对过还追究吗",
		"工资卡6222020000000000008", "机密★5年 金丝雀计划代号七号", "/ask 13912345678 能容错吗", "/nonsense 11010519491231002X",
		"/start 13912345678", opposed + "电话13912345678",
	} {
		official.Say(text)
		tn.settled(t)
	}
	admin.Send("13912345678.md", []byte("# 甲办法\n\n第一条　机密★ 金丝雀计划代号七号。\n"), "机密★ 金丝雀计划代号七号")
	tn.settled(t)
	admin.Say("/withdraw 13912345678")
	tn.settled(t)
	seedElsewhere(t, tn)
	admin.Say("集体决策我反对过还追究吗，电话13912345678")
	tn.settled(t)
	for _, look := range []string{"/why", "/audit"} { // what an administrator is shown about it
		admin.Say(look)
		tn.settled(t)
	}
	for _, m := range admin.Chat() {
		for _, c := range canaries {
			if m.From == "bot" && strings.Contains(m.Text, c) && !strings.Contains(m.Text, "没有找到") {
				t.Errorf("an administrator is shown %s:\n%s", c, m.Text)
			}
		}
	}
	tn.stop()

	for _, c := range canaries {
		for name, said := range map[string]string{"the log": logged.String(), "a prompt": prompted.String()} {
			if strings.Contains(said, c) {
				t.Errorf("%s holds %s", name, c)
			}
		}
	}
	must(t, fs.WalkDir(os.DirFS(dir), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(dir, name))
		for _, c := range canaries {
			if bytes.Contains(data, []byte(c)) || strings.Contains(name, c) {
				t.Errorf("%s holds %s", name, c)
			}
		}
		return err
	}))
	db, err := sql.Open("sqlite", filepath.Join(dir, "rongcuo.db"))
	must(t, err)
	defer db.Close()
	var entries int
	must(t, db.QueryRow(`SELECT COUNT(*) FROM records_chain`).Scan(&entries))
	if entries < 2 {
		t.Error("the database that was searched is not the one that was used")
	}
}

// seedElsewhere puts the canaries where no question is: into answers of a filing,
// names and captions of files, the data of buttons, a group, an edited message
// and the code of an invitation.
func seedElsewhere(t *testing.T, tn *town) {
	t.Helper()
	handler := tn.As("承办人")
	handler.Say("/file")
	answerAll(t, handler, tn.procedures.Latest("risk-filing"), filled, "群众或企业遇到什么困难")
	for _, c := range canaries[:3] {
		handler.Say("联系手机或证件" + c + "，" + plenty)
		handler.AwaitText("群众或企业遇到什么困难")
	}
	handler.Say("机密★5年 金丝雀计划代号七号")
	handler.AwaitText("密级标志")
	handler.Send("11010519491231002X.pdf", []byte("%PDF-1.7 金丝雀计划代号七号"), "机密★ 金丝雀计划代号七号")
	tn.settled(t)
	press := "art:13912345678:金丝雀计划代号七号"
	group := map[string]any{"id": -1001, "type": "supergroup", "title": "13912345678"}
	from := map[string]any{"id": idOf("official"), "is_bot": false, "first_name": "甲"}
	message := func(chat, fields map[string]any) map[string]any {
		m := map[string]any{"message_id": 900001, "date": 1, "from": from, "chat": chat}
		maps.Copy(m, fields)
		return m
	}
	private := map[string]any{"id": idOf("official"), "type": "private", "first_name": "甲"}
	for i, b := range []badInput{
		{As: "official", Press: &press},
		{As: "official", Text: "/start i-11010519491231002X"},
		{As: "official", Update: map[string]any{"message": message(group, map[string]any{"text": "@rongcuo_bot 机密★5年 金丝雀计划代号七号"})}},
		{As: "official", Update: map[string]any{"message": message(group, map[string]any{"text": "/ask@rongcuo_bot 我的手机13912345678"})}},
		{As: "official", Update: map[string]any{"edited_message": message(private, map[string]any{"text": "身份证11010519491231002X"})}},
		{As: "official", Update: map[string]any{"message": message(private, map[string]any{"caption": "工资卡6222020000000000008", "photo": []any{}})}},
	} {
		deliver(t, tn, [][]byte{b.update(t, 700000+i)})
		tn.settled(t)
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
