package main

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"rongcuo/bot/delivery"
)

// redisTime bounds the first words with Redis, so that a start says soon what is
// wrong.
const redisTime = 5 * time.Second

// openStore opens what the delivery keeps: in Redis with REDIS_URL, else in a
// SQLite file, which is that of the records where they are in one. Close ends
// all that was opened for it.
func openStore(ctx context.Context, s settings, dir string, db database, log *slog.Logger) (delivery.Store, func(), error) {
	if s.RedisURL != "" {
		store, findings, err := s.openRedis(ctx)
		if err != nil {
			return nil, nil, err
		}
		for _, f := range findings {
			log.Warn("REDIS_URL", "finding", f.Text)
		}
		return store, func() { store.Close() }, nil
	}
	own := db.postgres
	if own {
		var err error
		if db, err = openFile(ctx, dir); err != nil {
			return nil, nil, err
		}
	}
	closeDB := func() {
		if own {
			db.Close()
		}
	}
	store, err := openQueues(ctx, db)
	if err != nil {
		closeDB()
		return nil, nil, err
	}
	return store, func() { store.Close(); closeDB() }, nil
}

// openQueues opens the delivery's tables in a SQLite file.
func openQueues(ctx context.Context, db database) (*delivery.SQLite, error) {
	store, err := delivery.OpenSQLite(ctx, db.DB)
	if errors.Is(err, delivery.ErrNewer) {
		return nil, errNewerData
	}
	if err != nil {
		return nil, failure("消息存储打不开：%v", err)
	}
	return store, nil
}

// errNewerData is what an older program says of tables that a newer one wrote.
var errNewerData = errors.New("数据由更新版本的程序写成，请换用新版本的程序，或者恢复升级前的备份。")

// openRedis connects to REDIS_URL and looks whether it keeps what it
// acknowledges. What would lose messages is an error, what an operator should
// know a finding. No error holds the address or what Redis answered.
func (s settings) openRedis(ctx context.Context) (*delivery.Redis, []delivery.Finding, error) {
	options, err := delivery.ParseRedisURL(s.RedisURL)
	if err != nil {
		return nil, nil, failure("设置 REDIS_URL 有误：%v。", err)
	}
	ctx, cancel := context.WithTimeout(ctx, redisTime)
	defer cancel()
	store, err := delivery.OpenRedis(ctx, options, s.redisName())
	if err != nil {
		return nil, nil, redisTrouble(err)
	}
	findings, err := store.Check(ctx)
	if err == nil {
		findings, err = fatal(findings)
	} else {
		err = redisTrouble(err)
	}
	if err != nil {
		store.Close()
		return nil, nil, err
	}
	return store, findings, nil
}

// redisName keeps the bots in one Redis apart: the number of the bot, which is
// no secret.
func (s settings) redisName() string {
	number, _, _ := strings.Cut(s.Token, ":")
	return "rongcuo" + number
}

// fatal takes out of findings what forbids to start.
func fatal(findings []delivery.Finding) (rest []delivery.Finding, err error) {
	for _, f := range findings {
		if f.Fatal {
			err = errors.Join(err, failure("设置 REDIS_URL 的 Redis 不能使用：%s", f.Text))
		} else {
			rest = append(rest, f)
		}
	}
	return rest, err
}

// redisTrouble says why Redis did not answer, in words that hold nothing secret.
func redisTrouble(err error) error {
	for code, said := range map[string]error{
		"WRONGPASS": errRedisUser, "NOAUTH": errRedisUser, "AUTH failed": errRedisUser,
		"NOPERM":  failure("设置 REDIS_URL 的 Redis 用户权限不够，请对照 deploy/redis.acl.template 授权。"),
		"LOADING": failure("设置 REDIS_URL 的 Redis 正在读入数据，请稍等再启动。"),
	} {
		if strings.Contains(err.Error(), code) {
			return said
		}
	}
	return failure("连不上设置 REDIS_URL 的 Redis，请检查地址、端口、网络，以及 Redis 是否已经启动。")
}

var errRedisUser = errors.New("设置 REDIS_URL 的用户名或者密码不对，请重新填写。")
