package conversations

import (
	"strings"
	"time"
	"unicode/utf8"

	"rongcuo/conversations/typed"
)

// Step is the engine: what happens to a dialog of this procedure when an event
// arrives, and what is said to the person. It is pure: the same arguments give
// the same result, the dialog passed in is not changed, and nothing outside is
// touched. Dialogs of another version or procedure are returned as they are.
//
// A dialog whose Phase becomes Submitted has its Content ready; the caller
// stores it in one transaction with the dialog and only then tells the number.
func (p *Procedure) Step(d Dialog, e Event, now time.Time) (Dialog, []Reply) {
	if d.Procedure != p.ID || d.Version != p.Version {
		return d, nil
	}
	t := turn{p: p, d: d.clone(), e: e, now: now}
	if e.Kind == EventTimer {
		t.timer()
	} else {
		t.d.Touched, t.d.Reminded = now, 0
		t.handle()
		t.mindBody(d.Answers)
	}
	t.d.Revision++
	return t.d, t.out
}

// turn is one step in work.
type turn struct {
	p   *Procedure
	d   Dialog
	e   Event
	now time.Time
	out []Reply
}

// view looks at the answers as they are now.
func (t *turn) view() *view { return t.p.view(&t.d, t.now) }

func (t *turn) say(text string) { t.out = append(t.out, Reply{Text: plain(text)}) }

func (t *turn) reply(r Reply) { t.out = append(t.out, r) }

func (t *turn) handle() {
	if t.d.Over() {
		t.over()
		return
	}
	switch t.e.Kind {
	case EventStart:
		t.say(t.p.Welcome)
		t.moveOn()
	case EventResume:
		t.resume()
	case EventText:
		t.d.Paused = false
		t.text(typed.Clean(t.e.Text))
	case EventAction:
		t.d.Paused = false
		t.action(t.e.Action)
	case EventFiles:
		t.d.Paused = false
		t.files()
	}
}

// over answers whatever comes after the end; a second press of 确认提交 lands
// here and makes no second filing.
func (t *turn) over() {
	t.say(map[Phase]string{Submitted: sayAlreadySubmitted, Cancelled: sayAlreadyCancelled, Expired: sayAlreadyExpired}[t.d.Phase])
}

func (t *turn) resume() {
	t.d.Paused = false
	if t.d.At == "" && t.d.Phase == Screening {
		t.say(t.p.Welcome)
		t.moveOn()
		return
	}
	if t.d.At == "" && t.d.Phase == Filling { // a correction that begins
		t.moveOn()
		return
	}
	t.say(sayWelcomeBack)
	t.askAgain()
}

// moveOn goes to what must be asked next: a gate, a stop, an open field, or the
// review when nothing is open.
func (t *turn) moveOn() {
	t.d.Item, t.d.Picked = nil, nil
	v := t.view()
	if g := v.openGate(); g != nil {
		t.atGate(g)
		return
	}
	if f, _ := v.stopped(); f != nil {
		t.d.Phase, t.d.At = Stopped, f.Key
		t.askAgain()
		return
	}
	if f := v.next(); f != nil {
		t.goTo(f)
		return
	}
	t.d.Phase, t.d.At = Reviewing, ""
	t.review()
}

// goTo asks a field.
func (t *turn) goTo(f *Field) {
	t.d.Phase, t.d.At, t.d.Item = Filling, f.Key, nil
	t.d.Picked = nil
	if f.Kind == Choices {
		t.d.Picked = t.d.Answers[f.Key].Chosen
	}
	t.askAgain()
}

// askAgain says once more what is asked now, without changing anything.
func (t *turn) askAgain() {
	switch {
	case len(t.d.Proposed) > 0:
		t.showProposed()
	case t.d.Item != nil:
		t.askItem()
	case t.d.Phase == Screening, t.d.Phase == Consulting:
		t.askGate(t.p.gate(t.d.At))
	case t.d.Phase == Stopped:
		t.explainStop()
	case t.d.Phase == Reviewing:
		t.review()
	case t.d.Phase == Ready:
		t.ready()
	default:
		t.ask(t.p.Field(t.d.At))
	}
}

// text handles a message in words. The order matters: what is a command, a
// question or a correction is none of an answer.
func (t *turn) text(s string) {
	if s == "" {
		t.say(sayNothing)
		t.askAgain()
		return
	}
	if t.command(s) || t.buttonInWords(s) {
		return
	}
	if isQuestion(s) {
		if t.explain(s) {
			return
		}
		t.reply(Reply{Ask: s})
		t.askAgain()
		return
	}
	if len(t.d.Proposed) > 0 {
		t.say(sayProposedFirst)
		t.askAgain()
		return
	}
	if t.d.Item == nil && (t.d.Phase == Filling || t.d.Phase == Reviewing) {
		if t.correct(s) || t.propose(s) {
			return
		}
	}
	t.answerInWords(s)
}

// buttonInWords presses the button that is shown now and has these words, so
// that everything can be done by typing too. The words of a choice are an answer.
func (t *turn) buttonInWords(s string) bool {
	if utf8.RuneCountInString(s) > maxLabel {
		return false
	}
	shown := turn{p: t.p, d: t.d.clone(), e: t.e, now: t.now}
	shown.askAgain()
	for _, r := range shown.out {
		for _, row := range r.Choices {
			for _, b := range row {
				if verb, _, _ := strings.Cut(b.Action, ":"); verb != "pick" && verb != "tick" && labelWords(b.Label) == labelWords(s) {
					t.action(b.Action)
					return true
				}
			}
		}
	}
	return false
}

// maxLabel is longer than any button, in characters.
const maxLabel = 40

// labelWords is a label without its tick and without what stands in brackets.
func labelWords(label string) string {
	label, _, _ = strings.Cut(strings.TrimLeft(label, "☐☑＋ "), "（")
	return strings.TrimSpace(label)
}

func (t *turn) answerInWords(s string) {
	switch {
	case t.d.Item != nil:
		t.itemText(s)
	case t.d.Phase == Screening:
		t.gateText(s)
	case t.d.Phase == Filling:
		t.fieldText(s)
	case t.d.Phase == Reviewing, t.d.Phase == Ready: // without the whole content once more
		t.say(sayUseButtons)
		t.reply(t.closing(t.view()))
	default:
		t.say(sayUseButtons)
		t.askAgain()
	}
}

// action handles a button. verb:key:argument, where the key of an old message
// no longer fits what is asked now.
func (t *turn) action(action string) {
	verb, rest, _ := strings.Cut(action, ":")
	key, argument, _ := strings.Cut(rest, ":")
	if act := actions[verb]; act != nil && act(t, key, argument) {
		return
	}
	t.say(sayStale)
	t.askAgain()
}

// actions are what buttons can do. Each reports false when the button belongs
// to an older state, and then has changed nothing.
var actions map[string]func(t *turn, key, argument string) bool

func init() { // the functions lead back to action, which a plain initializer may not
	actions = map[string]func(t *turn, key, argument string) bool{
		"gate": (*turn).pressGate, "way": (*turn).pressWay, "advice": (*turn).pressAdvice,
		"pick": (*turn).pressPick, "tick": (*turn).pressTick, "done": (*turn).pressDone, "keep": (*turn).pressKeep,
		"skip": (*turn).pressSkip, "edit": (*turn).pressEdit, "undo": (*turn).pressUndo,
		"item": (*turn).pressItem, "up": (*turn).pressUp, "drop": (*turn).pressDrop,
		"paper": (*turn).pressPaper, "unfile": (*turn).pressUnfile,
		"body": (*turn).pressBody, "take": (*turn).pressTake, "leave": (*turn).pressLeave,
		"submit": (*turn).pressSubmit, "send": (*turn).pressSend, "recall": (*turn).pressRecall, "export": (*turn).pressExport,
		"do": (*turn).pressCommand, "fine": (*turn).pressFine,
	}
}
