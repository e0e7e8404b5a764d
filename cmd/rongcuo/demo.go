package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"

	"rongcuo/bot/localtelegram"
	"rongcuo/conversations/records"
)

// runDemo is the whole bot on this machine: the local Telegram with its page,
// the real client, the real delivery, the sample county.
func runDemo(ctx context.Context, args []string, out, errOut io.Writer) error {
	flags := newFlags("demo", errOut)
	addr := flags.String("addr", "127.0.0.1:8080", "聊天页面的地址，只能是本机")
	data := flags.String("data", "", "数据文件夹；不填则用临时文件夹，退出时删除")
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	s, err := readSettings()
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(errOut, &slog.HandlerOptions{Level: slog.LevelWarn}))
	telegram, err := localtelegram.New(localtelegram.Options{RealToken: s.Token != "", Started: true, NoLimits: true, Log: log, Groups: []localtelegram.Group{townGroup}})
	if err != nil {
		return failure("演示不能和真实的机器人令牌同时使用，请先去掉设置 TELEGRAM_TOKEN。")
	}
	dir := *data
	if dir == "" {
		if dir, err = os.MkdirTemp("", "rongcuo-demo-"); err != nil {
			return failure("不能建立临时文件夹，请检查磁盘空间和权限。")
		}
		defer os.RemoveAll(dir)
	}
	if err := telegram.Start(ctx, *addr); err != nil {
		return failure("聊天页面的地址 %s 不能使用，请用 -addr 换一个本机端口，例如 -addr 127.0.0.1:8090。", *addr)
	}
	defer telegram.Close()
	people := map[string]int64{}
	for _, p := range localtelegram.DefaultPeople() {
		people[p.Key] = p.UserID
	}
	owners := []int64{people["admin"]}
	w, err := openWorks(ctx, s, dir, worksOptions{server: telegram.URL(), token: telegram.Token(), username: "rongcuo_bot", owners: owners, sample: true, log: log})
	if err != nil {
		return err
	}
	defer w.end()
	if err := seatTown(ctx, w.book, owners[0]); err != nil {
		return err
	}
	var filing sync.WaitGroup // beside the first questions
	defer filing.Wait()
	filing.Go(func() {
		err := w.fileSample(ctx, s.procedures, people["handler"], people["head"])
		if err = errors.Join(err, w.bot.Regular(ctx)); err != nil && ctx.Err() == nil {
			log.Warn("there is no sample filing", "error", err)
		}
	})
	if err := w.bot.Announce(ctx); err != nil { // menus of the posts just given
		log.Warn("the command menu was not set", "error", redact(err, telegram.Token()))
	}
	fmt.Fprintf(out, "请用浏览器打开 %s （按 Ctrl+C 结束）\n", telegram.URL())
	return w.run(ctx)
}

// townGroup is where some of the demo's people talk among themselves; the bot
// answers there when it is named.
var townGroup = localtelegram.Group{Key: "group", Title: "工作交流群", ChatID: -1001, Members: []string{"official", "handler", "head", "outsider"}}

// townPosts are who does what in the demo's county.
var townPosts = map[string]struct {
	role  records.Role
	place string
}{
	"handler":   {records.Handler, "示例县住房保障中心党支部"},
	"head":      {records.UnitHead, "示例县住房保障中心党支部"},
	"decider":   {records.Decider, "县住建局党组"},
	"registrar": {records.Registrar, ""},
}

// seatTown gives the demo's people their posts, as an owner does with
// invitations; who has one already keeps it.
func seatTown(ctx context.Context, book *records.Book, owner int64) error {
	for _, p := range localtelegram.DefaultPeople() {
		post, ok := townPosts[p.Key]
		if !ok {
			continue
		}
		held, err := book.Posts(ctx, p.UserID)
		if err != nil {
			return err
		}
		if len(held) > 0 {
			continue
		}
		code, err := book.Invite(ctx, owner, post.role, post.place)
		if err != nil {
			return err
		}
		if _, err := book.Accept(ctx, p.UserID, p.Name, code); err != nil {
			return err
		}
	}
	return nil
}
