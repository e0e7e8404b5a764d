package records

import (
	"slices"
	"strings"
	"testing"
	"time"

	"rongcuo/conversations"
)

// said changes what is said with a good action.
func said(p *conversations.Procedure, id string, change map[string]string) Action {
	a := good(p, id)
	texts := map[string]string{}
	for k, v := range goodTexts {
		texts[k] = v
	}
	for k, v := range change {
		texts[k] = v
	}
	a.Said.Texts = texts
	return a
}

// The study of the four items says what was found, and each outcome is told.
func TestTheFourItemsAreSaidAndTold(t *testing.T) {
	for _, c := range []struct{ id, state, tells string }{
		{"T22b", "implementing", "继续实施"}, {"T22d", "implementing", "调整实施"}, {"T22c", "terminated", "终止实施"}, {"T23", "recognition", "转容错认定"},
	} {
		t.Run(c.tells, func(t *testing.T) {
			d := newDesk(t)
			f := d.leads(t, d.submit(t, "", nil), "T10", "T11", "T14", "T15", "T18", "T21", "T22a")
			for _, item := range []string{"motive", "outcome", "origin", "nature", "study_opinion"} {
				a := said(d.p, c.id, map[string]string{item: ""})
				d.tries(t, f, registrar, a, "：")
			}
			f = d.leads(t, f, c.id)
			if f.State != c.state {
				t.Errorf("it stands in %s", f.State)
			}
			notices, err := d.Claim(t.Context(), 500, time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			var to []int64
			for _, n := range notices {
				if strings.Contains(n.Text, c.tells) {
					to = append(to, n.Person)
				}
				for _, secret := range []string{goodTexts["motive"], goodTexts["study_opinion"], goodTexts["adjustment"]} {
					if strings.Contains(n.Text, secret) {
						t.Errorf("a notice tells %q", n.Text)
					}
				}
			}
			for _, person := range []int64{maker, boss, decider} {
				if !slices.Contains(to, person) {
					t.Errorf("%d is not told %s", person, c.tells)
				}
			}
		})
	}
}

// The 案件审理室 takes over what goes to recognition, and sees nothing before.
func TestTheTrialOfficeTakesOver(t *testing.T) {
	d := newDesk(t)
	f := d.leads(t, d.submit(t, "", nil), "T10", "T11", "T14", "T15", "T18", "T21", "T22a")
	if list, _ := d.Register(t.Context(), trial, Filter{}); len(list) != 0 {
		t.Errorf("it sees %+v before", list)
	}
	told(t, d, trial)
	f = d.leads(t, f, "T23")
	if got := told(t, d, trial); len(got) != 1 || !strings.Contains(got[0], "已移送容错认定") {
		t.Errorf("the hand-over: %q", got)
	}
	if list, err := d.Waiting(t.Context(), trial, Filter{}); err != nil || len(list) != 1 {
		t.Errorf("its list: %+v, %v", list, err)
	}
	f = d.leads(t, f, "T23c", "T24a", "T24b")
	if got := told(t, d, trial); len(got) != 1 || !strings.Contains(got[0], "易错环节") {
		t.Errorf("the lessons: %q", got)
	}
	if full, err := d.Look(t.Context(), trial, f.ID); err != nil || !strings.Contains(full.Timeline[len(full.Timeline)-2].Lines[3].Text, "先公示后施工") {
		t.Errorf("%v", err)
	}
}

// An extension is asked for in time, granted by the body, once, for a year at most.
func TestAnExtensionIsTheBodysToGrant(t *testing.T) {
	d := newDesk(t)
	f := d.leads(t, d.submit(t, "", nil), "T10", "T11", "T14", "T15", "T18")
	d.tries(t, f, maker, said(d.p, "extension", map[string]string{"new_end": "2028-07-01"}), "最长一年")
	d.tries(t, f, decider, good(d.p, "extension_yes"), "现在的状态不能办理")
	told(t, d, decider)
	f = d.leads(t, f, "extension")
	if f.Until != "2027-06-30" {
		t.Fatalf("it takes effect on the handler's word: %s", f.Until)
	}
	if got := told(t, d, decider); len(got) != 1 || !strings.Contains(got[0], "申请延期") {
		t.Errorf("the body is told %q", got)
	}
	if list, err := d.Waiting(t.Context(), decider, Filter{}); err != nil || len(list) != 1 || !slices.Equal(list[0].Asked, []string{"申请延期"}) {
		t.Errorf("the body's list: %+v, %v", list, err)
	}
	d.tries(t, f, maker, good(d.p, "extension"), "现在的状态不能办理")
	f = d.leads(t, f, "extension_no")
	if f.Until != "2027-06-30" || len(f.Asked) != 0 {
		t.Errorf("%+v", f)
	}
	f = d.leads(t, f, "extension", "extension_yes")
	if f.Until != "2027-12-31" || len(f.Late) != 0 {
		t.Errorf("%+v", f)
	}
	d.tries(t, f, maker, said(d.p, "extension", map[string]string{"new_end": "2028-03-31"}), "已经用完")
	holdsTogether(t, d)
}

func TestALateWishForAnExtensionIsMarkedAndOneAfterTheEndRefused(t *testing.T) {
	d := newDesk(t)
	f := d.leads(t, d.submit(t, "", nil), "T10", "T11", "T14", "T15", "T18")
	d.now = time.Date(2027, 6, 20, 10, 0, 0, 0, china)
	if late := d.leads(t, f, "extension"); !slices.Equal(late.Late, []string{"extension"}) {
		t.Errorf("ten days before the end: %v", late.Late)
	}
	d2 := newDesk(t)
	f = d2.leads(t, d2.submit(t, "", nil), "T10", "T11", "T14", "T15", "T18")
	d2.now = time.Date(2027, 7, 1, 10, 0, 0, 0, china)
	d2.tries(t, f, maker, good(d2.p, "extension"), "已经届满")
}

// High risk is agreed to with the discipline body's opinion (规程17).
func TestHighRiskNeedsTheDisciplineBodysOpinion(t *testing.T) {
	d := newDesk(t)
	f := d.leads(t, d.submit(t, "", conversations.Answers{"risk_level": {Text: "high"}}), "T10")
	d.tries(t, f, decider, said(d.p, "T11", map[string]string{"discipline_view": ""}), "纪检监察机构意见")
	f = d.leads(t, f, "T11")
	full, err := d.Look(t.Context(), decider, f.ID)
	if err != nil || full.Timeline[2].Lines[3].Key != "discipline_view" {
		t.Errorf("%+v, %v", full.Timeline[2], err)
	}
	low := d.leads(t, d.submit(t, "", nil), "T10")
	if full, err = d.Look(t.Context(), decider, d.leads(t, low, "T11").ID); err != nil || len(full.Timeline[2].Lines) != 3 {
		t.Errorf("it is asked for where it is not needed: %+v, %v", full.Timeline[2], err)
	}
}

// Whose turn comes next is told, with the matter's name and no more.
func TestWhoIsNextIsTold(t *testing.T) {
	steps := []struct {
		id string
		to []int64
	}{
		{"T10", []int64{maker, boss}}, {"T11", []int64{maker, boss}}, {"T14", []int64{registrar, colleague}}, {"T16", []int64{maker, boss, decider, second}},
		{"T12a", []int64{maker, boss}}, {"T12b", []int64{maker, boss, decider}}, {"T10", nil}, {"T11", nil}, {"T14", nil}, {"T15", []int64{maker, boss, decider, registrar}},
		{"T18", nil}, {"progress", []int64{decider, registrar}}, {"minor_change", []int64{decider, registrar}}, {"extension", []int64{decider, registrar}},
		{"T20a", []int64{boss, decider, registrar}},
	}
	d := newDesk(t)
	f := d.submit(t, "", nil)
	for _, s := range steps {
		if _, err := d.Claim(t.Context(), 500, time.Hour); err != nil {
			t.Fatal(err)
		}
		f = d.leads(t, f, s.id)
		notices, err := d.Claim(t.Context(), 500, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		for _, person := range s.to {
			if !slices.ContainsFunc(notices, func(n Notice) bool { return n.Person == person && strings.Contains(n.Text, f.Matter) }) {
				t.Errorf("%s: %d is not told", s.id, person)
			}
		}
	}
	for _, end := range []struct {
		ids string
		to  []int64
	}{
		{"T17", []int64{boss, decider}}, {"T10 T11 T14 T15 T19", []int64{boss, decider, registrar}}, {"T10 T11 T14 T15 T25", []int64{maker, boss, decider}},
		{"T10 T11 T14 T15 T18 T24a", []int64{boss, registrar}}, {"T10 T11 T14 T15 T18 T24a T24c", []int64{maker, boss}},
	} {
		d := newDesk(t)
		ids := strings.Fields(end.ids)
		f := d.leads(t, d.submit(t, "", nil), ids[:len(ids)-1]...)
		if _, err := d.Claim(t.Context(), 500, time.Hour); err != nil {
			t.Fatal(err)
		}
		d.leads(t, f, ids[len(ids)-1])
		notices, err := d.Claim(t.Context(), 500, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		for _, person := range end.to {
			if !slices.ContainsFunc(notices, func(n Notice) bool { return n.Person == person }) {
				t.Errorf("%s: %d is not told", end.ids, person)
			}
		}
	}
}

// What a code opens is mended: a return leaves something to mend, in the words
// of the code.
func TestAReturnOpensWhatItsCodesName(t *testing.T) {
	d := newDesk(t)
	f := d.submit(t, "", nil)
	for _, code := range []string{"B1", "B2", "B3", "B5"} {
		a := good(d.p, "T7")
		a.Reasons = []string{code}
		after, event, _, err := Act(d.p, f, contentOf(t, 0, nil), a, Actor{Person: decider, Posts: posts[decider]}, d.calendar.Load(), d.now)
		if err != nil || !strings.Contains(after.Remarks["files"], code) || event.Remarks["files"] == "" {
			t.Errorf("%s opens %v, %v", code, after.Remarks, err)
		}
	}
	a := good(d.p, "T7")
	a.Reasons = []string{"B4"}
	d.tries(t, f, decider, a, "请至少点出一处")
	a.Remarks = map[string]string{"background": "请写成“某小区若干户”"}
	if f = d.does(t, f, decider, a); len(f.Remarks) != 1 {
		t.Errorf("%v", f.Remarks)
	}
}

// Dates do not contradict each other, and one sentence says which.
func TestDatesAreHeldAgainstEachOther(t *testing.T) {
	d := newDesk(t)
	f := d.leads(t, d.submit(t, "", nil), "T10")
	d.tries(t, f, decider, said(d.p, "T11", map[string]string{"decided_on": "2026-11-20", "decided_early": "否"}), "请重新填写会议日期")
	if _, event, _, err := Act(d.p, f, contentOf(t, 0, nil), said(d.p, "T11", map[string]string{"decided_on": "2026-11-20"}), Actor{Person: decider, Posts: posts[decider]}, d.calendar.Load(), d.now); err != nil || event.Lines[1].Label != "会议早于提交" {
		t.Errorf("a meeting before the submission is marked: %+v, %v", event.Lines, err)
	}
	f = d.leads(t, f, "T11")
	d.tries(t, f, maker, said(d.p, "T14", map[string]string{"consent_no": "示例〔2026〕6号"}), "与决定机关填写的不一致")
	d.tries(t, f, maker, said(d.p, "T14", map[string]string{"consent_on": "2026-11-01"}), "不能早于决定机关的会议日期")
	f = d.leads(t, f, "T14", "T15")
	d.now = d.now.AddDate(0, 0, 20)
	d.tries(t, f, maker, said(d.p, "T18", map[string]string{"started_on": "2026-11-20"}), "不能早于登记日期")
	d.tries(t, f, maker, said(d.p, "minor_change", map[string]string{"changed_on": "2026-11-20"}), "不能早于登记日期")
	f = d.leads(t, f, "T18")
	d.tries(t, f, maker, said(d.p, "T21", map[string]string{"found_at": "2026-12-10 9:00"}), "不能早于开始实施")
	d.tries(t, f, maker, said(d.p, "T20a", map[string]string{"stopped_at": "2026-12-10"}), "不能早于开始实施")
	d.tries(t, f, maker, said(d.p, "T21", map[string]string{"is_major": "是", "found_at": "今天11:00", "oral_report_at": "今天10:00"}), "不能早于发现时间")
	d.now = d.now.Add(time.Hour)
	f = d.leads(t, f, "T21", "T22a", "T22c")
	d.tries(t, f, maker, said(d.p, "T24a", map[string]string{"result": "完成"}), "结果请选“终止”")
}

// Who is late is told so on the step, on the card and in the register.
func TestWhatComesLateIsMarked(t *testing.T) {
	d := newDesk(t)
	f := d.leads(t, d.submit(t, "", nil), "T10", "T11", "T14", "T15", "T18")
	d.now = d.now.AddDate(0, 0, 14)
	f = d.does(t, f, maker, said(d.p, "minor_change", map[string]string{"changed_on": "2026-11-23"}))
	f = d.does(t, f, maker, said(d.p, "T21", map[string]string{"found_at": "2026-12-01 9:00", "is_major": "是", "oral_report_at": "2026-12-02 9:30"}))
	full, err := d.Look(t.Context(), registrar, f.ID)
	if err != nil || !slices.Equal(full.Card.Overdue, []string{"一般变化告知", "偏差报告", "重大偏差口头报告"}) {
		t.Errorf("the card: %v, %v", full.Card.Overdue, err)
	}
	if m := full.Timeline[len(full.Timeline)-1]; !slices.Equal(m.Late, []string{"偏差报告", "重大偏差口头报告"}) {
		t.Errorf("the step: %v", m.Late)
	}
	in := newDesk(t)
	f = in.leads(t, in.submit(t, "", nil), "T10", "T11", "T14", "T15", "T18")
	in.now = in.now.AddDate(0, 0, 2)
	f = in.does(t, f, maker, said(in.p, "T21", map[string]string{"found_at": "昨天14:00", "is_major": "是", "oral_report_at": "今天11:00"}))
	if len(f.Late) != 0 {
		t.Errorf("in time: %v", f.Late)
	}
	slow := newDesk(t)
	f = slow.submit(t, "", nil)
	slow.now = slow.now.AddDate(0, 0, 5)
	if f = slow.leads(t, f, "T10"); !slices.Equal(f.Late, []string{"form_check"}) {
		t.Errorf("five days of form check: %v", f.Late)
	}
}

// The number of a receipt counts up within this year, however it is written.
func TestAReceiptNumberIsGivenOnce(t *testing.T) {
	d := newDesk(t)
	first := d.leads(t, d.submit(t, "", nil), "T10", "T11", "T14")
	d.tries(t, first, registrar, said(d.p, "T15", map[string]string{"receipt_no": "示例风备〔2025〕1"}), "年份应当是今年")
	first = d.does(t, first, registrar, said(d.p, "T15", map[string]string{"receipt_no": "01"}))
	if first.Receipt != "示例风备〔2026〕1" {
		t.Errorf("%s", first.Receipt)
	}
	first = d.leads(t, first, "T19") // a number that was given is never used again
	next := d.leads(t, d.submit(t, "", conversations.Answers{"matter_name": {Text: "另一件需要备案的事项"}}), "T10", "T11", "T14")
	for _, same := range []string{"1", "01", "1号", "第1号", "示例风备〔2026〕1", "示例风备[2026]001号"} {
		d.tries(t, next, registrar, said(d.p, "T15", map[string]string{"receipt_no": same}), "已经用过")
	}
}

// The same matter is not tried again and again (规程18).
func TestARefusedMatterRestsForSixMonths(t *testing.T) {
	d := newDesk(t)
	old := d.leads(t, d.submit(t, "", nil), "T10", "T13")
	again := func(change conversations.Answers, gates map[string]any) error {
		_, err := d.Submit(t.Context(), Submission{Person: boss, Handler: maker, Content: contentWith(t, change, gates)})
		return err
	}
	for name, change := range map[string]conversations.Answers{
		"the same name":             nil,
		"the same name, written so": {"matter_name": {Text: "关于无产权档案老楼加装电梯先行施工的申请"}},
		"another name, its number":  {"matter_name": {Text: "旧楼电梯加装先行先试"}, "prev_no": {Text: old.Number}},
	} {
		if err := again(change, nil); err == nil || !strings.Contains(err.Error(), old.Number) || !strings.Contains(err.Error(), "2027年5月23日以后") {
			t.Errorf("%s: %v", name, err)
		}
	}
	draft := contentOf(t, 0, nil)
	if list, _, err := d.Precedents(t.Context(), unitName, draft); err != nil || len(list) != 1 || list[0].Until == "" {
		t.Errorf("while it is typed: %+v, %v", list, err)
	}
	if list, _, err := d.Precedents(t.Context(), otherName, draft); err != nil || len(list) != 0 {
		t.Errorf("another unit's: %+v, %v", list, err)
	}
	if err := again(conversations.Answers{"change_reason": {Text: "新的政策文件已经下发，产权核实改由街道办理。"}}, map[string]any{"N12": map[string]string{"answer": "yes", "proceed": "情况有实质变化"}}); err != nil {
		t.Errorf("after a change: %v", err)
	}
	if list, _, _ := d.Precedents(t.Context(), unitName, draft); len(list) != 2 || !list[0].Open && !list[1].Open {
		t.Errorf("one on its way is shown too: %+v", list)
	}
	d.now = d.now.AddDate(0, 6, 1)
	if err := again(nil, nil); err != nil {
		t.Errorf("after six months: %v", err)
	}
}
