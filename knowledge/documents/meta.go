package documents

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
)

// frontMatter is what a Markdown file may say about itself between two lines
// of "---" at its top. Unknown keys are ignored: editors add their own.
type frontMatter struct {
	Title         string   `yaml:"title"`
	DocNo         string   `yaml:"doc_no"`
	Issuer        string   `yaml:"issuer"`
	Level         string   `yaml:"level"`
	Status        string   `yaml:"status"`
	Issued        string   `yaml:"issued"`
	Effective     string   `yaml:"effective"`
	Repealed      string   `yaml:"repealed"`
	Supersedes    string   `yaml:"supersedes"`
	SupersededBy  string   `yaml:"superseded_by"`
	Illustrative  bool     `yaml:"illustrative"`
	CaseID        string   `yaml:"case_id"`
	Batch         int      `yaml:"batch"`
	Domain        string   `yaml:"domain"`
	Situations    []int    `yaml:"situations"`
	Mitigation    []int    `yaml:"mitigation"`
	Outcome       string   `yaml:"outcome"`
	CitedArticles []string `yaml:"cited_articles"`
}

// maxFrontMatter is in bytes: a longer one is not front matter.
const maxFrontMatter = 16 << 10

// cutFrontMatter parts the front matter from the body; without one the whole
// text is the body.
func cutFrontMatter(text string) (front, body string) {
	rest, ok := strings.CutPrefix(text, "---\n")
	if !ok {
		return "", text
	}
	front, body, ok = strings.Cut(rest, "\n---\n")
	if !ok || len(front) > maxFrontMatter {
		return "", text
	}
	return front, body
}

// applyFrontMatter fills what the front matter says. A front matter that is
// not YAML is a warning, not a loss: the document stands without it.
func (d *Document) applyFrontMatter(front string) {
	if front == "" {
		return
	}
	var f frontMatter
	if err := yaml.Unmarshal([]byte(front), &f); err != nil {
		d.Warnings = append(d.Warnings, warnFrontMatter)
		return
	}
	d.Title, d.DocNo, d.Issuer, d.Level, d.Status = f.Title, f.DocNo, f.Issuer, f.Level, f.Status
	d.Supersedes, d.SupersededBy, d.Illustrative = f.Supersedes, f.SupersededBy, f.Illustrative
	for _, date := range []struct {
		name, value string
		to          *Date
	}{{"issued", f.Issued, &d.Issued}, {"effective", f.Effective, &d.Effective}, {"repealed", f.Repealed, &d.Repealed}} {
		if date.value == "" {
			continue
		}
		parsed, ok := ParseDate(date.value)
		if !ok {
			d.Warnings = append(d.Warnings, fmt.Sprintf(warnBadDate, date.name, clip(date.value, 20)))
		}
		*date.to = parsed
	}
	if f.CaseID != "" || f.Outcome != "" {
		d.Kind = Case
		d.Case = &CaseInfo{ID: f.CaseID, Batch: f.Batch, Domain: f.Domain, Situations: f.Situations, Mitigation: f.Mitigation, Outcome: f.Outcome}
		for _, c := range f.CitedArticles {
			for _, r := range FindRefs(c) {
				d.Case.Cites = append(d.Case.Cites, r.Cite)
			}
		}
	}
}

var (
	documentNumber = regexp.MustCompile(`[\p{Han}]{1,16}[〔\[［（(]((?:19|20)[0-9]{2})[〕\]］）)][ ]*第?[ ]*[0-9]{1,5}[ ]*号`)
	inForceFrom    = regexp.MustCompile(`自([^。；]{4,24}?)起(?:施行|实施|执行|生效)`)
	inForceIssued  = regexp.MustCompile(`自(?:发布|公布|印发|颁布)之日起(?:施行|实施|执行|生效)`)
	passedOn       = regexp.MustCompile(`^[（(]?.{0,30}?((?:19|20)[0-9]{2}年[0-9]{1,2}月[0-9]{1,2}日|[〇零一二三四五六七八九○]{4}年[一二三四五六七八九十]+月[一二三四五六七八九十]+日)`)
	repeals        = regexp.MustCompile(`《([^《》]{4,60})》(?:[（(]([^（）()]{4,30}号)[）)])?[^。；]{0,12}同时废止`)
	infoComment    = regexp.MustCompile(`^<!--.*-->$`)
)

// inferFrom fills from the text what the front matter left open.
func (d *Document) inferFrom(lines []string) {
	if d.Title == "" {
		d.Title = inferTitle(lines)
	}
	if d.Title == "" {
		d.Title = fileTitle(d.Path)
	}
	head := strings.Join(firstLines(lines, 25), "\n")
	if d.DocNo == "" && d.Kind == Rule {
		d.DocNo = documentNumber.FindString(head)
	}
	if d.Issued == "" {
		for _, line := range firstLines(lines, 15) {
			if m := passedOn.FindStringSubmatch(line); m != nil && !articleStart.MatchString(line) {
				d.Issued, _ = ParseDate(m[1])
				break
			}
		}
	}
	if d.Kind == Rule {
		d.inferForce(lines)
	}
	d.Level = cmp.Or(d.Level, levelByTitle(d.Title))
}

// inferForce reads the closing articles: from when the text is in force, and
// what it repeals.
func (d *Document) inferForce(lines []string) {
	text := strings.Join(lines, "\n")
	if d.Effective == "" {
		for _, m := range inForceFrom.FindAllStringSubmatch(text, -1) {
			if date, ok := ParseDate(m[1]); ok {
				d.Effective = date // the last one: amendments stand before it
			}
		}
		if d.Effective == "" && inForceIssued.MatchString(text) {
			d.Effective = d.Issued
		}
	}
	if d.Supersedes == "" {
		if m := repeals.FindStringSubmatch(text); m != nil {
			d.Supersedes = cmp.Or(m[2], m[1])
		}
	}
}

// inferTitle takes the first Markdown heading of the first rank, or the first
// short line that ends like the name of a rule, joined to the line above it
// where the name is broken in two.
func inferTitle(lines []string) string {
	above := ""
	for _, line := range firstLines(lines, 30) {
		if m := markdownHead.FindStringSubmatch(line); m != nil && len(m[1]) == 1 {
			return strings.TrimSpace(m[2])
		}
		plain := squeeze(strings.TrimLeft(line, "# "))
		if articleStart.MatchString(line) || infoComment.MatchString(line) {
			above = ""
			continue
		}
		if utf8.RuneCountInString(plain) <= 50 && titleEnd.MatchString(plain) && !documentNumber.MatchString(plain) {
			return above + plain
		}
		above = ""
		if utf8.RuneCountInString(plain) <= 30 && strings.HasPrefix(plain, "关于") {
			above = plain
		}
	}
	return ""
}

var titleEnd = regexp.MustCompile(`(?:法|法典|条例|规定|办法|规程|指引|细则|准则|规则|意见|解释|通知|决定|章程|纪要|清单|问答|方案)(?:[（(][^（）()]{1,20}[）)]){0,2}$`)

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

var extension = regexp.MustCompile(`\.[A-Za-z0-9]{1,6}$`)

func fileTitle(path string) string {
	name := path[strings.LastIndexByte(path, '/')+1:]
	return extension.ReplaceAllString(name, "")
}

var titleLevels = []struct {
	level string
	name  *regexp.Regexp
}{
	{"宪法", regexp.MustCompile(`^(?:中华人民共和国)?宪法(?:修正案)?(?:[（(].*)?$`)},
	{"监察法规", regexp.MustCompile(`监察法实施条例|监察(?:官|机关).*(?:条例|规定)$`)},
	{"司法解释", regexp.MustCompile(`^最高人民(?:法院|检察院)|的解释(?:[（(].*)?$|人民法院.*(?:规则|解释|批复)`)},
	{"党内法规", regexp.MustCompile(`^中国共产党|^中共中央|党(?:组|委|政领导干部).*(?:条例|规定|规则|准则)`)},
	{"地方性法规", regexp.MustCompile(`^[\p{Han}]{2,8}?(?:省|自治区|市|自治州|县).{2,}条例`)},
	{"法律", regexp.MustCompile(`[^办]法(?:[（(].*)?$|法典(?:[（(].*)?$|^全国人民代表大会`)},
	{"行政法规", regexp.MustCompile(`^中华人民共和国.*(?:条例|细则|办法)|^国务院|条例(?:[（(].*)?$`)},
	{"政府规章", regexp.MustCompile(`^[\p{Han}]{2,8}?(?:省|自治区|市|自治州).{2,}(?:办法|规定)`)},
	{"部门规章", regexp.MustCompile(`(?:办法|规定|规则|细则|规程)(?:[（(].*)?$`)},
}

// levelByTitle ranks a rule by its name, as statutes are named. "" when the
// name says nothing.
func levelByTitle(title string) string {
	for _, t := range titleLevels {
		if t.name.MatchString(title) {
			return t.level
		}
	}
	return ""
}

// clip shortens s to n characters.
func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}
