package bot

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// balanced says whether every tag that opens closes, in order.
func balanced(s string) bool {
	closing, _ := openTags(s)
	return closing == "" && strings.Count(s, "<b>") == strings.Count(s, "</b>")
}

func TestLongMessagesAreSplitWithoutHarm(t *testing.T) {
	for name, text := range map[string]string{
		"paragraphs":     strings.Repeat(bold("标题")+"\n"+quote(strings.Repeat("条文内容。", 30))+"\n\n", 60),
		"one word":       strings.Repeat("长", 9000),
		"one quotation":  quote(strings.Repeat("条文", 5000)),
		"entities":       escape(strings.Repeat("<&>", 3000)),
		"beyond the BMP": strings.Repeat("𬭎", 5000),
	} {
		parts := split(text)
		if len(parts) < 2 {
			t.Errorf("%s: %d part", name, len(parts))
		}
		for i, p := range parts {
			if units(p) > maxUnits || !utf8.ValidString(p) || !balanced(p) {
				t.Errorf("%s: part %d has %d units, balanced %v", name, i, units(p), balanced(p))
			}
		}
	}
}

func FuzzSplit(f *testing.F) {
	f.Add("甲<&>", 3000)
	f.Add("𬭎\n\n", 2000)
	f.Fuzz(func(t *testing.T, s string, n int) {
		if n < 0 || n > 3000 || len(s) > 50 {
			return
		}
		for _, p := range split(bold(strings.Repeat(strings.ToValidUTF8(s, ""), n))) {
			if units(p) > maxUnits || !balanced(p) {
				t.Fatalf("%d units, balanced %v", units(p), balanced(p))
			}
		}
	})
}

func TestNamesOfFilesStayInTheFolder(t *testing.T) {
	for name, want := range map[string]string{
		"../../kb.md": "kb.md", `C:\temp\a.docx`: "a.docx", "": "文件.txt", "..": "文件.txt", ".env": "env",
		"a\u202egpj.exe": "agpj.exe", "<b>.docx": "_b_.docx", "报告 (1).DOCX": "报告 (1).DOCX",
	} {
		if got := safeName(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
	if got := safeName(strings.Repeat("长", 300) + ".docx"); len([]rune(got)) != 80 || !strings.HasSuffix(got, ".docx") {
		t.Errorf("%q", got)
	}
}
