package bot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/go-telegram/bot/models"

	"rongcuo/bot/delivery"
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
	return c.say(text.String(), keyboard(append([][]button{{{buttonInvite, "invite:"}}}, rows...)))
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
	c.state.Await = awaitPlace + ":" + rest
	return c.say(fmt.Sprintf(textWhichPlace, role.Name()), nil)
}

// awaitedPlace takes the unit's or body's name that was asked for.
func (b *Bot) awaitedPlace(ctx context.Context, c *chat, role, text string) error {
	place := strings.TrimSpace(text)
	if n := len([]rune(place)); n < 2 || n > 50 || strings.ContainsAny(place, "\n<>") {
		c.state.Await = awaitPlace + ":" + role
		return c.say(textPlaceForm, nil)
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

// auditPage is how many entries a screen shows.
const auditPage = 10

// audit shows what was done by whom, the newest first.
func (b *Bot) audit(ctx context.Context, c *chat, rest string) error {
	before, _ := strconv.ParseInt(rest, 10, 64) // "" begins at the end
	entries, err := b.book.Entries(ctx, before)
	if err != nil {
		return err
	}
	if len(entries) == 0 {
		return c.say(textNoEntries, nil)
	}
	more := len(entries) > auditPage
	entries = entries[:min(len(entries), auditPage)]
	var text strings.Builder
	text.WriteString(bold(headAudit))
	for _, e := range entries {
		text.WriteString("\n" + escape(entryLine(e)))
	}
	row := []button{{buttonExport, "auditfile:"}}
	if more {
		row = append(row, button{buttonOlder, fmt.Sprintf("audit:%d", entries[len(entries)-1].Seq)})
	}
	return c.say(text.String(), keyboard([][]button{row}))
}

// entryLine is an entry in words; what a newer program wrote is shown by its
// kind.
func entryLine(e records.Entry) string {
	words := entryWords[e.Kind]
	if words == "" {
		words = e.Kind
	}
	who := textProgram
	if e.Actor != 0 {
		who = strconv.FormatInt(e.Actor, 10)
	}
	return strings.TrimSpace(fmt.Sprintf("%d · %s · %s · %s %s %s", e.Seq, e.At.In(china).Format("2006-01-02 15:04"), who, words, e.Subject, detailWords(e)))
}

// detailWords shows a post in words, and what else an entry holds as it is.
func detailWords(e records.Entry) string {
	raw, _ := json.Marshal(e.Detail) // it was read as JSON
	var p struct {
		Person int64
		Role   records.Role
		Place  string
	}
	if err := json.Unmarshal(raw, &p); err == nil && p.Role.Name() != "" {
		words := postName(records.Post{Role: p.Role, Place: p.Place})
		if p.Person != 0 {
			words += "（" + strconv.FormatInt(p.Person, 10) + "）"
		}
		return words
	}
	if string(raw) == "null" {
		return ""
	}
	return clip(string(raw), 80)
}

// auditFile sends the chain as a table with its hashes, which proves itself without
// the bot; of a chain too long for a message the newest part.
func (b *Bot) auditFile(ctx context.Context, c *chat, _ string) error {
	var out bytes.Buffer
	n, err := b.book.Export(ctx, &out, 0)
	text := fmt.Sprintf(textAuditFile, n)
	if size := int64(out.Len()); err == nil && size > delivery.MaxInline {
		part := n * (delivery.MaxInline / 2) / size // entries are not equally long
		out.Reset()
		_, err = b.book.Export(ctx, &out, n-part)
		text = fmt.Sprintf(textAuditPart, part, n)
	}
	if err != nil {
		return err
	}
	if err := c.turn.Send(delivery.Message{Chat: c.id, Text: text, File: &delivery.File{Name: "审计记录.csv", Data: out.Bytes()}}); err != nil {
		return err
	}
	return c.save()
}

// verify recomputes the chain.
func (b *Bot) verify(ctx context.Context, c *chat, _ string) error {
	checked, err := b.book.Verify(ctx)
	if err != nil {
		return err
	}
	if w := checked.Wrong; w != nil {
		return c.say(fmt.Sprintf(textChainWrong, w.Seq, escape(w.Why)), nil)
	}
	return c.say(fmt.Sprintf(textChainHolds, checked.Entries, clip(checked.Head, 16)), nil)
}
