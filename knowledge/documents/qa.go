package documents

import (
	"regexp"
	"strings"
)

var (
	qaStart    = regexp.MustCompile(marks + `(?:问|问题|Q)[ 　]*(` + numeral + `)?[ 　]*[：:、.．][ 　]*(.+)$`)
	qaNumbered = regexp.MustCompile(marks + `(` + numeral + `)[ 　]*[、.．][ 　]*(.+[？?])$`)
	qaAnswer   = regexp.MustCompile(`^(?:答|A)[ 　]*[：:]`)
	qaBasis    = regexp.MustCompile(`^(?:依据|政策依据|规定依据)[：:]`)
)

// qaEntries is how many questions make a question-and-answer file.
const qaEntries = 3

// question is the line of a question: its number, 0 when it has none, and what
// is asked.
type question struct {
	number int
	text   string
}

// questionsOf finds the questions of a text by line: 问1：…, 问：…, and "1.…？" with
// an answer below it. A text that begins with articles has none.
func questionsOf(l *layout) map[int]question {
	out := map[int]question{}
	for i, line := range l.lines {
		m := qaStart.FindStringSubmatch(line)
		if m == nil && answered(l.lines, i) {
			m = qaNumbered.FindStringSubmatch(line)
		}
		if m != nil {
			n, _ := ParseNumber(m[1])
			out[i] = question{n, m[2]}
		} else if i == l.first && len(out) == 0 {
			return nil
		}
	}
	return out
}

func answered(lines []string, i int) bool {
	for _, line := range lines[i+1 : min(len(lines), i+4)] {
		if line != "" {
			return qaAnswer.MatchString(line)
		}
	}
	return false
}

// splitQA cuts a question-and-answer file: an entry a passage, its question as
// the heading. The articles that an entry rests on are those of its basis
// line, or without one those that it names.
func (d *Document) splitQA(l *layout, questions map[int]question) {
	var section sections
	var preamble, text []string
	current := Passage{}
	flush := func() {
		if current.Article != "" {
			current.Text = strings.Join(text, "\n")
			current.Cites = basisOf(text)
			d.Passages = append(d.Passages, current)
		}
		current, text = Passage{}, nil
	}
	last := 0
	for i, line := range l.lines {
		if line == "" || l.skip[i] {
			continue
		}
		if q, ok := questions[i]; ok {
			flush()
			if last++; q.number > 0 {
				last = q.number
			}
			current = Passage{Article: questionName(last), Heading: q.text, Section: section.list()}
			text = []string{strings.TrimLeft(line, "# 　")}
			continue
		}
		level, heading, ok := sectionHeading(line)
		switch {
		case ok:
			flush()
			section.set(level, heading)
		case current.Article != "":
			text = append(text, line)
		default:
			preamble = append(preamble, line)
		}
	}
	flush()
	if p := preambleText(preamble, d.Title); len(p) > 0 {
		intro := Passage{Article: "序言", Text: strings.Join(p, "\n")}
		intro.Cites = citesIn(intro.Text, "", "", nil)
		d.Passages = append([]Passage{intro}, d.Passages...)
	}
}

func basisOf(lines []string) []Cite {
	for i := len(lines) - 1; i >= 0; i-- {
		if qaBasis.MatchString(lines[i]) {
			return citesIn(lines[i], "", "", nil)
		}
	}
	return citesIn(strings.Join(lines, "\n"), "", "", nil)
}

// QAAnswer gives the answer of a question-and-answer passage without the
// question, the basis line and the mark 答：; literal otherwise.
func (p Passage) QAAnswer() string {
	var out []string
	for i, line := range strings.Split(p.Text, "\n") {
		if i == 0 || qaBasis.MatchString(line) {
			continue
		}
		out = append(out, strings.TrimSpace(qaAnswer.ReplaceAllString(line, "")))
	}
	return strings.Join(out, "\n")
}
