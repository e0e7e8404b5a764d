package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// BenchmarkColdDemo is what a newcomer waits for: the built program is started as
// `demo`, and as soon as it names its page somebody asks. Measured until the
// answer is in the chat; then what the process holds and has held in memory.
func BenchmarkColdDemo(b *testing.B) {
	program := filepath.Join(b.TempDir(), "rongcuo")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v %s", err, out)
	}
	var resident, most float64
	for b.Loop() {
		now, peak := coldDemo(b, program)
		resident, most = resident+now, most+peak
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/answer")
	b.ReportMetric(resident/float64(b.N), "MiB-resident")
	b.ReportMetric(most/float64(b.N), "MiB-peak")
}

func coldDemo(b *testing.B, program string) (resident, peak float64) {
	ctx, stop := context.WithCancel(b.Context())
	demo := exec.CommandContext(ctx, program, "demo", "-addr", "127.0.0.1:0")
	demo.Cancel = func() error { return demo.Process.Signal(os.Interrupt) }
	out, err := demo.StdoutPipe()
	if err == nil {
		err = demo.Start()
	}
	if err != nil {
		b.Fatal(err)
	}
	first, err := bufio.NewReader(out).ReadString('\n')
	_, rest, found := strings.Cut(first, "http://")
	address, _, _ := strings.Cut(rest, " ")
	if err != nil || !found {
		b.Fatalf("%q, %v", first, err)
	}
	said, err := http.Post("http://"+address+"/local/say", "application/json", bytes.NewReader([]byte(`{"as":"official","text":"哪些情形不予容错？"}`)))
	if err != nil || said.StatusCode != http.StatusOK {
		b.Fatal(said, err)
	}
	said.Body.Close()
	for since, answered := int64(0), false; !answered; {
		response, err := http.Get(fmt.Sprintf("http://%s/local/chat?as=official&wait=20&since=%d", address, since))
		if err != nil {
			b.Fatal(err)
		}
		var list []struct {
			Rev        int64
			From, Text string
		}
		err = json.NewDecoder(response.Body).Decode(&list)
		response.Body.Close()
		if err != nil || len(list) == 0 {
			b.Fatal("no answer ", err)
		}
		for _, m := range list {
			since = max(since, m.Rev)
			answered = answered || m.From == "bot" && strings.Contains(m.Text, "第十八条")
		}
	}
	b.StopTimer()
	time.Sleep(2 * time.Second) // the sample filing is made beside the first questions
	resident, peak = memoryOf(b, demo.Process.Pid)
	stop()
	_ = demo.Wait() // interrupted on purpose
	b.StartTimer()
	return resident, peak
}

// memoryOf reads what a process holds in memory and the most that it held, in MiB.
func memoryOf(b *testing.B, pid int) (resident, peak float64) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Skip("memory is read from /proc")
	}
	for line := range strings.Lines(string(status)) {
		name, value, _ := strings.Cut(line, ":")
		var kb float64
		_, _ = fmt.Sscan(value, &kb)
		switch name {
		case "VmRSS":
			resident = kb / 1024
		case "VmHWM":
			peak = kb / 1024
		}
	}
	return resident, peak
}
