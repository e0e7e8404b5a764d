package documents

import (
	"errors"
	"fmt"
	"io"
)

// Limits of one file. A policy text is far below all of them; what is above is
// a mistake or an attack. A hostile file shall cost at most 200 ms of CPU and
// 64 MiB (promise R36), so whatever can be known from a directory or a page
// count is asked before anything is unpacked.
const (
	MaxFile       = 20 << 20  // bytes; Telegram gives a bot no larger file either
	maxPlain      = 60 << 20  // bytes of all parts of a container after unpacking
	maxRatio      = 100       // unpacked to packed bytes, of a container and of a corpus
	freePlain     = 1 << 20   // unpacked bytes that need no justification by the ratio
	maxEntries    = 2000      // parts of a container
	maxDepth      = 200       // nested elements of XML and HTML
	maxToken      = 4 << 20   // bytes of one tag, attribute list or stretch of text
	freeTokens    = 150_000   // tags of XML or HTML without any text …
	tokensPerByte = 8         // … and what every byte of text allows on top; Word writes fewer than 2
	maxColumns    = 512       // of a sheet
	maxPages      = 1000      // of a PDF
	maxCharacters = 5_000_000 // of the text that comes out
	maxText       = 3 * maxCharacters
)

// Refused says that a file is not taken. Reason is a Chinese sentence for the
// person who sent it: what is wrong and what to do.
type Refused struct {
	Reason string
	cause  error
}

func (r *Refused) Error() string { return r.Reason }

// Unwrap gives the failure behind the refusal, nil when it is the content
// itself.
func (r *Refused) Unwrap() error { return r.cause }

func refuse(format string, args ...any) *Refused {
	return &Refused{Reason: fmt.Sprintf(format, args...)}
}

// IsRefused gives the reason why a file was refused, for people.
func IsRefused(err error) (string, bool) {
	if r, ok := errors.AsType[*Refused](err); ok {
		return r.Reason, true
	}
	return "", false
}

// IsSecret says that a file was refused because it is marked as secret.
func IsSecret(err error) bool {
	reason, ok := IsRefused(err)
	return ok && reason == refuseSecret
}

// HasNoText says that a file was refused only because no text can be read from
// it, such as a scan: as an attachment it may still stand.
func HasNoText(err error) bool {
	reason, ok := IsRefused(err)
	return ok && (reason == refuseScanned || reason == refuseGarbledPDF || reason == refuseUnreadable)
}

var errTooMuch = errors.New("more bytes than allowed")

// boundedReader fails, rather than ends, when more than left bytes come, or
// more than piece since that was last set: what was read up to there must not
// be taken for the whole.
type boundedReader struct {
	r     io.Reader
	left  int64
	piece int64
}

func (b *boundedReader) Read(p []byte) (int, error) {
	room := min(b.left, b.piece)
	if room <= 0 {
		var one [1]byte
		if n, err := b.r.Read(one[:]); n == 0 {
			return 0, err
		}
		return 0, errTooMuch
	}
	n, err := b.r.Read(p[:min(int64(len(p)), room)])
	b.left -= int64(n)
	b.piece -= int64(n)
	return n, err
}
