package documents

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"strings"
	"unicode/utf8"
)

// Limits of a bulk corpus. The largest one tried, 57,616 articles of law, has
// 11 MB packed and 53 MB plain.
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

var errLongLine = errors.New("line too long")

// corpusLines yields a document a line. A line that is wrong yields a *Refused
// with its number, and the others go on; so does what ends the file early.
func corpusLines(ctx context.Context, name string, r io.Reader) iter.Seq2[Document, error] {
	return func(yield func(Document, error) bool) {
		fail := func(err error) { yield(Document{Path: name}, err) }
		plain, err := plainCorpus(r)
		if err != nil {
			fail(refuse(refuseBroken))
			return
		}
		lines := bufio.NewReaderSize(plain, maxCorpusLine)
		seen := map[string]bool{}
		for n := 1; ; n++ {
			line, err := nextLine(lines)
			switch {
			case err == io.EOF:
				return
			case errors.Is(err, errTooMuch):
				fail(refuse(refuseBombAfter, n-1))
				return
			case err != nil && !errors.Is(err, errLongLine):
				fail(refuse(refuseBrokenAfter, n-1))
				return
			case n > maxCorpusLines:
				fail(refuse(refuseTooManyLines, maxCorpusLines))
				return
			case n%1024 == 0 && ctx.Err() != nil:
				fail(ctx.Err())
				return
			}
			if n == 1 {
				line = bytes.TrimPrefix(line, []byte("\xEF\xBB\xBF"))
			}
			if line = bytes.TrimSpace(line); len(line) == 0 && err == nil {
				continue
			}
			var d Document
			reason := reasonLongLine
			if err == nil {
				d, reason = corpusLine(line)
			}
			if reason == "" && seen[d.Path] {
				reason = reasonSameID
			}
			seen[d.Path] = true
			err = nil
			if reason != "" {
				err = refuse(refuseLine, n, reason)
			}
			if !yield(d, err) {
				return
			}
		}
	}
}

// nextLine gives a line without a copy; a longer one than the buffer holds is
// passed over and gives errLongLine.
func nextLine(r *bufio.Reader) ([]byte, error) {
	line, err := r.ReadSlice('\n')
	if err == io.EOF && len(line) > 0 {
		return line, nil
	}
	if !errors.Is(err, bufio.ErrBufferFull) {
		return line, err
	}
	for errors.Is(err, bufio.ErrBufferFull) {
		_, err = r.ReadSlice('\n')
	}
	if err != nil && err != io.EOF {
		return nil, err
	}
	return nil, errLongLine
}

// corpusLine reads a line, or gives the reason why it can't be taken.
func corpusLine(line []byte) (Document, string) {
	var rec corpusRecord
	if !utf8.Valid(line) || json.Unmarshal(line, &rec) != nil {
		return Document{}, reasonNotJSON
	}
	if rec.ID == "" || strings.TrimSpace(rec.Text) == "" {
		return Document{Path: rec.ID}, reasonNoText
	}
	title, _ := removeHidden(rec.Title)
	text, _ := removeHidden(rec.Text)
	d := CorpusLine(rec.ID, title, text)
	d.Hash = hashOf(line)
	return d, ""
}

// plainCorpus undoes gzip where the bytes say so, within bounds.
func plainCorpus(r io.Reader) (io.Reader, error) {
	packed := &countingReader{r: r}
	b := bufio.NewReader(packed)
	magic, _ := b.Peek(2)
	if !bytes.Equal(magic, []byte{0x1F, 0x8B}) {
		return b, nil
	}
	z, err := gzip.NewReader(b)
	if err != nil {
		return nil, err
	}
	return &ratioReader{plain: z, packed: packed}, nil
}

type countingReader struct {
	r io.Reader
	n int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// ratioReader fails as soon as more came out than what went in justifies.
type ratioReader struct {
	plain  io.Reader
	packed *countingReader
	n      int64
}

func (r *ratioReader) Read(p []byte) (int, error) {
	n, err := r.plain.Read(p)
	if r.n += int64(n); r.n > min(maxCorpusPlain, freePlain+r.packed.n*maxRatio) {
		return 0, errTooMuch
	}
	return n, err
}
