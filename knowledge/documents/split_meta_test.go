package documents

import (
	"strings"
	"testing"
)

func TestWhatADocumentSaysAboutItself(t *testing.T) {
	d := Split("某县容错办法.txt", "中共某县委办公室文件\n某委办发〔2024〕5号\n某县容错纠错实施办法（试行）\n（2024年2月3日印发）\n第一条　甲。\n第二条　本办法自2024年3月1日起施行。《某县旧容错办法》（某委办发〔2019〕2号）同时废止。")
	if d.Title != "某县容错纠错实施办法（试行）" || d.DocNo != "某委办发〔2024〕5号" || d.Issued != "2024-02-03" || d.Effective != "2024-03-01" || d.Supersedes != "某委办发〔2019〕2号" {
		t.Errorf("%+v", d)
	}
	for title, want := range map[string]string{"中华人民共和国监察法": "法律", "刑法": "法律", "宪法": "宪法", "信访工作条例": "行政法规", "中国共产党纪律处分条例": "党内法规", "最高人民法院关于适用某法的解释": "司法解释", "安徽省信访条例": "地方性法规", "会议纪要": ""} {
		if got := levelByTitle(title); got != want {
			t.Errorf("%s is %q, want %q", title, got, want)
		}
	}
}

// What a text says about other documents is not said of itself.
func TestNumbersAndDatesOfOtherDocuments(t *testing.T) {
	for text, want := range map[string][4]string{ // number, issued, effective, replaced
		"某办法\n第一条 甲。\n第二条 本办法自2024年1月1日起施行。《某旧办法》（某委办发〔2019〕2号）同时废止。": {"", "", "2024-01-01", "某委办发〔2019〕2号"},
		"某办法\n第一条 某系统自2020年1月1日起实施以来，成效明显。\n第二条 本办法自2024年1月1日起施行。":    {"", "", "2024-01-01", ""},
		"某条例\n（2019年1月2日通过，自2019年3月1日起施行）\n第一条 甲。":                    {"", "", "2019-03-01", ""},
		"某条例\n（2019年1月2日通过）\n第一条 甲。\n第二条 本条例自公布之日起施行。":                {"", "2019-01-02", "2019-01-02", ""},
		"某办法\n2019年3月4日县委召开会议研究了某项工作，会后形成了意见并印发各单位执行。\n第一条 甲。":        {"", "", "", ""},
		"国务院令\n第722号\n某条例\n第一条 甲。":                                    {"国务院令第722号", "", "", ""},
		"某办法\n某政规〔2024〕12号\n第一条 甲。\n第二条 自2024年6月31日起施行。":              {"某政规〔2024〕12号", "", "", ""},
		"某办法\n某政规[2024]12号\n第一条 甲。\n某县司法局\n2024年6月30日":                {"某政规[2024]12号", "2024-06-30", "", ""},
		"某办法\n第一条 甲。\n附则\n第二条 本办法自印发之日起试行。\n二〇二四年五月六日":                {"", "2024-05-06", "2024-05-06", ""},
	} {
		d := Split("a.md", text)
		if got := [4]string{d.DocNo, string(d.Issued), string(d.Effective), d.Supersedes}; got != want {
			t.Errorf("%q:\n got %q\nwant %q", text, got, want)
		}
	}
}

func TestTitlesAreFound(t *testing.T) {
	for text, want := range map[string]string{
		"# 某办法\n第一条 甲。":                   "某办法",
		"某县\n容错纠错实施办法\n（试行）\n第一条 甲。":      "某县容错纠错实施办法",
		"关于某某事项\n若干规定\n第一条 甲。":            "关于某某事项若干规定",
		"某县人民政府\n关于某事的意见\n一、甲":            "某县人民政府关于某事的意见",
		"关于印发《某县容错办法》的通知\n某县容错办法\n第一条 甲。": "某县容错办法",
		"第一条 甲。\n违反规定":                    "文件",
		"第一编 总则\n第一章 一般规定\n第一条 甲。":        "文件",
	} {
		if got := Split("目录/文件.txt", text).Title; got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func TestRankOfLocalDocuments(t *testing.T) {
	for _, c := range []struct{ title, number, issuer, want string }{
		{"某县容错纠错实施办法", "", "", "规范性文件"},
		{"容错纠错实施办法", "某委办发〔2025〕6号", "", "规范性文件"},
		{"容错纠错实施办法", "", "某县人民政府", "规范性文件"},
		{"行政处罚程序规定", "", "", "部门规章"},
		{"中国共产党纪律处分条例", "中发〔2018〕1号", "", "党内法规"},
	} {
		if got := levelOf(&Document{Title: c.title, DocNo: c.number, Issuer: c.issuer}); got != c.want {
			t.Errorf("%v is %s", c, got)
		}
	}
}

func TestDoubtfulDocumentsAreSaidToBeSo(t *testing.T) {
	for text, want := range map[string]string{
		"第一条　甲。\n第二条　乙。\n第五条　丙。":                            "中间可能缺条",
		"---\ntitle: [\n---\n第一条　甲。":                        "格式有误",
		"---\ntitle: 甲\neffective: 2024-02-30\n---\n第一条　甲。": "不存在",
		"第一条　甲\uFFFD。":                                      "乱码",
		"第一条　甲。":                                            "施行日期",
		"第五条　甲。\n第三条　乙。":                                    "第三条排在第五条之后",
		"第三条　甲。\n第三条　乙。":                                    "第三条出现了不止一次",
		"第一条　锟斤拷。":                                          "乱码",
		"第一条　甲。\n第二条　本办法自2024年1月1日起施行，有效期五年。":               "有效期五年",
		"":      "没有可收录的文字",
		"说明文字。": "没有找到“第X条”",
	} {
		if got := strings.Join(Split("a.md", text).Warnings, ""); !strings.Contains(got, want) {
			t.Errorf("%q: %q lacks %q", text, got, want)
		}
	}
}

func TestDates(t *testing.T) {
	for text, want := range map[string]Date{
		"2025年3月1日": "2025-03-01", "二〇二五年十二月三十一日": "2025-12-31", "二○二六年一月九日": "2026-01-09",
		"2025-02-28": "2025-02-28", "2025 年 3 月 1 日": "2025-03-01", "2024年2月29日": "2024-02-29", "2025年2月29日，2025年3月1日": "2025-03-01", "2025年2月30日": "", "2025-13-01": "", "三月一日": "", "1025年3月1日": "", "2025年0月1日": "", "２０２５年３月１日": "2025-03-01",
	} {
		if got, ok := ParseDate(text); got != want || ok != (want != "") {
			t.Errorf("%s: %s %v", text, got, ok)
		}
	}
}
