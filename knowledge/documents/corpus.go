package documents

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"strings"
	"unicode/utf8"
)

// Limits of a bulk corpus.
const (
	MaxCorpus      = 64 << 20  // bytes of the file
	maxCorpusPlain = 512 << 20 // bytes after gzip
	maxCorpusLine  = 1 << 20   // bytes of a line
	maxCorpusLines = 500_000
)

func isCorpusName(name string) bool {
	return strings.HasSuffix(name, ".jsonl") || strings.HasSuffix(name, ".jsonl.gz")
}

// corpusRecord is a line: {"id":"s1","title":"…","text":"…"}.
type corpusRecord struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Text  string `json:"text"`
}

func corpusLines(ctx context.Context, name string, r io.Reader) iter.Seq2[Document, error] {
	return func(yield func(Document, error) bool) {
		fail := func(err error) { yield(Document{Path: name}, err) }
		plain, err := plainCorpus(r)
		if err != nil {
			fail(refuse(refuseBroken))
			return
		}
		lines := bufio.NewScanner(plain)
		lines.Buffer(make([]byte, 64<<10), maxCorpusLine)
		seen := map[string]bool{}
		n := 0
		for lines.Scan() {
			if n++; n > maxCorpusLines {
				fail(refuse(refuseTooManyLines, maxCorpusLines))
				return
			}
			if n%1000 == 0 && ctx.Err() != nil {
				fail(ctx.Err())
				return
			}
			line := bytes.TrimSpace(lines.Bytes())
			if len(line) == 0 {
				continue
			}
			d, err := corpusLine(line)
			switch {
			case err != nil:
				err = refuse(refuseLine, n, err.Error())
			case seen[d.Path]:
				err = refuse(refuseLine, n, reasonSameID)
			}
			seen[d.Path] = true
			if !yield(d, err) {
				return
			}
		}
		switch err := lines.Err(); {
		case errors.Is(err, bufio.ErrTooLong):
			fail(refuse(refuseLine, n+1, reasonLongLine))
		case errors.Is(err, errTooMuch):
			fail(refuse(refuseBomb))
		case err != nil:
			fail(refuse(refuseBroken))
		}
	}
}

func corpusLine(line []byte) (Document, error) {
	var rec corpusRecord
	if !utf8.Valid(line) || json.Unmarshal(line, &rec) != nil {
		return Document{}, errors.New(reasonNotJSON)
	}
	if rec.ID == "" || strings.TrimSpace(rec.Text) == "" {
		return Document{Path: rec.ID}, errors.New(reasonNoText)
	}
	text, _ := removeHidden(rec.Text)
	d := CorpusLine(rec.ID, rec.Title, text)
	sum := sha256.Sum256(line)
	d.Hash = hex.EncodeToString(sum[:])
	return d, nil
}

// plainCorpus undoes gzip where the bytes say so, within bounds.
func plainCorpus(r io.Reader) (io.Reader, error) {
	b := bufio.NewReader(r)
	magic, _ := b.Peek(2)
	if !bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		return b, nil
	}
	z, err := gzip.NewReader(b)
	if err != nil {
		return nil, err
	}
	return &boundedReader{r: z, left: maxCorpusPlain}, nil
}
