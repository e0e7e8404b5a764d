package bot_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rongcuo/bot/localtelegram"
	"rongcuo/bot/localtelegram/localtelegramtest"
)

const rowsHere = "testdata/bad-inputs.jsonl, brought by TestBadInputsAreAnsweredAndChangeNothing"

// badRows says where each row of the list of bad inputs is tested that a chat, a
// button, an upload, Telegram itself, the webhook or the demo's page can bring: a
// room and its test. The rows of settings, texts, models and stores have theirs in
// cmd/rongcuo, knowledge and bot/delivery.
var badRows = map[string]string{
	"BI001": rowsHere, "BI002": rowsHere, "BI003": rowsHere, "BI005": rowsHere, "BI007": rowsHere, "BI010": rowsHere, "BI011": rowsHere, "BI013": rowsHere,
	"BI014": rowsHere, "BI016": rowsHere, "BI017": rowsHere, "BI018": rowsHere, "BI020": rowsHere, "BI021": rowsHere, "BI022": rowsHere, "BI023": rowsHere,
	"BI024": rowsHere, "BI025": rowsHere, "BI026": rowsHere, "BI032": rowsHere, "BI033": rowsHere, "BI034": rowsHere, "BI037": rowsHere, "BI038": rowsHere,
	"BI040": rowsHere, "BI041": rowsHere, "BI046": rowsHere, "BI048": rowsHere, "BI049": rowsHere, "BI050": rowsHere, "BI057": rowsHere, "BI058": rowsHere,
	"BI067": rowsHere, "BI070": rowsHere, "BI072": rowsHere, "BI073": rowsHere, "BI122": rowsHere, "BI126": rowsHere, "BI134": rowsHere,

	"BI004": "bot TestALongTextInTwoMessagesIsTwoAnswers",
	"BI019": "bot TestCanariesAreFoundNowhere",
	"BI028": "conversations TestHostileValuesOnEveryKindOfField",
	"BI029": "bot TestATextTooLongForAnAnswerIsRefusedAsAFileToo",
	"BI042": "conversations/records TestTheMatrix",
	"BI045": "bot TestDeletingTakesEverythingButTheRecord",
	"BI047": "bot TestAnOwnerInvitesAndTakesBack",
	"BI051": "conversations/records TestWalkOfEveryoneDoingAnything",
	"BI052": "bot TestOfTwoWhoActAtOnceOneStandsAndTheOtherIsTold",
	"BI053": "bot TestInAGroupNobodyPressesForAnother",
	"BI056": "bot/delivery TestAnOldButtonPressReachesTheHandler",
	"BI060": "knowledge/documents TestHostileFiles",
	"BI061": "knowledge/documents TestHostileFiles",
	"BI062": "knowledge/documents TestHostileFiles",
	"BI064": "knowledge/documents TestHostileFiles",
	"BI065": "knowledge/documents TestRemoveHidden",
	"BI066": "knowledge/documents TestWord",
	"BI069": "knowledge/documents TestEncodings",
	"BI071": "bot TestAFileSentTwiceIsPublishedOnce",
	"BI074": "conversations/paper TestXLSXNeverWritesAFormula",
	"BI124": "bot/delivery TestTelegramsAnswersLeadWhereTheyShould",
	"BI127": "bot/delivery TestAGroupThatMovedGetsItsMessage",
	"BI128": "bot/delivery TestPollBearsTelegramsTroubles",
	"BI129": "bot/delivery TestPollBearsTelegramsTroubles",
	"BI132": "bot/delivery TestPollBearsStrangeAnswers",
	"BI133": "bot/delivery TestPollBearsStrangeAnswers",
	"BI135": "bot/delivery TestWebhookRefusesWhatTelegramDoesNotSend",
	"BI136": "bot/delivery TestWebhookRefusesWhatTelegramDoesNotSend",
	"BI137": "bot/delivery TestWebhookRefusesWhatTelegramDoesNotSend",
	"BI138": "bot/delivery TestWebhookAnswers",
	"BI140": "bot/delivery TestMadeUpRequestsLeaveTheLogReadable",
	"BI153": "bot/localtelegram TestOnlyOurOwnPageGetsIn",
	"BI154": "bot/localtelegram TestThePageShowsMarkupAsWords",
	"BI155": "bot/localtelegram TestAPageOpenedAgainShowsTheSame",
	"BI156": "bot/localtelegram TestOnlyOurOwnPageGetsIn",
}

// A row whose test was renamed or went is found here.
func TestEveryRowOfTheBadInputsHasItsTest(t *testing.T) {
	brought := map[string]bool{}
	for _, b := range badInputs(t) {
		brought[b.ID] = true
	}
	for row, where := range badRows {
		room, test, _ := strings.Cut(where, " ")
		if where == rowsHere {
			if !brought[row] {
				t.Errorf("%s is not in testdata/bad-inputs.jsonl", row)
			}
			continue
		}
		files, err := filepath.Glob(filepath.Join("..", room, "*_test.go"))
		must(t, err)
		found := false
		for _, f := range files {
			source, err := os.ReadFile(f)
			must(t, err)
			found = found || strings.Contains(string(source), "func "+test+"(")
		}
		if !found {
			t.Errorf("%s: %s has no %s", row, room, test)
		}
	}
}

// BI004: what a client cuts in two is two messages. The step takes neither half
// that is no answer to it, and says why.
func TestALongTextInTwoMessagesIsTwoAnswers(t *testing.T) {
	tn, _ := staffedTown(t)
	handler := tn.As("承办人")
	handler.Say("/file")
	answerAll(t, handler, tn.procedures.Latest("risk-filing"), filled, "事项名称")
	handler.Say(strings.Repeat("长", 4096))
	handler.AwaitText("事项名称")
	handler.Say("长")
	handler.AwaitText("事项名称")
	handler.Say("无产权档案老楼加装电梯先行施工")
	handler.AwaitText("已记下　事项名称：无产权档案老楼加装电梯先行施工")
}

// BI029: a text that is longer than an answer may be is no answer as a file either;
// the step stays.
func TestATextTooLongForAnAnswerIsRefusedAsAFileToo(t *testing.T) {
	tn, _ := staffedTown(t)
	handler := tn.As("承办人")
	handler.Say("/file")
	answerAll(t, handler, tn.procedures.Latest("risk-filing"), filled, "事项名称")
	handler.Send("答案.txt", []byte(strings.Repeat("长", 100_000)), "")
	refusal := handler.AwaitText("事项名称")
	if strings.Contains(refusal.Text, "已记下") {
		t.Error(refusal.Text)
	}
	handler.Say("无产权档案老楼加装电梯先行施工")
	handler.AwaitText("已记下　事项名称：无产权档案老楼加装电梯先行施工")
}

// BI053: in a group a button works for who presses it, with his own rights: nobody
// begins another's filing or takes another's part.
func TestInAGroupNobodyPressesForAnother(t *testing.T) {
	t.Parallel()
	group := localtelegram.Group{Key: "office", Title: "办公室", ChatID: -1001, Members: []string{"official", "handler", "outsider"}}
	telegram := localtelegramtest.Start(t, localtelegram.Options{Started: true, NoLimits: true, Groups: []localtelegram.Group{group}})
	tn := found(t, telegram, t.TempDir(), 1000)
	official, outsider := tn.As("普通干部").In("office"), tn.As("外人").In("office")
	official.Say("@rongcuo_bot " + opposed)
	answer := official.AwaitText("依据截至")
	for _, words := range []string{"用这个情况起草备案", "👎 不对"} {
		outsider.Press(answer, words)
		tn.settled(t)
	}
	for _, key := range []string{"official", "outsider"} {
		for _, m := range tn.As(key).Chat() {
			if m.From == "bot" {
				t.Errorf("%s is told in private: %s", key, m.Text)
			}
		}
		drafts, _, err := tn.store.Load(t.Context(), fmt.Sprint("drafts:", idOf(key)))
		must(t, err)
		if drafts != nil {
			t.Errorf("%s has a draft", key)
		}
	}
}

// BI071: the same file twice is one document, under one name with another text it
// is a new version; two who send at once do not disturb each other.
func TestAFileSentTwiceIsPublishedOnce(t *testing.T) {
	tn := newTown(t)
	admin := tn.As("管理员")
	publish := func(name, text string) {
		t.Helper()
		admin.Send(name, []byte(text), "")
		admin.AwaitText("共 2 条")
		admin.Say("发布")
		admin.AwaitText("已发布")
		tn.settled(t)
	}
	publish("清单.md", newRule)
	documents, passages := tn.base.Size()
	publish("清单.md", newRule)
	if d, p := tn.base.Size(); d != documents || p != passages {
		t.Errorf("%d documents and %d passages became %d and %d", documents, passages, d, p)
	}
	publish("清单.md", strings.Replace(newRule, "每半年", "每三个月", 1))
	official := tn.As("普通干部")
	official.Say("试点事项清单多久调整一次？")
	if answer := official.AwaitText("每三个月"); strings.Contains(answer.Text, "每半年") {
		t.Errorf("both versions answer: %s", answer.Text)
	}
	official.Send("清单.md", []byte(newRule), "")
	official.AwaitText("只有知识库管理员")
}
