package bot_test

import (
	"fmt"
	"strings"
	"testing"

	"rongcuo/conversations/records"
)

// Threat T6: who tries numbers is answered the same whatever he tries, after ten
// misses also for a number that he might see; owners and registrars are told
// once, and the audit has it.
func TestWhoGuessesNumbersFindsNothingAndIsNoticed(t *testing.T) {
	tn, _ := staffedTown(t)
	number := handedIn(t, tn, filled)
	decider, handler := tn.As("决定机关"), tn.As("承办人")
	for range 12 { // who finds is not counted
		handler.Say("/find " + number)
		handler.AwaitText("由决定机关办理")
	}
	answers := map[string]bool{}
	for i := range 12 {
		decider.Say(fmt.Sprintf("/find FS-2026-7K3MA-%04dX", i))
		answers[decider.AwaitText("没有找到这件备案").Text] = true
	}
	decider.Say("/find " + number) // his own to decide
	answers[decider.AwaitText("没有找到这件备案").Text] = true
	if len(answers) != 1 {
		t.Errorf("answers differ: %v", answers)
	}
	tn.settled(t)
	for _, p := range []string{"管理员", "监督室登记员"} {
		notices := 0
		for _, m := range tn.As(p).Chat() {
			if m.From == "bot" && strings.Contains(m.Text, "申请号，已暂停其按号查询") {
				notices++
			}
		}
		if notices != 1 {
			t.Errorf("%s got %d notices", p, notices)
		}
	}
	entries, err := tn.book.Entries(t.Context(), 0, records.KindRefused)
	must(t, err)
	alerts := 0
	for _, e := range entries {
		if e.Subject == "/find" && e.Actor == idOf("decider") {
			alerts++
		}
	}
	if alerts != 1 {
		t.Errorf("%d entries of the guessing in the audit", alerts)
	}
}
