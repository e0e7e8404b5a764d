package documents

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

// corpusOf reads a corpus: the ids that came, and the refusals.
func corpusOf(t testing.TB, r io.Reader) (ids, refusals []string) {
	t.Helper()
	for d, err := range corpusLines(t.Context(), "a.jsonl", r) {
		if err == nil {
			ids = append(ids, d.Path)
			continue
		}
		refusals = append(refusals, reasonOf(t, err))
	}
	return ids, refusals
}

func corpusLineOf(id string) string {
	return fmt.Sprintf(`{"id":%q,"title":"示例法第一百零三条","text":"第一百零三条　正文。"}`, id) + "\n"
}

// TestCorpus checks that a bad line costs that line and no other.
func TestCorpus(t *testing.T) {
	good := corpusLineOf("a") + corpusLineOf("b")
	packed := gzipped(good)
	for _, c := range []struct {
		what, data string
		ids        string
		refusals   []string
	}{
		{"two lines", good, "a b", nil},
		{"packed", string(packed), "a b", nil},
		{"two packed files, one behind the other", string(packed) + string(gzipped(corpusLineOf("c"))), "a b c", nil},
		{"a mark, CRLF, blank lines, no end", "\uFEFF" + corpusLineOf("a") + "\r\n  \n" + strings.TrimSpace(corpusLineOf("b")), "a b", nil},
		{"no JSON", corpusLineOf("a") + "x\n" + corpusLineOf("b"), "a b", []string{fmt.Sprintf(refuseLine, 2, reasonNotJSON)}},
		{"no UTF-8", corpusLineOf("a") + "{\"id\":\"\xff\"}\n" + corpusLineOf("b"), "a b", []string{fmt.Sprintf(refuseLine, 2, reasonNotJSON)}},
		{"another type", `{"id":7,"text":"x"}` + "\n" + good, "a b", []string{fmt.Sprintf(refuseLine, 1, reasonNotJSON)}},
		{"no text", `{"id":"x","text":" "}` + "\n" + good, "a b", []string{fmt.Sprintf(refuseLine, 1, reasonNoText)}},
		{"an id twice", good + corpusLineOf("a"), "a b", []string{fmt.Sprintf(refuseLine, 3, reasonSameID)}},
		{"a line of 10 MB (BI092)", corpusLineOf("a") + strings.Repeat("x", 10<<20) + "\n" + corpusLineOf("b"), "a b", []string{fmt.Sprintf(refuseLine, 2, reasonLongLine)}},
		{"a long line at the end", good + strings.Repeat("x", 2<<20), "a b", []string{fmt.Sprintf(refuseLine, 3, reasonLongLine)}},
		{"cut off", string(packed[:len(packed)-9]), "a b", []string{fmt.Sprintf(refuseBrokenAfter, 2)}},
		{"no gzip behind its magic", "\x1f\x8b\x00", "", []string{refuseBroken}},
		{"a bomb", string(gzipped(strings.Repeat("\x00", 20<<20))), "", []string{fmt.Sprintf(refuseBombAfter, 0)}},
		{"a million blank lines", strings.Repeat("\n", 1_000_000), "", []string{fmt.Sprintf(refuseTooManyLines, maxCorpusLines)}},
	} {
		ids, refusals := corpusOf(t, strings.NewReader(c.data))
		if got := strings.Join(ids, " "); got != c.ids || strings.Join(refusals, "") != strings.Join(c.refusals, "") {
			t.Errorf("%s: %q, refusals %q", c.what, got, refusals)
		}
	}
}

func TestCorpusRecord(t *testing.T) {
	for d, err := range corpusLines(t.Context(), "a.jsonl", strings.NewReader(`{"id":"s1","title":"示例法第一百零三条","text":"正\u200b文。"}`)) {
		if err != nil || d.Path != "s1" || d.Title != "示例法" || d.Passages[0].Article != "第一百零三条" || d.Passages[0].Text != "正文。" || len(d.Hash) != 64 {
			t.Errorf("%+v, error %v", d, err)
		}
	}
}

func TestCorpusEndsWithContextAndWithItsReader(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	lines := strings.Builder{}
	for i := range 5000 {
		lines.WriteString(corpusLineOf(fmt.Sprint(i)))
	}
	n := 0
	var last error
	for _, err := range corpusLines(ctx, "a.jsonl", strings.NewReader(lines.String())) {
		n++
		last = err
		cancel()
	}
	if !errors.Is(last, context.Canceled) || n > 1100 {
		t.Errorf("%d lines, then %v", n, last)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	for range corpusLines(ctx, "a.jsonl", strings.NewReader(lines.String())) {
		stop() // and then nothing more may come
		break
	}
	n = 0
	for range corpusLines(t.Context(), "a.jsonl", strings.NewReader(lines.String())) {
		if n++; n == 3 {
			break
		}
	}
	if n != 3 {
		t.Errorf("%d lines after a break", n)
	}
}

// BenchmarkCorpus reads as many articles as the largest corpus that was tried
// has, of the same mean length.
func BenchmarkCorpus(b *testing.B) {
	var plain bytes.Buffer
	for i := range 57_616 {
		fmt.Fprintf(&plain, `{"id":"s%d","title":"示例法第%s条","text":%q}`+"\n", i, FormatNumber(i%999+1), strings.Repeat("县级以上人民政府应当加强领导。", 18))
	}
	b.SetBytes(int64(plain.Len()))
	for b.Loop() {
		n := 0
		for _, err := range corpusLines(b.Context(), "a.jsonl", bytes.NewReader(plain.Bytes())) {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n != 57_616 {
			b.Fatal(n)
		}
	}
}
