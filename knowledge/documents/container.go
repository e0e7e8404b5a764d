package documents

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

// container is an office file: a zip whose parts are read within one common
// allowance. Nothing of it is ever written to disk, so the names of its parts
// can't lead anywhere.
type container struct {
	parts map[string]*zip.File
	left  int64
}

// openContainer refuses what promises too much before reading any of it: too
// many parts, or declared sizes above the limits. What a part really holds is
// bounded again when it is read, because declared sizes lie.
func openContainer(data []byte) (*container, error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, refuse(refuseBroken)
	}
	if len(z.File) > maxEntries {
		return nil, refuse(refuseTooManyParts, maxEntries)
	}
	allowance := min(int64(maxPlain), max(int64(len(data))*maxRatio, 1<<20))
	c := &container{parts: map[string]*zip.File{}, left: allowance}
	var declared uint64
	for _, f := range z.File {
		declared += f.UncompressedSize64
		if declared > uint64(allowance) {
			return nil, refuse(refuseBomb)
		}
		if f.Flags&1 != 0 {
			return nil, refuse(refuseEncrypted)
		}
		c.parts[strings.TrimPrefix(f.Name, "/")] = f
	}
	return c, nil
}

// hasPart looks into the directory of a zip without unpacking anything.
func hasPart(data []byte, name string) bool {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return false
	}
	for _, f := range z.File {
		if f.Name == name {
			return true
		}
	}
	return false
}

// tokens calls yield for every token of an XML part; a part that is missing
// has none. Definitions of entities are refused, as is a nesting that no
// office program writes.
func (c *container) tokens(name string, yield func(xml.Token) error) error {
	f := c.parts[name]
	if f == nil {
		return nil
	}
	r, err := f.Open()
	if err != nil {
		return refuse(refuseBroken)
	}
	defer r.Close()
	bounded := &boundedReader{r: r, left: c.left}
	defer func() { c.left = bounded.left }()
	d := xml.NewDecoder(bounded)
	depth := 0
	for n := 0; ; n++ {
		t, err := d.RawToken()
		switch {
		case err == io.EOF:
			return nil
		case errors.Is(err, errTooMuch) || n > maxTokens:
			return refuse(refuseBomb)
		case err != nil:
			return refuse(refuseBroken)
		}
		switch t := t.(type) {
		case xml.Directive:
			return refuse(refuseEntities)
		case xml.StartElement:
			if depth++; depth > maxDepth {
				return refuse(refuseTooDeep)
			}
			_ = t
		case xml.EndElement:
			depth--
		}
		if err := yield(t); err != nil {
			return err
		}
	}
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
