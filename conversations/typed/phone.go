package typed

import (
	"regexp"
	"strings"
)

var (
	landline   = regexp.MustCompile(`^(0\d{2,3})-?(\d{7,8})(?:(?:转|-|\*|ext\.?)(\d{1,6}))?$`)
	localLine  = regexp.MustCompile(`^\d{7,8}(?:(?:转|-)\d{1,6})?$`)
	mobileLine = regexp.MustCompile(`^(?:\+?86-?|0)?1[3-9](?:-?\d){9}$`)
	phoneNoise = strings.NewReplacer("(", "", ")", "-", "（", "", "）", "-", "–", "-", "—", "-", "－", "-", "电话", "", "座机", "", ":", "", "+86", "")
)

// LandLine reads an office telephone with its area code and returns it as
// 0000-1234567, with 转8012 for an extension. A mobile number is refused,
// because the form keeps none (risk-filing, section 7), and not repeated.
func LandLine(s string) (string, error) {
	text := strings.Trim(phoneNoise.Replace(fold(s)), "-")
	text = strings.ReplaceAll(text, "--", "-")
	if mobileLine.MatchString(text) {
		return "", refuse(sayMobile)
	}
	if m := landline.FindStringSubmatch(text); m != nil {
		area, number := m[1], m[2]
		// 010 and 02x have three digits; the rest has four.
		if len(area) == 4 && (strings.HasPrefix(area, "01") || strings.HasPrefix(area, "02")) && len(number) == 7 {
			area, number = area[:3], area[3:]+number
		}
		out := area + "-" + number
		if m[3] != "" {
			out += "转" + m[3]
		}
		return out, nil
	}
	if localLine.MatchString(text) {
		return "", refuse(sayAreaCode)
	}
	return "", refuse(sayPhone)
}
