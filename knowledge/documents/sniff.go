package documents

import (
	"bytes"
	"path"
	"slices"
	"strings"
	"unicode"
)

// extensionOf gives the ending of a name, in lower case, as it can be shown:
// without characters that can't be seen or turn the writing direction.
func extensionOf(name string) string {
	ext := []rune(strings.Map(func(r rune) rune {
		if unicode.IsGraphic(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, strings.TrimSpace(path.Ext(name))))
	return string(ext[:min(len(ext), 12)])
}

// textFormats are told apart by their names, because their bytes are alike.
var textFormats = map[string]string{
	"": "txt", ".txt": "txt", ".text": "txt",
	".md": "md", ".markdown": "md",
	".html": "html", ".htm": "html", ".xhtml": "html",
}

// sniff says what the bytes are; for an office file it also opens the
// container. ext is asked only where bytes can't tell, and to find a name that
// lies.
func sniff(data []byte, ext string) (string, *container, error) {
	is := func(magics ...string) bool {
		return slices.ContainsFunc(magics, func(m string) bool { return bytes.HasPrefix(data, []byte(m)) })
	}
	switch {
	case is("%PDF-"):
		return expectExtension("pdf", ext, nil)
	case is("PK\x03\x04", "PK\x05\x06"):
		return sniffContainer(data, ext)
	case is("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"):
		return "", nil, sniffCompound(data, ext)
	case is(`{\rtf`):
		return "", nil, refuseLegacyFormat(".rtf")
	case is("\x89PNG", "\xFF\xD8\xFF", "GIF8", "II*\x00", "MM\x00*") || is("BM") && ext == ".bmp" || is("RIFF") && ext == ".webp":
		return "", nil, refuse(refusePicture)
	case is("Rar!", "7z\xBC\xAF", "\x1F\x8B", "BZh", "\xFD7zXZ"):
		return "", nil, refuse(refuseArchive)
	}
	format, known := textFormats[ext]
	switch {
	case !known:
		return "", nil, refuseOther(ext)
	case format == "txt" && looksLikeHTML(data):
		return "html", nil, nil
	}
	return format, nil, nil
}

// expectExtension takes a format if the name says the same or nothing.
func expectExtension(format, ext string, office *container) (string, *container, error) {
	if ext != "" && ext != "."+format {
		return "", nil, refuse(refuseExtension, ext)
	}
	return format, office, nil
}

// sniffContainer tells the office formats from other zip files by their parts.
func sniffContainer(data []byte, ext string) (string, *container, error) {
	c, err := openContainer(data)
	if err != nil {
		return "", nil, err
	}
	switch {
	case ext == ".docm" || ext == ".xlsm":
		return "", nil, refuseLegacyFormat(ext)
	case c.parts["[Content_Types].xml"] != nil && c.hasFolder("word/"):
		return expectExtension("docx", ext, c)
	case c.parts["[Content_Types].xml"] != nil && c.hasFolder("xl/"):
		return expectExtension("xlsx", ext, c)
	case c.hasFolder("ppt/"):
		return "", nil, refuseLegacyFormat(".pptx")
	case c.parts["OFD.xml"] != nil:
		return "", nil, refuseLegacyFormat(".ofd")
	case c.parts["mimetype"] != nil && (ext == ".odt" || ext == ".ods"):
		return "", nil, refuseLegacyFormat(ext)
	case ext == ".docx" || ext == ".xlsx":
		return "", nil, refuse(refuseBroken)
	}
	return "", nil, refuse(refuseArchive)
}

// sniffCompound is about the container of old office programs. An encrypted
// DOCX or XLSX is wrapped in one, and names its wrapping in UTF-16.
func sniffCompound(data []byte, ext string) *Refused {
	if bytes.Contains(data, []byte("E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e")) {
		return refuse(refuseEncrypted)
	}
	switch ext {
	case ".doc", ".xls", ".wps", ".et", ".ppt", ".dps", ".dot":
		return refuseLegacyFormat(ext)
	case "":
		return refuseLegacyFormat(".doc")
	}
	return refuse(refuseExtension, ext)
}

func refuseLegacyFormat(ext string) *Refused {
	f := legacyFormats[ext]
	return refuse(refuseLegacy, f.name, strings.TrimSpace(f.instead))
}

// refuseOther is about a name whose format is not read, whatever the bytes
// are: a .doc that holds HTML is saved as DOCX like any other.
func refuseOther(ext string) *Refused {
	switch ext {
	case ".pdf", ".docx", ".xlsx", ".png", ".jpg", ".jpeg", ".gif", ".zip", ".rar", ".7z":
		return refuse(refuseExtension, ext)
	}
	if _, ok := legacyFormats[ext]; ok {
		return refuseLegacyFormat(ext)
	}
	return refuse(refuseUnsupported, ext)
}

func looksLikeHTML(data []byte) bool {
	head := bytes.ToLower(bytes.TrimSpace(bytes.TrimPrefix(data[:min(len(data), 512)], []byte("\xEF\xBB\xBF"))))
	return bytes.HasPrefix(head, []byte("<!doctype html")) || bytes.HasPrefix(head, []byte("<html"))
}
