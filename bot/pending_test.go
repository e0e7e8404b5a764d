package bot_test

import (
	"strings"
	"testing"
)

func TestEveryUploadedFileHasButtonsOfItsOwn(t *testing.T) {
	tn := newTown(t)
	admin := tn.As("管理员")
	admin.Send("清单.md", []byte(newRule), "")
	first := admin.AwaitText("共 2 条")
	admin.Send("用车.md", []byte("# 示例县公务用车管理办法\n\n第一条　公务用车统一管理。\n\n第二条　每月公示。\n\n第三条　本办法自2026年9月1日起施行。\n"), "")
	second := admin.AwaitText("共 3 条")
	admin.Press(first, "改信息")
	info := admin.AwaitText("施行日期：2026年8月1日")
	admin.Press(info, "改标题")
	admin.AwaitText("现在是：示例县试点事项清单管理办法")
	admin.Say("取消")
	admin.AwaitText("《示例县试点事项清单管理办法》")
	admin.Press(first, "发布")
	if done := admin.AwaitText("索引已更新"); !strings.Contains(done.Text, "已发布《示例县试点事项清单管理办法》") {
		t.Errorf("another file was published: %s", done.Text)
	}
	admin.Press(second, "发布")
	admin.AwaitText("已发布《示例县公务用车管理办法》")
}

func TestAButtonOfAFileThatIsDecidedSaysWhatBecameOfIt(t *testing.T) {
	tn := newTown(t)
	admin := tn.As("管理员")
	admin.Send("清单.md", []byte(newRule), "")
	older := admin.AwaitText("每半年调整一次")
	admin.Send("清单2.md", []byte(strings.Replace(newRule, "每半年", "每季度", 1)), "") // the same document, corrected
	newer := admin.AwaitText("每季度调整一次")
	admin.Press(older, "发布")
	admin.AwaitText("已被后来发送的《示例县试点事项清单管理办法》取代")
	admin.Press(newer, "改信息")
	admin.Press(admin.AwaitText("文件信息"), "返回预览")
	again := admin.AwaitText("每季度调整一次")
	admin.Press(newer, "发布")
	admin.AwaitText("索引已更新")
	admin.Press(again, "发布")
	if now := admin.AwaitText("已发布《示例县试点事项清单管理办法》"); button(now, "停用") == "" {
		t.Errorf("it does not lead to the document: %s", now.Text)
	}
	admin.Press(again, "取消")
	admin.AwaitText("已发布《示例县试点事项清单管理办法》")
}
