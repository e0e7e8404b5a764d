package documents

import (
	"strconv"
	"strings"
)

// numeral matches a number as texts write it: Chinese, Arabic or full-width,
// with blanks between the characters of a scanned or justified line.
const numeral = `[〇○零一二两三四五六七八九十百千廿卅0-9０-９]+(?:[ 　]*[〇○零一二两三四五六七八九十百千廿卅0-9０-９]+)*`

var digits = map[rune]int{'〇': 0, '○': 0, '零': 0, '一': 1, '二': 2, '两': 2, '三': 3, '四': 4, '五': 5, '六': 6, '七': 7, '八': 8, '九': 9}

var places = map[rune]int{'十': 10, '百': 100, '千': 1000}

var numberForms = strings.NewReplacer(" ", "", "　", "", "廿", "二十", "卅", "三十")

// ParseNumber reads a number from 1 to 9999: 一百零三, 103, １０３, 一〇三, 廿一,
// with blanks in it or not. 一百三 is refused: it is 103 to one reader and 130
// to another.
func ParseNumber(s string) (int, bool) {
	s = numberForms.Replace(s)
	n, ok := parsePlaces(s)
	if !strings.ContainsAny(s, "十百千") {
		n, ok = parseDigits(s)
	}
	if !ok || n <= 0 || n >= 10000 {
		return 0, false
	}
	return n, true
}

// parseDigits reads digits side by side: 103, 一〇三.
func parseDigits(s string) (int, bool) {
	n, count := 0, 0
	for _, r := range s {
		d, ok := digitOf(r)
		if count++; !ok || count > 4 {
			return 0, false
		}
		n = 10*n + d
	}
	return n, true
}

// parsePlaces reads digits with their places, from the highest down: 一百零三.
func parsePlaces(s string) (int, bool) {
	const none = -1
	total, digit, place, zero := 0, none, 10000, false
	for _, r := range s {
		if p, ok := places[r]; ok {
			if digit == none && (p > 10 || place <= 10) || p >= place {
				return 0, false
			}
			total += max(digit, 1) * p
			digit, place, zero = none, p, false
			continue
		}
		d, ok := digitOf(r)
		if !ok || digit != none {
			return 0, false
		}
		if d == 0 {
			zero = true
			continue
		}
		digit = d
	}
	if digit == none {
		return total, !zero
	}
	return total + digit, place == 10 || zero
}

func digitOf(r rune) (int, bool) {
	switch {
	case r >= '0' && r <= '9':
		return int(r - '0'), true
	case r >= '０' && r <= '９':
		return int(r - '０'), true
	}
	d, ok := digits[r]
	return d, ok
}

// FormatNumber writes 1 to 9999 the way articles are numbered: 十, 二十一,
// 一百零三, 一千零一十. Other numbers come in Arabic digits.
func FormatNumber(n int) string {
	if n <= 0 || n >= 10000 {
		return strconv.Itoa(n)
	}
	const names = "零一二三四五六七八九"
	digit := func(d int) string { return string([]rune(names)[d]) }
	var b strings.Builder
	zero := false
	for _, u := range []struct {
		value int
		name  string
	}{{1000, "千"}, {100, "百"}, {10, "十"}, {1, ""}} {
		d := n / u.value % 10
		if d == 0 {
			zero = b.Len() > 0
			continue
		}
		if zero {
			b.WriteString("零")
			zero = false
		}
		if u.value != 10 || d != 1 || b.Len() > 0 {
			b.WriteString(digit(d))
		}
		b.WriteString(u.name)
	}
	return b.String()
}
