package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"rongcuo/knowledge"
)

// progress shows how far a build is: on one line of a terminal, elsewhere in a
// line every ten seconds, so that a log tells a long work from a stuck one.
type progress struct {
	out      io.Writer
	terminal bool
	last     time.Time
}

func newProgress(out io.Writer) *progress {
	p := &progress{out: out, last: time.Now()}
	if f, ok := out.(*os.File); ok {
		info, err := f.Stat()
		p.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return p
}

const (
	progressEvery = 100 * time.Millisecond // on a terminal
	progressLines = 10 * time.Second       // elsewhere
	clearLine     = "\r\033[K"
)

func (p *progress) show(s knowledge.Progress) {
	every, before, after := progressLines, "", "\n"
	if p.terminal {
		every, before, after = progressEvery, clearLine, ""
	}
	if time.Since(p.last) < every {
		return
	}
	p.last = time.Now()
	fmt.Fprint(p.out, before+progressText(s)+after)
}

func progressText(s knowledge.Progress) string {
	left := ""
	if s.Left > 0 {
		seconds := int(s.Left.Seconds() + .5)
		left = fmt.Sprintf("，约剩 %d 秒", seconds)
		if seconds >= 60 {
			left = fmt.Sprintf("，约剩 %d 分 %d 秒", seconds/60, seconds%60)
		}
	}
	switch s.Stage {
	case knowledge.StageRead:
		return fmt.Sprintf("正在读取第 %d 个文件：%s", s.Done, s.File)
	case knowledge.StageSuggest:
		return fmt.Sprintf("模型正在拟问法 %d/%d%s", s.Done, s.Total, left)
	case knowledge.StageEmbed:
		return fmt.Sprintf("正在计算语义向量 %d/%d%s", s.Done, s.Total, left)
	}
	return "正在建立索引"
}

// done clears the line.
func (p *progress) done() {
	if p.terminal {
		fmt.Fprint(p.out, clearLine)
	}
}
