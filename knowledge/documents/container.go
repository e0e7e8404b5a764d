package documents

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strings"
)

// container is an office file: a zip whose parts are read within one common
// allowance. Nothing of it is ever written to disk, so the names of its parts
// can't lead anywhere.
type container struct {
	parts map[string]*zip.File
	left  int64 // bytes that may still be unpacked
	tags  int   // tokens that may still be parsed; text earns more
}

// openContainer refuses what promises too much before reading any of it: too
// many parts, or declared sizes above the limits. A part that holds more than
// it declares is an error of archive/zip, so that what is declared bounds what
// is read; the allowance is kept all the same.
func openContainer(data []byte) (*container, error) {
	if bytes.Count(data, []byte("PK\x01\x02")) > maxEntries { // before archive/zip makes a record of each
		return nil, refuse(refuseTooManyParts, maxEntries)
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, refuse(refuseBroken)
	}
	allowance := min(int64(maxPlain), max(int64(len(data))*maxRatio, freePlain))
	c := &container{parts: map[string]*zip.File{}, left: allowance, tags: freeTokens}
	var declared uint64
	for _, f := range z.File {
		name := strings.TrimPrefix(f.Name, "/")
		if f.Flags&1 != 0 {
			return nil, refuse(refuseEncrypted)
		}
		if c.parts[name] != nil { // which of the two an office program shows is anyone's guess
			return nil, refuse(refuseBroken)
		}
		c.parts[name] = f
		if f.UncompressedSize64 > uint64(allowance) {
			return nil, refuse(refuseBomb)
		}
		if declared += f.UncompressedSize64; declared > uint64(allowance) {
			return nil, refuse(refuseBomb)
		}
	}
	return c, nil
}

func (c *container) hasFolder(prefix string) bool {
	for name := range c.parts {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// tokens calls yield for every token of an XML part; a part that is missing
// has none. Refused are definitions of entities, a nesting that no office
// program writes, and markup out of all proportion to the text within it.
func (c *container) tokens(ctx context.Context, name string, yield func(xml.Token) error) error {
	f := c.parts[name]
	if f == nil {
		return nil
	}
	if f.UncompressedSize64 > maxText {
		if err := weigh(f); err != nil {
			return err
		}
	}
	r, err := f.Open()
	if err != nil {
		return refuse(refuseBroken)
	}
	defer r.Close()
	bounded := &boundedReader{r: r, left: c.left}
	defer func() { c.left = bounded.left }()
	d := xml.NewDecoder(bounded)
	depth, text := 0, 0
	for ; ; c.tags-- {
		bounded.piece = maxToken
		t, err := d.RawToken()
		switch {
		case err == io.EOF && depth == 0:
			return nil
		case errors.Is(err, errTooMuch), c.tags < 0:
			return refuse(refuseBomb)
		case err != nil:
			return refuse(refuseBroken)
		case c.tags%4096 == 0 && ctx.Err() != nil:
			return ctx.Err()
		}
		switch t := t.(type) {
		case xml.Directive:
			return refuse(refuseEntities)
		case xml.StartElement:
			depth++
		case xml.EndElement:
			depth--
		case xml.CharData:
			text += len(t)
			c.tags += len(t) * tokensPerByte
		}
		if depth > maxDepth {
			return refuse(refuseTooDeep)
		}
		if text > maxText {
			return refuse(refuseTooLong, maxCharacters/10000)
		}
		if err := yield(t); err != nil {
			return err
		}
	}
}

// weigh refuses a large part that holds more text than is taken or mostly tags,
// by counting what stands outside of them: ten times quicker than parsing it.
func weigh(f *zip.File) error {
	r, err := f.Open()
	if err != nil {
		return refuse(refuseBroken)
	}
	defer r.Close()
	buffer := make([]byte, 64<<10)
	inTag, tags, text := false, 0, 0
	for {
		n, err := r.Read(buffer)
		for rest := buffer[:n]; len(rest) > 0; {
			end := byte('<')
			if inTag {
				end = '>'
			}
			at := bytes.IndexByte(rest, end)
			if at < 0 {
				at = len(rest) - 1
			} else {
				inTag = !inTag
			}
			if end == '<' {
				tags++
				text += at
			}
			rest = rest[at+1:]
		}
		switch {
		case text > maxText:
			return refuse(refuseTooLong, maxCharacters/10000)
		case tags > freeTokens+text*tokensPerByte:
			return refuse(refuseBomb)
		case err == io.EOF:
			return nil
		case err != nil:
			return refuse(refuseBroken)
		}
	}
}

// relation is a link from one part to another.
type relation struct{ id, kind, target string }

// relations gives where a part ("" for the whole file) refers to. Targets are
// names of parts; a link to the outside is none.
func (c *container) relations(ctx context.Context, part string) ([]relation, error) {
	var out []relation
	folder, base := path.Split(part)
	err := c.tokens(ctx, folder+"_rels/"+base+".rels", func(t xml.Token) error {
		e, ok := t.(xml.StartElement)
		if !ok || e.Name.Local != "Relationship" {
			return nil
		}
		if mode, _ := attribute(e, "TargetMode"); mode == "External" {
			return nil
		}
		var r relation
		r.id, _ = attribute(e, "Id")
		kind, _ := attribute(e, "Type")
		r.kind = path.Base(kind)
		target, _ := attribute(e, "Target")
		if r.target = strings.TrimPrefix(target, "/"); r.target == target {
			r.target = path.Join(folder, target)
		}
		out = append(out, r)
		return nil
	})
	return out, err
}

// attribute gives the value of an attribute by its local name.
func attribute(e xml.StartElement, name string) (string, bool) {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value, true
		}
	}
	return "", false
}
