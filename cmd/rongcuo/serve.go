package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"rongcuo/bot"
	"rongcuo/bot/delivery"
	"rongcuo/conversations/records"
	"rongcuo/knowledge"
	"rongcuo/knowledge/documents"
)

// runServe is the bot on Telegram, by polling or, with WEBHOOK_URL, by webhook.
func runServe(ctx context.Context, args []string, out, errOut io.Writer) error {
	flags := newFlags("serve", errOut)
	data := flags.String("data", "data", "数据文件夹")
	flags.Usage = func() {
		flags.PrintDefaults()
		fmt.Fprintln(errOut, textSettings)
	}
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
	s.log = newLog(s, errOut)
	w, err := openWorks(ctx, s, *data, worksOptions{
		server: s.TelegramURL, token: s.Token, username: s.BotName, owners: s.OwnerIDs, log: s.log,
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
	dir           string // the data folder
	name          string // of this process, which no other has
	bot           *bot.Bot
	office        *delivery.Office
	base          *knowledge.Base
	book          *records.Book
	desk          *records.Desk
	files         *records.Files
	log           *slog.Logger
	intake        func(context.Context) error // brings updates in until its context ends
	db            database
	store         delivery.Store
	manyKeys      bool     // FILES_KEY has more than one: the operator waits for a word
	reserve       *reserve // of a disk on which messages lie; nil: they lie elsewhere
	observer      *observer
	observeAt     string      // address for operators; empty: none
	draining      atomic.Bool // no new work is taken
	chores        []chore
	ends          []func()
}

type worksOptions struct {
	server, token, username string
	owners                  []int64 // the first owners, who invite the others
	sample                  bool    // fill an empty library with the sample county
	log                     *slog.Logger
}

// followEvery is how soon a replica answers from an index that another one
// built.
const followEvery = 5 * time.Second

// Folders below the data folder.
const (
	libraryDir  = "library"  // published files
	filesDir    = "files"    // attachments of filings
	calendarDir = "calendar" // tables of holidays
)

// openWorks wires records, knowledge, delivery and the bot; run sets them
// going.
func openWorks(ctx context.Context, s settings, dir string, o worksOptions) (_ *works, err error) {
	if o.sample {
		s = s.alone()
	}
	w := &works{server: o.server, token: o.token, dir: dir, log: o.log}
	w.intake = w.poll
	if s.WebhookURL != "" {
		w.intake = func(ctx context.Context) error { return w.receive(ctx, s) }
	}
	defer func() {
		if err != nil {
			w.end()
		}
	}()
	if err := refuseMigrated(s, dir); err != nil {
		return nil, err
	}
	db, err := openDatabase(ctx, s, dir)
	if err != nil {
		return nil, err
	}
	w.db, w.ends = db, append(w.ends, func() { db.Close() })
	if w.base, err = newBase(ctx, s, &db); err != nil {
		return nil, err
	}
	if err := fillLibrary(ctx, w.base, filepath.Join(dir, libraryDir), o.sample); err != nil {
		return nil, err
	}
	if w.book, err = openBook(ctx, db, o.owners); err != nil {
		return nil, err
	}
	if n, err := countOwners(ctx, w.book); err == nil && n == 0 {
		o.log.Warn("OWNER_IDS", "finding", errNoOwner.Error())
	}
	store, closeStore, err := openStore(ctx, s, dir, db, o.log)
	if err != nil {
		return nil, err
	}
	w.ends = append(w.ends, closeStore)
	if s.RedisURL == "" && !o.sample {
		w.reserve = openReserve(dir, o.log)
		w.book.SetRoom(w.reserve.room)
		store = reservedStore{store, w.reserve}
	}
	name, free := nameProcess(ctx, dir)
	w.name, w.ends = name, append(w.ends, free)
	w.observer = newObserver(observedWorks(db, store, w.base, s.procedures, dir, w.draining.Load, w.reserve.room))
	w.observeAt = s.Observe.Addr
	w.store = w.observer.counting(store)
	journal, err := w.base.Journal()
	if err != nil {
		return nil, err
	}
	w.chores = append(w.chores, chore{"journal", func(ctx context.Context) error { return journal.Expire(ctx, time.Now()) }})
	return w, w.openBot(ctx, s, o)
}

// openBot makes the bot and the office that brings it its updates.
func (w *works) openBot(ctx context.Context, s settings, o worksOptions) error {
	client, err := bot.Dial(o.server, o.token)
	if err != nil {
		return failure("设置 TELEGRAM_TOKEN 的写法不对，请重新复制。")
	}
	calendars := filepath.Join(w.dir, calendarDir)
	calendar, err := bot.LoadCalendar(calendars)
	if err != nil {
		return failure("放假安排读不出来：%v。请改正或者移走这个文件夹里的表。", err)
	}
	desk, err := w.book.Desk(ctx, s.procedures, calendar)
	if err != nil {
		return err
	}
	files, err := records.OpenFiles(filepath.Join(w.dir, filesDir), s.filesKeys...)
	if err != nil {
		return failure("附件文件夹“%s”不能使用，请检查路径和权限。", filepath.Join(w.dir, filesDir))
	}
	w.desk, w.files, w.manyKeys = desk, files, len(s.filesKeys) > 1
	if w.reserve != nil {
		files.SetRoom(w.reserve.room)
	}
	proposer, err := s.proposer()
	if err != nil {
		return err
	}
	w.bot, err = bot.New(bot.Config{
		Base: w.base, Book: w.book, Client: client, Limits: w.store, Username: o.username, Closed: s.Closed,
		Library: filepath.Join(w.dir, libraryDir), TwoKeepers: s.TwoKeepers, Office: s.Office, Log: o.log,
		Tokens: bot.Budget{Person: s.PersonTokens, All: s.AllTokens}, Answered: w.observer.asked,
		Procedures: s.procedures, Desk: desk, Files: files, Calendars: calendars, Proposer: proposer,
	})
	if err != nil {
		return err
	}
	w.office, err = delivery.New(delivery.Config{
		Read: files.Get, Jobs: w.bot.Jobs(),
		NoLimits: o.sample, // our own Telegram has none
		Store:    w.store, Client: client, Handler: w.bot.Handle, Name: w.name, Log: o.log, Trouble: w.observer.trouble,
		Admins: func(ctx context.Context) []int64 { return alarmed(ctx, w.book, o.log) },
	})
	if err != nil {
		return err
	}
	w.bot.Attach(w.office)
	w.chores = append(w.chores, chore{"filings", w.bot.Regular})
	return nil
}

// reseal brings the attachments under the present key, so that an operator may
// take the old one out of the settings when the log says that it is done.
func (w *works) reseal(ctx context.Context) {
	changed, damaged, err := w.files.Reseal(ctx)
	switch {
	case err != nil && ctx.Err() == nil:
		w.log.Error("attachments are not all under the present key; it is tried again at the next start", "changed", changed, "error", err)
	case damaged > 0:
		w.log.Error("attachments that no key of FILES_KEY opens; keep the key that they had", "files", damaged)
	case err == nil && w.manyKeys:
		w.log.Info("all attachments are under the first key of FILES_KEY now; others may be taken out", "changed", changed)
	}
}

// announce sets the menu of commands. A Telegram that does not answer holds
// nothing else up.
func (w *works) announce(ctx context.Context) {
	if err := w.bot.Announce(ctx); err != nil && ctx.Err() == nil {
		w.log.Warn("the command menu was not set", "error", redact(err, w.token))
	}
}

// revive has a new version of the program try what an old one set aside.
func (w *works) revive(ctx context.Context) {
	err := w.office.ReviveFor(ctx, programVersion())
	if err != nil && ctx.Err() == nil && !errors.Is(err, delivery.ErrConflict) {
		w.log.Warn("what was set aside stays there; an owner can put it back with /parked", "error", err)
	}
}

// alarmed are those who are told when something goes wrong.
func alarmed(ctx context.Context, book *records.Book, log *slog.Logger) []int64 {
	owners, err := book.Holders(ctx, records.Owner, "")
	if err != nil {
		log.Error("nobody could be told: the owners can't be read", "error", err)
	}
	var out []int64
	for _, p := range owners {
		out = append(out, p.Person)
	}
	return out
}

// run goes on until ctx ends; then what is in hand is finished, and operators
// see it until the last.
func (w *works) run(ctx context.Context) error {
	unobserve, err := w.observer.start(w.observeAt)
	if err != nil {
		return err
	}
	defer unobserve()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	defer context.AfterFunc(ctx, func() { w.draining.Store(true) })()
	w.log.Info("the bot begins", "process", w.name, "version", programVersion())
	var wg sync.WaitGroup
	wg.Go(func() { w.announce(ctx) })
	wg.Go(func() { w.revive(ctx) })
	wg.Go(func() { w.office.Run(ctx) })
	wg.Go(func() { w.base.Follow(ctx, followEvery) })
	if w.reserve != nil {
		wg.Go(func() { w.reserve.keep(ctx) })
	}
	wg.Go(func() { doChores(ctx, w.store, w.name, w.log, w.chores) })
	wg.Go(func() { w.reseal(ctx) })
	err = w.intake(ctx)
	stop() // without new updates there is no reason to go on
	wg.Wait()
	w.log.Info("the bot has ended", "process", w.name)
	return err
}

// redact gives an error's text without the token, which stands in the addresses
// of the Bot API.
func redact(err error, token string) string { return strings.ReplaceAll(err.Error(), token, "…") }

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
	return base.Fill(ctx, entries, nil)
}
