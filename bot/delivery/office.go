package delivery

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
)

const (
	// MaxTries is how often an update is handed to the handler before it is
	// parked (promise R7).
	MaxTries = 5
	// HandlerTime bounds one call of the handler. A model's answer takes up to
	// 30 s (R23); longer work is a [Job].
	HandlerTime = 2 * time.Minute
	// DrainTime is how long Run goes on after its context ended (R3).
	DrainTime = 10 * time.Second

	chatLease  = 15 * time.Second // renewed each third; a dead replica's chats go on after it
	leaderTTL  = 10 * time.Second // with a third of waiting, takeover stays under 15 s (R6)
	idleLook   = 200 * time.Millisecond
	sweepEvery = time.Hour
)

// Client is what the sender uses of *bot.Bot.
type Client interface {
	SendMessage(ctx context.Context, params *bot.SendMessageParams) (*models.Message, error)
	SendDocument(ctx context.Context, params *bot.SendDocumentParams) (*models.Message, error)
	SendPhoto(ctx context.Context, params *bot.SendPhotoParams) (*models.Message, error)
	EditMessageText(ctx context.Context, params *bot.EditMessageTextParams) (*models.Message, error)
}

// Config is what an Office is made of. The first three are required.
type Config struct {
	Store   Store
	Client  Client // with a time limit on its HTTP client
	Handler Handler
	// Name tells this process from its replicas and stays over a restart, so that
	// it takes back at once what it held when it died. Empty: "main".
	Name string
	// Admins gives the chats that learn of parked updates and refused messages.
	Admins  func(context.Context) []int64
	Log     *slog.Logger // nil: none
	Workers int          // chats handled at once; 0: 16
	// Read gives the content of a [File] by its Path; nil: [os.ReadFile].
	Read func(path string) ([]byte, error)
	// NoLimits sends as fast as the server takes it, for a local Telegram that
	// has no limits. With Telegram's own the bot would soon be told to wait.
	NoLimits bool
	// StoreAway is what a person is told, once an outage, whose message or button
	// press can't be stored; plain text. Empty: a sentence of this package. With
	// webhooks each replica that Telegram turns to says it: only the store knows
	// what others said.
	StoreAway string
	// Trouble says what an error of a handler or of the store is the fault of; it
	// knows the libraries that this package does not. Nil: every one is the
	// handler's.
	Trouble func(error) Trouble
	// Jobs gives the handler of each kind of [Job]. Nil: this process runs none.
	Jobs map[string]JobHandler
}

// Office brings updates in and messages out. Call [Office.Run] once, and beside
// it [Office.Poll] or serve [Office.Webhook].
type Office struct {
	store   Store
	client  Client
	handler Handler
	name    string
	admins  func(context.Context) []int64
	log     *slog.Logger
	limits  *limits
	inbox   *pump
	outbox  *pump
	jobs    *pump
	kinds   map[string]JobHandler
	read    func(path string) ([]byte, error)
	away    string // Config.StoreAway
	outage  outage
	needs   outage // of what handlers need, such as the database of the records
	trouble func(error) Trouble
	probe   func(point string) // named points of a message's way; only tests set it
}

// New makes an Office. It starts nothing.
func New(c Config) (*Office, error) {
	if c.Store == nil || c.Client == nil || c.Handler == nil {
		return nil, fmt.Errorf("delivery: a store, a client and a handler are required")
	}
	if c.Name == "" {
		c.Name = "main"
	}
	if c.Admins == nil {
		c.Admins = func(context.Context) []int64 { return nil }
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Workers <= 0 {
		c.Workers = 16
	}
	if c.StoreAway == "" {
		c.StoreAway = textStoreAway
	}
	if c.Read == nil {
		c.Read = os.ReadFile
	}
	if c.Trouble == nil {
		c.Trouble = func(error) Trouble { return Failed }
	}
	o := &Office{read: c.Read, store: c.Store, client: c.Client, handler: c.Handler, name: c.Name, admins: c.Admins,
		log: c.Log, limits: newLimits(c.NoLimits), kinds: c.Jobs, away: c.StoreAway, trouble: c.Trouble, probe: func(string) {}}
	always := func() (int, time.Duration) { return c.Workers, 0 }
	o.inbox = newPump(c.Store, Inbox, c.Name, c.Log, c.Workers, always, o.handle)
	o.outbox = newPump(c.Store, Outbox, c.Name, c.Log, senders, o.limits.room, o.deliver)
	o.jobs = newPump(c.Store, Jobs, c.Name, c.Log, jobSlots, func() (int, time.Duration) { return jobSlots, 0 }, o.runJob)
	o.jobs.idle, o.jobs.hasty = jobIdle, true
	return o, nil
}

// Run handles updates and sends messages until ctx ends; then it finishes what
// is in hand, or hands it back, within [DrainTime]. Of several replicas all
// handle, and one, elected by a lock, sends: so Telegram's limits hold for all.
func (o *Office) Run(ctx context.Context) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		sender := role{locks: o.store, log: o.log, name: "delivery:sender", owner: o.name}
		sender.lead(ctx, func(ctx context.Context) {
			sweeping := make(chan struct{})
			go func() { defer close(sweeping); o.sweep(ctx) }()
			o.outbox.run(ctx)
			<-sweeping
		})
	}()
	var working sync.WaitGroup
	if len(o.kinds) > 0 {
		working.Go(func() { o.jobs.run(ctx) })
	}
	o.inbox.run(ctx)
	working.Wait()
	<-done
}

// Send puts messages into the outbox outside a turn, in order, all or none: a
// reminder, a notice to many. Each needs a Key; one that was put before changes
// nothing. It returns how many were new.
func (o *Office) Send(ctx context.Context, messages ...Message) (added int, err error) {
	items := make([]Item, len(messages))
	for i, m := range messages {
		if items[i], err = m.item(); err != nil {
			return 0, err
		}
	}
	added, err = o.store.Put(ctx, Outbox, items...)
	if err == nil {
		o.outbox.poke()
	}
	return added, err
}

func (o *Office) sweep(ctx context.Context) {
	for tick := time.NewTicker(sweepEvery); ; {
		if err := o.store.Sweep(ctx); err != nil && ctx.Err() == nil {
			o.log.Warn("sweeping the store failed; it is tried again in an hour", "err", err)
		}
		o.limits.sweep()
		select {
		case <-tick.C:
		case <-ctx.Done():
			tick.Stop()
			return
		}
	}
}
