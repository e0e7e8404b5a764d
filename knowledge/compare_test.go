package knowledge

import (
	"strings"
	"testing"
)

// Rules differ in their time limits, not in the days on which they begin.
func TestADateIsNoTimeLimit(t *testing.T) {
	for _, c := range []struct{ high, low, x, y string }{
		{"单位应当自收到提醒之日起十五个工作日内反馈。", "单位应当自收到提醒之日起十个工作日内反馈。", "十五个工作日", "十个工作日"},
		{"试点工作一年内评估一次，期限不超过2年。", "试点工作一年内评估一次，期限不超过3年。", "2年", "3年"},
		{"单位应当自收到提醒之日起15日内反馈。", "单位应当自收到提醒之日起10日内反馈。", "15日", "10日"},
		{"本办法所称试点自2026年10月1日起施行。", "本办法所称试点自2025年4月15日起施行。", "", ""},
		{"本办法所称试点自二〇二六年十月一日起施行。", "本办法所称试点自二〇二五年十一月二十日起施行。", "", ""},
		{"各单位每年应当在12月31日前报送情况。", "各单位每年应当在11月30日前报送情况。", "", ""},
		{"上述试点方案（县委办〔2025〕6号）2025年起执行。", "上述试点方案（县委办〔2021〕11号）2021年起执行。", "", ""},
		{"同一事项的函询第三次应当报批。", "同一事项的函询第二次应当报批。", "", ""},
		{"依照本办法规定的第十二条办理，每年度一次。", "依照本办法规定的第十三条办理，每年度一次。", "", ""},
	} {
		x, y, ok := differingFigures(c.high, c.low)
		if x != c.x || y != c.y || ok != (c.x != "") {
			t.Errorf("%s / %s: %q and %q", c.high, c.low, x, y)
		}
	}
}

// A case stands beside the question with what both tell of and where they part;
// nothing is said of what neither tells, and a question that tells no story is
// compared with nobody.
func TestACaseIsComparedByWhatBothTell(t *testing.T) {
	b := sampleBase(t, Options{})
	const dissent, afterwards = "集体决策中明确反对者免责案", "事后补写反对意见被拒案"
	compared := func(question, title string) SimilarCase {
		for _, c := range ask(t, b, Question{Text: question}).Cases {
			if c.Title == title {
				return c
			}
		}
		t.Fatalf("%s: no %s", question, title)
		return SimilarCase{}
	}
	if c := compared(opposed, dissent); !strings.HasSuffix(c.Same, "都提到集体研究、明确反对") || c.Differs != "案例中提到会议记录、造成损失，您没有提到" {
		t.Errorf("%s / %s", c.Same, c.Differs)
	}
	if c := compared(opposed, afterwards); !strings.HasPrefix(c.Differs, "案例中没有明确反对，与您说的不同；") {
		t.Errorf("%s / %s", c.Same, c.Differs)
	}
	for _, c := range ask(t, b, Question{Text: "哪些情形不予容错？"}).Cases {
		if c.Differs != "" || strings.Contains(c.Same, "提到") {
			t.Errorf("a question without a story is compared: %s / %s", c.Same, c.Differs)
		}
	}
	for text, want := range map[string]string{"经党组会议研究": "集体研究", "没有上会": "没有集体研究", "没有上会，事后经党委会议研究": "", "局长让我办的": ""} {
		if got := b.safeguards.Elements[0].in(text); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
