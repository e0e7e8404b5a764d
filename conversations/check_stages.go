package conversations

import (
	"fmt"
	"slices"
)

// stages proves that a filing can go from its begin to an end, and that in
// every state somebody may act.
func (c *checker) stages() {
	p := c.p
	c.roles()
	begins := 0
	for i, s := range p.States {
		at := fmt.Sprintf("states[%d]", i)
		c.want(at+".id", s.ID, "id")
		c.want(at+".name", s.Name, "name")
		if p.state(s.ID) != &p.States[i] {
			c.wrong(at+".id", "the state %q is there twice", s.ID)
		}
		if s.Begin {
			begins++
		}
		if s.End != (s.Owner == "") {
			c.wrong(at+".owner", "the state %s needs an owner or is an end", s.ID)
		}
		if s.Owner != "" && p.role(s.Owner) == nil {
			c.wrong(at+".owner", "there is no role %q", s.Owner)
		}
		if s.Limit != "" && p.limit(s.Limit) == nil {
			c.wrong(at+".limit", "there is no limit %q", s.Limit)
		}
	}
	if begins != 1 {
		c.wrong("states", "one state must be the begin, not %d", begins)
	}
	c.transitions()
	c.reach()
	c.limits()
	c.forms()
	c.repeats()
}

func (c *checker) roles() {
	for i, r := range c.p.Roles {
		at := fmt.Sprintf("roles[%d]", i)
		c.want(at+".name", r.Name, "name")
		if !slices.Contains([]string{"unit", "body", "office", "system"}, r.Kind) {
			c.wrong(at+".kind", "unknown kind of role %q: unit, body, office or system", r.Kind)
		}
	}
	for i, r := range c.p.Reasons {
		for _, key := range r.Opens {
			if c.p.byKey[key] == nil {
				c.wrong(fmt.Sprintf("reasons[%d].opens", i), "there is no field %q", key)
			}
		}
	}
	for i, n := range c.p.Notices {
		at := fmt.Sprintf("notices[%d]", i)
		c.want(at+".text", n.Text, "text")
		for _, id := range n.To {
			if c.p.role(id) == nil {
				c.wrong(at+".to", "there is no role %q", id)
			}
		}
	}
}

func (c *checker) transitions() {
	p := c.p
	env := p.environment()
	seen := map[string]bool{}
	for i := range p.Transitions {
		t := &p.Transitions[i]
		at := fmt.Sprintf("transitions[%d]", i)
		if t.ID == "" || seen[t.ID] {
			c.wrong(at+".id", "the transition's id %q must be its own", t.ID)
		}
		seen[t.ID] = true
		for _, id := range append([]string{t.To}, t.From...) {
			if p.state(id) == nil {
				c.wrong(at, "%s: there is no state %q", t.ID, id)
			}
		}
		if len(t.By) == 0 {
			c.wrong(at+".by", "%s: nobody may do it", t.ID)
		}
		for _, id := range t.By {
			if p.role(id) == nil {
				c.wrong(at+".by", "%s: there is no role %q", t.ID, id)
			}
		}
		if t.Reasons != "" && !slices.ContainsFunc(p.Reasons, func(r Reason) bool { return r.Group == t.Reasons }) {
			c.wrong(at+".reasons", "%s: there are no reasons %q", t.ID, t.Reasons)
		}
		c.notices(at, t.Notice)
		c.condition(at+".when", &t.When, env)
		c.fields(at+".needs", t.Needs, p.shortEnvironment(t.Needs), true)
	}
}

// reach walks the states from the begin, and from the ends backwards.
func (c *checker) reach() {
	forward, back := map[string]bool{}, map[string]bool{}
	for _, s := range c.p.States {
		forward[s.ID], back[s.ID] = s.Begin, s.End
	}
	for range c.p.States {
		for _, t := range c.p.Transitions {
			for _, from := range t.From {
				forward[t.To] = forward[t.To] || forward[from]
				back[from] = back[from] || back[t.To]
			}
		}
	}
	for i, s := range c.p.States {
		at := fmt.Sprintf("states[%d]", i)
		if !forward[s.ID] {
			c.wrong(at, "the state %s can't be reached", s.ID)
		}
		if !back[s.ID] {
			c.wrong(at, "from the state %s no end can be reached", s.ID)
		}
	}
}

func (c *checker) limits() {
	env := c.p.environment()
	for i := range c.p.Limits {
		l := &c.p.Limits[i]
		at := fmt.Sprintf("limits[%d]", i)
		c.want(at+".id", l.ID, "id")
		if (l.Days > 0) == (l.Hours > 0) {
			c.wrong(at+".days", "the limit %s needs days or hours", l.ID)
		}
		isTransition := slices.ContainsFunc(c.p.Transitions, func(t Transition) bool { return t.ID == l.Expiry })
		if !isTransition && !slices.Contains(limitForms, l.Expiry) {
			c.wrong(at+".expiry", "the limit %s: expiry is remind, flag or a transition, not %q", l.ID, l.Expiry)
		}
		c.condition(at+".extra_if", &l.ExtraIf, env)
		c.spans(at, l)
	}
}

// spans checks a limit that runs between answers of a form.
func (c *checker) spans(at string, l *Limit) {
	f := c.p.form(l.Form)
	if l.Form == "" && l.From == "" && l.To == "" {
		return
	}
	if f == nil || l.From == "" {
		c.wrong(at+".form", "the limit %s needs a form and the answer from which it runs", l.ID)
		return
	}
	for _, key := range []string{l.From, l.To} {
		if key != "" && !slices.ContainsFunc(f.Fields, func(g Field) bool { return g.Key == key && g.Kind == Date }) {
			c.wrong(at, "the form %s has no date %q", f.ID, key)
		}
	}
}

func (c *checker) forms() {
	for i := range c.p.Forms {
		f := &c.p.Forms[i]
		at := fmt.Sprintf("forms[%d]", i)
		c.want(at+".name", f.Name, "name")
		for _, id := range f.In {
			if c.p.state(id) == nil {
				c.wrong(at+".in", "there is no state %q", id)
			}
		}
		for _, id := range f.By {
			if c.p.role(id) == nil {
				c.wrong(at+".by", "there is no role %q", id)
			}
		}
		if f.Limit != "" && c.p.limit(f.Limit) == nil {
			c.wrong(at+".limit", "there is no limit %q", f.Limit)
		}
		c.notices(at, f.Notice)
		asked := c.p.form(f.Settles)
		if f.Settles != "" && (asked == nil || !asked.Waits) {
			c.wrong(at+".settles", "no form %q waits for it", f.Settles)
		}
		if f.Waits && !slices.ContainsFunc(c.p.Forms, func(g Form) bool { return g.Settles == f.ID && g.Grants }) {
			c.wrong(at+".waits", "nobody grants the form %s", f.ID)
		}
		c.fields(at+".fields", f.Fields, c.p.shortEnvironment(f.Fields), true)
	}
}

// notices looks notices up.
func (c *checker) notices(at string, ids []string) {
	for _, id := range ids {
		if !slices.ContainsFunc(c.p.Notices, func(n Notice) bool { return n.ID == id }) {
			c.wrong(at+".notice", "there is no notice %q", id)
		}
	}
}

func (c *checker) repeats() {
	r := &c.p.Repeats
	for _, id := range r.After {
		if c.p.state(id) == nil {
			c.wrong("repeats.after", "there is no state %q", id)
		}
	}
	if len(r.After) > 0 && r.Months <= 0 {
		c.wrong("repeats.months", "months are missing")
	}
	if r.Gate != "" && c.p.gate(r.Gate) == nil {
		c.wrong("repeats.gate", "there is no gate %q", r.Gate)
	}
	c.condition("repeats.unless", &r.Unless, c.p.environment())
}
