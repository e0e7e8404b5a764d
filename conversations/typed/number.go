package typed

import (
	"math/big"
	"regexp"
	"strings"
)

var (
	about       = regexp.MustCompile(`^(大约|大概|约|近|共计|总共|合计|共|一共|总计)+|(左右|上下)$`)
	vague       = regexp.MustCompile(`[几数多余来][十百千万亿]|[十百千万亿\d][多余来几]|不到|不足|超过|以上|以下|以内|未满`)
	counterword = regexp.MustCompile(`[人名位个户次家条件项票年天日月份岁台辆套栋处]+$`)
	separators  = regexp.MustCompile(`[/／、,，;；\s]+`)
	numberRun   = regexp.MustCompile(`[0-9.〇零一二两三四五六七八九十百千万亿]+`)
)

// Number reads one number of at most the given decimal places: 86, 1,200,
// 八十六人, 约1.2万. The result is exact for up to 15 digits.
func Number(s string, decimals int) (float64, error) {
	text := fold(s)
	if text == "" {
		return 0, refuse(sayNumber)
	}
	if vague.MatchString(text) {
		return 0, refuse(sayVagueNumber)
	}
	if strings.HasPrefix(text, "-") || strings.HasPrefix(text, "负") {
		return 0, refuse(sayNegative)
	}
	text = counterword.ReplaceAllString(about.ReplaceAllString(text, ""), "")
	v, ok := numeral(text)
	if !ok {
		return 0, refuse(sayNumber)
	}
	return bounded(v, decimals)
}

func bounded(v *big.Rat, decimals int) (float64, error) {
	scaled := new(big.Rat).Mul(v, new(big.Rat).SetInt64(pow10(decimals)))
	if !scaled.IsInt() {
		if decimals == 0 {
			return 0, refuse(sayWhole)
		}
		return 0, refuse(sayDecimals, decimals)
	}
	if v.Cmp(big.NewRat(1e15, 1)) > 0 {
		return 0, refuse(sayTooLarge)
	}
	f, _ := v.Float64()
	return f, nil
}

func pow10(n int) int64 {
	p := int64(1)
	for range n {
		p *= 10
	}
	return p
}

// Numbers reads as many whole numbers as there are parts, in their order
// (7/6; 应到7人，实到6人; 5、1、0) or by the parts' names in any order.
func Numbers(s string, parts []string) ([]float64, error) {
	text := fold(s)
	if named, ok := byName(text, parts); ok {
		return named, nil
	}
	rest := foldLine(s)
	for _, p := range parts {
		rest = strings.Replace(rest, fold(p), "/", 1)
	}
	var out []float64
	for _, piece := range separators.Split(rest, -1) {
		if piece == "" {
			continue
		}
		if len(out) == len(parts) {
			return nil, refuse(sayParts, len(parts), strings.Join(parts, "、"))
		}
		v, err := Number(strings.TrimLeft(piece, ":是为"), 0)
		if err != nil {
			return nil, refuse(sayParts, len(parts), strings.Join(parts, "、"))
		}
		out = append(out, v)
	}
	if len(out) != len(parts) {
		return nil, refuse(sayParts, len(parts), strings.Join(parts, "、"))
	}
	return out, nil
}

// byName reads “实到6人，应到7人” and “6人同意，1人反对，0人弃权”.
func byName(text string, parts []string) ([]float64, bool) {
	var out []float64
	for _, p := range parts {
		name := fold(p)
		i := strings.Index(text, name)
		if i < 0 {
			return nil, false
		}
		after := strings.TrimLeft(text[i+len(name):], ":是为")
		run := numberRun.FindString(after)
		if !strings.HasPrefix(after, run) || run == "" {
			return nil, false
		}
		v, err := Number(run, 0)
		if err != nil {
			return nil, false
		}
		out = append(out, v)
	}
	return out, true
}
