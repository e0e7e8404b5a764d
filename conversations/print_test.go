package conversations

import (
	"bytes"
	"strings"
	"testing"

	"pgregory.net/rapid"
	"rongcuo/conversations/paper"
)

// submittedSample is the content of a whole dialog.
func submittedSample(t tester, p *Procedure) Content {
	pl := newPlayer(t, p)
	pl.pastGates()
	order := make([]int, len(finished))
	for i := range order {
		order[i] = i
	}
	pl.complete(order)
	pl.press("do:next")
	pl.roles = []string{"unit_head"}
	pl.text("确认提交")
	c, err := p.Content(pl.d)
	if err != nil {
		t.Fatalf("%v: %s", err, written(pl.last))
	}
	return c
}

func textOf(p paper.Paper) string {
	var b strings.Builder
	for _, c := range p.Corners {
		b.WriteString(c.Label + "=" + c.Text + "\n")
	}
	for _, s := range p.Sections {
		b.WriteString("# " + s.Title + "\n")
		for _, row := range s.Rows {
			b.WriteString(strings.Join(row, " | ") + "\n")
		}
	}
	return b.String()
}

func TestEveryDocumentIsFilledAndSet(t *testing.T) {
	p := sample(t)
	c := submittedSample(t, p)
	record := map[string]string{"number": "FS-2026-AAAAA-AAAAA", "receipt_no": "示例风备〔2026〕12", "filed_on": "2026年12月1日", "decision": "同意"}
	for _, d := range p.Documents {
		out, err := p.Paper(d.ID, c, Print{Record: record, At: noon})
		if err != nil {
			t.Fatal(err)
		}
		text := textOf(out)
		if !strings.Contains(text, "无产权档案老楼加装电梯先行施工") {
			t.Errorf("%s does not name the matter:\n%s", d.ID, text)
		}
		var file bytes.Buffer
		if err := paper.DOCX(&file, out); err != nil {
			t.Errorf("%s: %v", d.ID, err)
		}
		if lacking, err := paper.PDF(&file, out); err != nil || len(lacking) > 0 {
			t.Errorf("%s: %v, %q", d.ID, err, lacking)
		}
	}
}

func TestTheApplicationHoldsWhatWasAnswered(t *testing.T) {
	p := sample(t)
	c := submittedSample(t, p)
	out, err := p.Paper("application", c, Print{Draft: true, Redacted: true, Record: map[string]string{"number": "FS-1"}, At: noon})
	if err != nil {
		t.Fatal(err)
	}
	text := textOf(out)
	for _, must := range []string{
		"申请号=FS-1", "风险等级=高", "申请单位 | 示例县住房保障中心党支部", "未知产权人施工中提出异议 | 继承人多、登记信息缺失 | 公示三十日 | 社区主任",
		"这件事有没有被法律法规、党内法规或者上级文件明确禁止？ | 否", "会议纪要.pdf", "主要负责人 | （略）", "办公电话 | 0000-*****67",
		"您担心的失误，主要是外部原因造成，还是加把劲就能避免？ | 主要是外部原因",
	} {
		if !strings.Contains(text, must) {
			t.Errorf("lacks %q:\n%s", must, text)
		}
	}
	if out.Mark == "" {
		t.Error("a draft without its mark")
	}
	if out.Title != "示例县风险备案申请表（脱敏副本）" {
		t.Errorf("the copy is called %s", out.Title)
	}
	for _, s := range out.Sections {
		if s.Title == "七、自查情况" && len(s.Rows) != 8 || s.Title == "其他条件" && len(s.Rows) != 4 {
			t.Errorf("%s has %d rows", s.Title, len(s.Rows))
		}
	}
	if strings.Contains(text, "李某") {
		t.Error("a redacted copy names a person")
	}
	if _, err := p.Paper("nothing", c, Print{}); err == nil {
		t.Error("a document that does not exist was printed")
	}
}

// A half-filled draft can be printed at any moment.
func TestAnyDraftCanBePrinted(t *testing.T) {
	p := sample(t)
	rapid.Check(t, func(t *rapid.T) {
		pl := newPlayer(t, p)
		pl.pastGates()
		for range rapid.IntRange(0, 20).Draw(t, "steps") {
			pl.do(pl.anything(t))
		}
		for _, d := range p.Documents {
			out, err := p.Paper(d.ID, p.Draft(pl.d), Print{Draft: true, At: noon})
			if err != nil {
				t.Fatal(err)
			}
			var file bytes.Buffer
			if err := paper.DOCX(&file, out); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// TestTheFormIsFilledFromTheRecord: what the body and the office write by hand
// otherwise stands in sections ten and eleven.
func TestTheFormIsFilledFromTheRecord(t *testing.T) {
	p := sample(t)
	c := submittedSample(t, p)
	record := map[string]string{"decision": "同意", "grounds": "同意先行施工", "decided_on": "2026年12月1日", "decision_no": "示例〔2026〕5号", "receipt_no": "示例风备〔2026〕12", "filed_on": "2026年12月4日", "registrar": "张某"}
	out, err := p.Paper("application", c, Print{Record: record, At: noon})
	if err != nil {
		t.Fatal(err)
	}
	ten, eleven := out.Sections[len(out.Sections)-2], out.Sections[len(out.Sections)-1]
	if want := "■同意　□退回修改　□不同意　理由：同意先行施工　会议日期：2026年12月1日　文号：示例〔2026〕5号　（盖章）"; ten.Note != want {
		t.Errorf("section ten: %s", ten.Note)
	}
	if got := textOf(paper.Paper{Sections: []paper.Section{eleven}}); !strings.Contains(got, "登记人 | 张某") || !strings.Contains(got, "登记日期 | 2026年12月4日") {
		t.Errorf("section eleven: %s", got)
	}
	copied, err := p.Paper("application", c, Print{Record: record, Redacted: true, At: noon})
	if err != nil || strings.Contains(textOf(copied), "张某") {
		t.Errorf("a redacted copy names who registered it: %v", err)
	}
}

// TestALetterOfRefusalSaysWhyAndWhatCanBeDone: code, article and words, and the
// right to apply again; nothing stands empty.
func TestALetterOfRefusalSaysWhyAndWhatCanBeDone(t *testing.T) {
	p := sample(t)
	c := submittedSample(t, p)
	refused := map[string]string{"number": "FS-1", "body": "县住建局党组", "decision": "不同意", "decided_on": "2026年12月1日", "reason": "R6 属于常规工作", "article": "备案规程第六条第（六）项", "reason_text": "按制度办理即可", "refused": "不同意"}
	out, err := p.Paper("decision", c, Print{Record: refused, At: noon})
	if err != nil {
		t.Fatal(err)
	}
	text := textOf(out)
	for _, must := range []string{"决定 | 不同意", "会议日期 | 2026年12月1日", "理由 | R6 属于常规工作", "条款 | 备案规程第六条第（六）项", "说明 | 按制度办理即可", "再次申请 | 情况发生实质变化的，可以重新申请"} {
		if !strings.Contains(text, must) {
			t.Errorf("lacks %q:\n%s", must, text)
		}
	}
	agreed := map[string]string{"number": "FS-1", "decision": "同意", "decided_on": "2026年12月1日", "decision_no": "示例〔2026〕5号", "opinion": "同意"}
	if out, err = p.Paper("decision", c, Print{Record: agreed, At: noon}); err != nil {
		t.Fatal(err)
	}
	for _, row := range out.Sections[0].Rows {
		if row[1] == "" || row[0] == "再次申请" {
			t.Errorf("a letter of consent has the row %q", row)
		}
	}
}

// TestEachUnitThatTakesPartConfirms: 每家一份.
func TestEachUnitThatTakesPartConfirms(t *testing.T) {
	p := sample(t)
	unit := func(name string) Answers {
		return Answers{"co_unit": {Text: name}, "co_duty": {Text: "组织居民议事"}}
	}
	d := Dialog{Procedure: p.ID, Version: p.Version, Answers: Answers{"is_joint": {Yes: true}, "co_units": {Items: []Answers{unit("示例街道党工委"), unit("示例县民政局党组")}},
		"files": {Files: []File{{ID: "1", Name: "确认.pdf", Paper: "A7"}}}}}
	files := p.Field("files")
	lacks := func() string {
		for _, paper := range p.view(&d, noon).missing(files) {
			if paper.ID == "A7" {
				return paper.Name
			}
		}
		return ""
	}
	if got := lacks(); got != "联署单位确认（应有 2 份，已有 1 份）" {
		t.Errorf("of two units one confirmed: %q", got)
	}
	d.Answers["files"] = Value{Files: []File{{ID: "1", Name: "确认.pdf", Paper: "A7"}, {ID: "2", Name: "确认2.pdf", Paper: "A7"}}}
	if got := lacks(); got != "" {
		t.Errorf("both confirmed: %q", got)
	}
}
