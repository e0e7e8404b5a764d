package conversations

import (
	"slices"
	"strings"
	"testing"
)

// TestNamesOfBodiesThatAreNear: one body however it is written; others that
// differ by a slip are offered and never taken for it.
func TestNamesOfBodiesThatAreNear(t *testing.T) {
	known := []string{"县住建局党组", "县水务局党组", "示例县城关镇党委", "县委"}
	for _, c := range []struct {
		name, same string
		near       []string
	}{
		{"县住建局党组", "", nil}, {"县住建局", "县住建局党组", nil}, {"示例县住建局党组", "县住建局党组", nil}, {"住建局", "县住建局党组", nil},
		{"县税务局党组", "", []string{"县水务局党组"}}, {"县教育局党组", "", nil}, {"城关镇党委", "示例县城关镇党委", nil}, {"县委宣传部", "", nil},
	} {
		same, near := NearBodies(c.name, known)
		if same != c.same || !slices.Equal(near, c.near) {
			t.Errorf("%s: the same as %q, near %v; want %q, %v", c.name, same, near, c.same, c.near)
		}
	}
}

// TestTheReviewNamesABodyThatIsNotRegistered in a yellow line.
func TestTheReviewNamesABodyThatIsNotRegistered(t *testing.T) {
	p := sample(t)
	d := Dialog{Procedure: p.ID, Version: p.Version, Phase: Reviewing, Answers: Answers{"unit_type": {Text: "sub"}, "accept_body": {Text: "sector"}, "accept_name": {Text: "县教育局党组"}}}
	for name, bodies := range map[string][]string{"县教育局党组": {"县住建局党组"}, "您是不是要选：县教育局": {"县教育局"}} {
		tr := turn{p: p, d: d, now: noon, e: Event{Bodies: bodies}}
		text := tr.findingsReply(tr.view()).Text.String()
		if !strings.Contains(text, "🟡 “县教育局党组”没有登记") && !strings.Contains(text, "🟡 受理机关“县教育局党组”没有登记账号") || !strings.Contains(text, name) {
			t.Errorf("beside %v: %s", bodies, text)
		}
	}
	quiet := turn{p: p, d: d, now: noon, e: Event{Bodies: []string{"县教育局党组"}}}
	if text := quiet.findingsReply(quiet.view()).Text.String(); strings.Contains(text, "没有登记") {
		t.Errorf("a registered body: %s", text)
	}
}
