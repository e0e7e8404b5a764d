package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"rongcuo/conversations/records"
)

const auditUsage = "用法：rongcuo audit [-data 文件夹] 新文件.csv，或者 rongcuo audit -check 文件.csv"

// runAudit writes the whole chain as a table that an auditor takes away, or proves
// such a table, for which nothing of the installation is needed.
func runAudit(ctx context.Context, args []string, out, errOut io.Writer) error {
	flags := newFlags("audit", errOut)
	data := flags.String("data", "data", "数据文件夹")
	check := flags.Bool("check", false, "核验一份已经导出的文件")
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	if flags.NArg() != 1 {
		return wrongUse(auditUsage)
	}
	if *check {
		return checkAudit(flags.Arg(0), out)
	}
	s, err := readSettings()
	if err != nil {
		return err
	}
	db, err := openDatabase(ctx, s, *data)
	if err != nil {
		return err
	}
	defer db.Close()
	book, err := openBook(ctx, db, nil)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(flags.Arg(0), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return failure("不能新建文件“%s”，请换一个文件名，或者检查路径和权限。", flags.Arg(0))
	}
	_, err = book.Export(ctx, f, 0)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		os.Remove(flags.Arg(0)) //nolint:errcheck // what is left of it says itself that it is not whole
		return failure("审计记录没有写完，请检查磁盘空间和数据库，再试一次。")
	}
	return checkAudit(flags.Arg(0), out)
}

func checkAudit(path string, out io.Writer) error {
	f, err := os.Open(path)
	if err != nil {
		return failure("文件“%s”打不开，请检查路径和权限。", path)
	}
	defer f.Close()
	c, err := records.CheckExport(f)
	if err != nil {
		return failure("“%s”不是导出的审计记录，或者已经不完整。", path)
	}
	if c.Wrong != nil {
		return failure("✗ 第 %d 条记录有问题：%s", c.Wrong.Seq, c.Wrong.Why)
	}
	fmt.Fprintf(out, "✓ 审计记录 %d 条，前后相接，末条校验值 %s\n", c.Entries, c.Head)
	return nil
}
