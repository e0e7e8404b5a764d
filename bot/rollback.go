package bot

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"rongcuo/knowledge"
	"rongcuo/knowledge/documents"
)

func init() { // methods that look into the table
	actions = append(actions, action{"rollback", keepers, (*Bot).pressRollback})
}

// rollback shows what going back would change and asks.
func (b *Bot) rollback(ctx context.Context, c *chat, _ string) error {
	e, err := b.base.Previous(ctx)
	if errors.Is(err, knowledge.ErrNoPrevious) {
		return c.say(textNoPrevious, nil)
	} else if err != nil {
		return err
	}
	return c.say(rollbackHTML(e), keyboard([][]button{{{buttonYes, fmt.Sprintf("rollback:%d", e.ID)}, {buttonDrop, "stay:"}}}))
}

// pressRollback goes back, the index and the library together. The button names
// the edition that was shown: pressed again, or after another publication, it
// changes nothing.
func (b *Bot) pressRollback(ctx context.Context, c *chat, id string) error {
	e, err := b.base.Previous(ctx)
	switch {
	case err != nil && !errors.Is(err, knowledge.ErrNoPrevious):
		return err
	case err != nil || strconv.FormatInt(e.ID, 10) != id:
		b.disarm(ctx, c)
		return c.say(textRollbackPast, nil)
	}
	err = b.keeper.rollBack(ctx, e)
	if _, busy := errors.AsType[*knowledge.BuildingError](err); busy {
		return c.say(textRollbackBusy, nil)
	} else if err != nil {
		return err
	}
	b.disarm(ctx, c)
	d := e.Difference
	if err := b.note(ctx, c, kindRolledBack, "index", map[string]any{"back": titlesOf(d.Added), "gone": titlesOf(d.Removed), "changed": titlesOf(d.Changed)}); err != nil {
		return err
	}
	docs, passages := b.base.Size()
	return c.say(fmt.Sprintf(textRolledBack, docs, passages)+"\n"+differenceHTML(d, "恢复", "换回", "撤下"), nil)
}

func titlesOf(list []documents.Document) []string {
	var out []string
	for _, d := range list {
		if len(out) < shownDocuments {
			out = append(out, d.Title)
		}
	}
	return out
}

// docName names a document so that two versions are told apart.
func docName(d documents.Document) string {
	var about []string
	if d.Kind == documents.Rule {
		for _, part := range []string{d.DocNo, dated(d.Effective, "起施行"), dated(d.Repealed, "起停止施行")} {
			if part != "" {
				about = append(about, part)
			}
		}
	}
	title := d.Title
	if title == "" {
		title = d.Path
	}
	if about == nil {
		return "《" + title + "》"
	}
	return "《" + title + "》（" + strings.Join(about, "，") + "）"
}

// shownDocuments are named of each kind of change.
const shownDocuments = 10

// differenceHTML names the documents that a change is about, a line each.
func differenceHTML(d knowledge.Difference, added, changed, removed string) string {
	var lines []string
	for _, list := range []struct {
		what string
		docs []documents.Document
	}{{added, d.Added}, {changed, d.Changed}, {removed, d.Removed}} {
		for i, doc := range list.docs {
			if i == shownDocuments {
				lines = append(lines, fmt.Sprintf("%s的还有 %d 份", list.what, len(list.docs)-i))
				break
			}
			lines = append(lines, fmt.Sprintf("%s：%s，%d 条", list.what, escape(docName(doc)), len(doc.Passages)))
		}
	}
	return strings.Join(lines, "\n")
}

func rollbackHTML(e knowledge.Edition) string {
	if e.Difference.Empty() {
		return textRollbackSame
	}
	return fmt.Sprintf(textRollbackSure, moment(e.Built), e.Documents, e.Difference.After) + "\n" +
		differenceHTML(e.Difference, "恢复", "换回", "撤下")
}
