package bot

import (
	"encoding/base64"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// spoken is a message as it was meant: a command of the table, or words.
type spoken struct {
	text    string // without the bot's name
	command string // its name, "" for none
	rest    string // what was written with the command
	slash   bool   // it began with a slash; otherwise it may be an answer to us first
	other   bool   // it is a command for another bot
}

func (c command) is(name string) bool { return slices.Contains(c.names, name) }

// named finds a command of the table, nil if there is none.
func named(name string) *command {
	for i := range commands {
		if commands[i].is(name) {
			return &commands[i]
		}
	}
	return nil
}

// takeWords are the commands whose Chinese word also counts with something behind
// it: “命中测试 备案要什么材料”. Behind the others it is part of a question.
var takeWords = []string{"ask", "try", "find", "withdraw", "unanswered"}

// read takes a message apart. A command begins with a slash, full-width too, in
// any case, with any space or punctuation behind its name; it may stand after the
// bot's name or a few Chinese words (帮我 /docs). The Chinese words of the table
// need no slash.
func (b *Bot) read(text string) spoken {
	s := spoken{text: b.withoutMention(text)}
	body := strings.ReplaceAll(s.text, "／", "/")
	if before, after, slash := strings.Cut(body, "/"); slash {
		before = strings.TrimSpace(before)
		name, rest := firstWord(strings.TrimLeftFunc(after, unicode.IsSpace))
		if to, addressed := strings.CutPrefix(rest, "@"); addressed {
			to, rest = firstWord(to)
			s.other = before == "" && name != "" && !strings.EqualFold(to, b.config.Username)
		}
		name = strings.ToLower(name)
		if name != "" && (before == "" || leadsIn(before) && named(name) != nil) {
			s.command, s.rest, s.slash = name, argument(rest), true
			return s
		}
	}
	word, rest := firstWord(s.text)
	if c := named(word); c != nil && !isASCII(word) && (strings.Trim(rest, "。！!. ") == "" || argument(rest) != "" && slices.Contains(takeWords, c.names[0])) {
		s.command, s.rest = c.names[0], argument(rest)
	}
	return s
}

// firstWord cuts off the letters, digits and underlines that a text begins with.
func firstWord(text string) (word, rest string) {
	end := strings.IndexFunc(text, func(r rune) bool { return !wordRune(r) && r != '_' })
	if end < 0 {
		return text, ""
	}
	return text[:end], text[end:]
}

// argument is what stands behind the name of a command, without what parts them.
func argument(rest string) string {
	return strings.TrimSpace(strings.TrimLeftFunc(rest, func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune(",，:：;；.。、!！?？~～-—", r)
	}))
}

// longestLeadIn is how much may stand before a command: with more, a text merely
// mentions it.
const longestLeadIn = 8

func leadsIn(before string) bool {
	return utf8.RuneCountInString(before) <= longestLeadIn &&
		strings.IndexFunc(before, func(r rune) bool {
			return !unicode.Is(unicode.Han, r) && !unicode.IsSpace(r) && r != '，' && r != '：'
		}) < 0
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r > unicode.MaxASCII }) < 0
}

// deepLink reads the parameter of a link that opens the chat: a command, or a
// command and its words (ask_…; not ASCII in base64, for a link takes no other
// letters). Anything else is none.
func deepLink(parameter string) (name, words string) {
	if c := named(strings.ToLower(parameter)); c != nil {
		name = c.names[0]
	} else if first, rest, cut := strings.Cut(parameter, "_"); cut && named(strings.ToLower(first)) != nil {
		name, words = named(strings.ToLower(first)).names[0], strings.ReplaceAll(rest, "_", " ")
		if decoded, err := base64.RawURLEncoding.DecodeString(rest); err == nil && utf8.Valid(decoded) && !isASCII(string(decoded)) {
			words = string(decoded)
		}
	}
	if name == "start" {
		return "", ""
	}
	return name, words
}

// mentions finds the bot's name in a text, with no letter of a longer name behind.
func (b *Bot) mentions(text string) (from, to int) {
	name := "@" + b.config.Username
	for at := range text {
		end := at + len(name)
		if text[at] != '@' || end > len(text) || !strings.EqualFold(text[at:end], name) {
			continue
		}
		if end == len(text) || text[end] != '_' && !(text[end] < utf8.RuneSelf && wordRune(rune(text[end]))) {
			return at, end
		}
	}
	return -1, -1
}

// withoutMention leaves the name of the bot out, but not behind a command, where
// it says whose command it is.
func (b *Bot) withoutMention(text string) string {
	kept := ""
	for {
		from, to := b.mentions(text)
		if from < 0 {
			return strings.TrimSpace(kept + text)
		}
		if from > 0 && text[from-1] < utf8.RuneSelf && wordRune(rune(text[from-1])) {
			kept, text = kept+text[:to], text[to:]
			continue
		}
		kept, text = kept+text[:from], text[to:]
	}
}
