package conversations

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"rongcuo/conversations/typed"
)

// commandWords are the words that steer a dialog. A message must be the word
// and nothing else; an answer that merely holds it stays an answer.
var commandWords = map[string][]string{
	"back":   {"上一步", "返回", "后退", "back", "/back"},
	"skip":   {"跳过", "略过", "skip", "/skip"},
	"save":   {"保存退出", "保存", "退出", "存草稿", "先存着", "save", "quit", "/save"},
	"cancel": {"取消", "取消填写", "不填了", "作废", "cancel", "/cancel"},
	"view":   {"查看已填", "查看", "已填内容", "view", "/view"},
	"help":   {"帮助", "?", "？", "help", "/help"},
	"review": {"确认页", "预览", "review", "/review"},
	"gates":  {"修改自查", "自查", "查看自查"},
}

// command does what a steering word says; false if the text is none.
func (t *turn) command(s string) bool {
	if s == t.p.Review.Phrase {
		if !t.pressSubmit("", "") {
			t.say(sayReviewFirst)
			t.askAgain()
		}
		return true
	}
	word := strings.ToLower(strings.TrimRight(s, "。！!"))
	if word == "" {
		word = s
	}
	for name, words := range commandWords {
		if slices.Contains(words, word) {
			if !t.pressCommand(name, "") {
				t.say(sayNotNow)
				t.askAgain()
			}
			return true
		}
	}
	return false
}

func (t *turn) pressCommand(name, _ string) bool {
	switch name {
	case "back":
		return t.back()
	case "skip":
		return t.pressSkip(t.d.At, "")
	case "save":
		t.d.Paused = true
		t.reply(Reply{Text: plain(saySaved), Choices: [][]Button{{{labelResume, "do:resume"}}}})
	case "resume":
		t.resume()
	case "cancel":
		t.reply(Reply{Text: plain(sayCancelSure), Choices: [][]Button{{{labelCancelYes, "do:cancelled"}, {labelCancelNo, "do:ask"}}}})
	case "cancelled":
		t.d.Phase, t.d.At, t.d.Item = Cancelled, "", nil
		t.say(sayCancelled)
	case "view":
		t.viewAnswers()
	case "help":
		t.help()
		t.askAgain()
	case "ask":
		t.askAgain()
	case "gates":
		return t.showGateAnswers()
	case "review":
		if t.d.Phase != Reviewing && t.d.Phase != Ready {
			return false
		}
		t.askAgain()
	case "next":
		if t.d.Phase != Filling {
			return false
		}
		t.moveOn()
	default:
		return false
	}
	return true
}

// help says what helps here, then what can be said everywhere.
func (t *turn) help() {
	if f := t.p.Field(t.d.At); f != nil && t.d.Phase == Filling && f.Help != "" {
		t.say(f.Label + "：" + f.Help)
	}
	t.say(sayHelp)
}

// back goes to the question before, whose answer stays until it is changed.
func (t *turn) back() bool {
	t.d.Proposed = nil
	switch {
	case t.d.Item != nil:
		return t.itemBack()
	case t.d.Phase == Screening || t.d.Phase == Consulting || t.d.Phase == Stopped && t.p.gate(t.d.At) != nil:
		return t.gateBack()
	case t.d.Phase == Filling || t.d.Phase == Stopped || t.d.Phase == Reviewing:
		if t.d.Round > 0 {
			return false
		}
		f := t.view().before(t.d.At)
		if t.d.Phase == Reviewing {
			f = t.view().before("")
		}
		if f == nil {
			return t.lastGate()
		}
		t.goTo(f)
		return true
	}
	return false
}

// pressSkip leaves an optional field empty.
func (t *turn) pressSkip(key, _ string) bool {
	f := t.p.Field(key)
	if f == nil || key != t.d.At || t.d.Phase != Filling || t.d.Item != nil {
		return false
	}
	if !f.Optional {
		t.say(sayMustAnswer)
		t.askAgain()
		return true
	}
	delete(t.d.Answers, key)
	t.d.Skipped[key] = true
	t.mended(key)
	t.moveOn()
	return true
}

// pressEdit opens an answer from the review, the list or a stop.
func (t *turn) pressEdit(key, _ string) bool {
	if g := t.p.gate(key); g != nil && t.d.Round == 0 && (t.d.Phase == Reviewing || t.d.Phase == Filling) {
		delete(t.d.Gates, key)
		t.d.Proposed = nil
		t.moveOn()
		return true
	}
	f := t.p.Field(key)
	v := t.view()
	if f == nil || !v.visible[key] || v.openGate() != nil || t.d.Phase == Ready {
		return false
	}
	if !t.mayEdit(key, v) {
		t.say(sayOnlyRemarks)
		t.askAgain()
		return true
	}
	t.d.Proposed = nil
	t.goTo(f)
	return true
}

// mayEdit holds a correction round to what was remarked, and to what became
// open through it.
func (t *turn) mayEdit(key string, v *view) bool {
	return t.d.Round == 0 || t.d.Remarks[key] != "" || v.open(t.p.Field(key))
}

// maxQuestion bounds what is taken for a question in the middle of a form. A
// longer text is an answer that happens to hold a question mark.
const maxQuestion = 80

var (
	askingWords = regexp.MustCompile(`什么|怎么|怎样|如何|是否|能不能|可不可以|可以吗|吗|哪|多少|几|谁|为何|为什么|有没有|要不要|算不算|多久|呢`)
	askingStart = regexp.MustCompile(`^(请问|问一下|想问|什么是|什么叫|为什么|怎么|如何|能不能|哪些)`)
)

// isQuestion says whether a message asks about the rules instead of answering.
func isQuestion(s string) bool {
	n := utf8.RuneCountInString(s)
	if n < 4 || n > maxQuestion || strings.Contains(s, "\n") {
		return false
	}
	ends := strings.HasSuffix(s, "？") || strings.HasSuffix(s, "?")
	return ends && askingWords.MatchString(s) || askingStart.MatchString(s) && typed.Length(s) <= 40
}
