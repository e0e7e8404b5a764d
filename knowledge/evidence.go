package knowledge

// enough says whether what was found can answer the question. No single score
// tells (see BENCHMARKS.md), so several must hold: the best article shares
// enough with the question, and it can hold the kind of thing that was asked
// for.
func (b *Base) enough(g *generation, q Question, f finding) bool {
	if len(f.hits) == 0 {
		return false
	}
	if f.hits[0].Named {
		return true
	}
	text := ""
	for i, h := range f.hits {
		if i < 5 {
			text += g.docs[g.entries[h.entry].doc].Title + g.entries[h.entry].passage.Text
			if e := g.entryOf(h.Lifted); e >= 0 {
				text += g.entries[e].passage.Text
			}
		}
	}
	return b.safeguards.fits(q.Text, text)
}
