package documents

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// heading is the start of an article.
type heading struct {
	name   string // 第十条之一
	title  string // 条标
	text   string // the whole line, as it stands
	number int
}

var (
	articleStart = regexp.MustCompile(`^(?:#{1,6}[ 　]*)?第[ 　]*(` + numeral + `)[ 　]*条(?:[ 　]*之[ 　]*(` + numeral + `))?`)
	articleTitle = regexp.MustCompile(`^[ 　]*[【\[（(]([^】\]）)]{1,30})[】\]）)]`)
	// what follows the number when the line goes on with a sentence: 第十八条的规定
	goesOn       = regexp.MustCompile(`^[ 　]*(?:的|所|之规定|规定[的之应者，。；]|至|到|[、和或及与，。；）)》]|以及|或者|中[的有]|第[ 　]*` + numeral + `[ 　]*[款项条])`)
	sectionStart = regexp.MustCompile(`^(?:#{1,6}[ 　]*)?(第[ 　]*` + numeral + `[ 　]*([编章节])|附[ 　]*(?:件|录|表)[ 　]*(?:` + numeral + `)?)(?:[ 　：:.]+|$)(.*)$`)
	sectionTight = regexp.MustCompile(`^(?:#{1,6}[ 　]*)?(第[ 　]*` + numeral + `[ 　]*([编章节]))([^的规所中、，。；]{1,40})$`)
	markdownHead = regexp.MustCompile(`^(#{1,6})[ 　]+(.+)$`)
	tocTail      = regexp.MustCompile(`(?:[.…·．]{2,}|[ 　\t]{2,})[ 　]*[（(]?[0-9０-９]+[）)]?$`)
)

// articleHeading says whether a line starts an article. last is the number of
// the article before it: a line of "第十八条…" is a cross reference carried over
// from the line above when the words that follow the number go on with a
// sentence, unless it is exactly the next article and a blank stands behind it.
func articleHeading(line string, last int) (heading, bool) {
	m := articleStart.FindStringSubmatchIndex(line)
	if m == nil {
		return heading{}, false
	}
	n, ok := ParseNumber(line[m[2]:m[3]])
	if !ok {
		return heading{}, false
	}
	suffix := ""
	if m[4] >= 0 {
		suffix = line[m[4]:m[5]]
	}
	rest := line[m[1]:]
	spaced := strings.HasPrefix(rest, " ") || strings.HasPrefix(rest, "　") || rest == ""
	inOrder := n == last+1 || n == last && suffix != ""
	if goesOn.MatchString(rest) && !(spaced && inOrder) {
		return heading{}, false
	}
	if !spaced && !inOrder && n != 1 && (n <= last || n > last+20) {
		return heading{}, false // far out of order and glued to its words: a carried-over reference
	}
	h := heading{name: articleName(n, suffix), text: strings.TrimLeft(line, "# 　"), number: n}
	if t := articleTitle.FindStringSubmatch(rest); t != nil {
		h.title = t[1]
	}
	return h, true
}

// Levels of headings above articles.
const (
	partLevel = iota // 编
	chapterLevel
	sectionLevel
	looseLevel // a Markdown heading of no fixed rank
	appendixLevel
)

// sectionHeading says whether a line is a heading above articles.
func sectionHeading(line string) (level int, text string, ok bool) {
	plain := strings.TrimSpace(strings.TrimLeft(line, "# 　"))
	if utf8.RuneCountInString(plain) > 60 {
		return 0, "", false
	}
	m := sectionStart.FindStringSubmatch(line)
	if m == nil {
		m = sectionTight.FindStringSubmatch(line)
	}
	if m != nil && !strings.ContainsAny(plain, "。；") {
		switch m[2] {
		case "编":
			level = partLevel
		case "章":
			level = chapterLevel
		case "节":
			level = sectionLevel
		default:
			level = appendixLevel
		}
		return level, plain, true
	}
	if m := markdownHead.FindStringSubmatch(line); m != nil {
		if len(m[1]) == 1 {
			return partLevel, "", true // the title of the document is no section of it
		}
		return looseLevel, plain, true
	}
	return 0, "", false
}

// sections are the headings in force while articles are read.
type sections [appendixLevel + 1]string

// set puts a heading in place and ends those below it.
func (s *sections) set(level int, text string) {
	if level == appendixLevel {
		*s = sections{}
	}
	s[level] = text
	for l := level + 1; l < appendixLevel; l++ {
		s[l] = ""
	}
}

// list gives the headings from the top.
func (s *sections) list() []string {
	var out []string
	for _, l := range []int{appendixLevel, partLevel, chapterLevel, sectionLevel, looseLevel} {
		if s[l] != "" {
			out = append(out, s[l])
		}
	}
	return out
}

// appendix names the part of a document whose numbering starts anew.
func (s *sections) appendix() string {
	if s[appendixLevel] != "" {
		name, _, _ := strings.Cut(strings.ReplaceAll(s[appendixLevel], "　", " "), " ")
		return strings.TrimRight(name, "：:")
	}
	return "附"
}

// tableOfContents marks the lines of a table of contents: after a line 目录, or
// chapter headings in a row that stand again further down.
func tableOfContents(lines []string) map[int]bool {
	toc := map[int]bool{}
	count := map[string]int{}
	for _, line := range lines {
		if _, text, ok := sectionHeading(line); ok && text != "" {
			count[squeeze(text)]++
		}
	}
	run := []int{}
	flush := func() {
		if len(run) >= tocLines {
			for _, i := range run {
				toc[i] = true
			}
		}
		run = run[:0]
	}
	for i, line := range lines {
		if line == "" {
			continue
		}
		if s := squeeze(strings.TrimLeft(line, "# ")); s == "目录" || s == "目次" {
			toc[i] = true
			continue
		}
		bare := tocTail.ReplaceAllString(line, "")
		_, text, ok := sectionHeading(bare)
		if !ok || bare == line && count[squeeze(text)] < 2 || toc[i] {
			flush()
			continue
		}
		if text != "" {
			count[squeeze(text)]--
		}
		run = append(run, i)
	}
	flush()
	return toc
}

func squeeze(s string) string {
	return strings.NewReplacer(" ", "", "　", "", "\t", "").Replace(s)
}

var signatureDate = regexp.MustCompile(`^[（(]?(?:[0-9]{4}|[〇零一二三四五六七八九○]{4})年.{1,6}月.{1,6}日[）)]?$`)

// isSignature says whether a line is the name or the date under a document:
// nothing of substance follows.
func isSignature(line string, rest []string) bool {
	for i, l := range rest {
		if l != "" && !signatureDate.MatchString(l) {
			return false
		}
		if i > 6 {
			break
		}
	}
	if signatureDate.MatchString(line) {
		return true
	}
	return utf8.RuneCountInString(line) <= 24 && !strings.ContainsAny(line, "。；：，") && len(strings.Join(rest, "")) > 0
}

// substance gives the lines of a preamble that say something: titles, numbers
// and dates above the first article do not.
func substance(lines []string) []string {
	var out []string
	for _, l := range lines {
		if strings.ContainsAny(l, "。；") && utf8.RuneCountInString(l) > 30 && !signatureDate.MatchString(l) && !strings.HasPrefix(l, "（") {
			out = append(out, l)
		}
	}
	return out
}
