package records

import (
	"context"
	"encoding/json"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"rongcuo/conversations"
	"rongcuo/conversations/typed"
)

// Precedent is an earlier filing of the same unit about the same matter.
type Precedent struct {
	Number string
	State  string // in Chinese
	Open   bool   // it is still on its way
	// Until is the day from which the same matter may be filed again without a
	// change, in Chinese; empty when nothing stands against it.
	Until string
}

// Precedents are the unit's filings about this matter, or of this number, that
// are on their way or keep the matter from being filed again (规程18). known says
// that the number is one of the unit's.
func (d *Desk) Precedents(ctx context.Context, unit string, draft conversations.Content) (found []Precedent, known bool, err error) {
	id, version := draft.Procedure()
	p := d.library.Version(id, version)
	if p == nil || unit == "" {
		return nil, false, nil
	}
	err = d.book.read(ctx, func(t *tx) (err error) {
		w := work{d: d, t: t, p: shapeOf(p), content: draft}
		found, known, err = w.precedents(unit, "")
		return err
	})
	return found, known, err
}

// precedents reads the unit's filings; not is the one that is being filed.
func (w *work) precedents(unit, not string) (out []Precedent, known bool, err error) {
	matter, _ := w.content.Value(fieldMatter)
	earlier, _ := w.content.Value(fieldEarlier)
	number, _ := conversations.ReadNumber(earlier.Text)
	now := w.d.book.now()
	free := len(w.p.Repeats.After) == 0 || w.p.Repeats.Unless.String() != "" && w.p.Holds(w.content, w.p.Repeats.Unless, now)
	err = w.t.rows(`SELECT s.after FROM records_filings f JOIN records_steps s ON s.filing = f.id AND s.revision = f.revision WHERE f.unit = ? ORDER BY f.submitted DESC`,
		[]any{unit}, func(scan func(...any) error) error {
			var after string
			var f Filing
			if err := scan(&after); err != nil {
				return err
			}
			if err := json.Unmarshal([]byte(after), &f); err != nil {
				return err
			}
			named := number != "" && f.Number == number
			known = known || named
			if f.ID == not || f.Procedure != w.p.ID || !named && (matter.Text == "" || plainMatter(f.Matter) != plainMatter(matter.Text)) {
				return nil
			}
			one := Precedent{Number: f.Number, State: w.p.state(f.State).Name, Open: !w.p.state(f.State).End && !named && w.p.succeeded(f.State).ID == ""}
			for _, state := range w.p.Repeats.After {
				if end := f.Reached[state]; f.State == state && !free {
					if from := typed.Day(end).AddDate(0, w.p.Repeats.Months, 0); typed.Day(now).Before(from) {
						one.Until = typed.FormatDate(from)
					}
				}
			}
			if one.Open || one.Until != "" {
				out = append(out, one)
			}
			return nil
		})
	return out, known, err
}

// rested refuses a matter that was refused a short while ago and has not changed.
func (w *work) rested(f Filing) error {
	list, _, err := w.precedents(f.Unit, f.ID)
	if err != nil {
		return err
	}
	for _, p := range list {
		if p.Until != "" {
			return &Invalid{sentence(SayRests, p.Number, p.State, p.Until, w.p.Repeats.Article)}
		}
	}
	return nil
}

// plainMatter is a matter's name without what differs from one writing to the
// next: blanks, signs, width, 关于 in front and 的申请 behind.
func plainMatter(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, norm.NFKC.String(s))
	s = strings.TrimPrefix(s, "关于")
	for _, tail := range []string{"的申请", "的请示", "的事项", "事项"} {
		s = strings.TrimSuffix(s, tail)
	}
	return s
}
