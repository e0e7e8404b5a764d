package bot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/go-telegram/bot/models"

	"rongcuo/conversations"
	"rongcuo/conversations/records"
)

func (b *Bot) pressReason(ctx context.Context, c *chat, code string) error {
	return b.change(ctx, c, func(a *act, _ records.Full, ch records.Choice) string {
		if i := slices.Index(a.Reasons, code); i >= 0 {
			a.Reasons = slices.Delete(a.Reasons, i, i+1)
		} else if slices.ContainsFunc(ch.Reasons, func(r conversations.Reason) bool { return r.Code == code }) {
			a.Reasons = append(a.Reasons, code)
		}
		return ""
	})
}

func (b *Bot) pressPicked(ctx context.Context, c *chat, _ string) error {
	return b.change(ctx, c, func(a *act, _ records.Full, _ records.Choice) string {
		if len(a.Reasons) == 0 {
			return textNoReason
		}
		a.Picked = true
		return ""
	})
}

func (b *Bot) pressMarked(ctx context.Context, c *chat, _ string) error {
	return b.change(ctx, c, func(a *act, _ records.Full, _ records.Choice) string { a.Marked = true; return "" })
}

// pressRemark asks for the remark on one field.
func (b *Bot) pressRemark(ctx context.Context, c *chat, key string) error {
	a, full, _, err := b.preparing(ctx, c)
	if err != nil || full == nil {
		return err
	}
	for _, l := range full.Content.Lines() {
		if l.Key == key {
			a.At = remarkMark + key
			c.state.Await = awaitAct
			if err := c.store(c.actKey(), a); err != nil {
				return err
			}
			return c.say(fmt.Sprintf(textRemarkOn, escape(l.Label))+"\n"+quote(clip(l.Text, 400)), nil)
		}
	}
	return b.expired(ctx, c)
}

func (b *Bot) pressSay(ctx context.Context, c *chat, said string) error {
	return b.change(ctx, c, func(a *act, full records.Full, ch records.Choice) string {
		f := b.openField(full, ch, *a)
		if f == nil {
			return ""
		}
		if i, err := strconv.Atoi(said); err == nil && i >= 0 && i < len(f.Options) {
			said = f.Options[i].ID
		}
		if said == sayPrefilled {
			p := b.config.Procedures.Version(full.Filing.Procedure, full.Filing.Version)
			said = p.Prefilled(f, b.known(full))
		}
		return b.take(a, full, ch, f, said)
	})
}

// pressActBack takes the last answer back, so that it can be given anew.
func (b *Bot) pressActBack(ctx context.Context, c *chat, _ string) error {
	return b.change(ctx, c, func(a *act, full records.Full, ch records.Choice) string {
		if f := b.lastField(full, ch, *a); f != nil {
			delete(a.Said.Texts, f.Key)
			delete(a.Said.Files, f.Key)
			delete(a.Skipped, f.Key)
		}
		return ""
	})
}

func (b *Bot) pressActSkip(ctx context.Context, c *chat, _ string) error {
	return b.change(ctx, c, func(a *act, full records.Full, ch records.Choice) string {
		if f := b.openField(full, ch, *a); f != nil && (f.Optional || len(a.Said.Files[f.Key]) > 0) {
			if a.Skipped == nil {
				a.Skipped = map[string]bool{}
			}
			a.Skipped[f.Key] = true
		}
		return ""
	})
}

// take reads one answer of the short form; the refusal says what to write
// instead, and then nothing is kept.
func (b *Bot) take(a *act, full records.Full, ch records.Choice, f *conversations.Field, text string) string {
	if s := (screening{}).Screen(text); s != "" {
		return s
	}
	p := b.config.Procedures.Version(full.Filing.Procedure, full.Filing.Version)
	trial := conversations.Said{Texts: maps.Clone(a.Said.Texts), Files: a.Said.Files}
	trial.Texts[f.Key] = text
	if err := p.ReadAnswer(ch.Fields, f.Key, trial, b.known(full)); err != nil {
		return err.Error()
	}
	a.Said.Texts[f.Key] = text
	return ""
}

// awaitedAct takes words: an answer or a remark.
func (b *Bot) awaitedAct(ctx context.Context, c *chat, _, text string) error {
	return b.change(ctx, c, func(a *act, full records.Full, ch records.Choice) string {
		if key, remark := strings.CutPrefix(a.At, remarkMark); remark {
			if s := (screening{}).Screen(text); s != "" {
				return s
			}
			if a.Remarks == nil {
				a.Remarks = map[string]string{}
			}
			a.Remarks[key], a.Step = strings.TrimSpace(text), 0
			return ""
		}
		f := b.openField(full, ch, *a)
		switch {
		case f == nil:
			return ""
		case f.Kind == conversations.Files:
			return textSendFile
		}
		return b.take(a, full, ch, f, text)
	})
}

// actFile takes a file for the act in work; handled is false when none waits
// for one.
func (b *Bot) actFile(ctx context.Context, c *chat, m *models.Message) (handled bool, err error) {
	if c.group || !b.files() || c.state.Await != awaitAct || m.Document == nil && len(m.Photo) == 0 {
		return false, nil
	}
	var a act
	if found, err := c.load(ctx, c.actKey(), &a); err != nil || !found {
		return err != nil, err
	}
	e, data, refusal, err := b.attachment(ctx, m)
	if err != nil {
		return true, err
	}
	var kept error
	err = b.change(ctx, c, func(a *act, full records.Full, ch records.Choice) string {
		f := b.openField(full, ch, *a)
		switch {
		case refusal != "":
			return refusal
		case f == nil || f.Kind != conversations.Files:
			return textNoFileNow
		}
		p := b.config.Procedures.Version(full.Filing.Procedure, full.Filing.Version)
		files := append(slices.Clone(a.Said.Files[f.Key]), e.Files...)
		if err := p.ReadAnswer(ch.Fields, f.Key, conversations.Said{Files: map[string][]conversations.File{f.Key: files}}, b.known(full)); err != nil {
			return err.Error()
		}
		if _, _, kept = b.config.Files.Put(bytes.NewReader(data)); kept == nil {
			a.Said.Files[f.Key] = files
		}
		return ""
	})
	return true, errors.Join(kept, err)
}

func (b *Bot) pressActDrop(ctx context.Context, c *chat, _ string) error {
	if _, err := c.load(ctx, c.actKey(), &act{}); err != nil {
		return err
	}
	if err := c.turn.Save(c.actKey(), nil, 0); err != nil {
		return err
	}
	b.disarm(ctx, c)
	return c.say(textStays, nil)
}

// pressDo performs the act. The record and its notices are on disk before
// anything is said; a second press finds it done.
func (b *Bot) pressDo(ctx context.Context, c *chat, _ string) error {
	a, full, ch, err := b.preparing(ctx, c)
	if err != nil || full == nil {
		return err
	}
	f, err := b.config.Desk.Do(ctx, records.Deed{Key: b.once(c), Person: c.user, Filing: a.Filing, Revision: a.Revision,
		Action: records.Action{ID: a.Choice, Said: a.Said, Reasons: a.Reasons, Remarks: a.Remarks, Paper: a.Paper}})
	if sentence, ok := refusalSentence(err); ok {
		return c.say(escape(sentence), keyboard([][]button{{{buttonOpen, "see:" + a.Filing}}}))
	}
	if err != nil {
		return err
	}
	b.tellSoon(ctx)
	if err := c.turn.Save(c.actKey(), nil, 0); err != nil {
		return err
	}
	b.disarm(ctx, c)
	state := full.Card.StateName
	if p := b.config.Procedures.Version(f.Procedure, f.Version); p != nil {
		state = p.StateName(f.State)
	}
	name := ch.Name
	if a.Paper {
		name, state = textOnPaper+name, state+textToSign
	}
	return c.say(fmt.Sprintf(textDone, escape(name), escape(f.Matter), escape(state)), keyboard([][]button{{{buttonOpen, "see:" + f.ID}}}))
}
