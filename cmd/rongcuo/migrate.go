package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"rongcuo/bot/delivery"
	"rongcuo/conversations/records"
)

// runMigrateStore carries the records of a data folder into the PostgreSQL of
// DATABASE_URL. It works on a snapshot, so that the original stays as it is;
// attachments and the library stay the files that they are.
func runMigrateStore(ctx context.Context, args []string, out, errOut io.Writer) error {
	flags := newFlags("migrate-store", errOut)
	data := flags.String("data", "data", "数据文件夹")
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	s, err := readSettings()
	if err != nil {
		return err
	}
	if s.DatabaseURL == "" {
		return failure("请用设置 DATABASE_URL 指定要迁移到的 PostgreSQL，它应当是一个空的数据库。")
	}
	m, err := moveStore(ctx, s, *data)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(*data, migratedMark), nil, 0o600); err != nil {
		return failure("已迁移，但是没能在数据文件夹里做上标记，请检查权限。不要再不带 DATABASE_URL 使用这个文件夹。")
	}
	fmt.Fprintf(out, "✓ 已迁移：知识库 %d 行，记录 %d 行，条数全部核对一致。\n", m.knowledge, m.records)
	if s.RedisURL != "" {
		fmt.Fprintf(out, "✓ 已迁移到 Redis：草稿和聊天状态 %d 份。\n", m.sessions)
	}
	fmt.Fprintf(out, "✓ 记录完整：共 %d 条，末条校验值 %s（请另行保存）\n", m.checked.Entries, m.checked.Head)
	fmt.Fprintf(out, "原有数据没有改动。请保留设置 DATABASE_URL，继续使用数据文件夹“%s”（附件和知识库文件仍在其中），再启动机器人。\n", *data)
	return nil
}

// migratedMark says in a data folder that its records go on elsewhere: a unit of
// systemd that was forgotten would otherwise go on with those of the day of the
// move, and back these up each night.
const migratedMark = ".migrated"

// refuseMigrated is the error of who would work on what was left behind.
func refuseMigrated(s settings, dir string) error {
	if s.DatabaseURL == "" && exists(filepath.Join(dir, migratedMark)) {
		return failure("“%s”里的记录已经迁移到 PostgreSQL，请设置 DATABASE_URL（或者 DATABASE_URL_FILE）。确实要用回这里的旧数据，请先删除其中的 %s。", dir, migratedMark)
	}
	return nil
}

// moved is what a migration carried over.
type moved struct {
	knowledge, records int64 // rows
	sessions           int   // drafts and the like, to Redis
	checked            records.Checked
}

// moveStore opens both sides, copies and compares.
func moveStore(ctx context.Context, s settings, dir string) (m moved, err error) {
	path := filepath.Join(dir, databaseFile)
	if !exists(path) {
		return m, failure("“%s”里没有数据，请用 -data 指定数据文件夹。", dir)
	}
	if inUse(ctx, path) {
		return m, failure("机器人正在使用数据文件夹“%s”，请先停止机器人。", dir)
	}
	from, drop, err := snapshot(ctx, dir)
	if err != nil {
		return m, err
	}
	defer drop()
	queues, err := openQueues(ctx, from)
	if err != nil {
		return m, err
	}
	defer queues.Close()
	into, err := openNewQueues(ctx, s, queues)
	if err != nil {
		return m, err
	}
	if into != nil {
		defer into.Close()
	}
	to, err := openPostgres(ctx, s.DatabaseURL)
	if err != nil {
		return m, err
	}
	defer to.Close()
	if m, err = copyRecords(ctx, from, to); err != nil || into == nil {
		return m, err
	}
	if m.sessions, err = delivery.CopySessions(ctx, queues, into); err != nil {
		err = failure("记录已迁移，但是草稿没有全部写入设置 REDIS_URL 的 Redis。请换一个空的 Redis 和空的数据库，再试一次。")
	}
	return m, err
}

// snapshot gives a database that is the one in a folder as it is now.
func snapshot(ctx context.Context, dir string) (database, func(), error) {
	beside, err := os.MkdirTemp(dir, ".migrate-")
	if err != nil {
		return database{}, nil, failure("不能写入数据文件夹“%s”，请检查权限和磁盘空间。", dir)
	}
	drop := func() { os.RemoveAll(beside) }
	original, err := openFile(ctx, dir)
	if err == nil {
		_, err = original.ExecContext(ctx, `VACUUM INTO ?`, filepath.Join(beside, databaseFile))
		original.Close()
	}
	if err != nil {
		drop()
		return database{}, nil, failure("数据库没有读完，请检查磁盘空间：%v", err)
	}
	db, err := openFile(ctx, beside)
	if err != nil {
		drop()
		return database{}, nil, err
	}
	return db, func() { db.Close(); drop() }, nil
}

// openNewQueues opens the Redis in which messages and drafts go on, nil without
// REDIS_URL: then they go on in the folder. No message may wait, for Redis does
// not get those.
func openNewQueues(ctx context.Context, s settings, queues *delivery.SQLite) (delivery.Store, error) {
	if s.RedisURL == "" {
		return nil, nil
	}
	if s.Token == "" {
		return nil, failure("设置 REDIS_URL 时还要设置 TELEGRAM_TOKEN（或者 TELEGRAM_TOKEN_FILE）：草稿按机器人分开存放。")
	}
	waiting := 0
	for _, queue := range queueNames {
		n, err := queues.Count(ctx, queue)
		if err != nil {
			return nil, err
		}
		waiting += n.Waiting
	}
	if waiting > 0 {
		return nil, failure("数据文件夹里还有 %d 条消息没有处理完。请先去掉设置 DATABASE_URL 和 REDIS_URL，启动机器人让它处理完，再来迁移。", waiting)
	}
	store, _, err := s.openRedis(ctx)
	if err != nil {
		return nil, err
	}
	return store, nil
}

// copyRecords copies the records first, whose chain must hold and end in the same
// entry, then what is searched.
func copyRecords(ctx context.Context, from, to database) (m moved, err error) {
	source, err := openBook(ctx, from, nil)
	if err != nil {
		return m, err
	}
	before, err := source.Verify(ctx)
	if err != nil {
		return m, err
	}
	if w := before.Wrong; w != nil {
		return m, failure("第 %d 条记录有问题：%s没有迁移。", w.Seq, w.Why)
	}
	m, err = copyBoth(ctx, from, to)
	if _, full := errors.AsType[*records.NotEmptyError](err); full {
		return m, failure("设置 DATABASE_URL 的数据库里已有记录，没有迁移。请换一个空的数据库。")
	}
	if errors.Is(err, records.ErrNewer) {
		return m, errNewerData
	}
	if half, ok := errors.AsType[*knowledgeError](err); ok {
		return m, fmt.Errorf("知识库没有迁移，请删除目标数据库，重新建一个空的再试：%w", half)
	}
	if err != nil {
		return m, fmt.Errorf("记录没有迁移：%w", err)
	}
	target, err := openBook(ctx, to, nil)
	if err != nil {
		return m, err
	}
	if m.checked, err = target.Verify(ctx); err != nil {
		return m, err
	}
	if m.checked != before {
		return m, failure("迁移后的记录和原来的不一致，请不要使用目标数据库。")
	}
	return m, target.Note(ctx, records.Entry{Kind: "migrated", Detail: map[string]any{"head": before.Head}})
}

func sum(counts map[string]int64) (n int64) {
	for _, c := range counts {
		n += c
	}
	return n
}
