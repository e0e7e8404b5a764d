package documents

import (
	"regexp"
	"slices"
	"strings"
)

// wholeCase is the one passage of a case, as evaluation sets and citations
// name it.
const wholeCase = "全文"

var (
	caseBlock = regexp.MustCompile(`^(?:#{1,6}[ 　]*|【|` + numeral + `[、.．][ 　]*)?(基本案情|案情简介|案情概要|认定过程|容错认定|认定情况|处理过程|处理结果|认定结果|案例评析|评析意见|典型意义|案例点评)】?[：:]?$`)
	outcomes  = regexp.MustCompile(`不予容错|容错免责|容错减责`)
)

// caseBlocks is how many of the usual sections make a model case.
const caseBlocks = 3

func isCase(lines []string) bool {
	n := 0
	for _, line := range lines {
		if caseBlock.MatchString(line) {
			n++
		}
	}
	return n >= caseBlocks
}

// splitCase makes one passage of a model case: its sections are kept apart,
// because an answer quotes the finding and not the story.
func (d *Document) splitCase(l *layout) {
	p := Passage{Article: wholeCase, Heading: d.Title}
	var text []string
	for i, line := range l.lines {
		if line == "" || l.skip[i] {
			continue
		}
		if title, ok := blockTitle(line); ok {
			p.Sections = append(p.Sections, Block{Title: title})
			text = append(text, title)
			continue
		}
		if n := len(p.Sections); n > 0 {
			b := &p.Sections[n-1]
			b.Text = strings.TrimPrefix(b.Text+"\n"+line, "\n")
		}
		text = append(text, line)
	}
	p.Text = strings.Join(text, "\n")
	if d.Case == nil {
		d.Case = &CaseInfo{Outcome: outcomeOf(p.Sections)}
	}
	p.Cites = slices.Clone(d.Case.Cites)
	for _, c := range citesIn(p.Text, "", wholeCase, nil) {
		if c.Title != "" && !slices.Contains(p.Cites, c) {
			p.Cites = append(p.Cites, c)
		}
	}
	d.Passages = []Passage{p}
	if p.Text == "" {
		d.Passages = nil
	} else if len(p.Sections) == 0 {
		d.Warnings = append(d.Warnings, warnNoSections)
	}
}

func blockTitle(line string) (string, bool) {
	if m := caseBlock.FindStringSubmatch(line); m != nil {
		return m[1], true
	}
	m := markdownHead.FindStringSubmatch(line)
	if m == nil {
		return "", false
	}
	return strings.TrimSpace(m[2]), true
}

// outcomeOf reads the outcome from the section about it, when that names one
// outcome only.
func outcomeOf(blocks []Block) string {
	for _, b := range blocks {
		if !strings.Contains(b.Title, "结果") {
			continue
		}
		found := slices.Compact(outcomes.FindAllString(b.Text, -1))
		if len(found) == 1 {
			return found[0]
		}
	}
	return ""
}
