package bot

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// deleteMe says what would go and what stays, and asks.
func (b *Bot) deleteMe(ctx context.Context, c *chat, _ string) error {
	if c.group { // what waits for a group is not his alone
		return c.say(textDeleteAlone, nil)
	}
	keys, err := b.ownSessions(ctx, c)
	if err != nil {
		return err
	}
	n := 0
	for _, key := range keys {
		if strings.HasPrefix(key, draftKey("")) {
			n++
		}
	}
	return c.say(fmt.Sprintf(textDeleteSure, n), keyboard([][]button{{{buttonErase, "erase:"}, {buttonDrop, "stay:"}}}))
}

// pressErase deletes what is kept of a person (promise R40): what waits for him or
// was set aside, the chat, the journal's questions, drafts that nobody else has.
// Filings and the audit are records of the unit and stay.
func (b *Bot) pressErase(ctx context.Context, c *chat, _ string) error {
	if c.group {
		return c.say(textDeleteAlone, nil)
	}
	keys, err := b.ownSessions(ctx, c)
	if err != nil {
		return err
	}
	for _, key := range keys {
		if _, err := c.turn.Load(ctx, key); err != nil {
			return err
		}
		if err := c.turn.Save(key, nil, 0); err != nil {
			return err
		}
	}
	j, err := b.base.Journal()
	if err != nil {
		return err
	}
	if err := j.Forget(ctx, asker(c.user)); err != nil {
		return err
	}
	own := strconv.FormatInt(c.id, 10) + ":"
	if err := c.turn.Erase(sessionStart+own, "explained:"+own); err != nil {
		return err
	}
	b.disarm(ctx, c)
	return c.reply(textDeleted, nil)
}

func init() { // a method that looks into the tables
	actions = append(actions, action{"erase", everyone, (*Bot).pressErase}) // of oneself
}

// ownSessions are the keys of what is kept of the person beside the chat itself.
func (b *Bot) ownSessions(ctx context.Context, c *chat) ([]string, error) {
	keys := []string{c.mendingKey(), c.actKey()}
	var mine drafts
	if _, err := c.load(ctx, draftsKey(c.user), &mine); err != nil {
		return nil, err
	}
	for _, id := range mine.List {
		var d draft
		found, err := c.load(ctx, draftKey(id), &d)
		if err != nil {
			return nil, err
		}
		// One that a colleague has had, or that mends a filing, is the unit's.
		if found && d.Dialog.Owner == strconv.FormatInt(c.user, 10) && d.Filing == "" && d.Begun == "" && !slices.ContainsFunc(d.Dialog.Owners, func(o string) bool { return o != d.Dialog.Owner }) {
			keys = append(keys, draftKey(id))
		}
	}
	return append(keys, draftsKey(c.user)), nil
}
