package paper

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"sort"
	"sync"
)

// packedFont is Noto Serif SC cut to 24,096 characters, see font/README.md.
//
//go:embed font/form.ttf.gz
var packedFont []byte

// formFont unpacks the font when the first PDF is made: 11 MB that stay.
var formFont = sync.OnceValues(unpackFont)

// Font is the font as a TrueType file, for pictures with Chinese words beside the
// papers. It is unpacked anew: whoever needs it keeps it.
func Font() ([]byte, error) {
	packed, err := gzip.NewReader(bytes.NewReader(packedFont))
	if err != nil {
		return nil, fmt.Errorf("paper: the font: %w", err)
	}
	data, err := io.ReadAll(packed)
	if err != nil {
		return nil, fmt.Errorf("paper: the font: %w", err)
	}
	return data, nil
}

func unpackFont() (*font, error) {
	data, err := Font()
	if err != nil {
		return nil, err
	}
	f, err := parseFont(data)
	if err != nil {
		return nil, fmt.Errorf("paper: the font: %w", err)
	}
	return f, nil
}

// font is a TrueType font of the shape that font/make.py gives: 1000 units to
// the em, one table of characters (format 12), long offsets, no glyph made of
// others, no hints. All measures are in thousandths of the size of type.
type font struct {
	tables          map[string][]byte
	groups          []group
	offsets         []uint32 // of the glyphs in glyf, and the end
	advances        []uint16 // the last one holds for all further glyphs
	ascent, descent int
}

// group maps characters in a row to glyphs in a row.
type group struct{ first, last, glyph uint32 }

var errFont = errors.New("not of the shape that font/make.py gives")

func parseFont(data []byte) (*font, error) {
	f := &font{tables: map[string][]byte{}}
	if len(data) < 12 {
		return nil, errFont
	}
	for i := range int(binary.BigEndian.Uint16(data[4:])) {
		if len(data) < 12+16*(i+1) {
			return nil, errFont
		}
		entry := data[12+16*i:]
		offset, length := uint64(binary.BigEndian.Uint32(entry[8:])), uint64(binary.BigEndian.Uint32(entry[12:]))
		if offset+length > uint64(len(data)) {
			return nil, errFont
		}
		f.tables[string(entry[:4])] = data[offset : offset+length]
	}
	head, hhea, maxp := f.tables["head"], f.tables["hhea"], f.tables["maxp"]
	if len(head) < 54 || len(hhea) < 36 || len(maxp) < 32 {
		return nil, errFont
	}
	if binary.BigEndian.Uint16(head[18:]) != 1000 || binary.BigEndian.Uint16(head[50:]) != 1 {
		return nil, errFont
	}
	f.ascent, f.descent = int(int16(binary.BigEndian.Uint16(hhea[4:]))), int(int16(binary.BigEndian.Uint16(hhea[6:])))
	glyphs, measured := int(binary.BigEndian.Uint16(maxp[4:])), int(binary.BigEndian.Uint16(hhea[34:]))
	if len(f.tables["loca"]) != 4*(glyphs+1) || measured < 1 || len(f.tables["hmtx"]) < 4*measured {
		return nil, errFont
	}
	for i := range glyphs + 1 {
		f.offsets = append(f.offsets, binary.BigEndian.Uint32(f.tables["loca"][4*i:]))
	}
	if !slices.IsSorted(f.offsets) || int(f.offsets[glyphs]) > len(f.tables["glyf"]) {
		return nil, errFont
	}
	for i := range measured {
		f.advances = append(f.advances, binary.BigEndian.Uint16(f.tables["hmtx"][4*i:]))
	}
	return f, f.parseCharacters(uint32(glyphs))
}

func (f *font) parseCharacters(glyphs uint32) error {
	cmap := f.tables["cmap"]
	if len(cmap) < 12 {
		return errFont
	}
	at := binary.BigEndian.Uint32(cmap[8:])
	if uint64(at)+16 > uint64(len(cmap)) || binary.BigEndian.Uint16(cmap[at:]) != 12 {
		return errFont
	}
	count := binary.BigEndian.Uint32(cmap[at+12:])
	if uint64(len(cmap)) < uint64(at)+16+12*uint64(count) {
		return errFont
	}
	for i := range count {
		entry := cmap[at+16+12*i:]
		g := group{binary.BigEndian.Uint32(entry), binary.BigEndian.Uint32(entry[4:]), binary.BigEndian.Uint32(entry[8:])}
		if g.last < g.first || uint64(g.glyph)+uint64(g.last-g.first) >= uint64(glyphs) {
			return errFont
		}
		f.groups = append(f.groups, g)
	}
	return nil
}

// glyph finds a character's glyph; 0, the empty box, is that of all which the
// font lacks.
func (f *font) glyph(r rune) uint16 {
	i := sort.Search(len(f.groups), func(i int) bool { return f.groups[i].last >= uint32(r) })
	if i == len(f.groups) || f.groups[i].first > uint32(r) {
		return 0
	}
	return uint16(f.groups[i].glyph + uint32(r) - f.groups[i].first)
}

// has reports whether a character can be seen: those that only pick another's
// form need no glyph.
func (f *font) has(r rune) bool { return f.glyph(r) != 0 || selects(r) }

// advance is a character's width.
func (f *font) advance(r rune) int {
	if selects(r) {
		return 0
	}
	return int(f.advances[min(int(f.glyph(r)), len(f.advances)-1)])
}

func (f *font) outline(glyph uint16) []byte {
	return f.tables["glyf"][f.offsets[glyph]:f.offsets[glyph+1]]
}

// width measures a text in points.
func (f *font) width(text string, size float64) float64 {
	sum := 0
	for _, r := range text {
		sum += f.advance(r)
	}
	return float64(sum) * size / 1000
}
