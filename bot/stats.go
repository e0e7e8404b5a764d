package bot

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/go-analyze/charts"

	"rongcuo/bot/delivery"
	"rongcuo/knowledge"
)

// statsDays are the lengths of time that can be looked at; the first is shown
// unasked.
var statsDays = []int{7, 30, 90}

// mostDays is how far back counts are kept.
const mostDays = 365

// stats shows what was asked in the last days: a picture by day, the numbers
// below it.
func (b *Bot) stats(ctx context.Context, c *chat, rest string) error {
	days := statsDays[0]
	if rest != "" {
		n, err := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(rest, "天")))
		if err != nil || n < 1 || n > mostDays {
			return c.say(fmt.Sprintf(textStatsDays, mostDays), nil)
		}
		days = n
	}
	j, err := b.base.Journal()
	if err != nil {
		return err
	}
	s, err := j.Stats(ctx, b.now().In(china), days)
	if err != nil {
		return err
	}
	var topics []string
	for _, t := range s.Topics {
		topics = append(topics, fmt.Sprintf("%s %d", clip(namesIn(b.base, []knowledge.Ref{t.Ref})[0], 40), t.N))
	}
	var row []button
	for _, n := range statsDays {
		row = append(row, button{fmt.Sprintf(buttonDays, n), fmt.Sprintf("days:%d", n)})
	}
	total := sum(s.Days)
	m := delivery.Message{Chat: c.id, Text: statsHTML(total, days, topics), Markup: keyboard([][]button{row})}
	if total.Asked() > 0 {
		png, err := statsPicture(s.Days)
		if err != nil {
			return err
		}
		m.File = &delivery.File{Name: "stats.png", Data: png, Photo: true}
	}
	if err := c.turn.Send(m); err != nil {
		return err
	}
	return c.save()
}

// sum adds the counts of days up.
func sum(days []knowledge.DayCount) knowledge.DayCount {
	total := knowledge.DayCount{Answers: map[knowledge.Status]int{}}
	for _, d := range days {
		for s, n := range d.Answers {
			total.Answers[s] += n
		}
		total.Good += d.Good
		total.Bad += d.Bad
	}
	return total
}

// Colours of the picture, told apart by the colour-blind too; statsHTML names
// them, because the font in the library has no Chinese.
var statsColours = []charts.Color{charts.ColorFromHex("#2f6db5"), charts.ColorFromHex("#e08e2b"), charts.ColorFromHex("#b9c1c9")}

const (
	statsWidth, statsHeight = 900, 420 // pixels
	mostBars                = 31       // more days are drawn by weeks
	linesAcross             = 6        // about so many
	mostLabels              = 8        // more would touch each other
)

// statsPicture draws a bar a day, or a week where the days are many, cut into
// what was answered, what was not found and the rest, as PNG.
func statsPicture(days []knowledge.DayCount) ([]byte, error) {
	length := 1
	if len(days) > mostBars {
		length = 7
	}
	var labels []string
	parts := make([][]float64, len(statsColours))
	most := 0
	for from := len(days) % length; from < len(days); from += length { // whole weeks, the last one ends today
		d := sum(days[from : from+length])
		labels = append(labels, days[from].Day.Format("1/2"))
		answered := d.Answers[knowledge.Answered]
		missed := d.Answers[knowledge.NotFound] + d.Answers[knowledge.Partial]
		for i, n := range []int{answered, missed, d.Asked() - answered - missed} {
			parts[i] = append(parts[i], float64(n))
		}
		most = max(most, d.Asked())
	}
	every := (len(labels) + mostLabels - 1) / mostLabels
	for i := range labels { // today's is always there
		if (len(labels)-1-i)%every != 0 {
			labels[i] = ""
		}
	}
	return barPicture(parts, labels, most)
}

// barPicture draws bars, those of several series upon each other, as PNG. most is
// the height of the highest.
func barPicture(series [][]float64, labels []string, most int) ([]byte, error) {
	o := charts.NewBarChartOptionWithData(series)
	o.Theme = charts.GetTheme(charts.ThemeLight).WithSeriesColors(statsColours)
	o.StackSeries = charts.Ptr(true)
	o.CategoryAxis.Labels, o.CategoryAxis.LabelCount = labels, len(labels)
	step := roundStep(most)
	lines := (most + step - 1) / step
	o.ValueAxis[0].Min, o.ValueAxis[0].Max = charts.Ptr(0.), charts.Ptr(float64(lines*step))
	o.ValueAxis[0].LabelCount = lines + 1
	o.ValueAxis[0].ValueFormatter = func(v float64) string { return strconv.Itoa(int(math.Round(v))) }
	p := charts.NewPainter(charts.PainterOptions{OutputFormat: charts.ChartOutputPNG, Width: statsWidth, Height: statsHeight})
	if err := p.BarChart(o); err != nil {
		return nil, err
	}
	return p.Bytes()
}

// roundStep is a round number, at least 1, of which about linesAcross make most.
func roundStep(most int) int {
	for step := 1; ; step *= 10 {
		for _, factor := range []int{1, 2, 5} {
			if step*factor*linesAcross >= most {
				return step * factor
			}
		}
	}
}
