package paper

import (
	"bytes"
	"fmt"
	"math"
)

// points turns millimetres into the unit of PDF, a 72nd of an inch.
func points(mm float64) float64 { return mm / 25.4 * 72 }

// canvas draws one page. Positions are in points from the upper left corner.
type canvas struct {
	bytes.Buffer
	letters *subset
}

// show draws a text from its baseline's left end; spread is added between its
// characters.
func (c *canvas) show(text string, x, baseline, size, spread float64) {
	if text == "" {
		return
	}
	fmt.Fprintf(c, "BT /F %.2f Tf %.3f Tc %.2f %.2f Td ", size, spread, x, points(pageHeight)-baseline)
	c.codes(text)
	c.WriteString(" Tj ET\n")
}

// bold draws a text whose strokes are thickened by a line along their edges:
// there is one weight of type.
func (c *canvas) bold(text string, x, baseline, size float64) {
	fmt.Fprintf(c, "q 2 Tr %.3f w\n", size*0.028)
	c.show(text, x, baseline, size, 0)
	c.WriteString("Q\n")
}

func (c *canvas) codes(text string) {
	c.WriteByte('<')
	for _, r := range text {
		fmt.Fprintf(c, "%04X", c.letters.number(r))
	}
	c.WriteByte('>')
}

// frame draws a cell's edges from corner to corner, so that those of two cells
// fall together.
func (c *canvas) frame(x, y, width, height float64) {
	x2, y1, y2 := x+width, points(pageHeight)-y, points(pageHeight)-(y+height)
	fmt.Fprintf(c, "%.2f %.2f m %.2f %.2f l %.2f %.2f l %.2f %.2f l h S\n", x, y1, x2, y1, x2, y2, x, y2)
}

// mark draws the mark of a draft from the lower left to the upper right, pale
// and below everything else.
func (c *canvas) mark(text string) {
	width := points(math.Hypot(pageWidth, pageHeight)) * 0.72
	size := min(width/max(c.letters.font.width(text, 1), 1), 72)
	half := c.letters.font.width(text, size) / 2
	angle := math.Pi / 4
	cos, sin := math.Cos(angle), math.Sin(angle)
	x := points(pageWidth)/2 - half*cos + size*0.35*sin
	y := points(pageHeight)/2 - half*sin - size*0.35*cos
	fmt.Fprintf(c, "/Artifact BMC q 0.88 g BT /F %.2f Tf %.4f %.4f %.4f %.4f %.2f %.2f Tm ", size, cos, sin, -sin, cos, x, y)
	c.codes(text)
	c.WriteString(" Tj ET Q EMC\n")
}
