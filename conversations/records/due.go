package records

import (
	"context"
	"math"
	"time"

	"rongcuo/conversations"
)

// never is the due time of a filing in which nothing runs.
const never = math.MaxInt64

// lateness is how old a reminder may be and still be given: after a standstill
// of the program nobody is reminded of last month.
const lateness = 3 * 24 * time.Hour

// nextDue is when the filing must be looked at again: the next reminder or the
// end of a limit that moves it.
func (d *Desk) nextDue(p shape, f Filing, content conversations.Content) int64 {
	next := int64(never)
	for _, r := range Reminders(p.Procedure, f, content, d.calendar.Load()) {
		if at := r.At.UnixMilli(); at > d.book.now().UnixMilli() {
			next = min(next, at)
		}
	}
	for _, at := range []*Track{&f.Track, f.Ahead} {
		if at == nil || at.Due == nil {
			continue
		}
		if l := p.limit(at.Due.Limit); p.transition(l.Expiry).ID != "" {
			next = min(next, at.Due.End.UnixMilli())
		}
	}
	return next
}

// Due does what time brings, each once: reminders become notices, limits whose
// expiry is a transition move their filing. It gives the number of filings that
// were looked at and when the next is due (zero for never). Call it again when
// it gives limit.
func (d *Desk) Due(ctx context.Context, limit int) (n int, next time.Time, err error) {
	err = d.book.update(ctx, func(t *tx) error {
		var ids []string
		err := t.rows(`SELECT id FROM records_filings WHERE due_at <= ? ORDER BY due_at LIMIT ?`, []any{d.book.now().UnixMilli(), limit}, func(scan func(...any) error) error {
			var id string
			err := scan(&id)
			ids = append(ids, id)
			return err
		})
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := d.remind(t, id); err != nil {
				return err
			}
		}
		n = len(ids)
		var first int64
		if err := t.one(`SELECT COALESCE(MIN(due_at), 0) FROM records_filings WHERE due_at < ?`, []any{int64(never)}, &first); err != nil {
			return err
		}
		if first > 0 {
			next = time.UnixMilli(first)
		}
		return nil
	})
	return n, next, err
}

// remind gives the reminders of a filing whose hour has come.
func (d *Desk) remind(t *tx, id string) error {
	w := work{d: d, t: t}
	var err error
	if w.f, err = t.latest(id); err != nil {
		return err
	}
	if w.p, err = d.shape(w.f); err != nil {
		return err
	}
	_, contents, err := t.contents(id)
	if err != nil {
		return err
	}
	w.content = contents[len(contents)-1]
	if err := w.expire(); err != nil {
		return err
	}
	now := d.book.now()
	for _, r := range Reminders(w.p.Procedure, w.f, w.content, d.calendar.Load()) {
		if r.At.After(now) || now.Sub(r.At) > lateness {
			continue
		}
		if err := w.notify(r.Out, r.Key); err != nil {
			return err
		}
	}
	return t.exec(`UPDATE records_filings SET due_at = ? WHERE id = ?`, d.nextDue(w.p, w.f, w.content), id)
}
