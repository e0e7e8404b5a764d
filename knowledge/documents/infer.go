package documents

import (
	"cmp"
	"regexp"
	"strings"
	"unicode/utf8"
)

var (
	documentNumber = regexp.MustCompile(`[\p{Han}]{1,16}[〔\[［（(](?:19|20)[0-9]{2}[〕\]］）)][ ]*第?[ ]*[0-9]{1,5}[ ]*号`)
	numberLine     = regexp.MustCompile(`^(?:文号[：:][ 　]*)?[（(]?([\p{Han}]{1,16}[〔\[［（(](?:19|20)[0-9]{2}[〕\]］）)][ ]*第?[ ]*[0-9]{1,5}[ ]*号)[）)]?(?:[ 　].*)?$`)
	decreeLine     = regexp.MustCompile(`^[\p{Han}]{0,20}令第` + numeral + `号$`)
	decreeNumber   = regexp.MustCompile(`^第` + numeral + `号$`)
	published      = regexp.MustCompile(`通过|公布|发布|印发|颁布|批准`)
	infoComment    = regexp.MustCompile(`^<!--.*-->$`)
	titleEnd       = regexp.MustCompile(`(?:法|法典|条例|规定|办法|规程|指引|细则|准则|规则|意见|解释|通知|决定|章程|纪要|清单|问答|方案|制度|守则|纲要)(?:[（(][^（）()]{1,20}[）)]){0,2}$`)
	announces      = regexp.MustCompile(`(?:印发|发布|公布|下发)《([^《》]{4,60})》(?:[（(]试行[）)])?的(?:通知|公告|决定)$`)
	brokenTitle    = regexp.MustCompile(`^关于|[省市县区旗]$`)
	extension      = regexp.MustCompile(`\.[A-Za-z0-9]{1,6}$`)
)

// titlePage is how many lines above the first article are searched for what a
// document says about itself.
const titlePage = 30

// inferFrom fills from the text what the front matter left open.
func (d *Document) inferFrom(l *layout) {
	head := firstLines(l.lines[:l.first], titlePage)
	if d.Kind == Case && len(head) > 0 && !caseBlock.MatchString(head[0]) && utf8.RuneCountInString(head[0]) <= maxHeading {
		d.Title = cmp.Or(d.Title, strings.TrimLeft(head[0], "# 　"))
	}
	d.Title = cmp.Or(d.Title, inferTitle(head), fileTitle(d.Path))
	l.skipTitle()
	for i, line := range head {
		above := ""
		if i > 0 {
			above = noBlanks.Replace(head[i-1])
		}
		d.DocNo = cmp.Or(d.DocNo, numberIn(line, above))
		if org, ok := strings.CutSuffix(noBlanks.Replace(line), "文件"); ok && isSigner(org) {
			d.Issuer = cmp.Or(d.Issuer, org)
		}
		if d.Issued == "" && isPublished(line) {
			d.Issued, _ = ParseDate(line)
		}
	}
	d.Issued = cmp.Or(d.Issued, l.signed)
	if n := len(l.signers); n > 0 {
		d.Issuer = cmp.Or(d.Issuer, l.signers[n-1])
	}
	if d.Kind == Rule {
		d.inferForce(l)
	}
	d.Level = cmp.Or(d.Level, levelOf(d))
}

// numberIn reads a line that is the number of the document, and nothing else: a
// number inside a sentence is that of another document.
func numberIn(line, above string) string {
	if m := numberLine.FindStringSubmatch(line); m != nil {
		return m[1]
	}
	plain := noBlanks.Replace(strings.Trim(line, "（）()"))
	if decreeLine.MatchString(plain) {
		return plain
	}
	if decreeNumber.MatchString(plain) && strings.HasSuffix(above, "令") { // 国务院令 above 第722号
		return above + plain
	}
	return ""
}

// isPublished says whether a line above the articles says when a text was passed
// or published: a date alone, or in brackets, or in a short line that is no
// sentence.
func isPublished(line string) bool {
	if dateLine.MatchString(line) {
		return true
	}
	n := utf8.RuneCountInString(line)
	inBrackets := strings.HasPrefix(line, "（") || strings.HasPrefix(line, "(")
	return (inBrackets && n <= maxPublished || n <= maxHeading && !strings.Contains(line, "。") && published.MatchString(line)) && !inForceFrom.MatchString(line)
}

// maxPublished is in characters: （1988年…通过 1997年…修订 …） of a statute that was
// amended often.
const maxPublished = 400

// inferTitle takes the first Markdown heading of the first rank, or the first
// short line that ends like the name of a rule, joined to the line above it
// where the name is broken in two. A notice that brings a rule (关于印发《…》的
// 通知) is filed under the rule.
func inferTitle(head []string) string {
	title := ""
	for i, line := range head {
		if m := markdownHead.FindStringSubmatch(line); m != nil && len(m[1]) == 1 {
			title = strings.TrimSpace(m[2])
			break
		}
		plain := squeeze(strings.TrimLeft(line, "# "))
		_, _, section := sectionHeading(line)
		if section || title != "" || infoComment.MatchString(line) || utf8.RuneCountInString(plain) > 60 || strings.ContainsAny(plain, "。；") || strings.HasPrefix(plain, "（") {
			continue
		}
		if titleEnd.MatchString(plain) && !numberLine.MatchString(line) {
			title = titleAbove(head[:i], plain) + plain
			break
		}
	}
	if m := announces.FindStringSubmatch(title); m != nil {
		return m[1]
	}
	return title
}

// titleAbove gives the part of a broken title that stands on the line above:
// 关于… without an end, a region alone, or the office whose opinion it is.
func titleAbove(head []string, title string) string {
	if len(head) == 0 {
		return ""
	}
	plain := squeeze(head[len(head)-1])
	if strings.HasPrefix(title, "关于") && isSigner(head[len(head)-1]) {
		return plain
	}
	if utf8.RuneCountInString(plain) <= 30 && brokenTitle.MatchString(plain) && !strings.ContainsAny(plain, "，。；：#") {
		return plain
	}
	return ""
}

// skipTitle leaves the title's own line out of the text when it is a Markdown
// heading; as a line of its own it is left to the preamble.
func (l *layout) skipTitle() {
	for i, line := range l.lines {
		if m := markdownHead.FindStringSubmatch(line); m != nil && len(m[1]) == 1 {
			_, _, section := sectionHeading(m[2])
			l.skip[i] = l.skip[i] || l.heads[i].number == 0 && !section
			return
		}
	}
}

func squeeze(s string) string {
	return strings.NewReplacer(" ", "", "　", "", "\t", "").Replace(s)
}

// firstLines gives the first n lines that are not blank.
func firstLines(lines []string, n int) []string {
	var out []string
	for _, l := range lines {
		if l != "" && len(out) < n {
			out = append(out, l)
		}
	}
	return out
}

func fileTitle(path string) string {
	name := path[strings.LastIndexByte(path, '/')+1:]
	return extension.ReplaceAllString(name, "")
}
