package knowledge

import (
	"time"

	"rongcuo/knowledge/documents"
)

// Status says what kind of answer came out.
type Status string

const (
	Answered   Status = "answered"
	Partial    Status = "partial"      // the texts touch the matter but do not settle it
	NotFound   Status = "not_found"    // not in the texts; the nearest articles are named
	OutOfScope Status = "out_of_scope" // chit-chat, another field, another county
	Refused    Status = "refused"      // an act, a forgery, an injection, secrets in the question
	Technical  Status = "technical"    // something of ours failed
	Timeout    Status = "timeout"
)

// Question is what someone asks.
type Question struct {
	Text    string
	History []Turn         // earlier turns, oldest first
	At      documents.Date // the day whose law counts; "" is today
	Docs    []string       // only these documents (paths) when not empty
	Levels  []string
	Kinds   []documents.Kind
	Words   bool // answer without a model: extracts only, for a token budget that is used up
	Old     bool // from texts no longer in force alone, marked as such
}

// Answer is everything that is said to one question, in parts, so that each
// surface shows them its own way. Text puts them together.
type Answer struct {
	Question  string
	Status    Status
	Hint      string        // one or two sentences; never a decision
	Warning   *Citation     // the red line that the question touches, said first
	Basis     []Citation    // the articles that answer
	Limits    []Citation    // conditions and negative list; never left out where something may be tolerated
	Cases     []SimilarCase // for reference only
	Conflicts []string      // higher and lower rules that differ
	Ask       []string      // at most two facts that are missing
	Next      string
	Nearest   []Citation // of not_found: what comes closest, without a claim
	Notices   []string   // illustrative texts, repealed versions, words only …
	Composed  bool       // a language model wrote Hint; the label says so
	Model     string     // that was asked to write Hint; "" when none was
	Meaning   string     // the embedding model that this question went by; "" when it went by words alone
	Cut       []string   // sentences of the model that did not hold: for who looks after it, never for who asked
	Tokens    int        // that a model may have cost: a character counts one, which is more than it takes
	At        documents.Date
	Earlier   []Turn // that the question was read with, because it leans on them
	Old       bool   // a text no longer in force speaks to the question too; Question.Old asks it
	Passages  []Hit
	MS        map[string]float64 // stage to milliseconds
}

// Citation is an article with the literal words that are relied on.
type Citation struct {
	Doc     string         `json:"doc"` // path of the document
	Title   string         `json:"title"`
	DocNo   string         `json:"doc_no,omitempty"`
	Article string         `json:"article"`
	Quote   string         `json:"quote"`            // a contiguous piece of the article, letter for letter
	Quotes  []string       `json:"quotes,omitempty"` // when several pieces are shown: all of them, in the order of the article
	Whole   bool           `json:"whole"`            // Quotes hold all of the article
	Status  string         `json:"status"`           // 现行, 已废止, 尚未施行
	Level   string         `json:"level,omitempty"`
	From    documents.Date `json:"effective,omitempty"`
	entry   int
}

// SimilarCase is a published model case beside the question, for reference only.
// Its Citation quotes the finding.
type SimilarCase struct {
	Citation
	ID      string `json:"id"`
	Outcome string `json:"outcome"`
	Same    string `json:"same"`    // what both rest on and tell of; "" when there is nothing
	Differs string `json:"differs"` // what the one tells of and the other does not; "" when that is nothing
}

// stopwatch notes how long the stages of an answer took.
type stopwatch struct {
	ms    map[string]float64
	since time.Time
}

func startWatch() *stopwatch { return &stopwatch{map[string]float64{}, time.Now()} }

// lap ends a stage and begins the next.
func (w *stopwatch) lap(stage string) {
	t := time.Now()
	w.ms[stage] += float64(t.Sub(w.since).Microseconds()) / 1000
	w.since = t
}
