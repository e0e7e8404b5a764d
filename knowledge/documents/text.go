package documents

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// decodeText reads text in the encodings that Chinese offices use: with a byte
// order mark, in UTF-8, or else in GB18030. What a page declares about itself
// is not asked: such declarations are wrong too often, and detectors that count
// letters took GB18030 for windows-1252. What would come out as letter salad
// (Big5, or two encodings in one file) is refused.
func decodeText(data []byte) (string, error) {
	switch {
	case bytes.HasPrefix(data, []byte("\xEF\xBB\xBF")):
		data = data[3:]
	case bytes.HasPrefix(data, []byte("\xFF\xFE")):
		return decodeUTF16(data[2:], binary.LittleEndian)
	case bytes.HasPrefix(data, []byte("\xFE\xFF")):
		return decodeUTF16(data[2:], binary.BigEndian)
	}
	if isBinary(data) {
		return "", refuse(refuseBinary)
	}
	if utf8.Valid(data) {
		return string(data), nil
	}
	if hasUTF8Line(data) || !looksLikeGB(data) {
		return "", refuse(refuseEncoding)
	}
	decoded, err := simplifiedchinese.GB18030.NewDecoder().Bytes(data)
	if err != nil || bytes.Contains(decoded, []byte("\uFFFD")) {
		return "", refuse(refuseEncoding)
	}
	return string(decoded), nil
}

func decodeUTF16(data []byte, order binary.ByteOrder) (string, error) {
	if len(data)%2 != 0 {
		return "", refuse(refuseEncoding)
	}
	units := make([]uint16, 0, len(data)/2)
	for ; len(data) >= 2; data = data[2:] {
		units = append(units, order.Uint16(data))
	}
	text := string(utf16.Decode(units))
	if strings.ContainsRune(text, utf8.RuneError) || strings.ContainsRune(text, 0) {
		return "", refuse(refuseEncoding)
	}
	return text, nil
}

// isBinary says whether the bytes hold codes that no text has.
func isBinary(data []byte) bool {
	control := 0
	for _, b := range data {
		if b == 0 {
			return true
		}
		if b < 0x20 && b != '\n' && b != '\r' && b != '\t' && b != '\f' {
			control++
		}
	}
	return control*100 > len(data)
}

// hasUTF8Line finds a line in UTF-8 in a file that is not UTF-8 as a whole.
// Eight Chinese characters in UTF-8 don't come about by chance in GB18030.
func hasUTF8Line(data []byte) bool {
	for line := range bytes.Lines(data) {
		if !utf8.Valid(line) {
			continue
		}
		chinese := 0
		for _, r := range string(line) {
			if unicode.Is(unicode.Han, r) {
				chinese++
			}
		}
		if chinese >= 8 {
			return true
		}
	}
	return false
}

// looksLikeGB counts how many two-byte codes lie where GB2312 has its signs and
// its 6,763 characters. Simplified Chinese reaches 97 % and more; the same
// bytes of a Big5 text under 60 %, because half of its second bytes are low.
func looksLikeGB(data []byte) bool {
	total, common := 0, 0
	for i := 0; i < len(data); i++ {
		if data[i] < 0x81 || i+1 == len(data) {
			continue
		}
		lead, trail := data[i], data[i+1]
		if trail >= '0' && trail <= '9' { // a four-byte code: rare characters and those of minorities
			i += 3
			continue
		}
		total++
		if lead >= 0xA1 && lead <= 0xF7 && trail >= 0xA1 {
			common++
		}
		i++
	}
	return total < 8 || common*100 >= total*75
}
