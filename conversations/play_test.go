package conversations

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"rongcuo/conversations/typed"
)

var update = flag.Bool("update", false, "write the golden transcripts anew")

// noon is when the stories happen.
var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, typed.China)

// tester is what a *testing.T and a *rapid.T have in common.
type tester interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// player plays one dialog and holds every step to what must always be true.
type player struct {
	t     tester
	p     *Procedure
	d     Dialog
	now   time.Time
	roles []string
	last  []Reply
}

func newPlayer(t tester, p *Procedure) *player {
	return &player{t: t, p: p, d: NewDialog(p, "d1", "handler", noon), now: noon}
}

func (pl *player) do(e Event) []Reply {
	pl.t.Helper()
	e.Roles = pl.roles
	before, _ := json.Marshal(pl.d)
	next, replies := pl.p.Step(pl.d, e, pl.now)
	if after, _ := json.Marshal(pl.d); string(after) != string(before) {
		pl.t.Fatalf("the step of %+v changed the dialog it was given", e)
	}
	pl.holdLawful(e, next, replies)
	pl.roundTrip(e, next, replies)
	pl.d, pl.last = next, replies
	return replies
}

// holdLawful is what no step may break.
func (pl *player) holdLawful(e Event, next Dialog, replies []Reply) {
	pl.t.Helper()
	if next.Revision != pl.d.Revision+1 {
		pl.t.Fatalf("%+v: revision %d after %d", e, next.Revision, pl.d.Revision)
	}
	if len(replies) == 0 && e.Kind != EventTimer {
		pl.t.Fatalf("%+v is met with silence", e)
	}
	for _, r := range replies {
		if len(r.Text) == 0 && r.Ask == "" {
			pl.t.Fatalf("%+v: an empty reply", e)
		}
		if strings.Contains(r.Text.String(), "%!") {
			pl.t.Fatalf("%+v: a broken text: %s", e, r.Text)
		}
		for _, row := range r.Choices {
			for _, b := range row {
				if len(b.Action) > 40 || b.Action == "" || b.Label == "" {
					pl.t.Fatalf("%+v: the button %q %q is empty or too long", e, b.Label, b.Action)
				}
			}
		}
	}
	at, isField := next.At, pl.p.Field(next.At) != nil
	switch next.Phase {
	case Screening, Consulting:
		if pl.p.gate(at) == nil && at != "" {
			pl.t.Fatalf("%+v: %s at %q, which is no gate", e, next.Phase, at)
		}
	case Filling:
		if !isField || !pl.p.view(&next, pl.now).visible[at] {
			pl.t.Fatalf("%+v: asks %q, which is no visible field", e, at)
		}
	case Submitted:
		if pl.d.Phase != Submitted && !pl.p.view(&next, pl.now).submittable() {
			pl.t.Fatalf("%+v submitted what is not complete", e)
		}
	}
	if next.Phase == Submitted && pl.d.Phase != Submitted && (!e.may(pl.p.confirms(&pl.d)) && !e.may(pl.p.Review.Confirm) || e.Kind == EventText && e.Text != pl.p.Review.Phrase) {
		pl.t.Fatalf("%+v submitted", e)
	}
}

// roundTrip repeats the step with the dialog read back from its JSON.
func (pl *player) roundTrip(e Event, next Dialog, replies []Reply) {
	pl.t.Helper()
	data, err := json.Marshal(pl.d)
	if err != nil {
		pl.t.Fatal(err)
	}
	var stored Dialog
	if err := json.Unmarshal(data, &stored); err != nil {
		pl.t.Fatal(err)
	}
	next2, replies2 := pl.p.Step(stored, e, pl.now)
	a, _ := json.Marshal(next)
	b, _ := json.Marshal(next2)
	if string(a) != string(b) || !reflect.DeepEqual(replies, replies2) {
		pl.t.Fatalf("%+v: the stored dialog goes another way:\n%s\n%s", e, a, b)
	}
}

func (pl *player) text(s string) []Reply { return pl.do(Event{Kind: EventText, Text: s}) }
func (pl *player) press(action string) []Reply {
	return pl.do(Event{Kind: EventAction, Action: action})
}

// line plays one line of a script: >words, !button, @file name, #role, +days,
// *start, *resume, *timer.
func (pl *player) line(s string) []Reply {
	rest := strings.ReplaceAll(s[1:], `\n`, "\n")
	switch s[0] {
	case '>':
		return pl.text(rest)
	case '!':
		return pl.press(rest)
	case '@':
		var files []File
		for name := range strings.SplitSeq(rest, "|") {
			files = append(files, File{ID: "id-" + name, Name: name, Size: 2048, Type: strings.TrimPrefix(filepath.Ext(name), ".")})
		}
		return pl.do(Event{Kind: EventFiles, Files: files})
	case '#':
		pl.roles = strings.Fields(rest)
	case '+':
		var days int
		if _, err := fmt.Sscanf(rest, "%d", &days); err != nil {
			pl.t.Fatal(err)
		}
		pl.now = pl.now.AddDate(0, 0, days)
	case '*':
		return pl.do(Event{Kind: EventKind(rest)})
	default:
		pl.t.Fatalf("a script has no line %q", s)
	}
	return nil
}

// written is a reply as a transcript shows it.
func written(replies []Reply) string {
	var b strings.Builder
	for _, r := range replies {
		for i, line := range strings.Split(r.Text.String(), "\n") {
			b.WriteString(map[bool]string{true: "  机器人：", false: "        "}[i == 0] + line + "\n")
		}
		if r.Ask != "" {
			b.WriteString("        （此处回答：" + r.Ask + "）\n")
		}
		for _, row := range r.Choices {
			b.WriteString("       ")
			for _, button := range row {
				b.WriteString(" [" + button.Label + "]")
			}
			b.WriteString("\n")
		}
		if r.Wanted != nil {
			fmt.Fprintf(&b, "        （等待文件：%s）\n", strings.Join(r.Wanted.Papers, "、"))
		}
	}
	return b.String()
}

// TestStories plays every script in testdata and compares what is said.
func TestStories(t *testing.T) {
	scripts, err := filepath.Glob("testdata/*.talk")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, script := range scripts {
		t.Run(filepath.Base(script), func(t *testing.T) {
			source, err := os.ReadFile(script)
			if err != nil {
				t.Fatal(err)
			}
			pl := newPlayer(t, sample(t))
			var b strings.Builder
			for line := range strings.Lines(string(source)) {
				if line = strings.TrimRight(line, "\n"); line == "" || strings.HasPrefix(line, "--") {
					continue
				}
				b.WriteString(line + "\n" + written(pl.line(line)))
			}
			golden := strings.TrimSuffix(script, ".talk") + ".golden"
			if *update {
				if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if b.String() != string(want) {
				t.Errorf("the talk went otherwise; run with -update and read the difference\n%s", firstDifference(b.String(), string(want)))
			}
		})
	}
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return fmt.Sprintf("line %d\n got %s\nwant %s", i+1, g[i], w[i])
		}
	}
	return fmt.Sprintf("one has %d lines, the other %d", len(g), len(w))
}
