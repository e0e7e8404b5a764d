package bot_test

import (
	"bytes"
	"maps"
	"path/filepath"
	"strings"
	"testing"

	"rongcuo/bot"
	"rongcuo/bot/delivery"
	"rongcuo/bot/delivery/redistest"
	"rongcuo/bot/localtelegram/localtelegramtest"
	"rongcuo/conversations/paper"
	"rongcuo/conversations/records"
	"rongcuo/knowledge"
)

// handedIn fills a filing in, has the head submit it and gives its number.
func handedIn(t *testing.T, tn *town, answers map[string]string) string {
	t.Helper()
	handler, head := tn.As("承办人"), tn.As("单位负责人")
	handler.Say("/file")
	review := answerAll(t, handler, tn.procedures.Latest("risk-filing"), answers, "送交")
	handler.Press(review, buttonWith(t, review, "送交"))
	head.Press(head.AwaitText("请您确认一份风险备案"), "查看并确认")
	confirm := head.AwaitText("确认提交")
	head.Press(confirm, "确认提交")
	number := strings.TrimSpace(after(head.AwaitText("已存档").Text, "申请号："))
	vanished(t, head, confirm)
	head.Say("/find " + number)
	head.Press(head.AwaitText("由决定机关办理"), "附件 3 个")
	paper := head.Await("an attachment", func(m localtelegramtest.Message) bool {
		return m.Document != nil && m.Document.Name == "会议纪要.pdf"
	})
	if !bytes.Equal(head.Download(paper), aPaper(t, "会议纪要.pdf")) {
		t.Error("an attachment is not what was sent")
	}
	cards, err := tn.desk.Mine(t.Context(), idOf("head"), records.Filter{})
	must(t, err)
	if len(cards) != 1 || cards[0].Number != number {
		t.Fatalf("%+v", cards)
	}
	return number
}

// TestADialogLivesInRedis hands a filing in with all that is on its way kept in a
// real redis-server.
func TestADialogLivesInRedis(t *testing.T) {
	socket := redistest.Start(t)
	options, err := delivery.ParseRedisURL("unix://" + socket)
	must(t, err)
	store, err := delivery.OpenRedis(t.Context(), options, "story")
	must(t, err)
	t.Cleanup(func() { store.Close() })
	k := newClock()
	tn := foundWith(t, localTelegram(t), t.TempDir(), knowledge.Options{}, func(c *bot.Config) {
		k.rules(c)
		c.Limits = store
	})
	staff(t, tn)
	handedIn(t, tn, filled)
}

func TestOfTwoWhoActAtOnceOneStandsAndTheOtherIsTold(t *testing.T) {
	tn, _ := staffedTown(t)
	seat(t, tn, "official", records.Decider, bodyName)
	number := handedIn(t, tn, filled)
	var cards []localtelegramtest.Message
	deciders := []*localtelegramtest.Person{tn.As("决定机关"), tn.As("普通干部")}
	for _, p := range deciders {
		p.Say("/find " + number)
		cards = append(cards, p.AwaitText("由决定机关办理"))
	}
	for i, p := range deciders {
		p.Press(cards[i], "受理")
		cards[i] = p.AwaitText("请核对")
	}
	deciders[0].Press(cards[0], "确认受理")
	deciders[0].AwaitText("已办理：受理")
	deciders[1].Press(cards[1], "确认受理")
	deciders[1].AwaitText("现在是“已受理")
	vanished(t, deciders[0], cards[0])
}

// vanished proves that a message has lost its buttons.
func vanished(t *testing.T, p *localtelegramtest.Person, m localtelegramtest.Message) {
	t.Helper()
	for _, now := range p.Chat() {
		if now.ID == m.ID && len(now.Buttons) > 0 {
			t.Errorf("what was done can be pressed again:\n%s", now.Text)
		}
	}
}

func TestTheHandlerRecordsWhatABodyWithoutAccountDecidedOnPaper(t *testing.T) {
	tn, _ := staffedTown(t)
	county := maps.Clone(filled)
	county["accept_body"] = "县委"
	number := handedIn(t, tn, county)
	handler, body := tn.As("承办人"), tn.As("决定机关")
	body.Say("/find " + number) // another body's
	body.AwaitText("没有找到这件备案")
	handler.Say("/find " + number)
	card := handler.AwaitText("由决定机关办理")
	handler.Press(card, buttonWith(t, card, "录入纸质决定：受理"))
	handler.AwaitText("决定是哪天作出的")
	handler.Say("今天")
	handler.AwaitText("书面决定的文号")
	handler.Say("无文号")
	handler.AwaitText("请发送")
	handler.Send("受理通知.pdf", aPaper(t, "受理通知"), "")
	handler.Press(handler.AwaitText("已收到 1 个文件"), "完成")
	handler.Press(handler.AwaitText("请核对"), "确认受理")
	if m := handler.AwaitText("已办理：录入纸质决定：受理"); !strings.Contains(m.Text, "已提交，已通知单位负责人核对") {
		t.Errorf("%s", m.Text)
	}
	head := tn.As("单位负责人")
	head.Press(head.AwaitText("请核对原件后确认"), "打开")
	card = head.AwaitText("待单位负责人核对")
	head.Press(card, "核对纸质决定：受理")
	m := head.AwaitText("确认后立即生效")
	if !strings.Contains(m.Text, "书面决定：受理通知.pdf") {
		t.Errorf("the head is not shown what he confirms:\n%s", m.Text)
	}
	head.Press(m, "确认核对纸质决定：受理")
	head.Press(head.AwaitText("现在的状态：已受理"), "打开")
	head.AwaitText("由承办人录入、负责人核对")
}

// TestOneWhoIsLeftAloneIsReplaced: the only decider steps back, the owner invites
// another, who goes on.
func TestOneWhoIsLeftAloneIsReplaced(t *testing.T) {
	tn, _ := staffedTown(t)
	number := handedIn(t, tn, filled)
	body, admin, handler, other := tn.As("决定机关"), tn.As("管理员"), tn.As("承办人"), tn.As("普通干部")
	card := open(t, body, "/todo")
	body.Press(card, "申请回避")
	body.AwaitText("请简单写明回避的理由")
	body.Say("与申请单位有利害关系")
	body.Press(body.AwaitText("请核对"), "确认申请回避")
	body.AwaitText("等待系统负责人指定代行人")
	if m := admin.AwaitText("请发 /people 邀请"); strings.Contains(m.Text, "加装电梯") || !strings.Contains(m.Text, bodyName) {
		t.Errorf("the owner reads:\n%s", m.Text)
	}
	handler.Say("/find " + number)
	handler.AwaitText("等待指定代行人")
	seat(t, tn, "official", records.Decider, bodyName)
	act(t, other, open(t, other, "/todo"), "受理")
	handler.Say("/find " + number)
	handler.Press(handler.AwaitText("已受理"), "办理过程")
	handler.AwaitText("因他人回避，由其代行")
}

// TestWhoWouldBeRefusedHearsItWhileTyping: a matter that was refused a short while
// ago, one that is on its way, and a number that is nobody's.
func TestWhoWouldBeRefusedHearsItWhileTyping(t *testing.T) {
	tn, _ := staffedTown(t)
	number := handedIn(t, tn, filled)
	handler, body, procedure := tn.As("承办人"), tn.As("决定机关"), tn.procedures.Latest("risk-filing")
	handler.Say("/file")
	answerAll(t, handler, procedure, filled, "用一句话说要办什么事")
	handler.Say("关于" + filled["matter_name"])
	handler.AwaitText("本单位同一事项的申请 " + number + " 正在办理")
	for _, step := range []string{"受理", "不同意"} {
		body.Say("/find " + number)
		act(t, body, body.Await("the card", func(m localtelegramtest.Message) bool { return button(m, "办理过程") != "" }), step)
	}
	handler.Say("事项名称改成" + filled["matter_name"])
	m := handler.AwaitText("上次的结果是“不同意”")
	if !strings.Contains(m.Text, number) || button(m, "情况有变化") == "" {
		t.Errorf("no way round:\n%s", m.Text)
	}
	handler.Say("前次申请号改成FS-2026-22222-22222")
	handler.AwaitText("没有找到这个前次申请号")
	handler.Press(m, "情况有变化，改自查")
	handler.AwaitText("同一事项半年内是否被否决过")
}

// TestTheBodyIsChosenAmongThoseThatAreThere: the registered bodies are on
// buttons, and a name that is near one is asked about.
func TestTheBodyIsChosenAmongThoseThatAreThere(t *testing.T) {
	tn, _ := staffedTown(t)
	handler, procedure := tn.As("承办人"), tn.procedures.Latest("risk-filing")
	handler.Say("/file")
	m := answerAll(t, handler, procedure, filled, "请写受理机关的全称")
	if button(m, bodyName) == "" {
		t.Errorf("%s is on no button: %v", bodyName, m.Buttons)
	}
	handler.Say("县住建局")
	m = handler.AwaitText("您是不是要选：" + bodyName)
	handler.Press(m, "改为 "+bodyName)
	handler.AwaitText("已记下　受理机关全称：" + bodyName)
}

func TestWhatMustNotBeTypedIsNotKept(t *testing.T) {
	tn, _ := staffedTown(t)
	handler := tn.As("承办人")
	handler.Say("/file")
	answerAll(t, handler, tn.procedures.Latest("risk-filing"), filled, "群众或企业遇到什么困难")
	for _, c := range []struct{ typed, says string }{
		{"住户身份证号11010519491231002X，" + plenty, "身份证号"},
		{"联系人手机13812345678，" + plenty, "个人手机号"},
		{"机密★5年 关于某事项的请示，" + plenty, "密级标志"},
		{"住户住在示例路12号3栋2单元501室，" + plenty, "家庭住址"},
		{"举报人是隔壁单位的，" + plenty, "举报信息"},
		{"有关人员正在立案审查，" + plenty, "正在办理的案件"},
		{"十月对王大明立案以后，" + plenty, "正在办理的案件"},
		{"举报人王大明反映过，" + plenty, "举报信息"},
		{"阳光花园5栋3单元402的住户，" + plenty, "家庭住址"},
		{"按内部文件不得外传的要求，" + plenty, "密级标志"},
	} {
		handler.Say(c.typed)
		if m := handler.AwaitText(c.says); !strings.Contains(m.Text, "群众或企业遇到什么困难") {
			t.Errorf("the question is not asked again:\n%s", m.Text)
		}
	}
	var secret bytes.Buffer
	must(t, paper.DOCX(&secret, paper.Paper{Title: "机密★5年　关于某事项的请示"}))
	handler.Send("请示.docx", secret.Bytes(), "")
	handler.AwaitText("密级标志")
	handler.Send("会议纪要.pdf", aPaper(t, "会议纪要"), "") // not asked for now, so not kept
	handler.AwaitText("现在不收附件")
	if kept, _ := filepath.Glob(filepath.Join(tn.dir, "files", "*", "*")); len(kept) > 0 {
		t.Errorf("files were kept: %v", kept)
	}
	handler.Say("查看已填")
	view := handler.AwaitText("申请单位").Text
	for _, secret := range []string{"11010519491231002X", "13812345678", "机密", "501室", "举报人", "立案"} {
		if strings.Contains(view, secret) {
			t.Errorf("%s was kept", secret)
		}
	}
}

// TestAChangedMatterIsFiledAnew: the card says how, the new filing names the old
// one, and the old one ends when the new one is registered.
func TestAChangedMatterIsFiledAnew(t *testing.T) {
	tn, _ := staffedTown(t)
	number := handedIn(t, tn, filled)
	handler, head, body, registrar := tn.As("承办人"), tn.As("单位负责人"), tn.As("决定机关"), tn.As("监督室登记员")
	does := func(p *localtelegramtest.Person, number string, acts ...string) {
		t.Helper()
		for _, name := range acts {
			p.Say("/find " + number)
			act(t, p, p.Await("the card", func(m localtelegramtest.Message) bool { return button(m, "办理过程") != "" }), name)
		}
	}
	does(body, number, "受理", "同意")
	does(handler, number, "报送县纪委监委")
	does(registrar, number, "登记")
	handler.Say("报进展")
	handler.AwaitText("目前没有正在实施")
	does(handler, number, "开始实施")
	handler.Say("报进展") // as the reminder says: the form begins at once
	handler.AwaitText("这是哪一期的进展？")
	handler.Say("取消")
	does(handler, number, "报告重大变更")
	handler.Say("/find " + number)
	card := handler.AwaitText("在“前次申请号”填 " + number)
	handler.Press(card, "另起一份")
	again := maps.Clone(filled)
	again["prev_no"] = number
	review := answerAll(t, handler, tn.procedures.Latest("risk-filing"), again, "送交")
	handler.Press(review, buttonWith(t, review, "送交"))
	head.AwaitText("报告了重大变更") // what came before is read
	head.Press(head.AwaitText("请您确认一份风险备案"), "查看并确认")
	head.Press(head.AwaitText("确认提交"), "确认提交")
	next := strings.TrimSpace(after(head.AwaitText("已存档").Text, "申请号："))
	does(body, next, "受理", "同意")
	does(handler, next, "报送县纪委监委")
	registrar.Say("/find " + next)
	registrar.Press(registrar.Await("the card", func(m localtelegramtest.Message) bool { return button(m, "不予登记") != "" }), "登记")
	registrar.AwaitText("只写序号也可以")
	registrar.Say("12") // the old one's
	registrar.Press(registrar.AwaitText("示例风备〔2026〕12"), "确认登记")
	registrar.AwaitText("已经用过")
	registrar.Say("/find " + next)
	registrar.Press(registrar.Await("the card", func(m localtelegramtest.Message) bool { return button(m, "不予登记") != "" }), "登记")
	registrar.AwaitText("只写序号也可以")
	registrar.Say("13")
	registrar.Press(registrar.AwaitText("示例风备〔2026〕13"), "确认登记")
	handler.AwaitText("重新申请的备案已登记，原备案办结")
}
