package localtelegram

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// ErrRealToken is returned by New when the program also holds the token of a real bot: a demo beside a
// real bot would mix play with work.
var ErrRealToken = errors.New("localtelegram: a real bot token is configured; the local Telegram does not run beside it")

// Person is somebody who can be played in the chat.
type Person struct {
	Key    string `json:"key"`     // short, for scripts and addresses: "admin"
	Name   string `json:"name"`    // what others see, a role: "管理员"
	Title  string `json:"title"`   // one line on what the role is for; may be empty
	UserID int64  `json:"user_id"` // Telegram user id, positive; also the id of the private chat
}

// Group is a group chat that the bot is a member of.
type Group struct {
	Key     string   // short, for scripts: "office"
	Title   string   // the group's name
	ChatID  int64    // negative
	Members []string // keys of people
}

// Options say what New builds. The zero value is the sample county with a random token.
type Options struct {
	Token       string           // "<digits>:<secret>"; default: made anew by each New
	BotUsername string           // default "rongcuo_bot"
	BotName     string           // default BotTitle
	People      []Person         // default DefaultPeople
	Groups      []Group          // default none
	RealToken   bool             // whether the caller has a real bot token configured; then New refuses
	Started     bool             // everybody has started the bot before, as after a restart that kept the bot's data
	NoLimits    bool             // switches the 429 rate limits off, for load tests
	Now         func() time.Time // default time.Now; the "clock" fault is added to it
	Log         *slog.Logger     // default: discards
}

// Server is a Telegram on this machine. Make one with New, end it with Close.
type Server struct {
	opts    Options
	world   *world
	files   *fileStore
	hook    *webhook
	handler http.Handler

	http  *http.Server
	url   string
	ended chan struct{} // closed by Close: long polls and streams return
	once  sync.Once
	done  sync.WaitGroup
}

// New builds a server; Start or a listener of the caller's own (Handler) makes it reachable.
// The error is ErrRealToken, or says which option is wrong.
func New(o Options) (*Server, error) {
	if o.RealToken {
		return nil, ErrRealToken
	}
	if err := o.fill(); err != nil {
		return nil, fmt.Errorf("localtelegram: %w", err)
	}
	files, err := newFileStore()
	if err != nil {
		return nil, fmt.Errorf("localtelegram: %w", err)
	}
	s := &Server{opts: o, files: files, ended: make(chan struct{})}
	s.world = newWorld(o, files)
	s.hook = newWebhook(s)
	s.handler = s.routes()
	return s, nil
}

func (o *Options) fill() error {
	if o.Token == "" {
		o.Token = fmt.Sprintf("%d:local-%s", firstUserID, rand.Text())
	}
	if botID(o.Token) == 0 {
		return errors.New("Token must look like 123456:secret")
	}
	if o.BotUsername == "" {
		o.BotUsername = "rongcuo_bot"
	}
	if o.BotName == "" {
		o.BotName = BotTitle
	}
	if o.People == nil {
		o.People = DefaultPeople()
	}
	o.People = slices.Clone(o.People)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	seen := map[any]bool{}
	for _, p := range o.People {
		if p.Key == "" || p.Name == "" || p.UserID <= 0 || seen[p.Key] || seen[p.UserID] {
			return fmt.Errorf("person %q: key, name and a positive user id must be set and be unique", p.Key)
		}
		seen[p.Key], seen[p.UserID] = true, true
	}
	for _, g := range o.Groups {
		if g.Key == "" || g.ChatID >= 0 || seen[g.Key] || seen[g.ChatID] {
			return fmt.Errorf("group %q: key and a negative chat id must be set and be unique", g.Key)
		}
		seen[g.Key], seen[g.ChatID] = true, true
		for _, member := range g.Members {
			if !slices.ContainsFunc(o.People, func(p Person) bool { return p.Key == member }) {
				return fmt.Errorf("group %q: nobody has the key %q", g.Key, member)
			}
		}
	}
	return nil
}

// Handler serves both sides and the page, with all checks of the package comment. Requests must come
// from a loopback address and name a loopback host.
func (s *Server) Handler() http.Handler { return s.handler }

// Token is the bot's token, for the client of the bot.
func (s *Server) Token() string { return s.opts.Token }

// URL is the address after Start, without a trailing slash: "http://127.0.0.1:8080". It is both the
// page and the server URL for the bot's client. Empty before Start.
func (s *Server) URL() string { return s.url }

// Start listens on addr ("127.0.0.1:8080"; port 0 takes a free one) and serves in the background until
// Close. It refuses every address that is not loopback.
func (s *Server) Start(ctx context.Context, addr string) error {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("localtelegram: address %q: %w", addr, err)
	}
	if host == "localhost" {
		host = "127.0.0.1"
	}
	if ip, err := netip.ParseAddr(host); err != nil || !ip.IsLoopback() {
		return fmt.Errorf("localtelegram: address %q: only loopback addresses such as 127.0.0.1 are allowed", addr)
	}
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", net.JoinHostPort(host, port))
	if err != nil {
		return fmt.Errorf("localtelegram: %w", err)
	}
	s.url = "http://" + listener.Addr().String()
	s.http = &http.Server{
		Handler:           s.handler,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(s.opts.Log.Handler(), slog.LevelWarn),
	}
	s.done.Go(func() {
		if err := s.http.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			s.opts.Log.Error("local Telegram stopped serving", "error", err)
		}
	})
	return nil
}

// Close ends long polls, streams and webhook deliveries, stops listening and removes the files.
// It waits for all of them; a second call does nothing.
func (s *Server) Close() error {
	var err error
	s.once.Do(func() {
		close(s.ended)
		s.hook.close()
		if s.http != nil {
			ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
			defer cancel()
			if err = s.http.Shutdown(ctx); err != nil {
				err = s.http.Close()
			}
		}
		s.done.Wait()
		err = errors.Join(err, s.files.close())
	})
	return err
}
