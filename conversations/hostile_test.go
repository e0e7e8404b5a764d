package conversations

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"rongcuo/conversations/typed"
)

var hostile = flag.Bool("hostile", false, "send every hostile value in a talk, not every seventh")

// hostileValues are the words of testdata/hostile.txt, one Go string a line, as
// they are and among honest ones: 500 and more.
func hostileValues(t testing.TB) (out []string) {
	t.Helper()
	file, err := os.Open("testdata/hostile.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		word, times, _ := strings.Cut(lines.Text(), " × ")
		s, err := strconv.Unquote(word)
		if err != nil {
			t.Fatalf("%s: %v", word, err)
		}
		if n, err := strconv.Atoi(times); err == nil {
			s = strings.Repeat(s, n)
		}
		out = append(out, s, "示例县"+s, s+"30万元", "2027年"+s+"1月10日", "\n"+s+"\n"+s, s+"、"+s+"/1/0", "资金改成"+s)
	}
	if err := lines.Err(); err != nil || len(out) < 500 {
		t.Fatalf("%d values, %v", len(out), err)
	}
	return out
}

// harmless says that a kept text holds nothing that nobody sees.
func harmless(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return r != '\n' && (unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Co, r))
	})
}

// TestHostileValuesOnEveryKindOfField types each value into a field of every
// kind: it is refused in words, or what is kept is harmless, within the field's
// bounds, and reads the same when it is typed again as it is shown.
func TestHostileValuesOnEveryKindOfField(t *testing.T) {
	p := sample(t)
	kindsSeen, alike, values := map[Kind]bool{}, map[string]bool{}, hostileValues(t)
	for _, f := range everyField(p) {
		reads := fmt.Sprint(f.Kind, f.Unit, f.Parts, f.Decimals, f.Clock, f.Behind, len(f.Options), f.Kind != Longtext && f.Kind != Text || f.Max > 1000)
		if !kinds[f.Kind] || alike[reads] {
			continue
		}
		kindsSeen[f.Kind], alike[reads] = true, true
		for _, s := range values {
			v, err := f.read(s, f.Options, noon)
			if err != nil {
				if said, ok := errors.AsType[*typed.Error](err); !ok || said.Say == "" || !harmless(said.Say) {
					t.Errorf("%s, %.60q: %v", f.Key, s, err)
				}
				continue
			}
			data, err := json.Marshal(v)
			if err != nil || !harmless(f.show(v)) || !harmless(string(data)) {
				t.Errorf("%s keeps %.60q as %s, %v", f.Key, s, data, err)
			}
			if f.Max > 0 && f.Kind != Money && typed.Length(v.Text) > int(f.Max) || len(v.Text) > 4*maxText*4 {
				t.Errorf("%s keeps %d characters of %.60q", f.Key, typed.Length(v.Text), s)
			}
			if f.Kind == Longtext || f.Kind == Text || f.Kind == Organisation {
				if again, err := f.read(v.Text, f.Options, noon); err != nil || !again.Equal(v) {
					t.Errorf("%s: %.60q becomes %+v and then %+v, %v", f.Key, s, v, again, err)
				}
			}
		}
	}
	if len(kindsSeen) != len(kinds)-2 { // files and groups are not typed
		t.Errorf("kinds tried: %v", kindsSeen)
	}
}

// everyField is every question of a procedure, also within groups and forms.
func everyField(p *Procedure) (out []*Field) {
	add := func(fields []Field) {
		for i := range fields {
			out = append(out, &fields[i])
		}
	}
	for i := range p.Steps {
		add(p.Steps[i].Fields)
		for j := range p.Steps[i].Fields {
			add(p.Steps[i].Fields[j].Fields)
		}
	}
	for i := range p.Transitions {
		add(p.Transitions[i].Needs)
	}
	for i := range p.Forms {
		add(p.Forms[i].Fields)
	}
	return out
}

// TestHostileValuesInATalk sends each value as a message to a question of every
// kind, to an item of a group, and to the review; the player holds each step to
// what must always be true.
func TestHostileValuesInATalk(t *testing.T) {
	if testing.Short() {
		t.Skip("some thousand values take long")
	}
	p := sample(t)
	start := newPlayer(t, p)
	start.pastGates()
	start.complete(everything())
	start.press("do:next")
	reviewing := start.d
	if reviewing.Phase != Reviewing {
		t.Fatalf("the form is not complete: %s", written(start.last))
	}
	questions := []string{"do:next", "edit:risks"}
	kindsSeen := map[Kind]bool{}
	for _, f := range p.fields {
		if !kindsSeen[f.Kind] && f.Kind != Group {
			kindsSeen[f.Kind], questions = true, append(questions, "edit:"+f.Key)
		}
	}
	for _, question := range questions {
		for i, s := range hostileValues(t) {
			if !*hostile && i%7 != 0 { // the bare ones
				continue
			}
			pl := &player{t: t, p: p, d: reviewing, now: noon}
			pl.press(question)
			pl.text(s)
			if pl.d.Phase == Submitted {
				t.Fatalf("%.60q submitted", s)
			}
			for key, v := range pl.d.Answers {
				if data, err := json.Marshal(v); err != nil || !harmless(string(data)) {
					t.Errorf("%s, %.60q: %s is kept as %s", question, s, key, data)
				}
			}
		}
	}
}

func everything() []int {
	natural := make([]int, len(finished))
	for i := range natural {
		natural[i] = i
	}
	return natural
}
