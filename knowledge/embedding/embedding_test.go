package embedding

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"rongcuo/knowledge/embedding/weights"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// ownModel gives a model of its own, to change.
func ownModel(t testing.TB) *Model {
	t.Helper()
	m := newModel(shipped)
	if err := m.ready(); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestVectorsHaveLengthOne(t *testing.T) {
	texts := oddReferences
	vectors, err := shippedModel(t).Embed(t.Context(), texts)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range vectors {
		var squares float64
		for _, x := range v {
			squares += float64(x) * float64(x)
		}
		if math.Abs(squares-1) > 1e-6 {
			t.Errorf("%.40q: length² %v", texts[i], squares)
		}
	}
}

// A text has one vector, bit for bit: alone or among others, in any order, on
// one core or on several, and while others compute.
func TestVectorsDoNotDependOnCompany(t *testing.T) {
	texts := append(slices.Clone(oddReferences), trainingArticles(t)[:10]...)
	texts = slices.DeleteFunc(texts, func(text string) bool { return len(text) > 1500 }) // some seconds each with -race
	m := ownModel(t)
	m.gate = newGate(1)
	alone := make([][]float32, len(texts))
	for i, text := range texts {
		list, err := m.Embed(t.Context(), []string{text})
		if err != nil {
			t.Fatal(err)
		}
		alone[i] = list[0]
	}
	for _, cores := range []int{1, 3} {
		m.gate = newGate(cores)
		var group sync.WaitGroup
		for shift := range 2 {
			group.Go(func() {
				order := append(slices.Clone(texts[shift*7:]), texts[:shift*7]...)
				list, err := m.Embed(t.Context(), order)
				if err != nil {
					t.Error(err)
					return
				}
				for i, v := range list {
					at := (i + shift*7) % len(texts)
					if !slices.Equal(v, alone[at]) {
						t.Errorf("%d cores: %.40q has another vector among others", cores, texts[at])
					}
				}
			})
		}
		group.Wait()
	}
}

func TestNoTexts(t *testing.T) {
	vectors, err := shippedModel(t).Embed(t.Context(), nil)
	if err != nil || len(vectors) != 0 {
		t.Errorf("%v, %v", vectors, err)
	}
}

func TestEmbedHeedsTheContext(t *testing.T) {
	m := ownModel(t)
	texts := slices.Repeat([]string{strings.Repeat("容错", 200)}, 50)
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	group.Go(func() {
		if vectors, err := m.Embed(ctx, texts); !errors.Is(err, context.Canceled) || vectors != nil {
			t.Errorf("%d vectors, error %v", len(vectors), err)
		}
	})
	cancel()
	group.Wait()
	if m.gate.free != m.gate.cores {
		t.Errorf("%d of %d cores are free afterwards", m.gate.free, m.gate.cores)
	}
	if _, err := m.Embed(t.Context(), texts[:1]); err != nil {
		t.Error(err)
	}
}

// On one core that is at bulk work, a question is answered before the work is
// done.
func TestQuestionsGoBeforeBulkWork(t *testing.T) {
	m := ownModel(t)
	m.gate = newGate(1)
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	defer group.Wait()
	defer cancel()
	group.Go(func() {
		m.Embed(ctx, slices.Repeat([]string{strings.Repeat("备案", 100)}, 5_000)) // minutes of work
	})
	for busy := false; !busy; runtime.Gosched() {
		m.gate.mu.Lock()
		busy = m.gate.free == 0
		m.gate.mu.Unlock()
	}
	for range 3 {
		if _, err := m.Embed(ctx, []string{"可以容错吗？"}); err != nil {
			t.Fatal(err)
		}
	}
	if ctx.Err() != nil {
		t.Error("the work ended first")
	}
}

func TestDamagedWeightsAreRefused(t *testing.T) {
	data := slices.Clone(shipped)
	data[len(data)/2] ^= 1
	for range 2 {
		if _, err := newModel(data).Embed(t.Context(), []string{"容错"}); !errors.Is(err, weights.ErrDamaged) {
			t.Errorf("one bit changed: %v", err)
		}
	}
}

// Who asks for no vector pays for none: the weights are read at the first one,
// and the name, which keys the vectors, is known before.
func TestTheWeightsAreReadAtTheFirstVector(t *testing.T) {
	m := newModel(shipped)
	name := m.Name()
	if m.weights != nil || name == "" || m.Dim() != 512 {
		t.Fatalf("read before it was needed; %q, %d", name, m.Dim())
	}
	if _, err := m.Embed(t.Context(), []string{"容错"}); err != nil || m.weights == nil || m.weights.Name != name {
		t.Errorf("%v", err)
	}
}

func TestNameTellsTheWeights(t *testing.T) {
	m := shippedModel(t)
	name, sum, _ := strings.Cut(m.Name(), "/")
	if name != "bge-small-zh-v1.5" || len(sum) != 8 || m.Dim() != 512 {
		t.Errorf("%q, %d", m.Name(), m.Dim())
	}
}

// The model card says which file it speaks of.
func TestTheModelCardNamesTheWeights(t *testing.T) {
	card, err := os.ReadFile("MODEL_CARD.md")
	if err != nil {
		t.Fatal(err)
	}
	if sum := fmt.Sprintf("%x", sha256.Sum256(shipped)); !strings.Contains(string(card), sum) {
		t.Errorf("weights.bin has the SHA-256 %s, and MODEL_CARD.md speaks of another file", sum)
	}
}

func ExampleModel_Embed() {
	v, err := Open().Embed(context.Background(), []string{"没开会就定了，能不能免责？", "未经集体研究决定的，不予容错。", "今天中午吃什么？"})
	if err != nil {
		panic(err)
	}
	near, far := product(v[0], v[1]), product(v[0], v[2])
	fmt.Println(len(v[0]), near > far)
	// Output: 512 true
}

func product(a, b []float32) (sum float32) {
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}
