package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"
	"unicode"
	"unicode/utf8"

	"rongcuo/knowledge/embedding/weights"
)

// vocabulary gives the tokens at their numbers, "" for those left out. It
// refuses a tokenizer that works otherwise than package embedding does.
func vocabulary(raw []byte) ([]string, error) {
	var t struct {
		Normalizer map[string]any
		Splitter   struct{ Type string } `json:"pre_tokenizer"`
		Model      struct {
			Type    string
			Unknown string `json:"unk_token"`
			Prefix  string `json:"continuing_subword_prefix"`
			Longest int    `json:"max_input_chars_per_word"`
			Vocab   map[string]int
		}
	}
	if err := json.Unmarshal(raw, &t); err != nil {
		return nil, err
	}
	m := t.Model
	normalizer := map[string]any{"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": nil, "lowercase": false}
	if !maps.Equal(t.Normalizer, normalizer) || t.Splitter.Type != "BertPreTokenizer" ||
		m.Type != "WordPiece" || m.Unknown != "[UNK]" || m.Prefix != "##" || m.Longest != 100 {
		return nil, errors.New("a tokenizer of another kind")
	}
	tokens := make([]string, len(m.Vocab))
	for token, id := range m.Vocab {
		if id < 0 || id >= len(tokens) || tokens[id] != "" || token == "" || strings.Contains(token, "\n") {
			return nil, fmt.Errorf("token %q has the number %d", token, id)
		}
		tokens[id] = token
	}
	for id, token := range tokens {
		if neverProduced(token) {
			tokens[id] = ""
		}
	}
	return tokens, nil
}

// neverProduced says whether a token continues a word with a Chinese
// character: the tokenizer makes each of those a word of its own. From U+3400
// on; below stand signs of the Han script that it does not set apart.
func neverProduced(token string) bool {
	rest, continues := strings.CutPrefix(token, "##")
	r, size := utf8.DecodeRuneInString(rest)
	return continues && size == len(rest) && r >= 0x3400 && unicode.Is(unicode.Han, r)
}

// convert gives the weights of a graph in the form of the file.
func convert(g *graph, tokens []string) (*weights.Model, error) {
	m := weights.New(name, tokens)
	c := &converter{g: g}
	words := c.values("embeddings.word_embeddings.weight", len(tokens), weights.Hidden)
	places := c.values("embeddings.position_embeddings.weight", weights.Positions, weights.Hidden)
	kind := c.values("embeddings.token_type_embeddings.weight", 2, weights.Hidden)
	c.norm(&m.Norm, "embeddings.LayerNorm")
	for i := range m.Layers {
		l, at := &m.Layers[i], layer(i)
		c.matrix(&l.Query, at+"attention.self.query")
		c.matrix(&l.Key, at+"attention.self.key")
		c.matrix(&l.Value, at+"attention.self.value")
		c.matrix(&l.Mix, at+"attention.output.dense")
		c.norm(&l.MixNorm, at+"attention.output.LayerNorm")
		c.matrix(&l.Widen, at+"intermediate.dense")
		c.matrix(&l.Narrow, at+"output.dense")
		c.norm(&l.Norm, at+"output.LayerNorm")
	}
	if c.err != nil {
		return nil, c.err
	}
	var vectors [][]float32
	for id, token := range tokens {
		if token != "" {
			vectors = append(vectors, words[id*weights.Hidden:][:weights.Hidden])
		}
	}
	m.Words.Set(vectors)
	vectors = vectors[:0]
	for p := range weights.Positions {
		vector := make([]float32, weights.Hidden)
		for i := range vector {
			vector[i] = places[p*weights.Hidden+i] + kind[i]
		}
		vectors = append(vectors, vector)
	}
	m.Places.Set(vectors)
	return m, nil
}

// layer is how the names of a layer's weights begin.
func layer(i int) string { return fmt.Sprintf("encoder.layer.%d.", i) }

// converter takes weights from a graph until something is missing.
type converter struct {
	g   *graph
	err error
}

func (c *converter) values(name string, shape ...int) []float32 {
	list, err := c.g.values(name, shape...)
	if c.err == nil {
		c.err = err
	}
	return list
}

func (c *converter) norm(n *weights.Norm, name string) {
	n.Gain = c.values(name+".weight", weights.Hidden)
	n.Bias = c.values(name+".bias", weights.Hidden)
}

func (c *converter) matrix(m *weights.Matrix, name string) {
	values := c.values(c.g.product[name], m.In, m.Out)
	m.Bias = c.values(name+".bias", m.Out)
	if c.err == nil {
		m.Set(values)
	}
}
