package paper

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

// PDF writes a paper with its type embedded. Lacking are the characters for
// which the type has no form: a box stands for each on the page, though a
// copied text still has the character. They are sorted, and worth telling to
// whoever signs the paper. The error wraps ErrPaper, or is the writer's.
func PDF(w io.Writer, p Paper) (lacking []rune, err error) {
	fonts, err := p.letterings()
	if err != nil {
		return nil, err
	}
	blocks, err := compose(&p)
	if err != nil {
		return nil, err
	}
	f, err := formFont()
	if err != nil {
		return nil, err
	}
	s := &setter{font: f, letters: newSubset(f), fonts: fonts, markText: strings.ReplaceAll(clean(p.Mark), "\n", " ")}
	s.turn()
	s.corners(&p)
	for i, b := range blocks {
		s.block(b, blocks[i+1:])
	}
	if err := s.footers(&p); err != nil {
		return nil, err
	}
	return s.letters.lacking(), s.write(w, &p)
}

// write joins the pages to a file.
func (s *setter) write(w io.Writer, p *Paper) error {
	var file pdfFile
	tree := file.reserve()
	type0 := file.embed(s.letters)
	var kids bytes.Buffer
	for _, page := range s.pages {
		content := file.stream("", page.Bytes())
		n := file.add("<< /Type /Page /Parent %d 0 R /MediaBox [0 0 %.2f %.2f] /Resources << /Font << /F %d 0 R >> >> /Contents %d 0 R >>",
			tree, points(pageWidth), points(pageHeight), type0, content)
		fmt.Fprintf(&kids, "%d 0 R ", n)
	}
	file.put(tree, "<< /Type /Pages /Count %d /Kids [%s] >>", len(s.pages), kids.String())
	root := file.add("<< /Type /Catalog /Pages %d 0 R /Lang (zh-CN) /ViewerPreferences << /DisplayDocTitle true >> >>", tree)
	dates := ""
	if !p.Created.IsZero() {
		dates = "/CreationDate " + pdfDate(p.Created) + " /ModDate " + pdfDate(p.Created)
	}
	info := file.add("<< /Title %s %s >>", pdfText(clean(p.Title)), dates)
	return file.write(w, root, info)
}
