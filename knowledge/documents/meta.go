package documents

import (
	"fmt"
	"regexp"

	"github.com/goccy/go-yaml"
)

// frontMatter is what a Markdown file may say about itself between two lines
// of "---" at its top. Unknown keys are ignored: editors add their own.
type frontMatter struct {
	Kind          string   `yaml:"kind"` // 问答: a file of questions and answers, however few
	Title         string   `yaml:"title"`
	DocNo         string   `yaml:"doc_no"`
	Issuer        string   `yaml:"issuer"`
	Level         string   `yaml:"level"`
	Status        string   `yaml:"status"`
	Issued        string   `yaml:"issued"`
	Effective     string   `yaml:"effective"`
	Repealed      string   `yaml:"repealed"`
	Supersedes    string   `yaml:"supersedes"`
	SupersededBy  string   `yaml:"superseded_by"`
	Illustrative  bool     `yaml:"illustrative"`
	CaseID        string   `yaml:"case_id"`
	Batch         int      `yaml:"batch"`
	Domain        string   `yaml:"domain"`
	Situations    []int    `yaml:"situations"`
	Mitigation    []int    `yaml:"mitigation"`
	Outcome       string   `yaml:"outcome"`
	CitedArticles []string `yaml:"cited_articles"`
}

const kindQA = "问答"

var (
	frontStart = regexp.MustCompile(`^\s*---[ \t]*\n`)
	frontKey   = regexp.MustCompile(`^\s*[A-Za-z_]+[ \t]*:`) // otherwise the line above is a ruler
	frontEnd   = regexp.MustCompile(`(?m)^---[ \t]*(?:\n|\z)`)
)

// maxFrontMatter is in bytes: a longer one is not front matter.
const maxFrontMatter = 16 << 10

// cutFrontMatter parts the front matter from the body; without one the whole
// text is the body.
func cutFrontMatter(text string) (front, body string) {
	m := frontStart.FindStringIndex(text)
	if m == nil {
		return "", text
	}
	rest := text[m[1]:]
	end := frontEnd.FindStringIndex(rest[:min(len(rest), maxFrontMatter)])
	if end == nil || !frontKey.MatchString(rest) {
		return "", text
	}
	return rest[:end[0]], rest[end[1]:]
}

// applyFrontMatter fills what the front matter says. A front matter that is
// not YAML is a warning, not a loss: the document stands without it.
func (d *Document) applyFrontMatter(front string) {
	if front == "" {
		return
	}
	var f frontMatter
	if err := yaml.Unmarshal([]byte(front), &f); err != nil {
		d.Warnings = append(d.Warnings, warnFrontMatter)
		return
	}
	d.Title, d.DocNo, d.Issuer, d.Level, d.Status = f.Title, f.DocNo, f.Issuer, f.Level, f.Status
	d.Supersedes, d.SupersededBy, d.Illustrative = f.Supersedes, f.SupersededBy, f.Illustrative
	for _, date := range []struct {
		name, value string
		to          *Date
	}{{"issued", f.Issued, &d.Issued}, {"effective", f.Effective, &d.Effective}, {"repealed", f.Repealed, &d.Repealed}} {
		if date.value == "" {
			continue
		}
		parsed, ok := ParseDate(date.value)
		if !ok {
			d.Warnings = append(d.Warnings, fmt.Sprintf(warnBadDate, date.name, clip(date.value, 20)))
		}
		*date.to = parsed
	}
	if f.Kind == kindQA {
		d.Kind = QA
	}
	if f.CaseID != "" || f.Outcome != "" {
		d.Kind = Case
		d.Case = &CaseInfo{ID: f.CaseID, Batch: f.Batch, Domain: f.Domain, Situations: f.Situations, Mitigation: f.Mitigation, Outcome: f.Outcome}
		for _, c := range f.CitedArticles {
			for _, r := range FindRefs(c) {
				d.Case.Cites = append(d.Case.Cites, r.Cite)
			}
		}
	}
}

// clip shortens s to n characters.
func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}
