package conversations

import (
	"encoding/json"
	"time"
)

// A dialog stays on the version of its procedure. When it is resumed and a
// newer one exists, that is offered; Migrate keeps what is still the same
// question.

// Migrate moves a draft to another version of its procedure. Answers to
// unchanged questions stay; fresh lists the labels of those that are asked
// again because the question changed. Dialogs that are over or being corrected
// stay where they are.
func (p *Procedure) Migrate(d Dialog, from *Procedure, now time.Time) (moved Dialog, fresh []string) {
	if d.Over() || d.Round > 0 || d.Procedure != p.ID || from.ID != p.ID || d.Version != from.Version {
		return d, nil
	}
	d = d.clone()
	for _, g := range from.Gates {
		if _, answered := d.Gates[g.ID]; answered && !same(g, p.gate(g.ID)) {
			delete(d.Gates, g.ID)
			if p.gate(g.ID) != nil {
				fresh = append(fresh, p.gate(g.ID).Ask)
			}
		}
	}
	for _, f := range from.fields {
		now := p.byKey[f.Key]
		_, answered := d.Answers[f.Key]
		if !answered && !d.Skipped[f.Key] || now != nil && f.sameQuestion(now) {
			continue
		}
		delete(d.Answers, f.Key)
		delete(d.Skipped, f.Key)
		if now != nil {
			fresh = append(fresh, now.Label)
		}
	}
	d.Version = p.Version
	d.Phase, d.At, d.Declined = Screening, "", 0
	d.Item, d.Picked, d.Unsorted, d.Proposed, d.Undo = nil, nil, nil, nil, nil
	return d, fresh
}

// sameQuestion says that an answer to f answers g too: the same is asked, with
// the same options, and read the same way. Conditions, help and the order may
// differ; a stricter rule opens the field by itself.
func (f *Field) sameQuestion(g *Field) bool {
	a, b := question(f), question(g)
	return same(a, &b)
}

func question(f *Field) Field {
	q := Field{Key: f.Key, Kind: f.Kind, Label: f.Label, Ask: f.Ask, Unit: f.Unit, Parts: f.Parts, Decimals: f.Decimals, Clock: f.Clock, Pledge: f.Pledge}
	if !f.FromBodies {
		for _, o := range f.Options {
			q.Options = append(q.Options, Option{ID: o.ID, Label: o.Label})
		}
	}
	for _, p := range f.Papers {
		q.Papers = append(q.Papers, Paper{ID: p.ID, Name: p.Name})
	}
	for i := range f.Fields {
		q.Fields = append(q.Fields, question(&f.Fields[i]))
	}
	return q
}

func same[T any](a T, b *T) bool {
	if b == nil {
		return false
	}
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(*b)
	return errX == nil && errY == nil && string(x) == string(y)
}

// Step finds the procedure of a dialog and takes the step. When a newer version
// exists it is offered on Resume, and taken or declined by its buttons. A dialog
// of an unknown version is moved to the latest at once, because nobody could go
// on with it. ok is false if there is no such procedure.
func (l *Library) Step(d Dialog, e Event, now time.Time) (next Dialog, replies []Reply, ok bool) {
	latest := l.Latest(d.Procedure)
	if latest == nil {
		return d, nil, false
	}
	p := l.Version(d.Procedure, d.Version)
	switch {
	case p == nil:
		lost := &Procedure{ID: d.Procedure, Version: d.Version}
		d, _ = latest.Migrate(d, lost, now)
		d.Version = latest.Version
		next, replies = latest.Step(d, Event{Kind: EventResume, Roles: e.Roles}, now)
		return next, append([]Reply{{Text: plain(sayVersionLost)}}, replies...), true
	case e.Kind == EventAction && e.Action == actionNewVersion && latest != p && !d.Over():
		moved, fresh := latest.Migrate(d, p, now)
		next, replies = latest.Step(moved, Event{Kind: EventResume, Roles: e.Roles}, now)
		return next, append([]Reply{{Text: plain(sayMoved(fresh))}}, replies...), true
	case e.Kind == EventAction && e.Action == actionOldVersion:
		d.Declined = latest.Version
		e = Event{Kind: EventResume, Roles: e.Roles}
	}
	next, replies = p.Step(d, e, now)
	if e.Kind == EventResume && latest != p && d.Declined != latest.Version && d.Round == 0 && !next.Over() {
		replies = append([]Reply{offer}, replies...)
	}
	return next, replies, true
}

const (
	actionNewVersion = "version:new"
	actionOldVersion = "version:old"
)

var offer = Reply{Text: plain(sayNewVersion), Choices: [][]Button{{{labelNewVersion, actionNewVersion}, {labelOldVersion, actionOldVersion}}}}
