package bot_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rongcuo/bot/localtelegram/localtelegramtest"
)

// The rule as it will be from 2027 on: while it is published, the one before
// ends then.
const futureRule = "# 示例县试点事项清单管理办法\n\n示例委办发〔2026〕60号\n\n第一条　试点事项实行清单管理，清单每月调整一次。\n\n第二条　本办法自2027年1月1日起施行。\n"

// filesIn names the files of a town's library.
func filesIn(t *testing.T, tn *town) []string {
	t.Helper()
	var out []string
	entries, err := os.ReadDir(filepath.Join(tn.dir, "library"))
	must(t, err)
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") {
			out = append(out, e.Name())
		}
	}
	return out
}

// listOf gives the pages of /docs.
func listOf(admin *localtelegramtest.Person) (out string) {
	admin.Say("/docs")
	for {
		list := admin.AwaitText("知识库")
		out += list.Text
		if button(list, "下一页") == "" {
			return out
		}
		admin.Press(list, "下一页")
	}
}

func TestARollbackStandsAfterTheNextReindex(t *testing.T) {
	tn := newTown(t)
	admin, official := tn.As("管理员"), tn.As("普通干部")
	publish(admin, "d2.md", newRule)
	before, files := listOf(admin), filesIn(t, tn)
	publish(admin, "d3.md", futureRule)
	if now := filesIn(t, tn); !slices.Contains(now, "d2（至2027-01-01）.md") || slices.Contains(now, "d2.md") {
		t.Fatalf("the old version does not stay with its end: %v", now)
	}

	admin.Say("/rollback")
	asked := admin.AwaitText("要恢复上一版")
	for _, must := range []string{"撤下：《示例县试点事项清单管理办法》（示例委办发〔2026〕60号", "换回：《示例县试点事项清单管理办法》（示例委办发〔2026〕30号"} {
		if !strings.Contains(asked.Text, must) {
			t.Errorf("it does not say what would change, %s: %s", must, asked.Text)
		}
	}
	admin.Press(asked, "取消")
	admin.AwaitText("没有改动")
	admin.Say("/rollback")
	asked = admin.AwaitText("要恢复上一版")
	admin.Say("/rollback")
	again := admin.AwaitText("要恢复上一版")
	admin.Press(again, "确认")
	admin.AwaitText("已恢复上一版")
	admin.Press(asked, "确认")
	admin.AwaitText("没有再改动")

	admin.Say("/reindex")
	admin.AwaitText("索引没有变化")
	if now := filesIn(t, tn); !slices.Equal(now, files) {
		t.Errorf("the library is %v, before the publication it was %v", now, files)
	}
	if now := listOf(admin); now != before {
		t.Errorf("the list is\n%s\nbefore the publication it was\n%s", now, before)
	}
	official.Say("试点事项清单多久调整一次？")
	if a := official.AwaitText("依据截至"); strings.Count(a.Text, "》第一条（现行）") != 1 || !strings.Contains(a.Text, "每半年调整一次") {
		t.Errorf("the answer is not as it was: %s", a.Text)
	}

	admin.Say("/rollback") // forth again
	admin.Press(admin.AwaitText("要恢复上一版"), "确认")
	admin.AwaitText("已恢复上一版")
	if now := filesIn(t, tn); !slices.Contains(now, "d3.md") || slices.Contains(now, "d2.md") {
		t.Errorf("going back twice is not going forth: %v", now)
	}
	admin.Say("/reindex")
	admin.AwaitText("索引没有变化")
}

func TestAReindexDropsWhatIsGoneFromTheLibrary(t *testing.T) {
	tn := newTown(t)
	admin := tn.As("管理员")
	publish(admin, "清单.md", newRule)
	must(t, os.Remove(filepath.Join(tn.dir, "library", "清单.md")))
	admin.Say("/reindex")
	admin.AwaitText("移出：《示例县试点事项清单管理办法》")
	if strings.Contains(listOf(admin), "试点事项清单") {
		t.Error("it is still there")
	}
}
