package bot

import (
	"context"
	"slices"
	"strings"
	"time"

	"rongcuo/conversations/records"
)

// access says who may use a command or a button. Its zero value is nobody, so
// that a handler without a declared access does not work; a test finds it.
type access struct {
	everyone bool
	roles    []records.Role
}

var (
	everyone = access{everyone: true}
	keepers  = only(records.Keeper)
	owners   = only(records.Owner)
	auditors = only(records.Auditor, records.Owner)
	staffers = only(records.Owner, records.UnitHead) // who may give posts
)

func only(roles ...records.Role) access { return access{roles: roles} }

// may says whether the person may use what has this access, here and now: posts
// are read anew with every update, and what is not for everyone is not done in
// a group.
func (c *chat) may(a access) bool {
	if a.everyone {
		return true
	}
	return !c.group && slices.ContainsFunc(c.posts, func(p records.Post) bool { return slices.Contains(a.roles, p.Role) })
}

// refusalsAnHour bounds how much of the audit one person can fill.
const refusalsAnHour = 20

// refused writes a try of what the person may not do into the audit.
func (b *Bot) refused(ctx context.Context, c *chat, what string) error {
	b.log.Info("refused", "what", what)
	taken, err := b.limits.Take(ctx, c.personal("refused"), 1, refusalsAnHour, time.Hour)
	if err != nil || !taken.OK {
		return err
	}
	return b.book.Note(ctx, records.Entry{Actor: c.user, Kind: records.KindRefused, Subject: what})
}

// stranger says whether the person must be turned away: in closed mode, one
// who holds no post.
func (b *Bot) stranger(c *chat) bool { return b.config.Closed && len(c.posts) == 0 }

// What a person without a post may still do in closed mode: take up an invitation,
// read what is kept of him and have it deleted.
var (
	strangersAsk   = []string{"privacy", "delete_me"}
	strangersPress = []string{"erase", "stay"}
)

func (b *Bot) openToStrangers(c *chat, s spoken) bool {
	if data, _ := typed(s.text, c.state.Keys); data != "" {
		action, _, _ := strings.Cut(data, ":")
		return slices.Contains(strangersPress, action)
	}
	if s.command == "start" {
		return isInvitation(s.rest)
	}
	command := named(s.command)
	return command != nil && slices.Contains(strangersAsk, command.names[0])
}

// turnAway says once a day where to get an invitation.
func (b *Bot) turnAway(ctx context.Context, c *chat) error {
	taken, err := b.limits.Take(ctx, c.personal("closed"), 1, 1, 24*time.Hour)
	if err != nil || !taken.OK || c.group {
		return err
	}
	return c.reply(textClosed, nil)
}
