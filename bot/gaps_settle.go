package bot

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"rongcuo/knowledge"
)

// pressFixed takes a group as mended by what was published since.
func (b *Bot) pressFixed(ctx context.Context, c *chat, key string) error {
	m, err := c.mendingOf(ctx, key)
	if err != nil {
		return err
	} else if m == nil {
		return b.pressGap(ctx, c, key)
	}
	if err := c.keepMending(mending{}); err != nil {
		return err
	}
	if err := b.settle(ctx, c, m.Keys, knowledge.Fixed, "", kindMended); err != nil {
		return err
	}
	b.disarm(ctx, c)
	return c.say(fmt.Sprintf(textFixed, len(m.Keys)), nil)
}

func (b *Bot) pressIgnore(ctx context.Context, c *chat, key string) error {
	m, err := c.mendingOf(ctx, key)
	if err != nil {
		return err
	} else if m == nil {
		return b.pressGap(ctx, c, key)
	}
	var rows [][]button
	for i, reason := range ignoreReasons {
		rows = append(rows, []button{{reason, fmt.Sprintf("gapbye:%d:%s", i, key)}})
	}
	return c.say(textWhyIgnore, keyboard(rows))
}

func (b *Bot) pressIgnoreFor(ctx context.Context, c *chat, rest string) error {
	index, key, _ := strings.Cut(rest, ":")
	i, err := strconv.Atoi(index)
	if err != nil || i < 0 || i >= len(ignoreReasons) {
		return b.expired(ctx, c)
	}
	m, err := c.mendingOf(ctx, key)
	if err != nil {
		return err
	} else if m == nil {
		return b.pressGap(ctx, c, key)
	}
	if err := b.settle(ctx, c, m.Keys, knowledge.Ignored, ignoreReasons[i], kindIgnored); err != nil {
		return err
	}
	if err := c.keepMending(mending{Done: &done{Keys: m.Keys}}); err != nil {
		return err
	}
	b.disarm(ctx, c)
	return c.say(fmt.Sprintf(textIgnored, len(m.Keys), ignoreReasons[i]), keyboard([][]button{{{buttonUndo, "gapback:" + key}}}))
}

// pressUndo opens the questions that were settled last again. That they were
// attached to an article is forgotten.
func (b *Bot) pressUndo(ctx context.Context, c *chat, key string) error {
	m, err := c.mending(ctx)
	if err != nil {
		return err
	}
	if m.Done == nil || m.Done.Keys[0] != key {
		return b.expired(ctx, c)
	}
	b.disarm(ctx, c)
	if ref := m.Done.Attached; ref != nil {
		questions, err := b.questionsOf(ctx, m.Done.Keys)
		if err != nil {
			return err
		}
		for _, q := range distinct(questions) {
			if err := b.base.Unconfirm(ctx, *ref, q.Whole()); err != nil {
				return err
			}
		}
		if ok, err := b.index(ctx, c); !ok {
			return err
		}
	}
	if err := b.settle(ctx, c, m.Done.Keys, knowledge.Open, "", kindOpened); err != nil {
		return err
	}
	if err := c.keepMending(mending{}); err != nil {
		return err
	}
	return b.pressGap(ctx, c, key)
}

// settle says in the journal what has become of questions, and in the audit who
// said so.
func (b *Bot) settle(ctx context.Context, c *chat, keys []string, state, note, kind string) error {
	j, err := b.base.Journal()
	if err != nil {
		return err
	}
	if err := j.Settle(ctx, keys, state, note, b.now()); err != nil {
		return err
	}
	return b.note(ctx, c, kind, state, map[string]any{"questions": len(keys), "note": note})
}
