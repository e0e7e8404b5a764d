package bot

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"rongcuo/conversations"
)

// Working days follow the table of holidays of each year (调休 included). An
// administrator pastes the yearly notice; what was read is shown and adopted.
// The tables lie as files in a folder, from which every process reads them.

// LoadCalendar reads the shipped table and those of a folder, which may be
// missing. A file that can't be read is an error that names it.
func LoadCalendar(dir string) (*conversations.Calendar, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	var tables [][]byte
	for _, name := range names {
		table, err := os.ReadFile(name)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		tables = append(tables, table)
	}
	c, err := conversations.NewCalendar(tables...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	return c, nil
}

// calendar shows which years have a table and asks for another.
func (b *Bot) calendar(ctx context.Context, c *chat, _ string) error {
	if !b.files() || b.config.Calendars == "" {
		return c.say(textDraftLater, nil)
	}
	now, err := LoadCalendar(b.config.Calendars)
	if err != nil {
		return err
	}
	var years []string
	for _, y := range now.Years() {
		years = append(years, strconv.Itoa(y)+"年")
	}
	c.state.Await = awaitCalendar
	return c.say(fmt.Sprintf(textCalendar, strings.Join(years, "、")), cancelButton)
}

// awaitedCalendar shows what the pasted notice says.
func (b *Bot) awaitedCalendar(_ context.Context, c *chat, _, text string) error {
	n, err := conversations.ReadHolidayNotice(text)
	if err != nil {
		c.state.Await = awaitCalendar
		return c.say(textNoNotice, cancelButton)
	}
	c.state.Holidays = &n
	html := fmt.Sprintf(textHolidays, n.Year)
	for _, span := range n.Off {
		from, to, _ := strings.Cut(span, "..")
		html += "\n" + textDayOff + daySpan(from, to)
	}
	for _, day := range n.On {
		html += "\n" + textDayOn + daySpan(day, day)
	}
	return c.say(html, keyboard([][]button{{{buttonAdopt, "holidays:"}, {buttonDrop, "noholidays:"}}}))
}

func daySpan(from, to string) string {
	show := func(s string) string {
		d, err := time.Parse(time.DateOnly, s)
		if err != nil {
			return s
		}
		return day(d) + "（" + weekdays[d.Weekday()] + "）"
	}
	if from == to {
		return show(from)
	}
	return show(from) + "至" + show(to)
}

// pressHolidays adopts the notice that was shown, here at once and in other
// processes within their next regular round.
func (b *Bot) pressHolidays(_ context.Context, c *chat, _ string) error {
	n := c.state.Holidays
	if n == nil || b.config.Calendars == "" {
		return c.say(textExpired, nil)
	}
	if err := os.MkdirAll(b.config.Calendars, 0o700); err != nil {
		return err
	}
	at := filepath.Join(b.config.Calendars, strconv.Itoa(n.Year)+".yaml")
	if err := os.WriteFile(at+".part", n.Table(), 0o600); err != nil {
		return err
	}
	if err := os.Rename(at+".part", at); err != nil {
		return err
	}
	c.state.Holidays = nil
	if err := b.followCalendar(); err != nil {
		return err
	}
	return c.say(fmt.Sprintf(textHolidaysAdopted, n.Year), nil)
}

func (b *Bot) pressNoHolidays(_ context.Context, c *chat, _ string) error {
	c.state.Holidays = nil
	return c.say(textStays, nil)
}

// followCalendar takes the tables as they now lie in the folder.
func (b *Bot) followCalendar() error {
	if b.config.Calendars == "" {
		return nil
	}
	calendar, err := LoadCalendar(b.config.Calendars)
	if err != nil {
		return err
	}
	b.config.Desk.SetCalendar(calendar)
	return nil
}
