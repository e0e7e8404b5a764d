package documents

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// heading is a line that may start an article.
type heading struct {
	name   string // 第十条之一
	title  string // 条标
	text   string // the whole line without Markdown marks
	number int
	suffix string // 一 in 第十条之一
	strong bool   // a blank, the end of the line or a 条标 follows the number
	goesOn bool   // the words behind the number go on with a sentence: 第十八条的规定
}

const marks = `^(?:#{1,6}[ 　]*)?`

var (
	articleStart = regexp.MustCompile(marks + `第[ 　]*(` + numeral + `)[ 　]*条(?:[ 　]*之[ 　]*(` + numeral + `))?`)
	articleTitle = regexp.MustCompile(`^[ 　]*[【\[（(]([^】\]）)]{1,30})[】\]）)]`)
	markedTitle  = regexp.MustCompile(`^#{1,6}.*条[^ 　]*[ 　]+([^，。；：]{1,30})$`)
	onlyNumber   = regexp.MustCompile(`^` + numeral + `$`)
	sentenceOn   = regexp.MustCompile(`^[ 　]*(?:的|所|之规定|以外|之外|除外|修改为|规定[的之应者，。；]|至|到|[、和或及与，。；）)》]|以及|或者|中[的有]|第[ 　]*` + numeral + `[ 　]*[款项条]|[（(]` + numeral + `[）)][ 　]*项)`)
	leftOpen     = regexp.MustCompile(`(?:依照|按照|根据|依据|违反|适用|参照|符合|属于|对照|以及|或者|[及和或与、，]|[^》]》)$`)
)

// readHeading takes a line apart that begins with 第…条, heading or not.
func readHeading(line string) (heading, bool) {
	if !strings.HasPrefix(strings.TrimLeft(line, "# 　"), "第") {
		return heading{}, false
	}
	m := articleStart.FindStringSubmatchIndex(line)
	if m == nil {
		return heading{}, false
	}
	n, ok := ParseNumber(line[m[2]:m[3]])
	if !ok {
		return heading{}, false
	}
	h := heading{number: n, text: strings.TrimLeft(line, "# 　")}
	if m[4] >= 0 {
		h.suffix = line[m[4]:m[5]]
	}
	h.name = articleName(n, h.suffix)
	rest := line[m[1]:]
	h.goesOn = sentenceOn.MatchString(rest)
	h.strong = rest == "" || strings.HasPrefix(rest, " ") || strings.HasPrefix(rest, "　") || strings.HasPrefix(line, "#")
	if t := articleTitle.FindStringSubmatch(rest); t != nil && !onlyNumber.MatchString(t[1]) {
		h.title, h.strong = t[1], true
	} else if t := markedTitle.FindStringSubmatch(line); t != nil {
		h.title = t[1]
	}
	h.goesOn = h.goesOn || !h.strong && strings.HasPrefix(rest, "规定")
	return h, true
}

// maxJump is how many articles a heading without a blank behind its number may
// leave out; what jumps further is a reference carried over from the line above.
const maxJump = 20

// article says whether line i starts an article. last is the number of the
// article before it. A line of "第十八条…" is a cross reference carried over from
// the line above when its words go on with a sentence, when the line above is
// left open, or when the real article of that number follows; a blank behind
// the number and the right place in the order speak for a heading.
func (l *layout) article(i, last int) (heading, bool) {
	h := l.heads[i]
	if h.number == 0 {
		return heading{}, false
	}
	inOrder := h.number == last+1 && h.suffix == "" || h.number == last && h.suffix != ""
	open := i > 0 && leftOpen.MatchString(tail(l.lines[i-1], 12))
	switch {
	case h.goesOn && (open || !h.strong || !inOrder):
		return heading{}, false
	case h.strong:
		return h, inOrder || !open
	case open, l.announced(i), !inOrder && h.number != 1 && (h.number <= last || h.number > last+maxJump):
		return heading{}, false
	}
	return h, true
}

// tail gives at most the last n bytes of s.
func tail(s string, n int) string { return s[max(len(s)-n, 0):] }

// announced says whether the next clear heading below line i has its number
// again, with no article of the next number between them.
func (l *layout) announced(i int) bool {
	k := l.clear[i]
	return k >= 0 && l.heads[k].name == l.heads[i].name && !l.nextNumberWithin(i, k)
}

func (l *layout) nextNumberWithin(i, k int) bool {
	for j := i + 1; j < min(k, i+announcedWithin); j++ {
		if l.heads[j].number == l.heads[i].number+1 {
			return true
		}
	}
	return k-i > announcedWithin
}

// announcedWithin is in lines: a sentence that names the next article stands
// in the article before it.
const announcedWithin = 60

// Levels of headings above articles.
const (
	partLevel    = iota // 编
	subPartLevel        // 分编
	chapterLevel
	sectionLevel
	looseLevel // a Markdown heading of no fixed rank
	appendixLevel
)

var levelNames = map[string]int{"编": partLevel, "分编": subPartLevel, "章": chapterLevel, "节": sectionLevel, "": appendixLevel}

var (
	sectionStart = regexp.MustCompile(marks + `(?:第[ 　]*` + numeral + `[ 　]*(编|分编|章|节)|附[ 　]*[件录表则][ 　]*(?:` + numeral + `)?)(?:[ 　：:.]+|$)`)
	sectionTight = regexp.MustCompile(marks + `第[ 　]*` + numeral + `[ 　]*(编|分编|章|节)[^的规所中、，。；]{1,40}$`)
	markdownHead = regexp.MustCompile(`^(#{1,6})[ 　]+(.+)$`)
	appendixName = regexp.MustCompile(`^附[ 　]*([件录表则])[ 　]*(` + numeral + `)?`)
	appendixList = regexp.MustCompile(`^附[ 　]*件[ 　]*[：:][ 　]*[^ 　]`)
	numberedHead = regexp.MustCompile(`^` + numeral + `[、.．][^，。；：]{2,40}$`)
)

// maxHeading is in characters.
const maxHeading = 60

// sectionHeading says whether a line is a heading above articles.
func sectionHeading(line string) (level int, text string, ok bool) {
	plain := strings.Trim(line, "# 　")
	if r, _ := utf8.DecodeRuneInString(plain); r != '第' && r != '附' && !strings.HasPrefix(line, "#") {
		return 0, "", false
	}
	if utf8.RuneCountInString(plain) > maxHeading {
		return 0, "", false
	}
	m := sectionStart.FindStringSubmatch(line)
	if m == nil {
		m = sectionTight.FindStringSubmatch(line)
	}
	if m != nil && !strings.ContainsAny(plain, "。；") {
		return levelNames[m[1]], plain, true
	}
	if markdownHead.MatchString(line) && plain != "" {
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
	for _, l := range []int{appendixLevel, partLevel, subPartLevel, chapterLevel, sectionLevel, looseLevel} {
		if s[l] != "" {
			out = append(out, s[l])
		}
	}
	return out
}

// appendixOf gives the short name of an appendix's heading: 附件1, 附录, 附则.
func appendixOf(text string) string {
	m := appendixName.FindStringSubmatch(text)
	if m == nil {
		return text
	}
	name := "附" + m[1]
	if n, ok := ParseNumber(m[2]); ok {
		name += strconv.Itoa(n)
	}
	return name
}
