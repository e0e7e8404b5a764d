package typed

import (
	"regexp"
	"strings"
	"time"
)

var (
	spanBreaks = regexp.MustCompile(`至|到|~|～|—+|–|直到|[,，;；、]`)
	spanDashes = regexp.MustCompile(`^(\d{4}[-/.]\d{1,2}[-/.]\d{1,2})\s*-+\s*(\d{4}[-/.]\d{1,2}[-/.]\d{1,2})$`)
	spanLength = regexp.MustCompile(`^(?:自|从)?(.+?)(?:起|开始|算起|之日起)[,，]?(?:为期|共|用时|持续)?(\d{1,3}|半)(天|日|周|个星期|个月|年)(?:内|完成|结束)?$`)
	spanNoise  = strings.NewReplacer("计划", "", "预计", "", "结束", "", "完成", "", "为止", "", "开始", "", "从", "", "自", "", "起", "")
)

// Span reads a first and a last day: 2027-01-10 至 2027-06-30, 1月10日到6月30日,
// 明天起三个月. The second date takes its missing year from the first. The last
// day may be the first, never before it.
func Span(s string, today time.Time) (from, to time.Time, err error) {
	text := strings.TrimRight(fold(s), "。.")
	if m := spanLength.FindStringSubmatch(arabicDates(text)); m != nil {
		return spanFor(m, today)
	}
	var pieces []string
	if m := spanDashes.FindStringSubmatch(text); m != nil {
		pieces = m[1:]
	} else {
		for _, p := range spanBreaks.Split(text, -1) {
			if p = spanNoise.Replace(p); p != "" {
				pieces = append(pieces, p)
			}
		}
	}
	if len(pieces) != 2 {
		return from, to, refuse(saySpan)
	}
	if from, err = Date(pieces[0], today, Ahead); err != nil {
		return from, to, err
	}
	if to, err = Date(completed(pieces[1], pieces[0]), from, Ahead); err != nil {
		return from, to, err
	}
	if _, near := nearDays[pieces[1]]; near {
		to, err = Date(pieces[1], today, Ahead)
	}
	if err == nil && to.Before(from) {
		err = refuse(saySpanOrder)
	}
	return from, to, err
}

var (
	dayOnly   = regexp.MustCompile(`^\d{1,2}[日号]$`)
	monthPart = regexp.MustCompile(`^(.*月)\d{1,2}[日号]?$`)
)

// completed gives “20日” the month of “1月10日”.
func completed(second, first string) string {
	second = arabicDates(second)
	if m := monthPart.FindStringSubmatch(arabicDates(first)); m != nil && dayOnly.MatchString(second) {
		return m[1] + second
	}
	return second
}

func spanFor(m []string, today time.Time) (from, to time.Time, err error) {
	if from, err = Date(m[1], today, Ahead); err != nil {
		return from, to, err
	}
	n, unit := number(m[2]), m[3]
	if m[2] == "半" {
		if unit != "年" {
			return from, to, refuse(saySpan)
		}
		n, unit = 6, "个月"
	}
	if n == 0 {
		return from, to, refuse(saySpan)
	}
	// A period ends the day before the same date comes again (民法典 203).
	return from, later(from, n, unit).AddDate(0, 0, -1), nil
}

var clock = regexp.MustCompile(`^(.*?)(\s*)(凌晨|早上|上午|中午|下午|傍晚|晚上)?\s*(\d{1,2})(?::(\d{1,2})|[点时](?:(半)|(\d{1,2})分?|整)?)$`)

// Moment reads a day and a time of day: 昨天下午3点, 2027年1月10日 15:30, 今天
// 十点半. Without a day it is today. The result is in China's zone.
func Moment(s string, now time.Time) (time.Time, error) {
	text := arabicDates(foldLine(s))
	if text == "刚才" || text == "刚刚" || text == "现在" {
		return now.In(China).Truncate(time.Minute), nil
	}
	m := clock.FindStringSubmatch(text)
	if m == nil {
		return time.Time{}, refuse(sayClock)
	}
	day, half, hour, minute := m[1], m[3], number(m[4]), number(m[5])+number(m[7])
	// A digit that touches the hour could belong to either: 2027-01-109:30.
	if half == "" && m[2] == "" && strings.TrimRight(day, "0123456789") != day {
		return time.Time{}, refuse(sayClock)
	}
	date := Day(now)
	if day = strings.TrimRight(day, "t,， "); day != "" {
		var err error
		if date, err = Date(day, date, Behind); err != nil {
			return time.Time{}, err
		}
	}
	if m[6] != "" {
		minute = 30
	}
	if (half == "下午" || half == "傍晚" || half == "晚上") && hour < 12 {
		hour += 12
	}
	if hour > 23 || minute > 59 {
		return time.Time{}, refuse(sayNoSuchTime)
	}
	return time.Date(date.Year(), date.Month(), date.Day(), hour, minute, 0, 0, China), nil
}
