package embedding

import (
	"strings"
	"unicode/utf8"
)

// The tokens with a meaning of their own. In a text they are recognised as
// they stand, as the published tokenizer does.
const (
	unknownToken = "[UNK]"
	firstToken   = "[CLS]"
	lastToken    = "[SEP]"
)

var specialTokens = [...]string{"[PAD]", unknownToken, firstToken, lastToken, "[MASK]"}

// A longer word is unknown as a whole; counted in characters.
const longestWord = 100

// tokenizer cuts a text into the numbers of tokens, exactly as the published
// tokenizer does: WordPiece over words, a Chinese character or a mark being a
// word. Letters keep their case and accents: the published one does so,
// and the vocabulary has small letters only, so “GPT” is unknown to the model.
type tokenizer struct {
	classes   *classes
	begins    map[string]int32 // tokens at the beginning of a word
	continues map[string]int32 // tokens further on, without their “##”
	special   [len(specialTokens)]int32

	unknown, first, last int32
}

func newTokenizer(vocabulary []string) *tokenizer {
	t := &tokenizer{classes: newClasses(), begins: make(map[string]int32, len(vocabulary)), continues: make(map[string]int32, len(vocabulary)/3)}
	for id, token := range vocabulary {
		if rest, ok := strings.CutPrefix(token, "##"); ok {
			t.continues[rest] = int32(id)
		} else if token != "" {
			t.begins[token] = int32(id)
		}
	}
	for i, token := range specialTokens {
		t.special[i] = t.begins[token]
	}
	t.unknown, t.first, t.last = t.begins[unknownToken], t.begins[firstToken], t.begins[lastToken]
	return t
}

// tokens gives the numbers of a text between those of [CLS] and [SEP], most
// in all; what is beyond that is not looked at.
func (t *tokenizer) tokens(text string, most int) []int32 {
	out := cut{t: t, ids: append(make([]int32, 0, min(most, len(text)/2+2)), t.first), most: most - 1}
	for text != "" && !out.full() {
		at := strings.IndexByte(text, '[')
		if at < 0 {
			out.add(text)
			break
		}
		id, size := t.specialAt(text[at:])
		if size == 0 { // a bracket like any other
			size = 1
			out.add(text[:at+size])
		} else {
			out.add(text[:at])
			out.finish()
			out.ids = append(out.ids, id)
		}
		text = text[at+size:]
	}
	out.finish()
	return append(out.ids[:min(len(out.ids), out.most)], t.last)
}

func (t *tokenizer) specialAt(text string) (id int32, size int) {
	for i, token := range specialTokens {
		if strings.HasPrefix(text, token) {
			return t.special[i], len(token)
		}
	}
	return 0, 0
}

// cut is a text being cut: its tokens, and the word that is not finished.
type cut struct {
	t       *tokenizer
	ids     []int32
	most    int
	word    []byte
	letters int // characters of the word; beyond longestWord only counted
}

func (c *cut) full() bool { return len(c.ids) >= c.most }

func (c *cut) add(text string) {
	for _, r := range text {
		switch c.t.classes.of(r) {
		case letter:
			if c.letters++; c.letters <= longestWord {
				c.word = utf8.AppendRune(c.word, r)
			}
		case space:
			c.finish()
		case mark, chinese:
			c.finish()
			c.word, c.letters = utf8.AppendRune(c.word, r), 1
			c.finish()
		}
		if c.full() {
			return
		}
	}
}

// finish adds the tokens of the word: the longest token that it begins with,
// then the longest that goes on, and so forth; if that fails anywhere, the
// word is unknown.
func (c *cut) finish() {
	word := c.word
	if len(word) == 0 {
		return
	}
	begun := len(c.ids)
	if c.letters > longestWord {
		word = nil
		c.ids = append(c.ids, c.t.unknown)
	}
	known := c.t.begins
	for len(word) > 0 {
		size := len(word)
		id, ok := known[string(word)]
		for !ok && size > 0 {
			_, last := utf8.DecodeLastRune(word[:size])
			size -= last
			id, ok = known[string(word[:size])]
		}
		if !ok || size == 0 {
			c.ids = append(c.ids[:begun], c.t.unknown)
			break
		}
		c.ids = append(c.ids, id)
		word, known = word[size:], c.t.continues
	}
	c.word, c.letters = c.word[:0], 0
}
