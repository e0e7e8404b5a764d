package knowledge

import "unicode"

// term is the key of one indexed unit: a Chinese character, a pair of
// neighbouring characters, or a Latin word or number. Characters and pairs are
// packed, so that no string is kept for them; words are hashed to 63 bits.
type term uint64

const (
	pairMark term = 1 << 42
	wordMark term = 1 << 63
)

func charTerm(r rune) term { return term(r) }

func pairTerm(a, b rune) term { return pairMark | term(a)<<21 | term(b) }

// eachTerm calls yield for every term of s in order. Single characters and
// pairs are both given: on statutes a segmenter in their place cost 1 to 10
// points of recall and 128 MB (measured, see BENCHMARKS.md). Full-width letters
// and digits count as their plain forms; punctuation ends a pair.
func eachTerm(s string, yield func(term)) {
	const fnvOffset, fnvPrime = 14695981039346656037, 1099511628211
	var last rune // the Chinese character just before, or 0
	var word uint64
	inWord := false
	for _, r := range s {
		r = foldRune(r)
		if isWordRune(r) {
			if !inWord {
				inWord, word = true, fnvOffset
			}
			word = (word ^ uint64(r)) * fnvPrime
			last = 0
			continue
		}
		if inWord {
			yield(wordMark | term(word))
			inWord = false
		}
		if !isHan(r) {
			last = 0
			continue
		}
		yield(charTerm(r))
		if last != 0 {
			yield(pairTerm(last, r))
		}
		last = r
	}
	if inWord {
		yield(wordMark | term(word))
	}
}

// foldRune maps full-width ASCII to plain and upper case to lower.
func foldRune(r rune) rune {
	switch {
	case r >= 'A' && r <= 'Z':
		return r + 'a' - 'A'
	case r < 0x80:
		return r
	case r >= 0xFF01 && r <= 0xFF5E:
		return foldRune(r - 0xFEE0)
	}
	return r
}

func isWordRune(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 0x80 && r < 0x2E80 && unicode.IsLetter(r)
}

func isHan(r rune) bool {
	return r >= 0x4E00 && r <= 0x9FFF || r >= 0x3400 && r <= 0x4DBF || r == '〇' || r >= 0x20000 && r <= 0x3FFFF
}

// Terms gives the terms of s in order, as text: characters, pairs of
// neighbouring characters, and words. The index itself uses packed keys; this
// form is for command associate, which learns from the same units.
func Terms(s string) []string {
	var out []string
	var last rune
	var word []rune
	flush := func() {
		if len(word) > 0 {
			out = append(out, string(word))
			word = word[:0]
		}
	}
	for _, r := range s {
		r = foldRune(r)
		switch {
		case isWordRune(r):
			word, last = append(word, r), 0
		case isHan(r):
			flush()
			out = append(out, string(r))
			if last != 0 {
				out = append(out, string([]rune{last, r}))
			}
			last = r
		default:
			flush()
			last = 0
		}
	}
	flush()
	return out
}
