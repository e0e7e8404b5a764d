package localtelegram

import (
	"html"
	"slices"
	"strings"
	"unicode/utf16"
)

// renderHTML writes text and entities as canonical Telegram HTML: what a person sees, ready for the
// page, with every character of the text escaped. Entities that overlap are clipped to their parent.
func renderHTML(text string, entities []entity) string {
	units := utf16.Encode([]rune(text))
	var b strings.Builder
	renderRange(&b, units, sortEntities(slices.Clone(entities)), 0, len(units))
	return b.String()
}

func renderRange(b *strings.Builder, units []uint16, entities []entity, from, to int) {
	at := from
	for i := 0; i < len(entities); {
		e := entities[i]
		start, end := max(e.Offset, at), min(e.Offset+e.Length, to)
		next := i + 1
		for next < len(entities) && entities[next].Offset < end {
			next++
		}
		if start < end {
			b.WriteString(html.EscapeString(string(utf16.Decode(units[at:start]))))
			before, after := e.tags()
			b.WriteString(before)
			renderRange(b, units, entities[i+1:next], start, end)
			b.WriteString(after)
			at = end
		}
		i = next
	}
	b.WriteString(html.EscapeString(string(utf16.Decode(units[at:to]))))
}

// tags gives the HTML around an entity; kinds that a client makes by itself (commands, mentions) have
// a link for the page to act on.
func (e entity) tags() (before, after string) {
	switch e.Type {
	case "bold":
		return "<b>", "</b>"
	case "italic":
		return "<i>", "</i>"
	case "underline":
		return "<u>", "</u>"
	case "strikethrough":
		return "<s>", "</s>"
	case "spoiler":
		return "<tg-spoiler>", "</tg-spoiler>"
	case "code":
		return "<code>", "</code>"
	case "pre":
		return "<pre>", "</pre>"
	case "blockquote":
		return "<blockquote>", "</blockquote>"
	case "expandable_blockquote":
		return "<blockquote expandable>", "</blockquote>"
	case "text_link":
		return `<a href="` + html.EscapeString(e.URL) + `">`, "</a>"
	case "url", "bot_command", "mention":
		return `<a data-kind="` + e.Type + `">`, "</a>"
	default:
		return "", ""
	}
}
