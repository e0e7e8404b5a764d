package knowledge

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"rongcuo/knowledge/documents"
)

// leaning gives the earlier turns that a question leans on: those since the last
// question with a topic of its own, and that one. nil when it has one itself.
func leaning(q Question) []Turn {
	if !leans(q.Text) {
		return nil
	}
	for i, t := range slices.Backward(q.History) {
		if t.Role == "user" && !leans(t.Text) {
			return q.History[i:]
		}
	}
	return q.History
}

// leans says whether a question points back, or is too short to have a topic of
// its own. One that has a topic, however short, is not mixed with what was asked
// before.
func leans(text string) bool {
	text = strings.TrimSpace(text)
	if pointingBack.MatchString(text) {
		return true
	}
	if len([]rune(text)) > followUpLength {
		return false
	}
	if goingOn.MatchString(text) {
		return true
	}
	topic := 0
	for _, r := range StripQuestionWords(text) {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			topic++
		}
	}
	return topic < ownTopic && !asksMeaning.MatchString(text)
}

const (
	followUpLength = 22 // characters; a longer question that does not point back stands alone
	ownTopic       = 6  // characters without the question words, such as 情形不予容错
)

var (
	pointingBack = regexp.MustCompile(`^(?:那|这|它|该|此|同样)|上面|上述|刚才|前面`)
	// ways to go on that a long question has too
	goingOn = regexp.MustCompile(`^(?:还|又|再|如果|要是|假如|其中)|第[一二三四五六七八九十0-9]+[种次个项类]|呢(?:[，,？?。！!]|$)`)
	// a word that is asked for by itself is a topic, however short
	asksMeaning = regexp.MustCompile(`^(?:请问)?(?:什么是|什么叫做?|啥是|啥叫|何谓|何为|(?:怎么|如何)理解|解释一?下?)[“"《]?[\p{Han}A-Za-z]{2}|^[“"]?[\p{Han}A-Za-z]{2,12}[”"]?(?:是|的)?(?:什么|啥)意思|^[“"]?[\p{Han}A-Za-z]{2,12}[”"]?是?指(?:的是)?什么`)
)

// asked is a question with the ones that it leans on.
func asked(q Question) string {
	text := q.Text
	for _, t := range leaning(q) {
		if t.Role == "user" {
			text += "；" + t.Text
		}
	}
	return text
}

// lastAsked gives the document that an article means which a question names by
// its number alone (那第十三条呢): the one that was named, or answered from, last.
// -1 when the question names no such article or nothing went before.
func (g *generation) lastAsked(q Question) int {
	if !slices.ContainsFunc(documents.FindRefs(q.Text), func(r documents.Reference) bool { return r.Title == "" }) {
		return -1
	}
	for _, t := range slices.Backward(q.History) {
		if d := g.docAt(t.Doc); d >= 0 {
			return d
		}
		for _, ref := range slices.Backward(documents.FindRefs(t.Text)) {
			if docs := g.named(ref.Title); len(docs) == 1 {
				return docs[0]
			}
		}
	}
	return -1
}
