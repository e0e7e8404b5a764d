package localtelegram

import (
	"cmp"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Limits of the Bot API, in UTF-16 units where they concern text (core.telegram.org/bots/api).
const (
	maxText     = 4096
	maxCaption  = 1024
	maxEntities = 100
)

// entity is a MessageEntity of the Bot API: Offset and Length in UTF-16 units of the text.
type entity struct {
	Type     string `json:"type"`
	Offset   int    `json:"offset"`
	Length   int    `json:"length"`
	URL      string `json:"url,omitempty"`
	Language string `json:"language,omitempty"`
	EmojiID  string `json:"custom_emoji_id,omitempty"`
}

// sortEntities orders outer before inner: by offset, then the longer first.
func sortEntities(all []entity) []entity {
	slices.SortStableFunc(all, func(a, b entity) int {
		return cmp.Or(cmp.Compare(a.Offset, b.Offset), cmp.Compare(b.Length, a.Length))
	})
	return all
}

// utf16Len is the length that Telegram counts: a character outside the BMP is two units.
func utf16Len(s string) int {
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}

// formatted is a text as Telegram keeps it.
type formatted struct {
	text     string
	entities []entity
}

// format does to a text what Telegram does on the way in: parse the markup, drop control characters
// and outer white space, check the length, and find commands, mentions and links.
// What names the thing for the error message: "text" or "caption".
func format(source, parseMode string, given []entity, what string, limit int) (formatted, error) {
	text, entities := source, given
	switch strings.ToLower(parseMode) {
	case "":
		if !utf8.ValidString(text) {
			return formatted{}, badRequest("strings must be encoded in UTF-8")
		}
		if err := checkEntities(text, given); err != nil {
			return formatted{}, err
		}
	case "html":
		var err error
		if text, entities, err = parseHTML(source); err != nil {
			return formatted{}, badRequest("can't parse entities: " + err.Error())
		}
	default:
		return formatted{}, badRequest("unsupported parse_mode")
	}
	if len(entities) > maxEntities {
		entities = entities[:maxEntities] // Telegram keeps the first hundred and says nothing
	}
	text, entities = tidy(text, entities)
	if text == "" && what == "text" {
		return formatted{}, badRequest("message text is empty")
	}
	if utf16Len(text) > limit {
		if what == "caption" {
			return formatted{}, badRequest("message caption is too long")
		}
		return formatted{}, badRequest("message is too long")
	}
	return formatted{text, detectEntities(text, entities)}, nil
}

func checkEntities(text string, given []entity) error {
	length := utf16Len(text)
	for _, e := range given {
		if e.Offset < 0 || e.Length <= 0 || e.Offset > length || e.Length > length-e.Offset {
			return badRequest(fmt.Sprintf("entity beginning at UTF-16 offset %d ends after the end of the text at UTF-16 offset %d", e.Offset, e.Offset+e.Length))
		}
	}
	return nil
}

// tidy removes control characters and outer white space, and moves entities along.
func tidy(text string, entities []entity) (string, []entity) {
	start := len(text) - len(strings.TrimLeft(text, " \t\r\n\u200b\u2060"))
	end := len(strings.TrimRight(text, " \t\r\n\u200b\u2060"))
	if start >= end {
		return "", nil
	}
	var out strings.Builder
	moved := make([]int, 0, len(text)+1) // new offset of each old UTF-16 unit
	at := 0
	for i, r := range text {
		keep := i >= start && i < end && r != '\r' && (r >= ' ' || r == '\n' || r == '\t') && !isBidiOverride(r)
		for range utf16.RuneLen(r) {
			moved = append(moved, at)
			if keep {
				at++
			}
		}
		if keep {
			if r == '\t' {
				r = ' '
			}
			out.WriteRune(r)
		}
	}
	moved = append(moved, at)
	kept := make([]entity, 0, len(entities))
	for _, e := range entities {
		e.Offset, e.Length = moved[e.Offset], moved[e.Offset+e.Length]-moved[e.Offset]
		if e.Length > 0 {
			kept = append(kept, e)
		}
	}
	return out.String(), kept
}

func isBidiOverride(r rune) bool { return '\u202a' <= r && r <= '\u202e' }

var (
	commandPattern = regexp.MustCompile(`(?:^|[\s(（，。：；、！？])(/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?)`)
	mentionPattern = regexp.MustCompile(`(?:^|[^A-Za-z0-9_/@])(@[A-Za-z][A-Za-z0-9_]{3,31})`)
	linkPattern    = regexp.MustCompile(`((?:https?://|t\.me/)[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+)`)
)

// detectEntities adds what Telegram finds by itself in a plain text, except where the sender has marked
// the words already.
func detectEntities(text string, given []entity) []entity {
	all := slices.Clone(given)
	for _, pattern := range []struct {
		kind string
		re   *regexp.Regexp
	}{{"url", linkPattern}, {"bot_command", commandPattern}, {"mention", mentionPattern}} {
		for _, m := range pattern.re.FindAllStringSubmatchIndex(text, maxEntities) {
			found := entity{Type: pattern.kind, Offset: utf16Len(text[:m[2]]), Length: utf16Len(text[m[2]:m[3]])}
			if !slices.ContainsFunc(all, func(e entity) bool { return e.hides(found) }) {
				all = append(all, found)
			}
		}
	}
	all = sortEntities(all)
	return all[:min(len(all), maxEntities)]
}

// hides reports whether a found entity would lie in words that are code, a link or found already.
func (e entity) hides(found entity) bool {
	switch e.Type {
	case "code", "pre", "text_link", "url", "bot_command", "mention":
		return found.Offset < e.Offset+e.Length && e.Offset < found.Offset+found.Length
	}
	return false
}

// cleanURL gives the address as Telegram keeps it, or "" when it is none.
func cleanURL(raw string) string {
	raw = strings.TrimSpace(raw)
	if !strings.Contains(raw, "://") {
		raw = "http://" + raw
	}
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return ""
	}
	switch u.Scheme {
	case "http", "https":
		if !strings.Contains(u.Host, ".") && u.Hostname() != "localhost" {
			return ""
		}
	case "tg", "ton", "tonsite":
	default:
		return ""
	}
	if u.Path == "" && u.Scheme != "tg" {
		u.Path = "/"
	}
	return u.String()
}
