package bot_test

import (
	"bytes"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"rongcuo/bot"
	"rongcuo/bot/localtelegram"
	"rongcuo/bot/localtelegram/localtelegramtest"
	"rongcuo/conversations"
	"rongcuo/conversations/paper"
	"rongcuo/conversations/records"
	"rongcuo/knowledge"
)

const (
	unitName = "示例县住房保障中心党支部"
	bodyName = "县住建局党组"
)

var plenty = strings.Repeat("该楼建成二十余年，产权档案缺失，已召开两次会议研究。", 3)

// filled is what a handler types, by field; what is not here is left out.
var filled = map[string]string{
	"applicant_unit": unitName, "unit_type": "下属事业单位", "is_joint": "否", "handler_name": "王某", "handler_post": "综合科科长",
	"handler_phone": "0000-1234567", "unit_head": "李某，主任", "matter_name": "无产权档案老楼加装电梯先行施工", "domain": "民生保障",
	"background": plenty, "affected_count": "86", "fund_amount": "45", "fund_source": "财政", "period": "2027-01-10 至 2027-06-30",
	"usual_way": plenty, "usual_gap": plenty, "new_way": plenty, "break_point": plenty, "policy_basis": "《示例意见》第五条",
	"asked_superior": "未请示", "situations": "5", "situation_reason": plenty, "stop_loss": plenty, "mass_event": "否", "risk_level": "中",
	"public_opinion": plenty, "meeting_date": "昨天", "meeting_attend": "7/7", "vote_result": "7/0/0", "need_legal": "否",
	"accept_body": "县级主管部门党委（党组）", "accept_name": bodyName, "is_urgent": "否",
	"files": ".pdf", "self_check": "我承诺", "truth_pledge": "我承诺", "scope_pledge": "我承诺", "privacy_pledge": "我承诺",
}

// aRisk is the item of the group.
var aRisk = []string{"未知产权人施工中提出异议", "继承人多、登记信息缺失", "公示三十日", "社区主任"}

// answerAll answers what is asked until the review shows, by buttons and in
// words. It gives the message that ended it.
func answerAll(t testing.TB, p *localtelegramtest.Person, procedure *conversations.Procedure, filled map[string]string, stop string) localtelegramtest.Message {
	t.Helper()
	risk, seen := 0, map[string]bool{}
	for range 200 {
		m := p.Await("the next question", func(m localtelegramtest.Message) bool { return len(m.Buttons) > 0 })
		if seen[m.Text] { // sent again after a crash
			continue
		}
		seen[m.Text] = true
		switch {
		case button(m, stop) != "":
			return m
		case strings.Contains(m.Text, stop):
			return m
		case strings.Contains(m.Text, "请核对全部内容"):
			continue // the end of the review is in the next message
		}
		if !answerOne(t, p, procedure, filled, m, &risk) {
			t.Fatalf("nothing to say to:\n%s", m.Text)
		}
	}
	t.Fatal("the form does not end")
	return localtelegramtest.Message{}
}

func answerOne(t testing.TB, p *localtelegramtest.Person, procedure *conversations.Procedure, filled map[string]string, m localtelegramtest.Message, risk *int) bool {
	t.Helper()
	if pledge := button(m, "我承诺"); pledge != "" {
		p.Press(m, pledge)
		return true
	}
	for _, g := range procedure.Gates {
		if strings.Contains(m.Text, "自查 ") && strings.Contains(m.Text, g.Ask) {
			word := "否"
			switch {
			case g.Stop == "no" && g.Yes != "":
				word = g.Yes
			case g.Stop == "no" || g.Note == "no":
				word = "是"
			}
			p.Press(m, buttonWith(t, m, word))
			return true
		}
	}
	for _, s := range procedure.Steps {
		for _, f := range s.Fields {
			if f.Kind == conversations.Group {
				if end := button(m, "都填好了"); end != "" && *risk > 0 {
					p.Press(m, end)
					return true
				}
				for i, sub := range f.Fields {
					if strings.Contains(m.Text, sub.Ask) {
						p.Say(aRisk[i])
						*risk++
						return true
					}
				}
			}
			if f.Ask == "" || !strings.Contains(m.Text, f.Ask) {
				continue
			}
			switch {
			case f.Kind == conversations.Files:
				for i, name := range []string{"会议纪要", "工作方案", "风险评估与防控预案"} {
					data := append([]byte("\x89PNG\r\n\x1a\n"), byte(i)) // a picture, as far as the form can tell
					if name += filled["files"]; filled["files"] != ".png" {
						data = aPaper(t, name)
					}
					p.Send(name, data, "")
					m = p.AwaitText("已收到“" + name)
				}
				p.Press(m, "附件传完了")
				return true
			case filled[f.Key] != "":
				p.Say(filled[f.Key])
				return true
			case f.Optional:
				p.Say("跳过")
				return true
			}
		}
	}
	return false
}

func button(m localtelegramtest.Message, begins string) string {
	for _, row := range m.Buttons {
		for _, b := range row {
			if strings.Contains(b.Text, begins) {
				return b.Text
			}
		}
	}
	return ""
}

// seat gives a person a post.
func seat(t *testing.T, tn *town, key string, role records.Role, place string) {
	t.Helper()
	code, err := tn.book.Invite(t.Context(), idOf("admin"), role, place)
	must(t, err)
	_, err = tn.book.Accept(t.Context(), idOf(key), key, code)
	must(t, err)
}

// clock is moved by the test; it begins on a Tuesday before the forms' dates.
type clock struct{ at atomic.Int64 }

func newClock() *clock {
	k := &clock{}
	k.at.Store(time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC).Unix())
	return k
}

func (k *clock) now() time.Time       { return time.Unix(k.at.Load(), 0) }
func (k *clock) pass(d time.Duration) { k.at.Add(int64(d / time.Second)) }
func (k *clock) rules(c *bot.Config)  { c.Now = k.now; c.Book.SetClock(k.now) }
func localTelegram(t testing.TB) *localtelegramtest.Telegram {
	return localtelegramtest.Start(t, localtelegram.Options{Started: true, NoLimits: true})
}

// staffedTown is the town with a unit, a deciding body and the registrar.
func staffedTown(t *testing.T) (*town, *clock) {
	t.Helper()
	k := newClock()
	tn := foundWith(t, localTelegram(t), t.TempDir(), knowledge.Options{}, k.rules)
	staff(t, tn)
	return tn, k
}

func staff(t *testing.T, tn *town) {
	t.Helper()
	seat(t, tn, "handler", records.Handler, unitName)
	seat(t, tn, "head", records.UnitHead, unitName)
	seat(t, tn, "decider", records.Decider, bodyName)
	seat(t, tn, "registrar", records.Registrar, "")
}

// said are the answers to what acts ask, by field.
var said = map[string]string{
	"missing": "会议纪要没有写明表决情况", "decided_on": "今天", "decision_no": "示例〔2026〕5号", "opinion": "同意先行施工", "consent_no": "示例〔2026〕5号", "consent_on": "今天",
	"what": "施工范围由一个单元扩大到三个单元", "why": "居民代表会议提出要求", "stopped_at": "今天",
	"motive": "为群众办急事", "outcome": "没有扩大", "origin": "早年图纸缺失", "nature": "失误", "study_opinion": "可以继续", "closing_lack": "请补充经验教训", "reason_text": "属于常规工作，按制度办理即可",
	"receipt_no": "示例风备〔2026〕12", "started_on": "今天", "found_at": "刚才", "facts": "施工中发现地下管线与图纸不符", "loss_amount": "0", "affected": "12",
	"cause": "早年图纸缺失", "measures": "停工并设置围挡", "next_work": "请管线单位现场核对", "is_major": "否", "result": "完成", "effect": "居民出行得到改善",
	"deviation_summary": "有一次，已按研判意见处理", "lessons": "先公示后施工", "replicable": "是",
}

// act does an act on the filing that the person's newest notice or list leads
// to: presses its button, says what is asked, confirms.
func act(t *testing.T, p *localtelegramtest.Person, card localtelegramtest.Message, name string) {
	t.Helper()
	p.Press(card, buttonWith(t, card, name))
	for range 30 {
		m := p.Await("what the act asks", func(m localtelegramtest.Message) bool {
			return len(m.Buttons) > 0 && strings.Contains(m.Text, name+"：")
		})
		switch {
		case button(m, "确认"+name) != "":
			p.Press(m, button(m, "确认"+name))
			p.AwaitText("已办理：" + name)
			return
		case strings.Contains(m.Text, "请选理由"):
			code := "☐"
			if button(m, "B2") != "" {
				code = "B2"
			}
			p.Press(m, buttonWith(t, m, code))
			p.Press(p.AwaitText("请选理由"), "选好了")
		case strings.Contains(m.Text, "请点出要改的栏目"):
			for i, remark := range [][2]string{{"背景", "请写明拖了多久"}, {"涉及资金", "请核对金额"}} {
				p.Press(m, buttonWith(t, m, "事项概况"))
				fields := p.Await("the fields of the step", func(m localtelegramtest.Message) bool { return button(m, remark[0]) != "" })
				p.Press(fields, button(fields, remark[0]))
				p.AwaitText("要怎样改")
				p.Say(remark[1])
				m = p.AwaitText(fmt.Sprintf("已写 %d 处", i+1))
			}
			p.Press(m, "完成")
		case strings.Contains(m.Text, "已收到 1 个文件"):
			p.Press(m, "完成")
		case button(m, "跳过") != "":
			p.Press(m, "跳过")
		default:
			field, ok := askedIn(m.Text)
			if !ok {
				t.Fatalf("nothing to say to:\n%s", m.Text)
			}
			if field.Kind == conversations.Files {
				p.Send("批复.pdf", aPaper(t, "批复"), "")
				continue
			}
			p.Say(said[field.Key])
		}
	}
	t.Fatalf("%s does not end", name)
}

// askedIn finds the field of a short form that a message asks for.
func askedIn(text string) (conversations.Field, bool) {
	library, err := conversations.NewLibrary()
	if err != nil {
		return conversations.Field{}, false
	}
	p := library.Latest("risk-filing")
	var fields []conversations.Field
	for _, t := range p.Transitions {
		fields = append(fields, t.Needs...)
	}
	for _, f := range p.Forms {
		fields = append(fields, f.Fields...)
	}
	for _, f := range fields {
		if strings.Contains(text, f.Ask) {
			return f, true
		}
	}
	return conversations.Field{}, false
}

// aPaper is a real PDF.
func aPaper(t testing.TB, title string) []byte {
	t.Helper()
	var out bytes.Buffer
	_, err := paper.PDF(&out, paper.Paper{Title: title})
	must(t, err)
	return out.Bytes()
}

// open gives the card of the filing from the list behind a command.
func open(t *testing.T, p *localtelegramtest.Person, command string) localtelegramtest.Message {
	t.Helper()
	p.Say(command)
	list := p.AwaitText("1. ")
	p.Press(list, buttonWith(t, list, "1. "))
	return p.Await("the card", func(m localtelegramtest.Message) bool { return button(m, "办理过程") != "" })
}

func TestAFilingFromTheFirstQuestionToTheEnd(t *testing.T) {
	tn, _ := staffedTown(t)
	procedure := tn.procedures.Latest("risk-filing")
	handler, head, body, registrar, outsider := tn.As("承办人"), tn.As("单位负责人"), tn.As("决定机关"), tn.As("监督室登记员"), tn.As("外人")

	handler.Say("/file")
	review := answerAll(t, handler, procedure, filled, "送交")
	handler.Press(review, buttonWith(t, review, "送交"))
	head.Press(head.AwaitText("请您确认一份风险备案"), "查看并确认")
	head.Press(head.AwaitText("确认提交"), "确认提交")
	number := strings.TrimSpace(after(head.AwaitText("已存档").Text, "申请号："))
	handler.AwaitText("已提交，申请号")

	t.Run("who has no part in it sees nothing", func(t *testing.T) {
		outsider.Say("/find " + number)
		outsider.AwaitText("没有这个命令")
		registrar.Say("/find " + number) // not yet the registrar's
		registrar.AwaitText("没有找到这件备案")
		body.Say("/find FS-2026-ZZZZZ-ZZZZZ")
		body.AwaitText("没有找到这件备案")
	})

	act(t, body, open(t, body, "/todo"), "退回补正")
	handler.AwaitText("需要补正")
	card := open(t, handler, "/todo")
	if !strings.Contains(card.Text, "B2 会议纪要未载明表决情况（备案规程第八条）") || !strings.Contains(card.Text, "请写明拖了多久") {
		t.Errorf("the card does not say why it came back:\n%s", card.Text)
	}
	handler.Press(card, buttonWith(t, card, "补正后再次提交"))
	handler.AwaitText("请写明拖了多久")
	handler.Say("该楼建成二十余年，两年前居民提出加装电梯，因为产权档案缺失一直没有办成，影响二十四户老年居民的日常出行和就医。")
	handler.AwaitText("请核对金额")
	handler.Say("四十八万元")
	handler.Press(handler.AwaitText("B2 会议纪要未载明表决情况"), "附件传完了")
	review = handler.Await("the review", func(m localtelegramtest.Message) bool { return button(m, "确认提交") != "" })
	handler.Press(review, "确认提交")
	handler.AwaitText("已存档")

	card = open(t, body, "/todo")
	body.Press(card, buttonWith(t, card, "变化 2 处"))
	body.AwaitText("现：48万元")

	for _, step := range []struct {
		who  *localtelegramtest.Person
		acts string
	}{
		{body, "受理"}, {body, "同意"}, {handler, "报送县纪委监委"}, {registrar, "登记"},
		{handler, "开始实施"}, {handler, "报告偏差"}, {registrar, "开始四项研判"}, {registrar, "继续实施"},
		{handler, "报送办结"}, {registrar, "退回办结报告"}, {handler, "报送办结"}, {registrar, "办结归档"},
	} {
		step.who.Say("/find " + number)
		act(t, step.who, step.who.Await("the card", func(m localtelegramtest.Message) bool { return button(m, "办理过程") != "" }), step.acts)
	}
	handler.AwaitText("已办结归档")
	head.AwaitText("已办结归档")

	t.Run("the papers", func(t *testing.T) {
		handler.Press(open(t, handler, "/my"), "申请表和回执")
		menu := handler.AwaitText("要哪一份")
		for _, paper := range [][2]string{{"申请表", "申请表"}, {"脱敏副本", "申请表（脱敏副本）"}, {"决定告知书", "决定告知书"}, {"备案回执", "回执"}} {
			handler.Press(menu, paper[0])
			for _, form := range []string{".docx", ".pdf"} {
				m := handler.Await(paper[1]+form, func(m localtelegramtest.Message) bool {
					return m.Document != nil && strings.HasSuffix(m.Document.Name, paper[1]+form)
				})
				if data := handler.Download(m); len(data) < 1000 {
					t.Errorf("%s has %d bytes", paper, len(data))
				}
			}
		}
	})
	t.Run("the timeline names no people", func(t *testing.T) {
		handler.Press(open(t, handler, "/my"), "办理过程")
		text := handler.AwaitText("办结归档").Text
		if !strings.Contains(text, "现在：已办结") {
			t.Errorf("it does not say where it is now:\n%s", text)
		}
		at := 0
		for _, name := range []string{"确认提交", "退回补正", "补正后再次提交", "受理", "同意", "报送县纪委监委", "登记", "开始实施", "报告偏差", "开始四项研判", "继续实施", "报送办结", "退回办结报告", "办结归档"} {
			i := strings.Index(text[at:], name)
			if i < 0 {
				t.Fatalf("%s is not in its place:\n%s", name, text)
			}
			at += i
		}
	})
	t.Run("an auditor reads and acts on nothing", func(t *testing.T) {
		seat(t, tn, "official", records.Auditor, "")
		auditor := tn.As("普通干部")
		auditor.Say("/register")
		list := auditor.AwaitText("备案台账（1 件）")
		auditor.Press(list, buttonWith(t, list, "1. "))
		card := auditor.AwaitText("回执号")
		auditor.Press(card, "全文")
		auditor.AwaitText("48万元")
		auditor.Say("/todo")
		auditor.AwaitText("没有这个命令")
	})
	t.Run("the register", func(t *testing.T) {
		registrar.Say("/register")
		list := registrar.AwaitText("备案台账（1 件）")
		registrar.Press(list, "导出台账")
		m := registrar.Await("the table", func(m localtelegramtest.Message) bool { return m.Document != nil })
		if !strings.HasSuffix(m.Document.Name, ".xlsx") || len(registrar.Download(m)) < 1000 {
			t.Errorf("%+v", m.Document)
		}
		registrar.Press(list, "统计图")
		registrar.AwaitText("1. 已办结：1 件")
		registrar.Press(list, "按状态")
		registrar.Press(registrar.AwaitText("请选择"), "已办结")
		registrar.AwaitText("备案台账（1 件）")
		registrar.Press(list, "按年份")
		registrar.Press(registrar.AwaitText("请选择"), "2026年")
		registrar.AwaitText("备案台账（1 件）")
	})
	checked, err := tn.book.Verify(t.Context())
	must(t, err)
	if checked.Wrong != nil {
		t.Errorf("the records do not hold: %+v", checked.Wrong)
	}
}

func after(s, mark string) string {
	_, rest, _ := strings.Cut(s, mark)
	line, _, _ := strings.Cut(rest, "\n")
	return line
}
