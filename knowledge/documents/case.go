package documents

import "strings"

// wholeCase is the one passage of a case, as evaluation sets and citations
// name it.
const wholeCase = "全文"

// splitCase makes one passage of a model case: its sections are kept apart,
// because an answer quotes the finding and not the story.
func (d *Document) splitCase(lines []string) {
	p := Passage{Article: wholeCase, Heading: d.Title}
	var text []string
	for _, line := range lines {
		if line == "" {
			continue
		}
		if m := markdownHead.FindStringSubmatch(line); m != nil {
			if len(m[1]) > 1 {
				p.Sections = append(p.Sections, Block{Title: strings.TrimSpace(m[2])})
				text = append(text, strings.TrimSpace(m[2]))
			}
			continue
		}
		if n := len(p.Sections); n > 0 {
			b := &p.Sections[n-1]
			b.Text = strings.TrimPrefix(b.Text+"\n"+line, "\n")
		}
		text = append(text, line)
	}
	p.Text = strings.Join(text, "\n")
	p.Cites = append(p.Cites, d.Case.Cites...)
	for _, c := range citesIn(p.Text, wholeCase) {
		if c.Title != "" && !containsCite(p.Cites, c) {
			p.Cites = append(p.Cites, c)
		}
	}
	d.Passages = []Passage{p}
	if len(p.Sections) == 0 {
		d.Warnings = append(d.Warnings, warnNoSections)
	}
}

func containsCite(list []Cite, c Cite) bool {
	for _, have := range list {
		if have == c {
			return true
		}
	}
	return false
}
