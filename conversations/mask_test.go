package conversations

import "testing"

// TestARedactedCopyNamesNobody: what stands in a long text is masked too, and
// what only looks like a name stays.
func TestARedactedCopyNamesNobody(t *testing.T) {
	m := mask{on: true, names: []string{"欧阳小红", "王建国"}}
	for in, want := range map[string]string{
		"由王建国牵头，欧阳小红记录。":             "由王某某牵头，欧阳某某记录。",
		"李明同志反映，张伟局长已经答复。":           "李某某同志反映，张某某局长已经答复。",
		"联系人：陈小明，电话0571-1234567。":    "联系人：陈某某，电话0571-*****67。",
		"户主赵强。手机13812345678":         "户主赵某某。手机*********78",
		"县住建局局长同意，社区主任负责，居民代表会议通过。":  "县住建局局长同意，社区主任负责，居民代表会议通过。",
		"涉及86户，资金450000元，2027年1月10日": "涉及86户，资金450000元，2027年1月10日",
	} {
		if got := m.text(in); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", in, got, want)
		}
		if got := (mask{}).text(in); got != in {
			t.Errorf("a full copy is masked: %s", got)
		}
	}
}
