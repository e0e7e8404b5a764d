package bot_test

import (
	"context"
	"encoding/json"
	"flag"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"rongcuo/bot"
	"rongcuo/bot/delivery"
	"rongcuo/bot/localtelegram"
	"rongcuo/bot/localtelegram/localtelegramtest"
	"rongcuo/knowledge/fakemodel"
)

var update = flag.Bool("update", false, "write the golden talks anew")

// A talk is a script of what people do; its golden file has beside each line
// what the bot showed. A line is
//
//	普通干部> words
//	普通干部#office> words in a group
//	普通干部~ words that nobody answers
//	普通干部! a button, on the newest message that has one beginning so
//	管理员@ a file of testdata
//	普通干部* fields of a message that has no words, as Telegram sends them
//	-- a remark
//	== what the town has (towns), in the first line
//
// In words and buttons, {code} stands for the invitation that was made last.

// towns are what a talk may ask for in its first line.
var towns = map[string]func(t *testing.T) (tn *town, now time.Time){
	"": func(t *testing.T) (*town, time.Time) { return newTown(t), time.Now() },
	"people with posts": func(t *testing.T) (*town, time.Time) { // its dates follow from the day
		tn, k := staffedTown(t)
		return tn, k.now()
	},
	"a filing that was submitted": func(t *testing.T) (*town, time.Time) {
		tn, k := staffedTown(t)
		handedIn(t, tn, filled)
		return tn, k.now()
	},
	"a group": func(t *testing.T) (*town, time.Time) {
		t.Parallel()
		group := localtelegram.Group{Key: "office", Title: "办公室", ChatID: -1001, Members: []string{"official", "handler", "admin"}}
		telegram := localtelegramtest.Start(t, localtelegram.Options{Started: true, NoLimits: true, Groups: []localtelegram.Group{group}})
		tn := found(t, telegram, t.TempDir(), 0)
		staff(t, tn)
		return tn, time.Now()
	},
	"a closed door": func(t *testing.T) (*town, time.Time) {
		t.Parallel()
		return found(t, localTelegram(t), t.TempDir(), 0, func(c *bot.Config) { c.Closed = true }), time.Now()
	},
	"narrow limits": func(t *testing.T) (*town, time.Time) {
		t.Parallel()
		return found(t, localTelegram(t), t.TempDir(), 2, func(c *bot.Config) { c.SameCommand = 2 }), time.Now()
	},
	"a language model": func(t *testing.T) (*town, time.Time) {
		t.Parallel()
		model := fakemodel.Start(t)
		model.OnChat = func(w http.ResponseWriter, _, user string, _ int) {
			fakemodel.Stream(w, "决策时已经明确反对的，可能对应持有异议的情形"+sourceOf(user, "第十二条")+"。", "stop")
		}
		return withModel(t, model, bot.Budget{Person: 100, All: 1 << 20}), time.Now()
	},
}

// settled waits until nothing is on its way.
func (tn *town) settled(t testing.TB) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for quiet := 0; quiet < 3; {
		waiting := 0
		for _, q := range []delivery.QueueName{delivery.Inbox, delivery.Jobs, delivery.Outbox} {
			c, err := tn.store.Count(context.WithoutCancel(t.Context()), q)
			must(t, err)
			waiting += c.Waiting
		}
		if quiet++; waiting > 0 {
			quiet = 0
		}
		if time.Now().After(deadline) {
			t.Fatal("something is still on its way")
		}
		time.Sleep(15 * time.Millisecond) // the local Telegram hands an update over within it
	}
}

type talker struct {
	*localtelegramtest.Person
	group string // key, "" for the private chat
	read  int64  // newest message that was written down
}

// play does a line and gives what the bot showed everybody after it.
func play(t *testing.T, tn *town, talkers map[string]*talker, line string) string {
	t.Helper()
	at := strings.IndexAny(line, ">!@~*")
	if at < 0 {
		t.Fatalf("a talk has no line %q", line)
	}
	who, what := line[:at], strings.TrimSpace(line[at+1:])
	me := talkers[who]
	if me == nil {
		person, group, _ := strings.Cut(who, "#")
		me = &talker{Person: tn.As(person).In(group), group: group}
		for _, other := range talkers {
			if other.group == group && (group != "" || other.Person == nil) {
				me.read = max(me.read, other.read)
			}
		}
		talkers[who] = me
	}
	switch line[at] {
	case '>', '~':
		me.Say(strings.ReplaceAll(what, `\n`, "\n"))
	case '!':
		m, button := newestButton(me.Chat(), what)
		if button == "" {
			t.Fatalf("%s: there is no button %q:\n%s", who, what, me.Transcript())
		}
		me.Press(m, button)
	case '@':
		data, err := os.ReadFile(filepath.Join("testdata", what))
		must(t, err)
		me.Send(what, data, "")
	case '*':
		var fields map[string]any
		must(t, json.Unmarshal([]byte(what), &fields))
		person := slices.IndexFunc(localtelegram.DefaultPeople(), func(p localtelegram.Person) bool { return p.Name == who })
		deliver(t, tn, [][]byte{badInput{As: localtelegram.DefaultPeople()[person].Key, Message: fields}.update(t, len(talkers)*1000+len(what))})
	}
	if line[at] != '~' {
		me.Await("any message", func(m localtelegramtest.Message) bool { return m.ID > me.read })
	}
	tn.settled(t)
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(talkers)) {
		one := talkers[name]
		if one.Person == nil || one != me && one.group == me.group && me.group != "" { // sees what the speaker sees
			continue
		}
		for _, m := range one.Chat() {
			if m.ID > one.read && m.From == "bot" && !strings.HasPrefix(m.Text, "正在") { // progress may be lost
				if name != who {
					b.WriteString("  （给" + name + "）\n")
				}
				b.WriteString(written(m))
			}
			one.read = max(one.read, m.ID)
		}
	}
	for _, one := range talkers {
		if one.group == me.group && me.group != "" {
			one.read = me.read
		}
	}
	return b.String()
}

func newestButton(chat []localtelegramtest.Message, begins string) (m localtelegramtest.Message, text string) {
	for i := len(chat) - 1; i >= 0; i-- {
		for _, row := range chat[i].Buttons {
			for _, b := range row {
				if strings.HasPrefix(b.Text, begins) {
					return chat[i], b.Text
				}
			}
		}
	}
	return m, ""
}

func written(m localtelegramtest.Message) string {
	var b strings.Builder
	for i, line := range strings.Split(m.Text, "\n") {
		b.WriteString([]string{"  机器人：", "          "}[min(i, 1)] + line + "\n")
	}
	if m.Document != nil {
		b.WriteString("          （文件：" + m.Document.Name + "）\n")
	}
	for _, row := range m.Buttons {
		b.WriteString("         ")
		for _, button := range row {
			b.WriteString(" [" + button.Text + "]")
		}
		b.WriteString("\n")
	}
	return b.String()
}

// passing is what differs from run to run.
var passing = []struct {
	form *regexp.Regexp
	as   string
}{
	{regexp.MustCompile(`i-[A-Z2-7]{26}`), "i-邀请码"},
	{regexp.MustCompile(`filing:[A-Z2-7]{26}`), "filing:某"},
	{regexp.MustCompile(`FS-2026-[0-9A-Z]{5}-[0-9A-Z]{5}`), "申请号某"},
	{regexp.MustCompile(`用时 [\d.]+ 秒`), "用时 N 秒"},
	{regexp.MustCompile(`(今天|\d{4}年\d+月\d+日) \d\d:\d\d`), "某时"},
	{regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?`), "某时"},
	{regexp.MustCompile(`[0-9a-f]{12,64}…?`), "某校验值"},
	{regexp.MustCompile(`[\d.]+ ?(ms|毫秒)`), "N 毫秒"},
	{regexp.MustCompile(`\d+\.\d+`), "N.N"},
}

// TestTalks plays every talk, each in a town of its own.
func TestTalks(t *testing.T) {
	scripts, err := filepath.Glob("testdata/*.talk")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no talks: %v", err)
	}
	for _, script := range scripts {
		t.Run(strings.TrimSuffix(filepath.Base(script), ".talk"), func(t *testing.T) {
			source, err := os.ReadFile(script)
			must(t, err)
			first, _, _ := strings.Cut(string(source), "\n")
			found, ok := towns[strings.TrimPrefix(first, "== ")]
			if !strings.HasPrefix(first, "== ") {
				found, ok = towns[""], true
			}
			if !ok {
				t.Fatalf("there is no town with %q", first)
			}
			tn, now := found(t)
			china := time.FixedZone("", 8*3600)
			asOf := "依据截至" + time.Now().In(china).Format("2006年1月2日")
			today := now.In(china).Format("2006年1月2日")
			var b strings.Builder
			before := int64(0) // what people did to come there is no part of the talk
			for _, p := range localtelegram.DefaultPeople() {
				_, _, last := shownSince(tn.As(p.Key), 0)
				before = max(before, last)
			}
			talkers, code := map[string]*talker{"": {read: before}}, ""
			for line := range strings.Lines(string(source)) {
				line = strings.TrimRight(line, "\n")
				if line == "" || strings.HasPrefix(line, "--") || strings.HasPrefix(line, "==") {
					b.WriteString(line + "\n")
					continue
				}
				said := play(t, tn, talkers, strings.ReplaceAll(line, "{code}", code))
				if made := startWord.FindString(said); made != "" {
					code = strings.TrimPrefix(made, "/start ")
				}
				said = strings.ReplaceAll(strings.ReplaceAll(said, asOf, "依据截至今天"), today, "今天")
				for _, p := range passing {
					said = p.form.ReplaceAllString(said, p.as)
				}
				b.WriteString(line + "\n" + said)
			}
			golden := strings.TrimSuffix(script, ".talk") + ".golden"
			if *update {
				must(t, os.WriteFile(golden, []byte(b.String()), 0o644))
			}
			want, err := os.ReadFile(golden)
			must(t, err)
			if b.String() != string(want) {
				t.Errorf("the talk went otherwise; run with -update and read the difference\n%s", firstDifference(b.String(), string(want)))
			}
		})
	}
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return "got  " + g[i] + "\nwant " + w[i]
		}
	}
	return "one is longer than the other"
}
