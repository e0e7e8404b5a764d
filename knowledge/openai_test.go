package knowledge

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"rongcuo/knowledge/fakemodel"
)

const canaryKey = "sk-canary-4f1c"

func testModels(t *testing.T, s *fakemodel.Server) (*Models, *[]time.Duration) {
	t.Helper()
	m, err := NewModels(ModelConfig{BaseURL: s.URL, Key: canaryKey, ChatModel: "fake", EmbeddingModel: "fake", Dimensions: fakemodel.Dim, Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	var pauses []time.Duration
	m.sleep = func(_ context.Context, d time.Duration) error {
		pauses = append(pauses, d)
		return nil
	}
	return m, &pauses
}

func manyTexts(n int) []string {
	texts := make([]string, n)
	for i := range texts {
		texts[i] = fmt.Sprintf("第%d条 风险备案", i)
	}
	return texts
}

func TestEmbeddingsComeInBatchesAndInOrder(t *testing.T) {
	s := fakemodel.Start(t)
	s.OnEmbed = func(w http.ResponseWriter, texts []string, _ int) {
		data := fakemodel.Vectors(texts)
		for i, j := 0, len(data)-1; i < j; i, j = i+1, j-1 { // reordered, but numbered: to be put right
			data[i], data[j] = data[j], data[i]
		}
		fakemodel.WriteVectors(w, data)
	}
	m, _ := testModels(t, s)
	texts := manyTexts(50)
	got, err := m.Embed(t.Context(), texts)
	if err != nil {
		t.Fatal(err)
	}
	if _, calls := s.Embedded(); calls != 4 {
		t.Errorf("50 texts took %d calls, want 4 of 16 at most", calls)
	}
	for i, v := range got {
		if want := fakemodel.Vector(texts[i]); v[1] != want[1] || v[7] != want[7] {
			t.Fatalf("vector %d belongs to another text", i)
		}
	}
}

func TestUnusableVectorsAreRefused(t *testing.T) {
	raw := func(body string) func(http.ResponseWriter, []string, int) {
		return func(w http.ResponseWriter, _ []string, _ int) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, body)
		}
	}
	change := func(f func([]fakemodel.Indexed) []fakemodel.Indexed) func(http.ResponseWriter, []string, int) {
		return func(w http.ResponseWriter, texts []string, _ int) {
			fakemodel.WriteVectors(w, f(fakemodel.Vectors(texts)))
		}
	}
	for name, reply := range map[string]func(http.ResponseWriter, []string, int){
		"wrong size": change(func(d []fakemodel.Indexed) []fakemodel.Indexed { d[1].Embedding = d[1].Embedding[:10]; return d }),
		"too few":    change(func(d []fakemodel.Indexed) []fakemodel.Indexed { return d[:1] }),
		"same index": change(func(d []fakemodel.Indexed) []fakemodel.Indexed { d[1].Index = 0; return d }),
		"far index":  change(func(d []fakemodel.Indexed) []fakemodel.Indexed { d[1].Index = 99; return d }),
		"zero": change(func(d []fakemodel.Indexed) []fakemodel.Indexed {
			d[0].Embedding = make([]float32, fakemodel.Dim)
			return d
		}),
		"huge numbers": raw(`{"data":[{"index":0,"embedding":[` + strings.Repeat("1e39,", fakemodel.Dim-1) + `1]},{"index":1,"embedding":[1]}]}`),
		"NaN":          raw(`{"data":[{"index":0,"embedding":[NaN]}]}`),
		"null":         raw(`{"data":null}`),
		"HTML":         raw(`<html>502 Bad Gateway</html>`),
		"empty":        raw(``),
	} {
		t.Run(name, func(t *testing.T) {
			s := fakemodel.Start(t)
			s.OnEmbed = reply
			m, _ := testModels(t, s)
			if v, err := m.Embed(t.Context(), manyTexts(2)); err == nil {
				t.Fatalf("took %v", v)
			} else if strings.Contains(err.Error(), canaryKey) || strings.Contains(err.Error(), "Bad Gateway") {
				t.Fatalf("the error shows a key or a body: %v", err)
			}
		})
	}
}

func TestRetryAfterIsHonoured(t *testing.T) {
	for name, header := range map[string]string{"seconds": "7", "date": time.Now().Add(7500 * time.Millisecond).UTC().Format(http.TimeFormat)} {
		t.Run(name, func(t *testing.T) {
			s := fakemodel.Start(t)
			s.OnEmbed = func(w http.ResponseWriter, texts []string, call int) {
				if call == 1 {
					w.Header().Set("Retry-After", header)
					http.Error(w, `{"error":{"message":"slow down"}}`, http.StatusTooManyRequests)
					return
				}
				fakemodel.WriteVectors(w, fakemodel.Vectors(texts))
			}
			m, pauses := testModels(t, s)
			if _, err := m.Embed(t.Context(), manyTexts(1)); err != nil {
				t.Fatal(err)
			}
			if len(*pauses) != 1 || (*pauses)[0] < 5*time.Second || (*pauses)[0] > 8*time.Second {
				t.Fatalf("paused %v, want about 7 s once", *pauses)
			}
		})
	}
}

func TestARefusedKeyIsNotTriedAgain(t *testing.T) {
	s := fakemodel.Start(t)
	s.OnEmbed = func(w http.ResponseWriter, _ []string, _ int) {
		http.Error(w, `{"error":{"message":"bad key `+canaryKey+`"}}`, http.StatusUnauthorized)
	}
	m, pauses := testModels(t, s)
	_, err := m.Embed(t.Context(), manyTexts(1))
	if !errors.Is(err, ErrModelRefused) || len(*pauses) != 0 || strings.Contains(err.Error(), canaryKey) {
		t.Fatalf("%v after %d pauses", err, len(*pauses))
	}
}

func TestADeadServerIsLeftAlone(t *testing.T) {
	s := fakemodel.Start(t)
	s.OnEmbed = func(w http.ResponseWriter, _ []string, _ int) { http.Error(w, "boom", http.StatusInternalServerError) }
	m, _ := testModels(t, s)
	for range 10 {
		if _, err := m.Embed(t.Context(), manyTexts(1)); !errors.Is(err, ErrModelUnavailable) {
			t.Fatal(err)
		}
	}
	if _, calls := s.Embedded(); calls > breakerTrips {
		t.Fatalf("asked %d times, want %d: the breaker did not open", calls, breakerTrips)
	}
}

func TestOnlyAFinishedTextIsTaken(t *testing.T) {
	for name, c := range map[string]struct {
		reply func(http.ResponseWriter)
		good  bool
	}{
		"finished":       {func(w http.ResponseWriter) { fakemodel.Stream(w, "可能符合。[1]", "stop") }, true},
		"cut off":        {func(w http.ResponseWriter) { fakemodel.Stream(w, "可能符合。[1]", "") }, false},
		"out of tokens":  {func(w http.ResponseWriter) { fakemodel.Stream(w, "可能符", "length") }, false},
		"filtered":       {func(w http.ResponseWriter) { fakemodel.Stream(w, "可能符", "content_filter") }, false},
		"empty":          {func(w http.ResponseWriter) { fakemodel.Stream(w, "", "stop") }, false},
		"endless":        {func(w http.ResponseWriter) { fakemodel.Stream(w, strings.Repeat("长", 9000), "stop") }, false},
		"error in it":    {func(w http.ResponseWriter) { fmt.Fprint(w, "data: {\"error\":{\"message\":\"x\"}}\n\n") }, false},
		"HTML":           {func(w http.ResponseWriter) { fmt.Fprint(w, "<html>oops</html>") }, false},
		"server failure": {func(w http.ResponseWriter) { http.Error(w, "x", http.StatusBadGateway) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := fakemodel.Start(t)
			s.OnChat = func(w http.ResponseWriter, _, _ string, _ int) { c.reply(w) }
			m, _ := testModels(t, s)
			var last string
			text, err := m.Complete(t.Context(), "system", "user", func(s string) { last = s })
			if c.good != (err == nil) {
				t.Fatalf("%q, %v", text, err)
			}
			if c.good && (text != "可能符合。[1]" || last != text) {
				t.Fatalf("got %q, streamed %q", text, last)
			}
		})
	}
}

func TestASilentServerIsGivenUp(t *testing.T) {
	s := fakemodel.Start(t)
	release := make(chan struct{})
	defer close(release)
	s.OnChat = func(http.ResponseWriter, string, string, int) { <-release }
	m, err := NewModels(ModelConfig{BaseURL: s.URL, ChatModel: "fake", Timeout: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if _, err := m.Complete(t.Context(), "system", "user", nil); !errors.Is(err, ErrModelUnavailable) {
		t.Fatal(err)
	}
}

// TestAModelThatTricklesIsGivenUp: a server that keeps saying a little would hold
// an answer for ever, since each piece renews the time between two (promise R23).
func TestAModelThatTricklesIsGivenUp(t *testing.T) {
	drip := func(piece string) func(http.ResponseWriter, string, string, int) {
		return func(w http.ResponseWriter, _, _ string, _ int) {
			w.Header().Set("Content-Type", "text/event-stream")
			for {
				if _, err := fmt.Fprint(w, piece); err != nil {
					return
				}
				if http.NewResponseController(w).Flush() != nil {
					return
				}
				time.Sleep(5 * time.Millisecond) // the real thing is slower, and so is the deadline
			}
		}
	}
	delta := func(content string) string {
		return fmt.Sprintf("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":%q}}]}\n\n", content)
	}
	for name, piece := range map[string]string{
		"a sign at a time":       delta("容"),
		"endless empty deltas":   delta(""),
		"endless comments":       ": wait\n\n",
		"endless empty lines":    "\n",
		"a line without its end": "data: ",
	} {
		t.Run(name, func(t *testing.T) {
			s := fakemodel.Start(t)
			s.OnChat = drip(piece)
			m, err := NewModels(ModelConfig{BaseURL: s.URL, ChatModel: "fake", Timeout: 10 * time.Second, Whole: 200 * time.Millisecond})
			if err != nil {
				t.Fatal(err)
			}
			defer m.Close()
			began := time.Now()
			_, err = m.Complete(t.Context(), "system", "user", nil)
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("it took %v", took)
			}
			if !errors.Is(err, ErrModelUnavailable) && !errors.Is(err, ErrModelReply) {
				t.Error(err)
			}
			if name != "endless comments" && name != "endless empty lines" && !errors.Is(err, ErrModelUnavailable) {
				t.Errorf("the server's fault is counted as one of its text: %v", err)
			}
		})
	}
}

func TestAComposedTextHasLessThanThirtySeconds(t *testing.T) {
	m, err := NewModels(ModelConfig{BaseURL: "http://127.0.0.1:1", ChatModel: "fake", Whole: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if m.config.Whole >= 30*time.Second {
		t.Errorf("%v for one text", m.config.Whole)
	}
}
