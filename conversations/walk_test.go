package conversations

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// words are what a person in the middle of a form might type, sensible or not.
var words = []string{
	"是", "否", "不确定", "上一步", "跳过", "保存退出", "取消", "查看已填", "?", "back", "确认提交", "确认页", "好的", "我承诺",
	"示例县住房保障中心党支部", "王某", "综合科科长", "0000-1234567", "李某，主任", "明天", "昨天下午3点", "2027-01-10 至 2027-06-30", "二〇二六年二月三十日",
	"86", "0", "30万", "壹佰万元", "-5", "7/6", "5/1/0", "5、7", "1", "2", "3", "十", "2004", "资金改成30万", "风险等级改为高", "人数改成1200",
	"容错认定怎么申请？", "单位名称：示例县甲中心\n承办人：张某\n涉及人数：86", strings.Repeat("该楼建成二十余年，产权档案缺失，召开两次会议。", 3), "\x00\u202e", "🙂", "=cmd|' /C calc'!A0", "<b>粗</b>",
}

// anything draws an event: mostly a button that is shown, sometimes words,
// files, a button of long ago or time passing.
func (pl *player) anything(t *rapid.T) Event {
	shown := []string{"gate:N1:yes", "pick:domain:legacy", "done:risks", "submit", "take:all", "undo:fund_amount", "nonsense", "item:risks:0", "edit:files", "way:N7:0", "do:resume"}
	for _, r := range pl.last {
		for _, row := range r.Choices {
			for _, b := range row {
				if b.Action != "do:cancelled" && b.Action != "do:cancel" {
					shown = append(shown, b.Action, b.Action, b.Action)
				}
			}
		}
	}
	switch rapid.IntRange(0, 19).Draw(t, "what") {
	case 0:
		return Event{Kind: EventTimer}
	case 1:
		name := rapid.SampledFrom([]string{"会议纪要.pdf", "机密★.pdf", "x.exe", "", "../../etc/passwd", "工作方案.docx"}).Draw(t, "file")
		return Event{Kind: EventFiles, Files: []File{{ID: name, Name: name, Size: rapid.Int64Range(0, 30<<20).Draw(t, "size"), Type: rapid.SampledFrom([]string{"pdf", "docx", "exe"}).Draw(t, "type")}}}
	case 2:
		return Event{Kind: EventResume}
	case 3, 4, 5, 6, 7, 8:
		return Event{Kind: EventText, Text: rapid.SampledFrom(words).Draw(t, "words")}
	}
	return Event{Kind: EventAction, Action: rapid.SampledFrom(shown).Draw(t, "action")}
}

// pastGates begins behind the self-check in every second walk.
func (pl *player) pastGates() {
	pl.do(Event{Kind: EventStart})
	for _, g := range pl.p.Gates {
		answer := "no"
		if g.Stop == "no" || g.ID == "N11" {
			answer = "yes"
		}
		pl.press("gate:" + g.ID + ":" + answer)
	}
}

func TestAnyWalkIsLawful(t *testing.T) {
	p := sample(t)
	rapid.Check(t, func(t *rapid.T) {
		pl := newPlayer(t, p)
		if rapid.Bool().Draw(t, "past the gates") {
			pl.pastGates()
		} else {
			pl.do(Event{Kind: EventStart})
		}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			pl.roles = rapid.SampledFrom([][]string{nil, nil, {"unit_head"}}).Draw(t, "roles")
			pl.now = pl.now.Add(time.Duration(rapid.SampledFrom([]int{0, 0, 0, 1, 30, 24 * 8, 24 * 31}).Draw(t, "hours")) * time.Hour)
			pl.do(pl.anything(t))
		}
	})
}

// finished is a complete set of answers as typed; order is free.
var finished = []struct{ key, typed string }{
	{"applicant_unit", "示例县住房保障中心党支部"}, {"unit_type", "下属事业单位"}, {"is_joint", "否"}, {"handler_name", "王某"},
	{"handler_post", "综合科科长"}, {"handler_phone", "0000-1234567"}, {"unit_head", "李某，主任"}, {"matter_name", "无产权档案老楼加装电梯先行施工"},
	{"domain", "历史遗留"}, {"legacy_since", "2004"}, {"background", long}, {"affected_count", "86"}, {"fund_amount", "45"}, {"fund_source", "财政"},
	{"period", "2027-01-10 至 2027-06-30"}, {"usual_way", long}, {"usual_gap", long}, {"new_way", long}, {"break_point", long},
	{"policy_basis", "《示例意见》第五条"}, {"asked_superior", "未请示"}, {"situations", "5、10"}, {"situation_reason", long}, {"situation10_reason", long},
	{"stop_loss", long}, {"mass_event", "是"}, {"risk_level", "高"}, {"opinion_plan", long}, {"public_opinion", long},
	{"meeting_date", "2026-11-16"}, {"meeting_attend", "7/6"}, {"vote_result", "5/1/0"}, {"dissent_text", "认为公示期偏短，应当延长。"},
	{"need_legal", "是"}, {"legal_result", "有建议"}, {"accept_body", "县委"}, {"is_urgent", "否"},
	{"self_check", "我承诺"}, {"truth_pledge", "我承诺"}, {"scope_pledge", "我承诺"}, {"privacy_pledge", "我承诺"},
}

var long = strings.Repeat("该楼建成二十余年，产权档案缺失，召开两次会议研究。", 3)

// answer opens a field from the list of answers and types into it; a field that
// is not (yet) asked refuses.
func (pl *player) answer(key, text string) bool {
	pl.press("edit:" + key)
	if pl.d.Phase != Filling || pl.d.At != key {
		return false
	}
	pl.text(text)
	_, ok := pl.d.Answers[key]
	return ok
}

func (pl *player) complete(order []int) {
	for len(order) > 0 {
		var later []int
		for _, i := range order {
			if !pl.answer(finished[i].key, finished[i].typed) {
				later = append(later, i)
			}
		}
		if len(later) == len(order) {
			pl.t.Fatalf("%s can't be answered with %q: %s", finished[later[0]].key, finished[later[0]].typed, written(pl.last))
		}
		order = later
	}
	pl.press("edit:risks")
	for _, s := range []string{"未知产权人施工中提出异议", "继承人多、登记信息缺失", "公示三十日", "社区主任"} {
		pl.text(s)
	}
	pl.press("done:risks")
	for _, key := range []string{"refs_elsewhere", "prev_no"} {
		pl.press("edit:" + key)
		pl.press("skip:" + key)
	}
	pl.press("edit:files")
	for _, name := range []string{"会议纪要", "工作方案", "风险评估", "合法性审查", "专家论证"} {
		pl.do(Event{Kind: EventFiles, Files: []File{{ID: name, Name: name + ".pdf", Size: 1000, Type: "pdf"}}})
	}
	pl.press("done:files")
}

func TestAnyOrderOfAnsweringGivesTheSameContent(t *testing.T) {
	p := sample(t)
	natural := make([]int, len(finished))
	for i := range natural {
		natural[i] = i
	}
	digest := ""
	rapid.Check(t, func(t *rapid.T) {
		pl := newPlayer(t, p)
		pl.pastGates()
		pl.complete(rapid.Permutation(natural).Draw(t, "order"))
		if pl.d.Phase == Filling {
			pl.press("do:next")
		}
		if pl.d.At == "truth_pledge" { // an answer came after it
			pl.press("pick:truth_pledge:yes")
		}
		if pl.d.Phase != Reviewing {
			t.Fatalf("still %s at %s: %s", pl.d.Phase, pl.d.At, written(pl.last))
		}
		pl.roles = []string{"unit_head"}
		pl.text("确认提交")
		c, err := p.Content(pl.d)
		if err != nil {
			t.Fatalf("%v: %s", err, written(pl.last))
		}
		if digest == "" {
			digest = c.Digest()
		}
		if c.Digest() != digest {
			data, _ := json.Marshal(c)
			t.Fatalf("another order, another content:\n%s", data)
		}
	})
}
