package records

import (
	"errors"
	"flag"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"rongcuo/conversations"
)

// actions is how many the random walk tries: go test -run Walk -actions 1000000.
var actions = flag.Int("actions", 20_000, "actions of the random walk")

// TestWalkOfEveryoneDoingAnything lets all people try all actions on filings,
// with good and bad words, and holds every outcome to the table of transitions
// as it stands in the procedure, not to the code that reads it.
func TestWalkOfEveryoneDoingAnything(t *testing.T) {
	p, _, calendar := sampleProcedure(t)
	const seed = 20261123
	r := rand.New(rand.NewPCG(seed, 1))
	var ids []string
	for _, tr := range p.Transitions {
		ids = append(ids, tr.ID)
	}
	for _, f := range p.Forms {
		ids = append(ids, f.ID)
	}
	ids = append(ids, Recuse, Countersign, DropPaper, "nonsense")
	w := walk{t: t, p: p, calendar: calendar, r: r, seen: map[string]bool{}}
	done, filings := 0, 0
	for tried := 0; tried < *actions; {
		w.start(r.IntN(4) == 0)
		filings++
		for range 150 {
			if w.over() || tried == *actions {
				break
			}
			tried++
			w.now = w.now.Add(time.Duration(r.IntN(40)) * time.Hour)
			if id, ok := Expired(p, w.f, w.now); ok {
				w.try(Actor{System: true}, w.action(id, false))
			}
			who := w.person()
			id := ids[r.IntN(len(ids))]
			w.paper = r.IntN(30) == 0
			if r.IntN(4) != 0 { // most of the tries are likely ones
				if c := Choices(p, w.f, w.content, who, w.now); len(c) > 0 {
					likely := c[r.IntN(len(c))]
					id, w.paper = likely.ID, likely.Paper
				}
			}
			if slices.Contains(exits, id) && r.IntN(10) != 0 {
				continue // or nobody would be left to decide, and nothing to decide on
			}
			if w.try(who, w.action(id, r.IntN(8) == 0)) {
				done++
			}
		}
	}
	t.Logf("%d actions on %d filings, %d done, %d kinds of action", *actions, filings, done, len(w.seen))
	for _, id := range ids {
		if tr := (shape{Procedure: p}).transition(id); *actions >= 20_000 && !w.seen[id] && id != "nonsense" && formLeads[id] == "" && !slices.Contains(dialogs, tr.ID) {
			t.Errorf("nobody ever did %s", id)
		}
	}
}

// exits are tried less often: they end a walk before it has seen much.
var exits = []string{Recuse, "T17", "T19", "T25"}

// dialogs are the transitions before the submission, which the dialog makes, and
// T20b, which another filing's registration does.
var dialogs = []string{"T1", "T2", "T3a", "T3b", "T5", "T20b"}

type walk struct {
	t        *testing.T
	p        *conversations.Procedure
	calendar *conversations.Calendar
	r        *rand.Rand
	now      time.Time
	f        Filing
	content  conversations.Content
	seen     map[string]bool
	decided  map[int64]string // person to stage, kept by the test itself
	vacant   bool             // nobody decides in this filing but on paper
	paper    bool             // the next act is one on paper
}

func (w *walk) start(urgent bool) {
	w.now, w.decided, w.paper, w.vacant = noon, map[int64]string{}, false, w.r.IntN(6) == 0
	w.f = Filing{ID: "f", Number: "FS-2026-x", Procedure: w.p.ID, Version: 1, Unit: unitName, Head: boss, Handler: maker, Track: Track{State: "ready", Since: noon}}
	change, id := conversations.Answers{}, "T6"
	if urgent {
		change, id, w.f.State = urgentAnswers(noon.Add(-time.Hour)), "T26", "draft"
	}
	w.content = contentOf(w.t, 0, change)
	if !w.try(w.actor(boss), Action{ID: id, Content: &w.content}) {
		w.t.Fatal("a filing can't begin")
	}
	if urgent && w.r.IntN(2) == 0 {
		w.try(Actor{System: true}, Action{ID: "T4"})
		w.try(w.actor(boss), Action{ID: "T6", Content: &w.content})
	}
}

func (w *walk) over() bool {
	end := func(state string) bool { return shape{Procedure: w.p}.state(state).End }
	return end(w.f.State) && (w.f.Ahead == nil || end(w.f.Ahead.State))
}

func (w *walk) actor(person int64) Actor { return Actor{Person: person, Posts: posts[person]} }

func (w *walk) person() Actor {
	a := w.actor(people[w.r.IntN(len(people))])
	if w.vacant || w.r.IntN(20) == 0 {
		a.Vacant = []string{"body", "registrar"}
	}
	return a
}

func (w *walk) action(id string, bad bool) Action {
	a := good(w.p, id)
	a.Paper = w.paper
	if tr := (shape{Procedure: w.p}).transition(id); tr.Round {
		c := contentOf(w.t, len(w.f.Rounds), nil)
		a.Content = &c
	}
	if bad {
		switch w.r.IntN(4) {
		case 0:
			a.Said = conversations.Said{}
		case 1:
			a.Reasons = []string{"R99"}
		case 2:
			a.Remarks = map[string]string{"nonsense": "？"}
		case 3:
			c := contentOf(w.t, 7, nil)
			a.Content = &c
		}
	}
	return a
}

// try acts and holds the outcome to the law.
func (w *walk) try(who Actor, a Action) bool {
	before := w.f
	after, event, notices, err := Act(w.p, w.f, w.content, a, who, w.calendar, w.now)
	if err != nil {
		if invalid, ok := errors.AsType[*Invalid](err); !errors.Is(err, ErrNotAllowed) && (!ok || invalid.Sentence == "") {
			w.t.Fatalf("%s by %d: an error without words: %v", a.ID, who.Person, err)
		}
		return false
	}
	switch {
	case after.Revision != before.Revision+1:
		w.t.Fatalf("revision %d after %d", after.Revision, before.Revision)
	case after.Number != before.Number || after.Unit != before.Unit || len(before.Rounds) > len(after.Rounds) || !slices.Equal(before.Rounds, after.Rounds[:len(before.Rounds)]):
		w.t.Fatalf("%s changes what was submitted", a.ID)
	case len(notices) > 0 && notices[0].Text == "":
		w.t.Fatalf("%s: an empty notice", a.ID)
	}
	if by := before.Paper; event.ByHandler && before.State != after.State && (by == nil || by.By == who.Person) {
		w.t.Fatalf("%d records %s on paper alone", who.Person, a.ID)
	}
	w.lawful(before, after, event)
	w.impartial(who, event)
	w.f, w.seen[a.ID] = after, true
	if a.Content != nil {
		w.content = *a.Content
	}
	return true
}

// lawful looks the move up in the procedure's own table.
func (w *walk) lawful(before, after Filing, e Event) {
	aheadOf := func(f Filing) string {
		if f.Ahead == nil {
			return ""
		}
		return f.Ahead.State
	}
	i := slices.IndexFunc(w.p.Transitions, func(t conversations.Transition) bool { return t.ID == e.Action })
	if i < 0 { // a form or a recusal moves nothing
		if e.From != e.To || before.State != after.State || aheadOf(before) != aheadOf(after) {
			w.t.Fatalf("%s moves %s to %s", e.Action, before.State, after.State)
		}
		return
	}
	tr := w.p.Transitions[i]
	if !slices.Contains(tr.From, e.From) || tr.To != e.To {
		w.t.Fatalf("%s leads from %s to %s, which is not in the table", e.Action, e.From, e.To)
	}
	moved, came := before.State, after.State
	if e.Ahead {
		moved, came = aheadOf(before), aheadOf(after)
		if e.Action == "T26" {
			moved = before.State
		} else if before.State != after.State {
			w.t.Fatalf("%s moves both tracks", e.Action)
		}
	}
	if moved != e.From || came != e.To {
		w.t.Fatalf("%s says %s to %s and does %s to %s", e.Action, e.From, e.To, moved, came)
	}
	if after.Counts["mend"] > 2 && e.From == "returned" && e.Action != "T9" {
		w.t.Fatalf("a third correction by %s", e.Action)
	}
}

// impartial: nobody decides on the filing of his own unit, and no person acts
// in two stages.
func (w *walk) impartial(who Actor, e Event) {
	if who.System {
		return
	}
	stage := shape{Procedure: w.p}.role(e.Role).Kind
	if stage != stageUnit && slices.ContainsFunc(who.Posts, func(p Post) bool { return p.Place == unitName }) {
		w.t.Fatalf("%d decides (%s) on his own unit's filing", who.Person, e.Action)
	}
	if had := w.decided[who.Person]; had != "" && had != stage {
		w.t.Fatalf("%d acts as %s and as %s", who.Person, had, stage)
	}
	if e.Action != Recuse {
		w.decided[who.Person] = stage
	}
	if !slices.ContainsFunc(who.Posts, func(p Post) bool { return string(p.Role) == e.Role && p.Place == e.Place }) {
		w.t.Fatalf("%d does %s in a role that he does not hold", who.Person, e.Action)
	}
}
