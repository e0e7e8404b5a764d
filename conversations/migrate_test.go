package conversations

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// edited is the shipped procedure with some of its words replaced; each must be
// there once.
func edited(t testing.TB, changes ...string) []byte {
	t.Helper()
	source, err := shipped.ReadFile("procedures/risk-filing.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(changes); i += 2 {
		if n := bytes.Count(source, []byte(changes[i])); n != 1 {
			t.Fatalf("%q is in the procedure %d times", changes[i], n)
		}
		source = bytes.Replace(source, []byte(changes[i]), []byte(changes[i+1]), 1)
	}
	return source
}

// reformed is a library in which the county has asked one gate and one field
// otherwise and one field more.
func reformed(t testing.TB) *Library {
	t.Helper()
	l, err := newLibrary(map[string][]byte{
		"risk-filing.yaml": edited(t),
		"risk-filing-2.yaml": edited(t, "\nversion: 1\n", "\nversion: 2\n",
			"ask: 会不会碰到耕地", "ask: 新的一年，会不会碰到耕地",
			"ask: 大约影响多少人？, example: \"86\", unit: 人,", "ask: 大约影响多少户？, example: \"86\", unit: 户,",
			"      - {key: fund_amount, kind: money,", "      - {key: street, kind: text, label: 所在街道, ask: 在哪个街道？, min: 2, max: 20}\n      - {key: fund_amount, kind: money,"),
	})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestAProcedureThatChangesAtAnyStep plays the whole talk of a filing. Before
// every line the county puts a new version in place: the dialog goes on as if
// nothing were, the new version is offered, and whoever takes it keeps all that
// was not asked otherwise.
func TestAProcedureThatChangesAtAnyStep(t *testing.T) {
	library := reformed(t)
	script, err := os.ReadFile("testdata/filing.talk")
	if err != nil {
		t.Fatal(err)
	}
	pl := newPlayer(t, library.Version("risk-filing", 1))
	offered, taken := 0, 0
	for line := range strings.Lines(string(script)) {
		if line = strings.TrimRight(line, "\n"); line == "" || strings.HasPrefix(line, "--") {
			continue
		}
		before := pl.d
		if pl.line(line); !slices.Contains([]byte(">!*"), line[0]) {
			continue
		}
		staysOnItsVersion(t, library, pl, before, line)
		if pl.d.Over() {
			continue
		}
		_, replies, _ := library.Step(pl.d, Event{Kind: EventResume, Roles: pl.roles}, pl.now)
		if len(replies) == 0 || !reflect.DeepEqual(replies[0], offer) {
			t.Fatalf("after %s: the new version is not offered", line)
		}
		offered++
		if takesTheNewOne(t, library, pl, line) {
			taken++
		}
	}
	if offered < 80 || taken == 0 || pl.d.Phase != Submitted {
		t.Errorf("offered after %d lines, an answer was asked again after %d, %s at the end", offered, taken, pl.d.Phase)
	}
}

func staysOnItsVersion(t *testing.T, library *Library, pl *player, before Dialog, line string) {
	t.Helper()
	e := map[byte]Event{'>': {Kind: EventText, Text: line[1:]}, '!': {Kind: EventAction, Action: line[1:]}, '*': {Kind: EventKind(line[1:])}}[line[0]]
	e.Roles = pl.roles
	next, replies, ok := library.Step(before, e, pl.now)
	a, _ := json.Marshal(next)
	b, _ := json.Marshal(pl.d)
	if !ok || next.Version != 1 || string(a) != string(b) || !reflect.DeepEqual(replies, pl.last) {
		t.Fatalf("%s goes another way because there is a new version", line)
	}
}

// takesTheNewOne says whether an answer was asked again.
func takesTheNewOne(t *testing.T, library *Library, pl *player, line string) bool {
	t.Helper()
	latest := library.Latest("risk-filing")
	d, replies, ok := library.Step(pl.d, Event{Kind: EventAction, Action: actionNewVersion, Roles: pl.roles}, pl.now)
	if !ok || d.Version != 2 || d.Revision != pl.d.Revision+1 || len(replies) < 2 {
		t.Fatalf("after %s: %+v is no move to the new version", line, d)
	}
	for key, had := range pl.d.Answers {
		if has, there := d.Answers[key]; key == "affected_count" == there || there && !has.Equal(had) {
			t.Errorf("after %s: the answer to %s is %+v, was %+v", line, key, has, had)
		}
	}
	for id, had := range pl.d.Gates {
		if has, there := d.Gates[id]; id == "N3" == there || there && !reflect.DeepEqual(has, had) {
			t.Errorf("after %s: the gate %s is %+v, was %+v", line, id, has, had)
		}
	}
	_, counted := pl.d.Answers["affected_count"]
	if said := replies[0].Text.String(); counted != strings.Contains(said, "涉及人数") {
		t.Errorf("after %s: it is said %q", line, said)
	}
	if _, gated := pl.d.Gates["N3"]; gated && (d.Phase != Screening || d.At != "N3") {
		t.Errorf("after %s: the changed gate is not asked, but %s %s", line, d.Phase, d.At)
	}
	moved := &player{t: t, p: latest, d: d, now: pl.now, roles: pl.roles}
	moved.press("gate:N3:no")
	moved.press("edit:street")
	return counted
}

func TestADialogOfALostVersionGoesOnWithTheLatest(t *testing.T) {
	library := reformed(t)
	pl := newPlayer(t, library.Version("risk-filing", 1))
	pl.pastGates()
	pl.text("示例县住房保障中心党支部")
	d := pl.d
	d.Version = 7
	next, replies, ok := library.Step(d, Event{Kind: EventText, Text: "下属事业单位"}, pl.now)
	if !ok || next.Version != 2 || next.Over() || len(replies) < 2 || !next.Answers["applicant_unit"].Equal(d.Answers["applicant_unit"]) {
		t.Errorf("%+v\n%s", next, written(replies))
	}
	d.Procedure = "nonsense"
	if _, _, ok := library.Step(d, Event{Kind: EventResume}, pl.now); ok {
		t.Error("a procedure that is nowhere goes on")
	}
}

// A version that is declined is not offered again.
func TestADeclinedVersionIsNotOfferedAgain(t *testing.T) {
	library := reformed(t)
	pl := newPlayer(t, library.Version("risk-filing", 1))
	pl.pastGates()
	d, _, _ := library.Step(pl.d, Event{Kind: EventAction, Action: actionOldVersion}, pl.now)
	_, replies, _ := library.Step(d, Event{Kind: EventResume}, pl.now)
	if d.Version != 1 || len(replies) == 0 || reflect.DeepEqual(replies[0], offer) {
		t.Errorf("version %d\n%s", d.Version, written(replies))
	}
}
