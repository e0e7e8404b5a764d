package paper_test

import (
	"bytes"
	"fmt"

	"rongcuo/conversations/paper"
)

// A receipt as PDF; the type has no form for one character of a name.
func ExamplePDF() {
	receipt := paper.Paper{
		Title: "风险备案回执",
		Sections: []paper.Section{{
			Layout: paper.Pairs,
			Rows:   [][]string{{"单位", "示例县自然资源局"}, {"登记人", "甲𰻝"}},
			Note:   "备案不等于免责。",
		}},
	}
	var file bytes.Buffer
	lacking, err := paper.PDF(&file, receipt)
	fmt.Println(string(lacking), err)
	// Output: 𰻝 <nil>
}
