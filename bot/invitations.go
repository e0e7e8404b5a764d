package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"rongcuo/conversations/records"
)

func init() { // methods that look into the table
	actions = append(actions,
		action{"place", owners, (*Bot).pressPlace},
		action{"recall", staffers, (*Bot).pressRecall},
	)
}

// invite asks which post an invitation is for; a unit's head has no choice.
func (b *Bot) invite(ctx context.Context, c *chat, _ string) error {
	if !c.may(owners) {
		for _, p := range c.posts {
			if p.Role == records.UnitHead {
				return b.makeInvitation(ctx, c, records.Handler, p.Place)
			}
		}
	}
	var rows [][]button
	for _, r := range records.Roles {
		rows = append(rows, []button{{r.Name(), "role:" + string(r)}})
	}
	return c.say(textWhichRole, keyboard(rows))
}

func (b *Bot) pressRole(ctx context.Context, c *chat, rest string) error {
	role := records.Role(rest)
	switch {
	case role.Name() == "":
		return b.expired(ctx, c)
	case !role.Placed():
		b.disarm(ctx, c)
		return b.makeInvitation(ctx, c, role, "")
	}
	return b.askPlace(ctx, c, role, fmt.Sprintf(textWhichPlace, role.Name()))
}

// mostPlaces are offered as buttons; others are written.
const mostPlaces = 10

// askPlace asks at which unit or body a post is: one that is known is picked, so
// that nobody's unit comes to be by a slip of the pen.
func (b *Bot) askPlace(ctx context.Context, c *chat, role records.Role, text string) error {
	places, err := b.book.Places(ctx, role)
	if err != nil {
		return err
	}
	var rows [][]button
	for _, p := range places[:min(len(places), mostPlaces)] {
		rows = append(rows, []button{{clip(p, 30), "place:" + string(role) + ":" + placeID(p)}})
	}
	if rows != nil {
		text += "\n" + textOrPick
	}
	c.state.Await = awaitPlace + ":" + string(role)
	return c.say(text, keyboard(append(rows, []button{{buttonDrop, "stay:"}})))
}

func placeID(place string) string { return hashOf([]byte(place))[:12] }

func (b *Bot) pressPlace(ctx context.Context, c *chat, rest string) error {
	role, id, _ := strings.Cut(rest, ":")
	places, err := b.book.Places(ctx, records.Role(role))
	if err != nil {
		return err
	}
	for _, p := range places {
		if placeID(p) == id {
			b.disarm(ctx, c)
			return b.makeInvitation(ctx, c, records.Role(role), p)
		}
	}
	return b.invite(ctx, c, "")
}

// awaitedPlace takes the unit's or body's name that was asked for.
func (b *Bot) awaitedPlace(ctx context.Context, c *chat, role, text string) error {
	place := records.TidyPlace(text)
	if n := len([]rune(place)); n < 2 || n > 50 || strings.ContainsAny(text, "\n<>") {
		return b.askPlace(ctx, c, records.Role(role), textPlaceForm)
	}
	return b.makeInvitation(ctx, c, records.Role(role), place)
}

// makeInvitation makes the link. A second try of the same turn makes another
// one; the first then was shown to nobody and ends by itself.
func (b *Bot) makeInvitation(ctx context.Context, c *chat, role records.Role, place string) error {
	code, err := b.book.Invite(ctx, c.user, role, place)
	switch {
	case errors.Is(err, records.ErrNotAllowed), errors.Is(err, records.ErrPlace):
		return c.say(textNotYours, nil)
	case err != nil:
		return err
	}
	link := "https://t.me/" + b.config.Username + "?start=" + invitationMark + code
	return c.say(fmt.Sprintf(textInvitation, escape(postName(records.Post{Role: role, Place: place})), int(records.InvitationTime.Hours()), escape(link), invitationMark+code), nil)
}

// openInvitations lists those that nobody has used yet, of the posts that this
// person may give.
func (b *Bot) openInvitations(ctx context.Context, c *chat) (html string, rows [][]button, err error) {
	list, err := b.book.Invitations(ctx)
	if err != nil {
		return "", nil, err
	}
	n := 0
	for _, i := range list {
		if may, err := b.book.MayStaff(ctx, c.user, i.Role, i.Place); err != nil || !may {
			if err != nil {
				return "", nil, err
			}
			continue
		}
		if n++; n == 1 {
			html = "\n\n" + bold(headInvitations)
		}
		html += fmt.Sprintf("\n%d. "+textOpenInvitation, n, escape(postName(records.Post{Role: i.Role, Place: i.Place})), moment(i.Made), moment(i.Ends))
		if n <= maxRevokeButtons {
			rows = append(rows, []button{{fmt.Sprintf(buttonRecall, n, clip(i.Role.Name(), 12)), "recall:" + i.ID}})
		}
	}
	return html, rows, nil
}

// pressRecall ends an invitation that nobody has used.
func (b *Bot) pressRecall(ctx context.Context, c *chat, id string) error {
	i, err := b.book.Recall(ctx, c.user, id)
	switch {
	case errors.Is(err, records.ErrInvitation):
		return c.say(textNoInvitation, nil)
	case errors.Is(err, records.ErrNotAllowed):
		if err := b.refused(ctx, c, "recall"); err != nil {
			return err
		}
		return c.say(textNotYours, nil)
	case err != nil:
		return err
	}
	return c.say(fmt.Sprintf(textRecalledNow, escape(postName(records.Post{Role: i.Role, Place: i.Place}))), nil)
}
