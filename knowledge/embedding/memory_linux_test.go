package embedding

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
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
		return
	}
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestMemoryStaysSmall$")
	child.Env = append(os.Environ(), memoryChild+"=1")
	if out, err := child.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	used := child.ProcessState.SysUsage().(*syscall.Rusage).Maxrss << 10
	t.Logf("%.0f MB at most", float64(used)/(1<<20))
	if used > mostMemory && !raceDetector {
		t.Errorf("%d MB, want at most %d", used>>20, mostMemory>>20)
	}
}
