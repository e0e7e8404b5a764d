package conversations

import (
	_ "embed"
	"errors"
	"fmt"
	"time"

	"github.com/goccy/go-yaml"

	"rongcuo/conversations/typed"
)

//go:embed holidays.yaml
var shippedHolidays []byte

// Calendar counts working days. It is Monday to Friday, without the holidays
// and with the moved working days (调休) of the years whose table it has.
type Calendar struct {
	off, on map[time.Time]bool
	years   map[int]bool
}

// holidayTable is the form of a table that an administrator uploads.
type holidayTable struct {
	Source string
	Years  map[int]struct {
		Off []string // 2026-10-01 or 2026-10-01..2026-10-07
		On  []string // working days on a weekend
	}
}

// NewCalendar reads the shipped table and then the given ones; a later table
// replaces the years it has. The error names the line.
func NewCalendar(tables ...[]byte) (*Calendar, error) {
	c := &Calendar{off: map[time.Time]bool{}, on: map[time.Time]bool{}, years: map[int]bool{}}
	for _, table := range append([][]byte{shippedHolidays}, tables...) {
		var in holidayTable
		if err := yaml.UnmarshalWithOptions(table, &in, yaml.Strict()); err != nil {
			p := yamlProblem("holidays", err)
			return nil, errors.New(p.String())
		}
		for year, days := range in.Years {
			if err := c.year(year, days.Off, days.On); err != nil {
				return nil, err
			}
		}
	}
	return c, nil
}

func (c *Calendar) year(year int, off, on []string) error {
	for _, days := range []map[time.Time]bool{c.off, c.on} {
		for d := range days {
			if d.Year() == year {
				delete(days, d)
			}
		}
	}
	c.years[year] = true
	for days, list := range map[*map[time.Time]bool][]string{&c.off: off, &c.on: on} {
		for _, s := range list {
			from, to, err := holidaySpan(s)
			if err != nil {
				return fmt.Errorf("holidays of %d: %q: %w", year, s, err)
			}
			for d := from; !d.After(to); d = d.AddDate(0, 0, 1) {
				(*days)[d] = true
			}
		}
	}
	return nil
}

// maxHoliday is the longest span a table may name, in days.
const maxHoliday = 31

func holidaySpan(s string) (from, to time.Time, err error) {
	var first, last string
	if n, _ := fmt.Sscanf(s, "%10s..%10s", &first, &last); n < 2 {
		first, last = s, s
	}
	if from, err = time.Parse(dayForm, first); err != nil {
		return from, to, err
	}
	if to, err = time.Parse(dayForm, last); err != nil {
		return from, to, err
	}
	if to.Before(from) || to.Sub(from) > maxHoliday*dayLong {
		return from, to, errors.New("the span must rise and be at most a month")
	}
	return from, to, nil
}

// Working says whether a day is a working day; exact is false when its year has
// no table.
func (c *Calendar) Working(d time.Time) (working, exact bool) {
	weekend := d.Weekday() == time.Saturday || d.Weekday() == time.Sunday
	return c.on[d] || !weekend && !c.off[d], c.years[d.Year()]
}

// After returns the day that is n working days after the day of t, which itself
// does not count (risk-filing, time limits). exact is false if a year without a
// table was crossed: the date is then shown with 约. n may be negative, to count
// back from an end.
func (c *Calendar) After(t time.Time, n int) (day time.Time, exact bool) {
	day, exact = typed.Day(t), true
	step := 1
	if n < 0 {
		step, n = -1, -n
	}
	for n > 0 {
		day = day.AddDate(0, 0, step)
		working, known := c.Working(day)
		if exact = exact && known; working {
			n--
		}
	}
	return day, exact
}

// Between counts the working days after the day of from up to and with the day
// of to; it is negative when to is earlier.
func (c *Calendar) Between(from, to time.Time) int {
	a, b, sign := typed.Day(from), typed.Day(to), 1
	if b.Before(a) {
		a, b, sign = b, a, -1
	}
	n := 0
	for d := a.AddDate(0, 0, 1); !d.After(b); d = d.AddDate(0, 0, 1) {
		if working, _ := c.Working(d); working {
			n++
		}
	}
	return sign * n
}

// FormatDue writes a date that After gave: 2026年12月8日, or 约2027年1月4日.
func FormatDue(day time.Time, exact bool) string {
	if exact {
		return typed.FormatDate(day)
	}
	return sayAbout + typed.FormatDate(day)
}
