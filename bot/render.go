package bot

import (
	"fmt"
	"html"
	"strings"
	"unicode/utf16"

	"github.com/go-telegram/bot/models"

	"rongcuo/knowledge"
)

// maxUnits is Telegram's limit of a message, in UTF-16 units of its text.
const maxUnits = 4096

type button struct{ text, data string }

func keyboard(rows [][]button) models.ReplyMarkup {
	if len(rows) == 0 {
		return nil
	}
	markup := &models.InlineKeyboardMarkup{}
	for _, row := range rows {
		var out []models.InlineKeyboardButton
		for _, b := range row {
			out = append(out, models.InlineKeyboardButton{Text: b.text, CallbackData: b.data})
		}
		markup.InlineKeyboard = append(markup.InlineKeyboard, out)
	}
	return markup
}

var escape = html.EscapeString

func bold(s string) string { return "<b>" + escape(s) + "</b>" }

// quote shows an article's words; long ones fold away and open at a tap.
func quote(s string) string {
	tag := "<blockquote>"
	if len([]rune(s)) > 120 {
		tag = "<blockquote expandable>"
	}
	return tag + escape(s) + "</blockquote>"
}

// answerHTML shows an answer: what must be known first comes first, quotations
// fold, and the last line says as of when and that nothing is decided.
func answerHTML(a knowledge.Answer) string {
	var parts []string
	add := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	if w := a.Warning; w != nil {
		add("⚠️ %s\n%s\n%s", bold(headRedline), escape(w.Name()), quote(w.Quote))
	}
	if a.Hint != "" {
		add("%s", bold(a.Hint))
	}
	if a.Composed {
		add("<i>%s</i>", escape(textComposed))
	}
	list := func(head string, citations []knowledge.Citation) {
		if len(citations) == 0 {
			return
		}
		s := bold(head)
		for _, c := range citations {
			s += fmt.Sprintf("\n%s（%s）\n%s", escape(c.Name()), c.Status, quote(c.Excerpt("\n")))
		}
		parts = append(parts, s)
	}
	list(headBasis, a.Basis)
	list(headLimits, a.Limits)
	for _, c := range a.Conflicts {
		add("%s", escape(c))
	}
	if len(a.Cases) > 0 {
		s := bold(headCases)
		for _, c := range a.Cases {
			s += fmt.Sprintf("\n· 《%s》：%s", escape(c.Title), escape(c.Outcome))
			if c.Same != "" {
				s += "\n  相同：" + escape(c.Same)
			}
			if c.Differs != "" {
				s += "\n  不同：" + escape(c.Differs)
			}
		}
		parts = append(parts, s+"\n"+textCompare)
	}
	list(headNearest, a.Nearest)
	if len(a.Ask) > 0 {
		add("%s\n%s", bold(headAsk), escape(strings.Join(a.Ask, "\n")))
	}
	if a.Next != "" {
		add("%s\n%s", bold(headNext), escape(a.Next))
	}
	foot := append([]string(nil), a.Notices...)
	if a.Status == knowledge.Answered || a.Status == knowledge.Partial {
		foot = append(foot, a.Closing())
	}
	if len(foot) > 0 {
		add("<i>%s</i>", escape(strings.Join(foot, "\n")))
	}
	return strings.Join(parts, "\n\n")
}

// units counts as Telegram does: two for a character beyond the basic plane.
func units(s string) (n int) {
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}

// split cuts HTML into messages that Telegram takes: at blank lines, else at
// lines, else anywhere between tags. A tag that is open at a cut is closed there
// and opened again. The count includes the marks, which Telegram does not count:
// a message may be a little shorter than it could be, never longer.
func split(text string) []string {
	var out []string
	for units(text) > maxUnits {
		at := cutPlace(text)
		head, tail := text[:at], strings.TrimLeft(text[at:], "\n")
		closing, opening := openTags(head)
		out = append(out, strings.TrimRight(head, "\n")+closing)
		text = opening + tail
	}
	return append(out, text)
}

// cutPlace is where to cut: not within a tag or an entity.
func cutPlace(text string) int {
	const reserve = 64 // for the tags that must be closed
	limit, n := len(text), 0
	for i, r := range text {
		if n += utf16.RuneLen(r); n > maxUnits-reserve {
			limit = i
			break
		}
	}
	for _, mark := range []string{"\n\n", "\n", "。"} {
		if at := strings.LastIndex(text[:limit], mark); at > limit/2 {
			return at + len(mark)
		}
	}
	if at := strings.LastIndexAny(text[:limit], "<&"); at > 0 && !strings.ContainsAny(text[at:limit], ">;") {
		return at
	}
	return limit
}

// openTags gives what closes the tags that are open at the end of s, and what
// opens them again.
func openTags(s string) (closing, opening string) {
	var stack []string
	for rest := s; ; {
		start := strings.IndexByte(rest, '<')
		if start < 0 {
			break
		}
		end := strings.IndexByte(rest[start:], '>')
		if end < 0 {
			break
		}
		tag := rest[start+1 : start+end]
		rest = rest[start+end+1:]
		if strings.HasPrefix(tag, "/") {
			if len(stack) > 0 {
				stack = stack[:len(stack)-1]
			}
			continue
		}
		stack = append(stack, tag)
	}
	for i := len(stack) - 1; i >= 0; i-- {
		name, _, _ := strings.Cut(stack[i], " ")
		closing += "</" + name + ">"
	}
	for _, tag := range stack {
		opening += "<" + tag + ">"
	}
	return closing, opening
}
