package documents

import (
	"regexp"
	"time"
)

var dateForms = []*regexp.Regexp{
	regexp.MustCompile(`([0-9０-９]{4}|[〇○零一二三四五六七八九]{4})[ 　]*年[ 　]*(` + numeral + `)[ 　]*月[ 　]*(` + numeral + `)[ 　]*日`),
	regexp.MustCompile(`([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})`),
}

// ParseDate finds the first calendar day in s: 2025年3月1日, 二〇二五年三月一日,
// 2025-03-01. A day that does not exist is not a date.
func ParseDate(s string) (Date, bool) {
	for _, form := range dateForms {
		for _, m := range form.FindAllStringSubmatch(s, -1) {
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
	}
	return "", false
}

func parseYear(s string) (int, bool) {
	year := 0
	for _, r := range s {
		d, ok := digitOf(r)
		if !ok {
			return 0, false
		}
		year = 10*year + d
	}
	return year, year >= 1900 && year < 2200
}
