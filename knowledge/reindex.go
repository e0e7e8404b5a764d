package knowledge

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
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
	// Unembedded counts those that have none because the model failed: the index
	// goes by words alone until they do, which Follow and the next build see to.
	Unembedded int `json:"unembedded,omitempty"`
	Suggested  int `json:"suggested,omitempty"` // articles for which a model was asked for questions
	// Unsuggested counts those that it failed at: the next build asks again.
	Unsuggested int     `json:"unsuggested,omitempty"`
	MS          float64 `json:"ms"`
	Unchanged   bool    `json:"unchanged"` // the current index already is of these documents

	Difference Difference `json:"-"` // from the documents that were searched before
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

const (
	canaries     = 25 // passages that must find themselves in a new index
	canaryLength = 60 // characters of a passage that are asked for
)

// Load reads documents into memory and answers from them; nothing is stored.
// Vectors that come with the program are used, others are for Embed or EmbedFor.
func (b *Base) Load(ctx context.Context, entries iter.Seq[documents.Entry], onProgress func(Progress)) (Report, error) {
	b.building.Lock()
	defer b.building.Unlock()
	return b.build(ctx, entries, nil, onProgress, nil)
}

// errNoStore says that a base without a database was told to keep something.
var errNoStore = errors.New("this base keeps nothing: it has no database")

// Reindex makes the knowledge base consist of the given files: they are brought
// into the store, an index of them is built beside the current one, checked, and
// switched to. A build that fails or is cancelled changes nothing that questions
// are answered from; what it had read and embedded is kept and need not be done
// again. Where the model fails, the new index goes by words alone, which the
// report says. While another process builds, it is refused with a *BuildingError.
func (b *Base) Reindex(ctx context.Context, entries iter.Seq[documents.Entry], onProgress func(Progress)) (Report, error) {
	return b.buildStored(ctx, entries, onProgress, nil)
}

// Change brings files in beside those that are there, one of the same name in
// place of the older one, and takes the files named by remove out. It builds and
// switches as Reindex does.
func (b *Base) Change(ctx context.Context, entries iter.Seq[documents.Entry], remove []string, onProgress func(Progress)) (Report, error) {
	return b.buildStored(ctx, entries, onProgress, func(r Report) ([]int64, error) {
		gone := slices.Clone(remove)
		for _, f := range r.Files {
			if f.Refused == "" {
				gone = append(gone, f.Name)
			}
		}
		return b.store.membersWithout(ctx, gone)
	})
}

// buildStored builds with the right to change the store. Builds of this process
// wait for each other; those of others are not waited for.
func (b *Base) buildStored(ctx context.Context, entries iter.Seq[documents.Entry], onProgress func(Progress), kept func(Report) ([]int64, error)) (Report, error) {
	if b.store == nil {
		return Report{}, errNoStore
	}
	b.building.Lock()
	defer b.building.Unlock()
	w, held, err := b.store.hold(ctx)
	if err != nil {
		return Report{}, err
	}
	defer w.release()
	report, err := b.build(held, entries, w, onProgress, kept)
	if err != nil {
		err = cmp.Or(context.Cause(held), err)
	}
	return report, err
}

// build reads entries and switches to an index of them. kept, when it is not
// nil, gives the documents that stand before them.
func (b *Base) build(ctx context.Context, entries iter.Seq[documents.Entry], w *builder, onProgress func(Progress), kept func(Report) ([]int64, error)) (Report, error) {
	if onProgress == nil {
		onProgress = logProgress(b.log)
	}
	onProgress = withEstimate(onProgress)
	start := time.Now()
	var report Report
	docs, members, err := b.readAll(ctx, entries, w, &report, onProgress)
	if err == nil && kept != nil {
		var before []int64
		before, err = kept(report)
		members = append(before, members...)
	}
	switch {
	case err != nil:
	case w == nil:
		err = b.buildLoaded(ctx, docs, &report, onProgress)
	default:
		err = b.buildOf(ctx, members, w, &report, onProgress)
	}
	report.MS = float64(time.Since(start).Microseconds()) / 1000
	return report, err
}

// buildLoaded switches to an index of documents that are in memory only.
func (b *Base) buildLoaded(ctx context.Context, docs []documents.Document, report *Report, onProgress func(Progress)) error {
	onProgress(Progress{Stage: StageIndex})
	g, err := b.index(ctx, contents{docs: docs}, nil)
	if err != nil {
		return err
	}
	report.Documents, report.Passages = len(g.docs), len(g.entries)
	report.Difference = b.differenceTo(g.docs)
	b.current.Store(g)
	return nil
}

// differenceTo compares documents with those that are searched now.
func (b *Base) differenceTo(docs []documents.Document) Difference {
	if g := b.current.Load(); g != nil {
		return differ(g.docs, docs)
	}
	return differ(nil, docs)
}

// buildOf builds the index of stored documents and switches to it, unless the
// one in use is of the same documents already and lacks nothing.
func (b *Base) buildOf(ctx context.Context, members []int64, w *builder, report *Report, onProgress func(Progress)) error {
	now, have, same, err := w.currentIs(ctx, members)
	if err != nil {
		return err
	}
	if report.Unchanged = same; same {
		members = have
	}
	g := b.current.Load()
	had := same && g != nil && g.id == now.id
	c, err := b.collect(ctx, members, g, had, w, report, onProgress)
	if err != nil {
		return err
	}
	if had && !b.lacks(g) && sameQuestions(g.confirmed, c.confirmed) && sameQuestions(g.suggested, c.suggested) {
		report.Documents, report.Passages = len(g.docs), len(g.entries)
		report.Difference = b.differenceTo(g.docs)
		return w.renew(ctx, now, g.asks)
	}
	onProgress(Progress{Stage: StageIndex})
	if g, err = b.index(ctx, c, w.store); err != nil {
		return err
	}
	report.Embedded, err = b.giveVectors(ctx, g, w.store, everything, onProgress)
	if err = b.orWords(ctx, g, report, err); err != nil {
		return err
	}
	report.Documents, report.Passages = len(g.docs), len(g.entries)
	report.Difference = b.differenceTo(g.docs)
	if same {
		g.id = now.id
		err = w.renew(ctx, now, g.asks)
	} else {
		b.probe("publishing")
		g.id, err = w.publish(ctx, members, len(g.entries), g.asks)
	}
	if err != nil {
		return err
	}
	b.probe("published")
	b.current.Store(g)
	if same {
		return nil
	}
	if err := w.prune(ctx); err != nil {
		b.log.Warn("older documents are still in the store; the next build removes them", "reason", err)
	}
	return nil
}

// collect gives what the index of stored documents is to be made of. Where g had
// them, they need not be read again.
func (b *Base) collect(ctx context.Context, members []int64, g *generation, had bool, w *builder, report *Report, onProgress func(Progress)) (c contents, err error) {
	if c.confirmed, err = confirmedQuestions(ctx, w.db); err != nil {
		return c, err
	}
	if had {
		c.docs = g.docs
	} else if c.docs, err = loadMany(ctx, w.db, members); err != nil {
		return c, err
	}
	c.suggested, err = b.suggest(ctx, c.docs, w, report, onProgress)
	return c, err
}

func sameQuestions(a, b map[Ref][]string) bool { return maps.EqualFunc(a, b, slices.Equal) }

// index builds and checks a generation with the vectors that are known, by words
// alone where some are missing. No model is asked and the current generation is
// not touched.
func (b *Base) index(ctx context.Context, c contents, s *store) (*generation, error) {
	g := newGeneration(c.docs, c.confirmed)
	g.guess(c.suggested)
	if err := b.check(ctx, g); err != nil {
		return nil, err
	}
	_, err := b.giveVectors(ctx, g, s, 0, nil)
	return g, b.orWords(ctx, g, new(Report), err)
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
