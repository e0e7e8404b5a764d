package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite" // the driver "sqlite", pure Go

	"rongcuo/conversations/records"
	"rongcuo/knowledge"
)

// databaseFile holds all records of an installation without a server.
const databaseFile = "rongcuo.db"

// database is where the records are: a SQLite file or PostgreSQL.
type database struct {
	*sql.DB
	postgres bool
}

func (d database) knowledge() knowledge.Dialect {
	if d.postgres {
		return knowledge.PostgreSQL
	}
	return knowledge.SQLite
}

func (d database) records() records.Dialect {
	if d.postgres {
		return records.PostgreSQL
	}
	return records.SQLite
}

// openDatabase opens the records that the settings name: PostgreSQL with
// DATABASE_URL, else the file below a folder, which is made when it is not
// there.
func openDatabase(ctx context.Context, s settings, dir string) (database, error) {
	if s.DatabaseURL != "" {
		return openPostgres(ctx, s.DatabaseURL)
	}
	return openFile(ctx, dir)
}

// openFile opens the file below a folder. Every write is on disk before it is
// acknowledged (WAL with synchronous=FULL); writers wait for each other instead
// of failing.
func openFile(ctx context.Context, dir string) (database, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return database{}, failure("不能建立数据文件夹“%s”，请检查路径和权限。", dir)
	}
	path := filepath.Join(dir, databaseFile)
	if err := makePrivate(path); err != nil {
		return database{}, failure("打不开数据文件“%s”，请检查权限和磁盘空间。", path)
	}
	options := url.Values{"_txlock": {"immediate"}, "_pragma": {
		"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "secure_delete(1)",
	}}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: url.PathEscape(path), RawQuery: options.Encode()}).String())
	if err != nil {
		return database{}, fmt.Errorf("database: %w", err)
	}
	if err := db.PingContext(ctx); err != nil {
		db.Close()
		return database{}, failure("打不开数据文件“%s”：%v", path, err)
	}
	return database{DB: db}, nil
}

// makePrivate makes a file that its owner alone can read; SQLite gives the files
// that it makes beside it the same rights.
func makePrivate(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// What a PostgreSQL must be, and how long the first word may take.
const (
	postgresOldest  = 130000 // server_version_num: 13
	postgresTime    = 10 * time.Second
	postgresConnect = 5 * time.Second // of one try: a host that is gone must not hold an update for minutes
	postgresAtOnce  = 20              // connections of one process
	postgresIdling  = 5
	postgresRenewed = 30 * time.Minute // so that a failover is followed
)

// openPostgres connects to DATABASE_URL. Errors name the setting and never the
// address, which holds a password.
func openPostgres(ctx context.Context, address string) (database, error) {
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return database{}, failure("设置 DATABASE_URL 的写法不对，应当像 postgres://用户:密码@主机:5432/库名?sslmode=verify-full。")
	}
	if config.ConnectTimeout == 0 || config.ConnectTimeout > postgresConnect {
		config.ConnectTimeout = postgresConnect
	}
	config.Tracer = postgresWatch{}
	db := stdlib.OpenDB(*config)
	db.SetMaxOpenConns(postgresAtOnce)
	db.SetMaxIdleConns(postgresIdling)
	db.SetConnMaxLifetime(postgresRenewed)
	ctx, cancel := context.WithTimeout(ctx, postgresTime)
	defer cancel()
	var version int
	var encoding string
	err = db.QueryRowContext(ctx, `SELECT current_setting('server_version_num')::int, current_setting('server_encoding')`).Scan(&version, &encoding)
	switch {
	case err != nil:
		err = failure("连不上设置 DATABASE_URL 的数据库，请检查地址、账号、密码和网络。")
	case version < postgresOldest:
		err = failure("设置 DATABASE_URL 的 PostgreSQL 版本过旧，请使用 13 或更新的版本。")
	case encoding != "UTF8":
		err = failure("设置 DATABASE_URL 的数据库编码是 %s，请用 UTF8 编码新建数据库。", encoding)
	}
	if err != nil {
		db.Close()
		return database{}, err
	}
	return database{DB: db, postgres: true}, nil
}

// openStored gives the base of the installation that the settings or the data
// folder name.
func openStored(ctx context.Context, s settings, dir string) (*knowledge.Base, func(), error) {
	db, err := openDatabase(ctx, s, dir)
	if err != nil {
		return nil, nil, err
	}
	base, err := newBase(ctx, s, &db)
	if err != nil {
		db.Close()
		return nil, nil, err
	}
	return base, func() { db.Close() }, nil
}

// openBook opens the records of posts and filings and lets the owners in whom
// the settings name.
func openBook(ctx context.Context, db database, owners []int64) (*records.Book, error) {
	book, err := records.Open(ctx, db.DB, db.records())
	if errors.Is(err, records.ErrNewer) {
		return nil, errNewerData
	}
	if err != nil {
		return nil, err
	}
	for _, id := range owners {
		if err := book.EnsureOwner(ctx, id); err != nil {
			return nil, err
		}
	}
	return book, nil
}
