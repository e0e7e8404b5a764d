package knowledge

import (
	"cmp"
	"slices"
	"unicode/utf8"

	"rongcuo/knowledge/documents"
)

// What is shown of an article: all of a short one, of one that is a limit and of
// one that the question names; of others the pieces that fit. A sentence that
// leads to items never stands without one of them.

// quoteLength is how many characters of an article are quoted before it is
// shortened at the borders of its items: about what a phone shows at once.
const quoteLength = 180

// namedLength is how many characters of an article that the question names are
// quoted: with the rest of the answer they fit into one message (4,096).
const namedLength = 3000

// unitShare is how well a piece must fit beside the best one to be quoted too.
const unitShare = .5

// cite quotes an article, or the part of a long one that was found: all of it
// when it is short, otherwise the pieces that fit the question.
func (g *generation) cite(i int, f finding, at documents.Date) Citation {
	c := g.citation(i, at)
	p := g.entries[i].passage
	units := documents.Units(p.Text)
	if utf8.RuneCountInString(p.Text) <= quoteLength || len(units) < 2 {
		c = c.quoting(units, all(units))
	} else {
		order := g.ranked(units, f.terms)
		c = c.quoting(units, withItems(units, bestUnits(units, order), order))
	}
	c.Whole = c.Whole && p.Part == 0
	return c
}

// quoteNamed quotes what the question names: the 款 or 项, or the whole article.
func (g *generation) quoteNamed(hits []Hit, a *Answer) {
	for _, h := range hits {
		at := slices.IndexFunc(a.Basis, func(c Citation) bool { return c.entry == h.entry })
		if !h.Named || at < 0 {
			continue
		}
		units := g.article(h.entry)
		chosen := pieceNamed(units, h.Paragraph, h.Item)
		size := 0
		for _, k := range chosen {
			size += utf8.RuneCountInString(units[k].Text)
		}
		if size <= namedLength {
			a.Basis[at] = g.citation(h.entry, a.At).quoting(units, chosen)
		}
	}
}

// pieceNamed gives the units of 第N款第M项 with what belongs to it. A paragraph of
// 0 is the first that has such an item; an item of 0 is the whole paragraph. All
// of the article when nothing is named, or something that it does not have.
func pieceNamed(units []documents.Unit, paragraph, item int) []int {
	for k, u := range units {
		switch {
		case item > 0 && u.Kind == documents.Item && u.Number == item && (paragraph == 0 || u.Paragraph == paragraph),
			item == 0 && paragraph > 0 && u.Paragraph == paragraph:
			return append([]int{k}, below(units, k)...)
		}
	}
	return all(units)
}

// below gives the units under a unit: the items of a paragraph, the numbered lines
// of an item.
func below(units []documents.Unit, at int) (under []int) {
	for k := at + 1; k < len(units) && units[k].Kind > units[at].Kind; k++ {
		under = append(under, k)
	}
	return under
}

// withItems adds to a sentence that leads to items, of which none was chosen,
// those that fit best.
func withItems(units []documents.Unit, chosen []int, order []fitting) []int {
	for at := 0; at < len(chosen); at++ { // what is added may lead to more
		under := below(units, chosen[at])
		if slices.ContainsFunc(under, func(k int) bool { return slices.Contains(chosen, k) }) {
			continue
		}
		size := 0
		for _, s := range order {
			n := utf8.RuneCountInString(units[s.at].Text)
			if slices.Contains(under, s.at) && (size == 0 || size+n <= quoteLength) {
				chosen = append(chosen, s.at)
				size += n
			}
		}
	}
	return chosen
}

// article gives the units of an article in all its parts.
func (g *generation) article(i int) (units []documents.Unit) {
	p := g.entries[i].passage
	first := i - max(p.Part-1, 0)
	for k := first; k < len(g.entries); k++ {
		part := g.entries[k].passage
		if k > first && (part.Part != k-first+1 || part.Article != p.Article) {
			break
		}
		for _, u := range documents.Units(part.Text) {
			u.Paragraph += max(part.Begins-1, 0) // those that stand in earlier parts
			units = append(units, u)
		}
	}
	return units
}

// citeWhole quotes all of an article: limits are never shortened.
func (g *generation) citeWhole(i int, at documents.Date) Citation {
	units := g.article(i)
	return g.citation(i, at).quoting(units, all(units))
}

func all(units []documents.Unit) []int {
	out := make([]int, len(units))
	for i := range units {
		out[i] = i
	}
	return out
}

// citation is a Citation without its quotes.
func (g *generation) citation(i int, at documents.Date) Citation {
	e := g.entries[i]
	d := &g.docs[e.doc]
	return Citation{
		Doc: d.Path, Title: d.Title, DocNo: d.DocNo, Article: e.passage.Article,
		Status: g.statusOf(e.doc, at), Level: d.Level, From: d.Effective, entry: i,
	}
}

func (g *generation) statusOf(doc int, at documents.Date) string {
	return g.force[doc].status(at)
}

// quoting takes pieces of the article in their order. Quote is the one that
// was chosen first: a single paragraph or item, so that it is a contiguous
// piece of the file however its lines were broken.
func (c Citation) quoting(units []documents.Unit, chosen []int) Citation {
	if len(chosen) == 0 {
		return c
	}
	c.Quote = units[chosen[0]].Text
	c.Whole = len(chosen) == len(units)
	sorted := slices.Sorted(slices.Values(chosen))
	for _, k := range sorted {
		c.Quotes = append(c.Quotes, units[k].Text)
		if !c.Whole && c.Quote == c.Quotes[0] && units[k].Kind == documents.Item {
			c.Quote = units[k].Text
		}
	}
	return c
}

// fitting is a piece of an article and how much it shares with the question.
type fitting struct {
	at    int
	score float32
}

// ranked orders the pieces of an article by what they share with the question.
func (g *generation) ranked(units []documents.Unit, terms []weighted) []fitting {
	want := map[term]float32{}
	for _, w := range terms {
		want[w.term] = w.weight * g.body.idf(g.body.df(w.term))
	}
	list := make([]fitting, len(units))
	for i, u := range units {
		seen := map[term]bool{}
		n := 0
		eachTerm(u.Text, func(t term) {
			if n++; !seen[t] {
				seen[t] = true
				list[i].score += want[t]
			}
		})
		list[i].at = i
		list[i].score /= 8 + float32(n)/8 // long pieces share words by their length alone
	}
	slices.SortStableFunc(list, func(a, b fitting) int { return cmp.Compare(b.score, a.score) })
	return list
}

// bestUnits chooses what to quote of a long article: the pieces that share
// most with the question, with the sentence that leads to them, up to
// quoteLength. The best piece comes first.
func bestUnits(units []documents.Unit, list []fitting) []int {
	var chosen []int
	size := 0
	take := func(i int) {
		if !slices.Contains(chosen, i) {
			chosen = append(chosen, i)
			size += utf8.RuneCountInString(units[i].Text)
		}
	}
	for _, s := range list {
		if s.score < unitShare*list[0].score {
			break
		}
		if len(chosen) > 0 && size+utf8.RuneCountInString(units[s.at].Text) > quoteLength {
			continue
		}
		take(s.at)
		for k := s.at; k >= 0; k-- { // the paragraph that leads to an item
			if units[k].Kind == documents.Paragraph {
				take(k)
				break
			}
		}
	}
	return chosen
}
