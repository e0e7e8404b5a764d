package documents

import (
	"fmt"
	"regexp"
	"strings"
)

// maxNotes bounds how often one kind of doubt is told.
const maxNotes = 10

// mojibake is what GB text read as UTF-8, or UTF-8 read as GB or Latin-1, leaves.
var mojibake = regexp.MustCompile("\uFFFD+|锟斤拷|烫烫烫|ï¿½|(?:[Ãåæçèé][\u0080-\u00BF][\u0080-\u00BF]){2,}")

// mojibakeSigns is one character of each form of mojibake: hardly any text has
// one, and looking for them is quick.
const mojibakeSigns = "\uFFFD锟烫ïÃåæçèé"

// warn notes what an administrator should look at before publishing.
func (d *Document) warn(text string, l *layout) {
	if len(d.Passages) == 0 {
		d.note(warnEmpty)
		return
	}
	if strings.ContainsAny(text, mojibakeSigns) {
		if n := len(mojibake.FindAllStringIndex(text, -1)); n > 0 {
			d.note(fmt.Sprintf(warnMojibake, n))
		}
	}
	if d.Kind != Rule {
		return
	}
	if d.Effective == "" {
		d.note(warnNoDate)
	}
	d.warnForce(l)
	d.warnNumbers()
}

// warnNumbers notes articles that came twice, are missing or stand in a wrong
// place.
func (d *Document) warnNumbers() {
	var twice, gaps, order []string
	seen := map[string]bool{}
	last, lastName := 0, ""
	for _, p := range d.Passages {
		if p.Part > 1 {
			continue
		}
		n := 0
		if strings.HasPrefix(p.Article, "第") && strings.Contains(p.Article, "条") {
			n = articleNumeral(p.Article)
		}
		switch {
		case seen[p.Article]:
			twice = append(twice, fmt.Sprintf(warnDuplicate, p.Article))
		case n > 0 && last > 0 && n > last+1:
			gaps = append(gaps, fmt.Sprintf(warnGap, lastName, p.Article))
		case n > 0 && n < last:
			order = append(order, fmt.Sprintf(warnOrder, p.Article, lastName))
		}
		seen[p.Article] = true
		if n > 0 {
			last, lastName = n, p.Article
		}
	}
	d.note(twice...)
	d.note(gaps...)
	d.note(order...)
}

// note adds doubts of one kind, and of many only the first.
func (d *Document) note(list ...string) {
	more := len(list) - maxNotes
	if more > 0 {
		list = append(list[:maxNotes:maxNotes], fmt.Sprintf(warnMore, more))
	}
	d.Warnings = append(d.Warnings, list...)
}
