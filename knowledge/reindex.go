package knowledge

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"rongcuo/knowledge/documents"
)

// Report says what a build took and what it refused, file by file.
type Report struct {
	Files     []FileReport `json:"files"`
	Documents int          `json:"documents"`
	Passages  int          `json:"passages"`
	Reused    int          `json:"reused_files"` // unchanged since they were last read
	Embedded  int          `json:"embedded"`     // passages for which a vector was made
	MS        float64      `json:"ms"`
	Unchanged bool         `json:"unchanged"` // the current index already is of these documents
}

// FileReport is one file of a Report.
type FileReport struct {
	Name     string   `json:"file"`
	Kind     string   `json:"kind,omitempty"`
	Title    string   `json:"title,omitempty"`
	Passages int      `json:"passages"`
	Refused  string   `json:"refused,omitempty"` // the reason, for people; "" when it was taken
	Warnings []string `json:"warnings,omitempty"`
	Reused   bool     `json:"reused,omitempty"`
}

// Progress tells how far a build is. Total is 0 while it is not known.
type Progress struct {
	Stage string // StageRead, StageEmbed, StageIndex
	Done  int
	Total int
	File  string
}

// Stages of a build.
const (
	StageRead  = "read"
	StageEmbed = "embed"
	StageIndex = "index"
)

const (
	embedBatch   = 64 // passages a call; a batch is stored before the next is asked for
	canaries     = 25 // passages that must find themselves in a new index
	canaryLength = 60 // characters of a passage that are asked for
)

// Load reads documents into memory and answers from them; nothing is stored.
func (b *Base) Load(ctx context.Context, entries iter.Seq[documents.Entry], onProgress func(Progress)) (Report, error) {
	return b.build(ctx, entries, nil, onProgress, nil)
}

// errNoStore says that a base without a database was told to keep something.
var errNoStore = errors.New("this base keeps nothing: it has no database")

// Reindex makes the knowledge base consist of the given files: they are brought
// into the store, an index of them is built beside the current one, checked, and
// switched to. A build that fails or is cancelled changes nothing that questions
// are answered from; what it had read and embedded is kept and need not be done
// again.
func (b *Base) Reindex(ctx context.Context, entries iter.Seq[documents.Entry], onProgress func(Progress)) (Report, error) {
	if b.store == nil {
		return Report{}, errNoStore
	}
	return b.build(ctx, entries, b.store, onProgress, nil)
}

// Change brings files in beside those that are there, one of the same name in
// place of the older one, and takes the files named by remove out. It builds and
// switches as Reindex does.
func (b *Base) Change(ctx context.Context, entries iter.Seq[documents.Entry], remove []string, onProgress func(Progress)) (Report, error) {
	if b.store == nil {
		return Report{}, errNoStore
	}
	return b.build(ctx, entries, b.store, onProgress, func(r Report) ([]int64, error) {
		gone := slices.Clone(remove)
		for _, f := range r.Files {
			if f.Refused == "" {
				gone = append(gone, f.Name)
			}
		}
		return b.store.membersWithout(ctx, gone)
	})
}

// build reads entries and switches to an index of them. kept, when it is not
// nil, gives the documents that stand before them.
func (b *Base) build(ctx context.Context, entries iter.Seq[documents.Entry], s *store, onProgress func(Progress), kept func(Report) ([]int64, error)) (Report, error) {
	b.building.Lock()
	defer b.building.Unlock()
	if onProgress == nil {
		onProgress = func(Progress) {}
	}
	start := time.Now()
	var report Report
	docs, members, err := b.readAll(ctx, entries, s, &report, onProgress)
	if err == nil && kept != nil {
		var before []int64
		before, err = kept(report)
		members = append(before, members...)
	}
	if err == nil {
		err = b.buildOf(ctx, docs, members, s, &report, onProgress)
	}
	report.MS = float64(time.Since(start).Microseconds()) / 1000
	return report, err
}

// buildOf builds the index and switches to it, unless the one in use is of the
// same documents already.
func (b *Base) buildOf(ctx context.Context, docs []documents.Document, members []int64, s *store, report *Report, onProgress func(Progress)) error {
	var confirmed map[Ref][]string
	if s != nil {
		var err error
		if confirmed, err = s.confirmed(ctx); err != nil {
			return err
		}
		id, same, err := s.currentIs(ctx, members)
		if err != nil {
			return err
		}
		report.Unchanged = same
		if g := b.current.Load(); same && g != nil && g.id == id && maps.EqualFunc(g.confirmed, confirmed, slices.Equal) {
			report.Documents, report.Passages = len(g.docs), len(g.entries)
			return nil
		}
		if docs, err = s.loadMany(ctx, members); err != nil {
			return err
		}
	}
	g, err := b.index(ctx, docs, confirmed, s, report, onProgress)
	if err != nil {
		return err
	}
	report.Documents, report.Passages = len(g.docs), len(g.entries)
	if s != nil {
		if g.id, err = b.publish(ctx, s, members, len(g.entries), report.Unchanged); err != nil {
			return err
		}
	}
	b.current.Store(g)
	return nil
}

// readAll reads every file that the store does not have as it is. With a store
// the documents are put there and only their ids come back; without one the
// documents do. One bad file never stops the others.
func (b *Base) readAll(ctx context.Context, entries iter.Seq[documents.Entry], s *store, report *Report, onProgress func(Progress)) ([]documents.Document, []int64, error) {
	var docs []documents.Document
	var members []int64
	for e := range entries {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		onProgress(Progress{Stage: StageRead, Done: len(report.Files) + 1, File: e.Name})
		f := FileReport{Name: e.Name}
		var taken []documents.Document
		var ids []int64
		err := e.Err
		if err == nil && s != nil {
			if ids, err = s.known(ctx, e.Name, e.Hash); err != nil {
				return nil, nil, err
			}
		}
		switch {
		case err != nil:
		case len(ids) > 0:
			f.Reused = true
			report.Reused++
			f.Passages, err = s.countPassages(ctx, ids)
		default:
			if taken, f.Warnings, err = parse(ctx, e); err == nil && s != nil {
				ids, err = s.add(ctx, e.Name, e.Hash, taken)
			}
		}
		if reason, refused := documents.IsRefused(err); refused {
			f.Refused = reason
		} else if err != nil {
			if ctx.Err() != nil {
				return nil, nil, ctx.Err()
			}
			return nil, nil, fmt.Errorf("%s: %w", e.Name, err)
		}
		f.describe(taken)
		report.Files = append(report.Files, f)
		members = append(members, ids...)
		if s == nil {
			docs = append(docs, taken...)
		}
	}
	return docs, members, nil
}

func (f *FileReport) describe(docs []documents.Document) {
	for _, d := range docs {
		f.Kind = string(d.Kind)
		f.Passages += len(d.Passages)
		if len(docs) == 1 {
			f.Title = d.Title
			f.Warnings = append(f.Warnings, d.Warnings...)
		}
	}
}

// maxLineWarnings bounds what is said about the bad lines of one corpus.
const maxLineWarnings = 20

// parse turns a file into documents: a corpus into one a line, anything else
// into one.
func parse(ctx context.Context, e documents.Entry) ([]documents.Document, []string, error) {
	if !e.IsCorpus() {
		f, err := e.Read(ctx)
		if err != nil {
			return nil, nil, err
		}
		d := documents.Split(e.Name, f.Text)
		d.Hash = f.Hash
		d.Warnings = append(f.Warnings, d.Warnings...)
		return []documents.Document{d}, nil, nil
	}
	var docs []documents.Document
	var warnings []string
	for d, err := range e.Corpus(ctx) {
		if err == nil {
			docs = append(docs, d)
			continue
		}
		reason, refused := documents.IsRefused(err)
		if !refused {
			return nil, nil, err
		}
		if len(warnings) < maxLineWarnings {
			warnings = append(warnings, reason)
		}
	}
	if len(docs) == 0 && len(warnings) > 0 {
		return nil, nil, &documents.Refused{Reason: warnings[0]}
	}
	return docs, warnings, nil
}

// index builds and checks a generation; the current one is not touched.
func (b *Base) index(ctx context.Context, docs []documents.Document, confirmed map[Ref][]string, s *store, report *Report, onProgress func(Progress)) (*generation, error) {
	onProgress(Progress{Stage: StageIndex})
	g := newGeneration(docs, confirmed)
	if b.embedder != nil && len(g.entries) > 0 {
		list, made, err := b.embedAll(ctx, g, s, onProgress)
		if err != nil {
			return nil, fmt.Errorf("embedding: %w", err)
		}
		report.Embedded = made
		if g.vectors, err = newVectors(ctx, b.embedder.Dim(), list); err != nil {
			return nil, err
		}
	}
	return g, b.check(ctx, g)
}

// check asks a new generation for passages of its own: an index that does not
// find the text it was made of must not replace one that does.
func (b *Base) check(ctx context.Context, g *generation) error {
	n := 0
	for _, d := range g.docs {
		n += len(d.Passages)
	}
	if n != len(g.entries) {
		return fmt.Errorf("index check: %d passages, %d indexed", n, len(g.entries))
	}
	step := max(len(g.entries)/canaries, 1)
	for i := 0; i < len(g.entries); i += step {
		text := []rune(g.entries[i].passage.Text)
		if len(text) < canaryLength {
			continue
		}
		scores := make([]float32, len(g.entries))
		g.body.add(scores, new(Lexicon).terms(Query{Text: string(text[:canaryLength])}), 1)
		better := 0
		for _, s := range scores {
			if s > scores[i] {
				better++
			}
		}
		if better > 20 {
			return fmt.Errorf("index check: %s does not find itself", g.ref(i).Article)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

// embedAll gives the vector of every entry: from the store where the text is
// known to the model, from the model otherwise. Equal texts are embedded once.
func (b *Base) embedAll(ctx context.Context, g *generation, s *store, onProgress func(Progress)) ([][]float32, int, error) {
	known := shippedVectors(b.embedder.Name(), b.embedder.Dim())
	if s != nil {
		stored, err := s.vectors(ctx, b.embedder.Name())
		if err != nil {
			return nil, 0, err
		}
		for h, v := range stored {
			known[h] = v
		}
	}
	hashes := make([]string, len(g.entries))
	texts := map[string]string{}
	var missing []string
	for i := range g.entries {
		text := g.embeddingText(i)
		hashes[i] = textHash(text)
		if _, ok := known[hashes[i]]; !ok && texts[hashes[i]] == "" {
			texts[hashes[i]] = text
			missing = append(missing, hashes[i])
		}
	}
	for done := 0; done < len(missing); {
		batch := missing[done:min(done+embedBatch, len(missing))]
		list := make([]string, len(batch))
		for i, h := range batch {
			list[i] = texts[h]
		}
		vectors, err := b.embedder.Embed(ctx, list)
		if err != nil {
			return nil, done, err
		}
		if len(vectors) != len(batch) {
			return nil, done, fmt.Errorf("%d vectors for %d texts", len(vectors), len(batch))
		}
		for i, v := range vectors {
			if err := checkVector(v, b.embedder.Dim()); err != nil {
				return nil, done, err
			}
			known[batch[i]] = v
		}
		if s != nil {
			if err := s.addVectors(ctx, b.embedder.Name(), batch, vectors); err != nil {
				return nil, done, err
			}
		}
		done += len(batch)
		onProgress(Progress{Stage: StageEmbed, Done: done, Total: len(missing)})
	}
	out := make([][]float32, len(hashes))
	for i, h := range hashes {
		out[i] = known[h]
	}
	return out, len(missing), nil
}

// embeddingText is what a passage is embedded as: the title, then the text.
// Titles were worth 0 to 4 points (see BENCHMARKS.md).
func (g *generation) embeddingText(i int) string {
	e := g.entries[i]
	return strings.TrimSpace(g.docs[e.doc].Title + "\n" + e.passage.Text)
}

// publish makes a checked generation the current one of the store and gives its
// id; when the current one has the same documents it stays.
func (b *Base) publish(ctx context.Context, s *store, members []int64, passages int, same bool) (int64, error) {
	if same {
		return s.current(ctx)
	}
	id, err := s.begin(ctx, members)
	if err != nil {
		return 0, err
	}
	if err := s.publish(ctx, id, passages); err != nil {
		return 0, err
	}
	return id, s.prune(ctx)
}

// Refresh takes up the generation that is current in the store, which another
// process may have built. It does nothing when that is the one in use.
func (b *Base) Refresh(ctx context.Context) error {
	b.building.Lock()
	defer b.building.Unlock()
	id, err := b.store.current(ctx)
	if err != nil || id == 0 {
		return err
	}
	if g := b.current.Load(); g != nil && g.id == id {
		return nil
	}
	docs, err := b.store.load(ctx, id)
	if err != nil {
		return err
	}
	confirmed, err := b.store.confirmed(ctx)
	if err != nil {
		return err
	}
	g, err := b.index(ctx, docs, confirmed, b.store, new(Report), func(Progress) {})
	if err != nil {
		return err
	}
	g.id = id
	b.current.Store(g)
	return nil
}

// Rollback brings the previous generation back; the current one becomes the
// previous, so that a second Rollback undoes the first. Without a previous one
// it is ErrNoPrevious.
func (b *Base) Rollback(ctx context.Context) error {
	if err := b.store.rollback(ctx); err != nil {
		return err
	}
	return b.Refresh(ctx)
}

// Confirm records that an article answers a question. It counts in the next
// index that is built.
func (b *Base) Confirm(ctx context.Context, ref Ref, question string) error {
	return b.store.confirm(ctx, ref, question)
}
