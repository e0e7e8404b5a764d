package conversations

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"rongcuo/conversations/typed"
)

// atGate stands before a gate that keeps the form closed.
func (t *turn) atGate(g *Gate) {
	t.d.At, t.d.Item = g.ID, nil
	switch a := t.d.Gates[g.ID]; a.Answer {
	case "":
		t.d.Phase = Screening
	case string(typed.Unsure):
		t.d.Phase = Consulting
	default:
		t.d.Phase = Stopped
	}
	t.askAgain()
}

// words are what the answers of a gate are called.
func (g *Gate) words() (yes, no string) {
	yes, no = "是", "否"
	if g.Yes != "" {
		yes = g.Yes
	}
	if g.No != "" {
		no = g.No
	}
	return yes, no
}

func (t *turn) askGate(g *Gate) {
	if t.d.Phase == Consulting {
		t.reply(Reply{Text: plain(sayConsult), Choices: [][]Button{
			{{labelAdvised, "advice:" + g.ID}}, {{labelBack, "do:back"}, {labelSave, "do:save"}, {labelCancel, "do:cancel"}},
		}})
		return
	}
	i := slices.IndexFunc(t.p.Gates, func(o Gate) bool { return o.ID == g.ID })
	text := Message{}
	text.mark(Faint, sprintf(sayGateHead, i+1, len(t.p.Gates)))
	text.line()
	text.mark(Bold, g.Ask)
	if g.Help != "" {
		text.line()
		text.mark(Faint, g.Help)
	}
	if a := t.d.Gates[g.ID].Advice; len(a) > 0 {
		text.line()
		text.mark(Faint, sayAdviceTaken)
	}
	yes, no := g.words()
	steer := []Button{{labelBack, "do:back"}, {labelSave, "do:save"}, {labelCancel, "do:cancel"}}
	if i == 0 {
		steer = steer[1:]
	}
	row := []Button{{yes, "gate:" + g.ID + ":yes"}, {no, "gate:" + g.ID + ":no"}}
	if !g.Certain {
		row = append(row, Button{labelUnsure, "gate:" + g.ID + ":unsure"})
	}
	t.reply(Reply{Text: text, Choices: [][]Button{row, steer}})
}

func (t *turn) gateText(s string) {
	g := t.p.gate(t.d.At)
	yes, no := g.words()
	id, err := typed.Choice(s, []typed.Option{{ID: "yes", Label: yes}, {ID: "no", Label: no}})
	if answer, wordErr := typed.YesNo(s); wordErr == nil && (g.Yes == "" || answer == typed.Unsure) {
		id, err = string(answer), nil
	}
	if err != nil || id == string(typed.Unsure) && g.Certain {
		t.say(sprintf(map[bool]string{true: sayGateCertain, false: sayGateWords}[g.Certain], yes, no))
		t.askAgain()
		return
	}
	t.answerGate(g, id)
}

func (t *turn) pressGate(id, answer string) bool {
	g := t.p.gate(id)
	if g == nil || t.d.Phase != Screening || t.d.At != id || t.d.Item != nil || !slices.Contains([]string{"yes", "no", "unsure"}, answer) || answer == "unsure" && g.Certain {
		return false
	}
	t.answerGate(g, answer)
	return true
}

func (t *turn) answerGate(g *Gate, answer string) {
	t.d.Gates[g.ID] = GateAnswer{Answer: answer, Advice: t.d.Gates[g.ID].Advice}
	t.renew(func(d *Field) bool { return d.Gates })
	if answer == g.Note {
		t.say(g.Say)
	}
	t.moveOn()
}

// pressAdvice begins to record the advice taken after 不确定 (规程7).
func (t *turn) pressAdvice(id, _ string) bool {
	if t.d.Phase != Consulting || t.d.At != id || t.d.Item != nil {
		return false
	}
	t.d.Item = &Item{Of: id, At: t.p.Consultation[0].Key, Answers: Answers{}}
	t.askAgain()
	return true
}

// advised keeps the advice and asks the gate again.
func (t *turn) advised() {
	id := t.d.Item.Of
	t.d.Gates[id] = GateAnswer{Advice: t.d.Item.Answers}
	t.moveOn()
}

// explainStop says why it does not go on, with the article, and what can be
// done instead.
func (t *turn) explainStop() {
	why, article, ways := t.stopReason()
	text := Message{}
	text.add(t.p.Stopped)
	text.mark(Bold, why)
	if article != "" {
		text.mark(Faint, "（"+article+"）")
	}
	text.line()
	text.add(sayStoppedWays)
	r := Reply{Text: text}
	for i, w := range ways {
		r.Choices = append(r.Choices, []Button{{w.Label, "way:" + t.d.At + ":" + strconv.Itoa(i)}})
	}
	if t.p.gate(t.d.At) == nil {
		r.Choices = append(r.Choices, []Button{{labelEdit, "edit:" + t.d.At}})
	}
	r.Choices = append(r.Choices, []Button{{labelBack, "do:back"}, {labelSave, "do:save"}, {labelCancel, "do:cancel"}})
	t.reply(r)
}

func (t *turn) stopReason() (why, article string, ways []Way) {
	if g := t.p.gate(t.d.At); g != nil {
		return g.Say, g.Article, slices.Concat(g.Ways, t.p.Ways)
	}
	if _, r := t.view().stopped(); r != nil {
		return r.Say, r.Article, t.p.Ways
	}
	return "", "", t.p.Ways
}

func (t *turn) pressWay(id, number string) bool {
	i, err := strconv.Atoi(number)
	_, _, ways := t.stopReason()
	if t.d.Phase != Stopped || t.d.At != id || err != nil || i < 0 || i >= len(ways) {
		return false
	}
	w := ways[i]
	if w.Say != "" {
		t.say(w.Say)
	}
	if w.Ask != "" {
		t.reply(Reply{Ask: w.Ask})
	}
	switch {
	case w.Proceed && t.p.gate(id) != nil:
		a := t.d.Gates[id]
		a.Proceed = w.Label
		t.d.Gates[id] = a
		t.set(w.Set)
		t.moveOn()
	case w.Again && t.p.gate(id) != nil:
		delete(t.d.Gates, id)
		t.moveOn()
	case w.Again:
		t.goTo(t.p.Field(id))
	default:
		t.askAgain()
	}
	return true
}

// set answers fields in the name of a way; check.go has read the texts.
func (t *turn) set(texts map[string]string) {
	for key, text := range texts {
		f := t.p.Field(key)
		if v, err := f.read(text, f.Options, t.now); err == nil {
			t.d.Answers[key] = v
		}
	}
}

// showGateAnswers lists the self-check with a button to change each answer.
func (t *turn) showGateAnswers() bool {
	if t.d.Round > 0 || t.d.Phase != Reviewing && t.d.Phase != Filling {
		return false
	}
	text, r := Message{}, Reply{}
	for i, g := range t.p.Gates {
		text.line()
		text.add(sprintf("%d. %s", i+1, g.Ask))
		text.mark(Bold, g.answerWord(t.d.Gates[g.ID]))
		button := Button{t.p.gateLabel(g.ID), "edit:" + g.ID}
		if i%3 == 0 {
			r.Choices = append(r.Choices, nil)
		}
		r.Choices[i/3] = append(r.Choices[i/3], button)
	}
	r.Text, r.Choices = text, append(r.Choices, []Button{{labelGoOn, "do:ask"}})
	t.reply(r)
	return true
}

// gateLabel is what the button says that opens a gate again.
func (p *Procedure) gateLabel(id string) string {
	return sprintf(labelGate, slices.IndexFunc(p.Gates, func(g Gate) bool { return g.ID == id })+1)
}

// gateNamed finds the gate that 自查第十一项, 自查11 or N11 names, or nil.
func (p *Procedure) gateNamed(word string) *Gate {
	m := gateName.FindStringSubmatch(strings.TrimSpace(word))
	if m == nil {
		return nil
	}
	n, err := typed.Number(m[1], 0)
	if err != nil || n < 1 || int(n) > len(p.Gates) {
		return nil
	}
	return &p.Gates[int(n)-1]
}

var gateName = regexp.MustCompile(`^(?:自查的?第?|[Nn])([0-9一二三四五六七八九十]{1,3})(?:项|题|条|个)?$`)

// correctGate takes “自查第十一项改成是”.
func (t *turn) correctGate(g *Gate, word string) {
	yes, no := g.words()
	answer, err := typed.YesNo(word)
	switch {
	case t.d.Round > 0:
		t.say(sayOnlyRemarks)
	case word == yes, err == nil && answer == typed.Yes && g.Yes == "":
		t.answerGate(g, "yes")
		return
	case word == no, err == nil && answer == typed.No && g.No == "":
		t.answerGate(g, "no")
		return
	default:
		t.say(sprintf(sayGateCertain, yes, no))
	}
	t.askAgain()
}

// gateBack asks the gate before.
func (t *turn) gateBack() bool {
	i := slices.IndexFunc(t.p.Gates, func(g Gate) bool { return g.ID == t.d.At })
	if t.d.Phase == Screening {
		i-- // an answered one is taken back first
	}
	if i < 0 {
		return false
	}
	delete(t.d.Gates, t.p.Gates[i].ID)
	t.moveOn()
	return true
}

func (t *turn) lastGate() bool {
	if len(t.p.Gates) == 0 {
		return false
	}
	delete(t.d.Gates, t.p.Gates[len(t.p.Gates)-1].ID)
	t.moveOn()
	return true
}
