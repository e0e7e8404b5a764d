package knowledge

import (
	"bufio"
	"bytes"
	"context"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"

	"rongcuo/knowledge/documents"
)

//go:generate go run ./ship

// The vectors of the sample county come with the program, so that its first
// answer needs no embedding of 200 passages. The file is a line with the name
// of the model, and then for each text its SHA-256 and its vector.
//
//go:embed sample.vectors
var sampleVectors []byte

const hashSize = 32 // bytes of a SHA-256

// shippedVectors gives the vectors of the sample by text hash when they were
// made by the named model, and none otherwise.
func shippedVectors(model string, dim int) map[string][]float32 {
	out := map[string][]float32{}
	name, rest, ok := bytes.Cut(sampleVectors, []byte("\n"))
	if !ok || string(name) != model {
		return out
	}
	for size := hashSize + 4*dim; len(rest) >= size; rest = rest[size:] {
		out[hex.EncodeToString(rest[:hashSize])] = decodeVector(rest[hashSize:size])
	}
	return out
}

// ShipVectors writes the file of the sample's vectors with a model.
func ShipVectors(ctx context.Context, e Embedder, out io.Writer) error {
	b, err := New(ctx, Options{})
	if err != nil {
		return err
	}
	if _, err := b.Load(ctx, documents.WalkFS(ctx, Sample()), nil); err != nil {
		return err
	}
	g := b.current.Load()
	texts := make([]string, len(g.entries))
	for i := range texts {
		texts[i] = g.embeddingText(i)
	}
	vectors, err := e.Embed(ctx, texts)
	if err != nil {
		return err
	}
	if strings.Contains(e.Name(), "\n") || len(vectors) != len(texts) {
		return errors.New("the model is not usable")
	}
	w := bufio.NewWriter(out)
	fmt.Fprintln(w, e.Name())
	for i, v := range vectors {
		if err := checkVector(v, e.Dim()); err != nil {
			return err
		}
		hash, err := hex.DecodeString(textHash(texts[i]))
		if err != nil {
			return err
		}
		w.Write(hash)
		w.Write(encodeVector(v))
	}
	return w.Flush()
}
