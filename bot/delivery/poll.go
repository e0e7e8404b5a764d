package delivery

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Kinds of updates that Poll asks for; set the same when registering a webhook.
var AllowedUpdates = []string{"message", "edited_message", "callback_query", "my_chat_member"}

// ErrToken: Telegram refused the token three times running; asking on is useless.
var ErrToken = errors.New("delivery: Telegram does not accept the bot's token")

const (
	pollWait     = 50 * time.Second // Telegram holds an empty answer so long
	pollBatch    = 100              // the most that Telegram gives
	maxPollBytes = 16 << 20         // 100 updates are a few 100 KB; what is beyond is no answer of Telegram
	pollPause    = time.Second      // after an answer that came at once and brought nothing new
	maxToken     = 3                // 401s until ErrToken (fault X5)
)

// Poll asks server (https://api.telegram.org, or the address of another Bot API)
// for updates until ctx ends, and returns nil then; or ErrToken. An update is
// confirmed by the next question, which comes after it is on disk. Of several
// replicas one polls, elected by a lock. While the store is away it goes on, or
// nobody would tell people; nothing is confirmed then, and should another hold
// the lock by now, it yields: Telegram's 409 tells, or that an update is gone
// which it could not store.
func (o *Office) Poll(ctx context.Context, server, token string) error {
	p := &poller{office: o, url: strings.TrimRight(server, "/") + "/bot" + token + "/getUpdates", token: token,
		client: &http.Client{Timeout: pollWait + 15*time.Second, Transport: http.DefaultTransport.(*http.Transport).Clone(),
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	defer p.client.CloseIdleConnections()
	return p.run(ctx)
}

// poller asks for updates. The offset lives in memory: what is not confirmed at a
// restart comes again and is known by its number.
type poller struct {
	office *Office
	client *http.Client
	url    string
	token  string
	offset int64
	news   int       // updates of the last answer that were not known before
	unkept int64     // number of an update that could not be stored; 0: none
	failed int       // questions in a row that failed
	since  time.Time // when the first of them did
	denied int       // of them, with 401
}

// errDeposed: another replica polls, and the store does not say that we may.
var errDeposed = errors.New("delivery: another replica polls")

// role is the lock of those who poll.
func (p *poller) role() role {
	o := p.office
	return role{locks: o.store, log: o.log, name: "delivery:poll", owner: o.name, outlasts: true}
}

// confirmRole renews the lock when something says that another polls. Where it
// can't, this process yields.
func (p *poller) confirmRole(ctx context.Context) error {
	_, err := p.role().ask(ctx)
	if err != nil {
		p.office.log.Warn("another replica polls; without an answer of the store this one stops", "err", err)
		return errDeposed
	}
	return nil
}

// run polls whenever this process is elected.
func (p *poller) run(ctx context.Context) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	p.role().lead(ctx, func(ctx context.Context) {
		if err := p.loop(ctx); errors.Is(err, ErrToken) {
			stop(err)
		}
	})
	if err := context.Cause(ctx); errors.Is(err, ErrToken) {
		return err
	}
	return nil
}

// loop asks until ctx ends (nil), the token is refused for good (ErrToken) or
// another polls in its place (errDeposed).
func (p *poller) loop(ctx context.Context) error {
	p.offset, p.unkept = 0, 0
	for ctx.Err() == nil {
		asked := time.Now()
		updates, err := p.ask(ctx)
		if err == nil {
			p.failed, p.denied = 0, 0
			err := p.keep(ctx, updates)
			if errors.Is(err, errDeposed) {
				return err
			}
			if err != nil && pause(ctx, storeRetry) {
				p.office.log.Warn("updates could not be stored; they stay with Telegram and are asked for again", "err", err)
			}
			if err == nil && p.news == 0 && time.Since(asked) < pollPause { // Telegram holds an empty answer; who does not is not asked without a breath
				pause(ctx, pollPause)
			}
			continue
		}
		if ctx.Err() != nil {
			return nil
		}
		wait, err := p.trouble(ctx, err)
		if err != nil {
			return err
		}
		pause(ctx, wait)
	}
	return nil
}

// keep writes the updates into the inbox and only then moves the offset.
func (p *poller) keep(ctx context.Context, updates []json.RawMessage) (err error) {
	p.news = 0
	o := p.office
	o.probe("received")
	items, next := p.read(updates)
	if p.unkept > 0 && !slices.ContainsFunc(items, func(it Item) bool { return it.Order == p.unkept }) {
		// It was confirmed, and not by us, or it is too old for Telegram.
		if err := p.confirmRole(ctx); err != nil {
			return err
		}
	}
	if len(items) == 0 {
		return nil
	}
	p.news, err = o.receive(ctx, items, func(ctx context.Context) []Item {
		updates, _ := p.ask(ctx) // a failure shows again when the store has answered
		items, _ := p.read(updates)
		return items
	})
	if err != nil {
		p.unkept = next - 1
		return err
	}
	o.probe("stored")
	p.offset, p.unkept = next, 0
	o.inbox.poke()
	o.log.Debug("updates received", "count", len(items), "new", p.news)
	return nil
}

// read makes items of updates and says what offset confirms them: one behind the
// highest of them, also where all are below the last offset. After a week without
// updates Telegram goes on from a number of its choice.
func (p *poller) read(updates []json.RawMessage) (items []Item, next int64) {
	for _, raw := range updates {
		it, err := updateItem(raw)
		if err != nil {
			p.office.log.Warn("skipped something among the updates that is none", "bytes", len(raw))
			continue
		}
		items = append(items, it)
		next = max(next, it.Order+1)
	}
	if len(items) == 0 {
		next = p.offset
	}
	return items, next
}

// trouble logs a failed question and says how long to wait, or ErrToken or
// errDeposed.
func (p *poller) trouble(ctx context.Context, err error) (time.Duration, error) {
	if p.failed++; p.failed == 1 {
		p.since = time.Now()
	}
	wait := backoff(p.failed, time.Second, time.Minute)
	soon := retryIn(p.failed, p.since)
	log := p.office.log.With("failed", p.failed)
	e, ok := errors.AsType[*apiError](err)
	if !ok {
		log.Warn("no updates from Telegram; tried again", "in", soon, "err", strings.ReplaceAll(err.Error(), p.token, "***"))
		return soon, nil
	}
	switch {
	case e.Code == http.StatusUnauthorized || e.Code == http.StatusNotFound:
		if p.denied++; p.denied >= maxToken {
			return 0, ErrToken
		}
		log.Error("Telegram does not accept the token", "status", e.Code)
	case e.Code == http.StatusConflict && strings.Contains(e.Description, "webhook"):
		log.Error("a webhook is registered for this bot, so it can't poll; delete the webhook or serve it", "in", wait)
	case e.Code == http.StatusConflict:
		if err := p.confirmRole(ctx); err != nil {
			return 0, err
		}
		log.Error("another program polls with the same token; only one may", "in", wait)
	case e.Code == http.StatusTooManyRequests:
		wait = max(time.Second, e.RetryAfter) + 100*time.Millisecond
		log.Warn("Telegram asks to wait with polling", "in", wait)
	default:
		log.Warn("Telegram does not answer properly; tried again", "status", e.Code, "in", soon)
		wait = soon
	}
	return wait, nil
}

// retryIn is how long to wait for a Telegram that is out of order: 5 seconds at
// most for a quarter of an hour, so that people wait no longer than that when it
// is back (fault X5); then a minute.
func retryIn(try int, since time.Time) time.Duration {
	if time.Since(since) < 15*time.Minute {
		return backoff(try, time.Second, 5*time.Second)
	}
	return backoff(try, time.Second, time.Minute)
}
