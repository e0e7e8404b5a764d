package knowledge

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	openai "github.com/sashabaranov/go-openai"

	"rongcuo/knowledge/fakemodel"
)

// The rows BI102 to BI104 and BI110 of the list of bad inputs: what a model's
// server may answer. Each leaves an error of a known kind, without a key or a body
// in it, and is tried again only where that can help.

// status answers with a status, a body that looks like the interface's, and a
// Retry-After unless it is "".
func status(code int, after, body string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		if after != "" {
			w.Header().Set("Retry-After", after)
		}
		w.WriteHeader(code)
		fmt.Fprint(w, body)
	}
}

const refusedBody = `{"error":{"message":"maximum context length; key ` + canaryKey + `","code":"context_length_exceeded"}}`

func TestBI102EachStatusHasItsKindOfError(t *testing.T) {
	for name, c := range map[string]struct {
		reply func(http.ResponseWriter)
		want  error
		tries int // of an embedding; a composed text is asked for once
	}{
		"200 with an error":    {status(200, "", refusedBody), ErrModelReply, 1},
		"400 context_length":   {status(400, "", refusedBody), ErrModelRefused, 1},
		"401":                  {status(401, "", refusedBody), ErrModelRefused, 1},
		"402":                  {status(402, "", refusedBody), ErrModelRefused, 1},
		"403":                  {status(403, "", refusedBody), ErrModelRefused, 1},
		"404 no such model":    {status(404, "", refusedBody), ErrModelRefused, 1},
		"409":                  {status(409, "", refusedBody), ErrModelRefused, 1},
		"413":                  {status(413, "", refusedBody), ErrModelRefused, 1},
		"429":                  {status(429, "", refusedBody), ErrModelUnavailable, embedTries},
		"429 after 0":          {status(429, "0", refusedBody), ErrModelUnavailable, embedTries},
		"429 after 5":          {status(429, "5", refusedBody), ErrModelUnavailable, embedTries},
		"429 after 3600":       {status(429, "3600", refusedBody), ErrModelUnavailable, 1},
		"429 after a far date": {status(429, time.Now().Add(24*time.Hour).UTC().Format(http.TimeFormat), refusedBody), ErrModelUnavailable, 1},
		"429 after nonsense":   {status(429, "soon", refusedBody), ErrModelUnavailable, embedTries},
		"500":                  {status(500, "", refusedBody), ErrModelUnavailable, embedTries},
		"502 in HTML":          {status(502, "", "<html>"+canaryKey+"</html>"), ErrModelUnavailable, embedTries},
		"503":                  {status(503, "", refusedBody), ErrModelUnavailable, embedTries},
		"504":                  {status(504, "", ""), ErrModelUnavailable, embedTries},
		"529":                  {status(529, "", refusedBody), ErrModelUnavailable, embedTries},
	} {
		t.Run(name, func(t *testing.T) {
			s := fakemodel.Start(t)
			var chats atomic.Int64
			s.OnEmbed = func(w http.ResponseWriter, _ []string, _ int) { c.reply(w) }
			s.OnChat = func(w http.ResponseWriter, _, _ string, _ int) { chats.Add(1); c.reply(w) }
			m, _ := testModels(t, s)
			_, embed := m.Embed(t.Context(), manyTexts(1))
			_, compose := m.Complete(t.Context(), "system", "user", nil)
			for of, err := range map[string]error{"embedding": embed, "composing": compose} {
				if !errors.Is(err, c.want) {
					t.Errorf("%s: %v, want %v", of, err, c.want)
				} else if strings.Contains(err.Error(), canaryKey) || strings.Contains(err.Error(), "context length") {
					t.Errorf("%s: the error shows a key or a body: %v", of, err)
				}
			}
			if _, embeds := s.Embedded(); embeds != c.tries || chats.Load() != 1 {
				t.Errorf("embedding was tried %d times, want %d; composing %d times, want once", embeds, c.tries, chats.Load())
			}
		})
	}
}

// rawServer answers each connection with a function of bytes.
func rawServer(t *testing.T, answer func(net.Conn)) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				if _, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
					answer(c)
				}
			}()
		}
	}()
	return l.Addr().String()
}

const (
	streamHead = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
	onePiece   = `data: {"choices":[{"index":0,"delta":{"content":"可能"}}]}` + "\n\n"
)

// Nothing of a broken connection becomes a text, none is waited for without end,
// and no goroutine stays behind.
func TestBI103ABrokenConnectionGivesNothing(t *testing.T) {
	linger := func(c net.Conn) { c.Read(make([]byte, 1)) } //nolint:errcheck // until the client hangs up
	other := fakemodel.Start(t)
	other.OnChat = func(http.ResponseWriter, string, string, int) { t.Error("a redirect to another host was followed") }
	address := map[string]string{
		"reset in the body": "http://" + rawServer(t, func(c net.Conn) {
			fmt.Fprint(c, streamHead+"\r\n"+onePiece)
			c.(*net.TCPConn).SetLinger(0) //nolint:errcheck // then it ends orderly, which is another case
		}),
		"headers and silence": "http://" + rawServer(t, func(c net.Conn) { fmt.Fprint(c, streamHead+"\r\n"); linger(c) }),
		"no headers":          "http://" + rawServer(t, linger),
		"less than promised":  "http://" + rawServer(t, func(c net.Conn) { fmt.Fprint(c, streamHead+"Content-Length: 9999\r\n\r\n"+onePiece) }),
		"less than it sends": "http://" + rawServer(t, func(c net.Conn) {
			fmt.Fprint(c, streamHead+"Content-Length: 30\r\n\r\n"+onePiece)
		}),
		"a chunk without end": "http://" + rawServer(t, func(c net.Conn) {
			fmt.Fprint(c, streamHead+"Transfer-Encoding: chunked\r\n\r\nffff\r\n"+onePiece)
		}),
		"no TLS":       "https://" + rawServer(t, linger),
		"a wrong TLS":  "https://" + rawServer(t, func(c net.Conn) { fmt.Fprint(c, "HTTP/1.0 400 Bad Request\r\n\r\n") }),
		"no such name": "http://nowhere.invalid",
		"nobody there": "http://127.0.0.1:1",
		"another host": "http://" + rawServer(t, func(c net.Conn) {
			fmt.Fprintf(c, "HTTP/1.1 307 Temporary Redirect\r\nLocation: %s/chat/completions\r\n\r\n", other.URL)
		}),
		"no HTTP at all":  "http://" + rawServer(t, func(c net.Conn) { fmt.Fprint(c, "\x00\x01\x02") }),
		"a second status": "http://" + rawServer(t, func(c net.Conn) { fmt.Fprint(c, "HTTP/1.1 100 Continue\r\n\r\n") }),
	}
	before := runtime.NumGoroutine()
	var trying sync.WaitGroup
	for name, base := range address {
		m, err := NewModels(ModelConfig{BaseURL: base + "/v1", Key: canaryKey, ChatModel: "fake", EmbeddingModel: "fake", Dimensions: 8, Timeout: 300 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		m.sleep = func(context.Context, time.Duration) error { return nil }
		trying.Go(func() {
			defer m.Close()
			if text, err := m.Complete(t.Context(), "system", "user", nil); err == nil || text != "" || strings.Contains(err.Error(), canaryKey) {
				t.Errorf("%s: %q, %v", name, text, err)
			}
			if v, err := m.Embed(t.Context(), manyTexts(1)); err == nil || strings.Contains(err.Error(), canaryKey) {
				t.Errorf("%s: %v, %v", name, v, err)
			}
		})
	}
	trying.Wait()
	for deadline := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before+len(address) && time.Now().Before(deadline); {
		time.Sleep(20 * time.Millisecond)
	}
	if n := runtime.NumGoroutine(); n > before+len(address) { // those of the servers end with the test
		t.Errorf("%d goroutines became %d", before, n)
	}
}

// What never ends is cut at a number of bytes.
func TestBI104AnEndlessReplyIsCut(t *testing.T) {
	for name, piece := range map[string]string{
		"a stream":     `data: {"choices":[{"index":0,"delta":{"content":"` + strings.Repeat("长", 300) + `"}}]}` + "\n\n",
		"one line":     strings.Repeat("x", 64<<10),
		"empty pieces": `data: {"choices":[{"index":0,"delta":{}` + strings.Repeat(" ", 8<<10) + `}]}` + "\n\n",
	} {
		t.Run(name, func(t *testing.T) {
			s, sent := fakemodel.Start(t), 0
			s.OnChat = func(w http.ResponseWriter, _, _ string, _ int) {
				w.Header().Set("Content-Type", "text/event-stream")
				for sent < 2*maxReply {
					n, err := fmt.Fprint(w, piece)
					if sent += n; err != nil {
						return
					}
				}
			}
			m, _ := testModels(t, s)
			if text, err := m.Complete(t.Context(), "system", "user", nil); err == nil || text != "" {
				t.Errorf("%q, %v", clipped(text), err)
			}
		})
	}
}

func clipped(s string) string { return s[:min(len(s), 80)] }

// A model has no tools: what it calls is nothing, and it is heard in no other role.
func TestBI110ToolsThatNobodyOfferedAreNothing(t *testing.T) {
	for name, stream := range map[string]string{
		"a call":       `{"choices":[{"index":0,"delta":{"role":"assistant","tool_calls":[{"index":0,"id":"1","type":"function","function":{"name":"approve_filing","arguments":"{\"id\":7}"}}]},"finish_reason":"tool_calls"}]}`,
		"an old call":  `{"choices":[{"index":0,"delta":{"function_call":{"name":"approve_filing","arguments":"{}"}},"finish_reason":"function_call"}]}`,
		"without text": `{"choices":[{"index":0,"delta":{"role":"user"},"finish_reason":"stop"}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			s := fakemodel.Start(t)
			s.OnChat = func(w http.ResponseWriter, _, _ string, _ int) {
				w.Header().Set("Content-Type", "text/event-stream")
				fmt.Fprintf(w, "data: %s\n\ndata: [DONE]\n\n", stream)
			}
			m, _ := testModels(t, s)
			if text, err := m.Complete(t.Context(), "system", "user", nil); !errors.Is(err, ErrModelReply) || text != "" {
				t.Errorf("%q, %v", text, err)
			}
		})
	}
}

// Promise R23: a server that is left alone is asked again within a minute of its
// recovery, and then always.
func TestTheBreakerClosesWithinAMinuteOfARecovery(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, err := NewModels(ModelConfig{BaseURL: "http://127.0.0.1:1", ChatModel: "fake"})
		if err != nil {
			t.Fatal(err)
		}
		dead, asked := true, 0
		call := func() error {
			return m.guarded(t.Context(), func() error {
				if asked++; dead {
					return &openai.APIError{HTTPStatusCode: http.StatusInternalServerError}
				}
				return nil
			})
		}
		for range 2 * breakerTrips {
			if call() == nil {
				t.Fatal("a dead server answered")
			}
		}
		if asked != breakerTrips {
			t.Errorf("asked %d times before it was left alone, want %d", asked, breakerTrips)
		}
		dead = false
		recovered := time.Now()
		for call() != nil {
			time.Sleep(time.Second)
		}
		if d := time.Since(recovered); d > time.Minute {
			t.Errorf("asked again %v after it had recovered", d)
		}
		if err := call(); err != nil {
			t.Errorf("and then left alone again: %v", err)
		}
	})
}

// The rows BI114 to BI121: what an embedding model may answer, beside
// TestUnusableVectorsAreRefused and TestEmbeddingsComeInBatchesAndInOrder.
func TestBI114To118OddVectorsNeverEnter(t *testing.T) {
	change := func(f func(v []float32) any) func(http.ResponseWriter, []string, int) {
		return func(w http.ResponseWriter, texts []string, _ int) {
			var rows []string
			for i, v := range fakemodel.Vectors(texts) {
				rows = append(rows, fmt.Sprintf(`{"index":%d,"embedding":%s}`, i, encoded(t, f(v.Embedding))))
			}
			fmt.Fprintf(w, `{"data":[%s]}`, strings.Join(rows, ","))
		}
	}
	for name, reply := range map[string]func(http.ResponseWriter, []string, int){
		"BI114 one number too few":  change(func(v []float32) any { return v[1:] }),
		"BI114 twice as many":       change(func(v []float32) any { return append(v, v...) }),
		"BI114 none":                change(func([]float32) any { return []float32{} }),
		"BI114 one":                 change(func(v []float32) any { return v[:1] }),
		"BI117 base64":              change(func([]float32) any { return "AACAPwAAAEA=" }),
		"BI117 numbers as words":    change(func(v []float32) any { return strings.Fields(strings.Repeat("1.5 ", len(v))) }),
		"BI118 of no length at all": change(func(v []float32) any { return scaled(v, 1e-20) }),
		"BI118 of no end":           change(func(v []float32) any { return scaled(v, 1e25) }),
	} {
		t.Run(name, func(t *testing.T) {
			s := fakemodel.Start(t)
			s.OnEmbed = reply
			m, _ := testModels(t, s)
			if v, err := m.Embed(t.Context(), manyTexts(2)); !errors.Is(err, ErrModelReply) {
				t.Errorf("took %v, %v", v, err)
			}
		})
	}
	t.Run("BI118 of another length than one", func(t *testing.T) {
		s := fakemodel.Start(t)
		s.OnEmbed = change(func(v []float32) any { return scaled(v, 40) })
		m, _ := testModels(t, s)
		base := testBase(t, m)
		reindex(t, base, edition(t, "旧版"))
		hits, err := base.Search(t.Context(), Query{Text: "备案期限按旧版办理。"})
		if err != nil || len(hits) == 0 || hits[0].Meaning > 1.001 || math.IsNaN(hits[0].Meaning) {
			t.Errorf("%+v, %v", hits, err)
		}
	})
	t.Run("BI118 all the same", func(t *testing.T) {
		s := fakemodel.Start(t)
		s.OnEmbed = change(func(v []float32) any { clear(v); v[0] = 1; return v })
		m, _ := testModels(t, s)
		base := testBase(t, m)
		reindex(t, base, edition(t, "旧版"))
		hits, err := base.Search(t.Context(), Query{Text: "备案期限"})
		if err != nil || len(hits) == 0 || hits[0].Meaning != 0 {
			t.Errorf("vectors that tell nothing apart are searched: %+v %v", hits, err)
		}
	})
}

func encoded(t *testing.T, v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		t.Error(err)
	}
	return string(text)
}

func scaled(v []float32, by float32) []float32 {
	for i := range v {
		v[i] *= by
	}
	return v
}

// A limit in the middle of many passages: words answer meanwhile, and what was
// embedded is not embedded again.
func TestBI120ALimitInTheMiddleIsGoneOnFrom(t *testing.T) {
	s := fakemodel.Start(t)
	m, _ := testModels(t, s)
	base := testBase(t, m)
	reindex(t, base, edition(t, "旧版"))
	docs := edition(t, "新版")
	articles := make([]string, 300)
	for i := range articles {
		articles[i] = fmt.Sprintf("第%d类事项应当备案。", i)
	}
	writeFile(t, docs, "c.md", rule("丙办法", articles...))
	first, _ := s.Embedded()
	s.OnEmbed = func(w http.ResponseWriter, texts []string, call int) {
		if call > 12 {
			w.Header().Set("Retry-After", "3600")
			http.Error(w, `{"error":{"message":"slow down"}}`, http.StatusTooManyRequests)
			return
		}
		fakemodel.WriteVectors(w, fakemodel.Vectors(texts))
	}
	reindex(t, base, docs)
	hits, err := base.Search(t.Context(), Query{Text: "第299类事项"})
	if err != nil || len(hits) == 0 || base.Unembedded() == 0 {
		t.Errorf("%d hits by words while %d vectors are missing: %v", len(hits), base.Unembedded(), err)
	}
	s.OnEmbed = nil
	half, _ := s.Embedded()
	if err := base.Embed(t.Context(), nil); err != nil || base.Unembedded() != 0 {
		t.Fatalf("%d vectors are missing when the limit is over: %v", base.Unembedded(), err)
	}
	whole, _ := s.Embedded()
	if after := len(whole) - len(half); after == 0 || after >= 302 || len(half) == len(first) {
		t.Errorf("%d of 302 passages were embedded after %d before the limit", after, len(half)-len(first))
	}
}

// nanning gives vectors, and for a question one of NaN.
type nanning struct {
	counting
	on bool
}

func (n *nanning) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	out, err := n.counting.Embed(ctx, texts)
	if n.on {
		out[0][0] = float32(math.NaN())
	}
	return out, err
}

// NaN is less than no threshold: a question whose vector is NaN is answered by
// words, and nothing is found that words do not find.
func TestBI121AQuestionOfNaNIsAnsweredByWords(t *testing.T) {
	e := &nanning{}
	base := testBase(t, e)
	reindex(t, base, edition(t, "旧版"))
	e.on = true
	for question, want := range map[string]int{"备案期限": 1, "今天天气": 0} {
		hits, err := base.Search(t.Context(), Query{Text: question})
		if err != nil || len(hits) < want {
			t.Errorf("%s: %d hits, %v", question, len(hits), err)
		}
		for _, h := range hits {
			if math.IsNaN(h.Score) || h.Meaning != 0 {
				t.Errorf("%s: %+v", question, h)
			}
		}
	}
}

// testBase is a base in a file with an embedder.
func testBase(t *testing.T, e Embedder) *Base {
	return database{SQLite, t.TempDir()}.base(t, e)
}
