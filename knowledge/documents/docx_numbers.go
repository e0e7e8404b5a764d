package documents

import (
	"encoding/xml"
	"strconv"
	"strings"
)

// wordNumbering counts the automatic numbers of a Word document. Lists that
// share an abstract list share its count, unless they say where they start.
type wordNumbering struct {
	levels map[string]map[int]wordLevel // of an abstract list
	lists  map[string]*wordList
	counts map[string][]int // of an abstract list, from the outermost level
}

type wordList struct {
	abstract string
	starts   map[int]int // levels that start anew, once
}

type wordLevel struct {
	format, text, suffix string
	start                int
	legal                bool // shows all levels in Arabic digits
}

func newWordNumbering() *wordNumbering {
	return &wordNumbering{map[string]map[int]wordLevel{}, map[string]*wordList{}, map[string][]int{}}
}

// token gives a function that learns the lists from their part.
func (n *wordNumbering) token() func(xml.Token) error {
	abstract := ""
	var list *wordList // the one being read; nil within abstract lists
	at := -1
	return func(t xml.Token) error {
		e, ok := t.(xml.StartElement)
		if !ok {
			return nil
		}
		value, _ := attribute(e, "val")
		switch e.Name.Local {
		case "abstractNum":
			abstract, _ = attribute(e, "abstractNumId")
			n.levels[abstract] = map[int]wordLevel{}
			list, at = nil, -1
		case "num":
			id, _ := attribute(e, "numId")
			list = &wordList{starts: map[int]int{}}
			n.lists[id] = list
		case "abstractNumId":
			if list != nil {
				list.abstract = value
			}
		case "lvl", "lvlOverride":
			level, _ := attribute(e, "ilvl")
			at, _ = strconv.Atoi(level)
			if list == nil {
				n.levels[abstract][at] = wordLevel{start: 1}
			}
		case "startOverride":
			if list != nil {
				list.starts[at], _ = strconv.Atoi(value)
			}
		default:
			if levels := n.levels[abstract]; list == nil && levels != nil {
				level := levels[at]
				level.set(e.Name.Local, value)
				levels[at] = level
			}
		}
		return nil
	}
}

func (l *wordLevel) set(property, value string) {
	switch property {
	case "start":
		l.start, _ = strconv.Atoi(value)
	case "numFmt":
		l.format = value
	case "lvlText":
		l.text = value
	case "suff":
		l.suffix = value
	case "isLgl":
		l.legal = value != "0" && value != "false"
	}
}

// next counts one on and gives the number as Word would show it, "" for what
// has none.
func (n *wordNumbering) next(ref numberRef) string {
	list := n.lists[ref.list]
	if list == nil || ref.level < 0 || ref.level > 8 {
		return ""
	}
	levels := n.levels[list.abstract]
	level, ok := levels[ref.level]
	if !ok {
		return ""
	}
	counts := n.counts[list.abstract]
	for len(counts) <= ref.level {
		counts = append(counts, levels[len(counts)].start-1)
	}
	counts = counts[:ref.level+1]
	if start, anew := list.starts[ref.level]; anew {
		delete(list.starts, ref.level)
		counts[ref.level] = start - 1
	}
	counts[ref.level]++
	n.counts[list.abstract] = counts
	text := level.text
	for i, count := range counts {
		format := levels[i].format
		if level.legal {
			format = "decimal"
		}
		text = strings.ReplaceAll(text, "%"+strconv.Itoa(i+1), formatCount(format, max(count, levels[i].start)))
	}
	return text + level.gap(text)
}

// gap is what stands between a number and its text: nothing after （一） and
// 一、, which show where they end, a space after the others.
func (l wordLevel) gap(number string) string {
	switch {
	case number == "" || l.suffix == "nothing":
		return ""
	case strings.HasSuffix(number, "条") || strings.HasSuffix(number, "章") || strings.HasSuffix(number, "节") || strings.HasSuffix(number, "编"):
		return "　"
	case strings.HasSuffix(number, "）") || strings.HasSuffix(number, "、") || strings.HasSuffix(number, "．"):
		return ""
	}
	return " "
}

// enclosed are the first of the twenty characters of a form.
var enclosed = map[string]rune{
	"decimalEnclosedCircle": '①', "decimalEnclosedCircleChinese": '①', "decimalEnclosedParen": '⑴', "decimalEnclosedFullstop": '⒈',
}

// formatCount writes a count in one of the forms of the standard (ECMA-376,
// ST_NumberFormat). All Chinese forms become the one in which articles are
// named, 一百零三 and never 一〇三, so that a search for the number finds it.
func formatCount(format string, n int) string {
	if n < 1 && format != "bullet" && format != "none" {
		return strconv.Itoa(n)
	}
	switch format {
	case "bullet", "none":
		return ""
	case "chineseCounting", "chineseCountingThousand", "taiwaneseCounting", "taiwaneseCountingThousand",
		"japaneseCounting", "japaneseDigitalTenThousand", "ideographDigital", "taiwaneseDigital", "chineseLegalSimplified":
		return FormatNumber(n)
	case "lowerLetter", "upperLetter":
		first := map[string]int{"lowerLetter": 'a', "upperLetter": 'A'}[format]
		return strings.Repeat(string(rune(first+(n-1)%26)), min((n-1)/26+1, 4))
	case "ideographTraditional":
		return nth("甲乙丙丁戊己庚辛壬癸", n)
	case "lowerRoman":
		return strings.ToLower(roman(n))
	case "upperRoman":
		return roman(n)
	case "decimalFullWidth":
		return strings.Map(func(r rune) rune { return r - '0' + '０' }, strconv.Itoa(n))
	}
	if first, ok := enclosed[format]; ok && n <= 20 {
		return string(first + rune(n-1))
	}
	return strconv.Itoa(n)
}

func nth(letters string, n int) string {
	if r := []rune(letters); n <= len(r) {
		return string(r[n-1])
	}
	return strconv.Itoa(n)
}

// roman writes a number; a list of more than 3999 items repeats the M.
func roman(n int) string {
	n = min(n, 9999)
	var out strings.Builder
	for _, step := range []struct {
		value int
		sign  string
	}{{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"}, {40, "XL"}, {10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"}} {
		for ; n >= step.value; n -= step.value {
			out.WriteString(step.sign)
		}
	}
	return out.String()
}
