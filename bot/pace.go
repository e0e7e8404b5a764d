package bot

import (
	"context"
	"time"
)

// A person who sends faster than anybody reads is answered as far as the limits
// go, told so once, and then left alone until the window ends: more replies would
// use up what Telegram lets the bot send to everybody (30 a second).

const (
	questionWindow = time.Minute
	commandWindow  = 10 * time.Second
	toldWindow     = time.Minute // the notice comes once in it
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

// paced takes one of limit in the window and says notice when there is none left.
func (b *Bot) paced(ctx context.Context, c *chat, what string, limit int64, window time.Duration, notice string) (bool, error) {
	taken, err := b.limits.Take(ctx, c.personal(what), 1, limit, window)
	if err != nil || taken.OK {
		return taken.OK, err
	}
	told, err := b.limits.Take(ctx, c.personal("told:"+what), 1, 1, toldWindow)
	if err != nil || !told.OK {
		return false, err
	}
	return false, c.say(notice, nil)
}
