package typed

import (
	"math/big"
	"strings"
	"unicode/utf8"
)

var digits = map[rune]int64{
	'〇': 0, '零': 0, '一': 1, '二': 2, '两': 2, '三': 3, '四': 4, '五': 5, '六': 6, '七': 7, '八': 8, '九': 9,
	'壹': 1, '贰': 2, '貳': 2, '叁': 3, '參': 3, '肆': 4, '伍': 5, '陆': 6, '陸': 6, '柒': 7, '捌': 8, '玖': 9, '幺': 1,
}

var units = map[rune]int64{
	'十': 10, '拾': 10, '百': 100, '佰': 100, '千': 1000, '仟': 1000,
	'万': 1e4, '萬': 1e4, '亿': 1e8, '億': 1e8,
}

// maxNumeral bounds what numeral looks at; the longest honest amount
// (玖佰玖拾玖亿玖仟……) has about 30 characters.
const maxNumeral = 48

// numeral reads a non-negative number in Arabic digits, Chinese characters,
// bank characters or a mixture (1,200; 三十万五千; 壹佰万; 1.5亿; 三点五万). It is
// exact. ok is false for anything else.
func numeral(s string) (value *big.Rat, ok bool) {
	if s == "" || utf8.RuneCountInString(s) > maxNumeral {
		return nil, false
	}
	r := numeralReader{total: new(big.Rat), section: new(big.Rat), limit: 1e9}
	rest := []rune(s)
	for len(rest) > 0 {
		n := r.read(rest)
		if n == 0 {
			return nil, false
		}
		rest = rest[n:]
	}
	return r.end()
}

// numeralReader sums up sections: what stands before 万 and 亿.
type numeralReader struct {
	total, section *big.Rat
	current        *big.Rat // the number waiting for its unit
	limit          int64    // the next 十, 百 or 千 must be smaller
	last           int64    // the unit just read, for 三万五
	zero           bool     // 零 stands between the unit and the number
	any            bool
}

func (r *numeralReader) read(rest []rune) int {
	if n := arabicLength(rest); n > 0 {
		v, ok := arabic(string(rest[:n]))
		if !ok || r.current != nil {
			return 0
		}
		r.current, r.any = v, true
		return n
	}
	if n := digitRun(rest); n > 0 && r.current == nil {
		return r.digits(rest[:n])
	}
	unit, ok := units[rest[0]]
	if !ok || !r.unit(unit) {
		return 0
	}
	return 1
}

// digits reads characters such as 五, 零五, 二〇二六 or 三点五.
func (r *numeralReader) digits(run []rune) int {
	text := ""
	for _, c := range run {
		if c == '点' {
			text += "."
		} else {
			text += string(rune('0' + digits[c]))
		}
	}
	v, ok := new(big.Rat).SetString(text)
	if !ok || strings.HasSuffix(text, ".") || strings.HasPrefix(text, ".") {
		return 0
	}
	r.any = true
	r.zero = run[0] == '零' || run[0] == '〇'
	if len(run) > 1 || !r.zero {
		r.current = v
	} else if r.last == 0 {
		r.current = v // a plain 零
	}
	return len(run)
}

func (r *numeralReader) unit(unit int64) bool {
	if r.current == nil && unit == 10 && r.limit > 10 {
		r.current = big.NewRat(1, 1) // 十五
	}
	r.any = true
	by := new(big.Rat).SetInt64(unit)
	if unit < 1e4 {
		if r.current == nil || unit >= r.limit {
			return false
		}
		r.section.Add(r.section, by.Mul(by, r.current))
		r.limit = unit
	} else {
		if r.current != nil {
			r.section.Add(r.section, r.current)
		}
		if unit == 1e8 {
			r.section.Add(r.section, r.total)
			r.total.SetInt64(0)
		}
		if r.section.Sign() == 0 {
			return false
		}
		r.total.Add(r.total, by.Mul(by, r.section))
		r.section = new(big.Rat)
		r.limit = 1e9
	}
	r.current, r.last, r.zero = nil, unit, false
	return true
}

func (r *numeralReader) end() (*big.Rat, bool) {
	if !r.any {
		return nil, false
	}
	if r.current != nil {
		short := r.current.IsInt() && r.current.Cmp(big.NewRat(10, 1)) < 0 && r.current.Sign() > 0
		if short && !r.zero && r.last >= 100 {
			r.current.Mul(r.current, big.NewRat(r.last/10, 1)) // 三万五, 一百二
		}
		r.section.Add(r.section, r.current)
	}
	return r.total.Add(r.total, r.section), true
}

func arabicLength(rest []rune) int {
	n := 0
	for n < len(rest) && (rest[n] >= '0' && rest[n] <= '9' || n > 0 && (rest[n] == '.' || rest[n] == ',')) {
		n++
	}
	return n
}

// arabic reads 1200, 1200.50 and 1,200. A comma must stand before three digits.
func arabic(s string) (*big.Rat, bool) {
	whole, fraction, _ := strings.Cut(s, ".")
	groups := strings.Split(whole, ",")
	for i, g := range groups {
		if len(groups) > 1 && (len(g) > 3 || i > 0 && len(g) != 3) || g == "" {
			return nil, false
		}
	}
	if strings.ContainsAny(fraction, ".,") || strings.HasSuffix(s, ".") {
		return nil, false
	}
	return new(big.Rat).SetString(strings.ReplaceAll(s, ",", ""))
}

func digitRun(rest []rune) int {
	for n, c := range rest {
		if _, ok := digits[c]; !ok && c != '点' {
			return n
		}
	}
	return len(rest)
}

// arabicDates rewrites numbers in characters by digits, the way dates use
// them: 二〇二六 becomes 2026, 三十 becomes 30.
func arabicDates(s string) string {
	runes := []rune(s)
	var b strings.Builder
	for i := 0; i < len(runes); {
		n := i
		for n < len(runes) {
			_, digit := digits[runes[n]]
			if !digit && runes[n] != '十' && runes[n] != '廿' {
				break
			}
			n++
		}
		if n == i {
			b.WriteRune(runes[i])
			i++
			continue
		}
		run := strings.ReplaceAll(string(runes[i:n]), "廿", "二十")
		if v, ok := numeral(run); ok && strings.Contains(run, "十") {
			b.WriteString(v.RatString())
		} else {
			for _, c := range run {
				if d, ok := digits[c]; ok {
					b.WriteRune(rune('0' + d))
				} else {
					b.WriteRune(c)
				}
			}
		}
		i = n
	}
	return b.String()
}
