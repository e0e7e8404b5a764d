package conversations

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// numberLetters are the 23 signs of a filing number. Of every pair that looks
// alike on paper or on the telephone (0/O, 1/I/L, 2/Z, 5/S, 6/G, 8/B, U/V) one
// or both are left out. 23 is a prime, so the weighted check sum finds every
// single wrong sign and every swap of two.
const numberLetters = "2346789ACDEFHJKMNPRTWXY"

// ErrNumber says that a text is not a filing number, or one with a slip.
var ErrNumber = errors.New("conversations: not a filing number")

var numberForm = regexp.MustCompile(`^([A-Z]{1,4})-?(\d{4})-?([2346789ACDEFHJKMNPRTWXY]{5})-?([2346789ACDEFHJKMNPRTWXY]{5})$`)

// NewNumber makes a filing number such as FS-2026-7K3MA-9QWX4: nine random
// signs (40.7 bits, so that nobody meets a foreign one by trying) and a check
// sign over all. Whether it was used before only the store can tell; it asks
// for another then. The error is random's.
func NewNumber(prefix string, year int, random io.Reader) (string, error) {
	var signs [10]int
	var one [1]byte
	for i := 0; i < 9; {
		if _, err := io.ReadFull(random, one[:]); err != nil {
			return "", fmt.Errorf("a filing number: %w", err)
		}
		if one[0] < 253 { // 11 x 23: every sign equally often
			signs[i] = int(one[0]) % 23
			i++
		}
	}
	signs[9] = checkSign(prefix, year, signs[:9])
	text := ""
	for _, s := range signs {
		text += string(numberLetters[s])
	}
	return fmt.Sprintf("%s-%04d-%s-%s", prefix, year, text[:5], text[5:]), nil
}

// ReadNumber takes a number as typed, in small or full-width letters and with
// or without strokes, and returns its canonical form. ErrNumber is returned for
// anything else, also for a slip of the finger.
func ReadNumber(s string) (string, error) {
	text := strings.ToUpper(strings.Join(strings.Fields(norm.NFKC.String(s)), ""))
	text = strings.NewReplacer("—", "-", "–", "-", "_", "-").Replace(text)
	m := numberForm.FindStringSubmatch(text)
	if m == nil {
		return "", ErrNumber
	}
	var signs []int
	for _, c := range m[3] + m[4] {
		signs = append(signs, strings.IndexRune(numberLetters, c))
	}
	year := 0
	for _, c := range m[2] {
		year = year*10 + int(c-'0')
	}
	if checkSign(m[1], year, signs[:9]) != signs[9] {
		return "", ErrNumber
	}
	return m[1] + "-" + m[2] + "-" + m[3] + "-" + m[4], nil
}

// checkSign weighs every sign by its place. The weights are distinct modulo 23
// and none is zero.
func checkSign(prefix string, year int, signs []int) int {
	sum := 0
	for i, s := range signs {
		sum += (i + 2) * s
	}
	for i, c := range prefix {
		sum += (i + 12) * int(c-'A')
	}
	for i, digit := range fmt.Sprintf("%04d", year) {
		sum += (i + 17) * int(digit-'0')
	}
	return sum % 23
}
