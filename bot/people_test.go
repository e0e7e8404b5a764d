package bot_test

import (
	"regexp"
	"strings"
	"testing"

	"rongcuo/bot"
	"rongcuo/bot/localtelegram"
	"rongcuo/bot/localtelegram/localtelegramtest"
	"rongcuo/conversations/records"
)

var startWord = regexp.MustCompile(`/start i-[A-Z0-9]+`)

func TestAnOwnerInvitesAndTakesBack(t *testing.T) {
	town := newTown(t)
	admin, head, stranger := town.As("管理员"), town.As("单位负责人"), town.As("外人")
	admin.Say("/invite")
	admin.Press(admin.AwaitText("请选一个岗位"), "单位主要负责人")
	admin.AwaitText("全称")
	admin.Say("县")
	admin.AwaitText("2 到 50 个字")
	admin.Say("示例县甲中心")
	word := startWord.FindString(admin.AwaitText("只能用一次").Text)
	if word == "" {
		t.Fatal("no code for who can't open links")
	}
	head.Say(word)
	head.AwaitText("示例县甲中心 · 单位主要负责人")
	stranger.Say(word)
	stranger.AwaitText("这条邀请不能使用")

	head.Say("/invite")
	if made := head.AwaitText("只能用一次"); !strings.Contains(made.Text, "示例县甲中心 · 承办人") {
		t.Errorf("a head invites %s", made.Text)
	}
	head.Say("/reindex")
	head.AwaitText("没有这个命令")

	admin.Say("/people")
	list := admin.AwaitText("在岗人员")
	admin.Press(list, buttonWith(t, list, "单位主要负责人"))
	admin.Press(admin.AwaitText("要收回"), "收回")
	admin.AwaitText("已收回")
	head.Say("/invite")
	head.AwaitText("没有这个命令")

	admin.Say("/audit")
	audit := admin.AwaitText("审计记录")
	for _, must := range []string{"系统负责人（由设置指定）发出“示例县甲中心 · 单位主要负责人”岗位的邀请。", "授予单位负责人“示例县甲中心 · 单位主要负责人”岗位。",
		"收回单位负责人的“示例县甲中心 · 单位主要负责人”岗位。", "单位主要负责人（单位负责人）试图使用 /reindex，没有权限。"} {
		if !strings.Contains(audit.Text, must) {
			t.Errorf("the audit lacks %s: %s", must, audit.Text)
		}
	}
	admin.Press(audit, "导出全部")
	if file := admin.AwaitText("全部审计记录"); file.Document == nil {
		t.Error("the audit is not sent as a file")
	}
	admin.Say("/verify")
	admin.AwaitText("记录完整")
}

func TestClosedModeAnswersOnlyHoldersOfAPost(t *testing.T) {
	t.Parallel()
	telegram := localtelegramtest.Start(t, localtelegram.Options{Started: true, NoLimits: true})
	town := found(t, telegram, t.TempDir(), 0, func(c *bot.Config) { c.Closed = true })
	official, admin := town.As("普通干部"), town.As("管理员")
	official.Say(opposed)
	official.AwaitText("只对已登记的工作人员开放")
	official.Say(opposed) // once a day is enough
	official.Say("/privacy")
	official.AwaitText("不超过 24 小时")
	official.Say("/delete_me")
	official.AwaitText("不能恢复")
	official.Say("确认删除")
	official.AwaitText("已删除")
	admin.Say(opposed)
	admin.AwaitText("依据截至")
	code, err := town.book.Invite(t.Context(), idOf("admin"), records.Handler, "示例县甲中心")
	must(t, err)
	official.Say("/start i-" + code)
	official.AwaitText("您已登记为")
	official.Say(opposed)
	official.AwaitText("依据截至")
}
