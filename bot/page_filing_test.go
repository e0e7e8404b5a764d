package bot_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"rongcuo/knowledge"
)

// TestAFilingInABrowser is the whole story of a filing as its people click it:
// the handler leaves in the middle, the program restarts, he goes on and corrects
// an answer from the review; the head confirms; the body sends it back with
// remarks on two fields; only these are mended; it is agreed, registered,
// deviates and closes. BOT_SHOTS keeps the pictures in a folder.
func TestAFilingInABrowser(t *testing.T) {
	dir, telegram, k := t.TempDir(), localTelegram(t), newClock()
	tn := foundWith(t, telegram, dir, knowledge.Options{}, k.rules)
	staff(t, tn)
	procedure := tn.procedures.Latest("risk-filing")
	p := browse(t)
	p.do(chromedp.EmulateViewport(1280, 1000))

	p.as(tn, "handler")
	p.start()
	p.press("起草备案")
	p.sees("明确禁止")
	p.shot("filing-gate")
	hand := tn.As("承办人") // the same chat, in quicker hands
	hand.Say("否")
	answerAll(t, hand, procedure, filled, "事项名称")
	p.sees("事项名称")
	p.shot("filing-field")
	p.write("保存退出")
	p.sees("已保存")
	tn.stop()
	tn = foundWith(t, telegram, dir, knowledge.Options{}, k.rules)
	p.write("/file")
	p.press("继续：（还没有写事项名称）")
	p.sees("接着上次的地方")
	hand.Say(filled["matter_name"])
	p.sees("已记下　事项名称")
	answerAll(t, hand, procedure, filled, "送交")
	p.press("修改第2步")
	p.sees("要改哪一项")
	p.press("涉及资金：45万元")
	p.sees("大约涉及多少资金")
	p.write("三十万元")
	p.until("document.getElementById('log').textContent.split('所填内容真实').length > 2") // the content has changed: it is declared anew
	p.press("我承诺")
	p.sees("涉及资金：30万元")
	p.shot("filing-review")
	p.press("送交单位主要负责人")
	p.sees("已送交")

	p.as(tn, "head")
	p.press("查看并确认")
	p.press("确认提交")
	p.sees("已存档")
	p.shot("filing-submitted")
	number := strings.TrimSpace(after(tn.As("单位负责人").AwaitText("已存档").Text, "申请号："))

	p.as(tn, "decider")
	p.press("打开")
	p.sees("退回补正")
	p.shot("filing-card")
	p.press("退回补正")
	p.press("☐ B2 会议纪要未载明表决情况")
	p.until("[...document.querySelectorAll('.key')].some(e => e.textContent.startsWith('☑ B2'))")
	p.press("选好了")
	p.sees("请点出要改的栏目")
	p.shot("filing-remarks")
	p.press("事项概况")
	p.press("背景和问题")
	p.sees("要怎样改")
	p.write("请写明拖了多久")
	p.press("✎ 事项概况")
	p.press("涉及资金")
	p.sees("现在写的是：30万元")
	p.write("请核对金额")
	p.sees("已写 2 处")
	p.press("完成")
	p.sees("请一次写明全部需要补正的内容")
	p.write("会议纪要没有写明表决情况，请补齐")
	p.press("确认退回补正")
	p.sees("已办理：退回补正")

	p.as(tn, "handler")
	p.sees("需要补正")
	p.write("/todo")
	p.press("1. " + filled["matter_name"])
	p.press("补正后再次提交")
	p.sees("退回意见：请写明拖了多久")
	p.shot("filing-mending")
	p.picture("filing")
	p.write("两年前居民就提出加装电梯，因为产权档案缺失一直没有办成，影响二十四户老年居民的日常出行和看病就医，反映强烈，多次协调没有结果。")
	p.sees("退回意见：请核对金额")
	p.write("48万")
	p.sees("退回意见：B2 会议纪要未载明表决情况")
	p.press("附件传完了")
	p.press("确认提交")
	p.sees("已存档")

	for _, step := range [][2]string{
		{"decider", "受理"}, {"decider", "同意"}, {"handler", "报送县纪委监委"}, {"registrar", "登记"}, {"handler", "开始实施"},
		{"handler", "报告偏差"}, {"registrar", "开始四项研判"}, {"registrar", "继续实施"}, {"handler", "报送办结"}, {"registrar", "办结归档"},
	} {
		who := tn.As(step[0])
		who.Say("/find " + number)
		act(t, who, who.AwaitText("由"), step[1])
	}
	p.as(tn, "handler")
	p.sees("已办结归档")
	p.write("/my")
	p.press("1. " + filled["matter_name"])
	p.press("办理过程")
	p.sees("办结归档（")
	p.shot("filing-timeline")
	p.press("返回")
	p.press("申请表和回执")
	p.press("备案回执")
	p.sees("风险备案回执.pdf")
	p.shot("filing-papers")

	p.as(tn, "outsider")
	p.start()
	p.write("/find " + number)
	p.sees("没有这个命令")
}

// as shows the chat of one of the people.
func (p *story) as(tn *town, key string) {
	p.t.Helper()
	p.do(chromedp.Navigate(tn.URL() + "/#" + key))
	p.until("document.getElementById('log')")
	p.do(chromedp.Reload())
}
