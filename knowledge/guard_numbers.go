package knowledge

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// FindingKind says what must not leave the process.
type FindingKind string

// The kinds of findings. Of FoundSecret the whole text counts, of the others
// the number alone.
const (
	FoundSecret   FindingKind = "secret"   // a mark of secrecy
	FoundIdentity FindingKind = "identity" // identity card or passport
	FoundCard     FindingKind = "card"     // bank card or account
	FoundPhone    FindingKind = "phone"
	FoundMail     FindingKind = "mail"
)

// Finding is a place in a text: bytes From to To.
type Finding struct {
	Kind     FindingKind
	From, To int
}

// Screen finds marks of secrecy, first, and then the numbers of persons in
// their order. It works on normalised text, in any spacing; a document number,
// a date, an amount or a project code is none of these.
func Screen(s string) []Finding {
	var out []Finding
	work := []byte(s)
	for _, n := range personalNumbers {
		for from := 0; from < len(work); {
			m := n.form.FindSubmatchIndex(work[from:])
			if m == nil {
				break
			}
			start, end := from+m[2], from+m[3]
			if n.valid != nil && !n.valid(s[:start], s[start:end], s[end:]) {
				from = end
				continue
			}
			out = append(out, Finding{n.kind, start, end})
			for i := start; i < end; i++ {
				work[i] = 0 // found once is found: no other kind may see it
			}
			from = end
		}
	}
	slices.SortFunc(out, func(a, b Finding) int { return cmp.Compare(a.From, b.From) })
	if m := secretMark.FindStringIndex(s); m != nil {
		out = slices.Insert(out, 0, Finding{FoundSecret, m[0], m[1]})
	}
	return out
}

// Mask replaces what Screen finds by a word each, and a text that carries a
// mark of secrecy by one sentence.
func Mask(s string) string {
	found := Screen(s)
	if len(found) == 0 {
		return s
	}
	if found[0].Kind == FoundSecret {
		return textSecretQuestion
	}
	var b strings.Builder
	at := 0
	for _, f := range found {
		b.WriteString(s[at:f.From])
		b.WriteString(masks[f.Kind])
		at = f.To
	}
	b.WriteString(s[at:])
	return b.String()
}

// secretMark is how a document shows its class (GB/T 9704: 密级★保密期限): the
// class with a star, after 密级：, alone in square brackets, or as the first word
// of a head; not （机密）这种写法. A question that speaks about secrets carries none of these.
var secretMark = regexp.MustCompile(strings.NewReplacer("{class}", `(?:[绝絕] ?密|[机機] ?密|[秘祕] ?密)(?: ?级)?`).Replace(
	`{class} ?[★☆⭐✭✪*]` +
		`|密级 ?[:：] ?{class}` +
		`|[【\[〔]{class}(?: ?\d+年)?[】\]〕]` +
		`|^[(（]{class}[)）](?:$|[^这那是两怎的和与跟])` +
		`|^{class} (?:关于|中共|中国共产党|特急|加急|急件|长期|发电|签发|第? ?\d+ ?[号年])`))

// Numbers may be written in groups: up to three of these stand between digits.
const gap = `[ .·_\-‐-―]{0,3}`

const (
	notInside  = `(?:^|[^0-9A-Za-z])`
	notFurther = `(?:[^0-9A-Za-z]|$)`
)

// personalNumbers are tried in this order; what one has found the next don't
// see. The first group of a form is the number; valid gets the text before it,
// the number as written, and the text behind it.
var personalNumbers = []struct {
	kind  FindingKind
	form  *regexp.Regexp
	valid func(before, number, after string) bool
}{
	{FoundIdentity, regexp.MustCompile(notInside + `(\d(?:` + gap + `\d){16}` + gap + `[\dXx])` + notFurther), validIdentity},
	{FoundIdentity, regexp.MustCompile(notInside + `(\d{15})` + notFurther), validOldIdentity},
	{FoundIdentity, regexp.MustCompile(`身份证(?:号码?)?[^0-9]{0,6}(\d{3,14}[Xx*×●]{3,15}[\dXx]{0,4}|\d{15,17}[\dXx]?)`), nil},
	{FoundIdentity, regexp.MustCompile(`(?:护照|通行证)[^0-9A-Za-z]{0,6}([A-Za-z]{1,2}\d{7,8})`), nil},
	{FoundCard, regexp.MustCompile(`(?:卡号|账号|帐号|银行卡|银行账户)[^0-9]{0,8}(\d(?:` + gap + `\d){8,29})`), nil},
	{FoundCard, regexp.MustCompile(notInside + `(\d(?:` + gap + `\d){15,18})` + notFurther), validCard},
	{FoundPhone, regexp.MustCompile(`(?:^|[^0-9])((?:\+?86` + gap + `)?1` + gap + `[3-9](?:` + gap + `\d){9})(?:[^0-9]|$)`), notAnAmount},
	{FoundPhone, regexp.MustCompile(`([一幺][三四五六七八九][〇零一幺二两三四五六七八九]{9})`), nil},
	{FoundMail, regexp.MustCompile(`([A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)`), nil},
	{FoundPhone, regexp.MustCompile(`(?:^|[^0-9])(\(0\d{2,3}\)[ -]?\d{7,8}|0\d{2,3}[ -]\d{3,4}[ -]?\d{4}|0[1-9]\d{8,10})(?:[^0-9]|$)`), notAnAmount},
}

// validIdentity looks at the region and the date of GB 11643-1999, not at the
// check digit: a slip of the finger is no reason to pass a number on. Written
// in groups, where it may be several numbers beside each other, the check digit
// has to be right.
func validIdentity(before, number, after string) bool {
	s := digitsOf(number)
	if !plausibleRegion(s) || !plausibleDate(s[6:14]) || continues(before, after) {
		return false
	}
	if len(s) == len(number) {
		return true
	}
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += w * int(s[i]-'0')
	}
	return s[17] == "10X98765432"[sum%11]
}

// validOldIdentity is for the 15 digits in use before 1999, years from 1900.
func validOldIdentity(_, s, _ string) bool {
	return plausibleRegion(s) && plausibleDate("19"+s[6:12])
}

// plausibleRegion knows the first digit groups of GB/T 2260: 11 to 82 and 83
// for residence permits, 91 for foreigners.
func plausibleRegion(s string) bool {
	return strings.Contains(" 11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83 91 ", " "+s[:2]+" ")
}

func plausibleDate(s string) bool {
	century, month, day := s[:2], s[4:6], s[6:8]
	return (century == "19" || century == "20") && month >= "01" && month <= "12" && day >= "01" && day <= "31"
}

// validCard says whether 16 to 19 digits are a card number: of UnionPay, which
// begin with 62, all are taken for one; of others (3 to 6, ISO/IEC 7812) those
// that pass the check of Luhn. Groups have one size, but for the last; dates
// and codes have others.
func validCard(before, number, after string) bool {
	groups := strings.FieldsFunc(number, func(r rune) bool { return r < '0' || r > '9' })
	for _, g := range groups[1:max(len(groups)-1, 1)] {
		if len(g) != len(groups[0]) {
			return false
		}
	}
	if len(groups) == 2 && len(groups[0]) != 4 && len(groups[0]) != 6 || continues(before, after) {
		return false
	}
	s := digitsOf(number)
	if strings.HasPrefix(s, "62") {
		return true
	}
	if s[0] < '3' || s[0] > '6' {
		return false
	}
	sum := 0
	for i := range len(s) {
		d := int(s[len(s)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// continues says whether digits go on beyond a hyphen: the number is then a part
// of a longer code.
func continues(before, after string) bool {
	return codeBefore.MatchString(before) || codeAfter.MatchString(after)
}

var (
	codeBefore = regexp.MustCompile(`[0-9A-Za-z][-_]$`)
	codeAfter  = regexp.MustCompile(`^[-_][0-9A-Za-z]`)
)

// notAnAmount keeps sums and quantities.
func notAnAmount(before, _, after string) bool {
	return !amountAfter.MatchString(after) && !amountBefore.MatchString(before)
}

var (
	amountAfter  = regexp.MustCompile(`^(?:\.\d+|,\d{3})? ?(?:元|万|亿|角|分|块|%|吨|公斤|千克|亩|平方|立方|公里|千瓦|度|号文)`)
	amountBefore = regexp.MustCompile(`[¥￥$][ ]?$`)
)

// digitsOf keeps the digits of a number, and an X as the last of them.
func digitsOf(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == 'X' || r == 'x' {
			return unicode.ToUpper(r)
		}
		return -1
	}, s)
}
