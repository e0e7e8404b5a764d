package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rongcuo/knowledge"
	"rongcuo/knowledge/documents"
	"rongcuo/knowledge/fakemodel"
)

// useModel has a configured server make the vectors.
func useModel(t *testing.T, s *fakemodel.Server, name string) {
	t.Helper()
	t.Setenv("EMBEDDING", "openai")
	t.Setenv("OPENAI_BASE_URL", s.URL)
	t.Setenv("OPENAI_EMBEDDING_MODEL", name)
	t.Setenv("OPENAI_EMBEDDING_DIMENSIONS", "64")
}

// folderOf writes a rule with many articles.
func folderOf(t *testing.T, articles int) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("# 甲办法\n第一条　收到申请后，应当在九个工作日内答复。\n")
	for i := range articles - 1 {
		fmt.Fprintf(&b, "第%s条　第%d类事项由第%d科办理。%s\n", documents.FormatNumber(i+2), i, i, strings.Repeat("办理应当及时、公开、便民。", 8))
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "甲办法.md"), []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// A server that refuses from the start: words alone answer, everywhere, and it is
// said.
func TestWithoutVectorsWordsAloneAnswer(t *testing.T) {
	s := fakemodel.Start(t)
	s.OnEmbed = func(w http.ResponseWriter, _ []string, _ int) {
		http.Error(w, `{"error":{"message":"no"}}`, http.StatusUnauthorized)
	}
	useModel(t, s, "dead")
	docs, data := folderOf(t, 3), t.TempDir()
	if status, out, errOut := invoke(t, "reindex", "-docs", docs, "-data", data); status != exitOK || !strings.Contains(out, "3 条暂时只按字词查找") || !strings.Contains(out, "rongcuo check") {
		t.Errorf("reindex: %d %s%s", status, out, errOut)
	}
	const question = "收到申请后几个工作日内答复？"
	for name, args := range map[string][]string{
		"records": {"ask", "-json", "-data", data, question},
		"folder":  {"ask", "-json", "-docs", docs, question},
		"sample":  {"ask", "-json", "哪些情形不予容错？"},
	} {
		status, out, errOut := invoke(t, args...)
		if status != exitOK || !strings.Contains(out, `"status":"answered"`) || !strings.Contains(out, `"embedding":""`) || !strings.Contains(out, "只按字词查找") || !strings.Contains(errOut, "rongcuo check") {
			t.Errorf("%s: %d %.300s %s", name, status, out, errOut)
		}
	}
}

// After a change of the model the first question does not wait for all vectors,
// and says what it went by.
func TestAnotherModelDoesNotKeepTheQuestionWaiting(t *testing.T) {
	s := fakemodel.Start(t)
	docs, data := folderOf(t, 400), t.TempDir()
	useModel(t, s, "first")
	if status, _, errOut := invoke(t, "reindex", "-docs", docs, "-data", data); status != exitOK {
		t.Fatal(errOut)
	}
	useModel(t, s, "second")
	before, _ := s.Embedded()
	status, out, errOut := invoke(t, "ask", "-data", data, "收到申请后几个工作日内答复？")
	after, _ := s.Embedded()
	if status != exitOK || !strings.Contains(out, "九个工作日") || !strings.Contains(errOut, "有 400 条还没有语义向量") || !strings.Contains(errOut, "reindex") {
		t.Errorf("%d %s%s", status, out, errOut)
	}
	if n := len(after) - len(before); n < 50 || n > 250 {
		t.Errorf("%d texts were embedded for one question", n)
	}
	if _, out, _ := invoke(t, "reindex", "-docs", docs, "-data", data); !strings.Contains(out, "新计算语义向量 400 条") {
		t.Errorf("reindex: %s", out)
	}
	if _, out, errOut := invoke(t, "ask", "-json", "-data", data, "收到申请后几个工作日内答复？"); !strings.Contains(out, `"embedding":"second/64"`) || errOut != "" {
		t.Errorf("%.300s %s", out, errOut)
	}
}

// A folder that is read for one question has its nearest passages compared by
// meaning, and what was done is said.
func TestAFolderOfAnySizeIsAskedByMeaning(t *testing.T) {
	for articles, said := range map[int]string{30: "", 400: "有 400 条还没有语义向量"} {
		status, out, errOut := invoke(t, "ask", "-json", "-docs", folderOf(t, articles), "收到申请后几个工作日内答复？")
		if status != exitOK || !strings.Contains(out, `"embedding":"bge-small-zh`) || !strings.Contains(errOut, said) || said == "" && errOut != "" {
			t.Errorf("%d articles: %d %.200s %s", articles, status, out, errOut)
		}
	}
}

func TestProgressSaysWhatRemains(t *testing.T) {
	for left, want := range map[time.Duration]string{
		0:                "正在计算语义向量 64/2208",
		9 * time.Second:  "正在计算语义向量 64/2208，约剩 9 秒",
		95 * time.Second: "正在计算语义向量 64/2208，约剩 1 分 35 秒",
	} {
		if got := progressText(knowledge.Progress{Stage: knowledge.StageEmbed, Done: 64, Total: 2208, Left: left}); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// Off a terminal a long work says a line now and then, and a short one nothing.
func TestProgressInALogIsALineNowAndThen(t *testing.T) {
	var b strings.Builder
	p := newProgress(&b)
	p.show(knowledge.Progress{Stage: knowledge.StageEmbed, Done: 1, Total: 9})
	if b.Len() > 0 {
		t.Errorf("at once: %q", b.String())
	}
	p.last = p.last.Add(-progressLines)
	for range 3 {
		p.show(knowledge.Progress{Stage: knowledge.StageEmbed, Done: 2, Total: 9})
	}
	if got := b.String(); got != "正在计算语义向量 2/9\n" {
		t.Errorf("%q", got)
	}
}
