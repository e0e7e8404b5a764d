// Package fakemodel is a model server over HTTP for tests: it speaks the
// OpenAI interface, makes vectors by hashing, and misbehaves on demand. Tests
// talk to it as to a real one.
package fakemodel

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// Dim is the size of the vectors.
const Dim = 64

// Server is a running model server. The On functions, when set, answer in its
// place; call counts from 1.
type Server struct {
	URL     string // base address, as OPENAI_BASE_URL takes it
	OnEmbed func(w http.ResponseWriter, texts []string, call int)
	OnChat  func(w http.ResponseWriter, system, user string, call int)

	mu      sync.Mutex
	texts   []string
	embeds  int
	chats   int
	prompts []string
}

// Start runs a server until the test ends.
func Start(t testing.TB) *Server {
	t.Helper()
	s := new(Server)
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/embeddings", s.embeddings)
	mux.HandleFunc("POST /v1/chat/completions", s.chat)
	h := httptest.NewServer(mux)
	t.Cleanup(h.Close)
	s.URL = h.URL + "/v1"
	return s
}

// Embedded gives all texts that were embedded, and in how many calls.
func (s *Server) Embedded() (texts []string, calls int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.texts...), s.embeds
}

// Prompts gives everything that was sent to the chat model.
func (s *Server) Prompts() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.prompts, "\n")
}

func (s *Server) embeddings(w http.ResponseWriter, r *http.Request) {
	var req struct{ Input []string }
	if err := json.NewDecoder(r.Body).Decode(&req); err != nil {
		http.Error(w, "bad request", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	s.embeds++
	call := s.embeds
	s.texts = append(s.texts, req.Input...)
	s.mu.Unlock()
	if s.OnEmbed != nil {
		s.OnEmbed(w, req.Input, call)
		return
	}
	WriteVectors(w, Vectors(req.Input))
}

// Indexed is a vector with the number it claims.
type Indexed struct {
	Index     int       `json:"index"`
	Embedding []float32 `json:"embedding"`
}

// Vectors gives the right vectors of texts, in order.
func Vectors(texts []string) []Indexed {
	out := make([]Indexed, len(texts))
	for i, t := range texts {
		out[i] = Indexed{i, Vector(t)}
	}
	return out
}

// WriteVectors sends a reply of the embedding interface.
func WriteVectors(w http.ResponseWriter, data []Indexed) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"object": "list", "model": "fake", "data": data})
}

// Vector hashes the character pairs of a text into a unit vector: texts that
// share words are near each other.
func Vector(text string) []float32 {
	v := make([]float32, Dim)
	runes := []rune(text)
	for i := range runes {
		h := fnv.New32a()
		fmt.Fprint(h, string(runes[max(i-1, 0):i+1]))
		v[h.Sum32()%Dim]++
	}
	var squares float64
	for _, x := range v {
		squares += float64(x) * float64(x)
	}
	if squares == 0 {
		v[0], squares = 1, 1
	}
	for i := range v {
		v[i] /= float32(math.Sqrt(squares))
	}
	return v
}

func (s *Server) chat(w http.ResponseWriter, r *http.Request) {
	var req struct {
		Messages []struct{ Role, Content string }
	}
	if err := json.NewDecoder(r.Body).Decode(&req); err != nil || len(req.Messages) != 2 {
		http.Error(w, "bad request", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	s.chats++
	call := s.chats
	s.prompts = append(s.prompts, req.Messages[0].Content, req.Messages[1].Content)
	s.mu.Unlock()
	if s.OnChat == nil {
		Stream(w, "未找到", "stop")
		return
	}
	s.OnChat(w, req.Messages[0].Content, req.Messages[1].Content, call)
}

// Stream sends a text in small pieces, ending with the given finish reason; ""
// breaks the stream off before its end.
func Stream(w http.ResponseWriter, text, finish string) {
	w.Header().Set("Content-Type", "text/event-stream")
	runes := []rune(text)
	for from := 0; from < len(runes); from += 5 {
		piece(w, string(runes[from:min(from+5, len(runes))]), "")
	}
	if finish == "" {
		return
	}
	piece(w, "", finish)
	fmt.Fprint(w, "data: [DONE]\n\n")
}

func piece(w http.ResponseWriter, text, finish string) {
	choice := map[string]any{"index": 0, "delta": map[string]string{"content": text}}
	if finish != "" {
		choice["finish_reason"] = finish
	}
	data, _ := json.Marshal(map[string]any{"object": "chat.completion.chunk", "choices": []any{choice}})
	fmt.Fprintf(w, "data: %s\n\n", data)
	if f, ok := w.(http.Flusher); ok {
		f.Flush()
	}
}
