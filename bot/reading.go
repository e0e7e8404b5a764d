package bot

import (
	"context"
	"fmt"
	"strings"

	"rongcuo/knowledge"
	"rongcuo/knowledge/documents"
)

// Articles and cases in full. Their buttons name the text itself and no answer,
// so that everybody in a group reads what stands on the button, whoever asked,
// and however long ago.

// articleData is what the button of an article carries.
func articleData(doc, article string) string {
	return "art:" + docID(doc) + ":" + refID(knowledge.Ref{Doc: doc, Article: article})
}

// articleOf gives what the data of a button name: the document and the name of the
// article, "" when it is no longer there.
func (b *Bot) articleOf(data string) (doc documents.Document, article string) {
	document, id, _ := strings.Cut(data, ":")
	doc, _ = b.docOf(document)
	for _, p := range doc.Passages {
		if refID(knowledge.Ref{Doc: doc.Path, Article: p.Article}) == id {
			return doc, p.Article
		}
	}
	return doc, ""
}

// pressArticle shows an article in full, with buttons to its neighbours.
func (b *Bot) pressArticle(ctx context.Context, c *chat, data string) error {
	doc, article := b.articleOf(data)
	if article == "" {
		return b.expired(ctx, c)
	}
	text, at, names := "", 0, []string{}
	for _, p := range doc.Passages {
		if p.Article == article {
			text += p.Text + "\n"
		}
		if len(names) == 0 || names[len(names)-1] != p.Article {
			names = append(names, p.Article)
			if p.Article == article {
				at = len(names) - 1
			}
		}
	}
	html := bold("《"+doc.Title+"》"+article) + "\n" + escape(b.documentLine(doc)) + "\n" + quote(strings.TrimSpace(text))
	var row []button
	if at > 0 {
		row = append(row, button{buttonBefore, articleData(doc.Path, names[at-1])})
	}
	if at+1 < len(names) {
		row = append(row, button{buttonAfter, articleData(doc.Path, names[at+1])})
	}
	return c.say(html, keyboard([][]button{append(row, button{buttonDocument, "file:" + docID(doc.Path)})}))
}

// contentsShown is how many articles a list of contents names.
const contentsShown = 80

// pressDocument shows what a document is and holds.
func (b *Bot) pressDocument(ctx context.Context, c *chat, id string) error {
	doc, ok := b.docOf(id)
	if !ok {
		return b.expired(ctx, c)
	}
	var contents []string
	for _, p := range doc.Passages {
		if line := strings.TrimSpace(p.Article + " " + clip(p.Heading, 30)); len(contents) == 0 || contents[len(contents)-1] != line {
			contents = append(contents, line)
		}
	}
	more := ""
	if n := len(contents); n > contentsShown {
		contents, more = contents[:contentsShown], fmt.Sprintf(textMoreArticles, n-contentsShown)
	}
	html := bold("《"+doc.Title+"》") + "\n" + escape(b.documentLine(doc)) + "\n" + quote(strings.Join(contents, "\n")) + more + "\n" + textHowToArticle
	return c.say(html, nil)
}

func (b *Bot) pressCase(ctx context.Context, c *chat, id string) error {
	doc, ok := b.docOf(id)
	if !ok || len(doc.Passages) == 0 {
		return b.expired(ctx, c)
	}
	html := bold("《" + doc.Title + "》")
	if doc.Case != nil {
		html += "\n" + escape(doc.Case.Outcome) + "（仅供参考）"
	}
	for _, s := range doc.Passages[0].Sections {
		html += "\n\n" + bold(s.Title) + "\n" + quote(s.Text)
	}
	return c.say(html, nil)
}
