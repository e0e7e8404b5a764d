package conversations

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"testing/fstest"
)

// TestAMistakeInAProcedureIsNamedWithItsLine makes one mistake at a time in the
// shipped file and wants it named where it was made.
func TestAMistakeInAProcedureIsNamedWithItsLine(t *testing.T) {
	const money = "{key: fund_amount, kind: money,"
	for _, c := range []struct{ name, old, wrong, want string }{
		{"unknown kind", money, "{key: fund_amount, kind: gold,", `unknown kind "gold"`},
		{"unknown member", money, "{key: fund_amount, kindness: 1, kind: money,", "kindness"},
		{"a key twice", money, "{key: affected_count, kind: money,", "affected_count"},
		{"a key that is none", money, "{key: Fund Amount, kind: money,", "must be lower-case"},
		{"a condition on nothing", "when: fund_amount > 0", "when: funds > 0", "funds"},
		{"a condition that is none", "when: fund_amount > 0", "when: fund_amount >", "condition"},
		{"a condition of another kind", "when: fund_amount > 0", `when: fund_amount == "viel"`, "condition"},
		{"a condition that never holds", "when: fund_amount > 0", "when: 'not true'", "never holds"},
		{"a sum that never holds", "when: fund_amount > 0", "when: wan(1) > wan(2)", "never holds"},
		{"a condition on an option that is not there", `label: 舆情应对, ask: 万一引发议论，怎么回应？, when: 'risk_level == "high"'`, `label: 舆情应对, ask: 万一引发议论，怎么回应？, when: 'risk_level == "hoch"'`, `no option "hoch"`},
		{"a circle", "label: 风险等级\n        ask: 您判断", "label: 风险等级\n        when: opinion_plan != \"\"\n        ask: 您判断", "circle"},
		{"min above max", "min: 30, max: 600}\n      - {key: mass_event", "min: 601, max: 600}\n      - {key: mass_event", "min is above max"},
		{"an example that is refused", `example: "45.00", unit: 万元`, `example: "viel", unit: 万元`, "refuses its own example"},
		{"a state that is not there", "{id: T10, action: 受理, from: [submitted], to: accepted,", "{id: T10, action: 受理, from: [submitted], to: nowhere,", `no state "nowhere"`},
		{"nobody may do it", "to: accepted, by: [body],", "to: accepted, by: [],", "nobody may do it"},
		{"a role that is not there", "to: accepted, by: [body],", "to: accepted, by: [king],", `no role "king"`},
		{"a notice that is not there", "round: true, notice: [submitted], article: 备案规程第十六条}", "round: true, notice: [gone_by], article: 规程16}", `no notice "gone_by"`},
		{"a code that opens nothing", "text: 附件无法打开或不清晰, article: 备案规程第十一条, opens: [files]", "text: 附件无法打开或不清晰, opens: [papers]", `no field "papers"`},
		{"a form that settles nothing", "settles: extension\n    grants: true", "settles: progress\n    grants: true", `no form "progress" waits`},
		{"a wish that nobody grants", "limit: progress\n", "waits: true\n", "nobody grants the form progress"},
		{"a limit between answers that are not there", "form: deviation, from: found_at, to:", "form: deviation, from: found, to:", `no date "found"`},
		{"a paper for each of nothing", "each: co_units", "each: units", `no group "units"`},
		{"a number that does not count", "示例风备〔{年}〕{序号}", "示例风备〔{年}〕", "a serial is a text with"},
		{"what is not kept is offered", "prefill: decision_no", "prefill: opinion", `no answer "opinion" is kept`},
		{"a gate that is not there to be printed", "gates: [N1, N2,", "gates: [N99, N2,", `no gate "N99"`},
		{"a gate that is no gate", "  - id: N2\n", "  - id: second\n", "must be a letter and a number"},
		{"drafts that go before the warning", "warn: 30, gone: 37", "warn: 30, gone: 30", "gone must come after warn"},
		{"drafts longer than they are kept", "warn: 30, gone: 37", "warn: 60, gone: 90", "before day 60"},
		{"broken YAML", "drafts: {remind: [3, 10],", "drafts: {remind: [3, 10,", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			source := edited(t, c.old, c.wrong)
			_, err := Parse("county.yaml", source)
			problems, ok := errors.AsType[Problems](err)
			if !ok || len(problems) == 0 {
				t.Fatalf("taken: %v", err)
			}
			line := 1 + bytes.Count(source[:bytes.Index(source, []byte(c.wrong))], []byte("\n"))
			for _, p := range problems {
				if p.File == "county.yaml" && p.Line >= line && p.Line <= line+2 && strings.Contains(p.Text, c.want) {
					return
				}
			}
			t.Errorf("line %d, %q; got\n%v", line, c.want, err)
		})
	}
}

// TestWhatCanNeverBeReachedOrLeft: these mistakes have no single place.
func TestWhatCanNeverBeReachedOrLeft(t *testing.T) {
	for name, c := range map[string][3]string{
		"a state nobody comes to": {"to: lapsed, by: [system]", "to: returned, by: [system]", "the state lapsed can't be reached"},
		"a unit without a body":   {`党委, when: 'unit_type == "soe"'`, `党委, when: 'unit_type == "vertical"'`, "nobody decides when unit_type is soe"},
	} {
		_, err := Parse("county.yaml", edited(t, c[0], c[1]))
		if err == nil || !strings.Contains(err.Error(), c[2]) {
			t.Errorf("%s: %v", name, err)
		}
	}
	source := edited(t)
	at := bytes.Index(source, []byte("\nbodies:"))
	if at < 0 {
		t.Fatal("the procedure has no bodies")
	}
	end := at + 1 + bytes.Index(source[at+1:], []byte("\n\n"))
	if _, err := Parse("county.yaml", append(bytes.Clone(source[:at]), source[end:]...)); err == nil || !strings.Contains(err.Error(), "options are missing") {
		t.Errorf("without bodies: %v", err)
	}
}

// TestACountyPutsItsOwnInPlace: a file of the same name replaces the shipped
// one, a new name adds a version, and the same version twice is refused.
func TestACountyPutsItsOwnInPlace(t *testing.T) {
	renamed := edited(t, "\nname: 风险备案\n", "\nname: 示例县风险备案\n")
	l, err := NewLibrary(fstest.MapFS{"risk-filing.yaml": {Data: renamed}, "risk-filing-2.yaml": {Data: edited(t, "\nversion: 1\n", "\nversion: 2\n")}, "notes.txt": {Data: []byte("?")}})
	if err != nil {
		t.Fatal(err)
	}
	if p := l.Version("risk-filing", 1); p == nil || p.Name != "示例县风险备案" || l.Latest("risk-filing").Version != 2 || len(l.IDs()) != 1 {
		t.Errorf("%+v, %v", l.IDs(), p)
	}
	if _, err := NewLibrary(fstest.MapFS{"again.yaml": {Data: renamed}}); err == nil || !strings.Contains(err.Error(), "there twice") {
		t.Errorf("the same version twice: %v", err)
	}
}

// FuzzParse: whatever stands in a procedure file, it is taken or its mistakes
// are named.
func FuzzParse(f *testing.F) {
	f.Add([]byte("id: a\nversion: 1\nsteps: [{title: b, fields: [{key: c, kind: choice, when: c == 1, options: [{id: d}]}]}]\n")) // small ones: the shipped file takes a second under the fuzzer
	f.Add([]byte("steps: [{fields: [{}]}]\ngates: [{}]\n"))
	f.Add([]byte("a: &a [*a]"))
	f.Fuzz(func(t *testing.T, source []byte) {
		_, err := Parse("county.yaml", source)
		problems, ok := errors.AsType[Problems](err)
		if err == nil {
			return
		}
		if !ok || len(problems) == 0 || problems[0].Line < 1 {
			t.Fatalf("%v", err)
		}
	})
}
