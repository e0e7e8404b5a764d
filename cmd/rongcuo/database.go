package main

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	_ "modernc.org/sqlite" // the driver "sqlite", pure Go

	"rongcuo/knowledge"
)

// databaseFile holds all records of an installation without a server.
const databaseFile = "rongcuo.db"

// openDatabase opens the records below a folder, and makes both when they are
// not there. Every write is on disk before it is acknowledged (WAL with
// synchronous=FULL); writers wait for each other instead of failing.
func openDatabase(ctx context.Context, dir string) (*sql.DB, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, failure("不能建立数据文件夹“%s”，请检查路径和权限。", dir)
	}
	path := filepath.Join(dir, databaseFile)
	options := url.Values{"_txlock": {"immediate"}, "_pragma": {
		"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)",
	}}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: url.PathEscape(path), RawQuery: options.Encode()}).String())
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	if err := db.PingContext(ctx); err != nil {
		db.Close()
		return nil, failure("打不开数据文件“%s”：%v", path, err)
	}
	return db, nil
}

// openStored gives the base of a data folder.
func openStored(ctx context.Context, s settings, dir string) (*knowledge.Base, func(), error) {
	db, err := openDatabase(ctx, dir)
	if err != nil {
		return nil, nil, err
	}
	base, err := newBase(ctx, s, db)
	if err != nil {
		db.Close()
		return nil, nil, err
	}
	return base, func() { db.Close() }, nil
}
