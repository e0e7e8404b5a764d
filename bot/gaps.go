package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"rongcuo/knowledge"
)

// What an administrator learns from the questions. gaps.go notes every answer
// and lists what was not answered well; gaps_attach.go and gaps_write.go mend
// it; gaps_told.go tells who was answered from a text that holds no longer;
// stats.go counts; why.go explains an answer.

func init() { // methods that look into the tables
	commands = append(commands,
		command{[]string{"unanswered", "没答好的问题"}, "没答好的问题", keepers, (*Bot).unanswered},
		command{[]string{"stats", "统计"}, "提问统计", keepers, (*Bot).stats},
		command{[]string{"why", "为什么这样答"}, "上一个回答是怎样得出的", keepers, (*Bot).why},
		command{[]string{"try", "命中测试"}, "试一个问题，看查到哪些条文", keepers, (*Bot).tryOut},
		command{[]string{"told", "告知"}, "谁曾依据已停用的条文得到回答", keepers, (*Bot).outdated},
	)
	actions = append(actions,
		action{"gap", keepers, (*Bot).pressGap},
		action{"gapto", keepers, (*Bot).pressAttach},
		action{"gapref", keepers, (*Bot).pressAttachOther},
		action{"gapqa", keepers, (*Bot).pressWrite},
		action{"gapon", keepers, (*Bot).pressBasis},
		action{"gappub", keepers, (*Bot).pressPublishEntry},
		action{"gapno", keepers, (*Bot).pressDropEntry},
		action{"gapfix", keepers, (*Bot).pressFixed},
		action{"gapskip", keepers, (*Bot).pressIgnore},
		action{"gapbye", keepers, (*Bot).pressIgnoreFor},
		action{"gapback", keepers, (*Bot).pressUndo},
		action{"days", keepers, (*Bot).stats},
		action{"told", keepers, (*Bot).pressTold},
	)
	awaits = append(awaits,
		await{awaitArticle, keepers, (*Bot).awaitedArticle},
		await{awaitEntry, keepers, (*Bot).awaitedEntry},
		await{awaitBasis, keepers, (*Bot).awaitedBasis},
	)
	maps.Copy(entryKinds, gapWords)
}

// Kinds of audit entries.
const (
	kindMended  = "questions_mended"
	kindIgnored = "questions_ignored"
	kindOpened  = "questions_reopened"
	kindTold    = "askers_told"
)

// asker is how the journal names a person.
func asker(user int64) string { return strconv.FormatInt(user, 10) }

// turnKey names this turn for what is written outside it: the same when the turn
// is repeated.
func (c *chat) turnKey() string {
	return fmt.Sprintf("%d-%d", c.turn.Update.ID, c.turn.Received.UnixMilli())
}

// record notes an answer that is about to be sent, and gives the key under
// which a vote on it is noted. An answer is not held up by a journal that
// fails.
func (b *Bot) record(ctx context.Context, c *chat, a knowledge.Answer) string {
	key := c.turnKey()
	j, err := b.base.Journal()
	if err == nil {
		err = j.Record(ctx, knowledge.Asked{Key: key, Asker: asker(c.user), At: c.now.In(china), Answer: a, History: c.state.History})
	}
	if err == nil && c.may(keepers) {
		err = b.explainLater(ctx, c, a)
	}
	if err != nil {
		b.log.Error("an answer was not noted in the journal", "error", err)
	}
	return key
}

// vote notes what the person thought of an answer; of one whose buttons work no
// longer (nil) nothing.
func (b *Bot) vote(ctx context.Context, s *shown, useful bool, reason string) error {
	if s == nil {
		return nil
	}
	j, err := b.base.Journal()
	if err != nil {
		return err
	}
	return j.Vote(ctx, s.Key, knowledge.Vote{Useful: useful, Reason: reason, Question: s.Question, History: s.Earlier})
}

// mending is the work on one group of open questions; it is kept apart from the
// chat's own state, for as long.
type mending struct {
	Keys    []string        `json:"keys,omitempty"`    // of the group's questions, the newest first
	Nearest []knowledge.Ref `json:"nearest,omitempty"` // articles that have buttons
	Answer  string          `json:"answer,omitempty"`  // of an entry being written
	Basis   []knowledge.Ref `json:"basis,omitempty"`
	Done    *done           `json:"done,omitempty"` // what was done last, to undo it
}

// done is what a group was settled with.
type done struct {
	Keys     []string       `json:"keys"`
	Attached *knowledge.Ref `json:"attached,omitempty"` // nil when it was ignored
}

func (c *chat) mendingKey() string { return "mending:" + asker(c.user) }

func (c *chat) mending(ctx context.Context) (mending, error) {
	var m mending
	value, err := c.turn.Load(ctx, c.mendingKey())
	if err != nil || value == nil {
		return m, err
	}
	if json.Unmarshal(value, &m) != nil { // of another version of this program
		m = mending{}
	}
	return m, nil
}

func (c *chat) keepMending(m mending) error {
	value, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return c.turn.Save(c.mendingKey(), value, stateTime)
}

const listedGaps = 8

// unanswered lists the groups of open questions. In words: a number opens one,
// and what stands behind the number attaches it to an article.
func (b *Bot) unanswered(ctx context.Context, c *chat, rest string) error {
	j, err := b.base.Journal()
	if err != nil {
		return err
	}
	gaps, err := j.Gaps(ctx)
	if err != nil {
		return err
	}
	if len(gaps) == 0 {
		return c.say(textNoGaps, nil)
	}
	number, article, _ := strings.Cut(rest, " ")
	if n, err := strconv.Atoi(number); err == nil {
		if n < 1 || n > len(gaps) {
			return c.say(fmt.Sprintf(textNoSuchGap, len(gaps)), nil)
		}
		return b.openGap(ctx, c, gaps[n-1], strings.TrimSpace(article))
	}
	var rows [][]button
	for i, g := range gaps[:min(len(gaps), listedGaps)] {
		rows = append(rows, []button{{fmt.Sprintf("%d. %s（%d）", i+1, clip(g.Questions[0].Whole(), 18), len(g.Questions)), "gap:" + g.Questions[0].Key}})
	}
	return c.say(gapsHTML(gaps), keyboard(rows))
}

// pressGap opens the group in which a question is now: new questions may have
// come to it since the list was shown.
func (b *Bot) pressGap(ctx context.Context, c *chat, key string) error {
	j, err := b.base.Journal()
	if err != nil {
		return err
	}
	gaps, err := j.Gaps(ctx)
	if err != nil {
		return err
	}
	for _, g := range gaps {
		if slices.ContainsFunc(g.Questions, func(q knowledge.OpenQuestion) bool { return q.Key == key }) {
			return b.openGap(ctx, c, g, "")
		}
	}
	return c.say(textGapGone, nil)
}

const nearestShown = 4

// openGap shows a group with the articles that come nearest; with an article
// named, it attaches the group to that at once.
func (b *Bot) openGap(ctx context.Context, c *chat, g knowledge.Gap, article string) error {
	m, err := c.mending(ctx)
	if err != nil {
		return err
	}
	m = mending{Done: m.Done}
	for _, q := range g.Questions {
		m.Keys = append(m.Keys, q.Key)
	}
	hits, err := b.base.Search(ctx, knowledge.Query{Text: g.Questions[0].Question, History: g.Questions[0].Again().History, At: b.today(), Kinds: rulesAndEntries, Limit: nearestShown})
	if err != nil {
		return err
	}
	var rows [][]button
	for i, h := range hits {
		m.Nearest = append(m.Nearest, h.Ref)
		rows = append(rows, []button{{fmt.Sprintf(buttonAttach, i+1, b.refName(h.Ref)), "gapto:" + refID(h.Ref) + ":" + m.Keys[0]}})
	}
	if err := c.keepMending(m); err != nil {
		return err
	}
	if article != "" {
		return b.attachNamed(ctx, c, m, article)
	}
	answered, err := b.answersNow(ctx, g.Questions[0])
	if err != nil {
		return err
	}
	if answered != "" {
		rows = append(rows, []button{{buttonFixed, "gapfix:" + m.Keys[0]}})
	}
	rows = append(rows,
		[]button{{buttonAttachOther, "gapref:" + m.Keys[0]}, {buttonWrite, "gapqa:" + m.Keys[0]}},
		[]button{{buttonIgnore, "gapskip:" + m.Keys[0]}})
	return c.say(gapHTML(g, namesIn(b.base, m.Nearest), answered), keyboard(rows))
}

// answersNow gives the article from which a question that found nothing would be
// answered by now, "" for none: what was published since may have mended it.
func (b *Bot) answersNow(ctx context.Context, q knowledge.OpenQuestion) (string, error) {
	if q.Why != knowledge.WhyNotFound {
		return "", nil
	}
	a, err := b.base.Ask(ctx, q.Again(), nil)
	if err != nil || a.Status != knowledge.Answered || len(a.Basis) == 0 {
		return "", err
	}
	return a.Basis[0].Name(), nil
}

// mendingOf gives the work that a button of the group with this key belongs to;
// nil when the chat has gone on to another.
func (c *chat) mendingOf(ctx context.Context, key string) (*mending, error) {
	m, err := c.mending(ctx)
	if err != nil || len(m.Keys) == 0 || m.Keys[0] != key {
		return nil, err
	}
	return &m, nil
}
