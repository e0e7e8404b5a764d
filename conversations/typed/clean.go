package typed

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// maxMarks is how many combining marks one letter may carry. Vietnamese and
// Arabic need two or three; piles of them only hide text.
const maxMarks = 4

// Clean gives the form in which a typed text is kept: valid UTF-8, composed
// (NFC), without control and invisible characters and without direction marks,
// with line breaks as \n and blanks trimmed at both ends. Full-width
// punctuation stays as the person typed it.
func Clean(s string) string {
	s = strings.ToValidUTF8(s, "")
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n").Replace(s)
	var b strings.Builder
	marks := 0
	for _, r := range norm.NFC.String(s) {
		switch {
		case r == '\n':
		case r == '\t', unicode.Is(unicode.Zs, r) && r != '\u3000':
			r = ' '
		case unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Me, r):
			if marks++; marks > maxMarks {
				continue
			}
		case invisible(r):
			continue
		}
		if !unicode.Is(unicode.Mn, r) && !unicode.Is(unicode.Me, r) {
			marks = 0
		}
		b.WriteRune(r)
	}
	return strings.TrimSpace(b.String())
}

// CleanLine is Clean for a text of one line: line breaks become blanks.
func CleanLine(s string) string {
	return strings.Join(strings.Fields(Clean(s)), " ")
}

// Length counts characters as a person does: combining marks and blanks at the
// ends don't count.
func Length(s string) int {
	n := 0
	for _, r := range strings.TrimSpace(s) {
		if !unicode.Is(unicode.Mn, r) && !unicode.Is(unicode.Me, r) {
			n++
		}
	}
	return n
}

func invisible(r rune) bool {
	return unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Co, r) ||
		unicode.Is(unicode.Variation_Selector, r) || r == '\u115f' || r == '\u1160' || r == '\u3164'
}

// fold is the form in which short values are compared and read: NFKC, lower
// case, no blanks.
func fold(s string) string {
	return strings.Join(strings.Fields(foldLine(s)), "")
}

// foldLine is fold with single blanks left.
func foldLine(s string) string {
	return strings.ToLower(norm.NFKC.String(CleanLine(s)))
}
