package bot_test

import (
	"strings"
	"testing"
)

func TestADocumentIsReadAndComparedFromItsScreen(t *testing.T) {
	tn := newTown(t)
	admin := tn.As("管理员")
	publish(admin, "d2.md", newRule)
	publish(admin, "d3.md", futureRule)
	admin.Say("/withdraw 试点事项清单")
	which := admin.AwaitText("有 2 份文件符合")
	if !strings.Contains(which.Text, "现行 · 2026年8月1日起施行 · 2027年1月1日起停止施行") || !strings.Contains(which.Text, "尚未施行 · 2027年1月1日起施行") {
		t.Errorf("versions are not told apart: %s", which.Text)
	}
	admin.Press(which, buttonWith(t, which, "尚未施行"))
	admin.Press(admin.AwaitText("要停用《示例县试点事项清单管理办法》（示例委办发〔2026〕60号"), "取消")
	admin.AwaitText("没有改动")

	admin.Say("/docs")
	list := admin.AwaitText("知识库")
	admin.Press(list, buttonWith(t, list, "示例县容错纠错实施办法（示例）"))
	card := admin.AwaitText("共 59 条")
	admin.Press(card, "条文")
	contents := admin.AwaitText("点条号看全文")
	admin.Press(contents, "下一页")
	contents = admin.AwaitText("第十四条")
	admin.Press(contents, "第十四条")
	article := admin.AwaitText("第十四条　主张情形八的")
	admin.Press(article, "下一条")
	admin.AwaitText("第十五条　主张情形九的")

	admin.Press(card, buttonWith(t, card, "下载原文"))
	if sent := admin.AwaitText("《示例县容错纠错实施办法"); sent.Document == nil || !strings.Contains(string(admin.Download(sent)), "第五十九条") {
		t.Error("the file is not the one that was published")
	}

	admin.Press(list, buttonWith(t, list, "试点事项清单管理"))
	card = admin.AwaitText("试点事项清单管理办法")
	admin.Press(card, "各版本（2）")
	versions := admin.AwaitText("各版本")
	admin.Press(versions, buttonWith(t, versions, "与现行相比"))
	difference := admin.AwaitText("修改第一条、第二条")
	if !strings.Contains(difference.Text, "原：第一条　试点事项实行清单管理，清单每半年") || !strings.Contains(difference.Text, "现：第一条　试点事项实行清单管理，清单每月") {
		t.Errorf("the words are not shown: %s", difference.Text)
	}
}
