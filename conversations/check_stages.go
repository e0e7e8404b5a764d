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
}

func (c *checker) roles() {
	for i, r := range c.p.Roles {
		at := fmt.Sprintf("roles[%d]", i)
		c.want(at+".name", r.Name, "name")
		if !slices.Contains([]string{"unit", "body", "office", "system"}, r.Kind) {
			c.wrong(at+".kind", "unknown kind of role %q: unit, body, office or system", r.Kind)
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
		if t.Notice != "" && !slices.ContainsFunc(p.Notices, func(n Notice) bool { return n.ID == t.Notice }) {
			c.wrong(at+".notice", "%s: there is no notice %q", t.ID, t.Notice)
		}
		c.condition(at+".when", &t.When, env)
		c.fields(at+".needs", t.Needs, itemEnvironment(t.Needs), true)
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
	}
	for i := range c.p.Forms {
		f := &c.p.Forms[i]
		at := fmt.Sprintf("forms[%d]", i)
		c.want(at+".name", f.Name, "name")
		for _, id := range f.In {
			if c.p.state(id) == nil {
				c.wrong(at+".in", "there is no state %q", id)
			}
		}
		if f.Limit != "" && c.p.limit(f.Limit) == nil {
			c.wrong(at+".limit", "there is no limit %q", f.Limit)
		}
		c.fields(at+".fields", f.Fields, itemEnvironment(f.Fields), true)
	}
}

var layouts = []string{"pairs", "list", "table", "ticks", "pledges", "papers", "opinion"}

// papers checks what is printed.
func (c *checker) papers() {
	for i, d := range c.p.Documents {
		at := fmt.Sprintf("documents[%d]", i)
		c.want(at+".title", d.Title, "title")
		c.cells(at+".corners", d.Corners, nil)
		for j, s := range d.Sections {
			at := fmt.Sprintf("%s.sections[%d]", at, j)
			if !slices.Contains(layouts, s.Layout) {
				c.wrong(at+".layout", "unknown layout %q", s.Layout)
			}
			var group *Field
			if s.Layout == "table" {
				if group = c.p.byKey[s.Group]; group == nil || group.Kind != Group {
					c.wrong(at+".group", "there is no group %q", s.Group)
					continue
				}
			}
			c.cells(at+".cells", s.Cells, group)
		}
	}
}

func (c *checker) cells(at string, cells []Cell, group *Field) {
	for i, cell := range cells {
		if cell.Field == "" {
			continue
		}
		known := c.p.byKey[cell.Field] != nil
		if group != nil {
			known = group.sub(cell.Field) != nil
		}
		if !known {
			c.wrong(fmt.Sprintf("%s[%d].field", at, i), "there is no field %q", cell.Field)
		}
	}
}
