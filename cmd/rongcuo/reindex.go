package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

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
	if r.Unembedded > 0 {
		fmt.Fprintf(out, "语义模型没有给出向量，%d 条暂时只按字词查找；请运行 rongcuo check 查看原因，改正后再运行一次 reindex。", r.Unembedded)
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
