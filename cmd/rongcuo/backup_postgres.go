package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"rongcuo/conversations/records"
	"rongcuo/knowledge"
)

// A backup of PostgreSQL is the same file as that of a folder: what is in the
// server is copied into a SQLite database, so that one restore, one drill and one
// pair of eyes serve both, and an installation can go from one to the other by
// it. Each room is copied as of one moment while others write, the records first:
// what they name is in the library that is copied after them. Messages on their way
// and unfinished forms are in Redis and no records.

// copyBoth copies the records, which prove themselves by their chain, then what is
// searched, into a database that has neither.
func copyBoth(ctx context.Context, from, to database) (m moved, err error) {
	rows, err := records.Copy(ctx, records.Database{DB: from.DB, Dialect: from.records()}, records.Database{DB: to.DB, Dialect: to.records()}, nil)
	if err != nil {
		return m, err
	}
	m.records = sum(rows)
	rows, err = knowledge.Copy(ctx, knowledge.Database{DB: from.DB, Dialect: from.knowledge()}, knowledge.Database{DB: to.DB, Dialect: to.knowledge()}, nil)
	if err != nil {
		return m, &knowledgeError{err}
	}
	m.knowledge = sum(rows)
	return m, nil
}

// knowledgeError: the records were copied and the rest was not.
type knowledgeError struct{ error }

func (e *knowledgeError) Unwrap() error { return e.error }

const (
	buildingWait = 10 * time.Minute // how long a backup waits for an index that is being built
	buildingLook = 2 * time.Second
)

// postgres adds what is in the server as a database file.
func (w *backupWriter) postgres(ctx context.Context, address, beside string) error {
	from, err := openPostgres(ctx, address)
	if err != nil {
		return err
	}
	defer from.Close()
	path := filepath.Join(beside, databaseFile)
	for end := time.Now().Add(buildingWait); ; {
		err := copyInto(ctx, from, beside)
		if _, building := errors.AsType[*knowledge.BuildingError](err); building && time.Now().Before(end) {
			if err := os.Remove(path); err != nil {
				return err
			}
			select {
			case <-time.After(buildingLook):
				continue
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		if err != nil {
			return failure("数据库没有备份成：%v。请检查数据库、磁盘空间，再试一次。", err)
		}
		break
	}
	if err := w.backup.describe(ctx, path); err != nil {
		return err
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return w.add(databaseFile, f)
}

// copyInto makes a database file in a folder, one file when it returns.
func copyInto(ctx context.Context, from database, folder string) error {
	to, err := openFile(ctx, folder)
	if err != nil {
		return err
	}
	defer to.Close()
	if _, err := copyBoth(ctx, from, to); err != nil {
		return err
	}
	if _, err := to.ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`); err != nil {
		return err
	}
	return to.Close()
}

// restorePostgres brings a proven database file into the empty PostgreSQL of
// DATABASE_URL and takes the file away. The chain in the server must end as that in
// the file does.
func restorePostgres(ctx context.Context, address, stage string) error {
	to, err := openPostgres(ctx, address)
	if err != nil {
		return err
	}
	defer to.Close()
	from, err := openFile(ctx, stage)
	if err != nil {
		return err
	}
	defer from.Close()
	_, err = copyBoth(ctx, from, to)
	if _, full := errors.AsType[*records.NotEmptyError](err); full {
		return failure("设置 DATABASE_URL 的数据库里已有记录，没有改动。请新建一个空的数据库，把 DATABASE_URL 改为指向它，再恢复；原来的数据库请先保留。")
	}
	if errors.Is(err, records.ErrNewer) {
		return errNewerData
	}
	if err != nil {
		return fmt.Errorf("数据没有全部写入 PostgreSQL，请换一个新建的空数据库再试：%w", err)
	}
	var wants, has records.Checked
	for db, checked := range map[*database]*records.Checked{&from: &wants, &to: &has} {
		book, err := openBook(ctx, *db, nil)
		if err != nil {
			return err
		}
		if *checked, err = book.Verify(ctx); err != nil {
			return err
		}
	}
	if wants != has {
		return failure("写入 PostgreSQL 的记录和备份不一致，请不要使用这个数据库。")
	}
	if err := from.Close(); err != nil {
		return err
	}
	for _, end := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(filepath.Join(stage, databaseFile+end)); err != nil && !os.IsNotExist(err) {
			return err
		}
	}
	return nil
}
