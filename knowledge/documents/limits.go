package documents

import (
	"errors"
	"fmt"
	"io"
)

// Limits of one file. A policy text is far below all of them; what is above is
// a mistake or an attack.
const (
	MaxFile       = 20 << 20 // bytes; Telegram gives a bot no larger file either
	maxPlain      = 60 << 20 // bytes of all parts of a container after unpacking
	maxRatio      = 100      // unpacked to packed, of a container
	maxEntries    = 2000     // parts of a container
	maxDepth      = 200      // nested elements of XML and HTML
	maxTokens     = 3 << 20  // XML tokens
	maxPages      = 1000     // of a PDF
	maxCharacters = 5 << 20  // of the text that comes out
)

// Refused says that a file is not taken. Reason is a Chinese sentence for the
// person who sent it: what is wrong and what to do.
type Refused struct{ Reason string }

func (r *Refused) Error() string { return r.Reason }

func refuse(format string, args ...any) *Refused { return &Refused{fmt.Sprintf(format, args...)} }

var errTooMuch = errors.New("more bytes than allowed")

// boundedReader fails, rather than ends, when more than left bytes come: what
// was read up to there must not be taken for the whole.
type boundedReader struct {
	r    io.Reader
	left int64
}

func (b *boundedReader) Read(p []byte) (int, error) {
	if b.left <= 0 {
		var one [1]byte
		if n, err := b.r.Read(one[:]); n == 0 {
			return 0, err
		}
		return 0, errTooMuch
	}
	n, err := b.r.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}
