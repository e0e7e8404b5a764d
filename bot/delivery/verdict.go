package delivery

import (
	"errors"
	"os"
	"strings"
	"time"

	"github.com/go-telegram/bot"
)

// verdict is what an answer of Telegram means for a message.
type verdict int

const (
	sent         verdict = iota
	unknownID            // sent, but the answer could not be read
	tooFast              // 429: after retryAfter
	blocked              // 403: the chat refuses us
	moved                // the group became a supergroup
	badToken             // 401, 404: nothing can be sent until an operator acts
	notAnEdit            // 400: the message to edit is gone or not ours
	badEntities          // 400: the marks in the text
	refusedByTel         // 400: this message will never pass
	unreachable          // 5xx, timeout, connection: again; it may have been sent
)

// refusal is why a message will never pass, as far as people are told.
type refusal int

const (
	refusalOther refusal = iota
	refusalNoChat
	refusalEntities
	refusalTooLong
	refusalTooLarge
	refusalFile
	refusalUnread
)

// judge reads an error of go-telegram/bot. Where the library has no type it has
// a sentence, and Telegram's own descriptions are matched as its open server
// writes them.
func judge(err error) verdict {
	if err == nil {
		return sent
	}
	if _, ok := errors.AsType[*bot.TooManyRequestsError](err); ok {
		return tooFast
	}
	if _, ok := errors.AsType[*bot.MigrateError](err); ok {
		return moved
	}
	says := func(s string) bool { return strings.Contains(err.Error(), s) }
	switch {
	case errors.Is(err, bot.ErrorForbidden):
		return blocked
	case errors.Is(err, bot.ErrorUnauthorized), errors.Is(err, bot.ErrorNotFound):
		return badToken
	case errors.Is(err, os.ErrNotExist), errors.Is(err, os.ErrPermission):
		return refusedByTel
	case !errors.Is(err, bot.ErrorBadRequest) && !says(" 413 "):
		if says("error decode response result") {
			return unknownID
		}
		return unreachable
	case says("message is not modified"):
		return sent
	case says("message to edit not found"), says("message can't be edited"), says("MESSAGE_ID_INVALID"), says("there is no text in the message to edit"):
		return notAnEdit
	case says("can't parse entities"):
		return badEntities
	}
	return refusedByTel
}

// reason names a refusal for people.
func reason(err error) refusal {
	says := func(s string) bool { return strings.Contains(err.Error(), s) }
	switch {
	case errors.Is(err, os.ErrNotExist), errors.Is(err, os.ErrPermission):
		return refusalFile
	case says("chat not found"):
		return refusalNoChat
	case says("can't parse entities"):
		return refusalEntities
	case says("too long"):
		return refusalTooLong
	case says("too big"), says(" 413 "):
		return refusalTooLarge
	}
	return refusalOther
}

// retryAfter is how long Telegram asked us to stay away, at least a second.
func retryAfter(err error) time.Duration {
	wait := time.Second
	if e, ok := errors.AsType[*bot.TooManyRequestsError](err); ok {
		wait = max(wait, time.Duration(e.RetryAfter)*time.Second)
	}
	return wait + 100*time.Millisecond
}

// plainError is an error for the log without what may repeat a person's text:
// Telegram quotes the offending mark, the library a body it could not decode.
func plainError(err error) string {
	s := err.Error()
	if i := strings.IndexAny(s, "\"{<"); i >= 0 {
		s = s[:i] + "…"
	}
	return s[:min(len(s), 200)]
}
