package conversations

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// HolidayNotice is what the yearly notice of the State Council's office on
// holidays (关于部分节假日安排的通知) says about one year.
type HolidayNotice struct {
	Year int
	Off  []string // 2027-10-01..2027-10-07
	On   []string // working days on a weekend
}

// maxNotice is in bytes; a notice has about two thousand.
const maxNotice = 20_000

// ErrNotice: the text is no notice on holidays that can be read.
var ErrNotice = errors.New("conversations: not a notice on holidays")

var (
	noticeYear    = regexp.MustCompile(`(20[0-9]{2})年`)
	inParentheses = regexp.MustCompile(`\([^()]*\)`)
	noticeDay     = `(?:(20[0-9]{2})年)?(?:([0-9]{1,2})月)?([0-9]{1,2})日`
	noticeOff     = regexp.MustCompile(noticeDay + `(?:[至到-](?:` + noticeDay + `))?[^。;、0-9]{0,8}?(?:放假|休息|补休)`)
	noticeOn      = regexp.MustCompile(`([^。;]*)上班`)
	noticeOnDay   = regexp.MustCompile(noticeDay)
)

// ReadHolidayNotice reads the notice's text as it is published: 「国庆节：10月1日（周五）至
// 7日（周四）放假调休，共7天。9月26日（周日）、10月9日（周六）上班。」. The year is the first that is
// named. ErrNotice if there is no holiday in it or a day does not exist.
func ReadHolidayNotice(text string) (HolidayNotice, error) {
	if len(text) > maxNotice {
		return HolidayNotice{}, fmt.Errorf("%w: too long", ErrNotice)
	}
	text = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, norm.NFKC.String(text))
	for range 3 { // weekdays and the days of the old calendar, which may hold another
		text = inParentheses.ReplaceAllString(text, "")
	}
	first := noticeYear.FindStringSubmatch(text)
	if first == nil {
		return HolidayNotice{}, fmt.Errorf("%w: no year", ErrNotice)
	}
	n := HolidayNotice{}
	n.Year, _ = strconv.Atoi(first[1])
	month := 0
	for _, m := range noticeOff.FindAllStringSubmatch(text, -1) {
		from, err := n.day(m[1:4], &month)
		if err != nil {
			return HolidayNotice{}, err
		}
		to := from
		if m[6] != "" {
			if to, err = n.day(m[4:7], &month); err != nil {
				return HolidayNotice{}, err
			}
		}
		n.Off = append(n.Off, from.Format(dayForm)+".."+to.Format(dayForm))
	}
	for _, clause := range noticeOn.FindAllStringSubmatch(text, -1) {
		words := clause[1]
		if i := strings.LastIndex(words, "放假"); i >= 0 {
			words = words[i:]
		}
		for _, m := range noticeOnDay.FindAllStringSubmatch(words, -1) {
			day, err := n.day(m[1:4], &month)
			if err != nil {
				return HolidayNotice{}, err
			}
			n.On = append(n.On, day.Format(dayForm))
		}
	}
	if len(n.Off) == 0 {
		return HolidayNotice{}, fmt.Errorf("%w: no holiday", ErrNotice)
	}
	if _, err := NewCalendar(n.Table()); err != nil {
		return HolidayNotice{}, fmt.Errorf("%w: %w", ErrNotice, err)
	}
	return n, nil
}

// day reads year, month and day; a day without a month is of the last one named.
func (n HolidayNotice) day(parts []string, month *int) (time.Time, error) {
	year := n.Year
	if parts[0] != "" {
		year, _ = strconv.Atoi(parts[0])
	}
	if parts[1] != "" {
		*month, _ = strconv.Atoi(parts[1])
	}
	day, err := time.Parse("2006-1-2", fmt.Sprintf("%d-%d-%s", year, *month, strings.TrimLeft(parts[2], "0")))
	if err != nil {
		return day, fmt.Errorf("%w: a day that does not exist", ErrNotice)
	}
	return day, nil
}

// Table gives the notice in the form that NewCalendar reads.
func (n HolidayNotice) Table() []byte {
	return fmt.Appendf(nil, "years:\n  %d:\n    off: [%s]\n    \"on\": [%s]\n", n.Year, strings.Join(n.Off, ", "), strings.Join(n.On, ", "))
}

// Years are those that have a table, in order.
func (c *Calendar) Years() []int { return slices.Sorted(maps.Keys(c.years)) }
