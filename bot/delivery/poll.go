package delivery

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
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
	maxPollBytes = 64 << 20         // 100 updates are a few 100 KB; what is beyond is no answer of Telegram
	maxToken     = 3                // 401s until ErrToken (fault X5)
)

// Poll asks server (https://api.telegram.org, or the address of another Bot API)
// for updates until ctx ends, and returns nil then; or ErrToken. An update is
// confirmed by the next question, which comes after it is on disk. Of several
// replicas one polls, elected by a lock.
func (o *Office) Poll(ctx context.Context, server, token string) error {
	p := &poller{office: o, url: strings.TrimRight(server, "/") + "/bot" + token + "/getUpdates", token: token,
		client: &http.Client{Timeout: pollWait + 15*time.Second, Transport: http.DefaultTransport.(*http.Transport).Clone(),
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	defer p.client.CloseIdleConnections()
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	lead(ctx, o.store, o.log, "delivery:poll", o.name, func(ctx context.Context) {
		if err := p.loop(ctx); err != nil {
			stop(err)
		}
	})
	if err := context.Cause(ctx); errors.Is(err, ErrToken) {
		return err
	}
	return nil
}

// poller asks for updates. The offset lives in memory: what is not confirmed at a
// restart comes again and is known by its number.
type poller struct {
	office *Office
	client *http.Client
	url    string
	token  string
	offset int64
	failed int // questions in a row that failed
	denied int // of them, with 401
}

// loop asks until ctx ends (nil) or the token is refused for good (ErrToken).
func (p *poller) loop(ctx context.Context) error {
	p.offset = 0
	for ctx.Err() == nil {
		updates, err := p.ask(ctx)
		if err == nil {
			err = p.keep(ctx, updates)
		}
		if err == nil {
			p.failed, p.denied = 0, 0
			continue
		}
		if ctx.Err() != nil {
			return nil
		}
		wait, err := p.trouble(err)
		if err != nil {
			return err
		}
		pause(ctx, wait)
	}
	return nil
}

// keep writes the updates into the inbox and only then moves the offset.
func (p *poller) keep(ctx context.Context, updates []json.RawMessage) error {
	o := p.office
	o.probe("received")
	items := make([]Item, 0, len(updates))
	next := p.offset
	for _, raw := range updates {
		it, err := updateItem(raw)
		if err != nil {
			o.log.Warn("skipped something among the updates that is none", "bytes", len(raw))
			continue
		}
		items = append(items, it)
		next = max(next, it.Order+1)
	}
	if len(items) == 0 {
		return nil
	}
	added, err := o.store.Put(ctx, Inbox, items...)
	if err != nil {
		return fmt.Errorf("the inbox: %w", err)
	}
	o.probe("stored")
	p.offset = next
	o.inbox.poke()
	o.log.Debug("updates received", "count", len(items), "new", added)
	return nil
}

// apiError is a refusal in Telegram's own form.
type apiError struct {
	Code        int
	Description string
	RetryAfter  time.Duration
}

func (e *apiError) Error() string { return fmt.Sprintf("%d %s", e.Code, e.Description) }

// ask makes one getUpdates. No error of it holds the token.
func (p *poller) ask(ctx context.Context) ([]json.RawMessage, error) {
	body, err := json.Marshal(map[string]any{"offset": p.offset, "limit": pollBatch,
		"timeout": int(pollWait.Seconds()), "allowed_updates": AllowedUpdates})
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url, bytes.NewReader(body))
	if err != nil {
		return nil, errors.New("the address of the Bot API is not valid")
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := p.client.Do(req)
	if err != nil {
		if e, ok := errors.AsType[*url.Error](err); ok {
			err = e.Err // without the address, which holds the token
		}
		return nil, err
	}
	defer resp.Body.Close()
	var answer struct {
		OK          bool              `json:"ok"`
		Result      []json.RawMessage `json:"result"`
		Description string            `json:"description"`
		Parameters  struct {
			RetryAfter int `json:"retry_after"`
		} `json:"parameters"`
	}
	err = json.NewDecoder(io.LimitReader(resp.Body, maxPollBytes)).Decode(&answer)
	if resp.StatusCode != http.StatusOK || err == nil && !answer.OK {
		return nil, &apiError{resp.StatusCode, answer.Description, time.Duration(answer.Parameters.RetryAfter) * time.Second}
	}
	if err != nil {
		return nil, fmt.Errorf("an answer that can't be read (%d)", resp.StatusCode)
	}
	return answer.Result, nil
}

// trouble logs a failed question and says how long to wait, or ErrToken.
func (p *poller) trouble(err error) (time.Duration, error) {
	p.failed++
	wait := backoff(p.failed, time.Second, time.Minute)
	log := p.office.log.With("failed", p.failed)
	e, ok := errors.AsType[*apiError](err)
	if !ok {
		log.Warn("no updates from Telegram; tried again", "in", wait, "err", strings.ReplaceAll(err.Error(), p.token, "***"))
		return wait, nil
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
		log.Error("another program polls with the same token; only one may", "in", wait)
	case e.Code == http.StatusTooManyRequests:
		wait = max(time.Second, e.RetryAfter) + 100*time.Millisecond
		log.Warn("Telegram asks to wait with polling", "in", wait)
	default:
		log.Warn("Telegram does not answer properly; tried again", "status", e.Code, "in", wait)
	}
	return wait, nil
}
