package typed

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Lean says which year a date without a year means: the nearest one ahead or
// the nearest one behind.
type Lean int

// What a question's dates lean to.
const (
	Ahead Lean = iota
	Behind
)

// China is the zone of every date and clock here. The country has one zone and
// no summer time, so a fixed offset needs no zone files.
var China = time.FixedZone("UTC+8", 8*60*60)

// Day is the civil day of t in China, as midnight UTC: the form of every date
// in this package.
func Day(t time.Time) time.Time {
	y, m, d := t.In(China).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

var (
	fullDate  = regexp.MustCompile(`^(\d{4}|今年|明年|后年|去年|前年)(?:年|[-/.])?(\d{1,2})(?:月|[-/.])(\d{1,2})[日号]?$`)
	tightDate = regexp.MustCompile(`^(\d{4})(\d{2})(\d{2})$`)
	monthDay  = regexp.MustCompile(`^(\d{1,2}|本月|这个月|下月|下个月|上月|上个月)(?:月|[-/.])?(\d{1,2})[日号]?$`)
	monthOnly = regexp.MustCompile(`^(?:(\d{4}|今年|明年|后年|去年|前年)年?)?(?:(\d{1,2})月|(本月|这个月|下月|下个月|上月|上个月))?(底|末|初)?$`)
	weekDate  = regexp.MustCompile(`^(上上|下下|上个|下个|本|这个|这|上|下)?(?:周|星期|礼拜)([1-7日天末])$`)
	shifted   = regexp.MustCompile(`^(\d{1,3})(天|日|周|星期|个星期|个月|年)(后|之后|以后|前|之前|以前)$`)
	weekNoise = regexp.MustCompile(`[(（]?(?:周|星期|礼拜)[一二三四五六日天1-7][)）]?$`)
)

var nearDays = map[string]int{"今天": 0, "今日": 0, "明天": 1, "明日": 1, "后天": 2, "大后天": 3, "昨天": -1, "昨日": -1, "前天": -2, "大前天": -3}

var nearYears = map[string]int{"前年": -2, "去年": -1, "今年": 0, "明年": 1, "后年": 2}

var nearMonths = map[string]int{"本月": 0, "这个月": 0, "下月": 1, "下个月": 1, "上月": -1, "上个月": -1}

// Date reads a day: 2027-01-10, 2027年1月10日, 二〇二七年一月十日, 20270110, 1月10日,
// 明天, 下周一, 3天后, 下月5日, 月底, 年底. today is a Day. A day that does not
// exist is refused. The result is a Day.
func Date(s string, today time.Time, lean Lean) (time.Time, error) {
	text := arabicDates(fold(s))
	text = strings.TrimRight(text, "。.,，")
	if trimmed := weekNoise.ReplaceAllString(text, ""); fullDate.MatchString(trimmed) || monthDay.MatchString(trimmed) {
		text = trimmed
	}
	if n, ok := nearDays[text]; ok {
		return today.AddDate(0, 0, n), nil
	}
	for _, read := range []func(string, time.Time, Lean) (time.Time, bool, error){
		readFull, readTight, readMonthDay, readWeek, readShifted, readEnd,
	} {
		if day, ok, err := read(text, today, lean); ok {
			return day, err
		}
	}
	return time.Time{}, refuse(sayDate)
}

func readFull(text string, today time.Time, _ Lean) (time.Time, bool, error) {
	m := fullDate.FindStringSubmatch(text)
	if m == nil {
		return time.Time{}, false, nil
	}
	day, err := civil(yearOf(m[1], today), number(m[2]), number(m[3]))
	return day, true, err
}

func readTight(text string, _ time.Time, _ Lean) (time.Time, bool, error) {
	m := tightDate.FindStringSubmatch(text)
	if m == nil {
		return time.Time{}, false, nil
	}
	day, err := civil(number(m[1]), number(m[2]), number(m[3]))
	return day, true, err
}

func readMonthDay(text string, today time.Time, lean Lean) (time.Time, bool, error) {
	m := monthDay.FindStringSubmatch(text)
	if m == nil {
		return time.Time{}, false, nil
	}
	if n, near := nearMonths[m[1]]; near {
		first := today.AddDate(0, n, 1-today.Day())
		day, err := civil(first.Year(), int(first.Month()), number(m[2]))
		return day, true, err
	}
	if !strings.ContainsAny(text, "月-/.") {
		return time.Time{}, false, nil
	}
	day, err := nearest(number(m[1]), number(m[2]), today, lean)
	return day, true, err
}

// nearest finds the year of a date without one. 2月29日 looks up to the next
// leap year only in the direction it leans to.
func nearest(month, day int, today time.Time, lean Lean) (time.Time, error) {
	found, err := civil(today.Year(), month, day)
	step := 1
	if lean == Behind {
		step = -1
	}
	if err == nil && (lean == Ahead && found.Before(today) || lean == Behind && found.After(today)) {
		return civil(today.Year()+step, month, day)
	}
	return found, err
}

func readWeek(text string, today time.Time, _ Lean) (time.Time, bool, error) {
	m := weekDate.FindStringSubmatch(text)
	if m == nil {
		return time.Time{}, false, nil
	}
	if m[1] == "" {
		return time.Time{}, true, refuse(sayDate) // 周三: of which week?
	}
	weeks := strings.Count(m[1], "下") - strings.Count(m[1], "上")
	wanted := 7
	if n := number(m[2]); n > 0 {
		wanted = n
	}
	monday := today.AddDate(0, 0, -(int(today.Weekday())+6)%7)
	return monday.AddDate(0, 0, weeks*7+wanted-1), true, nil
}

func readShifted(text string, today time.Time, _ Lean) (time.Time, bool, error) {
	m := shifted.FindStringSubmatch(text)
	if m == nil {
		return time.Time{}, false, nil
	}
	n := number(m[1])
	if strings.Contains(m[3], "前") {
		n = -n
	}
	return later(today, n, m[2]), true, nil
}

// later adds n units; a month's last day stays a last day (31 January and one
// month is the end of February).
func later(day time.Time, n int, unit string) time.Time {
	switch {
	case strings.Contains(unit, "月"):
		return addMonths(day, n)
	case strings.Contains(unit, "年"):
		return addMonths(day, 12*n)
	case unit == "天" || unit == "日":
		return day.AddDate(0, 0, n)
	}
	return day.AddDate(0, 0, 7*n)
}

func addMonths(day time.Time, n int) time.Time {
	first := day.AddDate(0, 0, 1-day.Day()).AddDate(0, n, 0)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(day.Day(), last)-1)
}

// readEnd reads 月底, 年底, 3月底, 明年底; a month alone lacks its day.
func readEnd(text string, today time.Time, lean Lean) (time.Time, bool, error) {
	if text == "月底" || text == "月末" {
		text = "本月底"
	}
	if text == "年底" || text == "年末" {
		text = "今年底"
	}
	m := monthOnly.FindStringSubmatch(text)
	if m == nil || m[1]+m[2]+m[3] == "" {
		return time.Time{}, false, nil
	}
	if m[4] == "" || m[4] == "初" {
		return time.Time{}, true, refuse(sayWholeDate)
	}
	year, month := today.Year(), 12
	if m[1] != "" {
		year = yearOf(m[1], today)
	}
	if m[2] != "" {
		month = number(m[2])
	}
	if n, near := nearMonths[m[3]]; near {
		first := today.AddDate(0, n, 1-today.Day())
		year, month = first.Year(), int(first.Month())
	}
	first, err := civil(year, month, 1)
	if err != nil {
		return time.Time{}, true, err
	}
	last := first.AddDate(0, 1, -1)
	if m[1] == "" && m[2] != "" && lean == Ahead && last.Before(today) {
		last = first.AddDate(1, 1, -1)
	}
	return last, true, nil
}

func yearOf(s string, today time.Time) int {
	if n, ok := nearYears[s]; ok {
		return today.Year() + n
	}
	return number(s)
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}

// civil makes a Day, or says that there is no such day.
func civil(year, month, day int) (time.Time, error) {
	if year < 1949 || year > 2100 {
		return time.Time{}, refuse(sayYearRange)
	}
	if month < 1 || month > 12 {
		return time.Time{}, refuse(sayNoSuchMonth, month)
	}
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if t.Day() != day || t.Month() != time.Month(month) {
		return time.Time{}, refuse(sayNoSuchDay, year, month, day)
	}
	return t, nil
}

// Year reads a year up to today's: 2004, 二〇〇四年, 去年.
func Year(s string, today time.Time) (int, error) {
	text := strings.TrimSuffix(strings.TrimSuffix(arabicDates(about.ReplaceAllString(fold(s), "")), "起"), "年")
	if n, ok := nearYears[text+"年"]; ok {
		return today.Year() + n, nil
	}
	year := number(text)
	if year < 1949 || year > 2100 {
		return 0, refuse(sayYearRange)
	}
	return year, nil
}

// FormatDate writes a day the way it is shown: 2027年1月10日.
func FormatDate(day time.Time) string {
	return fmt.Sprintf("%d年%d月%d日", day.Year(), day.Month(), day.Day())
}

// FormatWeekday is 周一 to 周日.
func FormatWeekday(day time.Time) string { return weekdays[day.Weekday()] }
