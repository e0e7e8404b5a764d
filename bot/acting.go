package bot

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"rongcuo/conversations"
	"rongcuo/conversations/records"
)

// act is one act on a filing being prepared: reasons are picked, remarks and
// what else it needs are said one after the other, then it is confirmed. Nothing
// of it is a record before that.
type act struct {
	Filing   string             `json:"filing"`
	Revision int64              `json:"revision"`
	Choice   string             `json:"choice"`
	Paper    bool               `json:"paper,omitempty"`
	Said     conversations.Said `json:"said"`
	Reasons  []string           `json:"reasons,omitempty"`
	Picked   bool               `json:"picked,omitempty"` // reasons are complete
	Remarks  map[string]string  `json:"remarks,omitempty"`
	Step     int                `json:"step,omitempty"`   // whose fields are shown for remarks; 0: the steps
	Marked   bool               `json:"marked,omitempty"` // remarks are complete
	Skipped  map[string]bool    `json:"skipped,omitempty"`
	At       string             `json:"at,omitempty"` // the field, or remark of a field, that words answer
}

func (c *chat) actKey() string { return c.personal("act") }

const remarkMark = "✎" // before the key of a field that is remarked on

// pressAct begins an act: "filing:revision:choice:paper".
func (b *Bot) pressAct(ctx context.Context, c *chat, rest string) error {
	parts := strings.Split(rest, ":")
	if len(parts) != 4 {
		return b.expired(ctx, c)
	}
	a := act{Filing: parts[0], Revision: number(parts[1]), Choice: parts[2], Paper: parts[3] != "", Said: conversations.Said{Texts: map[string]string{}, Files: map[string][]conversations.File{}}}
	full, ch, err := b.choice(ctx, c, a)
	if err != nil || full == nil {
		return err
	}
	if ch.Content {
		return b.correct(ctx, c, *full, a)
	}
	if _, err := c.load(ctx, c.actKey(), &act{}); err != nil {
		return err
	}
	return b.goOn(ctx, c, *full, ch, a)
}

// choice finds what the act is and proves that it is still open; it tells the
// person when it is not and gives nil.
func (b *Bot) choice(ctx context.Context, c *chat, a act) (*records.Full, records.Choice, error) {
	full, err := b.look(ctx, c, a.Filing)
	if err != nil || full == nil {
		return nil, records.Choice{}, err
	}
	i := slices.IndexFunc(full.Choices, func(ch records.Choice) bool { return ch.ID == a.Choice && ch.Paper == a.Paper })
	if i < 0 || full.Card.Revision != a.Revision {
		return nil, records.Choice{}, c.say(fmt.Sprintf(textMoved, escape(full.Card.StateName)), keyboard([][]button{{{buttonOpen, "see:" + a.Filing}}}))
	}
	return full, full.Choices[i], nil
}

// correct opens a returned filing as a draft in which only what was remarked on
// is asked.
func (b *Bot) correct(ctx context.Context, c *chat, full records.Full, a act) error {
	var mine drafts
	if _, err := c.load(ctx, draftsKey(c.user), &mine); err != nil {
		return err
	}
	f := full.Filing
	p := b.config.Procedures.Version(f.Procedure, f.Version)
	id := strings.ToLower(hashOf([]byte(f.ID + strconv.FormatInt(f.Revision, 10)))[:10])
	d := draft{Unit: f.Unit, Handler: c.user, Filing: f.ID, Revision: f.Revision, Action: a.Choice,
		Dialog: p.Correct(full.Content, f.Remarks, id, strconv.FormatInt(c.user, 10), b.when())}
	if _, err := c.load(ctx, draftKey(id), &d); err != nil { // one that was begun goes on
		return err
	}
	if !mine.has(id) {
		mine.List = append(mine.List, id)
	}
	mine.Open = id
	if html := b.returned(full); html != "" {
		if err := c.reply(html, nil); err != nil {
			return err
		}
	}
	return b.step(ctx, c, mine, d, conversations.Event{Kind: conversations.EventResume})
}

// goOn asks what is still missing, or for the confirmation.
func (b *Bot) goOn(ctx context.Context, c *chat, full records.Full, ch records.Choice, a act) error {
	a.At = ""
	html, rows := b.nextQuestion(full, ch, &a)
	rows = append(rows, []button{{buttonDrop, "actdrop:"}})
	if err := c.store(c.actKey(), a); err != nil {
		return err
	}
	if a.At != "" {
		c.state.Await = awaitAct
	}
	return c.say(bold(ch.Name+"："+full.Card.Matter)+"\n"+html, keyboard(rows))
}

// preparing loads the act in work; nil when there is none any more.
func (b *Bot) preparing(ctx context.Context, c *chat) (*act, *records.Full, records.Choice, error) {
	var a act
	found, err := c.load(ctx, c.actKey(), &a)
	if err != nil {
		return nil, nil, records.Choice{}, err
	}
	if !found {
		return nil, nil, records.Choice{}, b.expired(ctx, c)
	}
	full, ch, err := b.choice(ctx, c, a)
	return &a, full, ch, err
}

// change applies a change to the act in work and goes on.
func (b *Bot) change(ctx context.Context, c *chat, apply func(a *act, full records.Full, ch records.Choice) (refusal string)) error {
	a, full, ch, err := b.preparing(ctx, c)
	if err != nil || full == nil {
		return err
	}
	if refusal := apply(a, *full, ch); refusal != "" {
		if err := c.reply(escape(refusal), nil); err != nil {
			return err
		}
	}
	return b.goOn(ctx, c, *full, ch, *a)
}
