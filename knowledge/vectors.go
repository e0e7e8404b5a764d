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
	entries    int // that there are, with a vector or without
}

// newVectors takes the vectors of entries 0, 1, …, nil for one that has none.
// Each must have dim finite numbers and a length above zero: chromem-go would
// accept anything and fail, or answer NaN, at the first question.
func newVectors(ctx context.Context, dim int, list [][]float32) (*vectors, error) {
	docs := make([]chromem.Document, 0, len(list))
	differ := false
	for i, v := range list {
		if v == nil {
			continue
		}
		if err := checkVector(v, dim); err != nil {
			return nil, fmt.Errorf("vector %d: %w", i, err)
		}
		docs = append(docs, chromem.Document{ID: strconv.Itoa(i), Embedding: v})
		differ = differ || !slices.Equal(v, docs[0].Embedding)
	}
	if len(docs) > 1 && !differ {
		return nil, errors.New("all vectors are the same: the model does not tell texts apart")
	}
	noEmbedding := func(context.Context, string) ([]float32, error) {
		return nil, errors.New("every document comes with its vector")
	}
	c, err := chromem.NewDB().CreateCollection("generation", nil, noEmbedding)
	if err != nil {
		return nil, err
	}
	if len(docs) > 0 {
		if err := c.AddDocuments(ctx, docs, runtime.GOMAXPROCS(0)); err != nil {
			return nil, err
		}
	}
	if c.Count() != len(docs) {
		return nil, fmt.Errorf("%d vectors went in, %d are there", len(docs), c.Count())
	}
	return &vectors{c, dim, len(list)}, nil
}

// unknown is the cosine of an entry that has no vector.
var unknown = float32(math.NaN())

func isUnknown(cosine float32) bool { return cosine != cosine }

// cosines gives the cosine of every entry to a question's vector.
func (v *vectors) cosines(ctx context.Context, question []float32) ([]float32, error) {
	if err := checkVector(question, v.dim); err != nil {
		return nil, err
	}
	out := make([]float32, v.entries)
	n := v.collection.Count()
	if n < v.entries {
		for i := range out {
			out[i] = unknown
		}
	}
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
	// chromem-go adds the squares up in 32 bits: they must neither vanish there nor
	// become infinite.
	if s := squares(v); !(s > shortest) || s > math.MaxFloat32 {
		return errors.New("has no direction (zero, NaN, infinite, or too short or long to tell)")
	}
	return nil
}

func squares(v []float32) (sum float64) {
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	return sum
}
