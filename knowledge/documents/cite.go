package documents

import (
	"regexp"
	"slices"
	"strings"
)

// Reference is an article that a text names, with the 款 and 项 when it names
// them (0 otherwise).
type Reference struct {
	Cite
	Paragraph, Item int
}

// maxRange bounds "第X条至第Y条": a wider range is a chapter, not a reference.
const maxRange = 30

var (
	reference = regexp.MustCompile(`(?:《([^《》]{2,60})》[ 　]*|([\p{Han}]{0,14}?(?:办法|规程|条例|规定|指引|细则|准则|意见|解释|法典|章程|通则|决定|法))?)` +
		`(?:第[ 　]*)?(` + numeral + `)[ 　]*条(?:[ 　]*之[ 　]*(` + numeral + `))?` +
		`(?:第[ 　]*(` + numeral + `)[ 　]*款)?(?:第?[ 　]*[（(]?(` + numeral + `)[）)]?[ 　]*项)?`)
	looseReference = regexp.MustCompile(`(办法|规程|条例|规定|指引|细则|准则)[ 　]*([0-9０-９]{1,3})(?:[^0-9０-９年月日号天个件次元万〕\]]|$)`)
	continued      = regexp.MustCompile(`^(?:[、和及或]|以及|或者|至|到)第(` + numeral + `)条(?:之(` + numeral + `))?`)
	questionNumber = regexp.MustCompile(`问[ 　]*([0-9０-９]{1,3})`)
	selfTitle      = regexp.MustCompile(`^.*?(?:本|该|此|上述)(?:办法|规程|条例|规定|指引|细则|准则|意见|解释|法|章程)$`)
	leadingWords   = regexp.MustCompile(`^.*(?:依照|按照|根据|依据|违反|适用|参照|符合|属于|对照|看看|按|据|请问|查一下|查|看|问|的|是|和|与|及|、|，|《)`)
)

// FindRefs gives the articles that a text names, in order: 《实施办法》第十八条,
// 规程6, 刑法第三百九十七条之一, 第六条第二款第（一）项, 问6. Title is "" when the
// text names none before the number (or says 本办法). "第三条、第四条" names two,
// "第三条至第五条" three.
func FindRefs(text string) []Reference {
	var out []Reference
	add := func(r Reference) {
		if !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	for from := 0; from < len(text); {
		m := reference.FindStringSubmatchIndex(text[from:])
		if m == nil {
			break
		}
		at := from
		part := func(i int) string {
			if m[2*i] < 0 {
				return ""
			}
			return text[at+m[2*i] : at+m[2*i+1]]
		}
		from += m[1]
		n, ok := ParseNumber(part(3))
		title := part(1)
		if title == "" {
			title = bareTitle(part(2))
		}
		if !ok || title == "" && !strings.Contains(part(0), "第") {
			continue
		}
		r := Reference{Cite: Cite{title, articleName(n, part(4))}}
		r.Paragraph, _ = ParseNumber(part(5))
		r.Item, _ = ParseNumber(part(6))
		add(r)
		for {
			rest := text[from:]
			c := continued.FindStringSubmatch(rest)
			if c == nil {
				break
			}
			to, ok := ParseNumber(c[1])
			if !ok {
				break
			}
			first := to
			if strings.HasPrefix(rest, "至") || strings.HasPrefix(rest, "到") {
				first = n + 1
			}
			for k := first; k <= to && to-first < maxRange; k++ {
				suffix := ""
				if k == to {
					suffix = c[2]
				}
				add(Reference{Cite: Cite{title, articleName(k, suffix)}})
			}
			n = to
			from += len(c[0])
		}
	}
	for _, m := range looseReference.FindAllStringSubmatch(text, -1) {
		if n, ok := ParseNumber(m[2]); ok {
			add(Reference{Cite: Cite{m[1], articleName(n, "")}})
		}
	}
	if strings.Contains(text, "问答") {
		for _, m := range questionNumber.FindAllStringSubmatch(text, -1) {
			if n, ok := ParseNumber(m[1]); ok {
				add(Reference{Cite: Cite{"", questionName(n)}})
			}
		}
	}
	return out
}

// articleName is the one way in which articles are named: 第十条之一.
func articleName(n int, suffix string) string {
	name := "第" + FormatNumber(n) + "条"
	if s, ok := ParseNumber(suffix); ok {
		name += "之" + FormatNumber(s)
	}
	return name
}

// bareTitle cleans a name that stands before a number without 《》: the words
// that lead to it are not part of it, and 本办法 is no name.
func bareTitle(s string) string {
	if selfTitle.MatchString(s) {
		return ""
	}
	return leadingWords.ReplaceAllString(s, "")
}

// citesIn gives the articles that a passage names, without its own number.
func citesIn(text, own string) []Cite {
	var out []Cite
	for _, r := range FindRefs(text) {
		c := r.Cite
		if c.Title == "" && c.Article == own || slices.Contains(out, c) {
			continue
		}
		out = append(out, c)
	}
	return out
}

var (
	bracketed = regexp.MustCompile(`[（(][^（）()]*[）)]`)
	region    = regexp.MustCompile(`^(?:中华人民共和国|中国共产党|[\p{Han}]{1,6}?(?:自治区|自治州|省|市|县|区|旗))`)
	kinds     = []string{"实施办法", "工作规程", "工作指引", "实施细则", "实施条例", "工作办法", "工作规定", "暂行办法", "暂行规定", "暂行条例", "监督执纪工作规则", "办法", "规程", "条例", "规定", "指引", "细则", "准则", "规则", "意见", "解释", "法典"}
)

// ShortTitles gives every name by which a document may be cited, the longest
// first: 示例县风险备案工作规程(示例), 风险备案工作规程, 风险备案规程, 备案规程,
// 工作规程, 规程. A trial version is also called by its stage: 试行办法.
func ShortTitles(title string) []string {
	full := strings.NewReplacer("《", "", "》", "", "（", "(", "）", ")", " ", "", "　", "").Replace(strings.TrimSpace(title))
	if full == "" {
		return nil
	}
	var names []string
	add := func(s string) {
		if s != "" && !slices.Contains(names, s) {
			names = append(names, s)
		}
	}
	add(full)
	plain := bracketed.ReplaceAllString(full, "")
	add(plain)
	local := region.ReplaceAllString(plain, "")
	add(local)
	for _, kind := range kinds {
		stem, ok := strings.CutSuffix(local, kind)
		if !ok {
			continue
		}
		tail := kind
		if r := []rune(kind); len(r) > 2 && kind != "法典" {
			tail = string(r[len(r)-2:])
		}
		add(stem + tail)
		if r := []rune(stem); len(r) > 2 {
			short := string(r[len(r)-2:])
			add(short + kind)
			add(short + tail)
		}
		add(kind)
		add(tail)
		if strings.Contains(full, "试行") {
			add("试行" + tail)
		}
		break
	}
	slices.SortStableFunc(names, func(a, b string) int { return len([]rune(b)) - len([]rune(a)) })
	return names
}
