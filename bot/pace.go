package bot

import (
	"context"
	"fmt"
	"time"
)

// A person who sends faster than anybody reads is answered as far as the limits
// go, told so once with the time from which he is answered again, and left alone
// until then: more replies would use up what Telegram lets the bot send to
// everybody (30 a second).

const (
	questionWindow = time.Minute
	commandWindow  = 10 * time.Second
)

// mayAsk counts a question of the person; when it is one too many, he is told.
func (b *Bot) mayAsk(ctx context.Context, c *chat) (bool, error) {
	return b.paced(ctx, c, "ask", b.config.QuestionsAMinute, questionWindow, textTooMany)
}

// mayCommand counts the same command once more. One with words of its own is
// another each time.
func (b *Bot) mayCommand(ctx context.Context, c *chat, name, rest string) (bool, error) {
	if rest != "" {
		return true, nil
	}
	return b.paced(ctx, c, "command:"+name, b.config.SameCommand, commandWindow, textSameCommand)
}

// paced takes one of limit in the window. When there is none left it says notice,
// once in every window, with the seconds until it ends.
func (b *Bot) paced(ctx context.Context, c *chat, what string, limit int64, window time.Duration, notice string) (bool, error) {
	taken, err := b.limits.Take(ctx, c.personal(what), 1, limit, window)
	if err != nil || taken.OK {
		return taken.OK, err
	}
	told, err := b.limits.Take(ctx, c.personal("told:"+what), 1, 1, max(taken.Left, time.Millisecond))
	if err != nil || !told.OK {
		return false, err
	}
	seconds := int(taken.Left/time.Second) + 1 // never one too few
	return false, c.say(fmt.Sprintf(notice, seconds), nil)
}
