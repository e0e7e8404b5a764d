package bot

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-telegram/bot/models"

	"rongcuo/conversations"
	"rongcuo/conversations/records"
)

// draft is a filing that is being filled in, with whose it is. It is a session
// of its own, so that two people of a unit can have it one after the other.
type draft struct {
	Dialog  conversations.Dialog `json:"dialog"`
	Unit    string               `json:"unit,omitempty"` // of who began it; "" for one without a post
	Handler int64                `json:"handler"`

	Begun   string `json:"begun,omitempty"`   // the filing of the urgent path that the submission follows
	Offered bool   `json:"offered,omitempty"` // the urgent path was pointed out

	// Of a correction: the filing, and by which of its choices it is sent.
	Filing   string `json:"filing,omitempty"`
	Revision int64  `json:"revision,omitempty"`
	Action   string `json:"action,omitempty"`
}

// drafts are what a person may open, and the one that his words go to.
type drafts struct {
	List []string `json:"list,omitempty"`
	Open string   `json:"open,omitempty"`
}

const (
	filingProcedure = "risk-filing"
	maxDrafts       = 5 // of one person
)

func draftKey(id string) string     { return "draft:" + id }
func draftsKey(person int64) string { return "drafts:" + strconv.FormatInt(person, 10) }
func (d draft) of() (id string)     { return d.Dialog.ID }
func (d *drafts) remove(id string) {
	d.List = slices.DeleteFunc(d.List, func(x string) bool { return x == id })
}
func (d drafts) has(id string) bool { return slices.Contains(d.List, id) }
func (b *Bot) files() bool          { return b.config.Procedures != nil && b.config.Desk != nil }
func (b *Bot) when() time.Time      { return b.now().In(china) }
func (b *Bot) once(c *chat) string  { return "u" + strconv.FormatInt(c.turn.Update.ID, 10) }

// load reads a session's value; false when there is none.
func (c *chat) load(ctx context.Context, key string, into any) (bool, error) {
	value, err := c.turn.Load(ctx, key)
	if err != nil || value == nil {
		return false, err
	}
	return true, json.Unmarshal(value, into)
}

// store leaves a session in the turn.
func (c *chat) store(key string, v any) error {
	value, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return c.turn.Save(key, value, draftTime)
}

// unit is where the person works: the place of his post as handler or head.
func (c *chat) unit() string {
	for _, p := range c.posts {
		if p.Role == records.Handler || p.Role == records.UnitHead {
			return p.Place
		}
	}
	return ""
}

// heads says that the person is the head of a unit.
func (c *chat) heads(unit string) bool {
	return slices.ContainsFunc(c.posts, func(p records.Post) bool { return p.Role == records.UnitHead && p.Place == unit })
}

// file begins a filing, or goes on with the one that is open.
func (b *Bot) file(ctx context.Context, c *chat, _ string) error {
	return b.beginOrGoOn(ctx, c, "")
}

func (b *Bot) beginOrGoOn(ctx context.Context, c *chat, about string) error {
	if c.group {
		return c.say(textPrivately, nil)
	}
	if !b.files() {
		return c.say(textDraftLater, nil)
	}
	var mine drafts
	if _, err := c.load(ctx, draftsKey(c.user), &mine); err != nil {
		return err
	}
	if len(mine.List) > 0 && about == "" {
		return b.showDrafts(ctx, c, mine)
	}
	return b.beginDraft(ctx, c, mine, about)
}

func (b *Bot) pressNewDraft(ctx context.Context, c *chat, _ string) error {
	var mine drafts
	if _, err := c.load(ctx, draftsKey(c.user), &mine); err != nil {
		return err
	}
	return b.beginDraft(ctx, c, mine, "")
}

// beginDraft starts a dialog. What it is about is told at the start; nothing of
// it enters the form by itself.
func (b *Bot) beginDraft(ctx context.Context, c *chat, mine drafts, about string) error {
	if len(mine.List) >= maxDrafts {
		return c.say(fmt.Sprintf(textManyDrafts, maxDrafts), nil)
	}
	p := b.config.Procedures.Latest(filingProcedure)
	d := draft{Unit: c.unit(), Handler: c.user}
	d.Dialog = conversations.NewDialog(p, strings.ToLower(rand.Text()[:10]), strconv.FormatInt(c.user, 10), b.when())
	if _, err := c.load(ctx, draftKey(d.of()), &draft{}); err != nil {
		return err
	}
	if err := b.noteDraft(ctx, c, d.of()); err != nil {
		return err
	}
	mine.List, mine.Open = append(mine.List, d.of()), d.of()
	if about != "" {
		if err := c.reply(fmt.Sprintf(textDraftAbout, quote(about)), nil); err != nil {
			return err
		}
	}
	return b.step(ctx, c, mine, d, conversations.Event{Kind: conversations.EventStart})
}

// showDrafts lists the drafts that the person may go on with.
func (b *Bot) showDrafts(ctx context.Context, c *chat, mine drafts) error {
	text := bold(headDrafts)
	var rows [][]button
	i := 0
	for _, id := range slices.Clone(mine.List) {
		var d draft
		found, err := c.load(ctx, draftKey(id), &d)
		if err != nil {
			return err
		}
		if !found || d.Dialog.Over() {
			mine.remove(id)
			continue
		}
		name := d.Dialog.Answers["matter_name"].Text
		if name == "" {
			name = textUnnamed
		}
		i++
		text += fmt.Sprintf("\n%d. %s（%s）", i, escape(name), day(d.Dialog.Touched))
		if len(mine.List) > 1 {
			name = fmt.Sprintf("%d. %s", i, name)
		}
		rows = append(rows, []button{{buttonGoOn + "：" + clip(name, 16), "f:" + id + ":do:resume"}})
		if d.Unit != "" && d.Filing == "" {
			rows[len(rows)-1] = append(rows[len(rows)-1], button{buttonHandOver, "hand:" + id})
		}
		if b.begins(d) && c.heads(d.Unit) {
			rows = append(rows, []button{{buttonBegin + "：" + clip(name, 12), "begin:" + id}})
		}
	}
	if err := c.store(draftsKey(c.user), mine); err != nil {
		return err
	}
	if rows == nil {
		return b.beginDraft(ctx, c, mine, "")
	}
	return c.say(text, keyboard(append(rows, []button{{buttonNewDraft, "newdraft:"}})))
}

// openDraft loads a draft that the person may open; ok is false for others and
// for none alike.
func (b *Bot) openDraft(ctx context.Context, c *chat, id string) (mine drafts, d draft, ok bool, err error) {
	if _, err = c.load(ctx, draftsKey(c.user), &mine); err != nil || c.group || !b.files() || !mine.has(id) {
		return mine, d, false, err
	}
	ok, err = c.load(ctx, draftKey(id), &d)
	return mine, d, ok, err
}

// pressFiling takes a button of a dialog: "draft:action".
func (b *Bot) pressFiling(ctx context.Context, c *chat, rest string) error {
	id, action, _ := strings.Cut(rest, ":")
	mine, d, ok, err := b.openDraft(ctx, c, id)
	if err != nil {
		return err
	}
	if !ok {
		return b.expired(ctx, c)
	}
	mine.Open = id
	return b.step(ctx, c, mine, d, conversations.Event{Kind: conversations.EventAction, Action: action})
}

// filingMessage hands a message to the dialog that is open; handled is false
// when there is none.
func (b *Bot) filingMessage(ctx context.Context, c *chat, m *models.Message) (handled bool, err error) {
	if c.group || !b.files() {
		return false, nil
	}
	var mine drafts
	if _, err := c.load(ctx, draftsKey(c.user), &mine); err != nil || mine.Open == "" {
		return err != nil, err
	}
	mine, d, ok, err := b.openDraft(ctx, c, mine.Open)
	if err != nil || !ok || d.Dialog.Over() {
		return err != nil, err
	}
	e := conversations.Event{Kind: conversations.EventText, Text: m.Text}
	var sent []byte
	if m.Document != nil || len(m.Photo) > 0 {
		var refusal string
		if e, sent, refusal, err = b.attachment(ctx, m); err != nil {
			return true, err
		}
		if refusal != "" { // the question stands; a name that tells a secret is not repeated
			if name := sentName(m); (screening{}).Screen(name) == "" {
				refusal = fmt.Sprintf(textFileRefused, escape(name)) + refusal
			}
			if err := c.reply(refusal, nil); err != nil {
				return true, err
			}
			return true, b.step(ctx, c, mine, d, conversations.Event{Kind: conversations.EventAction, Action: "do:ask"})
		}
	} else if strings.TrimSpace(m.Text) == "" {
		return true, c.say(textOnlyWords, nil)
	}
	return true, b.stepWith(ctx, c, mine, d, e, sent)
}

// step takes the dialog one step on and shows what it says. What became of the
// dialog, the replies and "this update is done" are stored together.
func (b *Bot) step(ctx context.Context, c *chat, mine drafts, d draft, e conversations.Event) error {
	return b.stepWith(ctx, c, mine, d, e, nil)
}

// stepWith is step with the content of a file that came.
func (b *Bot) stepWith(ctx context.Context, c *chat, mine drafts, d draft, e conversations.Event, sent []byte) error {
	for _, p := range c.posts {
		if p.Place == d.Unit && d.Unit != "" {
			e.Roles = append(e.Roles, string(p.Role))
		}
	}
	var err error
	if e.Bodies, err = b.book.Bodies(ctx); err != nil {
		return err
	}
	before := d.Dialog.Phase
	next, replies, ok := b.guide(c).Step(ctx, d.Dialog, e, b.when())
	if !ok {
		return b.expired(ctx, c)
	}
	if next, replies, err = b.mindPrecedents(ctx, c, d, next, replies); err != nil {
		return err
	}
	if next.Phase == conversations.Submitted && before != conversations.Submitted {
		return b.submit(ctx, c, mine, d, next)
	}
	if sent != nil {
		if err := b.keep(next, e.Files[0].Hash, sent); err != nil {
			return err
		}
	}
	d.Dialog = next
	if err := b.showReplies(c, d, replies); err != nil {
		return err
	}
	if next.Phase == conversations.Ready && before != conversations.Ready {
		if err := b.askHeads(ctx, c, d); err != nil {
			return err
		}
	}
	if err := b.offerToBegin(c, &d); err != nil {
		return err
	}
	if next.Paused || next.Over() {
		mine.Open = ""
	}
	if next.Over() {
		mine.remove(d.of())
		if err := c.turn.Save(draftKey(d.of()), nil, 0); err != nil {
			return err
		}
	} else if err := c.store(draftKey(d.of()), d); err != nil {
		return err
	}
	if err := c.store(draftsKey(c.user), mine); err != nil {
		return err
	}
	return c.save()
}

// submit makes the filing, or sends the correction. The number is told only
// after it is on disk; a second press of the same update finds it done.
func (b *Bot) submit(ctx context.Context, c *chat, mine drafts, d draft, next conversations.Dialog) error {
	p := b.config.Procedures.Version(next.Procedure, next.Version)
	content, err := p.Content(next)
	if err != nil {
		return err
	}
	var f records.Filing
	if d.Filing == "" {
		f, err = b.config.Desk.Submit(ctx, records.Submission{Key: b.once(c), Person: c.user, Unit: d.Unit, Handler: d.Handler, Content: content, Filing: d.Begun})
	} else {
		f, err = b.config.Desk.Do(ctx, records.Deed{Key: b.once(c), Person: c.user, Filing: d.Filing, Revision: d.Revision, Action: records.Action{ID: d.Action, Content: &content}})
	}
	if sentence, ok := refusalSentence(err); ok {
		return c.say(escape(sentence), nil) // the draft stays as it was
	}
	if err != nil {
		return err
	}
	b.tellSoon(ctx)
	mine.remove(d.of())
	mine.Open = ""
	if err := c.turn.Save(draftKey(d.of()), nil, 0); err != nil {
		return err
	}
	if err := c.store(draftsKey(c.user), mine); err != nil {
		return err
	}
	b.disarm(ctx, c)
	return c.say(fmt.Sprintf(textSubmitted, escape(f.Matter), escape(f.Number)), keyboard([][]button{{{buttonOpen, "see:" + f.ID}}}))
}

// refusalSentence is what a person is told when the records refuse; false for
// errors that are ours.
func refusalSentence(err error) (string, bool) {
	if refusal, ok := errors.AsType[*records.Refusal](err); ok {
		return refusal.Sentence, true
	}
	if invalid, ok := errors.AsType[*records.Invalid](err); ok {
		return invalid.Sentence, true
	}
	switch {
	case errors.Is(err, records.ErrStale):
		return textFaster, true
	case errors.Is(err, records.ErrNotFound):
		return textNoFiling, true
	case errors.Is(err, records.ErrNotAllowed):
		return textNotYours, true
	}
	return "", false
}
