package documents

import "context"

// readDOCX gives the text of a Word document: paragraphs, headings, automatic
// numbers (第一条 is often one), tables as rows, text boxes once, footnotes at
// the end. Revisions count as accepted; hidden text and the table of contents
// are left out. Page headers give no text, but a mark of secrecy in one counts.
func readDOCX(ctx context.Context, c *container) (string, []string, error) {
	main := "word/document.xml"
	whole, err := c.relations(ctx, "")
	if err != nil {
		return "", nil, err
	}
	for _, r := range whole {
		if r.kind == "officeDocument" {
			main = r.target
		}
	}
	if c.parts[main] == nil {
		return "", nil, refuse(refuseBroken)
	}
	related, err := c.relations(ctx, main)
	if err != nil {
		return "", nil, err
	}
	d := &wordReader{styles: map[string]wordStyle{}, numbering: newWordNumbering()}
	for _, r := range related {
		switch r.kind {
		case "styles":
			err = c.tokens(ctx, r.target, d.styleToken())
		case "numbering":
			err = c.tokens(ctx, r.target, d.numbering.token())
		}
		if err != nil {
			return "", nil, err
		}
	}
	for _, r := range related {
		if r.kind == "header" {
			header := &wordReader{styles: d.styles, numbering: newWordNumbering(), watermarks: true}
			if err := c.tokens(ctx, r.target, header.token); err != nil {
				return "", nil, err
			}
			if isMarkedSecret(header.text()) {
				return "", nil, refuse(refuseSecret)
			}
		}
	}
	if err := c.tokens(ctx, main, d.token); err != nil {
		return "", nil, err
	}
	for _, r := range related {
		if r.kind == "footnotes" || r.kind == "endnotes" {
			if err := c.tokens(ctx, r.target, d.token); err != nil {
				return "", nil, err
			}
		}
	}
	return d.text(), d.warnings(), nil
}
