package bot

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"sync"

	"github.com/go-analyze/charts"

	"rongcuo/bot/delivery"
	"rongcuo/conversations/paper"
)

// chartFont is the papers' font: the charts' own has no Chinese. Unpacked it
// takes 11 MB, so it is installed with the first picture.
const chartFont = "paper"

var installChartFont = sync.OnceValue(func() error {
	data, err := paper.Font()
	if err != nil {
		return err
	}
	return charts.InstallFont(chartFont, data)
})

// pressRegisterChart draws the chosen filings by state, and names the figures
// below: a picture can't be read aloud or searched.
func (b *Bot) pressRegisterChart(ctx context.Context, c *chat, rest string) error {
	r, err := b.registered(ctx, c, rest)
	if err != nil {
		return err
	}
	if len(r.cards) == 0 {
		return c.say(textNothingRegistered, nil)
	}
	var names []string
	counts := map[string]int{}
	for _, k := range r.cards {
		if counts[k.StateName] == 0 {
			names = append(names, k.StateName)
		}
		counts[k.StateName]++
	}
	slices.SortStableFunc(names, func(a, b string) int { return counts[b] - counts[a] })
	caption := fmt.Sprintf(textChartHead, len(r.cards))
	for i, name := range names {
		caption += fmt.Sprintf("\n%d. %s：%d 件", i+1, escape(name), counts[name])
	}
	png, err := statePicture(fmt.Sprintf(textChartTitle, len(r.cards), day(b.when())), names, counts)
	if err != nil {
		return err
	}
	return b.sendFile(c, delivery.File{Name: textChartFile, Data: png, Photo: true}, caption)
}

// Sizes of the picture, in pixels.
const (
	stateWidth  = 900
	stateHead   = 120 // title and axis
	stateHeight = 44  // of a bar
)

// statePicture draws a bar a state, the longest on top, with its name and figure.
func statePicture(title string, names []string, counts map[string]int) ([]byte, error) {
	if err := installChartFont(); err != nil {
		return nil, err
	}
	labels, values, most := slices.Clone(names), []float64{}, 1
	slices.Reverse(labels) // the first bar is drawn at the bottom
	for _, name := range labels {
		values, most = append(values, float64(counts[name])), max(most, counts[name])
	}
	whole := func(v float64) string { return strconv.Itoa(int(math.Round(v))) }
	style := charts.FontStyle{Font: charts.GetFont(chartFont), FontSize: 13}
	o := charts.NewBarChartOptionWithData([][]float64{values})
	o.Horizontal, o.Theme = true, charts.GetTheme(charts.ThemeLight).WithSeriesColors(statsColours)
	o.Title = charts.TitleOption{Text: title, FontStyle: charts.FontStyle{Font: style.Font, FontSize: 17}}
	o.CategoryAxis.Labels, o.CategoryAxis.LabelCount, o.CategoryAxis.LabelFontStyle = labels, len(labels), style
	step := roundStep(most)
	lines := (most + step - 1) / step
	axis := &o.ValueAxis[0]
	axis.Min, axis.Max, axis.LabelCount = charts.Ptr(0.), charts.Ptr(float64(lines*step)), lines+1
	axis.LabelFontStyle, axis.ValueFormatter = style, whole
	o.SeriesList[0].Label = charts.SeriesLabel{Show: charts.Ptr(true), FontStyle: style, ValueFormatter: whole}
	p := charts.NewPainter(charts.PainterOptions{OutputFormat: charts.ChartOutputPNG, Width: stateWidth, Height: stateHead + stateHeight*len(names), Font: style.Font})
	if err := p.BarChart(o); err != nil {
		return nil, err
	}
	return p.Bytes()
}
