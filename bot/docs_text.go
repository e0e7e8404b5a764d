package bot

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"rongcuo/knowledge"
	"rongcuo/knowledge/documents"
)

// What an administrator reads of a document: its articles, its versions and how
// they differ, and the file as it was sent.

func init() { // methods that look into the table
	actions = append(actions,
		action{"darts", keepers, (*Bot).pressContents},
		action{"dart", keepers, (*Bot).pressReadArticle},
		action{"dvers", keepers, (*Bot).pressVersions},
		action{"ddiff", keepers, (*Bot).pressDifference},
		action{"dfile", keepers, (*Bot).pressOriginal},
	)
}

// articlesPage is how many articles a screen lists.
const articlesPage = 12

// articlesOf joins the parts of long articles; the order stays.
func articlesOf(d documents.Document) (out []documents.Passage) {
	for _, p := range d.Passages {
		if n := len(out); n > 0 && out[n-1].Article == p.Article {
			out[n-1].Text += "\n" + p.Text
			continue
		}
		out = append(out, p)
	}
	return out
}

// pressContents lists the articles of "document:from", a screen at a time.
func (b *Bot) pressContents(ctx context.Context, c *chat, rest string) error {
	id, page, _ := strings.Cut(rest, ":")
	d, ok := b.docOf(id)
	if !ok {
		return c.say(textDocGone, nil)
	}
	list := articlesOf(d)
	from, _ := strconv.Atoi(page)
	if from < 0 || from >= len(list) {
		from = 0
	}
	html := bold(docName(d)) + "\n" + fmt.Sprintf(textContents, len(list))
	var rows [][]button
	for i, p := range list[from:min(from+articlesPage, len(list))] {
		html += "\n" + escape(strings.TrimSpace(p.Article+"　"+articleAbout(p)))
		one := button{clip(orElse(p.Article, "全文"), 12), fmt.Sprintf("dart:%s:%d", id, from+i)}
		if i%3 == 0 {
			rows = append(rows, []button{one})
		} else {
			rows[len(rows)-1] = append(rows[len(rows)-1], one)
		}
	}
	rows = append(rows, turnPages("darts:"+id+":", from, articlesPage, len(list))...)
	return c.say(html, keyboard(append(rows, []button{{buttonBackDoc, "doc:" + id}})))
}

// articleAbout is the heading of an article, or how it begins.
func articleAbout(p documents.Passage) string {
	if p.Heading != "" {
		return clip(p.Heading, 30)
	}
	return clip(strings.TrimLeft(strings.TrimPrefix(strings.ReplaceAll(p.Text, "\n", " "), p.Article), "　 "), 24)
}

// turnPages are the buttons of a list that is longer than a screen.
func turnPages(data string, from, size, total int) [][]button {
	var row []button
	if from > 0 {
		row = append(row, button{buttonEarlier, fmt.Sprintf("%s%d", data, max(0, from-size))})
	}
	if from+size < total {
		row = append(row, button{buttonLater, fmt.Sprintf("%s%d", data, from+size)})
	}
	if row == nil {
		return nil
	}
	return [][]button{row}
}

// pressReadArticle shows an article of "document:index" in full.
func (b *Bot) pressReadArticle(ctx context.Context, c *chat, rest string) error {
	id, index, _ := strings.Cut(rest, ":")
	d, ok := b.docOf(id)
	list := articlesOf(d)
	i, err := strconv.Atoi(index)
	if !ok || err != nil || i < 0 || i >= len(list) {
		return c.say(textDocGone, nil)
	}
	var row []button
	if i > 0 {
		row = append(row, button{"上一条", fmt.Sprintf("dart:%s:%d", id, i-1)})
	}
	if i+1 < len(list) {
		row = append(row, button{"下一条", fmt.Sprintf("dart:%s:%d", id, i+1)})
	}
	row = append(row, button{buttonList, fmt.Sprintf("darts:%s:%d", id, i-i%articlesPage)})
	html := bold("《"+d.Title+"》"+list[i].Article) + "\n" + escape(b.documentLine(d)) + "\n" + quote(list[i].Text)
	return c.say(html, keyboard([][]button{row}))
}

// pressVersions lists the versions of a document, each with how it differs from
// the one in force.
func (b *Bot) pressVersions(ctx context.Context, c *chat, id string) error {
	d, ok := b.docOf(id)
	if !ok {
		return c.say(textDocGone, nil)
	}
	html := bold(headVersions)
	var rows [][]button
	current := b.inForceOf(d)
	for i, v := range b.base.Versions(d) {
		html += fmt.Sprintf("\n\n%d. 《%s》\n%s，%d 条", i+1, escape(v.Title), escape(b.documentLine(v)), len(articlesOf(v)))
		row := []button{{fmt.Sprintf(buttonOpenVersion, i+1), "doc:" + docID(v.Path)}}
		if current != nil && current.Path != v.Path {
			row = append(row, button{fmt.Sprintf(buttonDifference, i+1), "ddiff:" + docID(v.Path)})
		}
		rows = append(rows, row)
	}
	return c.say(html, keyboard(rows))
}

// inForceOf gives the version of a document that is in force, nil for none.
func (b *Bot) inForceOf(d documents.Document) *documents.Document {
	list := b.base.Versions(d)
	for i := range list {
		if b.base.StatusOf(list[i]) == "现行" {
			return &list[i]
		}
	}
	return nil
}

// shownDifferences are the articles whose words are shown; the others are named.
const shownDifferences = 6

// pressDifference shows how a version differs from the one in force, in the
// order in which they come: from the older one to the newer.
func (b *Bot) pressDifference(ctx context.Context, c *chat, id string) error {
	v, ok := b.docOf(id)
	current := b.inForceOf(v)
	if !ok || current == nil {
		return c.say(textDocGone, nil)
	}
	before, after := *current, v
	if v.Effective < current.Effective {
		before, after = v, *current
	}
	added, changed, gone := knowledge.Changes(before, after)
	html := fmt.Sprintf(textFromTo, bold(docName(before)), bold(docName(after))) + "\n" + escape(changeWords(added, changed, gone)) + "。"
	was, is := articlesOf(before), articlesOf(after)
	shown := 0
	for _, article := range slices.Concat(changed, added, gone) {
		if shown++; shown > shownDifferences {
			html += "\n\n" + fmt.Sprintf(textMoreChanges, len(added)+len(changed)+len(gone)-shownDifferences)
			break
		}
		html += "\n\n" + bold(article) + "\n" + textBefore + quoteOf(was, article) + "\n" + textAfter + quoteOf(is, article)
	}
	return c.say(html, keyboard([][]button{{{buttonBackDoc, "doc:" + id}}}))
}

func quoteOf(list []documents.Passage, article string) string {
	for _, p := range list {
		if p.Article == article {
			return quote(clip(p.Text, 600))
		}
	}
	return "（没有这一条）"
}
