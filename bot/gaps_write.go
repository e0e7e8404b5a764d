package bot

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"rongcuo/knowledge"
	"rongcuo/knowledge/documents"
)

const (
	awaitEntry = "gapentry"
	awaitBasis = "gapbasis"

	entriesFile = "补充问答.md" // in the library
	longestText = 1000      // characters of an answer
)

// pressWrite asks for the answer of a new entry of questions and answers.
func (b *Bot) pressWrite(ctx context.Context, c *chat, key string) error {
	m, err := c.mendingOf(ctx, key)
	if err != nil {
		return err
	} else if m == nil {
		return b.pressGap(ctx, c, key)
	}
	c.state.Await = awaitEntry + ":" + key
	return c.say(textWriteAnswer, cancelButton)
}

// awaitedEntry takes the answer and asks what it rests on.
func (b *Bot) awaitedEntry(ctx context.Context, c *chat, key, text string) error {
	m, err := c.mendingOf(ctx, key)
	if err != nil {
		return err
	} else if m == nil {
		return b.pressGap(ctx, c, key)
	}
	answer := onOneLine(text)
	if n := len([]rune(answer)); n == 0 || n > longestText || len(knowledge.Screen(knowledge.Normalize(answer))) > 0 {
		c.state.Await = awaitEntry + ":" + key
		return c.say(fmt.Sprintf(textBadAnswer, longestText), cancelButton)
	}
	m.Answer, m.Basis = answer, nil
	if err := c.keepMending(*m); err != nil {
		return err
	}
	var rows [][]button
	for i, r := range m.Nearest {
		rows = append(rows, []button{{fmt.Sprintf("%d %s", i+1, b.refName(r)), "gapon:" + refID(r) + ":" + key}})
	}
	c.state.Await = awaitBasis + ":" + key
	return c.say(textWhichBasis+"\n"+numbered(namesIn(b.base, m.Nearest)), keyboard(append(rows, []button{{buttonDrop, "stay:"}})))
}

func (b *Bot) pressBasis(ctx context.Context, c *chat, rest string) error {
	id, key, _ := strings.Cut(rest, ":")
	m, err := c.mendingOf(ctx, key)
	if err != nil {
		return err
	}
	ref, ok := m.ref(id)
	if !ok || m.Answer == "" {
		return b.pressGap(ctx, c, key)
	}
	b.disarm(ctx, c)
	return b.previewEntry(ctx, c, *m, []knowledge.Ref{ref})
}

// awaitedBasis takes the articles that an entry rests on, in words; they may be
// several.
func (b *Bot) awaitedBasis(ctx context.Context, c *chat, key, text string) error {
	m, err := c.mendingOf(ctx, key)
	if err != nil {
		return err
	} else if m == nil || m.Answer == "" {
		return b.pressGap(ctx, c, key)
	}
	refs, err := b.named(ctx, text)
	if err != nil {
		return err
	}
	if len(refs) == 0 {
		c.state.Await = awaitBasis + ":" + key
		return c.say(textNoSuchArticle, cancelButton)
	}
	return b.previewEntry(ctx, c, *m, refs)
}

// previewEntry shows an entry as it will be published.
func (b *Bot) previewEntry(ctx context.Context, c *chat, m mending, basis []knowledge.Ref) error {
	m.Basis = basis
	if err := c.keepMending(m); err != nil {
		return err
	}
	questions, err := b.questionsOf(ctx, m.Keys)
	if err != nil {
		return err
	}
	if len(questions) == 0 {
		return c.say(textGapGone, nil)
	}
	key := m.Keys[0]
	return c.say(entryHTML(onOneLine(questions[0].Whole()), m.Answer, namesIn(b.base, basis)),
		keyboard([][]button{{{buttonPublish, "gappub:" + key}, {buttonRewrite, "gapqa:" + key}, {buttonDrop, "gapno:" + key}}}))
}

func (b *Bot) pressDropEntry(ctx context.Context, c *chat, key string) error {
	m, err := c.mendingOf(ctx, key)
	if err != nil {
		return err
	}
	if m != nil {
		m.Answer, m.Basis = "", nil
		if err := c.keepMending(*m); err != nil {
			return err
		}
	}
	b.disarm(ctx, c)
	return c.say(textEntryDropped, nil)
}

// pressPublishEntry publishes an entry in the file of entries, confirms the
// other wordings of the question for it, and asks again.
func (b *Bot) pressPublishEntry(ctx context.Context, c *chat, key string) error {
	m, err := c.mendingOf(ctx, key)
	if err != nil {
		return err
	} else if m == nil || m.Answer == "" || len(m.Basis) == 0 {
		return b.pressGap(ctx, c, key)
	}
	questions, err := b.questionsOf(ctx, m.Keys)
	if err != nil {
		return err
	}
	if len(questions) == 0 {
		return c.say(textGapGone, nil)
	}
	entry := qaEntry{onOneLine(questions[0].Whole()), m.Answer, namesIn(b.base, m.Basis)}
	if b.config.TwoKeepers {
		return b.proposeEntry(ctx, c, entry)
	}
	b.disarm(ctx, c)
	number, err := b.keeper.addEntry(entry, b.today())
	if err != nil {
		return err
	}
	if err := b.note(ctx, c, kindPublished, "document:"+entriesFile, map[string]int{"entry": number}); err != nil {
		return err
	}
	ref := knowledge.Ref{Doc: entriesFile, Article: fmt.Sprintf("问%d", number)}
	if ok, err := b.confirm(ctx, c, ref, questions, entriesFile); !ok {
		return err
	}
	return b.askAgain(ctx, c, questions, ref)
}

// proposeEntry lets a second keeper agree to an entry, as to any file. It is put
// into the file of entries as that is then, so that of several proposals none
// undoes another. The questions stay open until somebody asks them again.
func (b *Bot) proposeEntry(ctx context.Context, c *chat, e qaEntry) error {
	return b.propose(ctx, c, pending{Name: entriesFile, Hash: hashOf([]byte(e.markdown(0))), Entry: &e})
}

// qaEntry is a question with its answer and the articles that it rests on.
type qaEntry struct {
	Question string   `json:"q"`
	Answer   string   `json:"a"`
	Basis    []string `json:"basis"`
}

func (e qaEntry) markdown(number int) string {
	return fmt.Sprintf("## 问%d：%s\n\n答：%s\n\n依据：%s。\n", number, e.Question, e.Answer, strings.Join(e.Basis, "；"))
}

// entryHead finds the entries of the file of entries; the file is only written
// here.
var entryHead = regexp.MustCompile(`(?m)^## 问(\d+)：(.*)$`)

// addEntry writes an entry into the library's file of entries and gives its
// number.
func (k *keeper) addEntry(e qaEntry, day documents.Date) (int, error) {
	k.entries.Lock()
	defer k.entries.Unlock()
	text, number, err := k.withEntry(e, day)
	if err != nil {
		return 0, err
	}
	return number, k.put(entriesFile, []byte(text))
}

// withEntry gives the text of the file of entries with one more, or with it in
// the place of one to the same question, and its number.
func (k *keeper) withEntry(e qaEntry, day documents.Date) (text string, number int, err error) {
	data, err := os.ReadFile(filepath.Join(k.dir, entriesFile))
	if os.IsNotExist(err) {
		data = []byte(fmt.Sprintf(entriesHead, day))
	} else if err != nil {
		return "", 0, err
	}
	text, number = string(data), 1
	heads := entryHead.FindAllStringSubmatchIndex(text, -1)
	from, to := len(text), len(text)
	for i, h := range heads {
		n, _ := strconv.Atoi(text[h[2]:h[3]])
		if text[h[4]:h[5]] == e.Question {
			number, from = n, h[0]
			if i+1 < len(heads) {
				to = heads[i+1][0]
			}
			break
		}
		number = max(number, n+1)
	}
	return text[:from] + e.markdown(number) + "\n" + text[to:], number, nil
}

// onOneLine makes one paragraph of a text, without characters that nobody sees,
// so that no line of it can pass for the head of another entry.
func onOneLine(s string) string {
	seen := strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cf, unicode.Co) || unicode.IsControl(r) && !unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
	return strings.TrimLeft(strings.Join(strings.Fields(seen), " "), "#>-*＃ ")
}
