package conversations

import (
	"fmt"
	"slices"
)

var layouts = []string{"pairs", "list", "table", "ticks", "pledges", "papers", "opinion"}

// papers checks what is printed.
func (c *checker) papers() {
	for i, d := range c.p.Documents {
		at := fmt.Sprintf("documents[%d]", i)
		c.want(at+".title", d.Title, "title")
		c.cells(at+".corners", d.Corners, nil)
		for j, s := range d.Sections {
			at := fmt.Sprintf("%s.sections[%d]", at, j)
			if !slices.Contains(layouts, s.Layout) {
				c.wrong(at+".layout", "unknown layout %q", s.Layout)
			}
			for _, id := range s.Gates {
				if c.p.gate(id) == nil {
					c.wrong(at+".gates", "there is no gate %q", id)
				}
			}
			var group *Field
			if s.Layout == "table" {
				if group = c.p.byKey[s.Group]; group == nil || group.Kind != Group {
					c.wrong(at+".group", "there is no group %q", s.Group)
					continue
				}
			}
			c.cells(at+".cells", s.Cells, group)
		}
	}
}

func (c *checker) cells(at string, cells []Cell, group *Field) {
	for i, cell := range cells {
		if cell.Field == "" {
			continue
		}
		known := c.p.byKey[cell.Field] != nil
		if group != nil {
			known = group.sub(cell.Field) != nil
		}
		if !known {
			c.wrong(fmt.Sprintf("%s[%d].field", at, i), "there is no field %q", cell.Field)
		}
	}
}
