package documents

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

var (
	selfTitle    = regexp.MustCompile(`(?:^|[^基资])(?:本|该|此|上述|前述|这个|这部)(?:办法|规程|条例|规定|指引|细则|准则|规则|意见|解释|法|章程|决定)$`)
	notLaw       = regexp.MustCompile(`(?:依|方|做|无|合|违|执|司|用|说|想|看|守|普|书)法$`)
	leadingWords = regexp.MustCompile(`^.*(?:依照|按照|根据|依据|违反|适用|参照|符合|属于|对照|关于|对于|看看|请问|查一下|想知道|告诉我|说说|讲讲|中有|者有|的|是|和|与|及|或)`)
	lastBracket  = regexp.MustCompile(`[（(]([^（）()]{1,30})[）)]$`)
)

// titleKinds are the words with which the name of a rule ends.
var titleKinds = []string{"法", "办法", "规程", "条例", "规定", "指引", "细则", "准则", "规则", "意见", "解释", "法典", "章程", "通则", "决定"}

// reach is how far before a number its title may begin, in bytes: sixty
// characters of a name and a document number in brackets.
const reach = 300

// titleBefore reads the name of a document at the end of a text: 《…》, or a bare
// name that ends like one (实施办法), with （试行） behind it or not. self says
// that it is 本办法 or the like.
func titleBefore(text string) (title string, self bool) {
	if len(text) > reach {
		text = text[len(text)-reach:]
	}
	text = strings.TrimRight(text, " 　")
	text = withoutTrailing(text)
	stage := ""
	for range 2 {
		if !strings.HasSuffix(text, "）") && !strings.HasSuffix(text, ")") {
			break
		}
		m := lastBracket.FindStringSubmatchIndex(text)
		if m == nil {
			break
		}
		if inside := text[m[2]:m[3]]; !documentNumber.MatchString(inside) {
			stage = text[m[0]:m[1]] + stage
		}
		text = text[:m[0]]
	}
	if rest, ok := strings.CutSuffix(text, "》"); ok {
		at := strings.LastIndex(rest, "《")
		if n := 0; at >= 0 {
			title = rest[at+len("《"):]
			if n = utf8.RuneCountInString(title); n >= 2 && n <= 80 {
				return title + stage, false
			}
		}
		return "", false
	}
	if !slices.ContainsFunc(titleKinds, func(kind string) bool { return strings.HasSuffix(text, kind) }) {
		return "", false
	}
	start := len(text)
	for n := 0; start > 0 && n < longestBareTitle; n++ {
		r, size := utf8.DecodeLastRuneInString(text[:start])
		if !unicode.Is(unicode.Han, r) {
			break
		}
		start -= size
	}
	if selfTitle.MatchString(text[start:]) {
		return "", true
	}
	if title = bareTitle(text[start:]); title == "" {
		return "", false
	}
	return title + stage, false
}

// withoutTrailing takes off what may stand between a name and a number: 办法的
// 第三条, 办法里第三条; 规定的 is no name.
func withoutTrailing(text string) string {
	for _, word := range []string{"里面的", "里面", "里的", "中的", "的", "里", "中"} {
		if cut, ok := strings.CutSuffix(text, word); ok && !strings.HasSuffix(cut, "规定") {
			return cut
		}
	}
	return text
}

// longestBareTitle is in characters; longer names stand in 《》.
const longestBareTitle = 24

// bareTitle cleans a name that stands before a number without 《》: the words
// that lead to it are not part of it, and neither 本办法 nor 依法 is a name.
func bareTitle(s string) string {
	if selfTitle.MatchString(s) || notLaw.MatchString(s) {
		return ""
	}
	s = leadingWords.ReplaceAllString(s, "")
	for _, verb := range []string{"看", "查", "问", "按", "据", "依", "在"} {
		if rest, ok := strings.CutPrefix(s, verb); ok && !strings.ContainsAny(rest[:min(len(rest), len("题"))], "题处办询法") {
			s = rest
			break
		}
	}
	return s
}

var (
	bracketed = regexp.MustCompile(`\([^()]*\)$`)
	region    = regexp.MustCompile(`^(?:中华人民共和国|中国共产党|[\p{Han}]{1,6}?(?:自治区|自治州|[省市县区旗]))`)
	// words that end like a region and are none
	noRegion = regexp.MustCompile(`(?:城市|地区|社区|园区|小区|校区|景区|街区|辖区|城区|库区|灾区|山区|都市)$`)
	kinds    = []string{"实施办法", "工作规程", "工作指引", "实施细则", "实施条例", "工作办法", "工作规定", "工作规则", "暂行办法", "暂行规定", "暂行条例", "办法", "规程", "条例", "规定", "指引", "细则", "准则", "规则", "意见", "解释", "法典"}
	widths   = strings.NewReplacer("(", "（", ")", "）")
	halves   = strings.NewReplacer("《", "", "》", "", "（", "(", "）", ")", " ", "", "　", "")
)

// ShortTitles gives every name by which a document may be cited, the longest
// first: 示例县风险备案工作规程(示例), 风险备案工作规程, 风险备案规程, 备案规程,
// 工作规程, 规程. A name with brackets comes with half-width and with full-width
// ones. A trial version is also called by its stage: 试行办法.
func ShortTitles(title string) []string {
	full := halves.Replace(strings.TrimSpace(title))
	if full == "" {
		return nil
	}
	var names []string
	add := func(s string) {
		if s != "" && !slices.Contains(names, s) {
			names = append(names, s)
		}
	}
	plain := full
	for bracketed.MatchString(plain) { // (试行)(示例): the last goes first
		for _, s := range append([]string{plain}, withoutRegions(plain)...) {
			add(s)
			add(widths.Replace(s))
		}
		plain = bracketed.ReplaceAllString(plain, "")
	}
	add(plain)
	local := plain
	for _, s := range withoutRegions(plain) {
		add(s)
		local = s
	}
	for _, s := range shorter(local) {
		add(s)
		if tail := []rune(s); strings.Contains(full, "试行") && len(tail) == 2 {
			add("试行" + s)
		}
	}
	slices.SortStableFunc(names, func(a, b string) int { return utf8.RuneCountInString(b) - utf8.RuneCountInString(a) })
	return names
}

// withoutRegions takes the regions off a name one by one: 某省某市办法, 某市办法, 办法.
func withoutRegions(name string) []string {
	var out []string
	for {
		m := region.FindString(name)
		rest := name[len(m):]
		if m == "" || noRegion.MatchString(m) || utf8.RuneCountInString(rest) < 2 || strings.ContainsRune("场级域内", firstRune(rest)) {
			return out
		}
		name = rest
		out = append(out, name)
	}
}

// shorter gives what is left of a name when parts of it are left out: with the
// short form of its kind (规程 for 工作规程), with the last word before it, and
// the kind alone.
func shorter(name string) []string {
	for _, kind := range kinds {
		stem, ok := strings.CutSuffix(name, kind)
		if !ok {
			continue
		}
		tail := kind
		if r := []rune(kind); len(r) > 2 {
			tail = string(r[len(r)-2:])
		}
		out := []string{stem + tail}
		if r := []rune(stem); len(r) > 2 {
			short := string(r[len(r)-2:])
			out = append(out, short+kind, short+tail)
		}
		return append(out, kind, tail)
	}
	return nil
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}
