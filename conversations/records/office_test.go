package records

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"testing"
	"time"

	"rongcuo/conversations"
)

// The people of the stories: two of the unit, two of the body, two registrars,
// and others who have nothing to do with it.
const (
	boss      = 10 // unit head
	maker     = 11 // handler
	deputy    = 12 // another handler of the unit
	decider   = 20
	second    = 21 // of the same body
	registrar = 30
	colleague = 31
	nobody    = 90
	otherBoss = 91 // head of another unit
	otherBody = 92 // decides for another body
	auditor   = 93
	county    = 94 // the owner
	doubled   = 95 // handler of the unit and decider of the body
	trial     = 96
)

const (
	unitName  = "示例县住房保障中心"
	bodyName  = "县住建局党组"
	otherName = "示例县乙局"
)

var posts = map[int64][]Post{
	boss:      {{Role: UnitHead, Place: unitName}},
	maker:     {{Role: Handler, Place: unitName}},
	deputy:    {{Role: Handler, Place: unitName}},
	decider:   {{Role: Decider, Place: bodyName}},
	second:    {{Role: Decider, Place: bodyName}},
	registrar: {{Role: Registrar}},
	colleague: {{Role: Registrar}},
	otherBoss: {{Role: UnitHead, Place: otherName}, {Role: Handler, Place: otherName}},
	otherBody: {{Role: Decider, Place: "县教育局党组"}},
	auditor:   {{Role: Auditor}},
	county:    {{Role: Owner}, {Role: Keeper}},
	doubled:   {{Role: Handler, Place: unitName}, {Role: Decider, Place: bodyName}},
	trial:     {{Role: Trial}},
}

// people are everyone in a fixed order.
var people = []int64{boss, maker, deputy, decider, second, registrar, colleague, nobody, otherBoss, otherBody, auditor, county, doubled, trial}

// noon is when the stories begin: a Monday.
var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, china)

// tester is what a *testing.T and a *rapid.T have in common.
type tester interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
}

func sampleProcedure(t tester) (*conversations.Procedure, *conversations.Library, *conversations.Calendar) {
	t.Helper()
	library, err := conversations.NewLibrary()
	if err != nil {
		t.Fatal(err)
	}
	calendar, err := conversations.NewCalendar()
	if err != nil {
		t.Fatal(err)
	}
	return library.Latest("risk-filing"), library, calendar
}

// contentOf is a content with the answers that the records look at, of a round.
func contentOf(t tester, round int, change conversations.Answers) conversations.Content {
	t.Helper()
	answers := conversations.Answers{
		"matter_name": {Text: "无产权档案老楼加装电梯先行施工"}, "unit_type": {Text: "sub"}, "accept_body": {Text: "sector"}, "accept_name": {Text: bodyName},
		"period": {From: "2027-01-10", To: "2027-06-30"}, "risk_level": {Text: "middle"}, "fund_amount": {Fen: 4500000},
		"background": {Text: fmt.Sprintf("该楼建成二十余年，产权档案缺失。第%d次。", round)},
		"files":      {Files: []conversations.File{{ID: "f1", Name: "会议纪要.pdf", Size: 1000, Type: "pdf", Hash: "aa", Paper: "A1"}}},
	}
	return content(t, round, answers, change, nil)
}

// contentWith is a first content with answers to gates.
func contentWith(t tester, change conversations.Answers, gates map[string]any) conversations.Content {
	t.Helper()
	var first struct{ Answers conversations.Answers }
	data, err := json.Marshal(contentOf(t, 0, nil))
	if err == nil {
		err = json.Unmarshal(data, &first)
	}
	if err != nil {
		t.Fatal(err)
	}
	return content(t, 0, first.Answers, change, gates)
}

func content(t tester, round int, answers, change conversations.Answers, gates map[string]any) conversations.Content {
	t.Helper()
	if gates == nil {
		gates = map[string]any{}
	}
	maps.Copy(answers, change)
	maps.DeleteFunc(answers, func(_ string, v conversations.Value) bool { return v.Equal(conversations.Value{}) })
	lines := []conversations.Line{{Step: "事项概况", Key: "background", Label: "背景和问题", Text: answers["background"].Text}}
	data, err := json.Marshal(map[string]any{"procedure": "risk-filing", "version": 1, "round": round, "gates": gates, "answers": answers, "lines": lines})
	if err != nil {
		t.Fatal(err)
	}
	var c conversations.Content
	if err := json.Unmarshal(data, &c); err != nil {
		t.Fatal(err)
	}
	return c
}

// urgentAnswers put a content on the urgent path.
func urgentAnswers(at time.Time) conversations.Answers {
	return conversations.Answers{"is_urgent": {Yes: true}, "oral_consent_by": {Text: "县住建局局长"}, "oral_consent_at": {From: at.In(china).Format("2006-01-02T15:04")}}
}

// goodTexts answers every field of every short form of the procedure.
var goodTexts = map[string]string{
	"missing": "会议纪要没有写明表决情况", "decided_on": "今天", "decision_no": "示例〔2026〕5号", "opinion": "同意先行施工", "changes": "请写清突破之处",
	"reason_text": "属于明令禁止的事项", "consent_no": "示例〔2026〕5号", "consent_on": "今天", "decided_early": "是", "refusal_no": "", "receipt_no": "示例风备〔2026〕12", "withdraw_reason": "方案需要调整", "started_on": "今天",
	"deregister_reason": "不再实施这个事项", "recusal": "与申请单位有利害关系",
	"span": "2027年第一季度", "done": "已经完成公示", "money_used": "3万", "problems": "无", "next_work": "继续施工",
	"what": "施工范围调整到两个单元", "why": "居民代表会议提出要求", "changed_on": "今天", "stopped_at": "今天", "linked_no": "",
	"found_at": "刚才", "oral_report_at": "刚才", "discipline_view": "没有不同意见", "facts": "施工中发现地下管线与图纸不符", "loss_amount": "0", "affected": "12", "cause": "早年图纸缺失", "measures": "停工并设置围挡", "is_major": "否",
	"new_end": "2027-12-31", "result": "完成", "effect": "居民出行得到改善", "deviation_summary": "无", "motive": "为群众办急事", "outcome": "没有扩大", "origin": "早年图纸缺失", "nature": "失误", "study_opinion": "可以继续", "adjustment": "缩小施工范围",
	"conclusion": "免责〔2027〕1号", "closing_lack": "请补充经验教训", "falsity": "会议纪要是虚假的，由监督室核实", "voided_no": "无文号", "lessons": "先公示后施工", "replicable": "是",
}

var goodFiles = map[string][]conversations.File{
	"consent_file": {{ID: "c1", Name: "批复.pdf", Size: 900, Type: "pdf", Hash: "bb"}},
	"reply_file":   {{ID: "r1", Name: "书面决定.pdf", Size: 900, Type: "pdf", Hash: "cc"}},
}

// good is an action with everything that it needs.
func good(p *conversations.Procedure, id string) Action {
	a := Action{ID: id, Said: conversations.Said{Texts: goodTexts, Files: goodFiles}}
	group := shapeOf(p).transition(id).Reasons
	for _, r := range p.Reasons {
		if group != "" && r.Group == group {
			a.Reasons = []string{r.Code}
			break
		}
	}
	return a
}

// desk is a book with the people above and a clock that the test moves.
type desk struct {
	*Desk
	p   *conversations.Procedure
	now time.Time
}

func newDesk(t testing.TB) *desk {
	t.Helper()
	b, _ := newBook(t)
	return deskOn(t, b)
}

func deskOn(t testing.TB, b *Book) *desk {
	t.Helper()
	p, library, calendar := sampleProcedure(t)
	d := &desk{p: p, now: noon}
	b.SetClock(func() time.Time { return d.now })
	var err error
	if d.Desk, err = b.Desk(context.Background(), library, calendar); err != nil {
		t.Fatal(err)
	}
	err = b.update(context.Background(), func(t *tx) error {
		for _, person := range people {
			for _, post := range posts[person] {
				post.Person, post.Name = person, "某某"
				if _, err := b.give(t, post); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *desk) submit(t tester, key string, change conversations.Answers) Filing {
	t.Helper()
	f, err := d.Submit(context.Background(), Submission{Key: key, Person: boss, Handler: maker, Content: contentOf(t, 0, change)})
	if err != nil {
		t.Fatalf("submit: %v", err)
	}
	return f
}

// does performs an action that must succeed.
func (d *desk) does(t tester, f Filing, person int64, a Action) Filing {
	t.Helper()
	after, err := d.Do(context.Background(), Deed{Person: person, Filing: f.ID, Revision: f.Revision, Action: a})
	if err != nil {
		t.Fatalf("%d does %s in %s: %v", person, a.ID, f.State, err)
	}
	return after
}

// leads walks a filing along actions by the persons who usually do them.
func (d *desk) leads(t tester, f Filing, ids ...string) Filing {
	t.Helper()
	usual := map[string]int64{"T7": decider, "T10": decider, "T11": decider, "T12a": decider, "T13": decider, "T15": registrar, "T16": registrar,
		"T22a": registrar, "T22b": registrar, "T22c": registrar, "T22d": registrar, "T23": registrar, "T23b": trial, "T23c": trial, "T24b": registrar, "T24c": registrar, "T25": registrar,
		"extension_yes": decider, "extension_no": decider}
	for _, id := range ids {
		a := good(d.p, id)
		if id == "T8" || id == "T12b" {
			c := contentOf(t, len(f.Rounds), nil)
			a.Content = &c
		}
		person := usual[id]
		if person == 0 {
			person = maker
		}
		f = d.does(t, f, person, a)
	}
	return f
}
