package bot

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

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
	rows = append(rows, turnPages("docs:", from, docsPage, len(list))...)
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
		return c.say(textDocGone, nil)
	}
	html, rows := b.docScreen(d)
	return c.say(html, keyboard(rows))
}

// docScreen shows what a document is, with all that can be read of it and done
// with it.
func (b *Bot) docScreen(d documents.Document) (html string, rows [][]button) {
	id := docID(d.Path)
	html = bold("《"+d.Title+"》") + "\n" + escape(b.documentLine(d)) + fmt.Sprintf("\n共 %d 条。", len(d.Passages))
	read := []button{{buttonContents, "darts:" + id + ":0"}}
	if n := len(b.base.Versions(d)); n > 1 && d.Kind == documents.Rule {
		read = append(read, button{fmt.Sprintf(buttonVersions, n), "dvers:" + id})
	}
	keep := []button{{buttonWithdraw, "out:" + id}}
	if b.keeper.has(d.Path) {
		read = append(read, button{buttonOriginal, "dfile:" + id})
		keep = append(keep, button{buttonInfo, "edit:" + id})
		if d.Repealed == "" {
			keep = append(keep, button{buttonRepeal, "repeal:" + id})
		} else {
			keep = append(keep, button{buttonUnrepeal, "unrepeal:" + id})
		}
	} else {
		html += "\n" + textNotInLibrary
	}
	rows = [][]button{read, keep}
	if n := len(b.base.Suggestions(d.Path)); n > 0 {
		rows = append(rows, []button{{fmt.Sprintf(buttonSuggested, n), "sug:" + id}})
	}
	return html, rows
}
