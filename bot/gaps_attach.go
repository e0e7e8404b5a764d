package bot

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"rongcuo/knowledge"
	"rongcuo/knowledge/documents"
)

const (
	awaitArticle = "gaparticle"
	askedAgain   = 5 // questions of a group that are asked again after it was mended
)

var rulesAndEntries = []documents.Kind{documents.Rule, documents.QA}

func (b *Bot) today() documents.Date { return documents.Date(b.now().In(china).Format(time.DateOnly)) }

// refName names an article on a button: 备案规程第十二条.
func (b *Bot) refName(r knowledge.Ref) string { return clip(b.base.ShortTitle(r.Doc), 12) + r.Article }

// namesIn names articles in full: 《文件》第十二条.
func namesIn(base *knowledge.Base, refs []knowledge.Ref) []string {
	var out []string
	for _, r := range refs {
		out = append(out, knowledge.Citation{Title: titleIn(base, r), Article: r.Article}.Name())
	}
	return out
}

// titleIn is the title of an article's document, its path when it is gone.
func titleIn(base *knowledge.Base, r knowledge.Ref) string {
	if d, ok := base.Document(r.Doc); ok {
		return d.Title
	}
	return r.Doc
}

// named gives the articles in force that words name: 《实施办法》第十二条.
func (b *Bot) named(ctx context.Context, words string) ([]knowledge.Ref, error) {
	hits, err := b.base.Search(ctx, knowledge.Query{Text: words, At: b.today()})
	var out []knowledge.Ref
	for _, h := range hits {
		if h.Named {
			out = append(out, h.Ref)
		}
	}
	return out, err
}

// pressAttach attaches the open group to one of the nearest articles.
func (b *Bot) pressAttach(ctx context.Context, c *chat, rest string) error {
	id, key, _ := strings.Cut(rest, ":")
	m, err := c.mendingOf(ctx, key)
	if err != nil {
		return err
	}
	ref, ok := m.ref(id)
	if !ok {
		return b.pressGap(ctx, c, key)
	}
	b.disarm(ctx, c)
	return b.attach(ctx, c, *m, ref)
}

// refID names an article on a button, whatever list it stands in.
func refID(r knowledge.Ref) string { return hashOf([]byte(r.Doc + "\n" + r.Article))[:12] }

// ref gives the article of a button of the open group; m may be nil.
func (m *mending) ref(id string) (knowledge.Ref, bool) {
	if m == nil {
		return knowledge.Ref{}, false
	}
	i := slices.IndexFunc(m.Nearest, func(r knowledge.Ref) bool { return refID(r) == id })
	if i < 0 {
		return knowledge.Ref{}, false
	}
	return m.Nearest[i], true
}

// pressAttachOther asks which other article it is.
func (b *Bot) pressAttachOther(ctx context.Context, c *chat, key string) error {
	m, err := c.mendingOf(ctx, key)
	if err != nil {
		return err
	} else if m == nil {
		return b.pressGap(ctx, c, key)
	}
	c.state.Await = awaitArticle + ":" + key
	return c.say(textWhichArticle, cancelButton)
}

func (b *Bot) awaitedArticle(ctx context.Context, c *chat, key, text string) error {
	m, err := c.mendingOf(ctx, key)
	if err != nil {
		return err
	} else if m == nil {
		return b.pressGap(ctx, c, key)
	}
	return b.attachNamed(ctx, c, *m, text)
}

// attachNamed attaches to the article that words name; where they fit several,
// it asks which.
func (b *Bot) attachNamed(ctx context.Context, c *chat, m mending, words string) error {
	refs, err := b.named(ctx, words)
	switch {
	case err != nil:
		return err
	case len(refs) == 0:
		c.state.Await = awaitArticle + ":" + m.Keys[0]
		return c.say(textNoSuchArticle, cancelButton)
	case len(refs) == 1:
		return b.attach(ctx, c, m, refs[0])
	}
	m.Nearest = append(m.Nearest, refs...)
	if err := c.keepMending(m); err != nil {
		return err
	}
	var rows [][]button
	for i, r := range refs {
		rows = append(rows, []button{{fmt.Sprintf(buttonAttach, i+1, b.refName(r)), "gapto:" + refID(r) + ":" + m.Keys[0]}})
	}
	return c.say(textWhichOfThese+"\n"+numbered(namesIn(b.base, refs)), keyboard(rows))
}

// attach confirms that an article answers the questions of a group, brings that
// into the index, asks again and shows what comes of it. What now finds the
// article is settled; what does not stays open.
func (b *Bot) attach(ctx context.Context, c *chat, m mending, ref knowledge.Ref) error {
	questions, err := b.questionsOf(ctx, m.Keys)
	if err != nil {
		return err
	}
	if len(questions) == 0 {
		return c.say(textGapGone, nil)
	}
	if ok, err := b.confirm(ctx, c, ref, questions); !ok {
		return err
	}
	return b.askAgain(ctx, c, questions, ref)
}

// confirm records that an article answers questions, and brings that into the
// index with the named files of the library. When the index can't be built now,
// it says so and is not ok: what is recorded counts in the next one.
func (b *Bot) confirm(ctx context.Context, c *chat, ref knowledge.Ref, questions []knowledge.OpenQuestion, files ...string) (ok bool, err error) {
	for _, q := range distinct(questions) {
		if err := b.base.Confirm(ctx, ref, q.Whole()); err != nil {
			return false, err
		}
	}
	return b.index(ctx, c, files...)
}

// index brings files of the library, and what was confirmed, into the index.
func (b *Bot) index(ctx context.Context, c *chat, files ...string) (ok bool, err error) {
	if _, err := b.keeper.change(ctx, files, nil, func(knowledge.Progress) {}); err != nil {
		b.log.Error("the index was not rebuilt", "error", err)
		return false, c.say(textNotIndexed, nil)
	}
	return true, nil
}

// questionsOf gives the questions of a group that are still kept.
func (b *Bot) questionsOf(ctx context.Context, keys []string) ([]knowledge.OpenQuestion, error) {
	j, err := b.base.Journal()
	if err != nil {
		return nil, err
	}
	var out []knowledge.OpenQuestion
	for _, key := range keys {
		q, ok, err := j.Question(ctx, key)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, q)
		}
	}
	return out, nil
}

// distinct leaves out questions in the same words as an earlier one.
func distinct(list []knowledge.OpenQuestion) []knowledge.OpenQuestion {
	var out []knowledge.OpenQuestion
	for _, q := range list {
		if !slices.ContainsFunc(out, func(o knowledge.OpenQuestion) bool { return o.Whole() == q.Whole() }) {
			out = append(out, q)
		}
	}
	return out
}

// askAgain asks the questions of a mended group and shows which of them now
// come to the article, after the whole answer to the first. The journal takes no
// note: nobody was answered.
func (b *Bot) askAgain(ctx context.Context, c *chat, questions []knowledge.OpenQuestion, ref knowledge.Ref) error {
	found := map[string]bool{} // by words
	var first knowledge.Answer
	var tries []triedAgain
	for i, q := range distinct(questions) {
		if i == askedAgain {
			break
		}
		a, err := b.base.Ask(ctx, q.Again(), nil)
		if err != nil {
			return err
		}
		if i == 0 {
			first = a
		}
		found[q.Whole()] = b.restsOn(a, ref)
		tries = append(tries, triedAgain{followed(q), found[q.Whole()]})
	}
	var mended []string
	for _, q := range questions {
		if ok, asked := found[q.Whole()]; ok || !asked && found[questions[0].Whole()] {
			mended = append(mended, q.Key)
		}
	}
	name := namesIn(b.base, []knowledge.Ref{ref})[0]
	all := make([]string, len(questions))
	for i, q := range questions {
		all[i] = q.Key
	}
	if err := c.keepMending(mending{Done: &done{all, &ref}}); err != nil {
		return err
	}
	if err := b.settle(ctx, c, mended, knowledge.Fixed, name, kindMended); err != nil {
		return err
	}
	if err := c.reply(answerHTML(first), nil); err != nil {
		return err
	}
	var undo [][]button
	if ref.Doc != entriesFile { // an entry is taken out like any text
		undo = [][]button{{{buttonUndo, "gapback:" + all[0]}}}
	}
	return c.say(mendedHTML(name, tries, len(questions)-len(mended)), keyboard(undo))
}

// restsOn says whether an answer rests on an article, itself or, of an entry of
// questions and answers, by the articles that the entry names.
func (b *Bot) restsOn(a knowledge.Answer, ref knowledge.Ref) bool {
	if a.Status != knowledge.Answered && a.Status != knowledge.Partial {
		return false
	}
	for _, c := range a.Basis {
		if c.Doc == ref.Doc && c.Article == ref.Article {
			return true
		}
	}
	return slices.ContainsFunc(a.Passages, func(h knowledge.Hit) bool {
		return h.Lifted == ref && slices.ContainsFunc(a.Basis, func(c knowledge.Citation) bool { return c.Doc == h.Doc && c.Article == h.Article })
	})
}
