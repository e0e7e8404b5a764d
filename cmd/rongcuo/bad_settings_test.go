package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const secretCanary = "canary-88bb-secret"

// The rows BI075 to BI083 of the list of bad inputs: broken settings stop the
// start, are named with what to mend, and no value is shown. Rows BI082 and BI083
// ask for a number of passages, a threshold and time limits: there are no such
// settings, so what somebody sets by these names changes nothing.
func TestBadSettingsOfTheList(t *testing.T) {
	form := func(text string) map[string]string {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "a.yaml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return map[string]string{"PROCEDURES_DIR": dir}
	}
	token := func(s string) map[string]string { return map[string]string{"TELEGRAM_TOKEN": s} }
	webhook := func(address, secret string) map[string]string {
		return map[string]string{"WEBHOOK_URL": address, "WEBHOOK_SECRET": secret}
	}
	one := func(name, value string) map[string]string { return map[string]string{name: value} }
	const good = "123456:AAEhBOweik6ad9rQ"
	for name, c := range map[string]struct {
		env  map[string]string
		want string // in the refusal; "" is none
	}{
		"BI075 an empty form":         {form(""), "PROCEDURES_DIR"},
		"BI075 a tab":                 {form("id: a\n\tname: b\n"), "PROCEDURES_DIR"},
		"BI075 a key twice":           {form("id: a\nid: b\n"), "PROCEDURES_DIR"},
		"BI075 an unknown key":        {form("telegarm: a\n"), "PROCEDURES_DIR"},
		"BI075 a file that is gone":   {one("TELEGRAM_TOKEN_FILE", "/nowhere/"+secretCanary), "TELEGRAM_TOKEN_FILE"},
		"BI076 blanks around":         {token(" " + good + "\n"), ""},
		"BI076 a blank in it":         {token("123456:" + secretCanary + " x"), "TELEGRAM_TOKEN"},
		"BI076 a line break in it":    {token("123456:" + secretCanary + "\nx"), "TELEGRAM_TOKEN"},
		"BI076 two tokens":            {token(good + "," + secretCanary), "TELEGRAM_TOKEN"},
		"BI076 no number":             {token(secretCanary), "TELEGRAM_TOKEN"},
		"BI079 a file":                {one("OPENAI_BASE_URL", "file:///etc/"+secretCanary), "OPENAI_BASE_URL"},
		"BI079 metadata":              {one("OPENAI_BASE_URL", "http://169.254.169.254/"), "OPENAI_BASE_URL"},
		"BI079 a password":            {one("OPENAI_BASE_URL", "http://user:"+secretCanary+"@h"), "OPENAI_BASE_URL"},
		"BI079 gopher":                {one("OPENAI_BASE_URL", "gopher://"+secretCanary), "OPENAI_BASE_URL"},
		"BI079 no scheme":             {one("OPENAI_BASE_URL", secretCanary+"/v1"), "OPENAI_BASE_URL"},
		"BI079 a stroke at the end":   {one("OPENAI_BASE_URL", "http://127.0.0.1:9/v1/"), ""},
		"BI080 in clear":              {one("TELEGRAM_API_URL", "http://"+secretCanary+".example"), "TELEGRAM_API_URL"},
		"BI080 on this machine":       {one("TELEGRAM_API_URL", "http://127.0.0.1:8081"), ""},
		"BI081 no secret":             {webhook("https://bot.example/t", ""), "WEBHOOK_SECRET"},
		"BI081 a blank in the secret": {webhook("https://bot.example/t", "a b "+secretCanary), "WEBHOOK_SECRET"},
		"BI081 257 signs":             {webhook("https://bot.example/t", strings.Repeat("a", 257)), "WEBHOOK_SECRET"},
		"BI081 256 signs":             {webhook("https://bot.example/t", strings.Repeat("a", 256)), ""},
		"BI081 in clear":              {webhook("http://"+secretCanary+".example/t", "0123456789abcdef"), "WEBHOOK_URL"},
		"BI082 a number of passages":  {one("TOP_K", "-1"), ""},
		"BI083 a time limit":          {one("OPENAI_TIMEOUT", "5 s"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			for k, v := range c.env {
				t.Setenv(k, v)
			}
			_, err := readSettings()
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("want %q: %v", c.want, err)
			}
			if err != nil && strings.Contains(err.Error(), secretCanary) {
				t.Errorf("shows a value: %v", err)
			}
		})
	}
}

// allRows are the rows of the list of bad inputs.
const allRows = `
BI001 BI002 BI003 BI004 BI005 BI007 BI010 BI011 BI013 BI014 BI016 BI017 BI018 BI019 BI020 BI021
BI022 BI023 BI024 BI025 BI026 BI028 BI029 BI032 BI033 BI034 BI037 BI038 BI040 BI041 BI042 BI045
BI046 BI047 BI048 BI049 BI050 BI051 BI052 BI053 BI056 BI057 BI058 BI060 BI061 BI062 BI064 BI065
BI066 BI067 BI069 BI070 BI071 BI072 BI073 BI074 BI075 BI076 BI079 BI080 BI081 BI082 BI083 BI086
BI087 BI088 BI089 BI090 BI091 BI092 BI094 BI095 BI096 BI098 BI099 BI102 BI103 BI104 BI106 BI107
BI108 BI109 BI110 BI111 BI112 BI114 BI116 BI117 BI118 BI119 BI120 BI121 BI122 BI124 BI126 BI127
BI128 BI129 BI132 BI133 BI134 BI135 BI136 BI137 BI138 BI140 BI141 BI142 BI143 BI144 BI146 BI147
BI148 BI149 BI151 BI152 BI153 BI154 BI155 BI156
`

// otherRows says where the rows of the list of bad inputs are tested that
// settings, texts, models, vectors and Redis bring: a test, or why there is none.
// The others stand in bot (badRows).
var otherRows = map[string]string{
	"BI075": "TestBadSettingsOfTheList",
	"BI076": "TestBadSettingsOfTheList",
	"BI079": "TestBadSettingsOfTheList",
	"BI080": "TestBadSettingsOfTheList",
	"BI081": "TestBadSettingsOfTheList",
	"BI082": "TestBadSettingsOfTheList",
	"BI083": "TestBadSettingsOfTheList",
	"BI086": "TestServeSaysWhatIsWrongWithRedis",
	"BI087": "TestTheDataFolderMustBeOneThatCanBeWritten",
	"BI088": "TestAClockThatJumpsChangesNoOrder",
	"BI089": "TestWholeDocumentsSplitAsWritten",
	"BI090": "TestNothingOfAnArticleIsLost",
	"BI091": "TestOnlyWhatIsInForceIsSearched",
	"BI092": "TestALongArticleKeepsItsNumber",
	"BI094": "TestNoSourceClosesTheFence",
	"BI095": "none: how many articles of one document or of near copies an answer shows is not limited (threat T3); a change is seen before it is published",
	"BI096": "TestAnyPreviewIsTakenByTelegram",
	"BI098": "none: chromem-go holds vectors in memory under the numbers of passages; its files and their hashes are not used",
	"BI099": "TestStores",
	"BI102": "TestBI102EachStatusHasItsKindOfError",
	"BI103": "TestBI103ABrokenConnectionGivesNothing",
	"BI104": "TestBI104AnEndlessReplyIsCut",
	"BI106": "TestAnyReplyCitesWhatItWasGiven",
	"BI107": "TestNothingThatAnObedientModelWritesHolds",
	"BI108": "TestOnlyAFinishedTextIsTaken",
	"BI109": "TestNoAttackGetsWhatItWants",
	"BI110": "TestBI110ToolsThatNobodyOfferedAreNothing",
	"BI111": "none: what a model writes twice may differ; the articles beside it come from the search, which does not (TestRenderingsAreAsReviewed)",
	"BI112": "TestNoAttackGetsWhatItWants",
	"BI114": "TestBI114To118OddVectorsNeverEnter",
	"BI116": "TestEmbeddingsComeInBatchesAndInOrder",
	"BI117": "TestBI114To118OddVectorsNeverEnter",
	"BI118": "TestBI114To118OddVectorsNeverEnter",
	"BI119": "none: vectors are kept by the configured model's name and size; the name in a reply is not compared, since many servers answer with a resolved one",
	"BI120": "TestBI120ALimitInTheMiddleIsGoneOnFrom",
	"BI121": "TestBI121AQuestionOfNaNIsAnsweredByWords",
	"BI141": "TestRedisRefusals",
	"BI142": "TestRedisRefusals",
	"BI143": "TestRedisRefusals",
	"BI144": "TestRedisRefusals",
	"BI146": "TestRedisRefusals",
	"BI147": "TestLostAnswersOfTheStoreDoubleNothing",
	"BI148": "TestRedisFaults",
	"BI149": "TestATornAppendOnlyFileLosesItsEndOnly",
	"BI151": "TestAReplicaStoppedPastItsLeaseChangesNothing",
	"BI152": "TestASentinelsFailoverLosesNothing",
}

// TestEveryRowOfSettingsModelsAndStoresHasItsTest: each row is here or in the
// list of bot, and the tests exist.
func TestEveryRowOfSettingsModelsAndStoresHasItsTest(t *testing.T) {
	tests := testNames(t)
	for row, test := range otherRows {
		if strings.HasPrefix(test, "none: ") {
			continue
		}
		if !strings.Contains(tests, "\nfunc "+test+"(") {
			t.Errorf("%s: there is no %s", row, test)
		}
	}
	elsewhere, err := os.ReadFile("../../bot/bad_rows_test.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range regexp.MustCompile(`BI\d{3}`).FindAllString(allRows, -1) {
		if otherRows[row] == "" && !strings.Contains(string(elsewhere), `"`+row+`": `) {
			t.Errorf("%s has no test", row)
		}
	}
}

// A data folder that can't be one ends the start with one reason (BI087; a disk
// that is full or read only while the bot runs is TestSQLiteFaults).
func TestTheDataFolderMustBeOneThatCanBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TELEGRAM_TOKEN", "123456:AAEhBOweik6ad9rQ")
	t.Setenv("EMBEDDING", "off")
	for _, dir := range []string{file, filepath.Join(file, "below"), "/proc/none"} {
		status, out, errOut := invoke(t, "serve", "-data", dir)
		if status != exitFailed || strings.Count(strings.TrimSpace(errOut), "\n") > 1 || !strings.Contains(errOut, "文件夹") {
			t.Errorf("%s: %d %s%s", dir, status, out, errOut)
		}
	}
}
