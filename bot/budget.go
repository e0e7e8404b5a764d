package bot

import (
	"context"
	"math"
	"time"
)

// Budget bounds what answers may cost at a language model, in tokens a day (see
// knowledge.Answer.Tokens). 0 is no bound. Beyond it answers are put together
// from the texts alone (promise R37).
type Budget struct {
	Person int64 // of one person
	All    int64 // of all together
}

const budgetDay = 24 * time.Hour

// purses are the counters of one answer with their bounds.
func (b *Bot) purses(c *chat) map[string]int64 {
	return map[string]int64{c.personal("tokens"): b.config.Tokens.Person, "tokens": b.config.Tokens.All}
}

// spent says whether a budget is used up. The last question before that may go
// beyond it, by one answer.
func (b *Bot) spent(ctx context.Context, c *chat) (bool, error) {
	for key, bound := range b.purses(c) {
		if bound == 0 {
			continue
		}
		taken, err := b.limits.Take(ctx, key, 0, math.MaxInt64, budgetDay)
		if err != nil || taken.Used >= bound {
			return true, err
		}
	}
	return false, nil
}

// spend counts what an answer has cost.
func (b *Bot) spend(ctx context.Context, c *chat, tokens int) error {
	if tokens == 0 {
		return nil
	}
	for key, bound := range b.purses(c) {
		if bound == 0 {
			continue
		}
		if _, err := b.limits.Take(ctx, key, int64(tokens), math.MaxInt64, budgetDay); err != nil {
			return err
		}
	}
	return nil
}
