package conversations

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"rongcuo/conversations/typed"
)

// This file is the one place that knows the kinds: how a text becomes a value,
// what bounds it and how it is shown.

// kinds lists every kind of field; true where the answer is typed as text.
var kinds = map[Kind]bool{
	Text: true, Longtext: true, Number: true, Money: true, Date: true, Daterange: true, Year: true,
	Yesno: true, Choice: true, Choices: true, Organisation: true, Phone: true, Declaration: true,
	Files: false, Group: false,
}

// read makes a value of what was typed. options are those on offer now. An
// error is a *typed.Error.
func (f *Field) read(text string, options []Option, now time.Time) (v Value, err error) {
	today := typed.Day(now)
	switch f.Kind {
	case Text, Organisation:
		v.Text = typed.CleanLine(text)
	case Longtext:
		v.Text = typed.Clean(text)
	case Phone:
		v.Text, err = typed.LandLine(text)
	case Number:
		v, err = f.readNumber(text)
	case Money:
		v.Fen, err = typed.Money(text, f.Unit)
	case Year:
		var year int
		if year, err = typed.Year(text, today); err == nil {
			v.Numbers = []float64{float64(year)}
		}
	case Date:
		v.From, err = f.readDate(text, now)
	case Daterange:
		var from, to time.Time
		if from, to, err = typed.Span(text, today); err == nil {
			v.From, v.To = from.Format(dayForm), to.Format(dayForm)
		}
	case Yesno:
		v.Yes, err = readYesno(text)
	case Choice:
		v.Text, err = typed.Choice(text, typedOptions(options))
	case Choices:
		v.Chosen, err = typed.Choices(text, typedOptions(options))
	case Declaration:
		v.Yes, err = readPledge(text)
	default:
		return v, &typed.Error{Say: sayUseButtons}
	}
	if err != nil {
		return Value{}, err
	}
	return v, f.bounds(v, today)
}

func (f *Field) readNumber(text string) (Value, error) {
	if len(f.Parts) > 0 {
		numbers, err := typed.Numbers(text, f.Parts)
		return Value{Numbers: numbers}, err
	}
	n, err := typed.Number(text, f.Decimals)
	return Value{Numbers: []float64{n}}, err
}

func (f *Field) readDate(text string, now time.Time) (string, error) {
	if f.Clock {
		moment, err := typed.Moment(text, now)
		return moment.Format(momentForm), err
	}
	lean := typed.Ahead
	if f.Behind {
		lean = typed.Behind
	}
	d, err := typed.Date(text, typed.Day(now), lean)
	return d.Format(dayForm), err
}

func readYesno(text string) (bool, error) {
	answer, err := typed.YesNo(text)
	if err == nil && answer == typed.Unsure {
		err = &typed.Error{Say: sayNoDoubt}
	}
	return answer == typed.Yes, err
}

func readPledge(text string) (bool, error) {
	if !slices.Contains([]string{pledgeWord, "承诺", "我确认", "确认", "是", "同意", "我同意"}, strings.Trim(typed.CleanLine(text), "。！")) {
		return false, &typed.Error{Say: sayPledge}
	}
	return true, nil
}

// bounds checks Min, Max and what the kind itself demands.
func (f *Field) bounds(v Value, today time.Time) error {
	amount, unit := int64(0), "字"
	switch f.Kind {
	case Text, Longtext, Organisation:
		amount = int64(typed.Length(v.Text))
		if f.Kind == Organisation && amount > 0 && !unitName.MatchString(v.Text) {
			return &typed.Error{Say: fmt.Sprintf(sayNoUnit, f.Example)}
		}
		if amount == 0 {
			return &typed.Error{Say: sayEmpty}
		}
		if amount > maxText {
			return &typed.Error{Say: fmt.Sprintf(sayTooLong, amount, int64(maxText), "字")}
		}
	case Choices:
		amount, unit = int64(len(v.Chosen)), "项"
	case Group:
		amount, unit = int64(len(v.Items)), "条"
	case Number:
		if len(f.Parts) > 0 {
			return nil
		}
		amount, unit = int64(first(v.Numbers)), f.Unit
	case Money:
		return f.amountBounds(v.Fen)
	case Daterange:
		amount = int64(day(v.To).Sub(day(v.From)).Hours()/24) + 1
		if f.Max > 0 && amount > f.Max {
			return &typed.Error{Say: fmt.Sprintf(sayTooManyDays, amount, f.Max)}
		}
		return nil
	case Year:
		if int(first(v.Numbers)) > today.Year() {
			return &typed.Error{Say: sayYearAhead}
		}
		return nil
	default:
		return nil
	}
	short, long := sayTooShort, sayTooLong
	if f.Kind == Number {
		short, long = sayTooSmall, sayTooBig
	}
	if amount < f.Min {
		return &typed.Error{Say: fmt.Sprintf(short, amount, f.Min, unit)}
	}
	if f.Max > 0 && amount > f.Max {
		return &typed.Error{Say: fmt.Sprintf(long, amount, f.Max, unit)}
	}
	return nil
}

// unitName is what a unit is called: Chinese words, and none that tells of
// something else. Names of persons have at most four characters.
var unitName = regexp.MustCompile(`^[\p{Han}（）()《》〈〉“”·、A-Za-z0-9\s]*\p{Han}{4}[\p{Han}（）()《》〈〉“”·、A-Za-z0-9\s]*$`)

func (f *Field) amountBounds(fen int64) error {
	if fen < f.Min || f.Max > 0 && fen > f.Max {
		return &typed.Error{Say: fmt.Sprintf(sayAmountBounds, typed.FormatMoney(f.Min), typed.FormatMoney(f.Max))}
	}
	return nil
}

// show writes a value as people read it.
func (f *Field) show(v Value) string {
	switch f.Kind {
	case Number, Year:
		return f.showNumbers(v.Numbers)
	case Money:
		return typed.FormatMoney(v.Fen)
	case Date:
		return showDate(v.From)
	case Daterange:
		return showDate(v.From) + "至" + showDate(v.To)
	case Yesno:
		return map[bool]string{true: "是", false: "否"}[v.Yes]
	case Declaration:
		return map[bool]string{true: pledgeWord, false: "未承诺"}[v.Yes]
	case Choice:
		return f.optionLabel(v.Text)
	case Choices:
		var out []string
		for _, id := range v.Chosen {
			out = append(out, f.optionLabel(id))
		}
		return strings.Join(out, "；")
	case Files:
		return f.showFiles(v.Files)
	case Group:
		return f.showItems(v.Items)
	}
	return v.Text
}

func (f *Field) showNumbers(numbers []float64) string {
	var out []string
	for i, n := range numbers {
		s := strconv.FormatFloat(n, 'f', -1, 64)
		if i < len(f.Parts) {
			s = f.Parts[i] + s
		}
		out = append(out, s+f.Unit)
	}
	if f.Kind == Year {
		return strings.Join(out, "") + "年"
	}
	return strings.Join(out, "，")
}

func showDate(stored string) string {
	t := day(stored)
	if len(stored) > len(dayForm) {
		return typed.FormatDate(t) + t.Format(" 15:04")
	}
	return typed.FormatDate(t)
}

func (f *Field) optionLabel(id string) string {
	if o := f.option(id); o != nil {
		return o.Label
	}
	return id
}

func (f *Field) showFiles(files []File) string {
	var out []string
	for _, file := range files {
		name := file.Name
		if p := f.paper(file.Paper); p != nil {
			name = p.ID + " " + p.Name + "：" + name
		}
		out = append(out, name)
	}
	return strings.Join(out, "\n")
}

func (f *Field) showItems(items []Answers) string {
	var out []string
	for i, item := range items {
		var parts []string
		for j := range f.Fields {
			sub := &f.Fields[j]
			if v, ok := item[sub.Key]; ok {
				parts = append(parts, sub.Label+"："+sub.show(v))
			}
		}
		out = append(out, strconv.Itoa(i+1)+". "+strings.Join(parts, "；"))
	}
	return strings.Join(out, "\n")
}
