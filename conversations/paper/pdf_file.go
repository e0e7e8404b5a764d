package paper

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf16"
)

// pdfFile collects the objects of a PDF file (ISO 32000-1, PDF 1.7). Objects
// are numbered from 1 in the order of their adding; a number can be reserved
// before its object is known.
type pdfFile struct{ objects [][]byte }

func (f *pdfFile) reserve() int {
	f.objects = append(f.objects, nil)
	return len(f.objects)
}

func (f *pdfFile) put(number int, format string, args ...any) {
	f.objects[number-1] = fmt.Appendf(nil, format, args...)
}

func (f *pdfFile) add(format string, args ...any) int {
	n := f.reserve()
	f.put(n, format, args...)
	return n
}

// stream adds data, packed; entries are further ones of its dictionary.
func (f *pdfFile) stream(entries string, data []byte) int {
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	if _, err := z.Write(data); err != nil {
		panic("paper: " + err.Error()) // a bytes.Buffer takes everything
	}
	if err := z.Close(); err != nil {
		panic("paper: " + err.Error())
	}
	n := f.reserve()
	var b bytes.Buffer
	fmt.Fprintf(&b, "<< /Length %d /Filter /FlateDecode %s >>\nstream\n", packed.Len(), entries)
	b.Write(packed.Bytes())
	b.WriteString("\nendstream")
	f.objects[n-1] = b.Bytes()
	return n
}

// write gives the file out. Its two names follow from what is in it.
func (f *pdfFile) write(w io.Writer, root, info int) error {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n%\xE2\xE3\xCF\xD3\n") // four bytes that say: not text
	places := make([]int, len(f.objects))
	for i, object := range f.objects {
		places[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	start := b.Len()
	name := sha256.Sum256(b.Bytes())
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(places)+1)
	for _, place := range places {
		fmt.Fprintf(&b, "%010d 00000 n \n", place)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root %d 0 R /Info %d 0 R /ID [<%x> <%x>] >>\nstartxref\n%d\n%%%%EOF\n",
		len(places)+1, root, info, name[:16], name[:16], start)
	_, err := w.Write(b.Bytes())
	return err
}

// pdfText is a text outside the pages, in UTF-16.
func pdfText(s string) string { return "<FEFF" + utf16Hex(s) + ">" }

func utf16Hex(s string) string {
	var b strings.Builder
	for _, unit := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", unit)
	}
	return b.String()
}

func pdfDate(t time.Time) string { return "(D:" + t.UTC().Format("20060102150405") + "Z)" }

// embed adds the characters in use as a font and returns its number.
func (f *pdfFile) embed(s *subset) int {
	data := s.file()
	sum := sha256.Sum256(data)
	tag := make([]byte, 6) // letters that tell subsets apart
	for i := range tag {
		tag[i] = 'A' + sum[i]%26
	}
	name := string(tag) + "+NotoSerifSC-Regular"
	file := f.stream(fmt.Sprintf("/Length1 %d", len(data)), data)
	descriptor := f.add("<< /Type /FontDescriptor /FontName /%s /Flags 4 /FontBBox [0 %d 1000 %d] /ItalicAngle 0 /Ascent %d /Descent %d /CapHeight 730 /StemV 80 /FontFile2 %d 0 R >>",
		name, s.font.descent, s.font.ascent, s.font.ascent, s.font.descent, file)
	var widths strings.Builder
	for i := range s.runes {
		fmt.Fprintf(&widths, "%d ", s.advance(i))
	}
	descendant := f.add("<< /Type /Font /Subtype /CIDFontType2 /BaseFont /%s /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor %d 0 R /DW 1000 /W [0 [%s]] /CIDToGIDMap /Identity >>",
		name, descriptor, widths.String())
	meaning := f.stream("", []byte(s.meaning()))
	return f.add("<< /Type /Font /Subtype /Type0 /BaseFont /%s /Encoding /Identity-H /DescendantFonts [%d 0 R] /ToUnicode %d 0 R >>",
		name, descendant, meaning)
}

// meaning tells which character each number is, so that text can be copied and
// searched: beyond the basic plane by a pair of surrogates.
func (s *subset) meaning() string {
	var b strings.Builder
	b.WriteString("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n" +
		"/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n" +
		"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n")
	const most = 100 // entries of one list
	for from := 1; from < len(s.runes); from += most {
		part := s.runes[from:min(from+most, len(s.runes))]
		fmt.Fprintf(&b, "%d beginbfchar\n", len(part))
		for i, r := range part {
			fmt.Fprintf(&b, "<%04X> <%s>\n", from+i, utf16Hex(string(r)))
		}
		b.WriteString("endbfchar\n")
	}
	b.WriteString("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n")
	return b.String()
}
