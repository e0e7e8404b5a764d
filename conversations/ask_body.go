package conversations

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
)

// The body that decides is named by hand, since not all of them use the bot. The
// names that are registered are on buttons, and a name that is near one of them
// is asked about: a filing that goes to a name nobody holds reaches nobody.

// namesBody says that a field holds the full name of the chosen body.
func (p *Procedure) namesBody(f *Field) bool {
	return f != nil && f.Kind == Organisation && slices.ContainsFunc(f.When.reads, func(key string) bool {
		chosen := p.Field(key)
		return chosen != nil && chosen.FromBodies
	})
}

// maxBodies is how many names are offered; a county has a few dozen bodies, and
// more buttons than that are no help.
const maxBodies = 12

// offerBodies puts the registered names on buttons.
func (t *turn) offerBodies(r *Reply, f *Field) {
	if !t.p.namesBody(f) || len(t.e.Bodies) > maxBodies {
		return
	}
	for _, name := range t.e.Bodies {
		r.Choices = append(r.Choices, []Button{bodyButton("", f.Key, name)})
	}
}

// bodyButton carries a short digest: names are longer than an action may be.
func bodyButton(before, key, name string) Button {
	sum := sha256.Sum256([]byte(name))
	return Button{before + name, "body:" + key + ":" + hex.EncodeToString(sum[:6])}
}

// pressBody takes a registered name.
func (t *turn) pressBody(key, digest string) bool {
	f, v := t.p.Field(key), t.view()
	if !t.p.namesBody(f) || !v.visible[key] || v.openGate() != nil || t.d.Phase != Filling && t.d.Phase != Reviewing || !t.mayEdit(key, v) && t.d.At != key {
		return false
	}
	for _, name := range t.e.Bodies {
		if b := bodyButton("", key, name); b.Action == "body:"+key+":"+digest {
			t.d.Proposed = nil
			t.accept(f, Value{Text: name})
			return true
		}
	}
	return false
}

// mindBody asks about a name that was just given and is near a registered one.
func (t *turn) mindBody(before Answers) {
	for _, f := range t.p.fields {
		name := t.d.Answers[f.Key].Text
		if !t.p.namesBody(f) || name == before[f.Key].Text {
			continue
		}
		if r := t.nearBodies(f, name); r != nil {
			t.out = slices.Insert(t.out, 0, *r)
		}
	}
}

func (t *turn) nearBodies(f *Field, name string) *Reply {
	same, near := NearBodies(name, t.e.Bodies)
	if same != "" {
		near = append([]string{same}, near...)
	}
	if len(near) == 0 {
		return nil
	}
	r := Reply{Text: plain(sprintf(sayNearBody, name, near[0]))}
	for _, other := range near {
		r.Choices = append(r.Choices, []Button{bodyButton(labelInstead, f.Key, other)})
	}
	return &r
}

// bodyFindings are the lines of the review about a body that is not registered:
// yellow, for some decide on paper. The records refuse one that is registered
// and only written otherwise.
func (t *turn) bodyFindings(v *view) (out []finding) {
	for _, f := range v.fields() {
		name := t.d.Answers[f.Key].Text
		if !t.p.namesBody(f) || name == "" || len(t.e.Bodies) == 0 || slices.Contains(t.e.Bodies, name) {
			continue
		}
		if same, _ := NearBodies(name, t.e.Bodies); same != "" {
			out = append(out, finding{Yellow, sprintf(sayNearBody, name, same), f.Key})
		} else {
			out = append(out, finding{Yellow, sprintf(sayUnknownBody, name), f.Key})
		}
	}
	return out
}
