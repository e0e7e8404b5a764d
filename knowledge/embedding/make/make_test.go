package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"math"
	"os"
	"slices"
	"testing"

	"rongcuo/knowledge/embedding/weights"
)

// message writes protobuf: one field of a stated length.
func message(number int, content ...byte) []byte {
	b := binary.AppendUvarint(nil, uint64(number)<<3|2)
	return append(binary.AppendUvarint(b, uint64(len(content))), content...)
}

func varint(number int, value uint64) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(nil, uint64(number)<<3), value)
}

func sampleModel() []byte {
	var raw []byte
	for _, x := range []float32{1, -2, 3.5, 0, 5, 6} {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(x))
	}
	one := slices.Concat(varint(1, 2), varint(1, 3), varint(2, 1), message(8, []byte("onnx::MatMul_7")...), message(9, raw...))
	packed := slices.Concat(message(1, 6), varint(2, 1), message(8, []byte("bias")...), message(9, raw...))
	whole := slices.Concat(message(1, 1), varint(2, 7), message(8, []byte("shape")...))
	node := slices.Concat(message(1, []byte("/x")...), message(1, []byte("onnx::MatMul_7")...),
		message(2, []byte("/encoder/layer.0/output/dense/MatMul_output_0")...), message(4, []byte("MatMul")...))
	graph := slices.Concat(message(1, node...), message(5, one...), message(5, packed...), message(5, whole...))
	return slices.Concat(varint(1, 8), []byte{2<<3 | 5, 0, 0, 0, 0}, message(7, graph...))
}

func TestGraph(t *testing.T) {
	g, err := readGraph(sampleModel())
	if err != nil {
		t.Fatal(err)
	}
	got, err := g.values(g.product["encoder.layer.0.output.dense"], 2, 3)
	if err != nil || !slices.Equal(got, []float32{1, -2, 3.5, 0, 5, 6}) {
		t.Errorf("%v, %v", got, err)
	}
	if got, err := g.values("bias", 6); err != nil || len(got) != 6 {
		t.Errorf("packed shape: %v, %v", got, err)
	}
	for name, shape := range map[string][]int{"onnx::MatMul_7": {3, 2}, "shape": {1}, "absent": {}} {
		if got, err := g.values(name, shape...); err == nil {
			t.Errorf("%s of shape %v: %v", name, shape, got)
		}
	}
}

// What is changed in a graph and put back stands in the file.
func TestNumbersArePutBack(t *testing.T) {
	raw := sampleModel()
	g, err := readGraph(raw)
	if err != nil {
		t.Fatal(err)
	}
	g.tensors["bias"].values[4] = -7.25
	for _, tensor := range g.tensors {
		tensor.put()
	}
	if g, err = readGraph(raw); err != nil {
		t.Fatal(err)
	}
	if got, err := g.values("bias", 6); err != nil || !slices.Equal(got, []float32{1, -2, 3.5, 0, -7.25, 6}) {
		t.Errorf("%v, %v", got, err)
	}
	if got, err := g.values("onnx::MatMul_7", 2, 3); err != nil || got[4] != 5 {
		t.Errorf("the other one: %v, %v", got, err)
	}
}

func FuzzGraph(f *testing.F) {
	f.Add(sampleModel())
	f.Fuzz(func(t *testing.T, data []byte) {
		g, err := readGraph(data)
		if err != nil && !errors.Is(err, errFormat) || (g == nil) != (err != nil) {
			t.Errorf("%v, %v", g, err)
		}
	})
}

func TestTokensLeftOut(t *testing.T) {
	for token, want := range map[string]bool{"##人": true, "##龥": true, "人": false, "##a": false, "##℃": false, "##人人": false, "##": false, "##々": false, "": false} {
		if got := neverProduced(token); got != want {
			t.Errorf("%q left out: %v", token, got)
		}
	}
}

const tokenizer = `{"normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": false},
	"pre_tokenizer": {"type": "BertPreTokenizer"},
	"model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100, "vocab": {"##人": 1, "[UNK]": 0, "人": 2}}}`

func TestVocabulary(t *testing.T) {
	got, err := vocabulary([]byte(tokenizer))
	if err != nil || !slices.Equal(got, []string{"[UNK]", "", "人"}) {
		t.Errorf("%q, %v", got, err)
	}
	for _, change := range [][2]string{
		{`"lowercase": false`, `"lowercase": true`}, {"BertPreTokenizer", "Whitespace"}, {"100", "200"}, {`"人": 2`, `"人": 1`}, {`"人": 2`, `"人": 3`}, {"{", ""},
	} {
		other := bytes.Replace([]byte(tokenizer), []byte(change[0]), []byte(change[1]), 1)
		if got, err := vocabulary(other); err == nil {
			t.Errorf("%s: %q", change[1], got)
		}
	}
}

// publishedSum is the SHA-256 of the file without training; MODEL_CARD.md names
// it too.
const publishedSum = "586a7a8874f68613565367b15eff0c31ec3b90d92308130e6464a265e036df6f"

// The published model gives the same file on every machine, byte for byte.
func TestThePublishedModelGivesTheSameFile(t *testing.T) {
	path := os.Getenv("EMBEDDING_PACKAGE")
	if path == "" {
		t.Skip("EMBEDDING_PACKAGE is not set to the published package (55 MB)")
	}
	model, err := build(path, "")
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.New()
	if err := model.Write(sum); err != nil {
		t.Fatal(err)
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != publishedSum {
		t.Errorf("the package gives the file %s", got)
	}
}

// A weights file written back as a model and made into a file again differs
// by rounding alone.
func TestUnpackedWeightsAreTheSame(t *testing.T) {
	path := os.Getenv("EMBEDDING_PACKAGE")
	if path == "" {
		t.Skip("EMBEDDING_PACKAGE is not set to the published package (55 MB)")
	}
	want, err := build(path, "")
	if err != nil {
		t.Fatal(err)
	}
	tokens, raw, err := open(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := unpack(raw, tokens, want); err != nil {
		t.Fatal(err)
	}
	g, err := readGraph(raw)
	if err != nil {
		t.Fatal(err)
	}
	got, err := convert(g, tokens)
	if err != nil {
		t.Fatal(err)
	}
	for i := range want.Layers {
		a, b := want.Layers[i].Narrow.Values(), got.Layers[i].Narrow.Values()
		for j := range a {
			if math.Abs(float64(a[j]-b[j])) > 1e-6 {
				t.Fatalf("layer %d, weight %d: %v became %v", i, j, a[j], b[j])
			}
		}
	}
	a, b := make([]float32, 512), make([]float32, 512)
	for _, table := range [][2]*weights.Table{{&want.Words, &got.Words}, {&want.Places, &got.Places}} {
		for r := range 500 {
			table[0].Row(r, a)
			table[1].Row(r, b)
			for j := range a {
				if math.Abs(float64(a[j]-b[j])) > .02 {
					t.Fatalf("row %d, %d: %v became %v", r, j, a[j], b[j])
				}
			}
		}
	}
}
