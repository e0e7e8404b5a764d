package documents

import (
	"encoding/xml"
	"strconv"
	"strings"
)

// wordLook is what makes text invisible.
type wordLook struct{ vanished, white, tiny bool }

// wordRun is a stretch of text of one look.
type wordRun struct {
	look       wordLook
	properties bool // within its properties
	shaded     bool
}

func (l *wordLook) set(property, value string) {
	switch property {
	case "vanish":
		l.vanished = value != "0" && value != "false" && value != "off"
	case "color":
		l.white = isWhite(value)
	case "sz": // in half points
		half, err := strconv.Atoi(value)
		l.tiny = err == nil && half <= 2
	}
}

func (l *wordLook) add(other wordLook) {
	l.vanished = l.vanished || other.vanished
	l.white = l.white || other.white
	l.tiny = l.tiny || other.tiny
}

// wordStyle is what a style adds to its paragraphs or runs.
type wordStyle struct {
	based    string
	outline  int // heading rank from 1, 0 for none
	number   numberRef
	look     wordLook
	shaded   bool
	contents bool // an entry of a table of contents
}

// numberRef is a level of a numbered list; a list of "" or "0" is none.
type numberRef struct {
	list  string
	level int
}

func (n *numberRef) set(property, value string) {
	if property == "numId" {
		n.list = value
		return
	}
	n.level, _ = strconv.Atoi(value)
}

// styleToken gives a function that learns the styles from their part. The
// default paragraph style is kept as "".
func (d *wordReader) styleToken() func(xml.Token) error {
	id, standard, skip := "", false, 0
	var style wordStyle
	return func(t xml.Token) error {
		switch t := t.(type) {
		case xml.StartElement:
			value, _ := attribute(t, "val")
			switch name := t.Name.Local; name {
			case "style":
				id, _ = attribute(t, "styleId")
				kind, _ := attribute(t, "type")
				byDefault, _ := attribute(t, "default")
				standard = kind == "paragraph" && (byDefault == "1" || byDefault == "true")
				style = wordStyle{}
			case "tblStylePr": // the looks of a table's corners are not those of its text
				skip++
			case "name":
				style.contents = strings.HasPrefix(strings.ToLower(value), "toc ")
			case "basedOn":
				style.based = value
			case "outlineLvl":
				style.outline = outlineRank(value)
			case "numId", "ilvl":
				style.number.set(name, value)
			case "shd":
				style.shaded = style.shaded || isColored(t)
			case "vanish", "color", "sz":
				if skip == 0 {
					style.look.set(name, value)
				}
			}
		case xml.EndElement:
			switch t.Name.Local {
			case "tblStylePr":
				skip--
			case "style":
				d.styles[id] = style
				if standard {
					d.styles[""] = style
				}
				id = "\x00" // what follows outside of a style belongs to none
			}
		}
		return nil
	}
}

// resolve gives a style with what it inherits.
func (d *wordReader) resolve(id string) wordStyle {
	style := d.styles[id]
	for parent, n := style.based, 0; parent != "" && n < 10; n++ {
		p := d.styles[parent]
		if style.outline == 0 {
			style.outline = p.outline
		}
		if style.number.list == "" {
			style.number.list = p.number.list
			if style.number.level == 0 {
				style.number.level = p.number.level
			}
		}
		style.look.add(p.look)
		style.shaded = style.shaded || p.shaded
		style.contents = style.contents || p.contents
		parent = p.based
	}
	return style
}

// outlineRank turns Word's level 0 to 8 into a heading rank; 9 is body text.
func outlineRank(value string) int {
	n, err := strconv.Atoi(value)
	if err != nil || n < 0 || n > 8 {
		return 0
	}
	return n + 1
}
