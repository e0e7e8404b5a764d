package conversations

import (
	"encoding/json"
	"testing"
)

// BenchmarkStep is one message of a person: the dialog read from its JSON, the
// step, the dialog written as JSON. That is what the bot does beside its store.
func BenchmarkStep(b *testing.B) {
	p := sample(b)
	begun := newPlayer(b, p)
	begun.pastGates()
	full := newPlayer(b, p)
	full.pastGates()
	full.complete(everything())
	full.press("do:next")
	for _, c := range []struct {
		name string
		d    Dialog
		e    Event
	}{
		{"first question", begun.d, Event{Kind: EventText, Text: "示例县住房保障中心党支部"}},
		{"a correction in words, form full", full.d, Event{Kind: EventText, Text: "资金改成30万"}},
		{"a changed answer, form full", full.d, Event{Kind: EventAction, Action: "edit:background"}},
		{"the review", full.d, Event{Kind: EventResume}},
		{"a pasted plan", begun.d, Event{Kind: EventText, Text: "单位名称：示例县甲中心\n承办人：张某\n涉及人数：86\n涉及资金：约三十万元\n" + long + long + long}},
	} {
		b.Run(c.name, func(b *testing.B) {
			data, err := json.Marshal(c.d)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				var d Dialog
				if err := json.Unmarshal(data, &d); err != nil {
					b.Fatal(err)
				}
				next, replies := p.Step(d, c.e, noon)
				if _, err := json.Marshal(next); err != nil || len(replies) == 0 {
					b.Fatal(err)
				}
			}
		})
	}
}
