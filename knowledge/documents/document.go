// Package documents reads files that a stranger may have made and turns them
// into articles, questions and cases.
//
// The way of a file is Read (bytes to plain text, safely) and then Split (plain
// text to passages). Read trusts nothing: not the file's name, not the sizes a
// container declares, not the number of its pages. Split trusts only headings
// that stand at the start of a line: "依照第十八条的规定" inside a sentence is a
// cross reference and never a heading.
//
// The package knows no index, no store and no model. Its only state is the
// sandbox that reads PDFs, started at the first one and closed after a minute.
package documents

import "strconv"

// Date is a calendar day as "2006-01-02", or "" when it is not known. The form
// makes plain string comparison chronological.
type Date string

// Kind says which reader made a document and how its passages are used.
type Kind string

const (
	Rule   Kind = "rule"   // regulations and statutes: passages are articles (条)
	QA     Kind = "qa"     // question-and-answer files: passages are entries (问), which point to articles
	Case   Kind = "case"   // model cases: one passage, 全文
	Corpus Kind = "corpus" // a line of a bulk corpus: one passage without a number
)

// Document is one source with what is known about it.
type Document struct {
	Path         string // slash-separated, below the folder; for a corpus line its id
	Kind         Kind
	Title        string // as it is cited, without 《》
	DocNo        string // 文号, e.g. 示例委办发〔2025〕6号
	Issuer       string
	Level        string // one of Levels, or what the front matter says
	Issued       Date
	Effective    Date // first day in force
	Repealed     Date // first day no longer in force; "" while in force
	Status       string
	Supersedes   string // 文号 or title of the document that this one replaces
	SupersededBy string
	Illustrative bool // written for demonstration: every answer from it says so
	Case         *CaseInfo
	Passages     []Passage
	Warnings     []string // Chinese sentences for the administrator, most serious first
	Hash         string   // SHA-256 of the file's bytes (of the line for a corpus), hex
}

// CaseInfo is what a model case's front matter adds.
type CaseInfo struct {
	ID         string // e.g. SL-3-1
	Batch      int
	Domain     string // field of work, e.g. 国资监管
	Situations []int  // exemption situations claimed or considered, 1 to 10
	Mitigation []int  // mitigation situations applied
	Outcome    string // 容错免责, 容错减责, 不予容错 …
	Cites      []Cite // articles that the finding rests on
}

// Passage is one article, question or case, or one part of a long one.
type Passage struct {
	Article  string   // 第十二条, 第十条之一, 问6, 全文; 附件1·第三条 when numbering restarts; "" for a corpus line
	Part     int      // 0 unless the article was split; then 1, 2, …
	Items    string   // which 款/项 a part holds, e.g. （一）至（五）; "" when whole
	Begins   int      // the 款 in which a part begins, from 1; 0 when whole
	Heading  string   // 条标 (【…】), or the question of an entry, or the case's title
	Section  []string // headings above it: 编, 章, 节, 附件
	Text     string   // literal text with its number, paragraphs separated by \n
	Cites    []Cite   // articles named in it, in order, without repetition
	Sections []Block  // cases only: the four sections (基本案情 …)
}

// Block is a titled piece of a case.
type Block struct{ Title, Text string }

// Cite names an article. Title is "" for "this document".
type Cite struct{ Title, Article string }

// Levels from highest to lowest. A document whose level is not listed ranks
// below all of them.
var Levels = []string{"宪法", "法律", "党内法规", "行政法规", "司法解释", "监察法规", "部门规章", "地方性法规", "政府规章", "规范性文件"}

// ID is the stable name of a passage within its document: the article and,
// where it was split, the part ("第十二条#2").
func (p Passage) ID() string {
	if p.Part == 0 {
		return p.Article
	}
	return p.Article + "#" + strconv.Itoa(p.Part)
}

// ParserVersion changes when the same file would be read or split otherwise
// than before: what was stored under an older version is read again.
const ParserVersion = 3
