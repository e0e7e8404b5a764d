package paper

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// subset is the part of a font that one file needs. Every character has a
// number of its own there, the lacking ones too, which share the look of the
// empty box: so a text copied from the file is what was written into it.
type subset struct {
	font    *font
	numbers map[rune]uint16
	runes   []rune // by number; 0 stands for no character
}

func newSubset(f *font) *subset {
	return &subset{font: f, numbers: map[rune]uint16{}, runes: []rune{0}}
}

// number gives a character's number in the file. A font holds 65,535; what
// comes after them is the empty box without a meaning.
func (s *subset) number(r rune) uint16 {
	n, ok := s.numbers[r]
	if !ok && len(s.runes) < 0xFFFF {
		n = uint16(len(s.runes))
		s.numbers[r] = n
		s.runes = append(s.runes, r)
	}
	return n
}

// lacking lists the characters shown as a box, in their order.
func (s *subset) lacking() []rune {
	var out []rune
	for _, r := range s.runes[1:] {
		if !s.font.has(r) {
			out = append(out, r)
		}
	}
	slices.Sort(out)
	return out
}

// file writes the subset as a TrueType font, with the tables that PDF asks for
// (ISO 32000-1, 9.9): its glyphs are numbered as in number.
func (s *subset) file() []byte {
	var outlines, places, measures []byte
	for i, r := range s.runes {
		places = binary.BigEndian.AppendUint32(places, uint32(len(outlines)))
		measures = binary.BigEndian.AppendUint16(measures, uint16(s.advance(i)))
		measures = binary.BigEndian.AppendUint16(measures, s.bearing(r))
		if i == 0 || !selects(r) {
			outlines = append(outlines, s.font.outline(s.font.glyph(r))...)
			outlines = append(outlines, make([]byte, -len(outlines)&3)...)
		}
	}
	places = binary.BigEndian.AppendUint32(places, uint32(len(outlines)))
	count := binary.BigEndian.AppendUint16(nil, uint16(len(s.runes)))
	maxp, hhea := slices.Clone(s.font.tables["maxp"]), slices.Clone(s.font.tables["hhea"])
	copy(maxp[4:], count)
	copy(hhea[34:], count)
	head := slices.Clone(s.font.tables["head"])
	clear(head[8:12]) // the sum over the whole, filled in below
	return joinFont([]fontTable{{"glyf", outlines}, {"head", head}, {"hhea", hhea}, {"hmtx", measures}, {"loca", places}, {"maxp", maxp}})
}

func (s *subset) advance(number int) int {
	if number == 0 {
		return int(s.font.advances[0])
	}
	return s.font.advance(s.runes[number])
}

// bearing is the left side bearing: the least x of the outline.
func (s *subset) bearing(r rune) uint16 {
	outline := s.font.outline(s.font.glyph(r))
	if len(outline) < 4 || selects(r) {
		return 0
	}
	return binary.BigEndian.Uint16(outline[2:])
}

type fontTable struct {
	tag  string
	data []byte
}

// joinFont writes tables, sorted by tag, as one file.
func joinFont(tables []fontTable) []byte {
	power, log := 1, 0
	for power*2 <= len(tables) {
		power, log = power*2, log+1
	}
	var out, body bytes.Buffer
	for _, n := range []int{1, 0, len(tables), power * 16, log, len(tables)*16 - power*16} {
		out.Write(binary.BigEndian.AppendUint16(nil, uint16(n)))
	}
	start, headAt := 12+16*len(tables), 0
	for _, t := range tables {
		if t.tag == "head" {
			headAt = start + body.Len()
		}
		out.WriteString(t.tag)
		for _, n := range []uint32{checksum(t.data), uint32(start + body.Len()), uint32(len(t.data))} {
			out.Write(binary.BigEndian.AppendUint32(nil, n))
		}
		body.Write(t.data)
		body.Write(make([]byte, -len(t.data)&3))
	}
	out.Write(body.Bytes())
	file := out.Bytes()
	binary.BigEndian.PutUint32(file[headAt+8:], 0xB1B0AFBA-checksum(file))
	return file
}

// checksum adds the data up as 32-bit numbers, zeros after its end.
func checksum(data []byte) (sum uint32) {
	for len(data) >= 4 {
		sum += binary.BigEndian.Uint32(data)
		data = data[4:]
	}
	if len(data) > 0 {
		sum += binary.BigEndian.Uint32(append(slices.Clone(data), 0, 0, 0)[:4])
	}
	return sum
}
