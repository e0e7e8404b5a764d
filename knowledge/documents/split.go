package documents

import (
	"regexp"
	"strings"
)

// Split turns the text of a file into passages. It never fails: a text without
// any structure becomes passages of bounded length, and everything doubtful is
// said in Warnings. path names the document below its folder.
//
// The text is read twice. survey notes what every line could be; then the
// reader of the document's kind cuts it. Time and memory grow with the length
// of the text and not with what it says.
func Split(path, text string) Document {
	text = newlines.Replace(text)
	front, body := cutFrontMatter(text)
	d := Document{Path: path, Kind: Rule}
	d.applyFrontMatter(front)
	l := survey(cleanLines(body))
	questions := questionsOf(l)
	switch {
	case d.Case != nil || isCase(l.lines):
		d.Kind = Case
	case len(questions) >= qaEntries, d.Kind == QA && len(questions) > 0:
		d.Kind = QA
	default:
		d.Kind = Rule
	}
	d.inferFrom(l)
	switch d.Kind {
	case Case:
		d.splitCase(l)
	case QA:
		d.splitQA(l, questions)
	default:
		d.splitRule(l)
	}
	d.warn(text, l)
	return d
}

var (
	newlines = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\uFEFF", "")
	bold     = regexp.MustCompile(`\*{2,3}([^*\n]+)\*{2,3}`)
	// underscores are emphasis only around words that stand alone: "姓名：____"
	// and "__年__月" are blanks to be filled in.
	underlined = regexp.MustCompile(`(^|[ 　])__([^_\s][^_]*[^_\s])__($|[ 　])`)
	rulerRow   = regexp.MustCompile(`^[ \t]*(?:[-*_=][ \t]*){3,}$`)
	aside      = regexp.MustCompile(`^[ 　]*>[ 　]?`)
)

// cleanLines removes emphasis marks and rulers; indents go, blank lines stay as
// "". A quoted remark above all headings is a notice about the file (the sample
// files have such) and goes too; below one it is text and loses its mark.
func cleanLines(body string) []string {
	var out []string
	var notices []int
	titled, structured := false, false
	for line := range strings.SplitSeq(body, "\n") {
		quoted := strings.Contains(line, ">") && aside.MatchString(line)
		if quoted {
			line = aside.ReplaceAllString(line, "")
		}
		if rulerRow.MatchString(line) && !strings.Contains(line, "__") {
			line = ""
		}
		if strings.Contains(line, "**") {
			line = bold.ReplaceAllString(line, "$1")
		}
		if strings.Contains(line, "__") {
			line = underlined.ReplaceAllString(line, "$1$2$3")
		}
		line = strings.Trim(line, " \t　")
		if quoted && !structured {
			notices = append(notices, len(out))
		}
		if !quoted && !structured {
			structured = isStructure(line, titled)
			titled = titled || strings.HasPrefix(line, "# ")
		}
		out = append(out, line)
	}
	if structured {
		for _, i := range notices {
			out[i] = ""
		}
	}
	return out
}

// isStructure says whether a line is a heading, an article or a question; the
// first Markdown heading of the first rank is the title of the file.
func isStructure(line string, titled bool) bool {
	if strings.HasPrefix(line, "# ") && !titled {
		return false
	}
	if _, _, ok := sectionHeading(line); ok || qaStart.MatchString(line) {
		return true
	}
	h, ok := readHeading(line)
	return ok && !h.goesOn
}

// CorpusLine is a line of a bulk corpus as a document of one passage. A title
// that ends in an article number (中华人民共和国刑法第二条) is taken apart.
func CorpusLine(id, title, text string) Document {
	d := Document{Path: id, Kind: Corpus, Title: title}
	p := Passage{Text: text}
	if at := strings.LastIndex(title, "第"); at >= 0 {
		if m := wholeArticle.FindStringSubmatch(title[at:]); m != nil {
			if n, ok := ParseNumber(m[1]); ok {
				d.Title, p.Article = strings.TrimSpace(title[:at]), articleName(n, m[2])
			}
		}
	}
	d.Level = levelByTitle(d.Title)
	d.Passages = []Passage{p}
	return d
}

var wholeArticle = regexp.MustCompile(`^第(` + numeral + `)条(?:之(` + numeral + `))?$`)
