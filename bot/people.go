package bot

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/go-telegram/bot/models"

	"rongcuo/conversations/records"
)

// invitationMark begins the parameter of /start in an invitation's link.
const invitationMark = "i-"

func isInvitation(rest string) bool { return strings.HasPrefix(rest, invitationMark) }

// accept takes a post with an invitation's code.
func (b *Bot) accept(ctx context.Context, c *chat, code string) error {
	if c.group {
		return c.say(textPrivately, nil)
	}
	post, err := b.book.Accept(ctx, c.user, c.name, strings.TrimPrefix(code, invitationMark))
	if errors.Is(err, records.ErrRecalled) {
		return c.say(textRecalled, nil)
	}
	if errors.Is(err, records.ErrInvitation) {
		if err := b.refused(ctx, c, "invitation"); err != nil {
			return err
		}
		return c.say(textBadInvitation, nil)
	}
	if err != nil {
		return err
	}
	b.renewMenu(ctx, c.user)
	return c.say(fmt.Sprintf(textWelcomePost, escape(postName(post))), nil)
}

// renewMenu shows a person the commands of the posts that he holds now.
func (b *Bot) renewMenu(ctx context.Context, person int64) {
	b.attempt(ctx, 0, func(ctx context.Context) error {
		posts, err := b.book.Posts(ctx, person)
		if err != nil {
			return err
		}
		return b.setMenu(ctx, &models.BotCommandScopeChat{ChatID: person}, posts)
	})
}

func postName(p records.Post) string {
	if p.Place == "" {
		return p.Role.Name()
	}
	return p.Place + " · " + p.Role.Name()
}

// people lists the posts that this person may give and take.
func (b *Bot) people(ctx context.Context, c *chat, _ string) error {
	posts, err := b.staffed(ctx, c)
	if err != nil {
		return err
	}
	var text strings.Builder
	text.WriteString(bold(headPeople))
	var rows [][]button
	for i, p := range posts {
		fmt.Fprintf(&text, "\n%d. %s：%s（%d），自%s", i+1, escape(postName(p)), escape(holderName(p)), p.Person, day(p.Since))
		rows = append(rows, []button{{fmt.Sprintf("收回 %d. %s", i+1, clip(p.Role.Name()+" "+p.Name, 16)), "revoke?:" + strconv.FormatInt(p.ID, 10)}})
	}
	if len(rows) > maxRevokeButtons {
		rows = rows[:maxRevokeButtons]
		text.WriteString("\n" + textMorePeople)
	}
	open, recall, err := b.openInvitations(ctx, c)
	if err != nil {
		return err
	}
	rows = append(append([][]button{{{buttonInvite, "invite:"}}}, rows...), recall...)
	return c.say(text.String()+open, keyboard(rows))
}

// maxRevokeButtons keeps the list of posts a screen long.
const maxRevokeButtons = 12

// staffed gives the posts of which this person may dispose.
func (b *Bot) staffed(ctx context.Context, c *chat) ([]records.Post, error) {
	all, err := b.book.AllPosts(ctx)
	if err != nil {
		return nil, err
	}
	var out []records.Post
	for _, p := range all {
		may, err := b.book.MayStaff(ctx, c.user, p.Role, p.Place)
		if err != nil {
			return nil, err
		}
		if may {
			out = append(out, p)
		}
	}
	return out, nil
}

// holderName is how the holder called himself; who comes from the settings has
// not said it.
func holderName(p records.Post) string {
	if p.Name == "" {
		return textFromSettings
	}
	return p.Name
}

// pressAskRevoke asks before a post is taken: the buttons stand close together.
func (b *Bot) pressAskRevoke(ctx context.Context, c *chat, rest string) error {
	posts, err := b.staffed(ctx, c)
	if err != nil {
		return err
	}
	for _, p := range posts {
		if strconv.FormatInt(p.ID, 10) == rest {
			return c.say(fmt.Sprintf(textRevokeSure, escape(postName(p)), escape(holderName(p))), keyboard([][]button{{{buttonRevoke, "revoke:" + rest}, {buttonDrop, "stay:"}}}))
		}
	}
	return c.say(textNoPost, nil)
}

func (b *Bot) pressRevoke(ctx context.Context, c *chat, rest string) error {
	id, err := strconv.ParseInt(rest, 10, 64)
	if err != nil {
		return b.expired(ctx, c)
	}
	post, err := b.book.Revoke(ctx, c.user, id)
	switch {
	case errors.Is(err, records.ErrNoPost):
		return c.say(textNoPost, nil)
	case errors.Is(err, records.ErrNotAllowed):
		if err := b.refused(ctx, c, "revoke"); err != nil {
			return err
		}
		return c.say(textNotYours, nil)
	case errors.Is(err, records.ErrLastOwner):
		return c.say(textLastOwner, nil)
	case err != nil:
		return err
	}
	b.renewMenu(ctx, post.Person)
	b.disarm(ctx, c)
	return c.say(fmt.Sprintf(textRevoked, escape(postName(post)), escape(holderName(post))), nil)
}
