package localtelegram_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"rongcuo/bot/localtelegram"
)

func TestMarkupMakesTextAndEntities(t *testing.T) {
	for _, c := range []struct{ source, text, html string }{
		{"", "", ""},
		{"普通的话 > 照旧", "普通的话 > 照旧", "普通的话 &gt; 照旧"},
		{"<b>办法</b>第<i>十一</i>条", "办法第十一条", "<b>办法</b>第<i>十一</i>条"},
		{"<strong>重</strong><em>斜</em><ins>线</ins><del>删</del>", "重斜线删", "<b>重</b><i>斜</i><u>线</u><s>删</s>"},
		{"<b>外<i>里</i></b>", "外里", "<b>外<i>里</i></b>"},
		{"<B>大写标签</B>", "大写标签", "<b>大写标签</b>"},
		{"<b>省略</>", "省略", "<b>省略</b>"},
		{"<b></b>空的不留", "空的不留", "空的不留"},
		{"&lt;b&gt; &amp; &quot;&#20813;&#x8D23;&quot;", `<b> & "免责"`, "&lt;b&gt; &amp; &#34;免责&#34;"},
		{"&lt没有分号", "<没有分号", "&lt;没有分号"},
		{"&nbsp;不认识&#0;", "&nbsp;不认识&#0;", "&amp;nbsp;不认识&amp;#0;"},
		{"<blockquote expandable>全文</blockquote>", "全文", "<blockquote expandable>全文</blockquote>"},
		{"<blockquote>引文</blockquote>", "引文", "<blockquote>引文</blockquote>"},
		{`<span class="tg-spoiler">藏</span><tg-spoiler>藏</tg-spoiler>`, "藏藏", "<tg-spoiler>藏</tg-spoiler><tg-spoiler>藏</tg-spoiler>"},
		{`<a href="https://example.org/?a=1&amp;b=2">链接</a>`, "链接", `<a href="https://example.org/?a=1&amp;b=2">链接</a>`},
		{`<a href='javascript:alert(1)'>不是链接</a>`, "不是链接", "不是链接"},
		{`<pre><code class="language-go">x := 1</code></pre>`, "x := 1", "<pre>x := 1</pre>"},
		{"<i a b=c d='&lt;'>属性不管</i>", "属性不管", "<i>属性不管</i>"},
		{"𬭎<b>𬭎</b>", "𬭎𬭎", "𬭎<b>𬭎</b>"},
	} {
		text, entities, err := localtelegram.ParseHTML(c.source)
		if err != nil || text != c.text {
			t.Errorf("%q: text %q, %v; want %q", c.source, text, err, c.text)
			continue
		}
		if html := localtelegram.RenderHTML(text, entities); html != c.html {
			t.Errorf("%q: rendered %q, want %q", c.source, html, c.html)
		}
	}
}

func TestMarkupIsRefusedInTelegramsWords(t *testing.T) {
	for source, want := range map[string]string{
		"免责<p>段</p>":               `Unsupported start tag "p" at byte offset 6`,
		"1 < 2":                    `Unsupported start tag "" at byte offset 2`,
		"<br/>":                    `Unsupported start tag "br/" at byte offset 0`,
		"<b>没有结束":                  `Can't find end tag corresponding to start tag "b"`,
		"<b>交<i>叉</b></i>":         `Unmatched end tag at byte offset 12, expected "</i>", found "</b>"`,
		"多余</b>":                   "Unexpected end tag at byte offset 6",
		"<b>断</b":                  "Unclosed end tag at byte offset 6",
		"断<b":                      "Unclosed start tag at byte offset 3",
		"断<b x = ":                 `Unclosed start tag "b" at byte offset 3`,
		`<b x="没有收尾>`:              "Unclosed start tag at byte offset 0",
		"<b =x>":                   `Empty attribute name in the tag "b" at byte offset 0`,
		"<b x=一>":                  "Unexpected end of name token at byte offset 5",
		"<span>无类</span>":          `Tag "span" must have class "tg-spoiler" at byte offset 0`,
		"&#55357;":                 "Text contains invalid Unicode characters after decoding HTML entities, check for unmatched surrogate code units",
		strings.Repeat("<b>", 101): "Too many open tags at byte offset 300",
	} {
		if _, _, err := localtelegram.ParseHTML(source); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %q", source, err, want)
		}
	}
}

func TestEntitiesThatOverlapAreClipped(t *testing.T) {
	html := localtelegram.RenderHTML("一二三四", []localtelegram.Entity{
		{Type: "bold", Offset: 0, Length: 3}, {Type: "italic", Offset: 2, Length: 2}})
	if html != "<b>一二<i>三</i></b>四" {
		t.Error(html)
	}
}

// FuzzMarkup: what parses has entities inside its text, and its canonical form parses to the same again.
func FuzzMarkup(f *testing.F) {
	for _, seed := range []string{"<b>办法</b>", "<blockquote expandable>a&lt;<pre>b</pre></>", `<a href="t.me/x?start=1">x</a>`,
		"&#x8D23;&", "<code class=\"language-go\"><pre>𬭎</pre></code>", "<i a='", "<b><i>x</b></i>", "<tg-spoiler>\u202e</tg-spoiler>"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, source string) {
		text, entities, err := localtelegram.ParseHTML(source)
		if err != nil {
			return
		}
		if !utf8.ValidString(text) {
			t.Fatalf("%q: text is not UTF-8", source)
		}
		length := localtelegram.UTF16Len(text)
		for _, e := range entities {
			if e.Offset < 0 || e.Length <= 0 || e.Offset+e.Length > length {
				t.Fatalf("%q: entity %+v outside of %d units", source, e, length)
			}
		}
		html := localtelegram.RenderHTML(text, entities)
		again, moreEntities, err := localtelegram.ParseHTML(html)
		if err != nil || again != text {
			t.Fatalf("%q -> %q: parses to %q, %v", source, html, again, err)
		}
		if twice := localtelegram.RenderHTML(again, moreEntities); twice != html {
			t.Fatalf("%q: canonical form changes from %q to %q", source, html, twice)
		}
	})
}

func TestFileNamesAreHarmless(t *testing.T) {
	for given, want := range map[string]string{
		"办法.docx": "办法.docx", "../../etc/passwd": "passwd", `C:\a\b.txt`: "b.txt", "..": "file", "": "file",
		"a\x00b\n.pdf": "ab.pdf", "甲\u202etxt.exe": "甲txt.exe",
	} {
		if got := localtelegram.CleanName(given); got != want {
			t.Errorf("%q: %q, want %q", given, got, want)
		}
	}
	long := localtelegram.CleanName(strings.Repeat("长", 300) + ".docx")
	if len(long) > 200 || !strings.HasSuffix(long, "长.docx") || !utf8.ValidString(long) {
		t.Errorf("long name: %q", long)
	}
}
