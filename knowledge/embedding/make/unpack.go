package main

import (
	"errors"
	"slices"

	"rongcuo/knowledge/embedding/weights"
)

// unpack writes the numbers of a weights file over those of the published
// model, raw, which convert would turn into that file again but for rounding.
// Tokens that the file leaves out keep their published vectors; the vector of
// the type of token is taken off the positions, to which convert adds it.
func unpack(raw []byte, tokens []string, m *weights.Model) error {
	if !slices.Equal(tokens, m.Vocabulary) {
		return errors.New("the weights have another vocabulary than the package")
	}
	g, err := readGraph(raw)
	if err != nil {
		return err
	}
	c := &converter{g: g}
	words := c.values("embeddings.word_embeddings.weight", len(tokens), weights.Hidden)
	places := c.values("embeddings.position_embeddings.weight", weights.Positions, weights.Hidden)
	kind := c.values("embeddings.token_type_embeddings.weight", 2, weights.Hidden)
	c.putNorm(m.Norm, "embeddings.LayerNorm")
	for i, l := range m.Layers {
		at := layer(i)
		c.putMatrix(&l.Query, at+"attention.self.query")
		c.putMatrix(&l.Key, at+"attention.self.key")
		c.putMatrix(&l.Value, at+"attention.self.value")
		c.putMatrix(&l.Mix, at+"attention.output.dense")
		c.putNorm(l.MixNorm, at+"attention.output.LayerNorm")
		c.putMatrix(&l.Widen, at+"intermediate.dense")
		c.putMatrix(&l.Narrow, at+"output.dense")
		c.putNorm(l.Norm, at+"output.LayerNorm")
	}
	if c.err != nil {
		return c.err
	}
	row := 0
	for id, token := range tokens {
		if token != "" {
			m.Words.Row(row, words[id*weights.Hidden:][:weights.Hidden])
			row++
		}
	}
	for p := range weights.Positions {
		place := places[p*weights.Hidden:][:weights.Hidden]
		m.Places.Row(p, place)
		for i := range place {
			place[i] -= kind[i]
		}
	}
	for _, t := range g.tensors {
		t.put()
	}
	return nil
}

func (c *converter) putNorm(n weights.Norm, name string) {
	copy(c.values(name+".weight", weights.Hidden), n.Gain)
	copy(c.values(name+".bias", weights.Hidden), n.Bias)
}

func (c *converter) putMatrix(m *weights.Matrix, name string) {
	copy(c.values(c.g.product[name], m.In, m.Out), m.Values())
	copy(c.values(name+".bias", m.Out), m.Bias)
}
