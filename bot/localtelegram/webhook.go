package localtelegram

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"
)

// Pauses between tries of one update (Telegram's open server source): at once, then doubling from two
// seconds, never more than this. A Retry-After of the bot is obeyed instead, up to an hour.
const (
	maxPause      = time.Minute
	maxRetryAfter = time.Hour
	hookTimeout   = time.Minute // a bot that answers slower has failed
)

// What getWebhookInfo reports about failed deliveries.
const (
	errHookUnreachable = hookTrouble("Connection refused or timed out")
	errHookClosed      = hookTrouble("Webhook connection closed")
)

// webhook delivers updates to the bot's address: one at a time per queue, queues side by side.
// Its fields are guarded by the world's mutex.
type webhook struct {
	server *Server
	client *http.Client

	address     string
	secret      string
	connections int
	lastError   string
	lastErrorAt time.Time

	stop context.CancelFunc
	done sync.WaitGroup
}

func newWebhook(s *Server) *webhook {
	return &webhook{server: s, client: &http.Client{
		Timeout:       hookTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport:     &http.Transport{Proxy: nil, MaxIdleConnsPerHost: 40, IdleConnTimeout: time.Minute},
	}}
}

func (h *webhook) active() bool { return h.address != "" }

// set starts deliveries to an address, or ends them when it is "". Locked.
func (h *webhook) set(address, secret string, connections int) {
	if h.stop != nil {
		h.stop()
		h.stop = nil
	}
	h.address, h.secret, h.connections = address, secret, connections
	h.lastError, h.lastErrorAt = "", time.Time{}
	if address == "" {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	h.stop = cancel
	h.done.Go(func() { h.dispatch(ctx, address, secret, connections) })
}

func (h *webhook) close() {
	w := h.server.world
	w.mu.Lock()
	h.set("", "", 0)
	w.mu.Unlock()
	h.done.Wait()
	h.client.CloseIdleConnections()
}

func (h *webhook) info() map[string]any {
	info := map[string]any{"url": h.address}
	if h.active() {
		info["max_connections"] = h.connections
	}
	if h.lastError != "" {
		info["last_error_message"] = h.lastError
		info["last_error_date"] = h.lastErrorAt.Unix()
	}
	return info
}

// dispatch hands the head of each queue to a goroutine of its own and waits for news.
func (h *webhook) dispatch(ctx context.Context, address, secret string, connections int) {
	w := h.server.world
	busy := map[queueKey]bool{} // guarded by the world's mutex
	var workers sync.WaitGroup
	defer workers.Wait()
	for {
		w.mu.Lock()
		w.expire()
		changed := w.changed
		for _, u := range w.updates.pending {
			if busy[u.queue] || len(busy) >= connections {
				continue
			}
			busy[u.queue] = true
			workers.Go(func() {
				h.deliver(ctx, u, address, secret)
				w.mu.Lock()
				delete(busy, u.queue)
				w.wake()
				w.mu.Unlock()
			})
		}
		w.mu.Unlock()
		select {
		case <-ctx.Done():
			return
		case <-changed:
		}
	}
}

// deliver tries one update until the bot takes it, it expires, or the webhook ends.
func (h *webhook) deliver(ctx context.Context, u *update, address, secret string) {
	w := h.server.world
	pause := time.Duration(0)
	for {
		retryAfter, err := h.post(ctx, u, address, secret)
		w.mu.Lock()
		if err == nil {
			w.drop([]*update{u})
			w.mu.Unlock()
			return
		}
		if ctx.Err() == nil {
			h.lastError, h.lastErrorAt = err.Error(), w.now()
		}
		wait := pause
		if retryAfter > 0 {
			wait = min(retryAfter, maxRetryAfter)
		} else {
			pause = min(maxPause, max(2*time.Second, 2*pause))
		}
		expired := w.now().Add(wait).After(u.expires)
		if expired {
			w.drop([]*update{u})
		}
		w.mu.Unlock()
		if expired {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

// post sends one update once. Any status from 200 to 299 takes it.
func (h *webhook) post(ctx context.Context, u *update, address, secret string) (retryAfter time.Duration, err error) {
	body, err := json.Marshal(u.wire())
	if err != nil {
		return 0, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	if secret != "" {
		req.Header.Set("X-Telegram-Bot-Api-Secret-Token", secret)
	}
	resp, err := h.client.Do(req)
	if err != nil {
		return 0, errHookUnreachable
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20)) // so that the connection can be kept
	if h.server.world.takeFault("webhook") != nil {
		return 0, errHookClosed
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		seconds, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
		return time.Duration(seconds) * time.Second, hookTrouble("Wrong response from the webhook: " + resp.Status)
	}
	return 0, nil
}

// hookTrouble is a failed delivery in Telegram's words.
type hookTrouble string

func (e hookTrouble) Error() string { return string(e) }

func isLoopbackURL(raw string) bool {
	u, err := url.Parse(raw)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && isLoopbackHost(u.Host)
}
