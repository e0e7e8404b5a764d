package documents

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"path"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
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
// says otherwise is refused. Every reason not to take the content is a
// *Refused; other errors are failures of r or the end of ctx.
func Read(ctx context.Context, name string, r io.ReaderAt, size int64) (File, error) {
	if size > MaxFile {
		return File{}, refuse(refuseTooLarge, MaxFile>>20)
	}
	data, err := io.ReadAll(io.LimitReader(io.NewSectionReader(r, 0, MaxFile+1), MaxFile+1))
	if err != nil {
		return File{}, err
	}
	if len(data) > MaxFile {
		return File{}, refuse(refuseTooLarge, MaxFile>>20)
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return File{}, refuse(refuseEmpty)
	}
	if err := ctx.Err(); err != nil {
		return File{}, err
	}
	sum := sha256.Sum256(data)
	f := File{Name: name, Hash: hex.EncodeToString(sum[:])}
	f.Format, err = sniff(data, extensionOf(name))
	if err != nil {
		return File{}, err
	}
	if err := f.parse(ctx, data); err != nil {
		return File{}, err
	}
	var hidden int
	f.Text, hidden = removeHidden(f.Text)
	if hidden > 0 {
		f.Warnings = append(f.Warnings, fmt.Sprintf(warnHidden, hidden))
	}
	switch {
	case utf8.RuneCountInString(f.Text) > maxCharacters:
		return File{}, refuse(refuseTooLong, maxCharacters/10000)
	case strings.TrimSpace(f.Text) == "":
		return File{}, refuse(refuseUnreadable)
	case isMarkedSecret(f.Text):
		return File{}, refuse(refuseSecret)
	}
	return f, nil
}

// parse runs the parser of the format. A parser of a foreign library may panic
// on a broken file: that is the file's fault and no reason to stop.
func (f *File) parse(ctx context.Context, data []byte) (err error) {
	defer func() {
		if recover() != nil {
			err = refuse(refuseBroken)
		}
	}()
	switch f.Format {
	case "md", "txt":
		f.Text, err = decodeText(data)
	case "html":
		f.Text, f.Warnings, err = readHTML(data)
	case "docx":
		f.Text, f.Warnings, err = readDOCX(ctx, data)
	case "xlsx":
		f.Text, f.Warnings, err = readXLSX(data)
	case "pdf":
		f.Text, f.Warnings, err = readPDF(ctx, data)
	}
	return err
}

func extensionOf(name string) string { return strings.ToLower(path.Ext(name)) }

// sniff says what the bytes are. ext is only asked where bytes can't tell
// (plain text, Markdown, HTML) and to find a name that lies.
func sniff(data []byte, ext string) (string, error) {
	is := func(magic string) bool { return bytes.HasPrefix(data, []byte(magic)) }
	format := ""
	switch {
	case is("%PDF-") || bytes.Contains(data[:min(len(data), 1024)], []byte("%PDF-")) && ext == ".pdf":
		format = "pdf"
	case is("PK\x03\x04") || is("PK\x05\x06"):
		switch {
		case hasPart(data, "word/document.xml"):
			format = "docx"
		case hasPart(data, "xl/workbook.xml"):
			format = "xlsx"
		case ext == ".docx" || ext == ".xlsx":
			return "", refuse(refuseBroken)
		default:
			return "", refuse(refuseArchive)
		}
	case is("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"):
		if ext == ".docx" || ext == ".xlsx" {
			return "", refuse(refuseEncrypted) // office programs wrap an encrypted file so
		}
		if ext == ".xls" || ext == ".et" {
			return "", refuse(refuseLegacy, "Excel/WPS 表格", "XLSX")
		}
		return "", refuse(refuseLegacy, "Word/WPS", "DOCX")
	case is("\x89PNG"), is("\xFF\xD8\xFF"), is("GIF8"), is("BM") && ext == ".bmp", is("II*\x00"), is("MM\x00*"), is("RIFF") && ext == ".webp":
		return "", refuse(refusePicture)
	case is("Rar!"), is("7z\xBC\xAF"), is("\x1f\x8b"), is("BZh"), is("\xFD7zXZ"):
		return "", refuse(refuseArchive)
	case is(`{\rtf`):
		return "", refuse(refuseLegacy, "RTF", "DOCX")
	}
	if format != "" {
		if ext != "" && ext != "."+format {
			return "", refuse(refuseExtension, ext)
		}
		return format, nil
	}
	switch ext {
	case ".pdf", ".docx", ".xlsx", ".doc", ".xls", ".png", ".jpg", ".jpeg", ".zip", ".rar":
		return "", refuse(refuseExtension, ext)
	case ".html", ".htm":
		return "html", nil
	case ".md", ".markdown":
		return "md", nil
	}
	if looksLikeHTML(data) {
		return "html", nil
	}
	return "txt", nil
}

func looksLikeHTML(data []byte) bool {
	head := bytes.ToLower(bytes.TrimSpace(bytes.TrimPrefix(data[:min(len(data), 512)], []byte("\xEF\xBB\xBF"))))
	return bytes.HasPrefix(head, []byte("<!doctype html")) || bytes.HasPrefix(head, []byte("<html"))
}

// decodeText reads text in the encodings that Chinese offices use: with a byte
// order mark, in UTF-8, or else in GB18030. A detector that counts letters was
// wrong on such files (it says windows-1252).
func decodeText(data []byte) (string, error) {
	switch {
	case bytes.HasPrefix(data, []byte("\xEF\xBB\xBF")):
		data = data[3:]
	case bytes.HasPrefix(data, []byte("\xFF\xFE")):
		return decodeUTF16(data[2:], binary.LittleEndian), nil
	case bytes.HasPrefix(data, []byte("\xFE\xFF")):
		return decodeUTF16(data[2:], binary.BigEndian), nil
	}
	if isBinary(data) {
		return "", refuse(refuseBinary)
	}
	if utf8.Valid(data) {
		return string(data), nil
	}
	decoded, err := simplifiedchinese.GB18030.NewDecoder().Bytes(data)
	if err != nil {
		return "", refuse(refuseBinary)
	}
	if bad := bytes.Count(decoded, []byte("\uFFFD")); bad > 3 && bad*50 > len(decoded) {
		return "", refuse(refuseBinary)
	}
	return string(decoded), nil
}

func decodeUTF16(data []byte, order binary.ByteOrder) string {
	units := make([]uint16, 0, len(data)/2)
	for ; len(data) >= 2; data = data[2:] {
		units = append(units, order.Uint16(data))
	}
	return string(utf16.Decode(units))
}

// isBinary says whether the bytes hold codes that no text has.
func isBinary(data []byte) bool {
	control := 0
	for _, b := range data {
		if b == 0 {
			return true
		}
		if b < 0x20 && b != '\n' && b != '\r' && b != '\t' && b != '\f' && b != 0x1b {
			control++
		}
	}
	return control*100 > len(data)
}
