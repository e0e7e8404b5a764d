package records

import (
	"context"
	"slices"
	"time"
)

// Notice is a message that waits to be sent to a person.
type Notice struct {
	Key    string // unique for ever: sending it twice is avoided by it
	Filing string // ID
	Person int64
	Kind   string // the procedure's notice or limit
	Text   string
	Made   time.Time
}

// notify writes a notice down for each person whom it concerns now.
func (w *work) notify(n NoticeOut, once string) error {
	for _, role := range n.Roles {
		people, place, err := w.people(w.p.role(role).ID)
		if err != nil {
			return err
		}
		for _, person := range people {
			if err := w.put(n, once, role, place, person); err != nil {
				return err
			}
		}
	}
	return nil
}

// put writes a notice for one person, who is told as the holder of a post.
func (w *work) put(n NoticeOut, once, role, place string, person int64) error {
	key := w.f.ID + ":" + once + ":" + n.ID + ":" + formatID(person)
	return w.t.exec(`INSERT INTO records_notices (once, filing, person, role, place, kind, text, made) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		key, w.f.ID, person, role, place, n.ID, n.Text, w.d.book.now().UnixMilli())
}

// people are the holders of a role who have to do with the filing. The handler
// is one person while he is in office; when he has left, his colleagues stand in.
func (w *work) people(role string) (out []int64, place string, err error) {
	place = w.p.placeOf(w.f, role)
	switch kind := w.p.role(role).Kind; {
	case kind != stageOffice && place == "", kind == stageBody && len(w.f.Rounds) == 0,
		kind == stageOffice && !w.f.Office: // it has not come to them
		return nil, "", nil
	}
	posts, err := w.t.posts(` AND role = ? AND place = ?`, role, place)
	if err != nil {
		return nil, "", err
	}
	for _, p := range posts {
		if !slices.Contains(w.f.Recused, p.Person) && !slices.Contains(out, p.Person) {
			out = append(out, p.Person)
		}
	}
	if role == string(Handler) && slices.Contains(out, w.f.Handler) {
		out = []int64{w.f.Handler}
	}
	return out, place, nil
}

// Claim gives up to n notices to send and keeps them from other callers for the
// lease; those that are not Sent by then come again. A notice for somebody who
// has lost the post meanwhile is dropped.
func (d *Desk) Claim(ctx context.Context, n int, lease time.Duration) ([]Notice, error) {
	var out []Notice
	err := d.book.update(ctx, func(t *tx) error {
		now := d.book.now()
		// A person who holds the post no more is not told.
		if err := t.exec(`UPDATE records_notices SET sent = -1 WHERE sent = 0 AND NOT EXISTS (SELECT 1 FROM records_posts p
			WHERE p.person = records_notices.person AND p.role = records_notices.role AND p.place = records_notices.place AND p.until = 0)`); err != nil {
			return err
		}
		err := t.rows(`SELECT once, filing, person, kind, text, made FROM records_notices WHERE sent = 0 AND leased <= ? ORDER BY made, once LIMIT ?`, []any{now.UnixMilli(), n}, func(scan func(...any) error) error {
			var one Notice
			var made int64
			err := scan(&one.Key, &one.Filing, &one.Person, &one.Kind, &one.Text, &made)
			one.Made = time.UnixMilli(made)
			out = append(out, one)
			return err
		})
		if err != nil {
			return err
		}
		for _, one := range out {
			if err := t.exec(`UPDATE records_notices SET leased = ? WHERE once = ?`, now.Add(lease).UnixMilli(), one.Key); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// Sent says that a notice has reached its person.
func (d *Desk) Sent(ctx context.Context, key string) error {
	return d.book.update(ctx, func(t *tx) error {
		return t.exec(`UPDATE records_notices SET sent = ? WHERE once = ? AND sent = 0`, d.book.now().UnixMilli(), key)
	})
}

// Undeliverable says that a notice can't reach its person (he has blocked the
// bot); it is not tried again.
func (d *Desk) Undeliverable(ctx context.Context, key string) error {
	return d.book.update(ctx, func(t *tx) error {
		return t.exec(`UPDATE records_notices SET sent = -1 WHERE once = ? AND sent = 0`, key)
	})
}
