package documents

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// File is a file as plain text: paragraphs in lines, headings of a markup with
// the # of Markdown, the rows of a table as | a | b |.
type File struct {
	Name     string
	Format   string // md, txt, html, docx, xlsx, pdf
	Text     string
	Hash     string // SHA-256 of the bytes, hex
	Warnings []string
}

// Read turns a file into text. What it is follows from its bytes; a name that
// says otherwise is refused, and is used for nothing else. size refuses a large
// file before a byte is read; what is read is bounded whatever it says. Every
// reason not to take the content is a *Refused; other errors
// are failures of r, of the PDF reader's start, or the end of ctx.
func Read(ctx context.Context, name string, r io.ReaderAt, size int64) (File, error) {
	data, err := readBytes(io.NewSectionReader(r, 0, MaxFile+1), size, MaxFile)
	if err != nil {
		return File{}, err
	}
	return readFile(ctx, name, data, hashOf(data))
}

// readBytes reads no more than limit bytes, whatever size is promised.
func readBytes(r io.Reader, size, limit int64) ([]byte, error) {
	if size > limit {
		return nil, refuse(refuseTooLarge, limit>>20)
	}
	var b bytes.Buffer
	b.Grow(int(max(size, 0)) + bytes.MinRead)
	if _, err := b.ReadFrom(io.LimitReader(r, limit+1)); err != nil {
		return nil, err
	}
	if int64(b.Len()) > limit {
		return nil, refuse(refuseTooLarge, limit>>20)
	}
	return b.Bytes(), nil
}

func hashOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func readFile(ctx context.Context, name string, data []byte, hash string) (File, error) {
	if err := ctx.Err(); err != nil {
		return File{}, err
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return File{}, refuse(refuseEmpty)
	}
	text, format, warnings, err := parseFile(ctx, data, extensionOf(name))
	if err != nil {
		return File{}, err
	}
	if utf8.RuneCountInString(text) > maxCharacters {
		return File{}, refuse(refuseTooLong, maxCharacters/10000)
	}
	text, hidden := removeHidden(text)
	if hidden > 0 {
		warnings = append(warnings, fmt.Sprintf(warnHidden, hidden))
	}
	switch {
	case strings.TrimSpace(text) == "":
		return File{}, refuse(refuseUnreadable)
	case isMarkedSecret(text):
		return File{}, refuse(refuseSecret)
	}
	return File{Name: name, Format: format, Text: text, Hash: hash, Warnings: warnings}, nil
}

// parseFile runs the parser of the format. A parser of a foreign library may
// panic on a broken file: that is the file's fault and no reason to stop.
func parseFile(ctx context.Context, data []byte, ext string) (text, format string, warnings []string, err error) {
	defer func() {
		if recover() != nil {
			err = refuse(refuseBroken)
		}
	}()
	format, office, err := sniff(data, ext)
	if err != nil {
		return "", "", nil, err
	}
	switch format {
	case "docx":
		text, warnings, err = readDOCX(ctx, office)
	case "xlsx":
		text, warnings, err = readXLSX(ctx, data, office)
	case "pdf":
		text, warnings, err = readPDF(ctx, data)
	case "html":
		text, warnings, err = readHTML(ctx, data)
	default:
		text, err = decodeText(data)
	}
	return text, format, warnings, err
}
