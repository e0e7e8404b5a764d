package documents

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Reference is an article that a text names, with the 款 and 项 when it names
// them (0 otherwise).
type Reference struct {
	Cite
	Paragraph, Item int
}

// FindRefs gives the articles that a text names, in order: 《实施办法》第十八条,
// 规程6, 刑法第三百九十七条之一, 第六条第二款第（一）项, 问6. Title is "" when the
// text names none before the number (or says 本办法). "第三条、第四条" and "第三、
// 四条" name two, "第三条至第五条" three.
func FindRefs(text string) []Reference {
	found := numbered(text)
	found = append(found, loose(text)...)
	slices.SortStableFunc(found, func(a, b mention) int { return cmp.Compare(a.at, b.at) })
	var out []Reference
	seen := map[Reference]bool{}
	for _, m := range found {
		if !seen[m.Reference] {
			seen[m.Reference] = true
			out = append(out, m.Reference)
		}
	}
	return out
}

// mention is a reference at its place in a text.
type mention struct {
	Reference
	at   int
	self bool // 本办法第三条: of this document and not of its appendix
}

// articleName is the one way in which articles are named: 第十条之一.
func articleName(n int, suffix string) string {
	name := "第" + FormatNumber(n) + "条"
	if s, ok := ParseNumber(suffix); ok {
		name += "之" + FormatNumber(s)
	}
	return name
}

// articleNumeral reads the number of 第十二条 and 第十二条之一; 0 for anything else.
func articleNumeral(name string) int {
	rest, ok := strings.CutPrefix(name, "第")
	number, _, found := strings.Cut(rest, "条")
	n, _ := ParseNumber(number)
	if !ok || !found {
		return 0
	}
	return n
}

// questionName is how an entry of a question-and-answer file is cited: 问6.
func questionName(n int) string { return "问" + strconv.Itoa(n) }

// earlier is 前条, 前两条: the articles just above this one.
var earlier = regexp.MustCompile(`前(两|二|三|四|五)?条`)

// citesIn gives the articles that a passage names, without its own. own is its
// number as the text has it; name is the passage's name, 附件1·第三条 in an
// appendix, where a number alone means an article of the appendix when there is
// one (known).
func citesIn(text, own, name string, known map[string]bool) []Cite {
	found := numbered(text)
	if n := articleNumeral(own); n > 0 && !strings.Contains(own, "之") {
		for _, m := range earlier.FindAllStringSubmatchIndex(text, -1) {
			count := 1
			if m[2] >= 0 {
				count, _ = ParseNumber(text[m[2]:m[3]])
			}
			for k := max(n-count, 1); k < n; k++ {
				found = append(found, mention{Reference: Reference{Cite: Cite{"", articleName(k, "")}}, at: m[0]})
			}
		}
		slices.SortStableFunc(found, func(a, b mention) int { return cmp.Compare(a.at, b.at) })
	}
	appendix, _, inAppendix := strings.Cut(name, "·")
	var out []Cite
	seen := map[Cite]bool{{"", name}: true}
	for _, m := range found {
		c := m.Cite
		if c.Title == "" && inAppendix && !m.self && known[appendix+"·"+c.Article] {
			c.Article = appendix + "·" + c.Article
		}
		if !seen[c] {
			seen[c] = true
			out = append(out, c)
		}
	}
	return out
}

var (
	// a number right behind a name, as people type: 规程6. What counts things
	// (规定5项, 规程3页) is none.
	looseReference = regexp.MustCompile(`([\p{Han}]{0,20}(?:办法|规程|条例|规定|指引|细则|准则|法))[ 　]*([0-9０-９]{1,4})(?:$|[\s，。？！；、,.?!;的里怎是讲说]|什么)`)
	questionNumber = regexp.MustCompile(`([\p{Han}]{0,20}问答)?[的里中 　]*(?:问|第)[ 　]*([0-9０-９]{1,3})[ 　]*(问|题|条)?(?:$|[^0-9０-９年月日号天个件次元万名人家份项])`)
	bareQuestion   = regexp.MustCompile(`^[ 　]*(?:看看?|查)?问[ 　]*([0-9０-９]{1,3})(?:$|[^0-9０-９年月日号天个件次元万名人家份项])`)
)

// loose finds what only questions name in this way: 规程6, 常见问答问6.
func loose(text string) []mention {
	var out []mention
	add := func(at int, title, article string) {
		out = append(out, mention{Reference: Reference{Cite: Cite{title, article}}, at: at})
	}
	if strings.ContainsAny(text, "0123456789０１２３４５６７８９") {
		for _, m := range looseReference.FindAllStringSubmatchIndex(text, -1) {
			title := bareTitle(text[m[2]:m[3]])
			if n, ok := ParseNumber(text[m[4]:m[5]]); ok && title != "" {
				add(m[4], title, articleName(n, ""))
			}
		}
	}
	if strings.Contains(text, "问答") {
		for _, m := range questionNumber.FindAllStringSubmatchIndex(text, -1) {
			if n, ok := ParseNumber(text[m[4]:m[5]]); ok {
				title := ""
				if m[2] >= 0 {
					title = bareTitle(text[m[2]:m[3]])
				}
				if title != "" || strings.Contains(text[m[0]:m[1]], "问") {
					add(m[4], cmp.Or(title, "问答"), questionName(n))
				}
			}
		}
	} else if m := bareQuestion.FindStringSubmatchIndex(text); m != nil {
		if n, ok := ParseNumber(text[m[2]:m[3]]); ok {
			add(m[2], "", questionName(n))
		}
	}
	return out
}
