package typed

import (
	"fmt"
	"math/big"
	"regexp"
	"strings"
)

// maxFen is the largest amount taken: 9 万亿元, beyond any county's budget and
// far inside int64.
const maxFen = 9e14

var (
	currency = regexp.MustCompile(`^(人民币|rmb|cny|¥|￥)+`)
	coins    = regexp.MustCompile(`^(?:(.+?)[元块圆])?(?:钱)?(?:(.+?)[角毛])?(?:(.+?)分)?[整正]?$`)
)

// Money reads an amount and returns it in fen. A bare number counts in
// bareUnit ("元" or "万元"), the unit that the question names: with 万元, “45”
// is 45万元. An amount that says its unit (30万, 壹佰万元整, 1200元, 三元五角) is
// taken as said.
func Money(s, bareUnit string) (fen int64, err error) {
	text := currency.ReplaceAllString(fold(s), "")
	text = about.ReplaceAllString(currency.ReplaceAllString(text, ""), "")
	text = strings.TrimSuffix(strings.TrimSuffix(text, "rmb"), "人民币")
	switch {
	case text == "":
		return 0, refuse(sayMoney)
	case text == "无" || text == "没有" || text == "不涉及":
		return 0, nil
	case strings.HasPrefix(text, "-") || strings.HasPrefix(text, "负"):
		return 0, refuse(sayNegativeMoney)
	case vague.MatchString(text):
		return 0, refuse(sayVagueMoney)
	}
	yuan, ok := yuanOf(text, bareUnit)
	if !ok {
		return 0, refuse(sayMoney)
	}
	v := yuan.Mul(yuan, big.NewRat(100, 1))
	if !v.IsInt() {
		return 0, refuse(sayFen)
	}
	if v.Cmp(big.NewRat(maxFen, 1)) > 0 {
		return 0, refuse(sayTooMuch)
	}
	return v.Num().Int64(), nil
}

func yuanOf(text, bareUnit string) (*big.Rat, bool) {
	if v, ok := numeral(text); ok {
		if bareUnit == "万元" && !strings.ContainsAny(text, "万萬亿億千仟百佰") {
			v.Mul(v, big.NewRat(1e4, 1))
		}
		return v, true
	}
	m := coins.FindStringSubmatch(text)
	if m == nil || m[1]+m[2]+m[3] == "" {
		return nil, false
	}
	sum := new(big.Rat)
	for i, per := range []int64{1, 10, 100} {
		part := strings.TrimPrefix(m[i+1], "零")
		if part == "" && m[i+1] != "零" {
			continue
		}
		if part == "" {
			part = "零"
		}
		v, ok := numeral(part)
		if !ok || per > 1 && v.Cmp(big.NewRat(10, 1)) >= 0 && m[1] != "" {
			return nil, false
		}
		sum.Add(sum, v.Quo(v, big.NewRat(per, 1)))
	}
	return sum, true
}

// FormatMoney writes an amount the way a report does: 30万元, 1.2亿元, 30005.5元.
// It is exact; 万 and 亿 are used where two decimals are enough.
func FormatMoney(fen int64) string {
	for _, u := range []struct {
		fen  int64
		name string
	}{{1e10, "亿元"}, {1e6, "万元"}} {
		if fen >= u.fen && fen%(u.fen/100) == 0 {
			return trimZeros(fmt.Sprintf("%d.%02d", fen/u.fen, fen%u.fen/(u.fen/100))) + u.name
		}
	}
	return trimZeros(fmt.Sprintf("%d.%02d", fen/100, fen%100)) + "元"
}

func trimZeros(s string) string {
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}
