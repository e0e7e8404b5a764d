package conversations

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"rongcuo/conversations/typed"
)

// checker proves that a procedure can be walked before anybody walks it. What
// it accepts can't fail later: conditions are compiled, every name exists,
// every question can be reached and every state left.
type checker struct {
	p        *Procedure
	lines    map[string]int
	problems Problems
}

var (
	keyForm    = regexp.MustCompile(`^[a-z][a-z0-9_]{0,23}$`)
	optionForm = regexp.MustCompile(`^[a-z0-9][a-z0-9_]{0,23}$`)
	gateForm   = regexp.MustCompile(`^[A-Z][0-9]{1,3}$`)
	limitForms = []string{"remind", "flag"}
)

// wrong notes a problem at a path such as steps[0].fields[2].when. A path that
// is not in the file takes the line of the nearest one that holds it.
func (c *checker) wrong(at, format string, args ...any) {
	line, ok := 0, false
	for near := at; !ok && near != ""; near = near[:max(strings.LastIndexAny(near, ".["), 0)] {
		line, ok = c.lines[near]
	}
	c.problems = append(c.problems, Problem{c.p.file, max(line, 1), fmt.Sprintf(format, args...)})
}

func (c *checker) want(at, value, what string) {
	if strings.TrimSpace(value) == "" {
		c.wrong(at, "%s is missing", what)
	}
}

func (c *checker) check() {
	p := c.p
	for _, w := range [][2]string{{p.ID, "id"}, {p.Name, "name"}, {p.Number, "number"}, {p.Welcome, "welcome"}, {p.Stopped, "stopped"}, {p.Basis, "basis"}} {
		c.want(w[1], w[0], w[1])
	}
	if p.Version < 1 {
		c.wrong("version", "version must be 1 or more")
	}
	if d := p.Drafts; d.Gone <= d.Warn || d.Warn <= 0 || !slices.IsSorted(d.Remind) {
		c.wrong("drafts", "drafts: remind must rise, and gone must come after warn")
	}
	c.index()
	c.gates()
	c.steps()
	if len(c.problems) == 0 {
		c.sort()
	}
	c.review()
	c.bodies()
	c.stages()
	c.papers()
}

// index fills the procedure's own tables.
func (c *checker) index() {
	p := c.p
	p.byKey, p.stepOf = map[string]*Field{}, map[string]int{}
	for i := range p.Steps {
		for j := range p.Steps[i].Fields {
			f := &p.Steps[i].Fields[j]
			at := fmt.Sprintf("steps[%d].fields[%d]", i, j)
			if p.byKey[f.Key] != nil || slices.Contains(ownNames, f.Key) {
				c.wrong(at+".key", "the key %q is taken", f.Key)
				continue
			}
			p.fields = append(p.fields, f)
			p.byKey[f.Key], p.stepOf[f.Key] = f, i
			if f.FromBodies {
				for _, b := range p.Bodies {
					f.Options = append(f.Options, Option{ID: b.ID, Label: b.Name, When: b.When, Article: b.Article})
				}
			}
		}
	}
}

func (c *checker) gates() {
	seen := map[string]bool{}
	for i, g := range c.p.Gates {
		at := fmt.Sprintf("gates[%d]", i)
		if !gateForm.MatchString(g.ID) || seen[g.ID] {
			c.wrong(at+".id", "the gate's id %q must be a letter and a number, and its own", g.ID)
		}
		seen[g.ID] = true
		c.want(at+".ask", g.Ask, "ask")
		c.want(at+".say", g.Say, "say")
		if !slices.Contains([]string{"", "yes", "no"}, g.Stop) || !slices.Contains([]string{"", "yes", "no"}, g.Note) || g.Stop == "" && g.Note == "" {
			c.wrong(at+".stop", "stop or note must be yes or no")
		}
		c.ways(at, g.Ways)
	}
	c.ways("", c.p.Ways)
	c.fields("consultation", c.p.Consultation, itemEnvironment(c.p.Consultation), true)
	if len(c.p.Gates) > 0 && len(c.p.Consultation) == 0 && slices.ContainsFunc(c.p.Gates, func(g Gate) bool { return !g.Certain }) {
		c.wrong("gates", "不确定 is offered, but consultation asks nothing")
	}
}

func (c *checker) ways(at string, ways []Way) {
	for i, w := range ways {
		at := strings.TrimPrefix(fmt.Sprintf("%s.ways[%d]", at, i), ".")
		c.want(at+".label", w.Label, "label")
		if w.Say == "" && w.Ask == "" && !w.Again && !w.Proceed {
			c.wrong(at, "the way leads nowhere: say, ask, again or proceed")
		}
		for key, text := range w.Set {
			f := c.p.byKey[key]
			if f == nil {
				c.wrong(at+".set", "set: there is no field %q", key)
			} else if _, err := f.read(text, f.Options, time.Unix(0, 0)); err != nil {
				c.wrong(at+".set", "set: %s does not take %q", key, text)
			}
		}
	}
}

func (c *checker) steps() {
	if len(c.p.Steps) == 0 {
		c.wrong("steps", "steps are missing")
	}
	env := c.p.environment()
	for i := range c.p.Steps {
		s := &c.p.Steps[i]
		at := fmt.Sprintf("steps[%d]", i)
		c.want(at+".title", s.Title, "title")
		if len(s.Fields) == 0 {
			c.wrong(at, "the step asks nothing and can't be reached")
		}
		c.condition(at+".when", &s.When, env)
		c.reachable(at+".when", "the step", &s.When)
		c.fields(at+".fields", s.Fields, env, false)
	}
}

// condition compiles an expression and looks up what it names.
func (c *checker) condition(at string, cond *Condition, env environment) {
	if err := cond.compile(env); err != nil {
		c.wrong(at, "condition %q: %s", cond.source, strings.SplitN(err.Error(), "\n", 2)[0])
		return
	}
	for _, t := range cond.choices {
		f := c.p.byKey[t.key]
		switch gate, isGate := strings.CutPrefix(t.key, "gates."); {
		case isGate && c.p.gate(gate) != nil && !slices.Contains([]string{"yes", "no", "unsure", ""}, t.option):
			c.wrong(at, "condition %q: a gate is never %q", cond.source, t.option)
		case f != nil && (f.Kind == Choice || f.Kind == Choices) && f.option(t.option) == nil:
			c.wrong(at, "condition %q: %s has no option %q", cond.source, t.key, t.option)
		case f != nil && f.Kind == Files && f.paper(t.option) == nil:
			c.wrong(at, "condition %q: %s has no paper %q", cond.source, t.key, t.option)
		}
	}
}

func (c *checker) reachable(at, what string, cond *Condition) {
	if value, ok := cond.constant(); ok && !value {
		c.wrong(at, "%s can't be reached: %q never holds", what, cond.source)
	}
}

// rules checks conditions that must hold. One that never holds would block
// everybody.
func (c *checker) rules(at string, rules []Rule, env environment) {
	for i := range rules {
		r := &rules[i]
		at := fmt.Sprintf("%s[%d]", at, i)
		c.want(at+".must", r.Must.source, "must")
		c.want(at+".say", r.Say, "say")
		c.condition(at+".must", &r.Must, env)
		if value, ok := r.Must.constant(); ok {
			c.wrong(at+".must", "the rule is always %v", value)
		}
		if !slices.Contains([]Level{"", Red, Yellow, Stop}, r.Level) {
			c.wrong(at+".level", "unknown level %q: red, yellow or stop", r.Level)
		}
		if r.Field != "" && c.p.byKey[r.Field] == nil && c.p.gate(r.Field) == nil {
			c.wrong(at+".field", "there is no field or gate %q", r.Field)
		}
	}
}

// sort orders the fields so that what a condition reads comes before it, and
// reports cycles.
func (c *checker) sort() {
	state := map[string]int{} // 1 while its needs are visited, 2 when done
	var visit func(key string, trail []string)
	visit = func(key string, trail []string) {
		f := c.p.byKey[key]
		if f == nil || state[key] == 2 {
			return
		}
		if state[key] == 1 {
			cycle := append(trail[slices.Index(trail, key):], key)
			c.wrong(c.whenOf(key), "conditions go round in a circle: %s", strings.Join(cycle, " -> "))
			return
		}
		state[key] = 1
		trail = append(trail, key)
		for _, need := range slices.Concat(c.p.Steps[c.p.stepOf[key]].When.reads, f.When.reads) {
			visit(need, trail)
		}
		state[key] = 2
		c.p.order = append(c.p.order, f)
	}
	for _, f := range c.p.fields {
		visit(f.Key, nil)
	}
}

func (c *checker) whenOf(key string) string {
	step := c.p.stepOf[key]
	for j := range c.p.Steps[step].Fields {
		if c.p.Steps[step].Fields[j].Key == key {
			return fmt.Sprintf("steps[%d].fields[%d].when", step, j)
		}
	}
	return "steps"
}

func (c *checker) review() {
	c.want("review.phrase", c.p.Review.Phrase, "phrase")
	if c.p.role(c.p.Review.Confirm) == nil {
		c.wrong("review.confirm", "there is no role %q", c.p.Review.Confirm)
	}
	if id := c.p.Review.Limit; id != "" && c.p.limit(id) == nil {
		c.wrong("review.limit", "there is no limit %q", id)
	}
	c.rules("checks", c.p.Checks, c.p.environment())
}

// bodies sees to it that somebody decides in every case: for each option of
// each choice that the bodies' conditions read, a body must remain.
func (c *checker) bodies() {
	env := c.p.environment()
	reads := map[string]bool{}
	for i := range c.p.Bodies {
		b := &c.p.Bodies[i]
		at := fmt.Sprintf("bodies[%d]", i)
		if !optionForm.MatchString(b.ID) {
			c.wrong(at+".id", "the id %q must be lower-case letters, digits and _", b.ID)
		}
		c.want(at+".name", b.Name, "name")
		c.condition(at+".when", &b.When, env)
		for _, key := range b.When.reads {
			reads[key] = true
		}
	}
	if len(c.problems) > 0 {
		return
	}
	if len(c.p.Bodies) == 0 {
		c.wrong("bodies", "nobody decides: bodies are missing")
	}
	for _, f := range c.p.fields {
		if f.Kind != Choice || !reads[f.Key] {
			continue
		}
		for _, o := range f.Options {
			values := c.p.view(&Dialog{Answers: Answers{f.Key: {Text: o.ID}}}, time.Unix(0, 0)).values
			if !slices.ContainsFunc(c.p.Bodies, func(b Body) bool { return b.When.holds(values) }) {
				c.wrong("bodies", "nobody decides when %s is %s (%s)", f.Key, o.ID, o.Label)
			}
		}
	}
}

// example proves that the shown example is accepted by the field itself.
func (c *checker) example(at string, f *Field) {
	if f.Example == "" || !kinds[f.Kind] || slices.Contains([]Kind{Date, Daterange}, f.Kind) {
		return // dates are past sooner or later
	}
	if _, err := f.read(f.Example, f.Options, time.Now()); err != nil {
		if e, ok := err.(*typed.Error); ok {
			c.wrong(at+".example", "the field refuses its own example: %s", e.Say)
		}
	}
}
