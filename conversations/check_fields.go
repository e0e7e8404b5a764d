package conversations

import (
	"fmt"
	"slices"
	"strings"
)

// fields checks a list of fields: of a step, of a group or of a form.
func (c *checker) fields(at string, fields []Field, env environment, nested bool) {
	seen := map[string]bool{}
	for i := range fields {
		f := &fields[i]
		at := fmt.Sprintf("%s[%d]", at, i)
		if !keyForm.MatchString(f.Key) || seen[f.Key] {
			c.wrong(at+".key", "the key %q must be lower-case letters, digits and _, at most 24, and its own", f.Key)
		}
		seen[f.Key] = true
		if _, known := kinds[f.Kind]; !known {
			c.wrong(at+".kind", "unknown kind %q", f.Kind)
			continue
		}
		c.want(at+".label", f.Label, "label")
		c.want(at+".ask", f.Ask, "ask")
		c.condition(at+".when", &f.When, env)
		c.reachable(at+".when", "the field "+f.Key, &f.When)
		c.condition(at+".early", &f.Early, env)
		if f.Recheck != "" && c.p.gate(f.Recheck) == nil {
			c.wrong(at+".recheck", "there is no gate %q", f.Recheck)
		}
		c.rules(at+".rules", f.Rules, env)
		c.short(at, f, nested)
		if f.Min < 0 || f.Max < 0 || f.Max > 0 && f.Min > f.Max {
			c.wrong(at+".min", "min is above max")
		}
		c.byKind(at, f, env, nested)
		c.example(at, f)
	}
}

// short checks what only short forms have.
func (c *checker) short(at string, f *Field, nested bool) {
	if (f.Keep || f.Prefill != "" || f.Serial != "") && !nested {
		c.wrong(at, "keep, prefill and serial belong to short forms")
	}
	if f.Prefill != "" && !slices.ContainsFunc(c.p.kept(), func(k *Field) bool { return k.Key == f.Prefill }) {
		c.wrong(at+".prefill", "no answer %q is kept", f.Prefill)
	}
	if f.Serial != "" && (f.Kind != Text || strings.Count(f.Serial, serialYear) != 1 || strings.Count(f.Serial, serialNumber) != 1) {
		c.wrong(at+".serial", "a serial is a text with %s and %s", serialYear, serialNumber)
	}
}

// byKind checks what belongs to one kind.
func (c *checker) byKind(at string, f *Field, env environment, nested bool) {
	if nested && (f.Kind == Group || f.Kind == Files && f.Papers != nil || f.Kind == Declaration) {
		c.wrong(at+".kind", "%s can't stand inside a group or a form", f.Kind)
	}
	has := func(member string, there bool, kinds ...Kind) {
		if there && !slices.Contains(kinds, f.Kind) {
			c.wrong(at+"."+member, "%s has no %s", f.Kind, member)
		}
	}
	has("options", len(f.Options) > 0, Choice, Choices)
	has("from_bodies", f.FromBodies, Choice)
	has("suggest_from", len(f.SuggestFrom) > 0, Choices)
	has("fields", len(f.Fields) > 0, Group)
	has("papers", len(f.Papers) > 0, Files)
	has("parts", len(f.Parts) > 0, Number)
	has("decimals", f.Decimals != 0, Number)
	has("unit", f.Unit != "", Number, Money)
	has("clock", f.Clock, Date)
	has("behind", f.Behind, Date)
	has("pledge", f.Pledge != "", Declaration)
	has("gates", f.Gates, Declaration)
	has("renew", f.Renew, Declaration)
	switch f.Kind {
	case Choice, Choices:
		c.options(at, f, env)
	case Group:
		if len(f.Fields) == 0 || f.Noun == "" {
			c.wrong(at, "a group needs fields and a noun")
		}
		c.fields(at+".fields", f.Fields, itemEnvironment(f.Fields), true)
	case Files:
		c.files(at, f, env, nested)
	case Declaration:
		c.want(at+".pledge", f.Pledge, "pledge")
	case Money:
		if f.Unit != "元" && f.Unit != "万元" {
			c.wrong(at+".unit", "the unit of money is 元 or 万元")
		}
	case Number:
		if f.Decimals < 0 || f.Decimals > 6 {
			c.wrong(at+".decimals", "decimals must be 0 to 6")
		}
	}
}

func (c *checker) options(at string, f *Field, env environment) {
	if len(f.Options) == 0 {
		c.wrong(at+".options", "options are missing")
	}
	seen := map[string]bool{}
	for i := range f.Options {
		o := &f.Options[i]
		at := fmt.Sprintf("%s.options[%d]", at, i)
		if !optionForm.MatchString(o.ID) || seen[o.ID] || seen[o.Label] {
			c.wrong(at+".id", "the option %q %q must have an id of lower-case letters, digits and _, and be there once", o.ID, o.Label)
		}
		seen[o.ID], seen[o.Label] = true, true
		c.want(at+".label", o.Label, "label")
		c.condition(at+".when", &o.When, env)
		if !f.FromBodies {
			c.reachable(at+".when", "the option "+o.ID, &o.When)
		}
	}
	for _, key := range f.SuggestFrom {
		if c.p.byKey[key] == nil {
			c.wrong(at+".suggest_from", "there is no field %q", key)
		}
	}
}

func (c *checker) files(at string, f *Field, env environment, nested bool) {
	if nested {
		return
	}
	if len(f.Papers) == 0 || len(f.Accept) == 0 || f.MaxMB <= 0 {
		c.wrong(at, "files need papers, accept and max_mb")
	}
	seen := map[string]bool{}
	for i := range f.Papers {
		paper := &f.Papers[i]
		at := fmt.Sprintf("%s.papers[%d]", at, i)
		if seen[paper.ID] || paper.ID == "" || len(paper.ID) > 8 || strings.ContainsAny(paper.ID, ": ") {
			c.wrong(at+".id", "the paper's id %q must be short and its own", paper.ID)
		}
		seen[paper.ID] = true
		c.want(at+".name", paper.Name, "name")
		c.condition(at+".when", &paper.When, env)
		c.reachable(at+".when", "the paper "+paper.ID, &paper.When)
		if each := c.p.byKey[paper.Each]; paper.Each != "" && (each == nil || each.Kind != Group) {
			c.wrong(at+".each", "there is no group %q", paper.Each)
		}
	}
}
