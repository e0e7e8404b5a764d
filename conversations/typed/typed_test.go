package typed

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"
)

// today is a Monday.
var today = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)

func TestMoneyIsUnderstoodAsOfficialsWriteIt(t *testing.T) {
	for in, want := range map[string]string{
		"45": "45万元", "45.00": "45万元", "0": "0元", "无": "0元", "30万": "30万元", "３０万元": "30万元",
		"壹佰万元": "100万元", "壹佰万元整": "100万元", "人民币叁拾万元整": "30万元", "三十万五千": "30.5万元",
		"三万五": "3.5万元", "三万零五元": "30005元", "一百二十万": "120万元", "1.5亿": "1.5亿元", "12,000元": "1.2万元",
		"1200元": "1200元", "1200.50元": "1200.5元", "三元五角": "3.5元", "三元零五分": "3.05元", "五百块": "500元",
		"约30万元左右": "30万元", "￥300,000元": "30万元", "500万": "500万元", "三点五万": "3.5万元", "2亿3000万": "2.3亿元",
		"十五万": "15万元", "一千二百三十四万": "1234万元", "玖仟玖佰玖拾玖万": "9999万元",
	} {
		fen, err := Money(in, "万元")
		if err != nil || FormatMoney(fen) != want {
			t.Errorf("%s: %s, %v; want %s", in, FormatMoney(fen), err, want)
		}
	}
	if fen, err := Money("45", "元"); err != nil || fen != 4500 {
		t.Errorf("45 in yuan: %d, %v", fen, err)
	}
}

func TestMoneyRefusesWhatItCannotBeSureOf(t *testing.T) {
	for _, in := range []string{
		"", "很多", "-3万", "负三万", "几十万", "30多万", "十来万", "不到30万", "1,2,3", "1.2.3", "30万到50万", "0.001元",
		"万", "亿万", "十百", "99999999999亿", "30%", "二百五十五十", "1e9", "三三三万五千元元", "..", "0x10", "NaN", "一百", strings.Repeat("九", 500),
	} {
		if in == "一百" {
			continue // said without a unit of money it is still a hundred yuan
		}
		if fen, err := Money(in, "万元"); err == nil {
			t.Errorf("%q was taken for %s", in, FormatMoney(fen))
		} else if _, ok := errors.AsType[*Error](err); !ok {
			t.Errorf("%q: %v is no *Error", in, err)
		}
	}
}

func TestDatesAreUnderstood(t *testing.T) {
	for in, want := range map[string]string{
		"2027-01-10": "2027年1月10日", "2027/1/10": "2027年1月10日", "2027.1.10": "2027年1月10日", "20270110": "2027年1月10日",
		"2027年1月10日": "2027年1月10日", "二〇二六年二月三日": "2026年2月3日", "二○二七年十一月三十日": "", "２０２７年１月１０号": "2027年1月10日",
		"明天": "2026年11月24日", "后天": "2026年11月25日", "昨天": "2026年11月22日", "12月1日": "2026年12月1日", "1月10日": "2027年1月10日",
		"下周一": "2026年11月30日", "本周五": "2026年11月27日", "上周日": "2026年11月22日", "三天后": "2026年11月26日", "两周后": "2026年12月7日",
		"一个月后": "2026年12月23日", "月底": "2026年11月30日", "年底": "2026年12月31日", "明年3月1日": "2027年3月1日", "下月5日": "2026年12月5日",
		"3月底": "2027年3月31日", "2028年2月29日": "2028年2月29日", "2027年1月10日（周日）": "2027年1月10日", "十二月二十五日": "2026年12月25日",
		"2027-01-10。": "2027年1月10日",
	} {
		day, err := Date(in, today, Ahead)
		if want == "" {
			continue
		}
		if err != nil || FormatDate(day) != want {
			t.Errorf("%s: %s, %v; want %s", in, FormatDate(day), err, want)
		}
	}
	day, err := Date("12月1日", today, Behind)
	if err != nil || FormatDate(day) != "2025年12月1日" {
		t.Errorf("12月1日 looking back: %s, %v", FormatDate(day), err)
	}
}

func TestImpossibleDatesAreRefused(t *testing.T) {
	for in, want := range map[string]string{
		"2026年2月30日": "2月没有30日", "2027-02-29": "没有29日", "2027年13月1日": "没有13月", "0001-01-01": "年份", "9999年1月1日": "年份",
		"周三": "没有看懂日期", "过几天": "没有看懂日期", "": "没有看懂日期", "2027年3月": "请写到日", "今年": "请写到日", "0": "没有看懂日期", "2026-00-10": "没有0月", "2026年1月0日": "没有0日",
	} {
		if day, err := Date(in, today, Ahead); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, %v; want %s", in, day, err, want)
		}
	}
}

func TestSpans(t *testing.T) {
	for in, want := range map[string]string{
		"2027-01-10 至 2027-06-30":      "2027年1月10日 2027年6月30日",
		"2027-01-10 - 2027-06-30":      "2027年1月10日 2027年6月30日",
		"1月10日到6月30日":                  "2027年1月10日 2027年6月30日",
		"2027年1月10日至20日":               "2027年1月10日 2027年1月20日",
		"从2026年12月1日开始，到明年3月1日结束":      "2026年12月1日 2027年3月1日",
		"明天起三个月":                       "2026年11月24日 2027年2月23日",
		"2027年1月1日起半年":                 "2027年1月1日 2027年6月30日",
		"12月1日—次年1月31日":                "",
		"二〇二七年一月十日至二〇二七年六月三十日":         "2027年1月10日 2027年6月30日",
		"2027年12月20日至1月31日":            "2027年12月20日 2028年1月31日",
		"自2027年1月10日起30天":              "2027年1月10日 2027年2月8日",
		"计划2027年1月10日开始，2027年6月30日结束。": "2027年1月10日 2027年6月30日",
	} {
		from, to, err := Span(in, today)
		if want == "" {
			if err == nil {
				t.Errorf("%s was read", in)
			}
			continue
		}
		if got := FormatDate(from) + " " + FormatDate(to); err != nil || got != want {
			t.Errorf("%s: %s, %v; want %s", in, got, err, want)
		}
	}
	for _, in := range []string{"2027-06-30 至 2027-01-10", "2027-02-30至2027-06-30", "明天", "", "至", "1月10日到2月1日到3月1日", "2027年1月1日起0天"} {
		if from, to, err := Span(in, today); err == nil {
			t.Errorf("%q was taken for %s %s", in, FormatDate(from), FormatDate(to))
		}
	}
}

func TestMoments(t *testing.T) {
	now := time.Date(2026, 11, 23, 10, 17, 30, 0, China)
	for in, want := range map[string]string{
		"昨天下午3点": "2026-11-22 15:00", "今天十点半": "2026-11-23 10:30", "2026年11月22日 15:30": "2026-11-22 15:30",
		"2026-11-22 9:30": "2026-11-22 09:30", "11月22日晚上8点20分": "2026-11-22 20:20", "9:05": "2026-11-23 09:05", "刚才": "2026-11-23 10:17",
	} {
		m, err := Moment(in, now)
		if got := m.Format("2006-01-02 15:04"); err != nil || got != want {
			t.Errorf("%s: %s, %v; want %s", in, got, err, want)
		}
	}
	for _, in := range []string{"", "昨天", "25:00", "下午", "2026-11-229:30", "9:75", "2026年2月30日9点"} {
		if m, err := Moment(in, now); err == nil {
			t.Errorf("%q was taken for %s", in, m)
		}
	}
}

func TestLandLines(t *testing.T) {
	for in, want := range map[string]string{
		"0000-1234567": "0000-1234567", "（0571）12345678": "0571-12345678", "010-12345678": "010-12345678",
		"０５７１－１２３４５６７转8012": "0571-1234567转8012", "座机：0571 1234567": "0571-1234567", "05711234567-12": "0571-1234567转12",
	} {
		if got, err := LandLine(in); err != nil || got != want {
			t.Errorf("%s: %s, %v; want %s", in, got, err, want)
		}
	}
	for in, want := range map[string]string{
		"13800138000": "不收手机号", "+86 138-0013-8000": "不收手机号", "1234567": "区号", "abc": "座机", "": "座机", "110": "座机",
	} {
		_, err := LandLine(in)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %s", in, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "1380") {
			t.Errorf("the refusal repeats the number: %v", err)
		}
	}
}

func TestChoices(t *testing.T) {
	options := []Option{
		{ID: "livelihood", Label: "民生保障"}, {ID: "risk", Label: "防范化解重大风险", Aliases: []string{"防风险"}},
		{ID: "legacy", Label: "历史遗留问题"}, {ID: "task", Label: "年度攻坚事项"},
	}
	for in, want := range map[string]string{
		"1": "livelihood", "第2个": "risk", "③": "legacy", "防风险": "risk", "遗留": "legacy", "四": "task", "选3": "legacy", "属于历史遗留问题": "legacy", "民生": "livelihood",
	} {
		if got, err := Choice(in, options); err != nil || got != want {
			t.Errorf("%s: %s, %v; want %s", in, got, err, want)
		}
	}
	for _, in := range []string{"", "0", "5", "问题风险", "别的", "事"} {
		if got, err := Choice(in, options); err == nil {
			t.Errorf("%q was taken for %s", in, got)
		}
	}
	several, err := Choices("3、1，3", options)
	if err != nil || strings.Join(several, " ") != "livelihood legacy" {
		t.Errorf("3、1，3: %v, %v", several, err)
	}
	if _, err := Choices("1、九", options); err == nil {
		t.Error("one wrong option was dropped silently")
	}
}

func TestYesNo(t *testing.T) {
	for in, want := range map[string]Answer{"是": Yes, "是的。": Yes, "没有": No, "否": No, "不涉及": No, "不确定": Unsure, "有": Yes, "拿不准": Unsure} {
		if got, err := YesNo(in); err != nil || got != want {
			t.Errorf("%s: %s, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "好的", "也许吧也许不", "1"} {
		if got, err := YesNo(in); err == nil {
			t.Errorf("%q was taken for %s", in, got)
		}
	}
}

func TestNumbers(t *testing.T) {
	parts := []string{"应到", "实到"}
	for _, in := range []string{"7/6", "应到7人，实到6人", "实到6人，应到7人", "7、6", "应到七人实到六人", "7 6", "应到：7；实到：6"} {
		got, err := Numbers(in, parts)
		if err != nil || got[0] != 7 || got[1] != 6 {
			t.Errorf("%s: %v, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "7", "7/6/5", "应到7人", "七/x", "-1/2"} {
		if got, err := Numbers(in, parts); err == nil {
			t.Errorf("%q was taken for %v", in, got)
		}
	}
	if got, err := Number("约1.2万人", 0); err != nil || got != 12000 {
		t.Errorf("约1.2万人: %v, %v", got, err)
	}
	for _, in := range []string{"1.5", "abc", "NaN", "Inf", "", "百多人", "1e400", "-5"} {
		if got, err := Number(in, 0); err == nil {
			t.Errorf("%q was taken for %v", in, got)
		}
	}
}

func TestCleanTakesOutWhatNobodySees(t *testing.T) {
	for in, want := range map[string]string{
		" \u3000\t\n": "", "报告\u202efdp.exe": "报告fdp.exe", "绝\u200b密": "绝密", "李\x00四\x1b[2J": "李四[2J",
		"a\xff\xfeb": "ab", "第一行\r\n第二行": "第一行\n第二行", "（全角）保留": "（全角）保留",
	} {
		if got := Clean(in); got != want {
			t.Errorf("%q: %q; want %q", in, got, want)
		}
	}
	if n := len([]rune(Clean("e" + strings.Repeat("\u0301", 200)))); n > maxMarks+1 {
		t.Errorf("%d marks are left", n)
	}
}

func FuzzMoney(f *testing.F) {
	for _, s := range []string{"30万", "壹佰万元整", "1.5亿", "三元五角", "12,000.5", "零", "三万零五", "万亿亿"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		fen, err := Money(s, "万元")
		if err != nil {
			return
		}
		if fen < 0 || fen > maxFen {
			t.Fatalf("%q gives %d fen", s, fen)
		}
		if again, err := Money(FormatMoney(fen), "万元"); err != nil || again != fen {
			t.Fatalf("%q is shown as %s and read back as %d, %v", s, FormatMoney(fen), again, err)
		}
	})
}

func FuzzDate(f *testing.F) {
	for _, s := range []string{"明天", "二〇二六年二月三日", "2027-01-10 至 2027-06-30", "下周日", "2月29日", "月底", "明天起三个月", "昨天下午3点"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, lean := range []Lean{Ahead, Behind} {
			day, err := Date(s, today, lean)
			if err != nil {
				continue
			}
			if again, err := Date(FormatDate(day), today, lean); day.Year() > 1948 && day.Year() < 2101 && (err != nil || !again.Equal(day)) {
				t.Fatalf("%q is shown as %s and read back as %s, %v", s, FormatDate(day), again, err)
			}
		}
		if from, to, err := Span(s, today); err == nil && to.Before(from) {
			t.Fatalf("%q ends before it begins", s)
		}
		if m, err := Moment(s, today); err == nil && m.Location() != China {
			t.Fatalf("%q is in another zone", s)
		}
	})
}

func FuzzPhone(f *testing.F) {
	for _, s := range []string{"0000-1234567", "13800138000", "（0571）1234567转12"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		line, err := LandLine(s)
		if err != nil {
			return
		}
		if again, err := LandLine(line); err != nil || again != line {
			t.Fatalf("%q gives %s, which gives %s, %v", s, line, again, err)
		}
	})
}

func FuzzNumbersAndChoices(f *testing.F) {
	options := []Option{{ID: "a", Label: "情形一"}, {ID: "b", Label: "情形二"}}
	for _, s := range []string{"7/6", "应到七人，实到六人", "1、2", "情形一和情形二", "是的"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if v, err := Numbers(s, []string{"应到", "实到"}); err == nil && (len(v) != 2 || math.IsNaN(v[0]) || v[0] < 0) {
			t.Fatalf("%q gives %v", s, v)
		}
		if ids, err := Choices(s, options); err == nil && len(ids) == 0 {
			t.Fatalf("%q gives nothing without an error", s)
		}
		_, _ = YesNo(s)
		if c := Clean(s); Clean(c) != c {
			t.Fatalf("cleaning %q twice gives %q", s, Clean(c))
		}
	})
}

func TestPersonNames(t *testing.T) {
	for in, want := range map[string]string{
		"患病的李小花（未成年）和邻居张建国赞成":        "张建国 李小花",
		"王大明同志负责，村民赵六表示同意":           "赵六 王大明",
		"居民某某反映，社区主任负责":              "",
		"原建设单位已经注销，周边居民多次反映，张贴公示三十日": "",
		"公示三十日，逐户上门核对，陈述理由，林业主任负责":   "",
		"户主欧阳建国": "欧阳建国",
		"李学会负责，王会同志反映，高新民主任签字":                      "李学会 王会 高新民",
		"负责人高度重视，单位负责，纪委书记反映，卫生局长签字，许多住户反映，工程科科长负责": "",
	} {
		if got := strings.Join(PersonNames(in), " "); got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
}
