package documents

import (
	"regexp"
	"strconv"
	"strings"
)

var (
	qaStart   = regexp.MustCompile(`^(?:#{1,6}[ 　]*)?(?:问|问题|Q)[ 　]*(` + numeral + `)[ 　]*[：:、.．][ 　]*(.+)$`)
	qaBasis   = regexp.MustCompile(`^(?:依据|政策依据|规定依据)[：:]`)
	qaEntries = 3 // questions that make a file a question-and-answer file
)

func isQA(lines []string) bool {
	n := 0
	for _, l := range lines {
		if qaStart.MatchString(l) {
			n++
		}
		if _, ok := articleHeading(l, 0); ok && n == 0 {
			return false
		}
	}
	return n >= qaEntries
}

// questionName is how an entry is cited: 问6.
func questionName(n int) string { return "问" + strconv.Itoa(n) }

// splitQA cuts a question-and-answer file: an entry a passage, its question as
// the heading. The articles that an entry rests on are those of its basis
// line, or without one those that it names.
func (d *Document) splitQA(lines []string) {
	d.Kind = QA
	var current *Passage
	flush := func() {
		if current == nil {
			return
		}
		current.Text = strings.TrimSpace(current.Text)
		basis := current.Text
		for line := range strings.SplitSeq(current.Text, "\n") {
			if qaBasis.MatchString(line) {
				basis = line
			}
		}
		current.Cites = citesIn(basis, "")
		d.Passages = append(d.Passages, *current)
	}
	for _, line := range lines {
		if m := qaStart.FindStringSubmatch(line); m != nil {
			if n, ok := ParseNumber(m[1]); ok {
				flush()
				current = &Passage{Article: questionName(n), Heading: m[2], Text: strings.TrimLeft(line, "# 　") + "\n"}
				continue
			}
		}
		if current != nil && line != "" {
			current.Text += line + "\n"
		}
	}
	flush()
}

// QAAnswer gives the answer of a question-and-answer passage without the
// question, the basis line and the mark 答：; literal otherwise.
func (p Passage) QAAnswer() string {
	var out []string
	for i, line := range strings.Split(p.Text, "\n") {
		if i == 0 || qaBasis.MatchString(line) {
			continue
		}
		line = strings.TrimPrefix(strings.TrimPrefix(line, "答："), "答:")
		out = append(out, strings.TrimSpace(line))
	}
	return strings.Join(out, "\n")
}
