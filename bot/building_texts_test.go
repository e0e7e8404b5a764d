package bot

import (
	"strings"
	"testing"

	"rongcuo/knowledge"
)

// A bar that shrinks is no progress.
func TestTheBarOnlyGrows(t *testing.T) {
	var steps []knowledge.Progress
	steps = append(steps, knowledge.Progress{})
	for _, stage := range []string{knowledge.StageRead, knowledge.StageSuggest, knowledge.StageIndex, knowledge.StageEmbed} {
		for done := range 5 {
			steps = append(steps, knowledge.Progress{Stage: stage, Done: done, Total: 4})
		}
	}
	full := 1
	for _, p := range steps {
		text := progressText(p)
		if n := strings.Count(text, "■"); n < full || n+strings.Count(text, "□") != barLength {
			t.Errorf("after %d: %s", full, text)
		} else {
			full = n
		}
	}
	if full != barLength {
		t.Errorf("at the end %d of %d", full, barLength)
	}
}
