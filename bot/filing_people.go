package bot

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"rongcuo/bot/delivery"
	"rongcuo/conversations/records"
)

// A draft goes from hand to hand: to the head of the unit, who confirms it or
// begins it on an oral consent, and to a colleague who goes on with it.

// askHeads gives the draft to the heads of the unit, who confirm it.
func (b *Bot) askHeads(ctx context.Context, c *chat, d draft) error {
	var heads []records.Post
	if d.Unit != "" {
		var err error
		if heads, err = b.book.Holders(ctx, records.UnitHead, d.Unit); err != nil {
			return err
		}
	}
	if len(heads) == 0 {
		return c.reply(textNoHead, nil)
	}
	for _, head := range heads {
		if err := b.giveDraft(ctx, c, d, head.Person, fmt.Sprintf(textToConfirm, escape(c.name), escape(d.Dialog.Answers["matter_name"].Text))); err != nil {
			return err
		}
	}
	return nil
}

// giveDraft lets another person open a draft and tells him, with the buttons of
// first above the one that opens it.
func (b *Bot) giveDraft(ctx context.Context, c *chat, d draft, to int64, html string, first ...[]button) error {
	var theirs drafts
	if _, err := c.load(ctx, draftsKey(to), &theirs); err != nil {
		return err
	}
	if !theirs.has(d.of()) {
		theirs.List = append(theirs.List, d.of())
	}
	if to != c.user {
		if err := c.store(draftsKey(to), theirs); err != nil {
			return err
		}
	}
	rows := append(first, []button{{buttonLookDraft, "f:" + d.of() + ":do:resume"}})
	return c.turn.Send(delivery.Message{Chat: to, Text: html, Markup: keyboard(rows)})
}

// offerToBegin points out, once, that work on an oral consent may begin now: what
// is needed for it is asked before all else, for the forty-eight hours to hand in
// the rest run from the consent (规程21). The head begins it; whoever else fills
// in the form asks him to.
func (b *Bot) offerToBegin(c *chat, d *draft) error {
	p := b.config.Procedures.Version(d.Dialog.Procedure, d.Dialog.Version)
	if p == nil || d.Offered || !b.begins(*d) {
		return nil
	}
	if _, answered := p.Pressing(d.Dialog, b.when()); !answered {
		return nil
	}
	d.Offered = true
	if c.heads(d.Unit) {
		return c.reply(textMayBegin, keyboard([][]button{{{buttonBegin, "begin:" + d.of()}}}))
	}
	return c.reply(textAskToBegin, keyboard([][]button{{{buttonAskToBegin, "askbegin:" + d.of()}}}))
}

// pressAskToBegin shows the draft to the heads of the unit, who may let the work
// begin.
func (b *Bot) pressAskToBegin(ctx context.Context, c *chat, id string) error {
	_, d, ok, err := b.openDraft(ctx, c, id)
	if err != nil {
		return err
	}
	if !ok || !b.begins(d) {
		return b.expired(ctx, c)
	}
	var heads []records.Post
	if d.Unit != "" {
		if heads, err = b.book.Holders(ctx, records.UnitHead, d.Unit); err != nil {
			return err
		}
	}
	if len(heads) == 0 {
		return c.say(textNoHead, nil)
	}
	for _, head := range heads {
		if err := b.giveDraft(ctx, c, d, head.Person, fmt.Sprintf(textToBegin, escape(c.name), escape(d.Dialog.Answers["matter_name"].Text)), []button{{buttonBegin, "begin:" + d.of()}}); err != nil {
			return err
		}
	}
	return c.say(textAskedToBegin, nil)
}

// pressHandOver lists the colleagues who may take the draft over.
func (b *Bot) pressHandOver(ctx context.Context, c *chat, id string) error {
	_, d, ok, err := b.openDraft(ctx, c, id)
	if err != nil {
		return err
	}
	if !ok || d.Unit == "" {
		return b.expired(ctx, c)
	}
	var rows [][]button
	for _, role := range []records.Role{records.Handler, records.UnitHead} {
		posts, err := b.book.Holders(ctx, role, d.Unit)
		if err != nil {
			return err
		}
		for _, p := range posts {
			if p.Person != c.user {
				rows = append(rows, []button{{holderName(p) + "（" + role.Name() + "）", fmt.Sprintf("handto:%s:%d", id, p.Person)}})
			}
		}
	}
	if rows == nil {
		return c.say(textNoColleague, nil)
	}
	return c.say(textHandTo, keyboard(rows))
}

func (b *Bot) pressHandTo(ctx context.Context, c *chat, rest string) error {
	id, who, _ := strings.Cut(rest, ":")
	to, err := strconv.ParseInt(who, 10, 64)
	if err != nil {
		return b.expired(ctx, c)
	}
	mine, d, ok, err := b.openDraft(ctx, c, id)
	if err != nil {
		return err
	}
	posts, err := b.book.Posts(ctx, to)
	if err != nil {
		return err
	}
	if !ok || d.Unit == "" || to == c.user || !slices.ContainsFunc(posts, func(p records.Post) bool { return p.Place == d.Unit }) {
		return b.expired(ctx, c)
	}
	d.Dialog = d.Dialog.HandOver(who, b.when())
	mine.remove(id)
	if mine.Open == id {
		mine.Open = ""
	}
	if err := b.giveDraft(ctx, c, d, to, fmt.Sprintf(textHandedTo, escape(c.name), escape(d.Dialog.Answers["matter_name"].Text))); err != nil {
		return err
	}
	if err := c.store(draftKey(id), d); err != nil {
		return err
	}
	if err := c.store(draftsKey(c.user), mine); err != nil {
		return err
	}
	b.disarm(ctx, c)
	return c.say(textHanded, nil)
}

// pressBegin begins the urgent path with a draft: the work starts on an oral
// consent, and the time to submit the filing runs.
func (b *Bot) pressBegin(ctx context.Context, c *chat, id string) error {
	_, d, ok, err := b.openDraft(ctx, c, id)
	if err != nil {
		return err
	}
	if !ok || !b.begins(d) {
		return b.expired(ctx, c)
	}
	p := b.config.Procedures.Version(d.Dialog.Procedure, d.Dialog.Version)
	f, err := b.config.Desk.Begin(ctx, records.Submission{Key: b.once(c), Person: c.user, Unit: d.Unit, Handler: d.Handler, Content: p.Draft(d.Dialog)})
	if sentence, ok := refusalSentence(err); ok {
		return c.say(escape(sentence), nil)
	}
	if err != nil {
		return err
	}
	b.tellSoon(ctx)
	d.Begun = f.ID
	if err := c.store(draftKey(id), d); err != nil {
		return err
	}
	b.disarm(ctx, c)
	full, err := b.config.Desk.Look(ctx, c.user, f.ID)
	if err != nil {
		return err
	}
	return c.say(fmt.Sprintf(textBegun, escape(f.Matter), escape(full.Card.Due)), keyboard([][]button{{{buttonGoOn, "f:" + id + ":do:resume"}, {buttonOpen, "see:" + f.ID}}}))
}

// begins says that a draft may take the urgent path and has not yet.
func (b *Bot) begins(d draft) bool {
	p := b.config.Procedures.Version(d.Dialog.Procedure, d.Dialog.Version)
	return p != nil && d.Filing == "" && d.Begun == "" && !d.Dialog.Over() && b.config.Desk.Begins(p.Draft(d.Dialog))
}
