package delivery

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"net/http"
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
// disk (also when it was before), 401 to a wrong secret, 405, 413 or 400 to what
// Telegram would not send, and 503 with Retry-After, at which Telegram sends
// again, when the store does not answer.
func (o *Office) Webhook(secret string) (http.Handler, error) {
	if secret == "" {
		return nil, fmt.Errorf("%w: a webhook needs a secret", ErrInvalid)
	}
	want := sha256.Sum256([]byte(secret))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got := sha256.Sum256([]byte(r.Header.Get("X-Telegram-Bot-Api-Secret-Token")))
		if subtle.ConstantTimeCompare(got[:], want[:]) != 1 {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.WriteHeader(o.serve(w, r))
	}), nil
}

// serve stores the update of a request and returns the status to answer.
func (o *Office) serve(w http.ResponseWriter, r *http.Request) int {
	if r.Method != http.MethodPost {
		return http.StatusMethodNotAllowed
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxWebhookBytes))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		o.log.Warn("webhook: a body larger than any update was refused", "limit", maxWebhookBytes)
		return http.StatusRequestEntityTooLarge
	}
	if err != nil {
		return http.StatusBadRequest
	}
	o.probe("received")
	it, err := updateItem(body)
	if err != nil {
		o.log.Warn("webhook: something that is no update was refused", "bytes", len(body))
		return http.StatusBadRequest
	}
	// Telegram may hang up; the write is short and worth finishing.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), webhookTime)
	defer cancel()
	if _, err := o.receive(ctx, []Item{it}, nobody); err != nil {
		o.log.Warn("webhook: an update could not be stored; Telegram will send it again", "err", err)
		w.Header().Set("Retry-After", webhookRetry)
		return http.StatusServiceUnavailable
	}
	o.probe("stored")
	o.inbox.poke()
	return http.StatusOK
}

// nobody else waits behind one update: each has a request of its own.
func nobody(context.Context) []Item { return nil }
