package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strconv"
	"time"

	"rongcuo/bot/delivery"
	"rongcuo/conversations"
)

// Idle drafts are reminded of and at last dropped (procedure, drafts). A store
// of sessions can't be listed, so the open drafts stand in indexes, which change
// only when a draft begins; who is over is taken out by the regular round. There
// are so many that people who begin at the same moment seldom meet in one: with
// 16, of 300 who did every tenth waited half a second for another try.
const draftIndexes = 512

func draftIndexKey(id string) string {
	h := fnv.New32a()
	h.Write([]byte(id))
	return "openDrafts:" + strconv.Itoa(int(h.Sum32()%draftIndexes))
}

// noteDraft writes a draft that begins into its index.
func (b *Bot) noteDraft(ctx context.Context, c *chat, id string) error {
	open := map[string]bool{}
	if _, err := c.load(ctx, draftIndexKey(id), &open); err != nil {
		return err
	}
	open[id] = true
	return c.store(draftIndexKey(id), open)
}

// remindDrafts does what time brings to the drafts. Whoever works on one at the
// same moment wins: the reminder is then left to the next round.
func (b *Bot) remindDrafts(ctx context.Context) error {
	for i := range draftIndexes {
		key := "openDrafts:" + strconv.Itoa(i)
		open := map[string]bool{}
		revision, err := b.session(ctx, key, &open)
		if err != nil {
			return err
		}
		before := len(open)
		for _, id := range slices.Sorted(maps.Keys(open)) {
			over, err := b.remindDraft(ctx, id)
			if err != nil {
				return err
			}
			if over {
				delete(open, id)
			}
		}
		if len(open) == before {
			continue
		}
		if err := b.saveSession(ctx, key, revision, open); err != nil && !errors.Is(err, delivery.ErrConflict) {
			return err
		}
	}
	return nil
}

// remindDraft takes one draft a step on if time has come; over is true for one
// that is no more. The message is put before the step is saved, under a key that
// is the same if the step must be done again.
func (b *Bot) remindDraft(ctx context.Context, id string) (over bool, err error) {
	var d draft
	revision, err := b.session(ctx, draftKey(id), &d)
	if err != nil || revision == 0 || d.Dialog.Over() {
		return err == nil, err
	}
	p := b.config.Procedures.Version(d.Dialog.Procedure, d.Dialog.Version)
	if p == nil {
		return false, nil
	}
	if due := p.Due(d.Dialog); due.IsZero() || due.After(b.when()) {
		return false, nil
	}
	next, replies, ok := b.guide(nil).Step(ctx, d.Dialog, conversations.Event{Kind: conversations.EventTimer}, b.when())
	person, err := strconv.ParseInt(d.Dialog.Owner, 10, 64)
	if !ok || err != nil {
		return false, nil
	}
	for i, s := range screens(p, id, replies) {
		m := delivery.Message{Key: fmt.Sprintf("idle:%s:%d:%d:%d", id, d.Dialog.Touched.Unix(), d.Dialog.Reminded, i), Chat: person,
			Priority: delivery.Notice, Text: s.html, Markup: keyboard(s.rows)}
		if _, err := b.office.Send(ctx, m); err != nil {
			return false, err
		}
	}
	d.Dialog = next
	if err := b.saveSession(ctx, draftKey(id), revision, d); err != nil && !errors.Is(err, delivery.ErrConflict) {
		return false, err
	}
	return next.Over(), nil
}

// session reads a session outside a turn; the revision is 0 if there is none.
func (b *Bot) session(ctx context.Context, key string, into any) (revision int64, err error) {
	value, revision, err := b.limits.Load(ctx, key)
	if err != nil || value == nil {
		return 0, err
	}
	return revision, json.Unmarshal(value, into)
}

func (b *Bot) saveSession(ctx context.Context, key string, revision int64, v any) error {
	value, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = b.limits.Save(ctx, delivery.Save{Key: key, Revision: revision, Value: value, TTL: draftTime})
	return err
}

// draftTime is how long a draft is kept after the last step; the procedure warns
// of its end and ends it before that.
const draftTime = conversations.DraftsKept * 24 * time.Hour
