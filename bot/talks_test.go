package bot_test

import (
	"context"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"rongcuo/bot/delivery"
	"rongcuo/bot/localtelegram/localtelegramtest"
)

var update = flag.Bool("update", false, "write the golden talks anew")

// A talk is a script of what people do; its golden file has beside each line
// what the bot showed. A line is
//
//	普通干部> words
//	普通干部! a button, on the newest message that has one beginning so
//	管理员@ a file of testdata
//	-- a remark
//
// In words and buttons, {code} stands for the invitation that was made last.

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
	read int64 // newest message that was written down
}

// play does a line and gives what the bot showed everybody after it.
func play(t *testing.T, tn *town, talkers map[string]*talker, line string) string {
	t.Helper()
	at := strings.IndexAny(line, ">!@")
	if at < 0 {
		t.Fatalf("a talk has no line %q", line)
	}
	who, what := line[:at], strings.TrimSpace(line[at+1:])
	me := talkers[who]
	if me == nil {
		me = &talker{Person: tn.As(who)}
		talkers[who] = me
	}
	switch line[at] {
	case '>':
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
	}
	me.Await("any message", func(m localtelegramtest.Message) bool { return m.ID > me.read })
	tn.settled(t)
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(talkers)) {
		one := talkers[name]
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
	{regexp.MustCompile(`FS-2026-[0-9A-Z]{5}-[0-9A-Z]{5}`), "申请号某"},
	{regexp.MustCompile(`用时 [\d.]+ 秒`), "用时 N 秒"},
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
			var tn *town
			now := time.Now()
			if strings.Contains(script, "filing") { // its dates follow from the day
				var k *clock
				tn, k = staffedTown(t)
				now = k.now()
			} else {
				tn = newTown(t)
			}
			source, err := os.ReadFile(script)
			must(t, err)
			china := time.FixedZone("", 8*3600)
			asOf := "依据截至" + time.Now().In(china).Format("2006年1月2日")
			today := now.In(china).Format("2006年1月2日")
			var b strings.Builder
			talkers, code := map[string]*talker{}, ""
			for line := range strings.Lines(string(source)) {
				line = strings.TrimRight(line, "\n")
				if line == "" || strings.HasPrefix(line, "--") {
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
