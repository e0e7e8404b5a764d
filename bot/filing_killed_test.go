package bot_test

import (
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rongcuo/conversations/records"
	"rongcuo/knowledge"
)

// The bot's process of the kill test: this test binary, run again.
const (
	childServer = "BOT_TEST_SERVER" // address of the Bot API; set only for such a process
	childToken  = "BOT_TEST_TOKEN"
	childDir    = "BOT_TEST_DIR"
)

func TestBotChild(t *testing.T) {
	if os.Getenv(childServer) == "" {
		t.Skip("only as the process that another test kills")
	}
	foundAt(t, os.Getenv(childServer), os.Getenv(childToken), os.Getenv(childDir), knowledge.Options{}, newClock().rules)
	select {}
}

// TestKillsLoseNothingOfAFiling fills a form and submits it while the bot's
// process is killed again and again. RONGCUO_TEST_KILLS is how often.
func TestKillsLoseNothingOfAFiling(t *testing.T) {
	if testing.Short() {
		t.Skip("each kill takes a second")
	}
	kills, err := strconv.Atoi(os.Getenv("RONGCUO_TEST_KILLS"))
	if err != nil {
		kills = 10
	}
	telegram, dir := localTelegram(t), t.TempDir()
	tn := foundWith(t, telegram, dir, knowledge.Options{}, newClock().rules)
	staff(t, tn)
	tn.stop()

	ended := make(chan struct{})
	var killed atomic.Int64
	var killer sync.WaitGroup
	handler, head := telegram.As("承办人"), telegram.As("单位负责人")
	watched := telegram.As("承办人")
	killer.Go(func() {
		keepKilling(t, telegram.URL(), telegram.Token(), dir, func() int { return len(watched.Chat()) }, &killed, ended)
	})
	told := map[string]bool{}
	quick := maps.Clone(filled)
	quick["files"] = ".png" // reading a PDF takes longer than a life here, and five deaths park an update
	for killed.Load() < int64(kills) || len(told) == 0 {
		handler.Say("/file")
		review := answerAll(t, handler, tn.procedures.Latest("risk-filing"), quick, "送交")
		handler.Press(review, buttonWith(t, review, "送交"))
		head.Press(head.AwaitText("请您确认一份风险备案"), "查看并确认")
		head.Press(head.AwaitText("确认提交"), "确认提交")
		told[strings.TrimSpace(after(head.AwaitText("已存档").Text, "申请号："))] = true
	}
	close(ended)
	killer.Wait()
	t.Logf("%d filings, killed %d times", len(told), killed.Load())

	tn = foundWith(t, telegram, dir, knowledge.Options{}, newClock().rules)
	cards, err := tn.desk.Mine(t.Context(), idOf("handler"), records.Filter{})
	must(t, err)
	for _, k := range cards {
		delete(told, k.Number)
		holdsAll(t, tn, idOf("handler"), k.ID)
	}
	if len(told) > 0 {
		t.Errorf("told, but not in the records: %v", told)
	}
	checked, err := tn.book.Verify(t.Context())
	must(t, err)
	if checked.Wrong != nil {
		t.Errorf("the records do not hold: %+v", checked.Wrong)
	}
}

// holdsAll proves that a filing has what was answered, as a person sees it.
func holdsAll(t testing.TB, tn *town, person int64, id string) {
	t.Helper()
	full, err := tn.desk.Look(t.Context(), person, id)
	must(t, err)
	values := map[string]string{}
	for _, l := range full.Content.Lines() {
		values[l.Key] = l.Text
	}
	for key, want := range map[string]string{"applicant_unit": unitName, "fund_amount": "45万元", "affected_count": "86人", "accept_name": bodyName, "meeting_date": "2026年11月23日"} {
		if values[key] != want {
			t.Errorf("%s is %q, not %q", key, values[key], want)
		}
	}
}

// keepKilling runs the bot and kills it at a random moment once the chat has
// moved, until ended: an update that ends its process five times is parked.
func keepKilling(t *testing.T, server, token, dir string, messages func() int, killed *atomic.Int64, ended <-chan struct{}) {
	for {
		before := messages()
		child := exec.Command(os.Args[0], "-test.run=^TestBotChild$", "-test.timeout=10m")
		child.Env = append(os.Environ(), childServer+"="+server, childToken+"="+token, childDir+"="+dir)
		if err := child.Start(); err != nil {
			t.Error(err)
			return
		}
		over := false
		for tick := time.NewTicker(5 * time.Millisecond); !over && messages() <= before+1; {
			select {
			case <-tick.C:
			case <-ended:
				over = true
			}
		}
		if !over {
			time.Sleep(rand.N(150 * time.Millisecond))
		}
		child.Process.Kill()
		child.Wait()
		if over {
			return
		}
		killed.Add(1)
	}
}
