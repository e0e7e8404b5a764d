package paper

import (
	"encoding/xml"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"一\r\n二\r三\u2028四":                "一\n二\n三\n四",
		"a\tb\u00a0c":                     "a b c",
		"前　后":                             "前　后", // the wide blank is of the text
		"a\x00b\x7f":                      "a\ufffdb\ufffd",
		"\xff":                            "\ufffd",
		"\ufffe\ufdd0":                    "\ufffd\ufffd",
		"\u202e反\u202c\u200b\ufeff\u00ad": "反",
		"👨\u200d👩":                        "👨👩",
		"葛\U000E0100城":                    "葛\U000E0100城",
		"e\u0301":                         "é",
		"\uf900豈":                         "\uf900豈", // two characters of names, one in the eyes of Unicode
		"𬭎":                               "𬭎",
	} {
		if got := clean(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

func TestCleanTextFitsEveryFormat(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s := rapid.String().Draw(r, "text")
		got := clean(s)
		if !utf8.ValidString(got) || got != clean(got) {
			r.Fatalf("%q became %q", s, got)
		}
		for _, c := range got {
			if unicode.IsControl(c) && c != '\n' {
				r.Fatalf("%q keeps %U", s, c)
			}
		}
		var b strings.Builder
		must(t, xml.EscapeText(&b, []byte(got)))
		var back string
		if err := xml.Unmarshal([]byte("<t>"+b.String()+"</t>"), &back); err != nil || back != got {
			r.Fatalf("through XML %q became %q: %v", got, back, err)
		}
	})
}
