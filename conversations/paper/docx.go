package paper

import (
	"archive/zip"
	"encoding/xml"
	"io"
	"strconv"
	"strings"
	"time"
)

// DOCX writes a paper for a word processor. The faces are named, not embedded:
// where one is missing its substitute is 宋体. The error wraps ErrPaper, or is
// the writer's.
func DOCX(w io.Writer, p Paper) error {
	fonts, err := p.letterings()
	if err != nil {
		return err
	}
	blocks, err := compose(&p)
	if err != nil {
		return err
	}
	d := docx{fonts: fonts}
	parts := []struct{ name, text string }{
		{"[Content_Types].xml", contentTypes},
		{"_rels/.rels", packageRelations},
		{"docProps/core.xml", coreProperties(&p)},
		{"word/document.xml", d.document(&p, blocks)},
		{"word/styles.xml", d.styles()},
		{"word/settings.xml", settings},
		{"word/fontTable.xml", d.fontTable()},
		{"word/header1.xml", d.header(p.Mark)},
		{"word/footer1.xml", d.footer(&p)},
		{"word/_rels/document.xml.rels", documentRelations},
	}
	archive := zip.NewWriter(w)
	for _, part := range parts {
		// Without a date in the archive its bytes follow from the text alone.
		file, err := archive.CreateHeader(&zip.FileHeader{Name: part.name, Method: zip.Deflate})
		if err != nil {
			return err
		}
		if _, err := io.WriteString(file, xml.Header+part.text); err != nil {
			return err
		}
	}
	return archive.Close()
}

const (
	wordSpace = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"`
	wordTypes = "application/vnd.openxmlformats-officedocument.wordprocessingml."
	relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	packages  = "http://schemas.openxmlformats.org/package/2006/"
)

const contentTypes = `<Types xmlns="` + packages + `content-types">` +
	`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
	`<Default Extension="xml" ContentType="application/xml"/>` +
	`<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>` +
	`<Override PartName="/word/document.xml" ContentType="` + wordTypes + `document.main+xml"/>` +
	`<Override PartName="/word/styles.xml" ContentType="` + wordTypes + `styles+xml"/>` +
	`<Override PartName="/word/settings.xml" ContentType="` + wordTypes + `settings+xml"/>` +
	`<Override PartName="/word/fontTable.xml" ContentType="` + wordTypes + `fontTable+xml"/>` +
	`<Override PartName="/word/header1.xml" ContentType="` + wordTypes + `header+xml"/>` +
	`<Override PartName="/word/footer1.xml" ContentType="` + wordTypes + `footer+xml"/>` +
	`</Types>`

const packageRelations = `<Relationships xmlns="` + packages + `relationships">` +
	`<Relationship Id="rId1" Type="` + relations + `/officeDocument" Target="word/document.xml"/>` +
	`<Relationship Id="rId2" Type="` + packages + `relationships/metadata/core-properties" Target="docProps/core.xml"/>` +
	`</Relationships>`

const documentRelations = `<Relationships xmlns="` + packages + `relationships">` +
	`<Relationship Id="rId1" Type="` + relations + `/styles" Target="styles.xml"/>` +
	`<Relationship Id="rId2" Type="` + relations + `/settings" Target="settings.xml"/>` +
	`<Relationship Id="rId3" Type="` + relations + `/fontTable" Target="fontTable.xml"/>` +
	`<Relationship Id="rId4" Type="` + relations + `/header" Target="header1.xml"/>` +
	`<Relationship Id="rId5" Type="` + relations + `/footer" Target="footer1.xml"/>` +
	`</Relationships>`

// settings asks for Chinese line breaking: no closing mark at the beginning of
// a line, no opening one at its end.
const settings = `<w:settings ` + wordSpace + `><w:zoom w:percent="100"/><w:defaultTabStop w:val="420"/>` +
	`<w:characterSpacingControl w:val="compressPunctuation"/>` +
	`<w:compat><w:useFELayout/><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>` +
	`<w:themeFontLang w:val="en-US" w:eastAsia="zh-CN"/></w:settings>`

func coreProperties(p *Paper) string {
	dates := ""
	if !p.Created.IsZero() {
		at := p.Created.UTC().Format(time.RFC3339)
		dates = `<dcterms:created xsi:type="dcterms:W3CDTF">` + at + `</dcterms:created>` +
			`<dcterms:modified xsi:type="dcterms:W3CDTF">` + at + `</dcterms:modified>`
	}
	return `<cp:coreProperties xmlns:cp="` + packages + `metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"` +
		` xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">` +
		`<dc:title>` + escape(clean(p.Title)) + `</dc:title><dc:language>zh-CN</dc:language>` + dates + `</cp:coreProperties>`
}

// docx writes the parts whose text follows from the paper.
type docx struct {
	strings.Builder
	fonts letterings
}

func escape(s string) string {
	var b strings.Builder
	if err := xml.EscapeText(&b, []byte(s)); err != nil {
		panic("paper: " + err.Error()) // a strings.Builder takes everything
	}
	return b.String()
}

// twips turns millimetres into the unit of word processors, a 20th of a point.
func twips(mm float64) string { return strconv.Itoa(int(mm/25.4*1440 + 0.5)) }

// halves turns points into half points.
func halves(points float64) string { return strconv.Itoa(int(points*2 + 0.5)) }

// face names a type face for every script.
func face(l lettering) string {
	name := escape(l.face)
	return `<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:cs="Times New Roman" w:eastAsia="` + name + `" w:hint="eastAsia"/>`
}

func size(l lettering) string {
	return `<w:sz w:val="` + halves(l.size) + `"/><w:szCs w:val="` + halves(l.size) + `"/>`
}

// fontTable tells what each face is replaced by where it isn't installed.
func (d *docx) fontTable() string {
	var b strings.Builder
	b.WriteString(`<w:fonts ` + wordSpace + `>`)
	seen := map[string]bool{}
	for _, l := range []lettering{d.fonts.title, d.fonts.heading, d.fonts.body, d.fonts.table} {
		if seen[l.face] {
			continue
		}
		seen[l.face] = true
		b.WriteString(`<w:font w:name="` + escape(l.face) + `"><w:altName w:val="` + faceSubstitute + `"/>` +
			`<w:charset w:val="86"/><w:family w:val="auto"/><w:pitch w:val="variable"/></w:font>`)
	}
	b.WriteString(`<w:font w:name="Times New Roman"><w:charset w:val="00"/><w:family w:val="roman"/><w:pitch w:val="variable"/></w:font></w:fonts>`)
	return b.String()
}

func (d *docx) styles() string {
	style := func(id, name, paragraph string, l lettering) string {
		return `<w:style w:type="paragraph" w:styleId="` + id + `"><w:name w:val="` + name + `"/><w:basedOn w:val="Normal"/>` +
			`<w:pPr>` + paragraph + `</w:pPr><w:rPr>` + face(l) + size(l) + `</w:rPr></w:style>`
	}
	return `<w:styles ` + wordSpace + `><w:docDefaults><w:rPrDefault><w:rPr>` + face(d.fonts.body) + size(d.fonts.body) +
		`<w:lang w:val="en-US" w:eastAsia="zh-CN"/></w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>` +
		`<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/>` +
		`<w:pPr><w:widowControl w:val="1"/><w:kinsoku w:val="1"/><w:overflowPunct w:val="1"/><w:spacing w:line="288" w:lineRule="auto"/></w:pPr></w:style>` +
		style("PaperTitle", "Paper Title", `<w:keepNext/><w:spacing w:before="120" w:after="240"/><w:jc w:val="center"/>`, d.fonts.title) +
		style("PaperHeading", "Paper Heading", `<w:keepNext/><w:spacing w:before="200" w:after="80"/><w:outlineLvl w:val="0"/>`, d.fonts.heading) +
		style("PaperTable", "Paper Table", `<w:spacing w:line="264" w:lineRule="auto"/>`, d.fonts.table) +
		style("PaperNote", "Paper Note", `<w:spacing w:before="60"/>`, d.fonts.table) +
		style("PaperSmall", "Paper Small", `<w:spacing w:line="240" w:lineRule="auto"/><w:jc w:val="center"/>`, d.fonts.small) +
		`</w:styles>`
}
