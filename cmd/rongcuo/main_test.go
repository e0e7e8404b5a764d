package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rongcuo/knowledge"
	"rongcuo/knowledge/documents"
	"rongcuo/knowledge/fakemodel"
)

// invoke runs the program in this process.
func invoke(t *testing.T, args ...string) (status int, out, errOut string) {
	t.Helper()
	var o, e bytes.Buffer
	status = run(t.Context(), args, &o, &e)
	return status, o.String(), e.String()
}

func TestAskAnswersFromTheSample(t *testing.T) {
	status, out, errOut := invoke(t, "ask", "集体开会我投了反对票，后来决策错了，还要追究我吗？")
	if status != exitOK || errOut != "" {
		t.Fatalf("%d %s", status, errOut)
	}
	for _, must := range []string{"第十二条", "现行", "不予容错", "依据截至", "不构成容错认定", "示例文件"} {
		if !strings.Contains(out, must) {
			t.Errorf("lacks %s", must)
		}
	}
}

func TestAskJSONKeepsItsFields(t *testing.T) {
	status, out, _ := invoke(t, "ask", "-json", "哪些情形不予容错？")
	if status != exitOK {
		t.Fatal(status)
	}
	var o map[string]any
	if err := json.Unmarshal([]byte(out), &o); err != nil {
		t.Fatal(err)
	}
	for _, field := range []string{"question", "status", "answer", "citations", "cases", "passages", "ms"} {
		if o[field] == nil {
			t.Errorf("lacks %s", field)
		}
	}
	citation := o["citations"].([]any)[0].(map[string]any)
	for _, field := range []string{"doc", "title", "article", "quote", "status"} {
		if citation[field] == nil || citation[field] == "" {
			t.Errorf("a citation lacks %s", field)
		}
	}
	passage := o["passages"].([]any)[0].(map[string]any)
	for _, field := range []string{"doc", "article", "score"} {
		if passage[field] == nil {
			t.Errorf("a passage lacks %s", field)
		}
	}
}

func TestTheHelpOfServeNamesEverySetting(t *testing.T) {
	status, _, said := invoke(t, "help", "serve")
	if status != exitOK || !strings.Contains(said, "-data") {
		t.Fatalf("%d %s", status, said)
	}
	for _, name := range settingNames() {
		if !strings.Contains(said, "  "+strings.TrimSuffix(name, "_FILE")) {
			t.Errorf("says nothing of %s", name)
		}
	}
}

func TestFormsOfAFolderStandBesideThoseOfTheProgram(t *testing.T) {
	form, err := os.ReadFile("../../conversations/procedures/risk-filing.yaml")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	other := bytes.Replace(form, []byte("id: risk-filing"), []byte("id: second-filing"), 1)
	if err := os.WriteFile(filepath.Join(dir, "second.yaml"), other, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("EMBEDDING", "off")
	t.Setenv("PROCEDURES_DIR", dir)
	if status, out, errOut := invoke(t, "check"); status != exitOK || !strings.Contains(out, "✓ 表单：2 种") {
		t.Fatal(out, errOut)
	}
}

func TestExitStatuses(t *testing.T) {
	empty := t.TempDir()
	for name, c := range map[string]struct {
		args []string
		want int
	}{
		"nothing":            {nil, exitMisused},
		"help":               {[]string{"help"}, exitOK},
		"unknown command":    {[]string{"fly"}, exitMisused},
		"unknown flag":       {[]string{"ask", "-fast", "x"}, exitMisused},
		"no question":        {[]string{"ask"}, exitMisused},
		"impossible day":     {[]string{"ask", "-at", "2024-02-30", "x"}, exitMisused},
		"honestly not found": {[]string{"ask", "备案要交多少手续费？"}, exitOK},
		"no folder":          {[]string{"ask", "-docs", filepath.Join(empty, "none"), "x"}, exitFailed},
		"empty folder":       {[]string{"ask", "-docs", empty, "x"}, exitFailed},
		"empty base":         {[]string{"ask", "-data", empty, "容错条件"}, exitFailed},
		"eval without files": {[]string{"eval"}, exitMisused},
		"flags after words":  {[]string{"ask", "容错条件", "-json"}, exitOK},
	} {
		if got, out, errOut := invoke(t, c.args...); got != c.want {
			t.Errorf("%s: %d, want %d: %s%s", name, got, c.want, out, errOut)
		}
	}
}

func TestReindexThenAsk(t *testing.T) {
	docs, data := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(docs, "甲办法.md"), []byte("# 甲办法\n第一条　收到申请后，应当在九个工作日内答复。\n第二条　本办法自2024年1月1日起施行。\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(docs, "坏.pdf"), []byte("不是"), 0o600); err != nil {
		t.Fatal(err)
	}
	status, out, errOut := invoke(t, "reindex", "-docs", docs, "-data", data)
	if status != exitOK || !strings.Contains(out, "✓ 甲办法.md：《甲办法》2 条") || !strings.Contains(out, "✗ 坏.pdf") {
		t.Fatalf("%d %s%s", status, out, errOut)
	}
	status, out, _ = invoke(t, "ask", "-data", data, "收到申请后几个工作日内答复？")
	if status != exitOK || !strings.Contains(out, "九个工作日") || strings.Contains(out, "示例文件") {
		t.Fatalf("%d %s", status, out)
	}
	if _, out, _ = invoke(t, "reindex", "-docs", docs, "-data", data); !strings.Contains(out, "没有变化") {
		t.Fatal(out)
	}
}

func TestEvalPrintsItsFigures(t *testing.T) {
	status, out, errOut := invoke(t, "eval", "-docs", "../../knowledge/sample", "-questions", "testdata/questions.jsonl", "-json")
	if status != exitOK {
		t.Fatal(errOut)
	}
	var r struct {
		N          int     `json:"n"`
		Hit5       float64 `json:"hit@5"`
		MRR        float64 `json:"mrr@10"`
		Answered   float64 `json:"answered_rate"`
		Refused    float64 `json:"refused_rate"`
		Valid      float64 `json:"citation_valid_rate"`
		CitedRight float64 `json:"citation_hit"`
		ByKind     map[string]struct{ N int }
		MS         map[string]float64
		Heap       float64 `json:"heap_mb"`
	}
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatal(err)
	}
	if r.N != 4 || r.Hit5 != 1 || r.MRR == 0 || r.Answered != 1 || r.Refused != 1 || r.Valid != 1 || r.CitedRight != 1 || r.Heap == 0 {
		t.Errorf("%s", out)
	}
	for _, field := range []string{"hit@1", "hit@10", "recall@1", "recall@5", "recall@10", "ndcg@10", "by_kind", "index_ms"} {
		if !strings.Contains(out, `"`+field+`"`) {
			t.Errorf("lacks %s", field)
		}
	}
}

func TestBrokenSettingsAreNamedAndNoSecretIsShown(t *testing.T) {
	const secret = "sk-canary-77aa"
	file := filepath.Join(t.TempDir(), "words.txt")
	if err := os.WriteFile(file, []byte("没有等号"), 0o600); err != nil {
		t.Fatal(err)
	}
	prompts := t.TempDir()
	if err := os.WriteFile(filepath.Join(prompts, "answer.user.tmpl"), []byte("{{.Fence}}{{.Question}}{{.Sources}}{{.Nope}}"), 0o600); err != nil {
		t.Fatal(err)
	}
	forms := t.TempDir()
	if err := os.WriteFile(filepath.Join(forms, "a.yaml"), []byte("id: ["), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		env  map[string]string
		want string
	}{
		"no number":           {map[string]string{"OPENAI_EMBEDDING_DIMENSIONS": secret}, "OPENAI_EMBEDDING_DIMENSIONS"},
		"no such embedding":   {map[string]string{"EMBEDDING": secret}, "EMBEDDING"},
		"no model":            {map[string]string{"EMBEDDING": "openai"}, "OPENAI_EMBEDDING_MODEL"},
		"no dimensions":       {map[string]string{"OPENAI_EMBEDDING_MODEL": "m", "OPENAI_BASE_URL": "http://127.0.0.1:1"}, "OPENAI_EMBEDDING_DIMENSIONS"},
		"no address":          {map[string]string{"OPENAI_CHAT_MODEL": "m"}, "OPENAI_BASE_URL"},
		"a wrong address":     {map[string]string{"OPENAI_BASE_URL": secret}, "OPENAI_BASE_URL"},
		"a token in clear":    {map[string]string{"TELEGRAM_API_URL": "http://" + secret + ".example"}, "TELEGRAM_API_URL"},
		"no list of numbers":  {map[string]string{"OWNER_IDS": secret}, "OWNER_IDS"},
		"another database":    {map[string]string{"DATABASE_URL": "mysql://u:" + secret + "@h/d"}, "DATABASE_URL"},
		"a webhook in clear":  {map[string]string{"WEBHOOK_URL": "http://" + secret + ".example/t", "WEBHOOK_SECRET": "0123456789abcdef"}, "WEBHOOK_URL"},
		"no webhook secret":   {map[string]string{"WEBHOOK_URL": "https://bot.example/t"}, "WEBHOOK_SECRET"},
		"a weak secret":       {map[string]string{"WEBHOOK_URL": "https://bot.example/t", "WEBHOOK_SECRET": secret}, "WEBHOOK_SECRET"},
		"another store":       {map[string]string{"REDIS_URL": "http://u:" + secret + "@h/0"}, "REDIS_URL"},
		"no host of a store":  {map[string]string{"REDIS_URL": "redis://u:" + secret + "@/0"}, "REDIS_URL"},
		"a short key":         {map[string]string{"FILES_KEY": secret}, "FILES_KEY"},
		"a short second key":  {map[string]string{"FILES_KEY": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\n" + secret}, "FILES_KEY"},
		"questions of nobody": {map[string]string{"INDEX_QUESTIONS": "true"}, "OPENAI_CHAT_MODEL"},
		"no second keeper":    {map[string]string{"TWO_KEEPERS": secret}, "TWO_KEEPERS"},
		"no such log":         {map[string]string{"LOG_FORMAT": secret}, "LOG_FORMAT"},
		"no forms":            {map[string]string{"PROCEDURES_DIR": "/nowhere/" + secret}, "PROCEDURES_DIR"},
		"a broken form":       {map[string]string{"PROCEDURES_DIR": forms}, "PROCEDURES_DIR"},
		"no yes or no":        {map[string]string{"CLOSED_MODE": secret}, "CLOSED_MODE"},
		"a file that is gone": {map[string]string{"OPENAI_API_KEY_FILE": "/nowhere/" + secret}, "OPENAI_API_KEY_FILE"},
		"a broken word list":  {map[string]string{"WORDS_FILE": file}, "第1行"},
		"a broken template":   {map[string]string{"PROMPTS_DIR": prompts}, "PROMPTS_DIR"},
	} {
		t.Run(name, func(t *testing.T) {
			for k, v := range c.env {
				t.Setenv(k, v)
			}
			status, out, errOut := invoke(t, "ask", "容错条件")
			if status != exitFailed || !strings.Contains(errOut, c.want) {
				t.Errorf("%d %s", status, errOut)
			}
			if strings.Contains(out+errOut, secret) {
				t.Errorf("shows a value: %s%s", out, errOut)
			}
		})
	}
}

func TestCheckTriesWhatIsConfigured(t *testing.T) {
	if status, out, _ := invoke(t, "check"); status != exitOK || !strings.Contains(out, "内置示例") {
		t.Fatal(out)
	}
	s := fakemodel.Start(t)
	t.Setenv("OPENAI_BASE_URL", s.URL)
	t.Setenv("OPENAI_EMBEDDING_MODEL", "fake")
	t.Setenv("OPENAI_EMBEDDING_DIMENSIONS", "64")
	if status, out, _ := invoke(t, "check"); status != exitOK || !strings.Contains(out, "fake/64") {
		t.Fatal(out)
	}
	t.Setenv("OPENAI_EMBEDDING_DIMENSIONS", "65")
	if status, out, _ := invoke(t, "check"); status != exitFailed || !strings.Contains(out, "✗ 语义检索") {
		t.Fatal(out)
	}
}

func TestTheVectorsOfTheSampleAreNotStale(t *testing.T) {
	s, err := readSettings()
	if err != nil {
		t.Fatal(err)
	}
	base, err := newBase(t.Context(), s, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := base.Load(t.Context(), documents.WalkFS(t.Context(), knowledge.Sample()), nil); err != nil {
		t.Fatal(err)
	}
	if n := base.Unembedded(); n > 0 {
		t.Errorf("%d passages of the sample have no shipped vector: run go generate ./knowledge", n)
	}
}

func TestWordsAloneAnswerWhenToldSo(t *testing.T) {
	_, with, _ := invoke(t, "ask", "-json", "哪些情形不予容错？")
	t.Setenv("EMBEDDING", "off")
	status, without, _ := invoke(t, "ask", "-json", "哪些情形不予容错？")
	if status != exitOK || !strings.Contains(with, `"embedding":"bge-small-zh`) || !strings.Contains(without, `"embedding":""`) {
		t.Errorf("%d\n%s\n%s", status, with, without)
	}
}

func TestAnswersUseTheConfiguredModel(t *testing.T) {
	s := fakemodel.Start(t)
	t.Setenv("OPENAI_BASE_URL", s.URL)
	t.Setenv("OPENAI_EMBEDDING_MODEL", "fake")
	t.Setenv("OPENAI_EMBEDDING_DIMENSIONS", "64")
	if status, _, errOut := invoke(t, "ask", "风险备案的期限"); status != exitOK {
		t.Fatal(errOut)
	}
	if texts, _ := s.Embedded(); len(texts) < 100 {
		t.Errorf("%d texts were embedded, want the nearest passages of the sample and the question", len(texts))
	}
}
