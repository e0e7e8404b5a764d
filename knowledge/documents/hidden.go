package documents

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// removeHidden takes out what a reader can't see but a model would read:
// zero-width and direction marks, tag characters, soft hyphens, control codes.
// It gives the cleaned text and how many characters went. Line ends become \n,
// no-break spaces plain ones. Byte order marks and selectors of a glyph's
// variant go without being counted, as honest programs leave them behind.
// Radicals that stand for characters become these: PDFs are full of them, and
// 第⼀条 (with U+2F00) would not be found by anyone who asks for 第一条.
func removeHidden(s string) (string, int) {
	removed := 0
	clean := strings.Map(func(r rune) rune {
		switch {
		case r < 0x7F && r >= ' ' || r == '\n' || r == '\t' || r >= 0x3000 && r < 0xE000 && r != 0x3164:
			return r
		case r == '\r' || r == '\u2028' || r == '\u2029' || r == '\v' || r == '\f' || r == 0x85:
			return '\n'
		case r == '\u00A0' || r == '\u2007' || r == '\u202F':
			return ' '
		case r == '\uFEFF' || r >= 0xFE00 && r <= 0xFE0F || r >= 0xE0100 && r <= 0xE01EF:
			return -1
		case unicode.In(r, unicode.Cf, unicode.Cc), r >= 0xE0000 && r <= 0xE0FFF, r == 0x3164, r == 0x115F, r == 0x1160, r == 0xFFA0, r == 0x034F:
			removed++
			return -1
		}
		return unify(r)
	}, strings.ReplaceAll(s, "\r\n", "\n"))
	return clean, removed
}

// simplifiedRadicals are the radicals that are characters of their own and that
// Unicode's normal forms leave alone.
var simplifiedRadicals = strings.NewReplacer("⺁", "厂", "⺇", "几", "⺟", "母", "⺠", "民", "⻁", "虎", "⻄", "西", "⻅", "见", "⻆", "角",
	"⻉", "贝", "⻋", "车", "⻑", "長", "⻓", "长", "⻔", "门", "⻘", "青", "⻙", "韦", "⻚", "页", "⻛", "风", "⻜", "飞", "⻝", "食",
	"⻢", "马", "⻣", "骨", "⻤", "鬼", "⻥", "鱼", "⻦", "鸟", "⻧", "卤", "⻨", "麦", "⻩", "黄", "⻪", "黾", "⻬", "齐", "⻮", "齿", "⻰", "龙", "⻳", "龟")

// unify gives the character of which r is a second code.
func unify(r rune) rune {
	var same string
	switch {
	case r >= 0x2E80 && r < 0x2F00:
		same = simplifiedRadicals.Replace(string(r))
	case r >= 0x2F00 && r <= 0x2FD5, r >= 0xF900 && r <= 0xFAFF:
		same = norm.NFKC.String(string(r))
	default:
		return r
	}
	r, _ = utf8.DecodeRuneInString(same)
	return r
}

// secrecyMark is how a classified document is marked: the grade with a star
// and a period at its head, as the national standard for official papers has
// it, or a line that says the grade and nothing else. A rule that speaks of
// state secrets has neither: it quotes the mark or uses it in a sentence.
var secrecyMark = regexp.MustCompile(`(?m)(?:^|[ 　\t|])(?:绝[ 　]*密|机[ 　]*密|秘[ 　]*密)[ 　]*[★☆]` +
	`|^[ 　\t|#*]*(?:密[ 　]*级[ 　|]*[：:|][ 　|]*)?(?:绝[ 　]*密|机[ 　]*密|秘[ 　]*密)级?(?:[ 　]*\d{1,2}[ 　]*年|[ 　]*长期)?[ 　\t|*]*$`)

// headCharacters is how far from the beginning a mark is looked for: a first
// page.
const headCharacters = 1200

func isMarkedSecret(text string) bool {
	end := 0
	for n := 0; n < headCharacters && end < len(text); n++ {
		_, size := utf8.DecodeRuneInString(text[end:])
		end += size
	}
	return secrecyMark.MatchString(text[:end])
}
