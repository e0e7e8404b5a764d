package bot

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"rongcuo/conversations/records"
	"rongcuo/knowledge"
	"rongcuo/knowledge/documents"
)

// Kinds of audit entries about the knowledge base.
const (
	kindPublished  = "published"
	kindProposed   = "proposed"
	kindWithdrawn  = "withdrawn"
	kindReturned   = "returned"
	kindRolledBack = "rolled_back"
)

// note writes an act into the audit.
func (b *Bot) note(ctx context.Context, c *chat, kind, subject string, detail any) error {
	b.log.Info("done", "what", kind)
	return b.book.Note(ctx, records.Entry{Actor: c.user, Kind: kind, Subject: subject, Detail: detail})
}

// docsPage is how many documents a screen lists.
const docsPage = 8

// docs lists the documents, a screen at a time; cases come last.
func (b *Bot) docs(ctx context.Context, c *chat, rest string) error {
	from, _ := strconv.Atoi(rest)
	list := slices.SortedStableFunc(b.base.Documents(), func(x, y documents.Document) int {
		return cmp.Compare(docOrder[x.Kind], docOrder[y.Kind])
	})
	if from < 0 || from >= len(list) {
		from = 0
	}
	count, passages := b.base.Size()
	var text strings.Builder
	fmt.Fprintf(&text, "<b>知识库</b>：%d 份文件、%d 条", count, passages)
	var rows [][]button
	for i, d := range list[from:min(from+docsPage, len(list))] {
		fmt.Fprintf(&text, "\n%d. 《%s》%s，%d 条", from+i+1, escape(d.Title), escape(b.documentLine(d)), len(d.Passages))
		rows = append(rows, []button{{fmt.Sprintf("%d. %s", from+i+1, clip(d.Title, 18)), "doc:" + docID(d.Path)}})
	}
	var turn []button
	if from > 0 {
		turn = append(turn, button{"上一页", fmt.Sprintf("docs:%d", max(0, from-docsPage))})
	}
	if from+docsPage < len(list) {
		turn = append(turn, button{"下一页", fmt.Sprintf("docs:%d", from+docsPage)})
	}
	if turn != nil {
		rows = append(rows, turn)
	}
	if n := len(b.keeper.withdrawn()); n > 0 {
		rows = append(rows, []button{{fmt.Sprintf("已停用的 %d 份", n), "gone:"}})
	}
	text.WriteString("\n\n" + textDocsHow)
	return c.say(text.String(), keyboard(rows))
}

var docOrder = map[documents.Kind]int{documents.Rule: 0, documents.QA: 1, documents.Case: 2, documents.Corpus: 3}

// docID names a document on a button, which has no room for its path.
func docID(path string) string { return hashOf([]byte(path))[:12] }

func (b *Bot) docOf(id string) (documents.Document, bool) {
	for d := range b.base.Documents() {
		if docID(d.Path) == id {
			return d, true
		}
	}
	return documents.Document{}, false
}

// documentLine says in one line what a document is and since when.
func (b *Bot) documentLine(d documents.Document) string {
	parts := []string{}
	for _, s := range []string{d.DocNo, b.base.StatusOf(d)} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	if d.Effective != "" {
		what := "起施行"
		if d.Kind != documents.Rule {
			what = "发布"
		}
		parts = append(parts, knowledge.FormatDate(d.Effective)+what)
	}
	if d.Repealed != "" {
		parts = append(parts, knowledge.FormatDate(d.Repealed)+"起停止施行")
	}
	return strings.Join(parts, " · ")
}

func (b *Bot) pressDoc(ctx context.Context, c *chat, id string) error {
	d, ok := b.docOf(id)
	if !ok {
		return b.expired(ctx, c)
	}
	html := bold("《"+d.Title+"》") + "\n" + escape(b.documentLine(d)) + fmt.Sprintf("\n共 %d 条。", len(d.Passages))
	row := []button{{buttonWithdraw, "out:" + id}}
	if b.keeper.has(d.Path) {
		row = append(row, button{buttonInfo, "edit:" + id})
		if d.Repealed == "" {
			row = append(row, button{buttonRepeal, "repeal:" + id})
		} else {
			row = append(row, button{buttonUnrepeal, "unrepeal:" + id})
		}
	} else {
		html += "\n" + textNotInLibrary
	}
	rows := [][]button{row}
	if n := len(b.base.Suggestions(d.Path)); n > 0 {
		rows = append(rows, []button{{fmt.Sprintf(buttonSuggested, n), "sug:" + id}})
	}
	return c.say(html, keyboard(rows))
}

// withdraw finds the document to take out by its title or file.
func (b *Bot) withdraw(ctx context.Context, c *chat, name string) error {
	var found []documents.Document
	for d := range b.base.Documents() {
		if name != "" && d.Kind != documents.Corpus && (strings.Contains(d.Title, name) || strings.Contains(d.Path, name)) {
			found = append(found, d)
		}
	}
	switch len(found) {
	case 0:
		return c.say(textNothingToWithdraw, nil)
	case 1:
		return b.askWithdraw(c, found[0])
	}
	return c.say(fmt.Sprintf(textWithdrawMany, len(found)), nil)
}

func (b *Bot) askWithdraw(c *chat, d documents.Document) error {
	c.state.Withdraw = d.Path
	return c.say(fmt.Sprintf(textWithdraw, escape(d.Title), len(d.Passages)), keyboard([][]button{{{buttonWithdraw, "out!:" + docID(d.Path)}, {buttonDrop, "stay:"}}}))
}

func (b *Bot) pressAskWithdraw(ctx context.Context, c *chat, id string) error {
	d, ok := b.docOf(id)
	if !ok {
		return b.expired(ctx, c)
	}
	return b.askWithdraw(c, d)
}

func (b *Bot) pressWithdraw(ctx context.Context, c *chat, id string) error {
	name := c.state.Withdraw
	if name == "" || docID(name) != id {
		return b.expired(ctx, c)
	}
	c.state.Withdraw = ""
	b.disarm(ctx, c)
	if err := b.keeper.setAside(name); err != nil {
		return err
	}
	if err := b.note(ctx, c, kindWithdrawn, "document:"+name, nil); err != nil {
		return err
	}
	return b.bring(ctx, c, nil, []string{name})
}

func (b *Bot) pressStay(ctx context.Context, c *chat, _ string) error {
	c.state.Withdraw = ""
	b.disarm(ctx, c)
	return c.say(textStays, nil)
}

// pressGone lists what was taken out, with a way back.
func (b *Bot) pressGone(ctx context.Context, c *chat, _ string) error {
	var rows [][]button
	for _, name := range b.keeper.withdrawn() {
		if len(rows) < docsPage {
			rows = append(rows, []button{{buttonReturn + "：" + clip(path.Base(name), 20), "back:" + docID(name)}})
		}
	}
	if rows == nil {
		return c.say(textNoneGone, nil)
	}
	return c.say(textGone, keyboard(rows))
}

func (b *Bot) pressReturn(ctx context.Context, c *chat, id string) error {
	for _, name := range b.keeper.withdrawn() {
		if docID(name) != id {
			continue
		}
		if err := b.keeper.takeBack(name); err != nil {
			return err
		}
		b.disarm(ctx, c)
		if err := b.note(ctx, c, kindReturned, "document:"+name, nil); err != nil {
			return err
		}
		return b.bring(ctx, c, []string{name}, nil)
	}
	return b.expired(ctx, c)
}

// setAside takes a file out of the library; one that never lay there is only
// taken out of the index.
func (k *keeper) setAside(name string) error {
	data, err := os.ReadFile(filepath.Join(k.dir, filepath.FromSlash(name)))
	if err != nil {
		return nil // not in the library, or set aside by an earlier try
	}
	if err := k.put(path.Join(withdrawnDir, name), data); err != nil {
		return err
	}
	return k.put(name, nil)
}

func (k *keeper) takeBack(name string) error {
	data, err := os.ReadFile(filepath.Join(k.dir, withdrawnDir, filepath.FromSlash(name)))
	if err != nil {
		return err
	}
	if err := k.put(name, data); err != nil {
		return err
	}
	return k.put(path.Join(withdrawnDir, name), nil)
}

// withdrawn gives the files that were taken out.
func (k *keeper) withdrawn() []string {
	var out []string
	dir := os.DirFS(filepath.Join(k.dir, withdrawnDir))
	_ = fs.WalkDir(dir, ".", func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			out = append(out, name)
		}
		return nil
	})
	return out
}

// reopen makes a published file the one that waits, so that what is said about
// it can be corrected.
func (b *Bot) reopen(c *chat, d documents.Document) (*pending, error) {
	data, err := os.ReadFile(filepath.Join(b.keeper.dir, filepath.FromSlash(d.Path)))
	if err != nil {
		return nil, err
	}
	hash, err := b.keeper.hold(data)
	if err != nil {
		return nil, err
	}
	c.state.Pending = &pending{Name: d.Path, Hash: hash, Meta: map[string]string{}, Edit: true}
	return c.state.Pending, nil
}

// pressRepeal asks from which day a document is no longer in force.
func (b *Bot) pressRepeal(ctx context.Context, c *chat, id string) error {
	d, ok := b.docOf(id)
	if !ok || !b.keeper.has(d.Path) {
		return b.expired(ctx, c)
	}
	c.state.Await = awaitRepeal + ":" + id
	return c.say(fmt.Sprintf(textRepealWhen, escape(d.Title), knowledge.FormatDate(documents.Date(b.now().In(china).Format(time.DateOnly)))), nil)
}

func (b *Bot) awaitedRepeal(ctx context.Context, c *chat, id, text string) error {
	d, ok := b.docOf(id)
	if !ok || !b.keeper.has(d.Path) {
		return b.expired(ctx, c)
	}
	date, valid := documents.ParseDate(strings.TrimSpace(text))
	if !valid {
		c.state.Await = awaitRepeal + ":" + id
		return c.say(textBadDate, nil)
	}
	return b.setForce(ctx, c, d, string(date))
}

func (b *Bot) pressUnrepeal(ctx context.Context, c *chat, id string) error {
	d, ok := b.docOf(id)
	if !ok || !b.keeper.has(d.Path) {
		return b.expired(ctx, c)
	}
	return b.setForce(ctx, c, d, "")
}

// setForce shows a document with another end, to be published.
func (b *Bot) setForce(ctx context.Context, c *chat, d documents.Document, repealed string) error {
	p, err := b.reopen(c, d)
	if err != nil {
		return err
	}
	p.Meta[documents.KeyRepealed], p.Meta[documents.KeyStatus] = repealed, ""
	return b.preview(ctx, c)
}
