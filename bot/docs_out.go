package bot

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"rongcuo/knowledge/documents"
)

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
	html := fmt.Sprintf(textWithdrawMany, len(found))
	var rows [][]button
	for i, d := range found[:min(len(found), docsPage)] {
		html += fmt.Sprintf("\n%d. 《%s》%s", i+1, escape(d.Title), escape(b.documentLine(d)))
		rows = append(rows, []button{{fmt.Sprintf("%d. %s", i+1, clip(strings.TrimSpace(b.base.StatusOf(d)+" "+d.Title), 24)), "out:" + docID(d.Path)}})
	}
	if len(found) > docsPage {
		html += "\n" + textWithdrawMore
	}
	return c.say(html, keyboard(append(rows, []button{{buttonDrop, "stay:"}})))
}

func (b *Bot) askWithdraw(c *chat, d documents.Document) error {
	c.state.Withdraw = d.Path
	return c.say(fmt.Sprintf(textWithdraw, escape(docName(d)), len(d.Passages)), keyboard([][]button{{{buttonWithdraw, "out!:" + docID(d.Path)}, {buttonDrop, "stay:"}}}))
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
	what := name
	if d, ok := b.base.Document(name); ok {
		what = docName(d)
	}
	if err := b.keeper.setAside(name); err != nil {
		return err
	}
	if err := b.note(ctx, c, kindWithdrawn, "document:"+name, map[string]string{"title": what}); err != nil {
		return err
	}
	return b.bring(ctx, c, building{Remove: []string{name}, About: fmt.Sprintf(textWithdrawn, what)})
}

func (b *Bot) pressStay(ctx context.Context, c *chat, _ string) error {
	c.state.Withdraw = ""
	b.disarm(ctx, c)
	return c.say(textStays, nil)
}

// pressGone lists what was taken out, with a way back, a screen at a time.
func (b *Bot) pressGone(ctx context.Context, c *chat, rest string) error {
	from, _ := strconv.Atoi(rest)
	names := b.keeper.withdrawn()
	if len(names) == 0 {
		return c.say(textNoneGone, nil)
	}
	if from < 0 || from >= len(names) {
		from = 0
	}
	html := textGone
	var rows [][]button
	for i, name := range names[from:min(from+docsPage, len(names))] {
		what := b.keeper.withdrawnName(ctx, name)
		html += fmt.Sprintf("\n%d. %s", from+i+1, escape(what))
		rows = append(rows, []button{{fmt.Sprintf("%s %d. %s", buttonReturn, from+i+1, clip(strings.TrimPrefix(what, "《"), 20)), "back:" + docID(name)}})
	}
	return c.say(html, keyboard(append(rows, turnPages("gone:", from, docsPage, len(names))...)))
}

// withdrawnName names the document of a file that was taken out; one that can't
// be read any more by the file.
func (k *keeper) withdrawnName(ctx context.Context, name string) string {
	data, err := os.ReadFile(filepath.Join(k.dir, withdrawnDir, filepath.FromSlash(name)))
	if err != nil {
		return name
	}
	text, _, err := plain(ctx, name, data)
	if err != nil {
		return name
	}
	return docName(documents.Split(name, text))
}

func (b *Bot) pressReturn(ctx context.Context, c *chat, id string) error {
	for _, name := range b.keeper.withdrawn() {
		if docID(name) != id {
			continue
		}
		what := b.keeper.withdrawnName(ctx, name)
		if err := b.keeper.takeBack(name); err != nil {
			return err
		}
		b.disarm(ctx, c)
		if err := b.note(ctx, c, kindReturned, "document:"+name, map[string]string{"title": what}); err != nil {
			return err
		}
		return b.bring(ctx, c, building{Names: []string{name}, About: fmt.Sprintf(textReturned, what)})
	}
	return c.say(textNotGone, nil)
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
	return k.put(name, data)
}

// withdrawn gives the files that were taken out and are not back. What came back
// keeps its copy there: a rollback may take it out again.
func (k *keeper) withdrawn() []string {
	var out []string
	dir := os.DirFS(filepath.Join(k.dir, withdrawnDir))
	_ = fs.WalkDir(dir, ".", func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && !k.has(name) {
			out = append(out, name)
		}
		return nil
	})
	return out
}
