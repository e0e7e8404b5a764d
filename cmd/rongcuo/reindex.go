package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"rongcuo/knowledge"
)

func runReindex(ctx context.Context, args []string, out, errOut io.Writer) error {
	flags := newFlags("reindex", errOut)
	docs := flags.String("docs", "", "要收入的文件夹")
	data := flags.String("data", "data", "知识库所在的文件夹，没有就新建")
	asJSON := flags.Bool("json", false, "输出一个 JSON 对象")
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	if *docs == "" || flags.NArg() > 0 {
		return wrongUse(reindexUsage)
	}
	entries, err := walk(ctx, *docs)
	if err != nil {
		return err
	}
	settings, err := readSettings()
	if err != nil {
		return err
	}
	base, closeBase, err := openStored(ctx, settings, *data)
	if err != nil {
		return err
	}
	defer closeBase()
	progress := newProgress(errOut)
	report, err := base.Reindex(ctx, entries, progress.show)
	progress.done()
	if err != nil {
		return failure("没有换上新的索引，原来的仍在使用：%v", err)
	}
	if *asJSON {
		return json.NewEncoder(out).Encode(report)
	}
	printReport(out, report)
	return nil
}

func printReport(out io.Writer, r knowledge.Report) {
	for _, f := range r.Files {
		switch {
		case f.Refused != "":
			fmt.Fprintf(out, "✗ %s：%s\n", f.Name, f.Refused)
		case f.Reused:
			fmt.Fprintf(out, "= %s：没有变化，%d 条\n", f.Name, f.Passages)
		default:
			fmt.Fprintf(out, "✓ %s：《%s》%d 条\n", f.Name, f.Title, f.Passages)
		}
		if !f.Reused {
			for _, w := range f.Warnings {
				fmt.Fprintf(out, "    ! %s\n", w)
			}
		}
	}
	fmt.Fprintf(out, "共 %d 份文件、%d 条，用时 %.1f 秒。", r.Documents, r.Passages, r.MS/1000)
	if r.Embedded > 0 {
		fmt.Fprintf(out, "新计算语义向量 %d 条。", r.Embedded)
	}
	if r.Suggested > 0 {
		fmt.Fprintf(out, "模型给 %d 条拟了问法。", r.Suggested)
	}
	if r.Unsuggested > 0 {
		fmt.Fprintf(out, "模型没有给出可用的答复，%d 条没有拟问法，下次再拟。", r.Unsuggested)
	}
	if r.Unchanged {
		fmt.Fprintln(out, "内容没有变化。")
	} else {
		fmt.Fprintln(out, "已换上新的索引。")
	}
}

// printRefused says which files were not taken.
func printRefused(out io.Writer, r knowledge.Report) {
	for _, f := range r.Files {
		if f.Refused != "" {
			fmt.Fprintf(out, "✗ %s：%s\n", f.Name, f.Refused)
		}
	}
}

// progress shows how far a build is, on one line of a terminal; elsewhere it
// says nothing.
type progress struct {
	out      io.Writer
	terminal bool
	start    time.Time
	last     time.Time
}

func newProgress(out io.Writer) *progress {
	p := &progress{out: out, start: time.Now()}
	if f, ok := out.(*os.File); ok {
		info, err := f.Stat()
		p.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return p
}

const progressEvery = 100 * time.Millisecond

func (p *progress) show(s knowledge.Progress) {
	if !p.terminal || time.Since(p.last) < progressEvery {
		return
	}
	p.last = time.Now()
	const clearLine = "\r\033[K"
	switch s.Stage {
	case knowledge.StageRead:
		fmt.Fprintf(p.out, clearLine+"正在读取第 %d 个文件：%s", s.Done, s.File)
	case knowledge.StageSuggest:
		fmt.Fprintf(p.out, clearLine+"模型正在拟问法 %d/%d", s.Done, s.Total)
	case knowledge.StageEmbed:
		left := time.Duration(float64(time.Since(p.start)) * float64(s.Total-s.Done) / float64(max(s.Done, 1)))
		fmt.Fprintf(p.out, clearLine+"正在计算语义向量 %d/%d，约剩 %s", s.Done, s.Total, left.Round(time.Second))
	case knowledge.StageIndex:
		fmt.Fprint(p.out, clearLine+"正在建立索引")
	}
}

// done clears the line.
func (p *progress) done() {
	if p.terminal {
		fmt.Fprint(p.out, "\r\033[K")
	}
}
