package paper

import (
	"strings"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// wrapped is a line, and whether its paragraph goes on in the next one.
type wrapped struct {
	text string
	more bool
}

// wrap breaks a text into lines that are at most width points wide, where the
// Unicode line breaking rules (UAX #14) allow it: no closing mark begins a
// line, no opening mark ends one, no word is torn. A word wider than a line is
// torn where it must be. Joined again, the lines are the text without its line
// ends.
func (f *font) wrap(text string, width, size float64) []wrapped {
	w := wrapper{font: f, width: width, size: size}
	// Only the rules for lines are asked: those for sentences, which the
	// library's other doors apply too, look ahead and take minutes for a text of
	// nothing but brackets.
	state := -1
	for len(text) > 0 {
		var word string
		var ends bool
		word, text, ends, state = uniseg.FirstLineSegmentInString(text, state)
		w.add(strings.TrimSuffix(word, "\n"))
		if ends && len(text) > 0 {
			w.flush(false)
		}
	}
	w.flush(false)
	return w.lines
}

// wrapper fills lines with words, each of which stays whole if it can.
type wrapper struct {
	font        *font
	width, size float64
	lines       []wrapped
	line        strings.Builder
	filled      float64 // of the line's width
}

func (w *wrapper) flush(more bool) {
	w.lines = append(w.lines, wrapped{w.line.String(), more})
	w.line.Reset()
	w.filled = 0
}

func (w *wrapper) add(word string) {
	// A blank at the end may hang over the edge, as it isn't seen there.
	seen := w.font.width(strings.TrimRight(word, " "), w.size)
	if w.filled > 0 && w.filled+seen > w.width {
		w.flush(true)
	}
	if seen <= w.width {
		w.line.WriteString(word)
		w.filled += w.font.width(word, w.size)
		return
	}
	for at, r := range word {
		wide := w.font.width(word[at:at+utf8.RuneLen(r)], w.size)
		if w.filled > 0 && w.filled+wide > w.width {
			w.flush(true)
		}
		w.line.WriteRune(r)
		w.filled += wide
	}
}
