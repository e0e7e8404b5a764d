package bot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"rongcuo/bot/delivery"
	"rongcuo/conversations/records"
	"rongcuo/knowledge"
)

// auditPage is how many entries a screen shows.
const auditPage = 10

// audit shows what was done by whom, the newest first, in sentences. Numbers and
// digests are in the table that can be exported.
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
		line, err := b.entryLine(ctx, e)
		if err != nil {
			return err
		}
		text.WriteString("\n" + escape(line))
	}
	row := []button{{buttonExport, "auditfile:"}}
	if more {
		row = append(row, button{buttonOlder, fmt.Sprintf("audit:%d", entries[len(entries)-1].Seq)})
	}
	return c.say(text.String(), keyboard([][]button{row}))
}

// entryLine is an entry as a sentence.
func (b *Bot) entryLine(ctx context.Context, e records.Entry) (string, error) {
	what, roles, err := b.entryWords(ctx, e)
	if err != nil {
		return "", err
	}
	who := textProgram
	if e.Actor != 0 {
		if who, err = b.actorOf(ctx, e, roles); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("%d. %s　%s%s。", e.Seq, moment(e.At), who, what), nil
}

// actorOf names who did something by the posts that he held then, of several by
// those in which it is done.
func (b *Bot) actorOf(ctx context.Context, e records.Entry, roles []records.Role) (string, error) {
	posts, err := b.book.HeldAt(ctx, e.Actor, e.Seq)
	if err != nil {
		return "", err
	}
	if len(posts) == 0 {
		return fmt.Sprintf(textNobody, e.Actor), nil
	}
	fitting := slices.DeleteFunc(slices.Clone(posts), func(p records.Post) bool { return !slices.Contains(roles, p.Role) })
	if len(fitting) == 0 {
		fitting = posts
	}
	var names []string
	for _, p := range fitting {
		names = append(names, postName(p))
	}
	return strings.Join(names, "、") + "（" + holderName(fitting[0]) + "）", nil
}

// personOf names a person whom an entry is about.
func (b *Bot) personOf(ctx context.Context, person int64, e records.Entry) (string, error) {
	posts, err := b.book.HeldAt(ctx, person, e.Seq)
	if err != nil {
		return "", err
	}
	for _, p := range posts {
		if p.Name != "" {
			return p.Name, nil
		}
	}
	return fmt.Sprintf(textNumber, person), nil
}

// entryDetail is what the entries hold, of whatever kind.
type entryDetail struct {
	Person              int64
	Role                records.Role
	Place               string
	Title               string
	Entry               int
	Back, Gone, Changed []string
	Questions, Persons  int
	Misses              int
	Note, Article       string
	Revision            int64
}

// entryWords says what was done and in which roles that is done; what a newer
// program wrote is shown by its kind.
func (b *Bot) entryWords(ctx context.Context, e records.Entry) (words string, roles []records.Role, err error) {
	var d entryDetail
	raw, _ := json.Marshal(e.Detail) // it was read as JSON
	_ = json.Unmarshal(raw, &d)      // what does not fit is not shown
	of, subject, _ := strings.Cut(e.Subject, ":")
	what := entryKinds[e.Kind]
	post := postName(records.Post{Role: d.Role, Place: d.Place})
	title := d.Title
	switch {
	case title == "" && of == "document":
		title = titleIn(b.base, knowledge.Ref{Doc: subject})
	case title == "" && d.Article != "":
		title = titleIn(b.base, knowledge.Ref{Doc: e.Subject})
	}
	if title != "" && !strings.HasPrefix(title, "《") {
		title = "《" + title + "》"
	}
	switch e.Kind {
	case records.KindGranted, records.KindRevoked:
		whose, err := b.personOf(ctx, d.Person, e)
		return fmt.Sprintf(what, whose, post), staffers.roles, err
	case records.KindInvited, records.KindRecalled:
		return fmt.Sprintf(what, post), staffers.roles, nil
	case records.KindRefused:
		return refusedWords(of, subject, d), nil, nil
	case records.KindStep:
		step, err := b.book.StepOf(ctx, subject, d.Revision)
		if errors.Is(err, records.ErrNotFound) {
			return textStepGone, nil, nil
		}
		return fmt.Sprintf(textStep, step.Number, step.Name), []records.Role{step.Role}, err
	case kindRolledBack:
		return what + changedTitles(d), keepers.roles, nil
	case kindMended, kindIgnored, kindOpened:
		return strings.TrimSuffix(fmt.Sprintf(what, d.Questions)+"（"+d.Note+"）", "（）"), keepers.roles, nil
	case kindTold:
		return fmt.Sprintf(what, d.Persons, title), keepers.roles, nil
	case kindAdopted, kindDismissed:
		return fmt.Sprintf(what, title+d.Article), keepers.roles, nil
	case kindPublished, kindProposed, kindWithdrawn, kindReturned:
		if d.Entry > 0 {
			title += fmt.Sprintf("问%d", d.Entry)
		}
		return what + title, keepers.roles, nil
	}
	return strings.TrimSpace(orElse(what, e.Kind) + " " + e.Subject), nil, nil
}

// refusedWords says what somebody tried who may not.
func refusedWords(of, subject string, d entryDetail) string {
	switch {
	case d.Misses > 0:
		return fmt.Sprintf(textRefusedFind, d.Misses)
	case of == "filing":
		return textRefusedFiling
	case refusedKinds[of] != "":
		return refusedKinds[of]
	case strings.HasPrefix(of, "/"):
		return fmt.Sprintf(textRefusedCommand, of)
	}
	return textRefusedElse
}

func changedTitles(d entryDetail) string {
	out := ""
	for _, list := range []struct {
		what   string
		titles []string
	}{{"恢复", d.Back}, {"撤下", d.Gone}, {"换回", d.Changed}} {
		if len(list.titles) > 0 {
			out += "，" + list.what + "《" + strings.Join(list.titles, "》《") + "》"
		}
	}
	return out
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
