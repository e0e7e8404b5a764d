package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"rongcuo/bot/delivery"
	"rongcuo/conversations/records"
)

// proposal is a file that one administrator wants published and another must
// agree to.
type proposal struct {
	By      int64   `json:"by"`
	ByName  string  `json:"name"`
	Pending pending `json:"pending"`
}

// proposalTime is how long the second administrator has.
const proposalTime = 7 * 24 * time.Hour

// propose asks the other administrators.
func (b *Bot) propose(ctx context.Context, c *chat, p pending) error {
	others, err := b.book.Holders(ctx, records.Keeper, "")
	if err != nil {
		return err
	}
	about, err := b.proposedHTML(ctx, p)
	if err != nil {
		return err
	}
	key := "proposal:" + p.id()
	if _, err := c.turn.Load(ctx, key); err != nil {
		return err
	}
	value, err := json.Marshal(proposal{c.user, c.name, p})
	if err != nil {
		return err
	}
	if err := c.turn.Save(key, value, proposalTime); err != nil {
		return err
	}
	asked := 0
	html := fmt.Sprintf(textProposed, escape(c.name)) + "\n\n" + about
	for _, other := range others {
		if other.Person == c.user {
			continue
		}
		asked++
		if err := c.turn.Send(delivery.Message{Chat: other.Person, Text: split(html)[0],
			Markup: keyboard([][]button{{{buttonAgree, "agree:" + p.id()}, {buttonRefuse, "refuse:" + p.id()}}})}); err != nil {
			return err
		}
	}
	if asked == 0 {
		return c.say(textNobodyToAgree, nil)
	}
	c.past(p.id(), outcome{Words: fmt.Sprintf(textWasProposed, orElse(p.Title, p.Name))})
	b.disarm(ctx, c)
	if err := b.note(ctx, c, kindProposed, "document:"+p.Name, map[string]string{"sha256": p.Hash}); err != nil {
		return err
	}
	return c.say(fmt.Sprintf(textWaitsForSecond, asked), nil)
}

// proposedHTML shows what another administrator is asked to agree to.
func (b *Bot) proposedHTML(ctx context.Context, p pending) (string, error) {
	if e := p.Entry; e != nil {
		return entryHTML(e.Question, e.Answer, e.Basis), nil
	}
	doc, review, err := b.keeper.review(ctx, p)
	if err != nil {
		return "", err
	}
	return previewHTML(doc, review), nil
}

// proposed takes the proposal that a button belongs to; nobody answers his own.
func (b *Bot) proposed(ctx context.Context, c *chat, id string) (p proposal, ok bool, err error) {
	value, err := c.turn.Load(ctx, "proposal:"+id)
	if err != nil || value == nil {
		return p, false, err
	}
	if err := json.Unmarshal(value, &p); err != nil || p.By == c.user {
		return p, false, err
	}
	return p, true, c.turn.Save("proposal:"+id, nil, 0)
}

func (b *Bot) pressAgree(ctx context.Context, c *chat, id string) error {
	p, ok, err := b.proposed(ctx, c, id)
	if err != nil {
		return err
	}
	if !ok {
		return c.say(textAgreedAlready, nil)
	}
	if err := c.turn.Send(delivery.Message{Chat: p.By, Text: fmt.Sprintf(textAgreed, escape(c.name), escape(orElse(p.Pending.Title, p.Pending.Name)))}); err != nil {
		return err
	}
	return b.publish(ctx, c, p.Pending)
}

func (b *Bot) pressRefuse(ctx context.Context, c *chat, id string) error {
	p, ok, err := b.proposed(ctx, c, id)
	if err != nil {
		return err
	}
	if !ok {
		return c.say(textAgreedAlready, nil)
	}
	b.keeper.drop(p.Pending)
	b.disarm(ctx, c)
	if err := c.turn.Send(delivery.Message{Chat: p.By, Text: fmt.Sprintf(textRefused, escape(c.name), escape(orElse(p.Pending.Title, p.Pending.Name)))}); err != nil {
		return err
	}
	return c.say(textDropped, nil)
}
