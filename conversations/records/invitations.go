package records

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
)

// InvitationTime is how long an invitation can be used.
const InvitationTime = 72 * time.Hour

// Errors of invitations.
var (
	// ErrInvitation is returned for a code that is unknown, used or too old; which
	// of them is not told.
	ErrInvitation = errors.New("records: this invitation can't be used")
	// ErrRecalled is returned for one that was recalled: who holds it should ask
	// why, not try again.
	ErrRecalled = errors.New("records: this invitation was recalled")
)

// Invitation is one that can be used still, without its code: that is not kept.
type Invitation struct {
	ID         string // of the entry in the chain
	Role       Role
	Place      string
	By         int64
	Made, Ends time.Time
}

// Invitations gives those that can be used still, the oldest first.
func (b *Book) Invitations(ctx context.Context) ([]Invitation, error) {
	var out []Invitation
	err := b.read(ctx, func(t *tx) (err error) {
		out, err = t.invitations(b.now())
		return err
	})
	return out, err
}

func (t *tx) invitations(now time.Time) ([]Invitation, error) {
	var out []Invitation
	err := t.rows(`SELECT code, role, place, made_by, made, ends FROM records_invitations WHERE used = 0 AND ends >= ? ORDER BY made, code`, []any{now.UnixMilli()}, func(scan func(...any) error) error {
		var i Invitation
		var code string
		var made, ends int64
		err := scan(&code, &i.Role, &i.Place, &i.By, &made, &ends)
		i.ID, i.Made, i.Ends = code[:min(len(code), shownHash)], time.UnixMilli(made), time.UnixMilli(ends)
		out = append(out, i)
		return err
	})
	return out, err
}

// shownHash is how much of a code's hash names its invitation.
const shownHash = 12

// Recall ends an invitation that nobody has used. ErrInvitation when there is no
// such one any more, ErrNotAllowed. In the table it is used by nobody.
func (b *Book) Recall(ctx context.Context, actor int64, id string) (Invitation, error) {
	var i Invitation
	err := b.update(ctx, func(t *tx) error {
		open, err := t.invitations(b.now())
		if err != nil {
			return err
		}
		at := slices.IndexFunc(open, func(i Invitation) bool { return i.ID == id })
		if at < 0 {
			return ErrInvitation
		}
		i = open[at]
		if err := t.mayStaff(actor, i.Role, i.Place); err != nil {
			return err
		}
		if err := t.exec(`UPDATE records_invitations SET used = ? WHERE used = 0 AND code LIKE ?`, b.now().UnixMilli(), id+"%"); err != nil {
			return err
		}
		return b.append(t, Entry{Actor: actor, Kind: KindRecalled, Subject: "invitation:" + id, Detail: map[string]any{"role": i.Role, "place": i.Place}})
	})
	return i, err
}

// Invite makes a one-time code for a post. Only its hash is kept, so that who
// reads the records can't use it. ErrNotAllowed, ErrPlace.
func (b *Book) Invite(ctx context.Context, actor int64, role Role, place string) (code string, err error) {
	place = TidyPlace(place)
	if role.Name() == "" || role.Placed() != (place != "") {
		return "", ErrPlace
	}
	code = rand.Text() // 26 letters and digits, 128 bits
	err = b.update(ctx, func(t *tx) error {
		if err := t.mayStaff(actor, role, place); err != nil {
			return err
		}
		now := b.now()
		if err := t.exec(`INSERT INTO records_invitations (code, role, place, made_by, made, ends) VALUES (?, ?, ?, ?, ?, ?)`,
			codeHash(code), string(role), place, actor, now.UnixMilli(), now.Add(InvitationTime).UnixMilli()); err != nil {
			return err
		}
		return b.append(t, Entry{Actor: actor, Kind: KindInvited, Subject: "invitation:" + codeHash(code)[:shownHash],
			Detail: map[string]any{"role": role, "place": place}})
	})
	if err != nil {
		return "", err
	}
	return code, nil
}

// Accept gives the post of an invitation to a person, called name, once. The one who made it
// must still be allowed to. Accepting again by the same person gives the same
// post: an update may come twice.
func (b *Book) Accept(ctx context.Context, person int64, name, code string) (Post, error) {
	var p Post
	err := b.update(ctx, func(t *tx) error {
		var ends, used, usedBy, madeBy int64
		hash := codeHash(code)
		err := t.one(`SELECT role, place, made_by, ends, used, used_by FROM records_invitations WHERE code = ?`, []any{hash}, &p.Role, &p.Place, &madeBy, &ends, &used, &usedBy)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return ErrInvitation
		case err != nil:
			return err
		case used != 0 && usedBy == 0:
			return ErrRecalled
		case usedBy == person:
			held, err := t.posts(` AND person = ? AND role = ? AND place = ?`, person, p.Role, p.Place)
			if err != nil {
				return err
			}
			if len(held) == 0 {
				return ErrInvitation // it was revoked since
			}
			p = held[0]
			return nil
		case usedBy != 0 || b.now().UnixMilli() > ends:
			return ErrInvitation
		}
		if err := t.mayStaff(madeBy, p.Role, p.Place); errors.Is(err, ErrNotAllowed) {
			return ErrInvitation
		} else if err != nil {
			return err
		}
		n, err := t.changed(`UPDATE records_invitations SET used = ?, used_by = ? WHERE code = ? AND used = 0`, b.now().UnixMilli(), person, hash)
		if err != nil {
			return err
		}
		if n != 1 {
			return ErrInvitation
		}
		p.Person, p.Name, p.By = person, name, madeBy
		p, err = b.give(t, p)
		return err
	})
	return p, err
}

// codeHash ignores case and blanks: codes are read out on the telephone.
func codeHash(code string) string {
	sum := sha256.Sum256([]byte(strings.ToUpper(strings.TrimSpace(code))))
	return hex.EncodeToString(sum[:])
}

func formatID(id int64) string { return strconv.FormatInt(id, 10) }
