package documents

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// numeral matches a number as texts write it: Chinese, Arabic or full-width,
// with blanks between the characters of a scanned or justified line.
const numeral = `[〇零一二两三四五六七八九十百千0-9０-９]+(?:[ 　]*[〇零一二两三四五六七八九十百千0-9０-９]+)*`

var digits = map[rune]int{'〇': 0, '零': 0, '一': 1, '二': 2, '两': 2, '三': 3, '四': 4, '五': 5, '六': 6, '七': 7, '八': 8, '九': 9}

var units = map[rune]int{'十': 10, '百': 100, '千': 1000}

// ParseNumber reads a number from 1 to 9999: 一百零三, 103, １０３, 一〇三, with
// blanks in it or not.
func ParseNumber(s string) (int, bool) {
	total, digit, positional := 0, -1, 0
	hasUnit := false
	lastUnit := 10000
	count := 0
	for _, r := range s {
		switch {
		case r == ' ' || r == '　':
			continue
		case r >= '0' && r <= '9':
			digit = int(r - '0')
		case r >= '０' && r <= '９':
			digit = int(r - '０')
		default:
			if u, ok := units[r]; ok {
				if digit < 0 {
					digit = 1
				}
				if u >= lastUnit || digit == 0 {
					return 0, false
				}
				total += digit * u
				digit, positional, hasUnit, lastUnit = -1, 0, true, u
				continue
			}
			d, ok := digits[r]
			if !ok {
				return 0, false
			}
			digit = d
			if hasUnit && d == 0 {
				digit = -1
				continue
			}
		}
		if count++; count > 4 {
			return 0, false
		}
		positional = positional*10 + digit
	}
	if hasUnit && positional > 9 {
		return 0, false
	}
	total += positional
	return total, total > 0 && total < 10000
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

var dateForms = []*regexp.Regexp{
	regexp.MustCompile(`([0-9０-９]{4}|[〇零一二三四五六七八九○]{4})[ ]*年[ ]*(` + numeral + `)[ ]*月[ ]*(` + numeral + `)[ ]*日`),
	regexp.MustCompile(`([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})`),
}

// ParseDate finds the first calendar day in s: 2025年3月1日, 二〇二五年三月一日,
// 2025-03-01. A day that does not exist is not a date.
func ParseDate(s string) (Date, bool) {
	for _, form := range dateForms {
		m := form.FindStringSubmatch(s)
		if m == nil {
			continue
		}
		year, ok := parseYear(m[1])
		month, okMonth := ParseNumber(m[2])
		day, okDay := ParseNumber(m[3])
		if !ok || !okMonth || !okDay {
			continue
		}
		t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
		if t.Year() == year && int(t.Month()) == month && t.Day() == day {
			return Date(t.Format("2006-01-02")), true
		}
	}
	return "", false
}

func parseYear(s string) (int, bool) {
	year := 0
	for _, r := range s {
		d, ok := digits[r]
		switch {
		case r >= '0' && r <= '9':
			d = int(r - '0')
		case r >= '０' && r <= '９':
			d = int(r - '０')
		case r == '○':
			d = 0
		case !ok:
			return 0, false
		}
		year = year*10 + d
	}
	return year, year >= 1900 && year < 2200
}
