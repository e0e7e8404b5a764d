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
		"这件事有没有被法律法规、党内法规或者上级文件明确禁止？ | 否", "会议纪要.pdf", "主要负责人 | （略）",
	} {
		if !strings.Contains(text, must) {
			t.Errorf("lacks %q:\n%s", must, text)
		}
	}
	if out.Mark == "" {
		t.Error("a draft without its mark")
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
