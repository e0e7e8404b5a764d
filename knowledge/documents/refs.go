package documents

import (
	"cmp"
	"regexp"
	"strings"
	"unicode/utf8"
)

var (
	listed     = regexp.MustCompile(`^([、和或及与至到—~－-]|以及|或者)?[ 　]*(第)?[ 　]*(` + numeral + `)`)
	suffix     = regexp.MustCompile(`^条(?:[ 　]*之[ 　]*(` + numeral + `))?`)
	paragraphs = regexp.MustCompile(`^[ 　]*(?:第[ 　]*)?(` + numeral + `)[ 　]*款`)
	items      = regexp.MustCompile(`^[ 　]*(?:第[ 　]*)?[（(]?(` + numeral + `)[）)]?[ 　]*项|^[（(]([一二三四五六七八九十]+)[）)]|^[ 　]*第[ 　]*[（(](` + numeral + `)[）)]`)
	nextItem   = regexp.MustCompile(`^[、和及或](?:第[ 　]*)?([（(]` + numeral + `[）)][ 　]*项?|` + numeral + `[ 　]*项)`)
	nextPart   = regexp.MustCompile(`^(?:[、和及或]|以及|或者)(第[ 　]*` + numeral + `[ 　]*款)`)
)

// maxRange bounds "第X条至第Y条": of a wider range the two ends are taken.
const maxRange = 30

// numbered finds every 条 with a number before it, and reads the title before
// the number and the 款 and 项 behind it. It looks at a bounded piece of text
// on both sides, so that its time is in proportion to the text.
func numbered(text string) []mention {
	var out []mention
	end := 0 // of the reference before
	var before mention
	for from := 0; ; {
		n := strings.Index(text[from:], "条")
		if n < 0 {
			return out
		}
		at := from + n
		from = at + len("条")
		start := numeralsBefore(text, at, end)
		list := numbersOf(text[start:at])
		if len(list) == 0 {
			continue
		}
		m := mention{at: start}
		switch {
		case start == end && list[0].joint != "" && end > 0:
			if !list[0].marked && list[0].joint != "至" && list[0].joint != "到" && list[0].joint != "、" {
				continue
			}
			m.Title, m.self = before.Title, before.self
		default:
			m.Title, m.self = titleBefore(text[:start+list[0].at])
			if !list[0].marked {
				if m.Title == "" && !m.self {
					list = fromMarked(list)
				}
				if len(list) == 0 {
					continue
				}
			}
			list[0].joint = ""
		}
		s := suffix.FindStringSubmatch(text[at:])
		end = at + len(s[0])
		previous := articleNumeral(before.Article)
		for i, number := range list {
			ending := ""
			if i == len(list)-1 {
				ending = s[1]
			}
			out = append(out, expand(m, previous, number, ending)...)
			previous = number.n
		}
		var details []mention
		details, end = detailsAfter(text, end, out[len(out)-1])
		out = append(out[:len(out)-1], details...)
		before, from = out[len(out)-1], max(from, end)
	}
}

// listedNumber is one number of a list before 条.
type listedNumber struct {
	joint  string // 、 和 至 … before it
	marked bool   // 第 before it
	n      int
	at     int
}

// expand gives the references of one number: with 至 before it, all from the
// number before.
func expand(m mention, previous int, number listedNumber, ending string) []mention {
	first := number.n
	isRange := strings.ContainsAny(number.joint, "至到—~－-") && number.joint != ""
	if isRange && previous > 0 && number.n-previous <= maxRange && previous < number.n {
		first = previous + 1
	}
	var out []mention
	for k := first; k <= number.n; k++ {
		next := m
		next.Reference = Reference{Cite: Cite{m.Title, articleName(k, "")}}
		if k == number.n {
			next.Article = articleName(k, ending)
		}
		out = append(out, next)
	}
	return out
}

// maxNumerals is in bytes: about twenty numbers in a list before one 条.
const maxNumerals = 240

// numeralsBefore gives where the numbers before a 条 begin, not before floor.
func numeralsBefore(text string, at, floor int) int {
	start := at
	for start > floor && at-start < maxNumerals {
		r, size := utf8.DecodeLastRuneInString(text[floor:start])
		if !strings.ContainsRune("〇○零一二两三四五六七八九十百千廿卅第、和或及与以者至到—~－- 　0123456789０１２３４５６７８９", r) {
			break
		}
		start -= size
	}
	return start
}

// numbersOf reads "第三条、第四" without its last 条: every number with what joins
// it. It gives those that reach the end without a break.
func numbersOf(s string) []listedNumber {
	var out []listedNumber
	for at := 0; at < len(s); {
		m := listed.FindStringSubmatchIndex(s[at:])
		if m == nil {
			_, size := utf8.DecodeRuneInString(s[at:])
			at += size
			out = nil
			continue
		}
		number := listedNumber{marked: m[4] >= 0, at: at}
		if m[2] >= 0 {
			number.joint = s[at+m[2] : at+m[3]]
			number.at = at + m[3]
		}
		var ok bool
		number.n, ok = ParseNumber(s[at+m[6] : at+m[7]])
		if !ok || len(out) > 0 && number.joint == "" {
			out = nil
		}
		if ok {
			out = append(out, number)
		}
		at += m[1]
		for at < len(s) && (s[at] == ' ' || strings.HasPrefix(s[at:], "　")) {
			_, size := utf8.DecodeRuneInString(s[at:])
			at += size
		}
	}
	return out
}

// fromMarked drops numbers before the first 第: the mark of a list in "一、第三条".
func fromMarked(list []listedNumber) []listedNumber {
	for i := range list {
		if list[i].marked {
			return list[i:]
		}
	}
	return nil
}

// maxDetail is in bytes: 第一百二十三款第（一百二十三）项 fits well.
const maxDetail = 120

// detailsAfter reads the 款 and 项 behind a reference: several of them make
// several references. end is where they stop.
func detailsAfter(text string, end int, m mention) ([]mention, int) {
	if next := ahead(text, end, maxDetail); !strings.ContainsAny(next, "款项") && !strings.HasPrefix(next, "（") && !strings.HasPrefix(next, "(") {
		return []mention{m}, end
	}
	var out []mention
	for {
		if p := paragraphs.FindStringSubmatch(ahead(text, end, maxDetail)); p != nil {
			m.Paragraph, _ = ParseNumber(p[1])
			end += len(p[0])
		}
		m.Item = 0
		i := items.FindStringSubmatch(ahead(text, end, maxDetail))
		if i == nil {
			out = append(out, m)
		} else {
			m.Item, _ = ParseNumber(cmp.Or(i[1], i[2], i[3]))
			end += len(i[0])
			out = append(out, m)
			for n := nextItem.FindStringSubmatch(ahead(text, end, maxDetail)); n != nil; n = nextItem.FindStringSubmatch(ahead(text, end, maxDetail)) {
				m.Item, _ = ParseNumber(strings.Trim(n[1], "（）()项 　"))
				end += len(n[0])
				out = append(out, m)
			}
		}
		next := nextPart.FindStringSubmatchIndex(ahead(text, end, maxDetail))
		if next == nil {
			return out, end
		}
		end += next[2]
	}
}

func ahead(text string, from, n int) string {
	return text[from:min(len(text), from+n)]
}
