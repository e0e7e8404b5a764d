package bot

import (
	"bytes"
	"image/png"
	"os"
	"testing"
)

// TestTheChartOfStatesIsReadable: it has a row for each state. CHART=file keeps
// the picture, to be looked at.
func TestTheChartOfStatesIsReadable(t *testing.T) {
	names := []string{"实施中", "已受理、研究中", "已提交", "已办结"}
	data, err := statePicture("备案按状态统计（9 件，截至2026年12月1日）", names, map[string]int{"实施中": 5, "已受理、研究中": 2, "已提交": 1, "已办结": 1})
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(data))
	if err != nil || picture.Bounds().Dy() != stateHead+4*stateHeight {
		t.Errorf("%v, %v", picture.Bounds(), err)
	}
	if name := os.Getenv("CHART"); name != "" {
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
