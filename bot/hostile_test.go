package bot

import (
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"rongcuo/bot/localtelegram"
	"rongcuo/knowledge"
	"rongcuo/knowledge/documents"
)

// hostile draws words that try to be more than words.
func hostile(t *rapid.T, name string) string {
	pieces := rapid.SliceOfN(rapid.OneOf(
		rapid.SampledFrom([]string{"<b>", "</b>", "</blockquote>", "<a href=\"tg://user?id=1\">点我</a>", "&", "&lt;", "&#60;", "<", ">", "\"", "'", "]]>", "<!--", "\u202e", "\u0000", "\n\n", "`", "*_[", "https://evil.example/?q=1", "𬭎😀", "第十二条"}),
		rapid.StringN(0, 40, 200),
		rapid.Just(strings.Repeat("长", 3000)),
	), 0, 6).Draw(t, name)
	return strings.ToValidUTF8(strings.Join(pieces, ""), "")
}

func hostileCitation(t *rapid.T) knowledge.Citation {
	quote := hostile(t, "quote")
	return knowledge.Citation{Doc: "a", Title: hostile(t, "title"), Article: hostile(t, "article"), Quote: quote, Quotes: []string{quote}, Status: "现行"}
}

// seen is a text as far as it must survive: without blanks and without what no
// messenger shows.
func seen(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, s)
}

// Whatever stands in an answer, Telegram takes every part of it, no part is too
// long, and people read the words as they are: no tag of theirs becomes one.
func TestAnyAnswerIsTakenByTelegramAndReadsAsItIs(t *testing.T) {
	messages := 0
	defer func() { t.Logf("%d messages", messages) }()
	rapid.Check(t, func(t *rapid.T) {
		a := knowledge.Answer{
			Status: knowledge.Answered, Hint: hostile(t, "hint"), Next: hostile(t, "next"), At: "2026-11-23",
			Basis: []knowledge.Citation{hostileCitation(t)}, Limits: []knowledge.Citation{hostileCitation(t)},
			Cases:   []knowledge.SimilarCase{{Citation: hostileCitation(t), Outcome: hostile(t, "outcome")}},
			Notices: []string{hostile(t, "notice")}, Composed: rapid.Bool().Draw(t, "composed"),
		}
		if rapid.Bool().Draw(t, "warned") {
			w := hostileCitation(t)
			a.Warning = &w
		}
		read := ""
		for _, part := range split(answerHTML(a)) {
			plain, err := localtelegram.ReadHTML(part)
			if err != nil {
				t.Fatalf("%v: %q", err, part)
			}
			if units(plain) > maxUnits {
				t.Fatalf("a part of %d units", units(plain))
			}
			read += plain
			messages++
		}
		read = seen(read)
		for _, words := range []string{a.Hint, a.Next, a.Basis[0].Title, a.Limits[0].Quote, a.Cases[0].Outcome, a.Notices[0]} {
			if !strings.Contains(read, seen(words)) {
				t.Fatalf("%q is not there as it is", words)
			}
		}
	})
}

func TestAnyPreviewIsTakenByTelegram(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := documents.Document{Kind: documents.Rule, Title: hostile(t, "title"), DocNo: hostile(t, "number"), Supersedes: hostile(t, "old"),
			Passages: []documents.Passage{{Article: "第一条", Text: hostile(t, "text")}}, Warnings: []string{hostile(t, "warning")}}
		r := knowledge.Review{Replaces: &documents.Document{Title: hostile(t, "replaced")}, Added: []string{hostile(t, "article")}}
		for _, part := range split(previewHTML(d, r)) {
			if _, err := localtelegram.ReadHTML(part); err != nil {
				t.Fatalf("%v: %q", err, part)
			}
		}
	})
}

// Telegram takes 64 bytes of data with a button.
func TestButtonsFit(t *testing.T) {
	for _, a := range actions {
		if n := len(a.name) + 1 + 20 + 1 + 20; n > 64 {
			t.Errorf("%s leaves no room for two numbers: %d bytes", a.name, n)
		}
	}
}
