package paper

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// clean makes any text fit for paper. Line ends become \n, other white space a
// blank. What no format can carry (control characters, invalid UTF-8,
// noncharacters) becomes U+FFFD, so that its place is seen. What is not seen but
// moves or hides other text (marks of direction, characters of no width) is
// left out; a variation selector picks the form of the character before it and
// stays. A Latin letter and its accents become one character; nothing else is
// normalised, as that would take rare characters of names for common ones.
func clean(s string) string {
	s = accented.ReplaceAllStringFunc(strings.ReplaceAll(s, "\r\n", "\n"), norm.NFC.String)
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\v' || r == '\f' || r == '\u0085' || r == '\u2028' || r == '\u2029':
			return '\n'
		case r == '\t' || r != '\u3000' && unicode.Is(unicode.Zs, r):
			return ' '
		case unicode.Is(unicode.Cf, r) && !unicode.Is(unicode.Prepended_Concatenation_Mark, r):
			return -1
		case unicode.IsControl(r), r&0xFFFE == 0xFFFE, r >= 0xFDD0 && r <= 0xFDEF:
			return utf8.RuneError
		}
		return r
	}, s)
}

var accented = regexp.MustCompile(`\p{Latin}\p{Mn}+`)

// selects reports whether a character only picks a form of the one before it.
func selects(r rune) bool { return unicode.Is(unicode.Variation_Selector, r) }
