package knowledge

import "rongcuo/knowledge/documents"

// Difference is what becomes of the documents when one set of them takes the
// place of another. It goes by what a document is, its title, number and first
// day, before it goes by its file: a version that is kept under another name is
// the same document, and a new version under the name of the old one is not.
type Difference struct {
	Added   []documents.Document
	Changed []documents.Document // as they are afterwards
	Removed []documents.Document
	Same    int // documents that stay as they are
	Before  int // passages
	After   int
}

// Empty says that nothing changes.
func (d Difference) Empty() bool { return len(d.Added)+len(d.Changed)+len(d.Removed) == 0 }

// differ compares two sets of documents.
func differ(before, after []documents.Document) Difference {
	var d Difference
	for i := range before {
		d.Before += len(before[i].Passages)
	}
	for i := range after {
		d.After += len(after[i].Passages)
	}
	type identity struct {
		kind          documents.Kind
		title, number string
		from          documents.Date
	}
	matched, found := make([]bool, len(before)), make([]bool, len(after))
	for _, key := range []func(documents.Document) any{
		func(x documents.Document) any { return [2]string{x.Path, x.Hash} },
		func(x documents.Document) any { return identity{x.Kind, x.Title, x.DocNo, x.Effective} },
		func(x documents.Document) any { return x.Path },
	} {
		waiting := map[any][]int{}
		for i := range before {
			if !matched[i] {
				waiting[key(before[i])] = append(waiting[key(before[i])], i)
			}
		}
		for i := range after {
			k := key(after[i])
			if found[i] || len(waiting[k]) == 0 {
				continue
			}
			old := waiting[k][0]
			waiting[k] = waiting[k][1:]
			matched[old], found[i] = true, true
			if before[old].Hash == after[i].Hash {
				d.Same++
			} else {
				d.Changed = append(d.Changed, after[i])
			}
		}
	}
	for i := range after {
		if !found[i] {
			d.Added = append(d.Added, after[i])
		}
	}
	for i := range before {
		if !matched[i] {
			d.Removed = append(d.Removed, before[i])
		}
	}
	return d
}
