package embedding

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// The issue allows the encoder so much memory, with the program around it and
// the weights.
const mostMemory = 120 << 20

// raceDetector says that memory is several times what it would be.
var raceDetector bool

const memoryChild = "RONGCUO_TEST_MEMORY"

// TestMemoryStaysSmall measures a process that embeds the longest question and a
// batch of an index.
func TestMemoryStaysSmall(t *testing.T) {
	if os.Getenv(memoryChild) != "" {
		m := shippedModel(t)
		article := strings.Repeat("经集体研究决定的事项，", 12)
		for _, texts := range [][]string{{strings.Repeat("领导让先干起来", 4000/7)}, slices.Repeat([]string{article}, 64)} {
			if _, err := m.Embed(t.Context(), texts); err != nil {
				t.Fatal(err)
			}
		}
		status, err := os.ReadFile("/proc/self/status")
		if err != nil {
			t.Fatal(err)
		}
		fmt.Println(string(status))
		return
	}
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestMemoryStaysSmall$")
	child.Env = append(os.Environ(), memoryChild+"=1")
	out, err := child.CombinedOutput()
	_, rest, found := strings.Cut(string(out), "VmHWM:") // not what wait tells: that counts this process before exec
	var used int
	if _, scanned := fmt.Sscan(rest, &used); err != nil || !found || scanned != nil {
		t.Fatalf("%v: %s", err, out)
	}
	t.Logf("%d MB at most", used>>10)
	if used<<10 > mostMemory && !raceDetector {
		t.Errorf("%d MB, want at most %d", used>>10, mostMemory>>20)
	}
}
