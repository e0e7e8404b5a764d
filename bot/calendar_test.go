package bot_test

import (
	"strings"
	"testing"
)

func TestTheHolidaysOfAYearAreAdoptedFromTheNotice(t *testing.T) {
	tn, _ := staffedTown(t)
	admin, official := tn.As("管理员"), tn.As("普通干部")
	official.Say("/calendar")
	official.AwaitText("没有这个命令")
	admin.Say("/calendar")
	admin.AwaitText("2026年")
	admin.Say("明年怎么放假？")
	admin.AwaitText("没有读出放假安排")
	admin.Say("2027年放假安排：元旦：1月1日（周五）至3日（周日）放假。国庆节：10月1日（周五）至7日（周四）放假调休，共7天。9月26日（周日）、10月9日（周六）上班。")
	shown := admin.AwaitText("2027年的放假安排")
	for _, line := range []string{"放假：2027年1月1日（周五）至2027年1月3日（周日）", "上班：2027年9月26日（周日）", "上班：2027年10月9日（周六）"} {
		if !strings.Contains(shown.Text, line) {
			t.Errorf("%q is not in\n%s", line, shown.Text)
		}
	}
	admin.Press(shown, "采用")
	admin.AwaitText("已采用 2027 年")
	must(t, tn.bot.Regular(t.Context()))
	admin.Say("/calendar")
	admin.AwaitText("2027年")
}
