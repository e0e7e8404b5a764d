package weights

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// small gives a model with three tokens, one of them left out, and a few
// numbers that are not zero.
func small() *Model {
	m := New("test", []string{"[UNK]", "", "甲"})
	vector := make([]float32, Hidden)
	for i := range vector {
		vector[i] = float32(i) / 7
	}
	m.Words.Set([][]float32{vector, make([]float32, Hidden)})
	m.Norm.Gain[3] = -2.5
	m.Layers[3].Narrow.Bytes[5] = 200
	m.Layers[3].Norm.Bias[511] = 1
	return m
}

func file(t testing.TB, m *Model) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := m.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestReadGivesWhatWasWritten(t *testing.T) {
	want := small()
	data := file(t, want)
	got, err := Read(data)
	if err != nil {
		t.Fatal(err)
	}
	if name, sum, _ := strings.Cut(got.Name, "/"); name != "test" || len(sum) != 8 {
		t.Errorf("name %q", got.Name)
	}
	if !slices.Equal(got.Vocabulary, want.Vocabulary) {
		t.Errorf("vocabulary %q", got.Vocabulary)
	}
	others := want.parts()
	for i, p := range got.parts() {
		if p.numbers != nil && !slices.Equal(*p.numbers, *others[i].numbers) || p.bytes != nil && !bytes.Equal(*p.bytes, *others[i].bytes) {
			t.Errorf("part %d differs", i)
		}
	}
	if again := file(t, small()); !bytes.Equal(again, data) {
		t.Error("the same model gave another file")
	}
}

func TestDamageIsFound(t *testing.T) {
	data := file(t, small())
	seal := func(body []byte) []byte {
		sum := sha256.Sum256(body)
		return append(slices.Clone(body), sum[:]...)
	}
	body := data[:len(data)-sha256.Size]
	changed := slices.Clone(data)
	changed[1000] ^= 4
	for name, bad := range map[string][]byte{
		"nothing":        nil,
		"short":          data[:20],
		"cut":            data[:len(data)-1],
		"a bit":          changed,
		"other format":   seal([]byte("something else\n")),
		"no name":        seal([]byte(magic)),
		"no vocabulary":  seal([]byte(magic + "x\n\xff\xff\xff\x7f")),
		"numbers cut":    seal(body[:len(body)-1]),
		"numbers beyond": seal(append(slices.Clone(body), 0)),
	} {
		if m, err := Read(bad); !errors.Is(err, ErrDamaged) || m != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Eight bits keep each number to half a step of its group, and a matrix gives
// each weight back from its place.
func TestEightBitsAreNear(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	m := New("test", []string{"[UNK]"})
	matrix := &m.Layers[0].Widen
	values := make([]float32, matrix.In*matrix.Out)
	for i := range values {
		values[i] = float32(r.NormFloat64())
	}
	matrix.Set(values)
	seen := make([]bool, len(values))
	for i := range matrix.In {
		for o := range matrix.Out {
			place, scale := matrix.place(i, o), matrix.Scale[i/Group*matrix.Out+o]
			if seen[place] {
				t.Fatalf("two weights at %d", place)
			}
			seen[place] = true
			got, want := float64(scale)*float64(int8(matrix.Bytes[place])), float64(values[i*matrix.Out+o])
			if math.Abs(got-want) > .501*float64(scale) {
				t.Fatalf("weight %d, %d: %v became %v, by steps of %v", i, o, want, got, scale)
			}
		}
	}
	for i, x := range matrix.Values() {
		if step := matrix.Scale[i/matrix.Out/Group*matrix.Out+i%matrix.Out]; math.Abs(float64(x-values[i])) > .501*float64(step) {
			t.Fatalf("Values: weight %d: %v became %v", i, values[i], x)
		}
	}
	rows := make([][]float32, Positions)
	for p := range rows {
		rows[p] = values[p*Hidden:][:Hidden]
	}
	m.Places.Set(rows)
	row := make([]float32, Hidden)
	for p := range rows {
		m.Places.Row(p, row)
		for i, x := range row {
			if step := m.Places.Scale[(p*Hidden+i)/Group]; math.Abs(float64(x-rows[p][i])) > .51*float64(step) {
				t.Fatalf("place %d: %v became %v", p, rows[p][i], x)
			}
		}
	}
}

func TestNothingBecomesNothing(t *testing.T) {
	if q := eightBit(0, scaleOf(make([]float32, 4))); q != 0 {
		t.Errorf("zero became %d", q)
	}
}
