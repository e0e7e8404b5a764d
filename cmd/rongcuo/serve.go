package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"rongcuo/bot"
	"rongcuo/bot/delivery"
	"rongcuo/knowledge"
	"rongcuo/knowledge/documents"
)

// runServe is the bot on Telegram, by polling.
func runServe(ctx context.Context, args []string, out, errOut io.Writer) error {
	flags := newFlags("serve", errOut)
	data := flags.String("data", "data", "数据文件夹")
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	s, err := readSettings()
	if err != nil {
		return err
	}
	if s.Token == "" {
		return failure("还没有设置 TELEGRAM_TOKEN（或者 TELEGRAM_TOKEN_FILE）：向 BotFather 申请机器人后填入。")
	}
	w, err := openWorks(ctx, s, *data, worksOptions{
		server: s.TelegramURL, token: s.Token, username: s.BotName, admins: s.AdminIDs,
		log: slog.New(slog.NewTextHandler(errOut, nil)),
	})
	if err != nil {
		return err
	}
	defer w.end()
	fmt.Fprintln(out, "机器人已开始工作，按 Ctrl+C 结束。")
	return w.run(ctx)
}

// works is the bot with all that it needs, on whichever Telegram.
type works struct {
	server, token string
	office        *delivery.Office
	ends          []func()
}

type worksOptions struct {
	server, token, username string
	admins                  []int64 // who keep the knowledge base
	sample                  bool    // fill an empty library with the sample county
	log                     *slog.Logger
}

const libraryDir = "library" // published files, below the data folder

// openWorks wires records, knowledge, delivery and the bot; run sets them
// going.
func openWorks(ctx context.Context, s settings, dir string, o worksOptions) (_ *works, err error) {
	w := &works{server: o.server, token: o.token}
	defer func() {
		if err != nil {
			w.end()
		}
	}()
	db, err := openDatabase(ctx, dir)
	if err != nil {
		return nil, err
	}
	w.ends = append(w.ends, func() { db.Close() })
	base, err := newBase(ctx, s, db)
	if err != nil {
		return nil, err
	}
	library := filepath.Join(dir, libraryDir)
	if err := fillLibrary(ctx, base, library, o.sample); err != nil {
		return nil, err
	}
	store, err := delivery.OpenSQLite(ctx, db)
	if err != nil {
		return nil, fmt.Errorf("消息存储打不开：%w", err)
	}
	w.ends = append(w.ends, func() { store.Close() })
	client, err := bot.Dial(o.server, o.token)
	if err != nil {
		return nil, failure("设置 TELEGRAM_TOKEN 的写法不对，请重新复制。")
	}
	admins := map[int64]bool{}
	for _, id := range o.admins {
		admins[id] = true
	}
	b, err := bot.New(bot.Config{
		Base: base, Client: client, Limits: store, Username: o.username, Library: library, Office: s.Office, Log: o.log,
		Admin: func(user int64) bool { return admins[user] },
	})
	if err != nil {
		return nil, err
	}
	w.office, err = delivery.New(delivery.Config{
		Store: store, Client: client, Handler: b.Handle, Log: o.log,
		Admins: func(context.Context) []int64 { return o.admins },
	})
	if err != nil {
		return nil, err
	}
	b.Attach(w.office.Try)
	if err := b.Announce(ctx, o.admins); err != nil {
		o.log.Warn("the command menu was not set", "error", strings.ReplaceAll(err.Error(), o.token, "…"))
	}
	return w, nil
}

// run goes on until ctx ends; then what is in hand is finished.
func (w *works) run(ctx context.Context) error {
	var wg sync.WaitGroup
	wg.Go(func() { w.office.Run(ctx) })
	err := w.office.Poll(ctx, w.server, w.token)
	wg.Wait()
	return err
}

func (w *works) end() {
	for i := len(w.ends) - 1; i >= 0; i-- {
		w.ends[i]()
	}
	w.ends = nil
}

// fillLibrary makes the library where there is none, with the sample county if
// it is wanted, and brings it into an empty base.
func fillLibrary(ctx context.Context, base *knowledge.Base, dir string, sample bool) error {
	if _, err := os.Stat(dir); err != nil {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return failure("不能建立文件夹“%s”，请检查路径和权限。", dir)
		}
		if sample {
			if err := os.CopyFS(dir, knowledge.Sample()); err != nil {
				return fmt.Errorf("copying the sample: %w", err)
			}
		}
	}
	if !base.Empty() || !sample {
		return nil
	}
	entries, err := documents.WalkDir(ctx, dir)
	if err != nil {
		return err
	}
	_, err = base.Reindex(ctx, entries, nil)
	return err
}
