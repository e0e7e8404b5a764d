package documents

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"
)

var (
	force         = `起[\p{Han}]{0,2}?(?:施行|实施|执行|生效|试行)`
	inForceFrom   = regexp.MustCompile(`[自从]([^。；]{4,24}?)` + force)
	inForceIssued = regexp.MustCompile(`[自从](?:发布|公布|印发|颁布|下发)之日` + force)
	ownClause     = regexp.MustCompile(`(?:^|[。；，　 条])(?:本(?:法|条例|规定|办法|规程|指引|细则|准则|规则|意见|解释|决定|通知|制度|方案|章程)[^。；]{0,12})?[自从][^。；]{2,24}?` + force)
	repeals       = regexp.MustCompile(`《([^《》]{4,60})》(?:[（(]([^（）()]{4,30}号)[）)])?`)
	repealClause  = regexp.MustCompile(`[^。；\n]*(?:同时|即行|予以)废止|[^。；\n]*之日起[^。；\n]{0,6}废止`)
	termClause    = regexp.MustCompile(`(?:有效期|试行期)限?[为至到]?[ 　]*(?:[〇○零一二三四五六七八九0-9]{4}[ 　]*年[^。；，]{0,8}|` + numeral + `[ 　]*[个年月]月?)`)
	ownSubject    = regexp.MustCompile(`本(?:法|条例|规定|办法|规程|指引|细则|意见|通知|制度|方案)[^。；]*(?:有效期|试行期)|起[^。；]{0,8}(?:施行|实施|执行)[^。；]*(?:有效期|试行期)`)
)

// body gives the lines of the articles up to the first appendix.
func (l *layout) body() []string { return l.lines[min(l.first, l.end):l.end] }

// inferForce reads from when a text is in force and what it repeals: first its
// own clause (本办法自…起施行), then the brackets under its title, then its last
// lines. Other dates in a text are dates of other things.
func (d *Document) inferForce(l *layout) {
	for _, lines := range [][]string{ownClauses(l.body()), bracketLines(l.lines[:l.first]), lastLines(l.lines[:l.end], 3)} {
		for _, line := range lines {
			if d.Effective != "" {
				break
			}
			if m := inForceFrom.FindStringSubmatch(line); m != nil {
				d.Effective, _ = ParseDate(m[1])
			}
			if d.Effective == "" && inForceIssued.MatchString(line) {
				d.Effective = d.Issued
			}
		}
	}
	for _, m := range d.repealed(l) {
		d.Supersedes = cmp.Or(d.Supersedes, m[2], m[1])
	}
}

// repealed gives titles and numbers of the documents that the text repeals.
func (d *Document) repealed(l *layout) [][]string {
	var out [][]string
	for _, line := range l.body() {
		if !strings.Contains(line, "废止") {
			continue
		}
		for _, clause := range repealClause.FindAllString(line, -1) {
			out = append(out, repeals.FindAllStringSubmatch(clause, -1)...)
		}
	}
	return out
}

// warnForce notes what the text says about its end and about older texts that
// one field can't hold.
func (d *Document) warnForce(l *layout) {
	var more []string
	for _, m := range d.repealed(l) {
		if m[1] != d.Supersedes && (m[2] == "" || m[2] != d.Supersedes) {
			more = append(more, fmt.Sprintf(warnRepeals, m[1]))
		}
	}
	d.note(more...)
	if d.Repealed != "" {
		return
	}
	for _, line := range l.body() {
		if strings.Contains(line, "有效期") || strings.Contains(line, "试行期") {
			if term := termClause.FindString(line); term != "" && ownSubject.MatchString(line) {
				d.note(fmt.Sprintf(warnTerm, clip(term, 40)))
				return
			}
		}
	}
}

func ownClauses(lines []string) []string {
	var out []string
	for _, line := range lines {
		if !strings.Contains(line, "起") {
			continue
		}
		if m := ownClause.FindString(line); m != "" && (strings.Contains(m, "本") || articleStart.MatchString(line)) {
			out = append(out, m)
		}
	}
	return out
}

func bracketLines(lines []string) []string {
	var out []string
	for _, line := range lines {
		if strings.HasPrefix(line, "（") || strings.HasPrefix(line, "(") {
			out = append(out, line)
		}
	}
	return out
}

// lastLines gives the last n lines that are not blank, the last first.
func lastLines(lines []string, n int) []string {
	var out []string
	for i := len(lines) - 1; i >= 0 && len(out) < n; i-- {
		if lines[i] != "" {
			out = append(out, lines[i])
		}
	}
	return out
}
