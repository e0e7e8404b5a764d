package documents

import (
	"fmt"
	"strings"
	"testing"
)

func TestUnitsAreLiteral(t *testing.T) {
	text := "第六条　下列情形：（一）甲；（二）乙；（三）丙。\n单位应当报告。\n（一）丁；\n1.戊；"
	var got []string
	for _, u := range Units(text) {
		if text[u.Start:u.End] != u.Text {
			t.Fatalf("%q is not at its place", u.Text)
		}
		got = append(got, fmt.Sprintf("%d:%d.%d %s", u.Kind, u.Paragraph, u.Number, u.Text))
	}
	want := "0:1.1 第六条　下列情形：|1:1.1 （一）甲；|1:1.2 （二）乙；|1:1.3 （三）丙。|0:2.2 单位应当报告。|1:2.1 （一）丁；|2:2.1 1.戊；"
	if s := strings.Join(got, "|"); s != want {
		t.Errorf("%s", s)
	}
}

// A table is part of the paragraph above it, and 1. below a colon is no 款: the
// count of paragraphs is that of the law.
func TestParagraphsAreCountedAsTheLawCountsThem(t *testing.T) {
	for text, want := range map[string]string{
		"第一条 下列：\n1.子；\n2.丑。\n| 甲 |\n| 乙 |\n第二款。": "0:1.1 2:1.1 2:1.2 0:1.1 0:1.1 0:2.2",
		"第一条 甲。\n1.乙。":       "0:1.1 0:2.2",
		"（六）甲；\n（七）乙。\n单位。":  "1:1.6 1:1.7 0:2.2",
		"第一条 甲。\n（一）甲；（二）乙；": "0:1.1 1:1.1 1:1.2",
		"第一条 见：（二）甲；（三）乙。":   "0:1.1",
	} {
		var got []string
		for _, u := range Units(text) {
			got = append(got, fmt.Sprintf("%d:%d.%d", u.Kind, u.Paragraph, u.Number))
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%q: %s, want %s", text, s, want)
		}
	}
}

func TestNumbersComeBack(t *testing.T) {
	for n := 1; n < 10000; n++ {
		if got, ok := ParseNumber(FormatNumber(n)); !ok || got != n {
			t.Fatalf("%d is written %s and read %d", n, FormatNumber(n), got)
		}
	}
	for s, want := range map[string]int{"两": 2, "一〇三": 103, "十": 10, "１２": 12, "二 十": 20, "廿一": 21, "卅": 30, "一○三": 103, "1百": 100, "12十": 0, "一百三": 0, "百": 0, "十〇": 0, "十十": 0, "一百一百": 0, "": 0, "甲": 0, "99999": 0} {
		if got, ok := ParseNumber(s); got != want || ok != (want > 0) {
			t.Errorf("%q: %d", s, got)
		}
	}
}
