package documents

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// zipPart is a file within an office file.
type zipPart struct{ name, text string }

func zipOf(t testing.TB, parts ...zipPart) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	w.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) { return flate.NewWriter(out, flate.BestSpeed) })
	for _, p := range parts {
		f, err := w.Create(p.name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(p.text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const (
	wordNames   = ` xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:v="urn:schemas-microsoft-com:vml"`
	officeKinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
)

// docxOf makes a Word document of the inside of its body; more parts are given
// by their short names (styles, numbering, footnotes, header).
func docxOf(t testing.TB, body string, more ...zipPart) []byte {
	t.Helper()
	links := ""
	parts := []zipPart{
		{"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`},
		{"_rels/.rels", `<Relationships><Relationship Id="rId1" Type="` + officeKinds + `officeDocument" Target="word/document.xml"/></Relationships>`},
		{"word/document.xml", `<?xml version="1.0" encoding="UTF-8"?><w:document` + wordNames + `><w:body>` + body + `</w:body></w:document>`},
	}
	for i, m := range more {
		links += fmt.Sprintf(`<Relationship Id="r%d" Type="%s%s" Target="%s.xml"/>`, i, officeKinds, m.name, m.name)
		parts = append(parts, zipPart{"word/" + m.name + ".xml", `<w:` + m.name + wordNames + `>` + m.text + `</w:` + m.name + `>`})
	}
	parts = append(parts, zipPart{"word/_rels/document.xml.rels", `<Relationships>` + links + `</Relationships>`})
	return zipOf(t, parts...)
}

// parOf is a paragraph of one run; properties may be "".
func parOf(properties, text string) string {
	return `<w:p><w:pPr>` + properties + `</w:pPr><w:r><w:t>` + text + `</w:t></w:r></w:p>`
}

func runOf(properties, text string) string {
	return `<w:r><w:rPr>` + properties + `</w:rPr><w:t>` + text + `</w:t></w:r>`
}

func rowOf(cells ...string) string {
	return `<w:tr><w:tc>` + strings.Join(cells, `</w:tc><w:tc>`) + `</w:tc></w:tr>`
}

func xlsxOf(t testing.TB, fill func(*excelize.File)) []byte {
	t.Helper()
	book := excelize.NewFile()
	defer book.Close()
	fill(book)
	var b bytes.Buffer
	if _, err := book.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// pdfOf makes a PDF with one standard Latin font; every page is its operators.
func pdfOf(more string, pages ...string) []byte {
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R " + more + " >>",
		"",
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
	}
	var kids strings.Builder
	for _, p := range pages {
		n := len(objects) + 1
		fmt.Fprintf(&kids, "%d 0 R ", n)
		objects = append(objects,
			fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>", n+1),
			p)
	}
	objects[1] = fmt.Sprintf("<< /Type /Pages /Kids [%s] /Count %d >>", kids.String(), len(pages))
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	var at []int
	for i, o := range objects {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, n := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", n)
	}
	trailer := ""
	if strings.Contains(more, "/Locked") {
		trailer = "/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <" + strings.Repeat("28", 32) + "> /U <" + strings.Repeat("AB", 32) + "> >> /ID [<01><01>] "
	}
	fmt.Fprintf(&b, "trailer << /Size %d /Root 1 0 R %s>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, trailer, start)
	return b.Bytes()
}

// operators is a content stream, packed if that is asked for.
func operators(text string, packed bool) string {
	if !packed {
		return fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(text), text)
	}
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return fmt.Sprintf("<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream", b.Len(), b.String())
}

// lineAt draws a line of Latin text.
func lineAt(y int, text string) string {
	return fmt.Sprintf("BT /F1 12 Tf 72 %d Td (%s) Tj ET\n", y, text)
}

// lieAboutSizes makes every size in the directory of a zip small.
func lieAboutSizes(data []byte, size uint32) []byte {
	data = bytes.Clone(data)
	for at := 0; ; {
		i := bytes.Index(data[at:], []byte("PK\x01\x02"))
		if i < 0 {
			return data
		}
		binary.LittleEndian.PutUint32(data[at+i+24:], size)
		at += i + 46
	}
}

func readOf(t testing.TB, name string, data []byte) (File, error) {
	t.Helper()
	return Read(t.Context(), name, bytes.NewReader(data), int64(len(data)))
}

// textOf reads a file that must be taken.
func textOf(t testing.TB, name string, data []byte) string {
	t.Helper()
	f, err := readOf(t, name, data)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return f.Text
}

// reasonOf gives why a file was refused, "" when it was taken.
func reasonOf(t testing.TB, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	r, ok := errors.AsType[*Refused](err)
	if !ok {
		t.Fatalf("not a refusal: %v", err)
	}
	return r.Reason
}

// overlapping makes a zip whose directory names one packed part n times.
func overlapping(t testing.TB, n int) []byte {
	t.Helper()
	data := zipOf(t, zipPart{"word/document.xml", strings.Repeat("<a/>", 1<<18)})
	at := bytes.Index(data, []byte("PK\x01\x02"))
	end := bytes.LastIndex(data, []byte("PK\x05\x06"))
	entry, tail := data[at:end], bytes.Clone(data[end:])
	out := bytes.Clone(data[:at])
	for i := range n {
		e := bytes.Replace(entry, []byte("word/document.xml"), fmt.Appendf(nil, "word/%08d.xml", i), 1)
		out = append(out, e...)
	}
	binary.LittleEndian.PutUint16(tail[8:], uint16(n))
	binary.LittleEndian.PutUint16(tail[10:], uint16(n))
	binary.LittleEndian.PutUint32(tail[12:], uint32(len(entry)*n))
	return append(out, tail...)
}

func filesOf(t testing.TB, data []byte) []*zip.File {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	return z.File
}

// partOf unpacks a part of an office file.
func partOf(t testing.TB, data []byte, name string) string {
	t.Helper()
	for _, f := range filesOf(t, data) {
		if f.Name != name {
			continue
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	t.Fatalf("no part %s", name)
	return ""
}

// replacePart gives a copy of an office file with another text in one part.
func replacePart(t testing.TB, data []byte, name, text string) []byte {
	t.Helper()
	parts := []zipPart{{name, text}}
	for _, f := range filesOf(t, data) {
		if f.Name != name {
			parts = append(parts, zipPart{f.Name, partOf(t, data, f.Name)})
		}
	}
	return zipOf(t, parts...)
}
