package records

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"time"
)

// InvitationTime is how long an invitation can be used.
const InvitationTime = 72 * time.Hour

// ErrInvitation is returned for a code that is unknown, used or too old; which
// of them is not told.
var ErrInvitation = errors.New("records: this invitation can't be used")

// Invite makes a one-time code for a post. Only its hash is kept, so that who
// reads the records can't use it. ErrNotAllowed, ErrPlace.
func (b *Book) Invite(ctx context.Context, actor int64, role Role, place string) (code string, err error) {
	place = strings.TrimSpace(place)
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
		return b.append(t, Entry{Actor: actor, Kind: KindInvited, Subject: "invitation:" + codeHash(code)[:12],
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
		var ends, usedBy, madeBy int64
		hash := codeHash(code)
		err := t.one(`SELECT role, place, made_by, ends, used_by FROM records_invitations WHERE code = ?`, []any{hash}, &p.Role, &p.Place, &madeBy, &ends, &usedBy)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return ErrInvitation
		case err != nil:
			return err
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
		n, err := t.changed(`UPDATE records_invitations SET used = ?, used_by = ? WHERE code = ? AND used_by = 0`, b.now().UnixMilli(), person, hash)
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
