package knowledge

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strconv"

	chromem "github.com/philippgille/chromem-go"
)

// vectors holds the vectors of one generation in chromem-go: in memory only,
// built once and never changed, because its files are neither atomic nor
// collision-free. The vectors of record are rows of the store.
type vectors struct {
	collection *chromem.Collection
	dim        int
}

// newVectors takes the vectors of entries 0, 1, …. Each must have dim finite
// numbers and a length above zero: chromem-go would accept anything and fail,
// or answer NaN, at the first question.
func newVectors(ctx context.Context, dim int, list [][]float32) (*vectors, error) {
	for i, v := range list {
		if err := checkVector(v, dim); err != nil {
			return nil, fmt.Errorf("vector %d: %w", i, err)
		}
	}
	if len(list) > 1 && !slices.ContainsFunc(list, func(v []float32) bool { return !slices.Equal(v, list[0]) }) {
		return nil, errors.New("all vectors are the same: the model does not tell texts apart")
	}
	noEmbedding := func(context.Context, string) ([]float32, error) {
		return nil, errors.New("every document comes with its vector")
	}
	c, err := chromem.NewDB().CreateCollection("generation", nil, noEmbedding)
	if err != nil {
		return nil, err
	}
	docs := make([]chromem.Document, len(list))
	for i, v := range list {
		docs[i] = chromem.Document{ID: strconv.Itoa(i), Embedding: v}
	}
	if len(docs) > 0 {
		if err := c.AddDocuments(ctx, docs, runtime.GOMAXPROCS(0)); err != nil {
			return nil, err
		}
	}
	if c.Count() != len(list) {
		return nil, fmt.Errorf("%d vectors went in, %d are there", len(list), c.Count())
	}
	return &vectors{c, dim}, nil
}

// cosines gives the cosine of every entry to a question's vector.
func (v *vectors) cosines(ctx context.Context, question []float32) ([]float32, error) {
	if err := checkVector(question, v.dim); err != nil {
		return nil, err
	}
	n := v.collection.Count()
	out := make([]float32, n)
	if n == 0 {
		return out, nil
	}
	results, err := v.collection.QueryEmbedding(ctx, question, n, nil, nil)
	if err != nil {
		return nil, err
	}
	for _, r := range results {
		i, err := strconv.Atoi(r.ID)
		if err != nil {
			return nil, err
		}
		out[i] = r.Similarity
	}
	return out, nil
}

// shortest is the square of a vector's length below which its numbers are noise.
const shortest = 1e-24

func checkVector(v []float32, dim int) error {
	if len(v) != dim {
		return fmt.Errorf("has %d numbers, not %d", len(v), dim)
	}
	var squares float64
	for _, x := range v {
		squares += float64(x) * float64(x)
	}
	// chromem-go adds the squares up in 32 bits: they must neither vanish there nor
	// become infinite.
	if !(squares > shortest) || squares > math.MaxFloat32 {
		return errors.New("has no direction (zero, NaN, infinite, or too short or long to tell)")
	}
	return nil
}
