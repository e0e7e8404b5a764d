package delivery

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"sync"
	"time"
)

const (
	// maxWebhookBytes bounds one update; Telegram's largest are some tens of KB.
	maxWebhookBytes = 1 << 20
	// webhookTime bounds the write into the inbox; Telegram waits longer.
	webhookTime  = 10 * time.Second
	webhookRetry = "2" // seconds until Telegram should send again
)

// Webhook gives the handler of the address that setWebhook names, with the same
// secret (1-256 letters, digits, _ and -). It answers 200 when the update is on
// disk (also when it was before), 401 to a wrong secret or two, 405, 415, 413 or
// 400 to what Telegram would not send, and 503 with Retry-After, at which Telegram
// sends again, when the store does not answer.
func (o *Office) Webhook(secret string) (http.Handler, error) {
	if secret == "" {
		return nil, fmt.Errorf("%w: a webhook needs a secret", ErrInvalid)
	}
	want := sha256.Sum256([]byte(secret))
	var refusals refusalLog
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status, why := http.StatusUnauthorized, "without the secret"
		if given := r.Header.Values("X-Telegram-Bot-Api-Secret-Token"); len(given) == 1 {
			if got := sha256.Sum256([]byte(given[0])); subtle.ConstantTimeCompare(got[:], want[:]) == 1 {
				status, why = o.serve(w, r)
			}
		}
		if why != "" {
			refusals.note(o.log, why, status)
		}
		w.WriteHeader(status)
	}), nil
}

// serve stores the update of a request and returns the status to answer, and of a
// request that was refused why.
func (o *Office) serve(w http.ResponseWriter, r *http.Request) (status int, why string) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return http.StatusMethodNotAllowed, "not posted"
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if coding := r.Header.Get("Content-Encoding"); err != nil || kind != "application/json" || coding != "" && coding != "identity" {
		return http.StatusUnsupportedMediaType, "no JSON"
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxWebhookBytes))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return http.StatusRequestEntityTooLarge, "larger than any update"
	}
	if err != nil {
		return http.StatusBadRequest, "broken off"
	}
	o.probe("received")
	it, err := updateItem(body)
	if err != nil {
		return http.StatusBadRequest, "no update"
	}
	// Telegram may hang up; the write is short and worth finishing.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), webhookTime)
	defer cancel()
	if _, err := o.receive(ctx, []Item{it}, nobody); err != nil {
		o.log.Warn("webhook: an update could not be stored; Telegram will send it again", "err", err)
		w.Header().Set("Retry-After", webhookRetry)
		return http.StatusServiceUnavailable, ""
	}
	o.probe("stored")
	o.inbox.poke()
	return http.StatusOK, ""
}

// nobody else waits behind one update: each has a request of its own.
func nobody(context.Context) []Item { return nil }

// refusalLog writes one line a second at most, however many requests somebody
// makes up; the next line counts those between.
type refusalLog struct {
	mu   sync.Mutex
	last time.Time
	more int
}

func (l *refusalLog) note(log *slog.Logger, why string, status int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if now.Sub(l.last) < time.Second {
		l.more++
		return
	}
	log.Warn("webhook: a request was refused", "why", why, "status", status, "others", l.more)
	l.last, l.more = now, 0
}
