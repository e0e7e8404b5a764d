package bot

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-telegram/bot/models"

	"rongcuo/knowledge"
)

// Every keyboard also has a way in words: what stands on a button can be typed,
// in whole or by the one of its words that no other button has. A chat remembers
// its last keyboards for it; the buttons of the form that is open are left to the
// form, which knows better what its words mean now.

// key is a button as a chat remembers it.
type key struct {
	Text string `json:"t"`
	Data string `json:"d"`
}

const (
	keptKeyboards = 4
	longestLabel  = 40 // runes; what is longer was not read off a button
)

// noteKeys remembers the keyboard of a reply. A label that asks something is not
// among them: typed, it is a question.
func (c *chat) noteKeys(markup models.ReplyMarkup) {
	inline, ok := markup.(*models.InlineKeyboardMarkup)
	if !ok {
		return
	}
	var keys []key
	for _, row := range inline.InlineKeyboard {
		for _, b := range row {
			if b.CallbackData != "" && !asks(b.Text) {
				keys = append(keys, key{b.Text, b.CallbackData})
			}
		}
	}
	if keys != nil {
		c.keys = append(c.keys, keys)
	}
}

// keepKeys puts what this turn showed behind the keyboards of earlier ones.
func (c *chat) keepKeys() {
	c.fresh += len(c.keys)
	c.state.Fresh = min(c.fresh, keptKeyboards)
	c.state.Keys = append(c.state.Keys, c.keys...)
	c.state.Keys = c.state.Keys[max(0, len(c.state.Keys)-keptKeyboards):]
	c.keys = nil
}

// typed gives the data of the button that the words name in the newest keyboard
// that has one; or the labels, when they name several.
func typed(words string, keyboards [][]key) (data string, several []string) {
	words = bare(words)
	if words == "" || utf8.RuneCountInString(words) > longestLabel {
		return "", nil
	}
	for _, keys := range slices.Backward(keyboards) {
		for _, k := range keys {
			if bare(k.Text) == words {
				return k.Data, nil
			}
		}
		var named []key
		for _, k := range keys {
			if slices.Contains(parts(k.Text), words) && !slices.ContainsFunc(named, func(n key) bool { return n.Data == k.Data }) {
				named = append(named, k)
			}
		}
		if len(named) == 1 {
			return named[0].Data, nil
		}
		for _, k := range named {
			several = append(several, k.Text)
		}
		if several != nil {
			return "", several
		}
	}
	return "", nil
}

// asks says that words put a question, whatever stands on a button.
func asks(words string) bool {
	return strings.HasSuffix(words, "？") || strings.HasSuffix(words, "?")
}

// parts are the words of a label, as bare gives them.
func parts(label string) (out []string) {
	for _, word := range strings.FieldsFunc(knowledge.Normalize(label), func(r rune) bool { return !wordRune(r) && !pictured(r) }) {
		letters := strings.Map(func(r rune) rune {
			if pictured(r) {
				return -1
			}
			return r
		}, word)
		for _, p := range []string{word, letters} {
			if p = bare(p); p != "" && !slices.Contains(out, p) {
				out = append(out, p)
			}
		}
	}
	return out
}

// bare is what words come to without spaces, punctuation and pictures; a lone
// picture such as 👎 stays.
func bare(words string) string {
	words = strings.ToLower(knowledge.Normalize(words))
	letters := strings.Map(func(r rune) rune {
		if wordRune(r) {
			return r
		}
		return -1
	}, words)
	if letters != "" {
		return letters
	}
	return strings.Map(func(r rune) rune {
		if pictured(r) {
			return r
		}
		return -1
	}, words)
}

func wordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }

// pictured are the emoji that buttons bear.
func pictured(r rune) bool { return unicode.Is(unicode.So, r) }

// inWords presses the button that words name. While a form or a question of ours
// is open only the keyboard shown last counts: an older label may be an answer.
func (b *Bot) inWords(ctx context.Context, c *chat, words string) (handled bool, err error) {
	if asks(strings.TrimSpace(words)) || c.state.Await != "" && slices.Contains(stepBack, bare(words)) {
		return false, nil
	}
	if data, several := typed(words, c.state.Keys); data != "" || several != nil {
		open, err := b.openForm(ctx, c)
		if err != nil {
			return true, err
		}
		if open != "" || c.state.Await != "" {
			data, several = typed(words, c.state.Keys[max(0, len(c.state.Keys)-c.state.Fresh):])
		}
		switch {
		case open != "" && ofForm(data, open):
			return false, nil
		case data != "":
			return true, b.pressData(ctx, c, data)
		case several != nil && open == "" && c.state.Await == "":
			return true, c.say(textWhichButton+escape(strings.Join(several, "、")), nil)
		}
	}
	return false, nil
}

// ofForm says that a button steps through the form that is open.
func ofForm(data, open string) bool {
	return strings.HasPrefix(data, "f:"+open+":") && !strings.HasSuffix(data, ":do:resume")
}

// openForm is the draft that the person's words go to, "" for none.
func (b *Bot) openForm(ctx context.Context, c *chat) (id string, err error) {
	if c.group || !b.files() {
		return "", nil
	}
	var mine drafts
	if _, err := c.load(ctx, draftsKey(c.user), &mine); err != nil || mine.Open == "" {
		return "", err
	}
	_, d, ok, err := b.openDraft(ctx, c, mine.Open)
	if err != nil || !ok || d.Dialog.Over() {
		return "", err
	}
	return mine.Open, nil
}
