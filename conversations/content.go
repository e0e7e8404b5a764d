package conversations

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"time"
)

// Content is what was submitted, for good. It can't be changed: a correction is
// a new Content of the next round. It follows from the answers alone, so that
// any order of answering gives the same one, byte for byte.
type Content struct {
	content submitted
}

type submitted struct {
	Procedure string                `json:"procedure"`
	Version   int                   `json:"version"`
	Round     int                   `json:"round"` // 0, then one more with each correction
	Gates     map[string]GateAnswer `json:"gates"`
	Answers   Answers               `json:"answers"` // of the visible fields alone
	Skipped   []string              `json:"skipped,omitempty"`
	// Lines are the answers as they were shown, in the form's order, so that a
	// record can be read without its procedure.
	Lines []Line `json:"lines"`
}

// Line is one answer as people read it.
type Line struct {
	Step  string `json:"step"` // the step's title
	Key   string `json:"key"`
	Label string `json:"label"`
	Text  string `json:"text"`
}

// ErrNotSubmitted is returned for a dialog that has no Content yet.
var ErrNotSubmitted = errors.New("conversations: the dialog is not submitted")

// Content returns what a submitted dialog says.
func (p *Procedure) Content(d Dialog) (Content, error) {
	if d.Phase != Submitted || d.Procedure != p.ID || d.Version != p.Version {
		return Content{}, ErrNotSubmitted
	}
	return p.Draft(d), nil
}

// Draft returns what a dialog says so far, for an export marked as a draft.
func (p *Procedure) Draft(d Dialog) Content {
	v := p.view(&d, d.Touched)
	c := submitted{Procedure: p.ID, Version: p.Version, Round: d.Round, Gates: maps.Clone(d.Gates), Answers: Answers{}}
	for _, f := range v.fields() {
		answer, ok := d.Answers[f.Key]
		if !ok {
			if d.Skipped[f.Key] {
				c.Skipped = append(c.Skipped, f.Key)
			}
			continue
		}
		c.Answers[f.Key] = answer
		c.Lines = append(c.Lines, Line{p.Steps[p.stepOf[f.Key]].Title, f.Key, f.Label, f.show(answer)})
	}
	return Content{c}.copy()
}

// copy cuts every tie to the dialog, whose slices are shared.
func (c Content) copy() Content {
	data, err := json.Marshal(c.content)
	if err != nil {
		panic("conversations: a content can't be written: " + err.Error()) // strings and finite numbers can
	}
	var out Content
	if err := json.Unmarshal(data, &out.content); err != nil {
		panic("conversations: a content can't be read back: " + err.Error())
	}
	return out
}

// MarshalJSON writes the canonical form: keys sorted, no blanks.
func (c Content) MarshalJSON() ([]byte, error) { return json.Marshal(c.content) }

// UnmarshalJSON reads what MarshalJSON wrote.
func (c *Content) UnmarshalJSON(data []byte) error { return json.Unmarshal(data, &c.content) }

// Digest is the SHA-256 of the canonical form, in hexadecimal digits.
func (c Content) Digest() string {
	data, err := json.Marshal(c)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// Procedure and Version name the procedure under which it was submitted.
func (c Content) Procedure() (id string, version int) { return c.content.Procedure, c.content.Version }

// Round counts the corrections before it.
func (c Content) Round() int { return c.content.Round }

// Value returns an answer; ok is false if the field was not asked or left
// empty.
func (c Content) Value(key string) (v Value, ok bool) {
	v, ok = c.copy().content.Answers[key]
	return v, ok
}

// Gate returns the answer to a gate.
func (c Content) Gate(id string) GateAnswer { return c.copy().content.Gates[id] }

// Lines returns the answers as they were shown, in the form's order.
func (c Content) Lines() []Line { return slices.Clone(c.content.Lines) }

// Difference lists the lines that changed from an earlier round: Before is
// empty for an added answer, After for one that is gone.
func (c Content) Difference(earlier Content) []Change {
	before := map[string]Line{}
	for _, l := range earlier.content.Lines {
		before[l.Key] = l
	}
	var out []Change
	for _, l := range c.content.Lines {
		if old := before[l.Key]; old.Text != l.Text {
			out = append(out, Change{l.Key, l.Label, old.Text, l.Text})
		}
		delete(before, l.Key)
	}
	for _, l := range earlier.content.Lines {
		if _, gone := before[l.Key]; gone {
			out = append(out, Change{l.Key, l.Label, l.Text, ""})
		}
	}
	return out
}

// Change is one answer that differs between two rounds.
type Change struct{ Key, Label, Before, After string }

// Holds evaluates a condition of the procedure over the content, at a time: who
// may decide, whether a limit is longer.
func (p *Procedure) Holds(c Content, cond Condition, now time.Time) bool {
	return cond.holds(p.view(c.dialog(), now).values)
}

func (c Content) dialog() *Dialog {
	in := c.copy().content
	d := Dialog{Procedure: in.Procedure, Version: in.Version, Round: in.Round, Gates: in.Gates, Answers: in.Answers, Skipped: map[string]bool{}}
	for _, key := range in.Skipped {
		d.Skipped[key] = true
	}
	for key, v := range in.Answers { // a list of files that was handed in is complete
		if len(v.Files) > 0 {
			d.Skipped[key] = true
		}
	}
	return &d
}

// Correct begins the next round: the returned filing's answers stand, and only
// the remarked fields (key to remark), and what depends on them, are asked.
// Remarks on fields that are not in the form are dropped.
func (p *Procedure) Correct(c Content, remarks map[string]string, id, owner string, now time.Time) Dialog {
	d := *c.dialog()
	d.ID, d.Owner, d.Started, d.Touched, d.Phase = id, owner, now, now, Filling
	d.Version = p.Version
	d.Round++
	d.Remarks, d.Mended = map[string]string{}, map[string]bool{}
	visible := p.view(&d, now).visible
	for key, remark := range remarks {
		if visible[key] && remark != "" {
			d.Remarks[key] = remark
		}
	}
	return d
}
