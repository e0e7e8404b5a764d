package paper

import (
	"strconv"
	"strings"
)

// document writes the body: corners, blocks and the page's measures. Every
// piece of the paper's text goes through run.
func (d *docx) document(p *Paper, blocks []block) string {
	d.Reset()
	left, right := p.corners()
	d.WriteString(`<w:document ` + wordSpace + ` xmlns:r="` + relations + `"><w:body>`)
	if left != "" || right != "" {
		d.WriteString(`<w:p><w:pPr><w:pStyle w:val="PaperNote"/><w:tabs><w:tab w:val="right" w:pos="` + twips(textWidth) + `"/></w:tabs></w:pPr>`)
		d.run(left)
		d.WriteString(`<w:r><w:tab/></w:r>`)
		d.run(right)
		d.WriteString(`</w:p>`)
	}
	afterTable := false
	for _, b := range blocks {
		if b.table != nil {
			if afterTable { // two tables that touch would become one
				d.paragraph("PaperSmall", "", "")
			}
			d.table(b.table)
		} else {
			d.lines(styleOf[b.role], "", b.text)
		}
		afterTable = b.table != nil
	}
	if afterTable { // the body must not end with a table
		d.paragraph("PaperSmall", "", "")
	}
	d.WriteString(`<w:sectPr><w:headerReference w:type="default" r:id="rId4"/><w:footerReference w:type="default" r:id="rId5"/>` +
		`<w:pgSz w:w="` + twips(pageWidth) + `" w:h="` + twips(pageHeight) + `"/>` +
		`<w:pgMar w:top="` + twips(marginTop) + `" w:right="` + twips(marginRight) + `" w:bottom="` + twips(marginBottom) +
		`" w:left="` + twips(marginLeft) + `" w:header="` + twips(15) + `" w:footer="` + twips(20) + `" w:gutter="0"/></w:sectPr></w:body></w:document>`)
	return d.String()
}

var styleOf = map[role]string{asTitle: "PaperTitle", asHeading: "PaperHeading", asLine: "PaperTable", asNote: "PaperNote"}

func (d *docx) run(text string) {
	if text != "" {
		d.WriteString(`<w:r><w:t xml:space="preserve">` + escape(text) + `</w:t></w:r>`)
	}
}

// paragraph writes one paragraph of one line of text.
func (d *docx) paragraph(style, properties, text string) {
	d.WriteString(`<w:p><w:pPr><w:pStyle w:val="` + style + `"/>` + properties + `</w:pPr>`)
	d.run(text)
	d.WriteString(`</w:p>`)
}

// lines writes a paragraph for each line of a text.
func (d *docx) lines(style, properties, text string) {
	for line := range strings.SplitSeq(text, "\n") {
		d.paragraph(style, properties, line)
	}
}

func (d *docx) table(t *table) {
	edge := func(side string) string {
		return `<w:` + side + ` w:val="single" w:sz="4" w:space="0" w:color="auto"/>`
	}
	d.WriteString(`<w:tbl><w:tblPr><w:tblW w:w="` + twips(textWidth) + `" w:type="dxa"/><w:tblBorders>` +
		edge("top") + edge("left") + edge("bottom") + edge("right") + edge("insideH") + edge("insideV") +
		`</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar><w:top w:w="40" w:type="dxa"/><w:left w:w="80" w:type="dxa"/>` +
		`<w:bottom w:w="40" w:type="dxa"/><w:right w:w="80" w:type="dxa"/></w:tblCellMar></w:tblPr><w:tblGrid>`)
	for _, share := range t.shares {
		d.WriteString(`<w:gridCol w:w="` + twips(share*textWidth) + `"/>`)
	}
	d.WriteString(`</w:tblGrid>`)
	if t.head != nil {
		d.row(t.shares, tableRow{cells: t.head}, `<w:cantSplit/><w:tblHeader/>`)
	}
	for _, r := range t.rows {
		properties := ""
		if r.longest() <= keptTogether {
			properties = `<w:cantSplit/>`
		}
		if r.height > 0 {
			properties += `<w:trHeight w:val="` + twips(r.height) + `" w:hRule="atLeast"/>`
		}
		d.row(t.shares, r, properties)
	}
	d.WriteString(`</w:tbl>`)
}

// keptTogether is the number of characters up to which a row isn't torn at the
// end of a page: about a third of one.
const keptTogether = 300

// longest is the number of characters of the row's longest cell, each line
// counted as ten at least.
func (r tableRow) longest() int {
	most := 0
	for _, c := range r.cells {
		n := 0
		for line := range strings.SplitSeq(c.text, "\n") {
			n += max(len([]rune(line)), 10)
		}
		most = max(most, n)
	}
	return most
}

func (d *docx) row(shares []float64, r tableRow, properties string) {
	d.WriteString(`<w:tr>`)
	if properties != "" {
		d.WriteString(`<w:trPr>` + properties + `</w:trPr>`)
	}
	at := 0
	for _, c := range r.cells {
		span := max(c.span, 1)
		width := 0.0
		for _, share := range shares[at : at+span] {
			width += share
		}
		at += span
		d.WriteString(`<w:tc><w:tcPr><w:tcW w:w="` + twips(width*textWidth) + `" w:type="dxa"/>`)
		if span > 1 {
			d.WriteString(`<w:gridSpan w:val="` + strconv.Itoa(span) + `"/>`)
		}
		align := ""
		if c.label {
			align = `<w:jc w:val="center"/>`
		}
		if c.tail == "" {
			d.WriteString(`<w:vAlign w:val="center"/>`)
		}
		d.WriteString(`</w:tcPr>`)
		d.lines("PaperTable", align, c.text)
		if c.tail != "" {
			d.tail(r, c)
		}
		d.WriteString(`</w:tc>`)
	}
	d.WriteString(`</w:tr>`)
}

// tail writes what stands to the right at a box's lower edge: a cell can't have
// text at both edges, so the room between is that above the tail.
func (d *docx) tail(r tableRow, c cell) {
	const line = 6.0 // millimetres
	lines := strings.Count(c.text, "\n") + strings.Count(c.tail, "\n") + 2
	room := max(r.height-line*float64(lines), line)
	first, others, more := strings.Cut(c.tail, "\n")
	d.paragraph("PaperTable", `<w:spacing w:before="`+twips(room)+`"/><w:jc w:val="right"/>`, first)
	if more {
		d.lines("PaperTable", `<w:jc w:val="right"/>`, others)
	}
}

// field is a number that the word processor fills in.
func (d *docx) field(name string) {
	d.WriteString(`<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> ` + name + ` </w:instrText></w:r>` +
		`<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>1</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>`)
}

func (d *docx) footer(p *Paper) string {
	d.Reset()
	d.WriteString(`<w:ftr ` + wordSpace + `>`)
	numbered, rest := p.footer()
	if numbered {
		d.WriteString(`<w:p><w:pPr><w:pStyle w:val="PaperSmall"/></w:pPr>`)
		before, after, _ := strings.Cut(sayPage, "%s")
		between, after, _ := strings.Cut(after, "%s")
		d.run(before)
		d.field("PAGE")
		d.run(between)
		d.field("NUMPAGES")
		d.run(after)
		d.WriteString(`</w:p>`)
	}
	if rest != "" || !numbered {
		d.paragraph("PaperSmall", "", rest)
	}
	d.WriteString(`</w:ftr>`)
	return d.String()
}

// header carries the mark of a draft as a text along a path behind the page,
// the way word processors themselves write a watermark.
func (d *docx) header(mark string) string {
	d.Reset()
	d.WriteString(`<w:hdr ` + wordSpace + ` xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"><w:p><w:pPr><w:pStyle w:val="PaperSmall"/></w:pPr>`)
	if mark = strings.ReplaceAll(clean(mark), "\n", " "); mark != "" {
		width := min(40*float64(len([]rune(mark))), 440) // points, so that a turned line stays on the page
		points := strconv.Itoa(int(width))
		d.WriteString(`<w:r><w:pict><v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" path="m@7,l@8,m@5,21600l@6,21600e">` +
			`<v:formulas><v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/><v:f eqn="sum 21600 0 @3"/>` +
			`<v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/></v:formulas>` +
			`<v:path textpathok="t" o:connecttype="rect"/><v:textpath on="t" fitshape="t"/></v:shapetype>` +
			`<v:shape id="mark" o:spid="_x0000_s2049" type="#_x0000_t136" style="position:absolute;margin-left:0;margin-top:0;width:` + points + `pt;height:52pt;rotation:315;z-index:-251658752;` +
			`mso-position-horizontal:center;mso-position-horizontal-relative:margin;mso-position-vertical:center;mso-position-vertical-relative:margin" o:allowincell="f" fillcolor="silver" stroked="f">` +
			`<v:fill opacity=".5"/><v:textpath style="font-family:&quot;` + faceSubstitute + `&quot;;font-size:1pt" string="` + escape(mark) + `"/></v:shape></w:pict></w:r>`)
	}
	d.WriteString(`</w:p></w:hdr>`)
	return d.String()
}
