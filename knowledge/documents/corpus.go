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
	"sync"
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

const (
	corpusBatchLines = 256
	corpusWorkers    = 4
)

// corpusBatch is a run of lines on its way from the reader, over a worker that
// parses them, to the one who asked.
type corpusBatch struct {
	lines  []numberedLine
	docs   []Document
	wrong  []string // reasons, "" for a line that is taken
	end    error    // what ended the file after these lines
	parsed chan struct{}
}

type numberedLine struct {
	n    int
	text []byte // nil when it was too long
}

// corpusLines yields a document a line, in order. A line that is wrong yields a
// *Refused with its number, and the others go on; so does what ends the file
// early. Lines are parsed by a few workers beside the one who asks.
func corpusLines(ctx context.Context, name string, r io.Reader) iter.Seq2[Document, error] {
	return func(yield func(Document, error) bool) {
		inner, stop := context.WithCancel(ctx)
		var running sync.WaitGroup
		defer running.Wait()
		defer stop()
		work, ordered := make(chan *corpusBatch), make(chan *corpusBatch, corpusWorkers)
		running.Go(func() {
			defer close(work)
			defer close(ordered)
			readBatches(r, func(b *corpusBatch) bool {
				for _, to := range []chan<- *corpusBatch{work, ordered} {
					select {
					case to <- b:
					case <-inner.Done():
						return false
					}
				}
				return true
			})
		})
		for range corpusWorkers {
			running.Go(func() {
				for b := range work {
					b.parse()
				}
			})
		}
		seen := map[string]bool{}
		for b := range ordered {
			<-b.parsed
			if ctx.Err() != nil {
				break
			}
			if !b.yield(name, seen, yield) {
				return
			}
		}
		if err := ctx.Err(); err != nil {
			yield(Document{Path: name}, err)
		}
	}
}

// readBatches cuts a corpus into lines until it ends or nobody takes more.
func readBatches(r io.Reader, give func(*corpusBatch) bool) {
	newBatch := func() *corpusBatch { return &corpusBatch{parsed: make(chan struct{})} }
	b := newBatch()
	plain, err := plainCorpus(r)
	if err != nil {
		b.end = refuse(refuseBroken)
		give(b)
		return
	}
	lines := bufio.NewReaderSize(plain, maxCorpusLine)
	for n := 1; ; n++ {
		line, err := nextLine(lines)
		switch {
		case err == io.EOF:
			give(b)
			return
		case errors.Is(err, errTooMuch):
			b.end = refuse(refuseBombAfter, n-1)
		case err != nil && !errors.Is(err, errLongLine):
			b.end = refuse(refuseBrokenAfter, n-1)
		case n > maxCorpusLines:
			b.end = refuse(refuseTooManyLines, maxCorpusLines)
		}
		if b.end != nil {
			give(b)
			return
		}
		if n == 1 {
			line = bytes.TrimPrefix(line, []byte("\xEF\xBB\xBF"))
		}
		if line = bytes.TrimSpace(line); len(line) > 0 || err != nil {
			b.lines = append(b.lines, numberedLine{n, bytes.Clone(line)})
		}
		if len(b.lines) == corpusBatchLines {
			if !give(b) {
				return
			}
			b = newBatch()
		}
	}
}

func (b *corpusBatch) parse() {
	defer close(b.parsed)
	b.docs, b.wrong = make([]Document, len(b.lines)), make([]string, len(b.lines))
	for i, line := range b.lines {
		if b.wrong[i] = reasonLongLine; line.text != nil {
			b.docs[i], b.wrong[i] = corpusLine(line.text)
		}
	}
}

// yield hands on what became of the lines, and says whether more is wanted.
func (b *corpusBatch) yield(name string, seen map[string]bool, yield func(Document, error) bool) bool {
	for i, d := range b.docs {
		reason := b.wrong[i]
		if reason == "" && seen[d.Path] {
			reason = reasonSameID
		}
		if reason != "" {
			if !yield(d, refuse(refuseLine, b.lines[i].n, reason)) {
				return false
			}
			continue
		}
		seen[d.Path] = true
		if !yield(d, nil) {
			return false
		}
	}
	return b.end == nil || yield(Document{Path: name}, b.end)
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
