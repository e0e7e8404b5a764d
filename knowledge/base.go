package knowledge

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"iter"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"rongcuo/knowledge/documents"
)

// Base is a knowledge base: documents, an index over them, and the answers
// drawn from it. All methods may be called from many goroutines; a question
// sees one generation of the index from start to end.
type Base struct {
	store      *store // nil when the documents are held in memory only
	current    atomic.Pointer[generation]
	building   sync.Mutex // one build at a time in this process
	embedder   Embedder
	composer   Composer
	suggester  Suggester
	lexicon    *Lexicon
	safeguards *safeguards
	office     string
	today      func() time.Time
	log        *slog.Logger
	probe      func(point string) // named points of a switch; only tests set it
}

// Embedder turns texts into vectors. Name goes into the key under which
// vectors are kept: whatever changes the vectors must change it.
type Embedder interface {
	Embed(ctx context.Context, texts []string) ([][]float32, error)
	Dim() int
	Name() string
}

// Composer writes an answer from numbered sources. onText gets what there is so
// far, for people who watch; only the returned text is checked and used.
type Composer interface {
	Compose(ctx context.Context, r Request, onText func(string)) (string, error)
	Name() string // of the model, for Answer.Model
}

// Request is what a composer is given.
type Request struct {
	Question string   // masked
	Earlier  []string // earlier questions of the same person, masked
	At       documents.Date
	Sources  []Source
}

// Source is a numbered article.
type Source struct {
	Number int
	Name   string // 《…》第十二条（现行）
	Text   string
}

// Options configure a base. The zero value gives a base in memory, without a
// model, that sends people to "案件审理室".
type Options struct {
	DB         *sql.DB   // records; nil keeps everything in memory
	Dialect    Dialect   // of DB
	Embedder   Embedder  // nil: words alone
	Composer   Composer  // nil: answers are extracts
	Suggester  Suggester // nil: no questions are suggested while indexing
	Words      string    // further lines of the word list (see NewLexicon)
	Safeguards []byte    // replaces the built-in safeguards.yaml
	Office     string    // whom to ask when the texts don't say
	Today      func() time.Time
	Log        *slog.Logger
}

//go:embed sample
var sampleFiles embed.FS

// Sample is the built-in sample county: its rules and 24 model cases, written
// for demonstration.
func Sample() fs.FS {
	sub, err := fs.Sub(sampleFiles, "sample")
	if err != nil {
		panic(err) // the folder is embedded
	}
	return sub
}

// china is where the texts are in force, and a day begins there.
var china = time.FixedZone("UTC+8", 8*60*60)

// New makes a base. With a database it answers from the generation that is
// current there; without one, or when none is there yet, it is empty until
// Reindex or Load. No model is asked: vectors that are not known yet are for
// Embed, and words alone answer until then.
func New(ctx context.Context, o Options) (*Base, error) {
	lexicon, err := NewLexicon(o.Words)
	if err != nil {
		return nil, err
	}
	if o.Safeguards == nil {
		o.Safeguards = builtinSafeguards
	}
	guards, err := readSafeguards(o.Safeguards)
	if err != nil {
		return nil, err
	}
	b := &Base{embedder: o.Embedder, composer: o.Composer, suggester: o.Suggester, lexicon: lexicon, safeguards: guards, office: o.Office, today: o.Today, log: o.Log, probe: func(string) {}}
	if b.office == "" {
		b.office = defaultOffice
	}
	if b.today == nil {
		b.today = func() time.Time { return time.Now().In(china) }
	}
	if b.log == nil {
		b.log = slog.New(slog.DiscardHandler)
	}
	if o.DB != nil {
		if b.store, err = openStore(ctx, o.DB, o.Dialect); err != nil {
			return nil, fmt.Errorf("knowledge store: %w", err)
		}
		if err := b.Refresh(ctx); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// Empty says whether there is nothing to answer from.
func (b *Base) Empty() bool {
	g := b.current.Load()
	return g == nil || len(g.entries) == 0
}

// Size gives the number of documents and passages that are searched.
func (b *Base) Size() (docs, passages int) {
	if g := b.current.Load(); g != nil {
		return len(g.docs), len(g.entries)
	}
	return 0, 0
}

// Document gives a document of the current index by its path.
func (b *Base) Document(path string) (documents.Document, bool) {
	if g := b.current.Load(); g != nil {
		for i := range g.docs {
			if g.docs[i].Path == path {
				return g.docs[i], true
			}
		}
	}
	return documents.Document{}, false
}

// Documents yields the documents of the current index in order.
func (b *Base) Documents() iter.Seq[documents.Document] {
	g := b.current.Load()
	return func(yield func(documents.Document) bool) {
		if g == nil {
			return
		}
		for _, d := range g.docs {
			if !yield(d) {
				return
			}
		}
	}
}
