package main

import (
	"context"
	"fmt"
	"io"
)

// runVerify recomputes the hash chain of all records.
func runVerify(ctx context.Context, args []string, out, errOut io.Writer) error {
	flags := newFlags("verify", errOut)
	data := flags.String("data", "data", "数据文件夹")
	if err := parseFlags(flags, args); err != nil {
		return err
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
	checked, err := book.Verify(ctx)
	if err != nil {
		return err
	}
	if w := checked.Wrong; w != nil {
		return failure("✗ 第 %d 条记录有问题：%s", w.Seq, w.Why)
	}
	fmt.Fprintf(out, "✓ 记录完整：共 %d 条，末条校验值 %s\n", checked.Entries, checked.Head)
	return nil
}
