package documents

import (
	"regexp"
	"strings"
	"unicode"
)

// removeHidden takes out what a reader can't see but a model would read:
// zero-width and direction marks, tag characters, soft hyphens, control codes.
// It gives the cleaned text and how many characters went. Line ends become \n,
// no-break spaces plain ones.
func removeHidden(s string) (string, int) {
	removed := 0
	clean := strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\r' || r == '\u2028' || r == '\u2029' || r == '\v' || r == '\f':
			return '\n'
		case r == '\u00A0' || r == '\u2007' || r == '\u202F':
			return ' '
		case r == '\uFEFF' || r >= 0xFE00 && r <= 0xFE0F:
			return -1
		case unicode.Is(unicode.Cf, r), unicode.IsControl(r), r >= 0xE0000 && r <= 0xE0FFF, r == 0x3164, r == 0x115F, r == 0x1160:
			removed++
			return -1
		}
		return r
	}, strings.ReplaceAll(s, "\r\n", "\n"))
	return clean, removed
}

// secrecyMark is how a classified document is marked by regulation: the grade
// with a star and a period, alone in a line at the head. A rule that speaks of
// state secrets has no such line.
var secrecyMark = regexp.MustCompile(`(?m)^[ 　\t#*]*(?:密级[ 　]*[：:][ 　]*)?(绝密|机密|秘密)[ 　]*(?:★|☆|\*|﹡|级?[ 　]*$).{0,12}$`)

// headLines is where a mark of secrecy is looked for.
const headCharacters = 1200

func isMarkedSecret(text string) bool {
	head := text
	if r := []rune(text); len(r) > headCharacters {
		head = string(r[:headCharacters])
	}
	return secrecyMark.MatchString(head)
}
