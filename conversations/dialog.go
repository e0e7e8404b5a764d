package conversations

import (
	"maps"
	"slices"
	"time"
)

// Dialog is one draft being filled in: a value that is stored as JSON after
// every step, under compare-and-set on Revision. Everything needed to go on is
// in it; a dialog read back is the same dialog.
type Dialog struct {
	ID        string `json:"id"`
	Procedure string `json:"procedure"`
	Version   int    `json:"version"`
	Owner     string `json:"owner"` // whose turn it is
	// Owners had it before; a handed-over draft keeps who worked on it.
	Owners   []string `json:"owners,omitempty"`
	Revision int64    `json:"revision"` // 1 after the first step, then one more with each

	Phase  Phase `json:"phase"`
	Paused bool  `json:"paused,omitempty"` // saved and left; Resume goes on

	Gates   map[string]GateAnswer `json:"gates,omitempty"`
	Answers Answers               `json:"answers,omitempty"`
	Skipped map[string]bool       `json:"skipped,omitempty"` // optional fields left empty, files called complete

	At       string     `json:"at,omitempty"`       // the gate or field that is asked
	Item     *Item      `json:"item,omitempty"`     // an item of a group, or a consultation, in work
	Picked   []string   `json:"picked,omitempty"`   // options ticked so far
	Unsorted []File     `json:"unsorted,omitempty"` // files whose paper is not yet told
	Proposed []Proposal `json:"proposed,omitempty"` // values waiting to be confirmed
	Undo     *Undo      `json:"undo,omitempty"`     // the last correction

	Round   int               `json:"round,omitempty"`   // corrections after a return
	Remarks map[string]string `json:"remarks,omitempty"` // what must be mended in this round
	Mended  map[string]bool   `json:"mended,omitempty"`
	Fine    map[string]bool   `json:"fine,omitempty"` // texts that stay in spite of a hint

	Declined int       `json:"declined,omitempty"` // the newer version that was not wanted
	Started  time.Time `json:"started"`
	Touched  time.Time `json:"touched"`            // the last thing the person did
	Reminded int       `json:"reminded,omitempty"` // reminders since then
}

// Phase is where a dialog stands.
type Phase string

// The phases. Submitted, Cancelled and Expired are ends; the caller stores the
// Content of a submitted dialog and deletes the others.
const (
	Screening  Phase = "screening"  // gates
	Stopped    Phase = "stopped"    // a gate or a rule says no
	Consulting Phase = "consulting" // advice is being taken
	Filling    Phase = "filling"
	Reviewing  Phase = "reviewing"
	Ready      Phase = "ready" // with the person who confirms
	Submitted  Phase = "submitted"
	Cancelled  Phase = "cancelled"
	Expired    Phase = "expired"
)

// GateAnswer is what was said to a gate.
type GateAnswer struct {
	Answer  string  `json:"answer"`            // yes, no or unsure
	Proceed string  `json:"proceed,omitempty"` // the way taken in spite of it
	Advice  Answers `json:"advice,omitempty"`  // the consultation after 不确定
}

// Item is one item of a group that is being filled in.
type Item struct {
	Of      string  `json:"of"`    // the group's key or the gate's ID
	Index   int     `json:"index"` // in the group; its length for a new one
	At      string  `json:"at"`    // the item's field that is asked
	Answers Answers `json:"answers"`
}

// Undo takes the last correction back.
type Undo struct {
	Key string `json:"key"`
	Had bool   `json:"had"`
	Old Value  `json:"old"`
}

// Over says that nothing more can be done in the dialog.
func (d Dialog) Over() bool {
	return d.Phase == Submitted || d.Phase == Cancelled || d.Phase == Expired
}

// NewDialog begins a dialog. It says nothing yet: the first step is an Event
// of kind Start.
func NewDialog(p *Procedure, id, owner string, now time.Time) Dialog {
	return Dialog{ID: id, Procedure: p.ID, Version: p.Version, Owner: owner, Phase: Screening, Started: now, Touched: now}
}

// HandOver gives a draft to another person of the unit, who goes on where the
// first one stopped.
func (d Dialog) HandOver(to string, now time.Time) Dialog {
	if to == d.Owner || d.Over() {
		return d
	}
	d = d.clone()
	d.Owners = append(d.Owners, d.Owner)
	d.Owner, d.Paused, d.Touched, d.Reminded = to, true, now, 0
	d.Revision++
	return d
}

// clone makes a dialog whose maps and slices can be changed. Values are never
// changed in place and may be shared.
func (d Dialog) clone() Dialog {
	d.Owners = slices.Clone(d.Owners)
	d.Gates = cloned(d.Gates)
	d.Answers = d.Answers.clone()
	d.Skipped = cloned(d.Skipped)
	d.Mended = cloned(d.Mended)
	d.Fine = cloned(d.Fine)
	d.Picked = slices.Clone(d.Picked)
	d.Unsorted = slices.Clone(d.Unsorted)
	d.Proposed = slices.Clone(d.Proposed)
	if d.Item != nil {
		item := *d.Item
		item.Answers = item.Answers.clone()
		d.Item = &item
	}
	return d
}

func cloned[V any](m map[string]V) map[string]V {
	out := maps.Clone(m)
	if out == nil {
		out = map[string]V{}
	}
	return out
}
