package delivery

import (
	"context"
	"errors"
	"time"
)

// ErrBusy: Telegram's limits leave no room now. What was tried is not done.
var ErrBusy = errors.New("delivery: no room within Telegram's limits now")

// Try makes a call to Telegram at once that may be lost: typing, a draft,
// progress in a message, the answer to a button press. It is never stored nor
// repeated. A message or an edit counts into the limits of its chat and is
// refused with ErrBusy where they are used up; chat 0 stands for calls that
// Telegram does not count (typing, answers to presses). Otherwise the error is
// the call's. Limits are this process's: replicas that do not send count apart.
func (o *Office) Try(ctx context.Context, chat int64, call func(context.Context) error) error {
	if o.limits.admit(chat) > 0 {
		return ErrBusy
	}
	ctx, cancel := context.WithTimeout(ctx, tryTime)
	defer cancel()
	err := call(ctx)
	switch judge(err) {
	case tooFast:
		if chat != 0 {
			o.limits.closeChat(chat, retryAfter(err))
		}
		return errors.Join(ErrBusy, err)
	case sent:
		return nil
	}
	return err
}

const tryTime = 10 * time.Second
