package documents

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// layout is what is known of the lines of a text before it is cut: which may
// start articles, and which stand around them and belong to none.
type layout struct {
	lines   []string
	heads   []heading // by line; number 0 where the line begins with no 第…条
	clear   []int     // by line: the next strong heading below it, or -1
	skip    []bool    // table of contents, signature, date, the title as a Markdown heading
	first   int       // line of the first article; len(lines) without one
	end     int       // line of the first appendix below it, or len(lines)
	signers []string  // lines of the signature that are no date, from below
	signed  Date      // the date under the text
}

// tocRun is how many headings in a row make a table of contents without a line
// 目录 above it.
const tocRun = 3

// survey reads the lines once before they are cut.
func survey(lines []string) *layout {
	l := &layout{
		lines: lines,
		heads: make([]heading, len(lines)),
		clear: make([]int, len(lines)),
		skip:  make([]bool, len(lines)),
		first: len(lines),
		end:   len(lines),
	}
	for i, line := range lines {
		l.heads[i], _ = readHeading(line)
	}
	l.markContents()
	next := -1
	for i := len(lines) - 1; i >= 0; i-- {
		if l.skip[i] {
			l.heads[i] = heading{}
		}
		if l.clear[i] = next; l.heads[i].strong && !l.heads[i].goesOn {
			next = i
		}
	}
	for i := range lines {
		if _, ok := l.article(i, 0); ok {
			l.first = i
			break
		}
	}
	l.markClosings()
	return l
}

var (
	pageTail = regexp.MustCompile(`[ 　]*(?:[.…·．]{2,}|…|[ 　\t]{2,})[ 　.…·．]*[（(]?[0-9０-９]{1,4}[）)]?$`)
	noBlanks = strings.NewReplacer(" ", "", "　", "", "\t", "", "#", "")
)

// maxEntry is in bytes: a heading, its leader of dots and its page.
const maxEntry = 500

// entry is a line without its page number and blanks, to find the line of a
// table of contents again in the text; listed says that it had a page number.
func entry(line string) (text string, listed bool) {
	bare := line
	if len(line) <= maxEntry {
		bare = pageTail.ReplaceAllString(line, "")
	}
	return noBlanks.Replace(bare), bare != line
}

// markContents marks tables of contents: what stands between a line 目录 and
// the place where its first entry comes again, lines with page numbers below
// it, and headings in a row that stand again further down.
func (l *layout) markContents() {
	places := map[string][]int{}
	for i, line := range l.lines {
		if line != "" && len(line) <= maxEntry {
			text, _ := entry(line)
			places[text] = append(places[text], i)
		}
	}
	var run []int
	flush := func() {
		if len(run) >= tocRun {
			for _, i := range run {
				l.skip[i] = true
			}
		}
		run = run[:0]
	}
	for i := 0; i < len(l.lines); i++ {
		line := l.lines[i]
		if line == "" {
			continue
		}
		if len(line) > maxEntry {
			flush()
			continue
		}
		text, listed := entry(line)
		if text == "目录" || text == "目次" {
			flush()
			i = l.markListed(i, places)
			continue
		}
		if text == "" || l.heads[i].number == 0 && !strings.ContainsRune("第附#", firstRune(line)) {
			flush()
			continue
		}
		_, _, section := sectionHeading(pageTail.ReplaceAllString(line, ""))
		if p := places[text]; (section || l.heads[i].number > 0) && (listed || section && len(p) > 1 && p[len(p)-1] > i) {
			run = append(run, i)
			continue
		}
		flush()
	}
	flush()
}

// markListed marks the table of contents under the line at, and gives its last
// line.
func (l *layout) markListed(at int, places map[string][]int) int {
	l.skip[at] = true
	last, first := at, -1
	for i := at + 1; i < len(l.lines); i++ {
		if l.lines[i] == "" {
			continue
		}
		text, listed := entry(l.lines[i])
		if first < 0 {
			first = i
			for _, again := range places[text] {
				if again > i && !l.sentenceWithin(i, again) {
					last = again - 1
					break
				}
			}
		}
		if i > last && !listed {
			break
		}
		last = max(last, i)
		l.skip[i] = true
	}
	return last
}

func (l *layout) sentenceWithin(from, to int) bool {
	for _, line := range l.lines[from:to] {
		if strings.ContainsAny(line, "。；") {
			return true
		}
	}
	return false
}

var (
	dateLine   = regexp.MustCompile(`^[（(]?(?:[0-9０-９]{4}|[〇○零一二三四五六七八九]{4})[ 　]*年[ 　]*` + numeral + `[ 　]*月[ 　]*` + numeral + `[ 　]*日[）)]?$`)
	recordLine = regexp.MustCompile(`^抄送[：:]|^（此件.{1,12}）$|日印发$`)
	signerLine = regexp.MustCompile(`(?:委|委员会|办公室|政府|人大|政协|党组|党委|[局厅部院室组会署处所]|中心|公司)(?:[（(][^（）()]{1,8}[）)])?$`)
)

// closingLines bounds a signature block.
const closingLines = 8

// markClosings marks names and dates under the text and above each appendix.
// Without a date there is no signature: a short last line is text.
func (l *layout) markClosings() {
	for i := l.first; i < len(l.lines); i++ {
		// 附则 is the last chapter and no appendix: it says from when the text is in force
		if level, text, ok := sectionHeading(l.lines[i]); ok && level == appendixLevel && !l.skip[i] && appendixOf(text) != "附则" {
			l.end = min(l.end, i)
			l.markClosing(i)
		}
	}
	l.markClosing(len(l.lines))
}

func (l *layout) markClosing(end int) {
	var block []int
	dated := false
	for i := end - 1; i > l.first && len(block) < closingLines; i-- {
		line := l.lines[i]
		if line == "" {
			continue
		}
		isDate := dateLine.MatchString(line) || recordLine.MatchString(line)
		if !isDate && !(dated && isSigner(line)) {
			break
		}
		block = append(block, i)
		dated = dated || isDate
	}
	for _, i := range block {
		l.skip[i] = true
		if date, ok := ParseDate(l.lines[i]); ok {
			l.signed = date
		} else if isSigner(l.lines[i]) {
			l.signers = append(l.signers, l.lines[i])
		}
	}
}

func isSigner(line string) bool {
	return utf8.RuneCountInString(line) <= 30 && signerLine.MatchString(line) &&
		!strings.ContainsAny(line, "。；：，|") && !itemMark.MatchString(line) && !articleStart.MatchString(line)
}
