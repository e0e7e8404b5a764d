package conversations

import (
	"strings"
	"testing"
)

// A name or a private matter is pointed out; the person changes the text or says
// that it stays, and then it is not said again.
func TestPrivateMattersAreAHint(t *testing.T) {
	pl := newPlayer(t, sample(t))
	pl.pastGates()
	pl.press("edit:background")
	const text = "该楼六层住着抑郁症患者李小花（未成年）和邻居张建国，上下楼困难，居民多次反映，加装电梯办不了施工许可，拖了八年没有办成。"
	said := written(pl.text(text))
	for _, want := range []string{"像有人名“李小花、张建国”", "健康情况", "未成年人", "[修改 背景和问题] [没有问题，不改]"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not said:\n%s", want, said)
		}
	}
	if !strings.Contains(written(pl.press("fine:background")), "保持不变") || len(pl.p.view(&pl.d, pl.now).hints(pl.p.Field("background"))) > 0 {
		t.Error("what was called right is pointed out again")
	}
	pl.press("edit:background")
	if said := written(pl.text(text + "又过了一年。")); !strings.Contains(said, "像有人名") {
		t.Error("a changed text is not looked at")
	}
	pl.press("edit:unit_head")
	if said := written(pl.text("李国强，主任")); strings.Contains(said, "像有人名") {
		t.Error("the head's name is a name")
	}
}
