package records

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"rongcuo/conversations"
	"rongcuo/conversations/typed"
)

// due is the end of a limit that begins now, or nil if there is none.
func (t *turn) due(limit string, start time.Time) *Due {
	l := t.p.limit(limit)
	switch {
	case l.ID == "":
		return nil
	case l.ID == limitProgress:
		return t.nextReport(start)
	case l.Hours > 0:
		return &Due{Limit: l.ID, Start: start, End: start.Add(time.Duration(l.Hours) * time.Hour), Exact: true, Hours: true}
	case l.Before:
		return nil // reminders alone, counted back from the end
	}
	days := l.Days
	if l.Extra > 0 && t.p.Holds(t.content, l.ExtraIf, t.now) {
		days += l.Extra
	}
	day, exact := t.cal.After(start, days)
	return &Due{Limit: l.ID, Start: start, End: midnight(day.AddDate(0, 0, 1)), Exact: exact}
}

// nextReport is the end of the month (high risk) or quarter that start is in.
func (t *turn) nextReport(start time.Time) *Due {
	level, _ := t.content.Value(fieldLevel)
	months := 3
	if level.Text == levelHigh {
		months = 1
	}
	d := typed.Day(start)
	first := time.Date(d.Year(), d.Month()-(d.Month()-1)%time.Month(months), 1, 0, 0, 0, 0, time.UTC)
	return &Due{Limit: limitProgress, Start: start, End: midnight(first.AddDate(0, months, 0)), Exact: true}
}

// reported renews the report's limit if the report came in its time, that is
// within the days of its reminder or late.
func (t *turn) reported(at *Track) {
	l := t.p.limit(limitProgress)
	open, _ := t.cal.After(at.Due.day(), -l.Days)
	if t.now.Before(midnight(open)) {
		return
	}
	next := at.Due.End
	if t.now.After(next) {
		next = t.now
	}
	at.Due = t.nextReport(next)
}

// midnight is the first moment of a day in China.
func midnight(day time.Time) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, typed.China)
}

// day is the last day of the limit.
func (d *Due) day() time.Time { return typed.Day(d.End.Add(-time.Millisecond)) }

// text is the end as people read it: 2026年12月8日, 约2027年1月4日, or with the clock.
func (d *Due) text() string {
	switch {
	case d == nil:
		return sayInTime
	case d.Hours:
		return typed.FormatDate(typed.Day(d.End)) + d.End.In(typed.China).Format(" 15:04")
	}
	return conversations.FormatDue(d.day(), d.Exact)
}

// placed fills the places {事项} and so on of a notice.
func placed(text string, places map[string]string) string {
	var pairs []string
	for name, value := range places {
		pairs = append(pairs, "{"+name+"}", value)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

func decimal(n int) string { return strconv.Itoa(n) }

func sentence(format string, args ...any) string { return fmt.Sprintf(format, args...) }

// Reminder is one message about a time limit, given once.
type Reminder struct {
	At   time.Time
	Key  string // of the filing's own: the same reminder always has the same
	Out  NoticeOut
	Late bool
}

// reminderHour is when reminders come, in China.
const reminderHour = 9

// Reminders lists every reminder of the limits that run in a filing as it
// stands, in order of time, past ones too. Silence is never consent: they remind
// and flag, and nothing else.
func Reminders(p *conversations.Procedure, f Filing, content conversations.Content, cal *conversations.Calendar) []Reminder {
	r := reminding{turn: turn{p: shapeOf(p), f: f, content: content, cal: cal}}
	for _, at := range []*Track{&f.Track, f.Ahead} {
		if at == nil || r.p.state(at.State).End {
			continue
		}
		if at.Due != nil {
			r.of(at)
		}
		if at.State == r.p.urgent.To {
			r.ending(at)
		}
	}
	slices.SortStableFunc(r.out, func(a, b Reminder) int { return a.At.Compare(b.At) })
	return r.out
}

type reminding struct {
	turn
	out []Reminder
}

// add puts a reminder on the morning of a day.
func (r *reminding) add(at *Track, limit conversations.Limit, what string, day time.Time, roles []string, text string, late bool) {
	r.out = append(r.out, Reminder{
		At:   midnight(day).Add(reminderHour * time.Hour),
		Key:  strings.Join([]string{at.State, strconv.FormatInt(at.Since.UnixMilli(), 36), limit.ID, what, day.Format(time.DateOnly)}, ":"),
		Out:  NoticeOut{ID: limit.ID, Roles: roles, Text: text},
		Late: late,
	})
}

// of makes the reminders of the limit that runs in a state.
func (r *reminding) of(at *Track) {
	l, last := r.p.limit(at.Due.Limit), at.Due.day()
	soon := func(day time.Time) {
		roles, text := r.soon(l, at, day, at.Due)
		r.add(at, l, "soon", day, roles, text, false)
	}
	for _, n := range l.Remind {
		if day, _ := r.cal.After(at.Due.Start, n); !day.After(last) {
			soon(day)
		}
	}
	if l.Daily > 0 {
		for n := l.Daily; ; n++ {
			day, _ := r.cal.After(at.Due.Start, n)
			if day.After(last) {
				break
			}
			soon(day)
		}
	}
	if l.Before {
		day, _ := r.cal.After(last, -l.Days)
		soon(day)
	}
	if r.p.transition(l.Expiry).ID == "" {
		roles := []string{r.p.state(at.State).Owner}
		if l.Hours > 0 && l.Expiry == expiryFlag {
			roles = append(roles, r.p.Review.Confirm)
		}
		r.add(at, l, "late", typed.Day(at.Due.End), roles, sentence(sayLate, r.f.Matter, l.Name, at.Due.text()), true)
	}
}

// expiryFlag is the word of a limit that tells the unit's head when it ends.
const expiryFlag = "flag"

// ending reminds of the end of the implementation: that it can be extended, and
// that the closing report is due behind it.
func (r *reminding) ending(at *Track) {
	end, err := time.Parse(time.DateOnly, r.f.Until)
	if err != nil {
		return
	}
	if l := r.p.limit(limitExtend); l.ID != "" && r.f.Counts[l.ID] < max(l.Times, 1) {
		for _, n := range l.Remind {
			day, _ := r.cal.After(end, -n)
			roles, text := r.soon(l, at, day, &Due{End: midnight(end.AddDate(0, 0, 1)), Exact: true})
			r.add(at, l, "soon", day, roles, text, false)
		}
	}
	if l := r.p.limit(limitClosing); l.ID != "" {
		last, exact := r.cal.After(end, l.Days)
		due := Due{End: midnight(last.AddDate(0, 0, 1)), Exact: exact}
		owner := []string{r.p.state(at.State).Owner}
		r.add(at, l, "soon", end.AddDate(0, 0, 1), owner, sentence(saySoon, r.f.Matter, l.Name, due.text()), false)
		r.add(at, l, "late", last.AddDate(0, 0, 1), owner, sentence(sayLate, r.f.Matter, l.Name, due.text()), true)
	}
}

// soon is the text of a reminder before the end, and for whom.
func (r *reminding) soon(l conversations.Limit, at *Track, day time.Time, due *Due) (roles []string, text string) {
	n := found(r.p.Notices, func(n conversations.Notice) bool { return n.ID == soonNotices[l.ID] })
	if n.ID == "" {
		return []string{r.p.state(at.State).Owner}, sentence(saySoon, r.f.Matter, l.Name, due.text())
	}
	return n.To, placed(n.Text, map[string]string{"事项": r.f.Matter, "日期": due.text(), "号": r.f.Number, "n": decimal(r.cal.Between(midnight(day), due.End.Add(-time.Millisecond)))})
}

// Expired is the transition that the program must make because a limit ended,
// or none.
func Expired(p *conversations.Procedure, f Filing, now time.Time) (transition string, ok bool) {
	sh := shapeOf(p)
	for _, at := range []*Track{&f.Track, f.Ahead} {
		if at == nil || at.Due == nil {
			continue
		}
		l := sh.limit(at.Due.Limit)
		if sh.transition(l.Expiry).ID != "" && (!now.Before(at.Due.End) || l.Times > 0 && f.Counts[l.ID] > l.Times) {
			return l.Expiry, true
		}
	}
	return "", false
}
