package documents

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

const compoundFile = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"

// TestWhatBytesAre says for names and bytes whether they are taken, and what
// the person is told when they are not. BI… are rows of the list of bad inputs.
func TestWhatBytesAre(t *testing.T) {
	docx := docxOf(t, parOf("", "第一条　正文。"))
	pdf := pdfOf("", printedPage(filler, filler))
	encrypted := compoundFile + strings.Repeat("\x00", 600) + "E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00"
	legacy := func(ext string) string { return refuseLegacyFormat(ext).Reason }
	for _, c := range []struct{ name, data, want string }{
		{"报告 (1).DOCX", string(docx), ""},
		{"", string(docx), ""},
		{"../../kb.md", "# 办法\n第一条　正文。", ""},
		{strings.Repeat("长", 300) + ".txt", "第一条　正文。", ""},
		{"CON.txt", "第一条　正文。", ""},
		{"<b>.docx", string(docx), ""},
		{"page.txt", "<!DOCTYPE html><p>第一条　正文。", ""},
		{"BI058 empty.txt", "", refuseEmpty},
		{"BI058 blank.txt", " \u3000\r\n", refuseEmpty},
		{"BI058 byte.txt", "a", ""},
		{"BI067 old.docx", compoundFile + "x", fmt.Sprintf(refuseExtension, ".docx")},
		{"BI067 program.pdf", "MZ\x90\x00\x03", fmt.Sprintf(refuseExtension, ".pdf")},
		{"BI067 polyglot.pdf", string(docx) + string(pdf), fmt.Sprintf(refuseExtension, ".pdf")},
		{"BI067 polyglot.docx", string(pdf) + string(docx), fmt.Sprintf(refuseExtension, ".docx")},
		{"BI070 a\u202Egpj.exe", "MZ\x90\x00\x03", fmt.Sprintf(refuseUnsupported, ".exe")},
		{"BI070 a.\u202Efdp", "正文", fmt.Sprintf(refuseUnsupported, ".fdp")},
		{"locked.docx", encrypted, refuseEncrypted},
		{"old.doc", compoundFile, legacy(".doc")},
		{"old", compoundFile, legacy(".doc")},
		{"old.xls", compoundFile, legacy(".xls")},
		{"old.wps", compoundFile, legacy(".wps")},
		{"html.doc", "<html><p>第一条", legacy(".doc")},
		{"rich.doc", `{\rtf1 x}`, legacy(".rtf")},
		{"macro.docm", string(docx), legacy(".docm")},
		{"slides.pptx", string(zipOf(t, zipPart{"ppt/presentation.xml", "<a/>"})), legacy(".pptx")},
		{"form.ofd", string(zipOf(t, zipPart{"OFD.xml", "<a/>"})), legacy(".ofd")},
		{"a.odt", string(zipOf(t, zipPart{"mimetype", "x"})), legacy(".odt")},
		{"a.zip", string(zipOf(t, zipPart{"a.txt", "x"})), refuseArchive},
		{"a.docx", string(zipOf(t, zipPart{"a.txt", "x"})), refuseBroken},
		{"cut.docx", string(docx[:len(docx)/2]), refuseBroken},
		{"a.xlsx", string(docx), fmt.Sprintf(refuseExtension, ".xlsx")},
		{"a.rar", "Rar!\x1a\x07", refuseArchive},
		{"photo.jpg", "\xFF\xD8\xFF\xE0", refusePicture},
		{"photo.docx", "\x89PNG\r\n", refusePicture},
		{"data.json", "{}", fmt.Sprintf(refuseUnsupported, ".json")},
		{"a.csv", "a,b", legacy(".csv")},
		{"a.md", "正文\x00正文", refuseBinary},
		{"empty.docx", string(docxOf(t, parOf("", " "))), refuseUnreadable},
	} {
		_, err := readOf(t, c.name, []byte(c.data))
		if got := reasonOf(t, err); got != c.want {
			t.Errorf("%q: reason %q, want %q", c.name, got, c.want)
		}
	}
}

func TestReadEndsWithContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, data := range map[string][]byte{
		"a.txt": []byte("x"), "a.docx": docxOf(t, parOf("", "x")), "a.pdf": pdfOf("", ""),
	} {
		if _, err := Read(ctx, name, strings.NewReader(string(data)), int64(len(data))); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// TestEncodings reads one text in every encoding that is taken; the others are
// refused and never become letter salad (BI069).
func TestEncodings(t *testing.T) {
	encode := func(s string, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	wide := func(s string, low, high int) string {
		var b []byte
		for _, u := range utf16.Encode([]rune(s)) {
			pair := [2]byte{byte(u), byte(u >> 8)}
			b = append(b, pair[low], pair[high])
		}
		return string(b)
	}
	gb := encode(simplifiedchinese.GB18030.NewEncoder().String(ruleBody))
	plain := strings.NewReplacer("“𬭎”“㑇”", "", "　", " ").Replace(ruleBody)
	gbk := encode(simplifiedchinese.GBK.NewEncoder().String(plain))
	big5 := encode(traditionalchinese.Big5.NewEncoder().String("第一條 為了鼓勵幹部擔當作為，制定本辦法。第二條 本辦法所稱容錯，是指免除或者減輕責任。"))
	for _, c := range []struct{ what, data, want, reason string }{
		{"UTF-8", ruleBody, ruleBody, ""},
		{"UTF-8 with a mark", "\uFEFF" + ruleBody, ruleBody, ""},
		{"UTF-16 little-endian", "\xFF\xFE" + wide(ruleBody, 0, 1), ruleBody, ""},
		{"UTF-16 big-endian", "\xFE\xFF" + wide(ruleBody, 1, 0), ruleBody, ""},
		{"GB18030 with codes of four bytes", gb, ruleBody, ""},
		{"GBK", gbk, plain, ""},
		{"UTF-16 without a mark", wide(ruleBody, 0, 1), "", refuseBinary},
		{"half a UTF-16 letter", "\xFF\xFE" + wide(ruleBody, 0, 1) + "x", "", refuseEncoding},
		{"Big5", big5, "", refuseEncoding},
		{"GBK, then UTF-8", gbk + ruleBody, "", refuseEncoding},
		{"cut within a letter of GBK", gbk[:len(gbk)-4], "", refuseEncoding},
		{"UTF-8 with a broken letter", strings.Replace(ruleBody, "干部", "\xe5\xb9部", 1), "", refuseEncoding},
	} {
		f, err := readOf(t, "a.txt", []byte(c.data))
		if got := reasonOf(t, err); got != c.reason || f.Text != c.want {
			t.Errorf("%s: %q, reason %q", c.what, f.Text, got)
		}
	}
}

// TestSecrecyMarks tells a classified paper from a rule that speaks of secrets.
func TestSecrecyMarks(t *testing.T) {
	marked := []string{
		"机密★5年\n关于某事的通知", "绝密★长期", "000012 秘密★1年 特急\n关于某事的通知", "机\u200b密★5年 关于某事的通知", "　　机　密★\n正文",
		"密级：机密\n正文", "标题\n密 级: 秘密\n正文", "绝密\n正文", "| 密级 | 机密 |\n", "# 机密\n正文", "秘密 10年\n正文",
	}
	plain := []string{
		"第一条　为了保守国家秘密，制定本办法。", "国家秘密的密级分为绝密、机密、秘密三级。", "标注“秘密★10年”的文件，应当登记。",
		"密级：□绝密 □机密 □秘密", "泄露秘密\n的，依法处理。", "工作秘密\n", strings.Repeat("正文。", 1000) + "\n机密★\n",
	}
	for _, s := range marked {
		if _, err := readOf(t, "a.txt", []byte(s)); reasonOf(t, err) != refuseSecret {
			t.Errorf("taken: %q", s)
		}
	}
	for _, s := range plain {
		if _, err := readOf(t, "a.txt", []byte(s)); err != nil {
			t.Errorf("refused: %q: %v", s, err)
		}
	}
	for what, header := range map[string]string{
		"text":      parOf("", "机密★3年"),
		"watermark": `<w:p><w:r><w:pict><v:shape><v:textpath string="机密"/></v:shape></w:pict></w:r></w:p>`,
	} {
		_, err := readOf(t, "a.docx", docxOf(t, parOf("", "第一条　正文。"), zipPart{"header", header}))
		if reasonOf(t, err) != refuseSecret {
			t.Errorf("mark in the %s of a header not seen", what)
		}
	}
}

func TestRemoveHidden(t *testing.T) {
	for _, c := range []struct {
		in, want string
		n        int
	}{
		{"绝\u200b密\u2060\u00ad\u202e", "绝密", 4},
		{"a\U000E0041\U000E0042b", "ab", 2},
		{"李\x00四\x1b[2J", "李四[2J", 2},
		{"一\r\n二\r三\u2028四\f五", "一\n二\n三\n四\n五", 0},
		{"a\u00a0b\u3000c\td", "a b\u3000c\td", 0},
		{"\uFEFF葛\U000E0100", "葛", 0},
		{"⼀⼈⻓⺠⾦\uF9F4", "一人长民金林", 0},
		{"𬭎㑇①Ａ１", "𬭎㑇①Ａ１", 0},
	} {
		if got, n := removeHidden(c.in); got != c.want || n != c.n {
			t.Errorf("%q: %q, %d", c.in, got, n)
		}
	}
}
