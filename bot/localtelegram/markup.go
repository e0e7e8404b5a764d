package localtelegram

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// entityTypes maps the tags of Telegram's HTML style to the entity that they make. A tag that is
// missing here is refused, as Telegram refuses it.
var entityTypes = map[string]string{
	"b": "bold", "strong": "bold",
	"i": "italic", "em": "italic",
	"u": "underline", "ins": "underline",
	"s": "strikethrough", "strike": "strikethrough", "del": "strikethrough",
	"tg-spoiler": "spoiler", "span": "spoiler",
	"a": "text_link", "code": "code", "pre": "pre",
	"blockquote": "blockquote", "tg-emoji": "custom_emoji",
}

// maxNesting bounds open tags, so that a hostile text cannot make the parser quadratic.
const maxNesting = 100

// parseHTML turns Telegram-style HTML into plain text and entities whose offsets count UTF-16 units.
// Errors carry Telegram's own words ("Unsupported start tag \"p\" at byte offset 0"), offsets in bytes
// of the source; the grammar was checked against the published test cases of Telegram's open library.
func parseHTML(source string) (string, []entity, error) {
	if !utf8.ValidString(source) {
		return "", nil, markupErrorf("Text must be encoded in UTF-8")
	}
	p := markupParser{src: source}
	for p.pos < len(p.src) {
		if err := p.step(); err != nil {
			return "", nil, err
		}
	}
	if n := len(p.open); n > 0 {
		return "", nil, markupErrorf(`Can't find end tag corresponding to start tag "%s"`, p.open[n-1].tag)
	}
	made := slices.DeleteFunc(p.entities, func(e entity) bool { return e.Length == 0 })
	return p.out.String(), mergeCodeBlocks(sortEntities(made)), nil
}

// markupError is Telegram's own sentence about a text that it can't parse.
type markupError string

func (e markupError) Error() string { return string(e) }

func markupErrorf(format string, args ...any) error {
	return markupError(fmt.Sprintf(format, args...))
}

type openTag struct {
	tag   string // as written, lower case
	atOut int    // offset in the plain text, bytes
	made  int    // index of its entity, which stands in line since the tag was opened
}

type markupParser struct {
	src      string
	pos      int // byte offset in src
	out      strings.Builder
	units    int // length of out in UTF-16 units
	open     []openTag
	entities []entity
}

func (p *markupParser) write(r rune) {
	p.out.WriteRune(r)
	p.units += utf16.RuneLen(r)
}

func (p *markupParser) step() error {
	switch p.src[p.pos] {
	case '&':
		r, size, err := decodeReference(p.src[p.pos:])
		if err != nil {
			return err
		}
		p.pos += size
		p.write(r)
		return nil
	case '<':
		if strings.HasPrefix(p.src[p.pos:], "</") {
			return p.endTag()
		}
		return p.startTag()
	default:
		r, size := utf8.DecodeRuneInString(p.src[p.pos:])
		p.pos += size
		p.write(r)
		return nil
	}
}

// decodeReference reads "&lt;", "&gt;", "&amp;", "&quot;" and numeric references; the semicolon may be
// missing. Everything else is an ordinary "&", as with Telegram.
func decodeReference(s string) (r rune, size int, err error) {
	for name, value := range map[string]rune{"&lt": '<', "&gt": '>', "&amp": '&', "&quot": '"'} {
		if rest, ok := strings.CutPrefix(s, name); ok && (rest == "" || !isLetter(rest[0])) {
			return value, len(name) + semicolon(rest), nil
		}
	}
	digits, base, skip := "0123456789", 10, 2
	if strings.HasPrefix(s, "&#x") {
		digits, base, skip = "0123456789abcdefABCDEF", 16, 3
	} else if !strings.HasPrefix(s, "&#") {
		return '&', 1, nil
	}
	end := skip
	for end < len(s) && strings.IndexByte(digits, s[end]) >= 0 {
		end++
	}
	code, convErr := strconv.ParseInt(s[skip:end], base, 32)
	if convErr != nil || code == 0 || code > utf8.MaxRune {
		return '&', 1, nil
	}
	if !utf8.ValidRune(rune(code)) {
		return 0, 0, markupErrorf("Text contains invalid Unicode characters after decoding HTML entities, check for unmatched surrogate code units")
	}
	return rune(code), end + semicolon(s[end:]), nil
}

func semicolon(s string) int {
	if strings.HasPrefix(s, ";") {
		return 1
	}
	return 0
}

func (p *markupParser) startTag() error {
	begin := p.pos
	p.pos++
	start := p.pos
	for p.pos < len(p.src) && !isSpace(p.src[p.pos]) && p.src[p.pos] != '>' {
		p.pos++
	}
	if p.pos == len(p.src) {
		return markupErrorf("Unclosed start tag at byte offset %d", begin)
	}
	tag := strings.ToLower(p.src[start:p.pos])
	kind, known := entityTypes[tag]
	if !known {
		return markupErrorf(`Unsupported start tag "%s" at byte offset %d`, tag, begin)
	}
	if len(p.open) >= maxNesting {
		return markupErrorf("Too many open tags at byte offset %d", begin)
	}
	attributes, err := p.attributes(tag, begin)
	if err != nil {
		return err
	}
	made := entity{Type: kind, Offset: p.units}
	switch tag {
	case "a":
		made.URL = attributes["href"]
	case "code":
		made.Language, _ = strings.CutPrefix(attributes["class"], "language-")
	case "span":
		if attributes["class"] != "tg-spoiler" {
			return markupErrorf("Tag \"span\" must have class \"tg-spoiler\" at byte offset %d", begin)
		}
	case "tg-emoji":
		if made.EmojiID = attributes["emoji-id"]; made.EmojiID == "" {
			return markupErrorf("Invalid custom emoji identifier specified")
		}
	case "blockquote":
		if _, ok := attributes["expandable"]; ok {
			made.Type = "expandable_blockquote"
		}
	}
	p.open = append(p.open, openTag{tag: tag, atOut: p.out.Len(), made: len(p.entities)})
	p.entities = append(p.entities, made)
	return nil
}

// attributes reads up to and including the closing ">". Names without a value are allowed.
func (p *markupParser) attributes(tag string, begin int) (map[string]string, error) {
	found := map[string]string{}
	unclosed := markupErrorf(`Unclosed start tag "%s" at byte offset %d`, tag, begin)
	for {
		p.skipSpace()
		if p.pos == len(p.src) {
			return nil, unclosed
		}
		if p.src[p.pos] == '>' {
			p.pos++
			return found, nil
		}
		start := p.pos
		for p.pos < len(p.src) && !isSpace(p.src[p.pos]) && p.src[p.pos] != '=' && p.src[p.pos] != '>' {
			p.pos++
		}
		name := strings.ToLower(p.src[start:p.pos])
		if name == "" {
			return nil, markupErrorf(`Empty attribute name in the tag "%s" at byte offset %d`, tag, begin)
		}
		p.skipSpace()
		if p.pos == len(p.src) {
			return nil, unclosed
		}
		if p.src[p.pos] != '=' {
			found[name] = ""
			continue
		}
		p.pos++
		p.skipSpace()
		if p.pos == len(p.src) {
			return nil, unclosed
		}
		value, err := p.attributeValue(begin)
		if err != nil {
			return nil, err
		}
		found[name] = value
	}
}

func (p *markupParser) attributeValue(begin int) (string, error) {
	quote := p.src[p.pos]
	if quote != '"' && quote != '\'' {
		start := p.pos
		for p.pos < len(p.src) && (isLetter(p.src[p.pos]) || isDigit(p.src[p.pos]) || p.src[p.pos] == '.' || p.src[p.pos] == '-') {
			p.pos++
		}
		if p.pos == len(p.src) || (!isSpace(p.src[p.pos]) && p.src[p.pos] != '>') {
			return "", markupErrorf("Unexpected end of name token at byte offset %d", start)
		}
		return p.src[start:p.pos], nil
	}
	p.pos++
	var value strings.Builder
	for p.pos < len(p.src) && p.src[p.pos] != quote {
		if p.src[p.pos] != '&' {
			value.WriteByte(p.src[p.pos])
			p.pos++
			continue
		}
		r, size, err := decodeReference(p.src[p.pos:])
		if err != nil {
			return "", err
		}
		value.WriteRune(r)
		p.pos += size
	}
	if p.pos == len(p.src) {
		return "", markupErrorf("Unclosed start tag at byte offset %d", begin)
	}
	p.pos++
	return value.String(), nil
}

func (p *markupParser) endTag() error {
	begin := p.pos
	if len(p.open) == 0 {
		return markupErrorf("Unexpected end tag at byte offset %d", begin)
	}
	p.pos += len("</")
	start := p.pos
	for p.pos < len(p.src) && !isSpace(p.src[p.pos]) && p.src[p.pos] != '>' {
		p.pos++
	}
	name := strings.ToLower(p.src[start:p.pos])
	p.skipSpace()
	if p.pos == len(p.src) || p.src[p.pos] != '>' {
		return markupErrorf("Unclosed end tag at byte offset %d", begin)
	}
	p.pos++
	last := p.open[len(p.open)-1]
	if name != "" && name != last.tag {
		return markupErrorf("Unmatched end tag at byte offset %d, expected \"</%s>\", found \"</%s>\"", begin, last.tag, name)
	}
	p.open = p.open[:len(p.open)-1]
	made := &p.entities[last.made]
	made.Length = p.units - made.Offset
	if made.Type == "text_link" {
		if made.URL == "" {
			made.URL = p.out.String()[last.atOut:]
		}
		if made.URL = cleanURL(made.URL); made.URL == "" {
			made.Length = 0 // Telegram keeps the words and drops a link that leads nowhere
		}
	}
	return nil
}

func (p *markupParser) skipSpace() {
	for p.pos < len(p.src) && isSpace(p.src[p.pos]) {
		p.pos++
	}
}

// mergeCodeBlocks joins <pre> and <code class="language-x"> around the same words to one entity, and
// drops the language of a lone <code>, which Telegram does not keep.
func mergeCodeBlocks(all []entity) []entity {
	type span struct{ offset, length int }
	languages, blocks := map[span]string{}, map[span]bool{}
	for _, e := range all {
		at := span{e.Offset, e.Length}
		switch e.Type {
		case "code":
			languages[at] = e.Language
		case "pre":
			blocks[at] = true
		}
	}
	kept := all[:0]
	for _, e := range all {
		at := span{e.Offset, e.Length}
		switch e.Type {
		case "code":
			if blocks[at] && languages[at] != "" {
				continue
			}
			e.Language = ""
		case "pre":
			e.Language = languages[at]
		}
		kept = append(kept, e)
	}
	return kept
}

func isSpace(c byte) bool  { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }
func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
