package conversations

import (
	"fmt"
	"slices"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/types"
	"github.com/expr-lang/expr/vm"

	"rongcuo/conversations/typed"
)

// Condition is a boolean expression over the answers, in the language of
// expr-lang (this file alone knows it). An empty one holds.
//
// In it a field's key stands for its value: a string for texts and a choice
// (the option's ID), a number or a list of numbers, fen for money (wan(500) is
// five million yuan in fen), a date, period.from, period.to and period.days, a
// boolean, a list of option IDs, a list of sorted papers' IDs, a list of a
// group's items. gates.N1 is yes, no, unsure or empty, today is the day and now the moment, and dayof()
// is the day of a moment. Short forms know more names (known.go). A field
// that is not asked or not yet answered has its kind's zero value;
// answered("key") tells the difference.
type Condition struct {
	source  string
	program *vm.Program
	reads   []string       // keys of fields, in order of appearance
	choices []choiceTested // which options it names
	varies  bool           // names something that is not the same each time
}

type choiceTested struct{ key, option string }

// UnmarshalYAML takes the expression's text; compile does the rest.
func (c *Condition) UnmarshalYAML(decode func(any) error) error { return decode(&c.source) }

// String is the expression as written.
func (c Condition) String() string { return c.source }

// environment is what an expression may name, and of what type.
type environment types.Map

// maxNodes bounds an expression; the longest in the sample has about 20.
const maxNodes = 500

func (c *Condition) compile(env environment) error {
	if c.source == "" {
		return nil
	}
	tree, err := parser.Parse(c.source)
	if err != nil {
		return err
	}
	program, err := expr.Compile(c.source, expr.Env(types.Map(env)), expr.AsBool(), expr.MaxNodes(maxNodes),
		expr.DisableBuiltin("now"), expr.Function("wan", wan, new(func(int) float64), new(func(float64) float64)),
		expr.Function("dayof", dayOf, new(func(time.Time) time.Time)))
	if err != nil {
		return err
	}
	c.program = program
	r := reader{condition: c, env: env}
	ast.Walk(&tree.Node, &r)
	return r.err
}

// constant says whether the expression has one value whatever is answered, and
// which.
func (c *Condition) constant() (value, ok bool) {
	if c.program == nil {
		return true, false
	}
	if !c.varies {
		return c.holds(nil), true
	}
	switch n := c.program.Node().(type) {
	case *ast.BoolNode:
		return n.Value, true
	case *ast.ConstantNode:
		value, ok = n.Value.(bool)
		return value, ok
	}
	return false, false
}

// holds evaluates the expression. One that fails while it runs (a division by
// nothing, a list's missing item) does not hold.
func (c *Condition) holds(values map[string]any) bool {
	if c.program == nil {
		return true
	}
	out, err := expr.Run(c.program, values)
	held, ok := out.(bool)
	return err == nil && ok && held
}

func wan(args ...any) (any, error) {
	switch n := args[0].(type) {
	case int:
		return float64(n) * 1e6, nil
	case float64:
		return n * 1e6, nil
	}
	return nil, fmt.Errorf("wan takes a number")
}

func dayOf(args ...any) (any, error) {
	t, ok := args[0].(time.Time)
	if !ok {
		return nil, fmt.Errorf("dayof takes a date")
	}
	if t.IsZero() || t.Location() == time.UTC { // a day
		return t, nil
	}
	return typed.Day(t), nil
}

// reader collects what an expression reads.
type reader struct {
	condition *Condition
	env       environment
	err       error
}

func (r *reader) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.IdentifierNode:
		r.field(n.Value)
	case *ast.CallNode:
		if callee, ok := n.Callee.(*ast.IdentifierNode); ok && callee.Value == "answered" && len(n.Arguments) == 1 {
			key, ok := n.Arguments[0].(*ast.StringNode)
			if !ok {
				r.err = fmt.Errorf("answered takes a field's key in quotes")
			} else if _, known := r.env[key.Value]; !known {
				r.err = fmt.Errorf("answered(%q): there is no such field", key.Value)
			} else {
				r.field(key.Value)
			}
		}
	case *ast.BinaryNode:
		r.tested(n)
	}
}

func (r *reader) field(name string) {
	_, known := r.env[name]
	r.condition.varies = r.condition.varies || known
	if known && !slices.Contains(ownNames, name) && !slices.Contains(r.condition.reads, name) {
		r.condition.reads = append(r.condition.reads, name)
	}
}

// tested notes unit_type == "town", "5" in situations and
// unit_type in ["town", "village"].
func (r *reader) tested(n *ast.BinaryNode) {
	if !slices.Contains([]string{"==", "!=", "in", "not in"}, n.Operator) {
		return
	}
	for _, sides := range [][2]ast.Node{{n.Left, n.Right}, {n.Right, n.Left}} {
		name := ""
		switch side := sides[0].(type) {
		case *ast.IdentifierNode:
			name = side.Value
		case *ast.MemberNode: // gates.N1
			base, isName := side.Node.(*ast.IdentifierNode)
			property, isText := side.Property.(*ast.StringNode)
			if isName && isText && base.Value == "gates" {
				name = "gates." + property.Value
			}
		}
		if name == "" {
			continue
		}
		others := []ast.Node{sides[1]}
		if list, ok := sides[1].(*ast.ArrayNode); ok {
			others = list.Nodes
		}
		for _, o := range others {
			if text, ok := o.(*ast.StringNode); ok {
				r.condition.choices = append(r.condition.choices, choiceTested{name, text.Value})
			}
		}
	}
}

// ownNames are in every environment and are not fields.
var ownNames = append([]string{"gates", "today", "now", "answered"}, recordNames...)

// environment lists the names that conditions of the procedure may use.
func (p *Procedure) environment() environment {
	gates := types.Map{}
	for _, g := range p.Gates {
		gates[g.ID] = types.String
	}
	env := environment{"gates": gates, "today": types.TypeOf(time.Time{}), "now": types.TypeOf(time.Time{}), "answered": types.TypeOf(func(string) bool { return false })}
	for _, f := range p.fields {
		env[f.Key] = f.exprType()
	}
	return env
}

// itemEnvironment is for conditions of the fields of a group or a form, which
// see each other and nothing else.
func itemEnvironment(fields []Field) environment {
	env := environment{"today": types.TypeOf(time.Time{}), "now": types.TypeOf(time.Time{}), "answered": types.TypeOf(func(string) bool { return false })}
	for i := range fields {
		env[fields[i].Key] = fields[i].exprType()
	}
	return env
}

// shortEnvironment is for conditions of a transition's needs or of a form.
func (p *Procedure) shortEnvironment(fields []Field) environment {
	env := p.environment()
	record, reached := types.Map{}, types.Map{}
	for _, f := range p.kept() {
		record[f.Key] = f.exprType()
	}
	for _, s := range p.States {
		reached[s.ID] = types.TypeOf(time.Time{})
	}
	env["record"], env["reached"] = record, reached
	env["submitted"], env["until"] = types.TypeOf(time.Time{}), types.TypeOf(time.Time{})
	for i := range fields {
		env[fields[i].Key] = fields[i].exprType()
	}
	return env
}

func (f *Field) exprType() types.Type {
	switch f.Kind {
	case Number:
		if len(f.Parts) > 0 {
			return types.Array(types.Float64)
		}
		return types.Float64
	case Money, Year:
		return types.Float64
	case Date:
		return types.TypeOf(time.Time{})
	case Daterange:
		return types.Map{"from": types.TypeOf(time.Time{}), "to": types.TypeOf(time.Time{}), "days": types.Int}
	case Yesno, Declaration:
		return types.Bool
	case Choices, Files:
		return types.Array(types.String)
	case Group:
		item := types.Map{}
		for i := range f.Fields {
			item[f.Fields[i].Key] = f.Fields[i].exprType()
		}
		return types.Array(item)
	}
	return types.String
}

// exprValue is an answer as conditions see it; the zero Value gives the zero of
// the kind.
func (f *Field) exprValue(v Value) any {
	switch f.Kind {
	case Number:
		if len(f.Parts) > 0 {
			numbers := make([]float64, len(f.Parts))
			copy(numbers, v.Numbers)
			return numbers
		}
		return first(v.Numbers)
	case Year:
		return first(v.Numbers)
	case Money:
		return float64(v.Fen)
	case Date:
		return day(v.From)
	case Daterange:
		from, to := day(v.From), day(v.To)
		days := 0
		if v.From != "" {
			days = int(to.Sub(from).Hours()/24) + 1
		}
		return map[string]any{"from": from, "to": to, "days": days}
	case Yesno, Declaration:
		return v.Yes
	case Choices:
		return v.Chosen
	case Files:
		papers := []string{}
		for _, file := range v.Files {
			papers = append(papers, file.Paper)
		}
		return papers
	case Group:
		items := []map[string]any{}
		for _, item := range v.Items {
			one := map[string]any{}
			for i := range f.Fields {
				one[f.Fields[i].Key] = f.Fields[i].exprValue(item[f.Fields[i].Key])
			}
			items = append(items, one)
		}
		return items
	}
	return v.Text
}

func first(numbers []float64) float64 {
	if len(numbers) == 0 {
		return 0
	}
	return numbers[0]
}
