package conversations

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"rongcuo/conversations/typed"
)

// The places of a serial number's shape.
const (
	serialYear   = "{年}"
	serialNumber = "{序号}"
)

var bareSerial = regexp.MustCompile(`^第?0*([1-9][0-9]{0,5})号?$`)

// readSerial reads a number that counts up within a year. However it is written
// (1, 01, 第1号, or the whole of it), the same number has the same form, so that
// it can't be given twice; the year is this one.
func readSerial(shape, text string, now time.Time) (string, error) {
	year := now.In(typed.China).Year()
	example := fill(shape, strconv.Itoa(year), "12")
	number := plainSerial(text)
	if m := bareSerial.FindStringSubmatch(number); m != nil {
		return fill(shape, strconv.Itoa(year), m[1]), nil
	}
	whole := regexp.QuoteMeta(plainSerial(shape))
	whole = strings.Replace(whole, regexp.QuoteMeta(plainSerial(serialYear)), `([0-9]{4})`, 1)
	whole = strings.Replace(whole, regexp.QuoteMeta(plainSerial(serialNumber)), `第?0*([1-9][0-9]{0,5})`, 1)
	m := regexp.MustCompile(`^` + whole + `号?$`).FindStringSubmatch(number)
	switch {
	case m == nil:
		return "", &typed.Error{Say: fmt.Sprintf(saySerial, example)}
	case m[1] != strconv.Itoa(year):
		return "", &typed.Error{Say: fmt.Sprintf(saySerialYear, m[1], example)}
	}
	return fill(shape, m[1], m[2]), nil
}

func fill(shape, year, number string) string {
	return strings.NewReplacer(serialYear, year, serialNumber, number).Replace(shape)
}

// plainSerial takes full-width signs, blanks and all kinds of brackets alike.
func plainSerial(s string) string {
	s = strings.Join(strings.Fields(norm.NFKC.String(s)), "")
	return strings.NewReplacer("[", "〔", "]", "〕", "(", "〔", ")", "〕", "【", "〔", "】", "〕").Replace(s)
}
