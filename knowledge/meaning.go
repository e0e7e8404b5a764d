package knowledge

import (
	"context"
	"math"
	"regexp"
	"strings"

	"golang.org/x/sync/errgroup"
)

// How a question becomes a vector; measured in BENCHMARKS.md, "How the weights
// were found".
const (
	embedWhole    = 480 // characters that a model takes whole
	askingLength  = 200 // characters of the sentences that ask, of a longer text
	edgeLength    = 240 // characters of its beginning, and of its end
	askingShare   = .7  // what the asking sentences weigh beside beginning and end
	earlierShare  = .45 // what the turns before weigh beside the question
	earlierLength = 1000
)

// MeaningFrom names the embedding model that the current index uses, "" when
// it goes by words alone. What one answer used is Answer.Meaning.
func (b *Base) MeaningFrom() string {
	if g := b.current.Load(); g != nil && g.vectors != nil && b.embedder != nil {
		return b.embedder.Name()
	}
	return ""
}

// Search ranks articles and cases without answering.
func (b *Base) Search(ctx context.Context, q Query) ([]Hit, error) {
	g := b.current.Load()
	if g == nil {
		return nil, nil
	}
	meaning, err := b.embedQuestion(ctx, g, q)
	if err != nil {
		b.log.Warn("searching by words alone", "reason", err)
		meaning = nil
	}
	return g.search(ctx, q, b.lexicon, meaning)
}

// understand gives the vector of a question that is to be answered. Where there
// is none, words alone answer, and a says so.
func (b *Base) understand(ctx context.Context, g *generation, q Query, a *Answer) ([]float32, error) {
	meaning, err := b.embedQuestion(ctx, g, q)
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		b.log.Warn("answering by words alone", "reason", err)
		a.Notices = append(a.Notices, textWordsOnly)
		return nil, nil
	case meaning != nil:
		a.Meaning = b.embedder.Name()
	case b.embedder != nil:
		a.Notices = append(a.Notices, textNoVectors)
	}
	return meaning, nil
}

// embedQuestion gives the vector of a question, nil when the base has no
// vectors. The turns before have a vector of their own and a smaller weight: in
// one text with the question, a long turn left no room for it.
func (b *Base) embedQuestion(ctx context.Context, g *generation, q Query) ([]float32, error) {
	if b.embedder == nil || g.vectors == nil {
		return nil, nil
	}
	earlier := ""
	for _, t := range q.History {
		if t.Role == "user" {
			earlier += Mask(t.Text) + "\n"
		}
	}
	runes := []rune(strings.TrimSpace(earlier))
	pieces := essence(q.Text, 1)
	if earlier = string(runes[max(len(runes)-earlierLength, 0):]); earlier != "" {
		pieces = append(essence(q.Text, 1-earlierShare), essence(earlier, earlierShare)...)
	}
	return b.embedPieces(ctx, pieces)
}

// piece is a text with its share of a vector.
type piece struct {
	text  string
	share float64
}

// essence gives what is embedded of a text: all of a short one. Of a long one a
// model would take the first five hundred characters, wherever it asks: here the
// sentences that ask count most, the beginning and the end beside them.
func essence(text string, share float64) []piece {
	runes := []rune(text)
	if len(runes) <= embedWhole {
		return []piece{{text, share}}
	}
	edges := string(runes[:edgeLength]) + "\n" + string(runes[len(runes)-edgeLength:])
	asking := []rune(strings.Join(askingSentence.FindAllString(text, -1), ""))
	if len(asking) == 0 {
		return []piece{{edges, share}}
	}
	asking = asking[max(len(asking)-askingLength, 0):] // who tells a story asks at its end
	return []piece{{string(asking), share * askingShare}, {edges, share * (1 - askingShare)}}
}

// askingSentence is a sentence with a question mark or with words that ask.
var askingSentence = regexp.MustCompile(`[^。！？!?；;\n]*(?:[？?]|(?:吗|怎么|怎样|如何|能不能|能否|可不可以|是不是|是否|要不要|该不该|会不会|算不算|有没有|请问)[^。！？!?；;\n]*[。！？!?；;\n]?)`)

// embedPieces gives the sum of the pieces' vectors by their shares.
func (b *Base) embedPieces(ctx context.Context, pieces []piece) ([]float32, error) {
	vectors := make([][]float32, len(pieces))
	group, ctx := errgroup.WithContext(ctx)
	for i, p := range pieces {
		group.Go(func() error { // one text a call: a list would wait as bulk work
			list, err := b.embedder.Embed(ctx, []string{p.text})
			if err != nil {
				return err
			}
			if len(list) != 1 {
				return ErrModelReply
			}
			vectors[i] = list[0]
			return checkVector(list[0], b.embedder.Dim())
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	if len(pieces) == 1 {
		return vectors[0], nil
	}
	sum := make([]float32, b.embedder.Dim())
	for i, p := range pieces {
		scale := float32(p.share / math.Sqrt(squares(vectors[i])))
		for k, x := range vectors[i] {
			sum[k] += scale * x
		}
	}
	return sum, checkVector(sum, len(sum))
}
