package conversations

import (
	"strings"
	"testing"
	"time"

	"rongcuo/conversations/typed"
)

func at(t *testing.T, day string) time.Time {
	t.Helper()
	d, err := time.ParseInLocation(dayForm+" 15:04", day+" 18:30", typed.China)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestWorkingDays holds the count to the published calendar of 2026: the day
// itself does not count, holidays don't, moved working days do.
func TestWorkingDays(t *testing.T) {
	c, err := NewCalendar()
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		from string
		n    int
		want string
	}{
		{"2026-11-23", 2, "2026年11月25日"},
		{"2026-11-20", 1, "2026年11月23日"},   // over a weekend
		{"2026-11-21", 1, "2026年11月23日"},   // from a Saturday
		{"2026-09-30", 1, "2026年10月8日"},    // over the National Day holiday
		{"2026-09-30", 3, "2026年10月10日"},   // a Saturday that is worked
		{"2026-02-13", 1, "2026年2月14日"},    // the same before the Spring Festival
		{"2026-02-14", 1, "2026年2月24日"},    //
		{"2026-10-08", -1, "2026年9月30日"},   // backwards
		{"2026-12-31", 1, "约2027年1月1日"},    // no table: a plain week, and it says so
		{"2026-12-25", 10, "约2027年1月8日"},   //
		{"2027-01-05", -3, "约2026年12月31日"}, //
		{"2026-11-23", 0, "2026年11月23日"},
	} {
		day, exact := c.After(at(t, x.from), x.n)
		if got := FormatDue(day, exact); got != x.want {
			t.Errorf("%d working days after %s: %s, want %s", x.n, x.from, got, x.want)
		}
		if n := c.Between(at(t, x.from), day.Add(12*time.Hour)); n != x.n {
			t.Errorf("from %s to %s: %d working days, want %d", x.from, x.want, n, x.n)
		}
	}
}

// TestAnUploadedTable replaces the years that it has and leaves the others.
func TestAnUploadedTable(t *testing.T) {
	c, err := NewCalendar([]byte("source: 示例\nyears:\n  2027:\n    off: [2027-01-01..2027-01-03]\n    \"on\": [2027-01-09]\n"))
	if err != nil {
		t.Fatal(err)
	}
	for from, want := range map[string]string{"2026-12-31": "2027年1月4日", "2027-01-08": "2027年1月9日", "2026-09-30": "2026年10月8日"} {
		day, exact := c.After(at(t, from), 1)
		if got := FormatDue(day, exact); got != want {
			t.Errorf("after %s: %s, want %s", from, got, want)
		}
	}
	for table, want := range map[string]string{
		"years:\n  2027:\n    off: [2027-02-30]\n":             "2027-02-30",
		"years:\n  2027:\n    off: [2027-02-03..2027-02-01]\n": "rise",
		"years:\n  2027:\n    off: [2027-01-01..2027-12-31]\n": "a month",
		"years:\n  2027:\n    free: []\n":                      "holidays:3",
		"years: [":                                             "holidays:1",
	} {
		if _, err := NewCalendar([]byte(table)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", table, err, want)
		}
	}
}
