package knowledge

import (
	"fmt"
	"strings"
)

// Text puts an answer together as plain text, for a terminal and for the
// "answer" of JSON. A chat shows the parts its own way.
func (a Answer) Text() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	if a.Warning != nil {
		line("【%s】%s：“%s”", headRedline, a.Warning.Name(), a.Warning.Quote)
	}
	if a.Hint != "" {
		line("%s", a.Hint)
	}
	if a.Composed {
		line("（%s）", textComposed)
	}
	section := func(head string, list []Citation) {
		if len(list) > 0 {
			line("\n【%s】", head)
		}
		for _, c := range list {
			line("%s（%s）\n  %s", c.Name(), c.Status, c.Excerpt("\n  "))
		}
	}
	section(headBasis, a.Basis)
	section(headLimits, a.Limits)
	for _, c := range a.Conflicts {
		line("%s", c)
	}
	if len(a.Cases) > 0 {
		line("\n【%s】", headCases)
	}
	for _, c := range a.Cases {
		line("《%s》：%s", c.Title, c.Outcome)
		if c.Same != "" {
			line("  相同：%s", c.Same)
		}
		if c.Differs != "" {
			line("  不同：%s", c.Differs)
		}
		line("  “%s”", c.Quote)
	}
	if len(a.Cases) > 0 {
		line("%s", textCompare)
	}
	section(headNearest, a.Nearest)
	if len(a.Ask) > 0 {
		line("\n【%s】%s", headAsk, strings.Join(a.Ask, " "))
	}
	if a.Next != "" {
		line("\n【%s】%s", headNext, a.Next)
	}
	for _, n := range a.Notices {
		line("%s", n)
	}
	if a.Status == Answered || a.Status == Partial {
		line("%s", a.Closing())
	}
	return strings.TrimSpace(b.String())
}

// Closing is the last line of every answer: as of when, and that it decides
// nothing.
func (a Answer) Closing() string {
	return fmt.Sprintf("依据截至%s。%s", FormatDate(a.At), textNoRuling)
}

// Name is how an article is cited: 《文件》第十二条.
func (c Citation) Name() string { return "《" + c.Title + "》" + c.Article }

// Excerpt joins the quoted pieces; what is left out between them shows as ……
func (c Citation) Excerpt(separator string) string {
	if len(c.Quotes) == 0 {
		return c.Quote
	}
	s := strings.Join(c.Quotes, separator)
	if !c.Whole {
		s += separator + "……"
	}
	return s
}
