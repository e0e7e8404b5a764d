package paper

import (
	"strings"
	"testing"
	"time"
)

var created = time.Date(2025, 3, 1, 10, 5, 0, 0, time.FixedZone("China", 8*3600))

// application is the form of the sample county, filled in the way a unit does
// it: every layout occurs, one answer is longer than a page.
func application() Paper {
	long := strings.Repeat("该片区建成于上世纪九十年代，房屋产权单位已注销，住户手中仅有购房收据（共312户），历次信访均因“无主体、无档案、无政策”未能办结；2023年以来，县住建局先后召开协调会6次。", 12)
	return Paper{
		Title:   "示例县风险备案申请表",
		Mark:    "草稿 非正式文件",
		Corners: []Pair{{"风险等级", "较高"}, {"申请号", "FXBA-2025-7K3M"}},
		Footer:  []string{Page, Created, "由问答助手辅助整理，以盖章纸质件为准"},
		Fonts:   map[string]string{"title": "小标宋 二号", "body": "仿宋_GB2312 三号", "table": "仿宋_GB2312 小四"},
		Created: created,
		Sections: []Section{
			{Title: "一、基本情况", Layout: Pairs, Columns: 4, Rows: [][]string{
				{"申请单位", "示例县自然资源局"}, {"单位类别", "县直部门"}, {"主要负责人", "甲𬭎"}, {"承办人", "乙某"},
				{"承办人职务", "股长"}, {"办公电话", "0000-1234567"}, {"联署单位", "示例县住房和城乡建设局、示例县税务局、示例县城关镇人民政府"},
				{"受理机关", "县委"}, {"填报日期", "2025年3月1日"}, {"是否紧急", "否"}}},
			{Title: "二、事项概况", Layout: Pairs, Columns: 2, Rows: [][]string{
				{"名称", "历史遗留“无证房”集中办证"}, {"起止时间", "2025年4月1日至2025年12月31日"}, {"涉及人数", "312户"},
				{"涉及资金", "壹佰贰拾万元（1,200,000.00元）"}, {"背景和问题", long}}},
			{Title: "五、风险防控", Layout: Table, Columns: 5, Head: []string{"可能的失误", "客观原因", "防控措施", "责任岗位"}, Rows: [][]string{
				{"将不符合条件的房屋登记", "档案缺失，无法核实", "公示30日；三方联审；保留更正登记的途径", "登记股股长"},
				{"引发已办证住户攀比", "政策口径前后不一", "统一口径，提前说明", "信访股"}}},
			{Layout: Pairs, Columns: 2, Rows: [][]string{{"止损和退出条件", "出现3起以上权属争议即暂停。\n暂停后10日内报告。"}, {"舆情应对", ""}}},
			{Title: "七、自查情况", Layout: Ticks, Note: "规程第六条所列各项，逐项核对。", Rows: [][]string{
				{"是否违反法律、行政法规的禁止性规定？", "否"}, {"是否涉及个人或者小团体谋取私利？", "否"}, {"是否已按规定请示？", "是"}, {"是否属于重复申请？", ""}}},
			{Title: "承诺", Layout: Pledges, Note: "承办人、主要负责人签字：", Rows: [][]string{{"所填内容真实、完整。", "是"}, {"不以备案代替审批。", ""}}},
			{Title: "八、附件目录", Layout: Papers, Rows: [][]string{{"会议纪要.pdf", "12页"}, {"合法性审查意见.docx", ""}}},
			{Title: "九、申请单位党组织意见", Layout: Opinion, Note: "（盖章）"},
			{Title: "十、同级党委或上级主管部门意见", Layout: Opinion, Note: "□同意　□退回修改　□不同意　理由：　会议日期：　（盖章）"},
			{Title: "十一、县纪委监委登记", Layout: Pairs, Columns: 2, Note: "登记系留存，不代表对事项的批准。", Rows: [][]string{
				{"回执号", ""}, {"登记日期", ""}, {"登记人", ""}}},
		},
	}
}

// receipt is half a page.
func receipt() Paper {
	return Paper{
		Title:   "风险备案回执",
		Created: created,
		Sections: []Section{{Layout: Pairs, Columns: 2, Note: "登记系告知性留存，不代表对事项的批准；备案不等于免责。", Rows: [][]string{
			{"回执号", "示例风备〔2025〕12号"}, {"单位", "示例县自然资源局"}, {"事项名称", "历史遗留“无证房”集中办证"},
			{"登记日期", "2025年3月10日"}, {"有效期", "2025年4月1日至2025年12月31日"}}}},
	}
}

func register() Register {
	day := time.Date(2025, 3, 1, 0, 0, 0, 0, created.Location())
	return Register{
		Title:   "风险备案台账",
		Columns: []Column{{"申请号", 10}, {"年度", 4}, {"申请单位", 14}, {"事项", 24}, {"资金（元）", 8}, {"登记日期", 9}, {"状态", 6}},
		Rows: [][]any{
			{"FXBA-2025-7K3M", 2025, "示例县自然资源局", "历史遗留“无证房”集中办证", 1200000.5, day, "已登记"},
			{"FXBA-2025-9QWD", 2025, "示例县住房和城乡建设局", "=cmd|' /C calc'!A0", int64(0), time.Time{}, "研究中"},
			{"FXBA-2024-2XYP", 2024, "城关镇人民政府", "+1-2@SUM(A1)", nil, day, "已登记"},
		},
		Counted: []string{"状态", "申请单位"},
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
